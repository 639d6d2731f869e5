# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools.date_utils import end_of, start_of

from .common import TODAY, YEAR, BkkCase

QUARTER = start_of(TODAY, "quarter")
BEFORE = date(YEAR - 1, 1, 1)


class TestWarnings(BkkCase):
    """Each rule finds what it is named for and nothing beside it."""

    def _of_roster(self, user=None):
        """Return {(rule, holder or role's code)} of the present quarter."""
        found = (
            self.env["khbs.bkk.roster.warning"]
            .with_user(user or self.proposer)
            .search([("period_from", "=", QUARTER)])
        )
        return {(one.rule, one.holder_id or one.role_id.code): one for one in found}

    def _ceiling(self, people, role="rt_head", area=None, **vals):
        return self.env["khbs.bkk.ceiling"].create(
            {
                "role_id": self.roles[role].id,
                "area_id": (area or self.village).id,
                "people": people,
                "valid_from": BEFORE,
                "basis": "CONTOH",
                **vals,
            }
        )

    def test_a_quiet_roster_has_no_warning(self):
        late = self._of_roster().keys() - {("PART_PERIOD", self.rt_late)}
        self.assertFalse(late)

    def test_two_roles_are_named_to_both_and_across_regencies(self):
        nik = self.rt.sudo().nik
        mantir = self._holder("RT SATU", role="mantir_village", nik_entry=nik)
        other = self._holder(
            "RT SATU",
            role="religious_leader",
            nik_entry=nik,
            regency_id=self._area("62.71").id,
        )
        found = self._of_roster()
        self.assertIn(("TWO_ROLES", mantir), found)
        detail = found["TWO_ROLES", self.rt].detail
        self.assertIn("Mantir Desa", detail)
        self.assertIn(other.regency_id.name, detail)
        self.assertNotIn(nik, found["TWO_ROLES", self.rt].explanation)
        # The other regency's holder is not this proposer's to see.
        self.assertNotIn(("TWO_ROLES", other), found)
        self.assertIn(("TWO_ROLES", other), self._of_roster(self.verifier))

    def test_roles_of_different_months_are_no_two_roles(self):
        self.rt.date_to = QUARTER + relativedelta(days=10)
        self._holder(
            "RT SATU",
            role="mantir_village",
            nik_entry=self.rt.sudo().nik,
            date_from=QUARTER + relativedelta(days=11),
        )
        self.assertFalse([key for key in self._of_roster() if key[0] == "TWO_ROLES"])

    def test_several_areas_are_named(self):
        areas = self.village + self._area("62.06.01.2004")
        officer = self._holder(
            "POLISI", role="bhabinkamtibmas", area_ids=[Command.set(areas.ids)]
        )
        found = self._of_roster()["TWO_AREAS", officer]
        self.assertEqual(found.detail, "; ".join(areas.mapped("name")))

    def test_a_term_that_ends_in_the_quarter(self):
        self.rt.date_to = end_of(TODAY, "quarter")
        self.damang.date_to = end_of(TODAY, "quarter") + relativedelta(days=1)
        found = self._of_roster()
        self.assertIn(("TERM_ENDS", self.rt), found)
        self.assertNotIn(("TERM_ENDS", self.damang), found)
        ends = found["TERM_ENDS", self.rt]
        self.assertIn(str(self.rt.date_to.year), ends.explanation)

    def test_part_of_the_period_counts_first_days(self):
        self.rt.date_from = QUARTER + relativedelta(days=1)
        self.assertEqual(self._of_roster()["PART_PERIOD", self.rt].detail, "2/3")

    def test_a_beneficiary_is_found_by_the_nik(self):
        self._household().person_ids.nik = self.rt.sudo().nik
        waiting = self._household(state="verified")
        waiting.person_ids.nik = self.damang.sudo().nik
        found = self._of_roster()
        self.assertIn(("BENEFICIARY", self.rt), found)
        self.assertNotIn(("BENEFICIARY", self.damang), found)

    def test_who_is_paid_by_the_regency_for_the_same_role(self):
        pay = self.env["khbs.bkk.local.pay"].with_user(self.proposer)
        vals = {
            "name": "RT SATU",
            "regency_id": self.regency.id,
            "funding_source": "APBD Katingan",
            "amount": 150000,
            "date_from": QUARTER + relativedelta(months=1, days=5),
            "basis": "SK Bupati 1",
        }
        pay.create(
            [
                {
                    **vals,
                    "nik_entry": holder.sudo().nik,
                    "role_id": self.roles["rt_head"].id,
                }
                for holder in (self.rt, self.damang)
            ]
        )
        found = self._of_roster()
        self.assertNotIn(("PAID_LOCALLY", self.damang), found)
        paid = found["PAID_LOCALLY", self.rt]
        self.assertEqual(paid.detail, "APBD Katingan, Rp150.000")
        self.assertEqual(paid.month_from, QUARTER + relativedelta(months=1))

    def test_local_pay_without_a_nik_finds_nobody(self):
        with self._refused():
            self.env["khbs.bkk.local.pay"].with_user(self.proposer).create(
                {
                    "name": "RT SATU",
                    "role_id": self.roles["rt_head"].id,
                    "regency_id": self.regency.id,
                    "funding_source": "APBD",
                    "date_from": BEFORE,
                    "basis": "SK",
                }
            )

    def test_an_account_of_another_name(self):
        self.rt.bank_account_name = "H. RT. SATU, S.Pd"
        self.damang.bank_account_name = "ISTRI DAMANG"
        found = self._of_roster()
        self.assertNotIn(("ACCOUNT_NAME", self.rt), found)
        self.assertIn("ISTRI", found["ACCOUNT_NAME", self.damang].explanation)

    def test_a_vacant_post_names_role_and_place(self):
        self._ceiling(3)
        self._ceiling(9, area=self.regency)
        found = self._of_roster()
        vacant = found["VACANT_POST", "rt_head"]
        # Of the two ceilings the village's own says where the post is.
        self.assertEqual(vacant.area_id, self.village)
        self.assertEqual(vacant.detail, "2/3")
        self.assertIn("Ketua RT", vacant.explanation)
        self.assertIn(self.village.name, vacant.explanation)

    def test_a_post_that_nobody_holds_at_all(self):
        self._ceiling(1, role="damang", area=self.village.parent_id)
        self.damang.date_to = QUARTER - relativedelta(days=1)
        vacant = self._of_roster()["VACANT_POST", "damang"]
        self.assertEqual((vacant.detail, vacant.holder_id.id), ("0/1", False))

    def test_above_the_ceiling_of_village_and_regency(self):
        self._ceiling(1)
        self._ceiling(1, area=self.regency)
        self._ceiling(2, area=self.village.parent_id)
        found = (
            self.env["khbs.bkk.roster.warning"]
            .with_user(self.proposer)
            .search([("rule", "=", "OVER_CEILING"), ("period_from", "=", QUARTER)])
        )
        self.assertEqual(found.area_id, self.village + self.regency)
        self.assertEqual(set(found.mapped("detail")), {"2/1"})

    def test_a_ceiling_of_the_province_speaks_to_the_province(self):
        self._ceiling(100, area=self.province)
        self.assertNotIn(("VACANT_POST", "rt_head"), self._of_roster())
        found = self._of_roster(self.verifier)
        self.assertEqual(found["VACANT_POST", "rt_head"].area_id, self.province)

    def test_a_ceiling_is_closed_not_altered(self):
        ceiling = self._ceiling(1)
        with self._refused():
            ceiling.people = 2
        ceiling.valid_to = date(YEAR, 1, 31)
        ceiling.flush_recordset()
        self._ceiling(2, valid_from=date(YEAR, 2, 1))
        with self._refused(AccessError):
            self._ceiling(3, role="damang").with_user(self.verifier).valid_to = TODAY

    def test_a_proposal_keeps_its_warnings_and_their_codes(self):
        nik = self.rt.sudo().nik
        self._holder("RT SATU", role="damang", nik_entry=nik, date_to=date(YEAR, 2, 1))
        self._ceiling(1)
        proposal = self._proposal()
        line = proposal.line_ids.filtered(lambda one: one.holder_id == self.rt)
        self.assertEqual(line.warning, "TWO_ROLES")
        warning = proposal.warning_ids.filtered(lambda one: one.line_id == line)
        self.assertEqual(warning.rule, "TWO_ROLES")
        self.assertEqual(warning.month_to, date(YEAR, 2, 1))
        over = proposal.warning_ids.filtered(lambda one: one.rule == "OVER_CEILING")
        self.assertEqual((over.area_id, over.line_id.id), (self.village, False))
        # Built again they are written again, not beside the old ones.
        count = proposal.warning_count
        proposal.action_build()
        self.assertEqual(proposal.warning_count, count)
        self.assertFalse(self.env["khbs.bkk.proposal"]._make_warnings())

    def test_two_proposals_at_once(self):
        proposals = self._proposal("1") + self._proposal("2")
        self.rt.bank_account_name = "LAIN"
        proposals.sudo()._make_warnings()
        for proposal in proposals:
            self.assertIn("ACCOUNT_NAME", proposal.warning_ids.mapped("rule"))

    def test_a_user_without_an_area_is_refused_what_is_there(self):
        self.rt.bank_account_name = "LAIN"
        warning = self._of_roster()["ACCOUNT_NAME", self.rt]
        stranger = self._role_user("bkk_proposer", login="luar")
        stranger.khbs_area_ids = False
        mine = warning.with_user(stranger)
        self.assertFalse(mine.search([]))
        for act in (mine.copy, lambda: mine.export_data(["display_name"])):
            with self._refused(AccessError):
                act()

    def test_nobody_writes_a_warning(self):
        warning = self._proposal().warning_ids[:1]
        self.assertTrue(warning)
        for user in (self.proposer, self.verifier):
            with self._refused(AccessError):
                warning.with_user(user).unlink()
