# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generated over every model: what each role reaches, and what it must not.

For each role there is a user without any area. Whatever hangs on an area (a household,
a card, a claim) must stay out of reach of that user by every road the server offers.
"""

import pytest

from tools.journey.client import Erp, ErpError

ROLES = (
    "field_officer registry_operator validator card_officer terminal_officer"
    " distribution_officer bank_officer bkk_proposer bkk_verifier decree_officer"
    " approver auditor pii_reader administrator"
).split()
PASSWORD = "no-area-password"


@pytest.fixture(scope="module")
def models(journey):
    """Return {model: number of its rows} of all stored models of KHBS."""
    admin = journey.erp("admin")
    names = admin.search_read(
        "ir.model",
        [("model", "=like", "khbs.%"), ("transient", "=", False)],
        ["model", "abstract"],
    )
    return sorted(row["model"] for row in names if not row["abstract"])


@pytest.fixture(scope="module")
def bound(journey, models):
    """Return the models whose rows the areas of the user limit, by a global rule."""
    rules = journey.erp("admin").search_read(
        "ir.rule",
        [("model_id.model", "in", models), ("groups", "=", False)],
        ["model_id", "domain_force"],
    )
    names = {
        row["id"]: row["model"]
        for row in journey.erp("admin").search_read(
            "ir.model", [("model", "in", models)], ["model"]
        )
    }
    return sorted(
        {
            names[rule["model_id"][0]]
            for rule in rules
            if "khbs_area_ids" in (rule["domain_force"] or "")
        }
    )


@pytest.fixture(scope="module", params=ROLES)
def stranger(request, journey):
    """A user of one role and of no area."""
    admin = journey.erp("admin")
    login = f"luar-{request.param}"
    if not admin.search("res.users", [("login", "=", login)]):
        [group] = admin.search_read(
            "ir.model.data",
            [("module", "=", "khbs_registry"), ("name", "=", f"group_{request.param}")],
            ["res_id"],
        )
        admin.create(
            "res.users",
            {
                "name": login,
                "login": login,
                "password": PASSWORD,
                "group_ids": [(6, 0, [group["res_id"]])],
            },
        )
    return Erp(journey.url, journey.database, login, PASSWORD)


def may_read(erp, model):
    return erp.call(model, "has_access", [], "read")


def answer(erp, model, method, *args, **kwargs):
    """Return the call's result, or nothing where the server refuses it."""
    try:
        return erp.call(model, method, *args, **kwargs)
    except ErpError as error:
        assert "AccessError" in error.name or "UserError" in error.name, error
        return None


def test_stranger_reaches_nothing_of_an_area(journey, stranger, bound):
    for model in bound:
        if not may_read(stranger, model):
            continue
        assert answer(stranger, model, "search", []) in ([], None), model
        assert answer(stranger, model, "search_count", []) in (0, None), model
        assert answer(stranger, model, "name_search", "") in ([], None), model
        assert answer(
            stranger, model, "formatted_read_group", [], groupby=["id"], aggregates=[]
        ) in ([], None), model
        known = some_ids(journey, model)
        if known:
            assert not answer(stranger, model, "export_data", known, ["id"]), model
            assert not answer(stranger, model, "read", known, ["display_name"]), model
            shown = answer(stranger, model, "web_read", known, {"display_name": {}})
            assert not shown, model


def some_ids(journey, model):
    """Return ids of rows that exist, as the auditor of the province sees them."""
    return answer(journey.erp("auditor"), model, "search", [], limit=3) or []


def test_what_hangs_on_a_family_is_bound_to_areas(journey, models, bound):
    """A model with a household, a card or an area as parent has an area rule."""
    fields = journey.erp("admin").search_read(
        "ir.model.fields",
        [
            ("model", "in", models),
            ("ttype", "=", "many2one"),
            ("relation", "in", ["khbs.household", "khbs.person", "khbs.card"]),
            ("store", "=", True),
        ],
        ["model", "name"],
    )
    assert fields
    unbound = {row["model"] for row in fields} - set(bound)
    assert not unbound


def test_every_model_says_who_may_read_it(journey, models):
    rows = journey.erp("admin").search_read(
        "ir.model.access", [("model_id.model", "in", models)], ["model_id", "group_id"]
    )
    assert all(row["group_id"] for row in rows)
    plain = journey.erp("admin").search_read(
        "ir.model.access",
        [("model_id.model", "in", models), ("group_id.name", "=", "Role / User")],
        ["name"],
    )
    assert not plain


def test_auditor_reads_all_and_changes_nothing(journey, models):
    auditor = journey.erp("auditor")
    unreadable = {model for model in models if not may_read(auditor, model)}
    # Digests of one-time codes: forty bits each, and nobody's business.
    assert unreadable == {"khbs.enrolment.code"}
    changeable = [
        (model, right)
        for model in models
        for right in ("write", "create", "unlink")
        if auditor.call(model, "has_access", [], right)
    ]
    assert not changeable


def test_nik_and_kk_are_hidden_from_all_but_their_readers(journey):
    for login in ("operator", "petugas", "auditor", "kartu", "penyetuju"):
        erp = journey.erp(login)
        for model, field in (("khbs.person", "nik"), ("khbs.household", "kk_number")):
            with pytest.raises(ErpError):
                erp.search_read(model, [], [field], limit=1)
            with pytest.raises(ErpError):
                erp.search(model, [(field, "like", "6")], limit=1)
            with pytest.raises(ErpError):
                erp.call(model, "export_data", some_ids(journey, model), [field])
