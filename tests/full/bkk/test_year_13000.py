# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A year of four periods, 14 regencies and 13,000 holders over the web client's calls.

The year is the one of addons/khbs_bkk/tests (year_roster, year_play, year_pay,
year_checks), ten times as large and against a running server.
"""

import importlib.util
import sys
from datetime import date

import pytest

from tools.journey.client import ErpError, Journey
from tools.setup.state import REPOSITORY

DATABASE = "khbs_year_13000"
PASSWORD = "year-password"
HOLDERS = 13_000
QUARTERS = (1, 2, 3, 4)
TODAY = date.today()
PROVINCE = "62"
ROLES = (
    *("bkk_verifier", "approver", "decree_officer", "bank_officer", "administrator"),
    *("auditor", "second_approver"),
)


def part_of_the_addon(name):
    """Return a module of the addon's tests that needs no Odoo."""
    path = REPOSITORY / "addons" / "khbs_bkk" / "tests" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


year_roster = part_of_the_addon("year_roster")
year_pay = part_of_the_addon("year_pay")
year_play = part_of_the_addon("year_play")
year_checks = part_of_the_addon("year_checks")


class Office:
    """One user of each role of the province and a proposer for each regency."""

    def __init__(self, journey):
        self.journey = journey
        admin = journey.erp("admin")
        rows = admin.search_read("khbs.area", [], ["code", "level"])
        self.areas = {row["code"]: row["id"] for row in rows}
        self.logins = {(role, None): f"tahun-{role}" for role in ROLES}
        self.logins |= {
            ("bkk_proposer", row["code"]): f"tahun-{row['code']}"
            for row in rows
            if row["level"] in ("regency", "city")
        }
        for (role, code), login in self.logins.items():
            group = "approver" if role == "second_approver" else role
            self._add_user(admin, group, code or PROVINCE, login)

    def _add_user(self, admin, role, code, login):
        [group] = admin.search_read(
            "ir.model.data",
            [("module", "=", "khbs_registry"), ("name", "=", f"group_{role}")],
            ["res_id"],
        )
        areas = admin.search("khbs.area", [("code", "=", code)])
        admin.create(
            "res.users",
            {
                "name": login,
                "login": login,
                "password": PASSWORD,
                "group_ids": [(6, 0, [group["res_id"]])],
                "khbs_area_ids": [(6, 0, areas)],
            },
        )

    def session(self, role, code=None):
        return self.journey.erp(self.logins[role, code])

    def refusal(self, session, method, proposal):
        """Return what a decision on a proposal is refused with."""
        with pytest.raises(ErpError) as refused:
            session.decide("khbs.bkk.proposal", method, proposal)
        return str(refused.value)

    def settle(self):
        """The server's own autovacuum tells the planner what there is."""

    def paper(self, paper_id, form):
        return self._download(f"/khbs/paper/{paper_id}/{form}")

    def annex(self, annex_id, form):
        return self._download(f"/khbs/decree/annex/{annex_id}/{form}")

    def decree(self, decree_id):
        return self._download(f"/khbs/decree/{decree_id}/pdf")

    def _download(self, path):
        return self.session("auditor").download(path)


class Passwords(dict):
    """Every user has the same one."""

    def __missing__(self, login):
        return PASSWORD


@pytest.fixture(scope="module")
def year(installation, tmp_path_factory):
    """The year, played once."""
    installation.copy_database(DATABASE)
    installation.odoo.shell(
        DATABASE,
        f"env.ref('base.user_admin').password = {PASSWORD!r}",
        log=installation.state.logfile("test-shell"),
    )
    child, address = installation.serve(DATABASE)
    try:
        journey = Journey(
            address, DATABASE, Passwords(), tmp_path_factory.mktemp("year")
        )
        office = Office(journey)
        terms = year_roster.roster(TODAY.year, HOLDERS, places(journey.erp("admin")))
        played = year_play.Year(office, year_roster, year_pay, terms, TODAY.year, TODAY)
        played.play()
        yield played
    finally:
        installation.odoo.stop(child)


def places(admin):
    """Return {code of a regency: (codes of its districts, of its villages)}."""
    rows = admin.search_read("khbs.area", [], ["code", "level"], order="code")
    regencies = {}
    for row in rows:
        if row["level"] in ("regency", "city"):
            regencies[row["code"]] = ([], [])
    for row in rows:
        if row["level"] == "district":
            regencies[row["code"][:5]][0].append(row["code"])
        elif "village" in row["level"]:
            regencies[row["code"][:5]][1].append(row["code"])
    return regencies


@pytest.mark.parametrize("quarter", QUARTERS)
def test_every_month_has_its_line_rate_decree_and_payment(year, quarter):
    year_checks.every_month_is_explained(year, quarter)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_second_tier_ceilings_and_local_pay_are_kept(year, quarter):
    year_checks.second_tier_is_kept(year, quarter)
    year_checks.ceilings_are_kept(year, quarter)
    year_checks.local_pay_is_warned_of(year, quarter)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_every_screen_shows_the_same_rupiah(year, quarter):
    year_checks.screens_agree(year, quarter)
    year_checks.treasuries_agree(year, quarter)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_every_paper_says_the_same_rupiah(year, quarter):
    year_checks.annexes_agree(year, quarter)
    parts = year_checks.telling_parts(year, quarter)
    year_checks.minutes_agree(year, quarter, parts)
    year_checks.payment_lists_agree(year, quarter, parts)
    year_checks.reports_agree(year, quarter, parts)


def test_the_budget_screen_and_report_27_say_the_same_rupiah(year):
    year_checks.budget_agrees(year)
    year_checks.recap_agrees(year)
    year_checks.recap_agrees(year, quarter=3, code=year_roster.DROPPED)
