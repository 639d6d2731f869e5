# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""No role is shown a personal number by any road, and no log keeps one.

The numbers are those of the played programme; the models, fields and roles are asked
of the server, so that what is added later is looked through too.
"""

import io
import sys
from pathlib import Path

import psycopg2
import pytest
import requests
from database import connect
from personal_data import leaked, numbers_in
from played import DATABASE, PASSWORD
from pypdf import PdfReader

from tools.journey.client import Erp, ErpError
from tools.journey.users import DEMO_USERS
from tools.setup import process, server

ROWS = 25
MANY = ("one2many", "many2many")
# The second bank officer has the roles of the first.
LOGINS = [login for login in DEMO_USERS if login != "bank2"]
READ = ("char", "text", "html", "integer", "float", "selection", "json", "many2one")


@pytest.fixture(scope="module")
def numbers(installation, journey):
    found = numbers_in(installation.cluster, DATABASE)
    assert len(found) > 2000
    return found


@pytest.fixture(scope="module")
def models(journey):
    rows = journey.erp("admin").search_read(
        "ir.model", [("model", "=like", "khbs.%"), ("transient", "=", False)], ["model"]
    )
    return sorted(row["model"] for row in rows)


def refused(call, *args, **kwargs):
    """Return the answer of a call, or the text of its refusal."""
    try:
        return call(*args, **kwargs)
    except ErpError as error:
        return str(error)


class Looker:
    """One user, and what the server says of the models to him, asked once."""

    def __init__(self, erp, models):
        self.erp = erp
        self.models = [
            model
            for model in models
            if refused(erp.call, model, "has_access", [], "read") is True
        ]
        self._fields = {}

    def fields(self, model):
        if model not in self._fields:
            attributes = ["type", "relation", "store", "groupable", "exportable"]
            self._fields[model] = self.erp.call(model, "fields_get", [], attributes)
        return self._fields[model]

    def everything(self, model):
        """Return what web_search_read is asked: each field, and those of its lines."""
        asked = {}
        for name, field in self.fields(model).items():
            if field["type"] in READ:
                asked[name] = {}
            elif field["type"] in MANY and field["relation"] in self.models:
                inner = self.fields(field["relation"])
                names = [key for key, one in inner.items() if one["type"] in READ]
                asked[name] = {"fields": {key: {} for key in names}, "limit": 5}
        return asked


@pytest.mark.parametrize("login", LOGINS)
def test_no_role_is_shown_a_number(journey, numbers, models, login):
    looker = Looker(journey.erp(login), models)
    assert len(looker.models) > 10
    call = looker.erp.call
    for model in looker.models:
        asked = looker.everything(model)
        found = refused(call, model, "web_search_read", [], asked, limit=ROWS)
        assert not leaked(numbers, found), model
        assert not leaked(numbers, refused(call, model, "name_search", "")), model


def test_no_group_is_headed_by_a_number(journey, numbers, models):
    looker = Looker(journey.erp("auditor"), models)
    for model in looker.models:
        for name, field in looker.fields(model).items():
            if field["type"] != "char" or not field.get("groupable", True):
                continue
            groups = refused(
                looker.erp.call,
                model,
                "formatted_read_group",
                [],
                groupby=[name],
                aggregates=["__count"],
                limit=ROWS,
            )
            assert not leaked(numbers, groups), (model, name)


def test_no_export_holds_a_number(journey, numbers, models):
    looker = Looker(exporter(journey), models)
    exported = 0
    for model in looker.models:
        ids = refused(looker.erp.search, model, [], limit=ROWS)
        names = [
            name
            for name, field in looker.fields(model).items()
            if field["type"] != "binary" and field.get("exportable", True)
        ]
        data = refused(looker.erp.call, model, "export_data", ids, names)
        assert not leaked(numbers, data), model
        exported += isinstance(data, dict)
    assert exported > 30


def exporter(journey):
    """Return the session of an auditor who may export."""
    admin = journey.erp("admin")
    login = "auditor-ekspor"
    if not admin.search("res.users", [("login", "=", login)]):
        groups = [
            row["res_id"]
            for row in admin.search_read(
                "ir.model.data",
                [
                    ("module", "=", "khbs_registry"),
                    ("name", "in", ["group_auditor", "group_exporter"]),
                ],
                ["res_id"],
            )
        ]
        province = admin.search("khbs.area", [("code", "=", "62")])
        admin.create(
            "res.users",
            {
                "name": login,
                "login": login,
                "password": PASSWORD,
                "group_ids": [(6, 0, groups)],
                "khbs_area_ids": [(6, 0, province)],
            },
        )
    return Erp(journey.url, journey.database, login, PASSWORD)


def test_no_paper_holds_a_number_that_it_does_not_need(journey, numbers):
    auditor = journey.erp("auditor")
    papers = auditor.search_read("khbs.paper", [("personal", "=", False)], ["kind"])
    assert papers
    for paper in papers:
        content = auditor.download(f"/khbs/paper/{paper['id']}/pdf")
        pages = PdfReader(io.BytesIO(content)).pages
        text = "\n".join(page.extract_text() for page in pages)
        assert not leaked(numbers, text), paper


def test_nothing_beside_the_data_keeps_a_number(installation, numbers):
    """Audit trail, logs in the database, index of files, saved filters, queues."""
    for table in (
        "khbs_audit_event",
        "khbs_approval",
        "khbs_export",
        "ir_logging",
        "ir_filters",
        "ir_config_parameter",
        "ir_default",
    ):
        rows = installation.cluster.sql(DATABASE, f"SELECT t::text FROM {table} t")
        assert not leaked(numbers, rows), table
    indexed = installation.cluster.sql(
        DATABASE, "SELECT index_content FROM ir_attachment"
    )
    assert not leaked(numbers, indexed)
    kept = installation.cluster.sql(
        DATABASE,
        "SELECT count(*) FROM ir_attachment"
        " WHERE index_content <> '' AND res_model LIKE 'khbs.%'",
    )
    assert kept == "0"


@pytest.fixture
def talkative(installation, journey):
    """Return (address, log) of a second server on the same data that logs it all."""
    own = installation.odoo
    odoo = server.Odoo(
        installation.state,
        Path(sys.executable),
        own.library,
        installation.cluster,
        "talkative",
    )
    odoo.keys, odoo.data = own.keys, own.data
    odoo.configure(db_name=DATABASE, max_cron_threads=0)
    log = installation.state.logfile("test-server-talkative")
    port = process.free_port()
    child = odoo.start(DATABASE, port, log, log_level="debug_sql")
    yield f"http://127.0.0.1:{port}", log
    odoo.stop(child)


def one_number(installation, table, column):
    query = f"SELECT {column} FROM {table} WHERE {column} ~ '^[0-9]{{16}}$' LIMIT 1"
    return installation.cluster.sql(DATABASE, query)


def test_no_log_keeps_a_number(installation, journey, numbers, talkative):
    """Whatever goes wrong, and however much the server is told to log."""
    address, log = talkative
    nik = one_number(installation, "khbs_person", "nik")
    kk = one_number(installation, "khbs_household", "kk_number")
    answers = misuse(address, journey, nik, kk)
    assert not leaked(numbers - {nik, kk}, answers)
    spoil(installation, nik)
    assert log.stat().st_size > 10_000
    kept = {
        path.name: leaked(numbers, path.read_bytes())
        for path in sorted(installation.state.log.glob("*.log"))
    }
    assert log.name in kept
    assert not {name: found for name, found in kept.items() if found}


def misuse(address, journey, nik, kk):
    """Do with a number what goes wrong; return all that the server answered."""
    operator = Erp(address, DATABASE, "operator", journey.password("operator"))
    families, persons = "khbs.household", "khbs.person"
    calls = [
        # It works.
        (families, "find_families", [nik], {}),
        (families, "find_families", [kk], {}),
        (families, "web_search_read", [[("find", "ilike", kk)], {"name": {}}], {}),
        # Fields that are nobody's, wrong names, wrong operators, wrong types.
        (persons, "search", [[("nik", "=", nik)]], {}),
        (persons, "create", [[{"name": "A", "relation": "1", "nik": nik}]], {}),
        (persons, "search", [[(f"n{nik}", "=", nik)]], {}),
        (persons, "search", [[("name", nik, nik)]], {}),
        # PostgreSQL refuses it: the statement fails with the number in it.
        (persons, "search", [[("id", "=", int(nik))]], {}),
        (persons, "search", [[("birth_date", "=", nik)]], {}),
        (persons, "read", [[int(nik)]], {}),
        (persons, f"method_{nik}", [nik], {}),
        (persons, "search", [], {f"word_{nik}": nik}),
        (f"khbs.{nik}", "search", [[]], {}),
        (families, "find_families", [nik[:15]], {}),
    ]
    answers = [
        refused(operator.call, model, method, *args, **kwargs)
        for model, method, args, kwargs in calls
    ]
    assert not leaked({nik, kk}, answers)
    browser = operator._http
    for path in (
        f"/web/content/{nik}",
        f"/odoo/khbs-households?nik={nik}&kk={kk}",
        f"/khbs/verify/{nik}",
        f"/khbs/paper/{nik}/pdf",
        f"/web/export/csv?data={nik}",
    ):
        answers.append(browser.get(address + path, timeout=60).text)
    broken = {"jsonrpc": "2.0", "params": {"nik": nik, "model": families}}
    for route in ("/web/dataset/call_kw", "/web/session/authenticate", "/edc/v1"):
        answers.append(browser.post(address + route, json=broken, timeout=60).text)
    answers.append(
        requests.post(
            f"{address}/web/dataset/call_kw",
            data=f'{{"nik": "{nik}", broken',
            headers={"Content-Type": "application/json"},
            timeout=60,
        ).text
    )
    return answers


def spoil(installation, nik):
    """Make PostgreSQL itself fail over a number: twice the same, and nonsense."""
    connection = connect(installation, DATABASE)
    statements = (
        "INSERT INTO khbs_person (household_id, name, nik, nik_status, relation, state,"
        " active) SELECT household_id, name, nik, nik_status, relation, state, active"
        " FROM khbs_person WHERE nik = %s",
        "SELECT %s::date",
        "UPDATE khbs_audit_event SET act = %s",
        "SELECT 1 / 0, %s",
    )
    for statement in statements:
        with connection.cursor() as cursor:
            with pytest.raises(psycopg2.Error):
                cursor.execute(statement, [nik])
            connection.rollback()
    connection.close()
