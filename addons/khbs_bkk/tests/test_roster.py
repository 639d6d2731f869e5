# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import YEAR, BkkCase


class TestRoster(BkkCase):
    def test_two_rates_of_a_role_may_not_overlap(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
        ):
            self._rate("rt_head", 300000, valid_from=date(YEAR, 6, 1))

    def test_a_closed_rate_makes_room_and_a_regency_has_its_own(self):
        self.rt_rate.valid_to = date(YEAR, 5, 31)
        self.rt_rate.flush_recordset()
        self._rate("rt_head", 300000, valid_from=date(YEAR, 6, 1))
        self._rate("rt_head", 275000, area_id=self.regency.id)

    def test_a_rate_is_not_altered(self):
        with self.assertRaises(UserError):
            self.rt_rate.amount = 1

    def test_one_person_holds_a_role_once_at_a_time(self):
        nik = self.rt.sudo().nik
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
        ):
            self._holder("RT SATU LAGI", nik_entry=nik)
        self.env.invalidate_all()

    def test_a_term_that_ended_makes_room_for_the_next(self):
        self.rt.date_to = date(YEAR, 1, 31)
        self.rt.flush_recordset()
        self._holder(
            "RT SATU", nik_entry=self.rt.sudo().nik, date_from=date(YEAR, 2, 1)
        )

    def test_a_nik_is_entered_but_shown_masked(self):
        holder = self.rt.with_user(self.proposer)
        self.assertFalse(holder.nik_entry)
        self.assertIn("********", holder.nik_masked)
        with self.assertRaises(AccessError):
            holder.read(["nik"])

    def test_npwp_and_account_are_shown_masked(self):
        holder = self.rt.with_user(self.proposer)
        holder.write(
            {"npwp_entry": holder.sudo().nik, "bank_account_entry": "900 1234567"}
        )
        self.assertEqual(holder.npwp_masked, holder.nik_masked)
        self.assertEqual(holder.bank_account_masked, "******4567")
        for name in ("npwp", "bank_account"):
            with self.assertRaises(AccessError):
                holder.read([name])
            with self.assertRaises(AccessError):
                holder.search([(name, "like", "6206")])
            with self.assertRaises(AccessError):
                holder.write({name: "6206010101800001"})
        for wrong in ("12", "6206010101809999X"):
            with self.assertRaises(UserError):
                holder.npwp_entry = wrong

    def test_a_wrong_nik_is_refused(self):
        for wrong in ("6206", "6206019901809999", "620601010180000A"):
            with self.assertRaises(UserError):
                self.rt.with_user(self.proposer).nik_entry = wrong

    def test_a_holder_is_not_moved_out_of_reach(self):
        with self.assertRaises(AccessError):
            self.rt.with_user(self.proposer).write(
                {"regency_id": self._area("62.71").id, "area_ids": [Command.clear()]}
            )

    def test_who_stands_in_a_proposal_stays_the_same_person(self):
        self._proposed()
        with self.assertRaises(UserError):
            self.rt.with_user(self.proposer).nik_entry = "6206010101809999"
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_holder SET nik = '6206010101809999' WHERE id = %s",
                [self.rt.id],
            )
        self.rt.with_user(self.proposer).date_to = date(YEAR, 12, 31)

    def test_areas_lie_in_the_regency(self):
        with self.assertRaises(ValidationError):
            self.rt.area_ids = self._area("62.71.01.1001")

    def test_a_proposer_sees_the_own_regency_only(self):
        other = self._holder(
            "RT LAIN", regency_id=self._area("62.71").id, area_ids=False
        )
        found = self.env["khbs.bkk.holder"].with_user(self.proposer).search([])
        self.assertNotIn(other, found)
        self.assertIn(self.rt, found)
        with self.assertRaises(AccessError):
            found.create(
                {
                    "name": "RT LAIN",
                    "role_id": self.roles["rt_head"].id,
                    "regency_id": self._area("62.71").id,
                    "appointment_letter": "SK 1",
                    "date_from": date(YEAR, 1, 1),
                }
            )

    def test_who_verifies_does_not_keep_the_roster(self):
        for user in (self.verifier, self.approver, self.decree_officer):
            with self.assertRaises(AccessError):
                self.rt.with_user(user).write({"name": "LAIN"})
