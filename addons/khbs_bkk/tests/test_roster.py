# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import SCAN, YEAR, BkkCase


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
        # What setUpClass entered is in the cache until it is asked for anew.
        self.env.invalidate_all()
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

    def test_a_name_that_is_entered_has_no_digits(self):
        holder = self.rt.with_user(self.proposer)
        for name in ("RT 01", "BUD1", "CONTOH 2²", "SATU ٣"):
            with self.assertRaisesRegex(ValidationError, "no digits"):
                holder.name = name
            with self.assertRaisesRegex(ValidationError, "no digits"):
                self._holder(name)
        holder.name = "SITI NUR'AINI, S.Pd.-K"
        self.assertEqual(self.rt.name, "SITI NUR'AINI, S.Pd.-K")

    def test_a_name_of_before_with_digits_stays_until_it_is_changed(self):
        self.env.cr.execute(
            "UPDATE khbs_bkk_holder SET name = 'RT 01' WHERE id = %s", [self.rt.id]
        )
        self.rt.invalidate_recordset()
        holder = self.rt.with_user(self.proposer)
        holder.write({"name": "RT 01", "bank_name": "Bank Kalteng"})
        self.assertEqual(holder.bank_name, "Bank Kalteng")
        with self.assertRaisesRegex(ValidationError, "no digits"):
            holder.name = "RT 02"
        holder.name = "RT SATU"

    def test_what_the_roster_finds_out_is_not_entered(self):
        holders = (self.rt + self.damang).with_user(self.proposer)
        holders.write({"bank_account_name": "ORANG LAIN"})
        self.assertEqual(holders.mapped("account_name_differs"), [True, True])
        for vals in (
            {"account_name_differs": False},
            {"end_letter": "141/1"},
            {"predecessor_id": self.rt_late.id},
        ):
            with self._refused(AccessError):
                holders.write(vals)
        talked = holders.with_context(default_account_name_differs=False)
        added = talked.create(
            [
                {
                    "name": name,
                    "role_id": self.roles["rt_head"].id,
                    "regency_id": self.regency.id,
                    "area_ids": [Command.set(self.village.ids)],
                    "appointment_letter": "SK 1",
                    "date_from": date(YEAR, 1, 1),
                    "bank_account_name": "ORANG LAIN",
                }
                for name in ("RT SATU", "RT DUA")
            ]
        )
        self.assertTrue(all(added.mapped("account_name_differs")))

    def test_a_wrong_nik_is_refused(self):
        for wrong in ("6206", "6206019901809999", "620601010180000A"):
            with self.assertRaises(UserError):
                self.rt.with_user(self.proposer).nik_entry = wrong

    def test_a_holder_is_not_moved_out_of_reach(self):
        city = self._area("62.71")
        home = [Command.set(self._home(city.id).ids)]
        with self.assertRaises(AccessError):
            self.rt.with_user(self.proposer).write(
                {"regency_id": city.id, "area_ids": home}
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

    def test_a_holder_serves_somewhere_and_has_a_name_that_fits(self):
        holder = self.rt.with_user(self.proposer)
        with self.assertRaisesRegex(ValidationError, "where RT SATU serves"):
            holder.area_ids = False
        with self.assertRaisesRegex(ValidationError, "where TANPA WILAYAH serves"):
            self._holder("TANPA WILAYAH", area_ids=False)
        with self.assertRaisesRegex(ValidationError, "100 letters"):
            holder.name = "A" * 101
        holder.name = "A" * 100

    def test_who_stands_in_a_proposal_is_not_deleted(self):
        self._proposal()
        with self.assertRaisesRegex(UserError, "RT SATU stands in a proposal"):
            self.rt.with_user(self.proposer).unlink()
        stranger = self._holder("TIDAK DIUSULKAN")
        stranger.with_user(self.proposer).unlink()
        self.assertFalse(stranger.exists())

    def test_a_proposer_sees_the_own_regency_only(self):
        other = self._holder("RT LAIN", regency_id=self._area("62.71").id)
        found = self.env["khbs.bkk.holder"].with_user(self.proposer).search([])
        self.assertNotIn(other, found)
        self.assertIn(self.rt, found)
        with self.assertRaises(AccessError):
            found.create(
                {
                    "name": "RT LAIN",
                    "role_id": self.roles["rt_head"].id,
                    "regency_id": self._area("62.71").id,
                    "area_ids": [Command.set(self._home(self._area("62.71").id).ids)],
                    "appointment_letter": "SK 1",
                    "date_from": date(YEAR, 1, 1),
                }
            )

    def test_who_verifies_does_not_keep_the_roster(self):
        for user in (self.verifier, self.approver, self.decree_officer):
            with self.assertRaises(AccessError):
                self.rt.with_user(user).write({"name": "LAIN"})


class TestSuccession(BkkCase):
    """One act ends a term by letter and begins the next (DOMAIN 12.40, 12.41)."""

    def _change(self, holder=None, user=None, **vals):
        self._serial += 1
        return (
            self.env["khbs.bkk.holder.change"]
            .with_user(user or self.proposer)
            .create(
                {
                    "holder_id": (holder or self.rt).id,
                    "last_day": date(YEAR, 1, 31),
                    "letter": "141/20",
                    "letter_date": date(YEAR, 1, 30),
                    "name": "RT BARU",
                    "nik_entry": f"620601010181{self._serial:04d}",
                    **vals,
                }
            )
        )

    def test_a_successor_begins_where_the_term_ends(self):
        change = self._change(scan=SCAN, scan_name="sk.pdf")
        action = change.action_change()
        self.assertFalse(change.exists())
        following = self.rt.browse(action["res_id"])
        self.assertEqual(self.rt.date_to, date(YEAR, 1, 31))
        self.assertEqual(self.rt.end_letter, "141/20")
        self.assertEqual(self.rt.successor_ids, following)
        self.assertEqual(following.name, "RT BARU")
        self.assertEqual(following.date_from, date(YEAR, 2, 1))
        self.assertEqual(following.area_ids, self.rt.area_ids)
        self.assertEqual(following.role_id, self.rt.role_id)
        self.assertEqual(following.appointment_date, date(YEAR, 1, 30))
        self.assertTrue(following.appointment_scan)
        self.assertTrue(following.sudo().nik)
        # January is of the one, February and March of the other.
        proposal = self._proposal()
        months = {line.holder_id: line.months for line in proposal.line_ids}
        self.assertEqual((months[self.rt], months[following]), (1, 2))

    def test_a_term_that_was_ended_by_a_letter_stays_ended(self):
        self._change().action_change()
        holder = self.rt.with_user(self.proposer)
        for day in (date(YEAR, 12, 31), False):
            with self._refused(UserError):
                holder.date_to = day
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_holder SET date_to = NULL WHERE id = %s",
                [self.rt.id],
            )

    def test_a_move_is_a_new_term_of_the_same_person(self):
        other = self._area("62.06.01.2004")
        self.rt.with_user(self.proposer).bank_account_entry = "9001234567"
        change = self._change(
            kind="renewal",
            end_reason="moved",
            area_ids=[Command.set(other.ids)],
            name=False,
            nik_entry=False,
        )
        following = self.rt.browse(change.action_change()["res_id"])
        self.assertEqual(following.sudo().nik, self.rt.sudo().nik)
        self.assertEqual(following.sudo().bank_account, "9001234567")
        self.assertEqual(following.area_ids, other)

    def test_a_post_may_stay_vacant(self):
        action = self._change(kind="vacant", end_reason="died").action_change()
        self.assertEqual(action["res_id"], self.rt.id)
        self.assertFalse(self.rt.successor_ids)

    def test_what_cannot_be(self):
        self.damang.date_to = date(YEAR, 1, 15)
        for vals in (
            {"last_day": date(YEAR - 2, 1, 1)},
            {"date_from": date(YEAR, 1, 31)},
            {"holder": self.damang},
            {"nik_entry": False},
            {"area_ids": [Command.clear()]},
        ):
            with self._refused():
                self._change(**vals).action_change()
        self.assertFalse(self.rt.date_to)
        self._change().action_change()
        with self._refused():
            self._change().action_change()

    def test_a_successor_who_holds_the_role_already(self):
        nik = self.rt_late.sudo().nik
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self._change(nik_entry=nik).action_change()
        self.env.invalidate_all()
        self.assertFalse(self.rt.date_to)

    def test_only_the_proposer_of_the_regency_ends_a_term(self):
        with self._refused(AccessError):
            self.rt.with_user(self.verifier)._end_term(
                date(YEAR, 1, 31), "replaced", {}, None
            )
        city = self._area("62.71")
        other = self._role_user("bkk_proposer", areas=city, login="kota")
        with self._refused(AccessError):
            self._change(user=other).action_change()
        events = self.env["khbs.audit.event"].search(
            [("act", "=", "bkk.holder.ended"), ("outcome", "=", "refused")]
        )
        self.assertIn(self.rt.id, events.mapped("res_id"))

    def test_months_that_were_granted_are_named(self):
        self._approved()
        change = self._change()
        self.assertIn(str(YEAR), change.decided_months)
        self.assertEqual(len(change.decided_months.split(", ")), 2)

    def test_the_entered_nik_is_not_read_back(self):
        change = self._change()
        with self.assertRaises(AccessError):
            change.read(["nik"])
        self.assertFalse(change.nik_entry)
