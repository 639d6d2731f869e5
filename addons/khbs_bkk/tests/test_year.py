# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import collections

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from odoo.addons.khbs_registry.tests.common import KhbsCase, today

from . import year_checks, year_pay, year_play, year_roster

TODAY = today()
HOLDERS = 1_300
QUARTERS = (1, 2, 3, 4)
ROLES = (
    *("bkk_verifier", "approver", "decree_officer", "bank_officer", "administrator"),
    "auditor",
)


class Session:
    """A user of the test, calling what the web client calls."""

    def __init__(self, env, user):
        self.env = env(user=user)

    def call(self, model, method, *args, **kwargs):
        return call_kw(self.env[model], method, list(args), kwargs)

    # Names of calls, not of a model's own methods.
    # pylint: disable=method-required-super
    def create(self, model, values):
        return self.call(model, "create", [values])[0]

    def write(self, model, ids, values):
        return self.call(model, "write", ids, values)

    def search(self, model, domain, **kwargs):
        return self.env[model].search(domain, **kwargs).ids

    def search_read(self, model, domain, fields, **kwargs):
        return self.call(model, "search_read", domain, fields=fields, **kwargs)

    def read_one(self, model, record_id, fields):
        return self.call(model, "read", [record_id], fields)[0]

    def decide(self, model, method, record_id):
        shown = self.read_one(model, record_id, ["content_sha256"])
        context = {"khbs_seen": shown["content_sha256"]}
        return self.call(model, method, [record_id], context=context)


class Office:
    """The users of a year: one of each role of the province, a proposer a regency."""

    def __init__(self, case):
        self.env = case.env
        areas = case.env["khbs.area"].search([])
        regencies = areas.filtered(lambda area: area.level in ("regency", "city"))
        self.areas = {area.code: area.id for area in areas}
        self.users = {
            (role, None): case._role_user(role, login=f"year-{role}") for role in ROLES
        }
        self.users["second_approver", None] = case._role_user(
            "approver", login="year-second-approver"
        )
        for regency in regencies:
            self.users["bkk_proposer", regency.code] = case._role_user(
                "bkk_proposer", areas=regency, login=f"year-{regency.code}"
            )

    def session(self, role, code=None):
        return Session(self.env, self.users[role, code])

    def refusal(self, session, method, proposal):
        """Return what a decision on a proposal is refused with."""
        try:
            session.decide("khbs.bkk.proposal", method, proposal)
        except UserError as refused:
            return str(refused)
        raise AssertionError("not refused")

    def settle(self):
        """Let the planner know what this transaction alone has brought."""
        self.env.flush_all()
        self.env.cr.execute("ANALYZE khbs_bkk_holder, khbs_bkk_proposal_line")

    def paper(self, paper_id, form):
        return self._auditor("khbs.paper", paper_id)._file(form)

    def annex(self, annex_id, form):
        return self._auditor("khbs.decree.annex", annex_id)._file(form)

    def decree(self, decree_id):
        return self._auditor("khbs.decree", decree_id)._file("pdf")

    def _auditor(self, model, record_id):
        user = self.users["auditor", None]
        return self.env[model].with_user(user).browse(record_id)


@tagged("post_install", "-at_install")
class TestYear(KhbsCase):
    """Four quarters, fourteen regencies, 1,300 holders: every month is explained."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        regencies = {}
        areas = cls.env["khbs.area"]
        for regency in areas.search([("level", "in", ["regency", "city"])]):
            below = areas.search([("id", "child_of", regency.id)], order="code")
            regencies[regency.code] = (
                [one.code for one in below if one.level == "district"],
                [one.code for one in below if "village" in one.level],
            )
        terms = year_roster.roster(TODAY.year, HOLDERS, regencies)
        cls.year = year_play.Year(
            Office(cls), year_roster, year_pay, terms, TODAY.year, TODAY
        )
        cls.year.play()

    def test_every_month_has_its_line_rate_decree_and_payment(self):
        for quarter in QUARTERS:
            with self.subTest(quarter=quarter):
                year_checks.every_month_is_explained(self.year, quarter)

    def test_second_tier_ceilings_and_local_pay_are_kept(self):
        for quarter in QUARTERS:
            with self.subTest(quarter=quarter):
                year_checks.second_tier_is_kept(self.year, quarter)
                year_checks.ceilings_are_kept(self.year, quarter)
                year_checks.local_pay_is_warned_of(self.year, quarter)

    def test_every_screen_shows_the_same_rupiah(self):
        for quarter in QUARTERS:
            with self.subTest(quarter=quarter):
                year_checks.screens_agree(self.year, quarter)
                year_checks.treasuries_agree(self.year, quarter)
        year_checks.budget_agrees(self.year)

    def test_the_control_card_says_the_same_rupiah(self):
        for budget_line in self.year.budget_lines.values():
            line = self.env["khbs.budget.line"].browse(budget_line)
            moved = collections.Counter()
            for one in line._movements():
                moved[one["step"]] += one["amount"]
            for kind, amount in line._flow_amounts().items():
                self.assertEqual(moved[kind], amount, kind)
                self.assertTrue(amount or kind == "sts")

    def test_every_paper_says_the_same_rupiah(self):
        for quarter in QUARTERS:
            with self.subTest(quarter=quarter):
                year_checks.annexes_agree(self.year, quarter)
                parts = year_checks.telling_parts(self.year, quarter)
                year_checks.minutes_agree(self.year, quarter, parts)
                year_checks.payment_lists_agree(self.year, quarter, parts)
                year_checks.reports_agree(self.year, quarter, parts)

    def test_report_27_says_the_same_rupiah(self):
        year_checks.recap_agrees(self.year)
        year_checks.recap_agrees(self.year, quarter=3, code=year_roster.DROPPED)

    def test_every_proposal_is_accounted(self):
        states = self.env["khbs.bkk.proposal"]._read_group(
            [("fiscal_year", "=", TODAY.year)], ["state"], ["__count"]
        )
        count = 4 * (14 + len(year_roster.OF_DESA))
        self.assertEqual(states, [("accounted", count)])
