# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import today
from .deliberation_common import PDF, DeliberationCase


@tagged("post_install", "-at_install")
class TestDeliberation(DeliberationCase):
    def setUp(self):
        super().setUp()
        self.households = [
            self._household(self.village, state="eligible", rt="001")
            for _number in range(3)
        ]

    def _objection(self, deliberation, household, outcome=None):
        complaint = (
            self.env["khbs.complaint"]
            .with_user(self.officer)
            .create(
                {
                    "kind": "objection",
                    "deliberation_id": deliberation.id,
                    "area_id": self.village.id,
                    "household_id": household.id,
                    "text": "Keluarga ini punya kebun sawit.",
                }
            )
            .with_user(self.operator)
        )
        if outcome:
            complaint.action_take()
            complaint.note = "Diperiksa di lapangan."
            complaint.action_done(outcome)
        return complaint

    def test_a_closed_deliberation_takes_effect_and_not_before(self):
        kept, better_off, moved = self.households
        deliberation = self._deliberation(self.households)
        self.assertEqual(deliberation.kind, "musdes")
        self.assertEqual(deliberation.line_count, 3)
        self._line(deliberation, better_off).write(
            {"result": "removed", "reason": "better_off"}
        )
        self._line(deliberation, moved).write({"result": "removed", "reason": "moved"})
        self._announced(deliberation)
        self.assertEqual(set(h.state for h in self.households), {"eligible"})
        self.reading(deliberation, self.validator).action_close()
        self.assertEqual(kept.state, "eligible")
        self.assertEqual(
            (better_off.state, better_off.reason_code, better_off.removal_reason),
            ("not_eligible", "DELIBERATION_BETTER_OFF", "better_off"),
        )
        self.assertEqual(
            (moved.state, moved.reason_code),
            ("needs_verification", "DELIBERATION_MOVED"),
        )
        approvals = self.env["khbs.approval"].search(
            [("model", "=", deliberation._name), ("res_id", "=", deliberation.id)]
        )
        self.assertEqual(approvals.mapped("step"), ["held", "closed"])
        self.assertEqual(set(approvals.mapped("sha256")), {deliberation.lines_sha256})

    def test_criteria_do_not_overrule_the_village(self):
        better_off, moved, _kept = self.households
        deliberation = self._deliberation(self.households)
        self._line(deliberation, better_off).write(
            {"result": "removed", "reason": "better_off"}
        )
        self._line(deliberation, moved).write({"result": "removed", "reason": "moved"})
        self._closed(deliberation)
        criteria = self.env["khbs.criteria"].create(
            {
                "name": "Kriteria",
                "legal_basis": "Keputusan",
                "valid_from": "2026-01-01",
                "max_decile": "5",
                "unit": "kk",
            }
        )
        decisions = self.env["khbs.decision"]
        decisions._decide_families(criteria, self.village)
        self.assertEqual(
            [h.state for h in self.households],
            ["not_eligible", "needs_verification", "eligible"],
        )
        self.assertEqual(better_off.reason_code, "DELIBERATION_BETTER_OFF")
        decision = decisions.search(
            [("household_id", "=", moved.id), ("current", "=", True)]
        )
        self.assertIn("moved away", decision.explanation)
        later = self._deliberation(self.households)
        self._closed(later)
        self.assertFalse(better_off.removal_reason)

    def test_what_the_village_corrects_is_known_locally(self):
        household = self.households[0]
        deliberation = self._deliberation(self.households)
        self._line(deliberation, household).write(
            {"result": "confirmed", "new_rt": "007", "new_dwelling_kind": "floating"}
        )
        self._closed(deliberation)
        self.assertEqual((household.rt, household.dwelling_kind), ("007", "floating"))
        values = self.env["khbs.local.value"].search(
            [("household_id", "=", household.id), ("current", "=", True)]
        )
        self.assertEqual(
            {(value.field_name, value.source) for value in values},
            {("rt", "deliberation"), ("dwelling_kind", "deliberation")},
        )
        self.assertEqual(set(values.mapped("verified_on")), {deliberation._held_on()})

    def test_a_family_of_a_decided_list_goes_to_the_complaints(self):
        household = self._household(self.village, state="active")
        deliberation = self._deliberation([household])
        self._line(deliberation, household).write(
            {"result": "removed", "reason": "deceased"}
        )
        self._closed(deliberation)
        self.assertEqual(household.state, "active")
        complaint = self.env["khbs.complaint"].search(
            [("household_id", "=", household.id)]
        )
        self.assertEqual(
            (complaint.kind, complaint.channel, complaint.state),
            ("recipient_deceased", "deliberation", "received"),
        )

    def test_an_upheld_objection_sends_the_family_to_verification(self):
        removed, confirmed, other = self.households
        deliberation = self._deliberation(self.households)
        self._line(deliberation, removed).write(
            {"result": "removed", "reason": "better_off"}
        )
        self._announced(deliberation, days_ago=-2)
        self._objection(deliberation, removed, outcome="re_verification")
        self._objection(deliberation, confirmed, outcome="corrected")
        self._objection(deliberation, other, outcome="explained")
        self.assertEqual(deliberation.complaint_count, 3)
        with self.assertRaisesRegex(UserError, "until"):
            self.reading(deliberation, self.validator).action_close()
        deliberation.sudo().announced_to = today() - timedelta(days=1)
        with self.assertRaises(ValidationError):
            self._objection(deliberation, other)
        self.reading(deliberation, self.validator).action_close()
        self.assertEqual(
            [h.state for h in self.households],
            ["needs_verification", "needs_verification", "eligible"],
        )
        self.assertEqual(removed.reason_code, "DELIBERATION_OBJECTION")

    def test_the_next_run_does_not_undo_what_the_village_said(self):
        refused, objected, open_yet = self.households
        for household in self.households:
            household.decile = "1"
        criteria = self.env["khbs.criteria"].create(
            {
                "name": "Kriteria",
                "legal_basis": "Keputusan",
                "valid_from": "2026-01-01",
                "max_decile": "5",
                "needs_head_nik": False,
            }
        )
        criteria.state = "in_force"
        criteria = criteria.with_user(self._role_user("registry_operator", login="op"))
        deliberation = self._deliberation(self.households)
        self._line(deliberation, refused).write(
            {"result": "removed", "reason": "better_off"}
        )
        self._announced(deliberation, days_ago=-2)
        self._objection(deliberation, objected, outcome="corrected")
        complaint = self._objection(deliberation, open_yet)
        criteria.action_decide_families()
        self.assertEqual(open_yet.state, "needs_verification")
        self.assertEqual(open_yet.reason_code, "DELIBERATION_OBJECTION")
        decision = open_yet.decision_ids.filtered("current")
        self.assertIn("settle the objection", decision.explanation)
        complaint.action_take()
        complaint.note = "Tidak benar."
        complaint.action_reject()
        deliberation.sudo().announced_to = today() - timedelta(days=1)
        self.reading(deliberation, self.validator).action_close()
        criteria.action_decide_families()
        self.assertEqual(
            [h.state for h in self.households],
            ["not_eligible", "needs_verification", "eligible"],
        )
        objected.verified_at = fields.Datetime.now()
        criteria.action_decide_families()
        self.assertEqual(objected.state, "eligible")

    def test_an_objection_without_outcome_keeps_it_open(self):
        deliberation = self._announced(self._deliberation(self.households), days_ago=-2)
        self._objection(deliberation, self.households[0])
        deliberation.sudo().announced_to = today() - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "no outcome"):
            self.reading(deliberation, self.validator).action_close()

    def test_incomplete_minutes_are_not_printed(self):
        deliberation = self._deliberation(self.households, place=False)
        deliberation.action_confirm_rest()
        with self.assertRaisesRegex(UserError, "place"):
            deliberation.action_hold()
        deliberation.place = "Balai Desa"
        line = deliberation.line_ids[0]
        line.result = "removed"
        with self.assertRaisesRegex(UserError, "Say why"):
            deliberation.action_hold()
        line.write({"result": "confirmed"})
        deliberation.held_at = fields.Datetime.now() + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "not been held"):
            deliberation.action_hold()

    def test_an_empty_village_has_nothing_to_print(self):
        village = self._area("62.06.01.2002")
        deliberation = self._deliberation(area_id=village.id)
        deliberation.action_collect()
        with self.assertRaisesRegex(UserError, "Nothing was considered"):
            deliberation.action_hold()

    def test_printed_minutes_freeze_the_list(self):
        deliberation = self._held(self._deliberation(self.households))
        self.assertEqual(len(deliberation.lines_sha256), 64)
        self.assertEqual(deliberation.paper_count, 2)
        line = deliberation.line_ids[0]
        for change in (
            lambda: line.write({"note": "lagi"}),
            lambda: deliberation.write({"place": "Gereja"}),
            lambda: deliberation.official_ids[0].write({"name": "LAIN"}),
            lambda: deliberation.official_ids[0].unlink(),
            lambda: deliberation.action_collect(),
            lambda: deliberation.unlink(),
        ):
            with self.assertRaises(UserError):
                change()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_deliberation_line SET note = 'x' WHERE id = %s", [line.id]
            )
        deliberation.action_reopen()
        self.assertEqual((deliberation.state, deliberation.round_number), ("draft", 2))
        line.write({"result": "removed", "reason": "moved"})
        self._held(deliberation)
        self.assertEqual(deliberation.paper_count, 4)

    def test_a_closed_deliberation_stays(self):
        deliberation = self._closed(self._deliberation(self.households))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_deliberation SET attendee_count = 1 WHERE id = %s",
                [deliberation.id],
            )
        for action in ("action_close", "action_announce", "action_reopen"):
            user = self.validator if action == "action_close" else self.officer
            with self.assertRaises(UserError):
                getattr(self.reading(deliberation, user), action)()

    def test_signed_minutes_and_days_come_before_the_announcement(self):
        deliberation = self._held(self._deliberation(self.households))
        with self.assertRaisesRegex(UserError, "signed minutes"):
            deliberation.action_announce()
        with self.assertRaisesRegex(UserError, "PDF, JPEG or PNG"):
            deliberation.write({"minutes_file": base64.b64encode(b"<html>")})
        deliberation.write({"minutes_file": PDF})
        self.assertEqual(
            deliberation.minutes_sha256,
            hashlib.sha256(base64.b64decode(PDF)).hexdigest(),
        )
        with self.assertRaisesRegex(UserError, "from when"):
            deliberation.action_announce()
        day = today()
        deliberation.write({"announced_from": day, "announced_to": day})
        with self.assertRaisesRegex(UserError, "at least 3 days"):
            deliberation.action_announce()
        deliberation.write({"announced_from": day - timedelta(days=60)})
        with self.assertRaisesRegex(UserError, "before it has been held"):
            deliberation.action_announce()

    def test_days_that_are_over_are_no_days_of_objection(self):
        """It was announced and closed in one minute: nobody could object."""
        deliberation = self._held(self._deliberation(self.households))
        day = today()
        deliberation.write(
            {
                "minutes_file": PDF,
                "announced_from": day - timedelta(days=9),
                "announced_to": day + timedelta(days=1),
            }
        )
        with self.assertRaisesRegex(UserError, "at least 3 days"):
            deliberation.action_announce()
        deliberation.announced_to = day + timedelta(days=2)
        deliberation.action_announce()
        with self.assertRaisesRegex(UserError, "until"):
            self.reading(deliberation, self.validator).action_close()

    def test_a_validator_sends_it_back_and_it_comes_again(self):
        deliberation = self._announced(self._deliberation(self.households))
        wizard = (
            self.env["khbs.turn.down"]
            .with_user(self.validator)
            .with_context(active_model=deliberation._name, active_id=deliberation.id)
        )
        form = Form(wizard)
        form.note = "Tanda tangan BPD belum ada"
        form.save().action_apply()
        self.assertEqual((deliberation.state, deliberation.round_number), ("draft", 2))
        self.assertEqual(deliberation.return_note, "Tanda tangan BPD belum ada")
        self._closed(deliberation)
        self.assertEqual(deliberation.state, "closed")

    def test_nobody_closes_the_own_deliberation(self):
        both = self._role_user("field_officer", "validator")
        deliberation = self._announced(self._deliberation(self.households, user=both))
        with self.assertRaisesRegex(UserError, "second person"):
            self.reading(deliberation, both).action_close()
        with self.assertRaises(AccessError):
            self.reading(deliberation, self.officer).action_close()

    def test_nobody_closes_what_he_wrote_and_a_colleague_held(self):
        both = self._role_user("field_officer", "validator")
        deliberation = self._deliberation(self.households, user=both)
        self._announced(deliberation.with_user(self.officer))
        with self.assertRaisesRegex(UserError, "second person"):
            self.reading(deliberation, both).action_close()

    def test_a_deliberation_is_closed_as_it_was_read(self):
        deliberation = self._announced(self._deliberation(self.households))
        with self.assertRaisesRegex(UserError, "not what you opened"):
            deliberation.with_user(self.validator).action_close()

    def test_only_its_keepers_in_their_villages_hold_it(self):
        deliberation = self._deliberation(self.households)
        elsewhere = self._role_user(
            "field_officer", areas=self._area("62.71"), login="elsewhere"
        )
        for user in (elsewhere, self.validator):
            for action in ("action_collect", "action_confirm_rest", "action_hold"):
                with self.assertRaises(AccessError):
                    getattr(deliberation.with_user(user), action)()
        with self.assertRaises(AccessError):
            deliberation.with_user(elsewhere).read(["place"])
        with self.assertRaises(AccessError):
            self._deliberation(user=elsewhere, area_id=self._area("62.06.01.2002").id)
        with self.assertRaises(AccessError):
            deliberation.write({"state": "closed"})
        with self.assertRaises(AccessError):
            deliberation.line_ids[0].write({"household_id": self.households[1].id})
        with self.assertRaises(AccessError):
            self.env["khbs.deliberation.line"].with_user(self.officer).create(
                {
                    "deliberation_id": deliberation.id,
                    "household_id": self.households[0].id,
                    "household_name": "X",
                }
            )

    def test_a_village_deliberates_once_at_a_time(self):
        first = self._deliberation(self.households)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self._deliberation(self.households)
        with self.assertRaisesRegex(ValidationError, "choose one"):
            self._deliberation(area_id=self._area("62.06.01").id)
        self._closed(first)
        self.env.flush_all()
        second = self._deliberation(self.households)
        self._held(second)

    def test_several_documents_at_once(self):
        other = self._area("62.06.01.2002")
        self._household(other, state="listed")
        both = self._deliberation(self.households) + self._deliberation(
            [1], area_id=other.id, minutes_number="140/13"
        )
        both.action_confirm_rest()
        both.action_hold()
        self.assertEqual(set(both.mapped("state")), {"held"})
        self.assertTrue(self.env["khbs.deliberation"].action_hold())

    def test_collecting_again_keeps_what_was_said(self):
        gone, kept, _third = self.households
        deliberation = self._deliberation(self.households)
        self._line(deliberation, kept).write({"result": "removed", "reason": "moved"})
        self._line(deliberation, kept).write({"result": "confirmed"})
        self.assertFalse(self._line(deliberation, kept).reason)
        gone._set_state("exited", "VISIT_MOVED")
        fresh = self._household(self.village, state="listed")
        deliberation.action_collect()
        self.assertEqual(
            deliberation.line_ids.household_id, fresh | kept | self.households[2]
        )
        self.assertEqual(self._line(deliberation, kept).result, "confirmed")
