# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .delivery_common import DeliveryCase


@tagged("post_install", "-at_install")
class TestExplanation(DeliveryCase):
    """Why a family is or is not eligible, and what other rules would mean."""

    def _answer(self, family, user=None):
        action = (
            self._household_of(family).with_user(user or self.operator).action_explain()
        )
        return (
            self.env["khbs.decision"]
            .with_user(user or self.operator)
            .browse(action["res_id"])
        )

    def _list_decided(self, places):
        recipient_list = (
            self.env["khbs.recipient.list"]
            .with_user(self.operator)
            .create(
                {
                    "title": "Tahap I",
                    "area_id": self._area("62.06").id,
                    "places": places,
                }
            )
        )
        recipient_list.action_collect()
        recipient_list.action_propose_quotas()
        recipient_list.action_rank()
        recipient_list.action_propose()
        self.reading(recipient_list, self.approver).action_decide()
        return recipient_list

    def test_reasons_have_their_source_and_the_place_its_number(self):
        families = [self._family(desil=str(place + 1)) for place in range(3)]
        self._applied(*families)
        self._criteria().action_decide_families()
        recipient_list = self._list_decided(1)
        first, _second, third = (self._answer(family) for family in families)
        self.assertIn("400.9/1", first.source_text)
        self.assertIn("within its quota of 1 families", first.place_text)
        self.assertIn(recipient_list.name, first.place_text)
        self.assertIn("number 2", third.place_text)
        officer = self._role_user("field_officer")
        self.assertTrue(self._answer(families[0], officer).place_text)

    def test_earlier_decisions_stay_in_the_answer(self):
        family = self._family(desil="9")
        self._applied(family)
        criteria = self._criteria()
        criteria.action_decide_families()
        for row in family:
            row["desil"] = "2"
        self._applied(family)
        criteria.action_decide_families()
        answer = self._answer(family)
        self.assertEqual(answer.outcome, "eligible")
        self.assertIn("Decile 9 is above the limit", answer.history_text)
        self.assertIn("no recipient list", answer.place_text)

    def test_the_answer_is_a_paper_that_shows_no_personal_number(self):
        family = self._family()
        self._applied(family)
        self._aid_list([(family[0]["nik"], "", "PKH")])
        self._criteria().action_decide_families()
        answer = self._answer(family)
        answer.action_print_answer()
        paper = self.env["khbs.paper"].search(
            [("kind", "=", "household.eligibility")], limit=1
        )
        self.assertEqual(paper.res_id, self._household_of(family).id)
        self.assertTrue(paper.code)
        book = openpyxl.load_workbook(io.BytesIO(paper.sudo()._file("xlsx")))
        text = " ".join(
            str(cell) for row in book.active.iter_rows(values_only=True) for cell in row
        )
        self.assertIn("Program Keluarga Harapan", text)
        self.assertIn("400.9/2", text)
        self.assertNotIn(family[0]["nik"], text)
        self.assertNotIn(family[0]["no_kk"], text)
        with self.assertRaises(AccessError):
            answer.with_user(self._role_user("bank_officer")).action_print_answer()

    def _what_if(self, user=None, **values):
        return (
            self.env["khbs.what.if"]
            .with_user(user or self.operator)
            .create({"cash_amount": 250_000, "food_amount": 150_000, **values})
        )

    def test_a_what_if_counts_and_changes_nothing(self):
        families = [self._family(desil=desil) for desil in ("1", "2", "4", "8", "")]
        self._applied(*families)
        self._aid_list([(families[0][0]["nik"], "", "PKH")])
        self._criteria().action_decide_families()
        self._household_of(families[2]).state = "active"
        before = self.env["khbs.decision"].search_count([])
        states = [self._household_of(family).state for family in families]
        what_if = self._what_if(max_decile="2")
        what_if.action_compute()
        line = what_if.line_ids
        self.assertEqual(line.area_id, self._area("62.06"))
        self.assertEqual(
            (line.eligible, line.not_eligible, line.needs_verification), (1, 3, 1)
        )
        self.assertEqual((line.now_eligible, line.difference), (2, -1))
        self.assertEqual(line.cost, 400_000)
        what_if.excluding_programme_ids = False
        what_if.action_compute()
        self.assertEqual(what_if.line_ids.eligible, 2)
        self.assertEqual(self.env["khbs.decision"].search_count([]), before)
        self.assertEqual(
            [self._household_of(family).state for family in families], states
        )
        file = io.BytesIO()
        what_if._write_xlsx(file)
        rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
        written = {cell for row in rows for cell in row if isinstance(cell, int)}
        self.assertLessEqual({2, -1 + 1, 800_000}, written)

    def test_a_what_if_stays_in_the_areas_of_its_user(self):
        operator = self._role_user(
            "registry_operator", areas=self._area("62.71"), login="kota"
        )
        what_if = self._what_if(
            operator, area_id=self._area("62.06").id, max_decile="5", unit="kk"
        )
        with self.assertRaisesRegex(UserError, "your areas"):
            what_if.action_compute()
