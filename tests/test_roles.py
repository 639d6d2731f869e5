# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generated over every model: what each role reaches, and what it must not.

For each role there is a user without any area. Whatever hangs on an area (a household,
a card, a claim) must stay out of reach of that user by every road the server offers.
"""

import json

import pytest

from tools.journey.client import Erp, ErpError

ROLES = (
    "field_officer registry_operator validator card_officer terminal_officer"
    " distribution_officer bank_officer bkk_proposer bkk_verifier decree_officer"
    " approver auditor pii_reader administrator"
).split()
PASSWORD = "no-area-password"
REFUSALS = ("AccessError", "UserError", "MissingError")
LINKS = ("many2one", "one2many", "many2many")


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
        # With the right to export, which alone opens nothing.
        names = [f"group_{request.param}", "group_exporter"]
        groups = admin.search_read(
            "ir.model.data",
            [("module", "=", "khbs_registry"), ("name", "in", names)],
            ["res_id"],
        )
        admin.create(
            "res.users",
            {
                "name": login,
                "login": login,
                "password": PASSWORD,
                "group_ids": [(6, 0, [group["res_id"] for group in groups])],
            },
        )
    return Erp(journey.url, journey.database, login, PASSWORD)


def may_read(erp, model):
    return erp.call(model, "has_access", [], "read")


def answer(erp, model, method, *args, **kwargs):
    """Return the call's result, or nothing where the server refuses it.

    A row of a list that is made for its reader, as the queue of BKK, is not there at
    all for somebody else: that tells as little as a refusal.
    """
    try:
        return erp.call(model, method, *args, **kwargs)
    except ErpError as error:
        assert error.name.rpartition(".")[2] in REFUSALS, error
        return None


def test_stranger_reaches_nothing_of_an_area(journey, stranger, bound):
    for model in bound:
        if not may_read(stranger, model):
            continue
        for method, args, kwargs in searches(stranger, model):
            found = answer(stranger, model, method, *args, **kwargs)
            if isinstance(found, dict) and "length" in found:
                found = found["length"]
            assert not found, (model, method)
        known = some_ids(journey, model)
        if not known:
            continue
        for method, args, kwargs in roads_to(known):
            reached = answer(stranger, model, method, *args, **kwargs)
            assert not shown_by(reached), (model, method)


def searches(erp, model):
    """Yield (method, args, kwargs) of each way to look for records of *model*."""
    fields = erp.call(model, "fields_get", [], ["type", "store"])
    group = next(
        name
        for name, field in sorted(fields.items())
        if field["store"] and field["type"] in ("many2one", "selection", "char")
    )
    spec = {"display_name": {}}
    yield "search", [[]], {}
    yield "search_count", [[]], {}
    yield "search_read", [[], ["display_name"]], {}
    yield "web_search_read", [[], spec], {}
    yield "name_search", [""], {}
    yield "formatted_read_group", [[]], {"groupby": ["id"], "aggregates": []}
    yield "web_read_group", [[], [group]], {"aggregates": ["__count"]}
    bar = {"field": group, "colors": {"a": "success"}}
    yield "read_progress_bar", [[], group, bar], {}


def roads_to(known):
    """Yield (method, args, kwargs) of each way to what one has the id of."""
    spec = {"display_name": {}}
    yield "export_data", [known, ["id", "display_name"]], {}
    yield "read", [known, ["display_name"]], {}
    yield "web_read", [known, spec], {}
    yield "onchange", [known[:1], {}, [], spec], {}
    yield "copy", [known[:1]], {}
    yield "web_save", [known[:1], {}, spec], {}
    yield "search", [[("id", "in", known)]], {"context": {"active_test": False}}


def shown_by(reached):
    """Return what an answer shows of a record; a form without values is nothing."""
    if isinstance(reached, dict) and "value" in reached:
        return [value for value in reached["value"].values() if value]
    if isinstance(reached, dict) and "datas" in reached:
        return reached["datas"]
    return reached


def test_stranger_reads_no_family_through_what_is_open_to_all(stranger, models):
    """A field that points at a family shows its name, whatever the rules on it say."""
    for model in models:
        if not may_read(stranger, model):
            continue
        fields = stranger.call(model, "fields_get", [], ["type"])
        asked = {
            name: {"fields": {"display_name": {}}} if kind in LINKS else {}
            for name, kind in ((name, one["type"]) for name, one in fields.items())
            if kind not in ("binary", "properties", "properties_definition")
        }
        shown = answer(stranger, model, "web_search_read", [], asked, limit=50)
        assert "KHBS-62" not in json.dumps(shown), model


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
