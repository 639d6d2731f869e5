# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

import psycopg2
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.khbs_registry.papers import source
from odoo.addons.khbs_registry.tests.common import VILLAGE

from .. import decree_lines
from .common import SCAN, TODAY, YEAR, BkkCase


class TestDecree(BkkCase):
    def test_the_annexes_hold_what_was_approved(self):
        decree = self._drafted()
        proposal = decree.bkk_proposal_ids
        recap, names = decree.annex_ids.sorted("sequence")
        self.assertEqual(recap.totals["amount"], proposal.approved_amount)
        self.assertEqual(names.totals["amount"], proposal.approved_amount)
        self.assertEqual(recap.totals["people"], 3)
        self.assertEqual(names.row_count, 3)
        self.assertEqual(decree.amount, proposal.approved_amount)

    def test_the_clauses_are_those_of_the_law(self):
        decree = self._drafted()
        text = " ".join(decree.clause_ids.mapped("text"))
        self.assertIn("Undang-Undang Nomor 14 Tahun 2023", text)
        self.assertNotIn("1958", text)
        self.assertIn("Surat Usulan Bupati Katingan Nomor 900/1/BPKAD", text)
        self.assertIn(
            "Rp2.750.000,00 (dua juta tujuh ratus lima puluh ribu rupiah)", text
        )
        self.assertIn("5.4.02.03.01.0001", text)
        self.assertNotIn("$", text)
        self.assertIn("Triwulan I Tahun Anggaran", decree.name)

    def test_a_regulation_on_an_earlier_budget_is_filled_in_anew(self):
        budget = "Peraturan Daerah {} tentang APBD Tahun Anggaran $year;"
        current = f"Nomor 9 Tahun {YEAR - 1}"
        clauses = self.env["khbs.bkk.clause"].create(
            [
                {"section": "mengingat", "text": budget.format(entered)}
                for entered in (f"Nomor 7 Tahun {YEAR - 2}", current)
            ]
        )
        clauses += clauses.create(
            {"section": "mengingat", "text": f"Peraturan Nomor 5 Tahun {YEAR - 2};"}
        )
        decree = self._drafted()
        texts = decree.clause_ids.mapped("text")
        for shown in (
            f"Daerah {current} tentang",
            f"Peraturan Nomor 5 Tahun {YEAR - 2}",
        ):
            self.assertTrue(any(shown in text for text in texts), shown)
        self.assertTrue(any("Daerah Nomor ... Tahun ... tentang" in t for t in texts))
        self.assertFalse(any("Nomor 7 Tahun" in text for text in texts))
        with self.assertRaisesRegex(UserError, "not filled in"):
            self.reading(decree, self.approver).action_approve()

    def test_one_decree_decides_several_regencies(self):
        city = self._area("62.71")
        self._holder("RT KOTA", regency_id=city.id, area_ids=self._area(VILLAGE))
        first = self._approved()
        self.regency = city
        self.proposer.khbs_area_ids = city
        both = (first | self._approved()).with_user(self.decree_officer)
        both.action_draft_decree(self.budget_line.id)
        decree = both.decree_id
        self.assertEqual(decree.bkk_proposal_ids, both)
        self.assertEqual(decree.area_id, self.province)
        self.assertIn("kepada Kabupaten/Kota untuk", decree.name)
        text = " ".join(decree.clause_ids.mapped("text"))
        self.assertIn("Bupati Katingan dan Wali Kota Palangka Raya", text)
        names = decree.annex_ids.filtered(lambda annex: annex.sequence == 2)
        self.assertEqual(names.row_count, 4)
        self.assertEqual(names.totals["amount"], sum(both.mapped("approved_amount")))
        lines = decree_lines.of_proposals(both.ids)
        rows = [row["regency"] for row in both._name_rows(lines)]
        self.assertEqual(rows, sorted(rows))
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        decree.action_register_signature(f"188.44/9/{YEAR}", TODAY, SCAN)
        self.assertEqual(set(both.mapped("state")), {"decreed"})

    def test_a_signed_decree_makes_the_proposal_payable(self):
        decree = self._drafted()
        proposal = decree.bkk_proposal_ids
        with self.assertRaisesRegex(UserError, "no decree in force"):
            self._pay(proposal, 1)
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        self.assertEqual(proposal.state, "approved")
        decree.action_register_signature(f"188.44/1/{YEAR}", TODAY, b"%PDF-1.4 signed")
        self.assertEqual(proposal.state, "decreed")
        self.assertTrue(decree.pdf_sha256)

    def test_12_46_no_more_is_paid_than_was_decreed(self):
        proposal = self._payable()
        self._pay(proposal, 1_000_000)
        self.assertEqual(proposal.disbursed_amount, 1_000_000)
        self.assertEqual(proposal.state, "decreed")
        with self.assertRaisesRegex(UserError, "1.750.000"):
            self._pay(proposal, 1_750_001, "SP2D-2")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "INSERT INTO khbs_bkk_disbursement (proposal_id, kind, spp_number, "
                "spp_date, spm_number, spm_date, sp2d_number, sp2d_date, amount) "
                "VALUES (%s, 'first', 'X', now(), 'X', now(), 'X', now(), 1750001)",
                [proposal.id],
            )
        self._pay(proposal, 1_750_000, "SP2D-3")
        self.assertEqual(proposal.state, "disbursed")
        with self.assertRaises(UserError):
            self._pay(proposal, 1, "SP2D-4")

    def test_what_was_paid_stays_charged_after_the_decree_is_revoked(self):
        decree = self._payable().decree_id
        self._pay(decree.bkk_proposal_ids, 1_000_000)
        ceiling = self.budget_line.ceiling
        decree.sudo().write({"state": "revoked", "revoked_on": TODAY})
        self.env.invalidate_all()
        self.assertEqual(self.budget_line.free_amount, ceiling - 1_000_000)
        sums = dict.fromkeys(("decided", "sp2d"), 0)
        for one in self.budget_line._movements():
            if one["step"] in sums:
                sums[one["step"]] += one["amount"]
        self.assertEqual(sums, {"decided": 1_000_000, "sp2d": 1_000_000})
        self.assertEqual(self.budget_line.sp2d_amount, 1_000_000)

    def test_a_day_of_the_context_is_checked_too(self):
        proposal = self._in_force().bkk_proposal_ids
        payments = self.env["khbs.bkk.disbursement"].with_user(self.bank_officer)
        with self.assertRaises(UserError):
            payments.with_context(default_sp2d_date=TODAY - timedelta(days=400)).create(
                {"proposal_id": proposal.id, "sp2d_number": "SP2D-9", "amount": 1}
            )

    def test_nothing_is_paid_before_the_decree(self):
        proposal = self._payable()
        with self.assertRaisesRegex(UserError, "before the decree"):
            self._pay(proposal, 1, day=TODAY - timedelta(days=1))

    def test_a_payment_is_never_changed(self):
        payment = self._pay(self._payable(), 1)
        for query in (
            "UPDATE khbs_bkk_disbursement SET amount = 2 WHERE id = %s",
            "DELETE FROM khbs_bkk_disbursement WHERE id = %s",
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, [payment.id])

    def test_only_the_bank_officer_registers_payments(self):
        proposal = self._in_force().bkk_proposal_ids
        for user in (self.proposer, self.verifier, self.approver, self.decree_officer):
            with self.assertRaises(AccessError):
                self._pay(proposal, 1, user=user)

    def test_only_the_decree_officer_drafts(self):
        proposal = self._approved()
        for user in (self.proposer, self.verifier, self.approver):
            with self.assertRaises(AccessError):
                proposal.with_user(user).action_draft_decree(self.budget_line.id)

    def test_what_is_not_approved_gets_no_decree_and_no_one_gets_two(self):
        with self.assertRaises(UserError):
            self._verified("2").with_user(self.decree_officer).action_draft_decree(
                self.budget_line.id
            )
        proposal = self._drafted("1").bkk_proposal_ids
        with self.assertRaises(UserError):
            proposal.with_user(self.decree_officer).action_draft_decree(
                self.budget_line.id
            )
        nothing = self.env["khbs.bkk.proposal"].with_user(self.decree_officer)
        with self.assertRaises(UserError):
            nothing.action_draft_decree(self.budget_line.id)

    def test_a_decree_stays_within_the_budget(self):
        self.budget_line.dpa_amount = 1
        decree = self._drafted()
        self.reading(decree, self.approver).action_approve()
        with self.assertRaises(UserError):
            decree.action_freeze()

    def test_a_decree_over_another_amount_is_not_frozen(self):
        decree = self._drafted()
        decree.amount += 1
        self.reading(decree, self.approver).action_approve()
        with self.assertRaisesRegex(UserError, "draft it anew"):
            decree.action_freeze()

    def test_a_dropped_draft_frees_its_proposals(self):
        decree = self._drafted()
        proposal = decree.bkk_proposal_ids
        decree.unlink()
        self.assertEqual(proposal.state, "approved")
        proposal.with_user(self.decree_officer).action_draft_decree(self.budget_line.id)
        self.assertTrue(proposal.decree_id)

    def test_a_withdrawn_decree_frees_its_proposals(self):
        decree = self._drafted()
        proposal = decree.bkk_proposal_ids
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        with self.assertRaises(UserError):
            proposal.with_user(self.decree_officer).action_draft_decree(
                self.budget_line.id
            )
        decree.with_user(self.approver).action_withdraw("Gubernur berhalangan")
        proposal.with_user(self.decree_officer).action_draft_decree(self.budget_line.id)
        self.assertEqual(proposal.decree_id.state, "draft")
        self.assertNotEqual(proposal.decree_id, decree)

    def test_the_decree_for_villages_names_each_village_with_its_money(self):
        self.roles["rt_head"].payee_level = "village"
        other = self._area("62.06.02.2001")
        self._holder("RT JAUH", area_ids=other.ids)
        proposal = self._approved(payee_level="village").with_user(self.decree_officer)
        proposal.action_draft_decree(self._bearing(proposal).id)
        decree = proposal.decree_id
        self.assertIn("kepada Desa di Kabupaten Katingan untuk", decree.name)
        text = " ".join(decree.clause_ids.mapped("text"))
        self.assertIn("ke Rekening Kas Desa masing-masing", text)
        self.assertNotIn("ke Rekening Kas Umum Daerah Kabupaten", text)
        recap, names = decree.annex_ids.sorted("sequence")
        rows = list(source.load(recap._source()).rows())
        self.assertEqual(
            [(row["payee"], row["people"]) for row in rows],
            [(self.village.name, 2), (other.name, 1)],
        )
        self.assertEqual(recap.totals["amount"], names.totals["amount"])
        self.assertEqual(recap.totals["amount"], proposal.approved_amount)
        self._sign(decree.with_user(self.decree_officer), f"188.44/8/{YEAR}")
        self.assertEqual(
            set(decree.bkk_line_ids.payee_area_id), set(self.village | other)
        )

    def test_a_decree_is_borne_by_the_account_of_whom_it_pays(self):
        proposal = self._approved().with_user(self.decree_officer)
        cash = self.budget_line.copy({"account_code": "5.1.06.02.01.0001"})
        near = self.budget_line.copy({"account_code": "5.4.021.01"})
        village = self.budget_line.copy({"account_code": "5.4.02.05.02.0003"})
        for line in (cash, near, village):
            with self.assertRaisesRegex(UserError, "does not bear this"):
                proposal.action_draft_decree(line.id)
        # Not magic: the policy says which account it is.
        self.env["khbs.bkk.policy"].create(
            {
                "valid_from": date(YEAR, 1, 1),
                "basis": "CONTOH",
                "regency_account": "5.1.06",
            }
        )
        later = self._approved("2").with_user(self.decree_officer)
        with self.assertRaisesRegex(UserError, "below account 5.1.06"):
            later.action_draft_decree(self.budget_line.id)
        later.action_draft_decree(cash.id)
        proposal.action_draft_decree(self.budget_line.id)

    def test_villages_are_borne_by_their_own_account_alone(self):
        self.roles["rt_head"].payee_level = "village"
        proposal = self._approved(payee_level="village").with_user(self.decree_officer)
        with self.assertRaisesRegex(UserError, "below account 5.4.02.05"):
            proposal.action_draft_decree(self.budget_line.id)
        wizard = self.env["khbs.bkk.decree.draft"].with_user(self.decree_officer)
        village = self._bearing(proposal)
        asked = wizard.with_context(default_proposal_ids=proposal.ids).new()
        self.assertEqual(asked.budget_line_id, village)

    def test_regencies_and_villages_are_decreed_apart(self):
        first = self._approved()
        self.roles["rt_head"].payee_level = "village"
        self._holder("RT BARU")
        second = self._approved(payee_level="village")
        both = (first | second).with_user(self.decree_officer)
        with self.assertRaisesRegex(UserError, "a decree for each"):
            both.action_draft_decree(self.budget_line.id)

    def test_annex_two_is_sorted_by_area_and_name_and_says_the_months(self):
        self._holder("ABDUL MA'RUF", area_ids=self._area("62.06.02.2001").ids)
        decree = self._drafted()
        names = decree.annex_ids.filtered(lambda annex: annex.sequence == 2)
        rows = list(source.load(names._source()).rows())
        self.assertEqual(
            [row["name"] for row in rows],
            ["DAMANG CONTOH", "RT DUA", "RT SATU", "ABDUL MA'RUF"],
        )
        self.assertEqual(
            [(row["span"], row["months"]) for row in rows[:3]],
            [("Jan s.d. Mar", 3), ("Feb s.d. Mar", 2), ("Jan s.d. Mar", 3)],
        )
        self.assertNotIn("nik", rows[0])
