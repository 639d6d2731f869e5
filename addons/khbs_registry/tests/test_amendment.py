# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .decree_common import SCAN
from .lists_common import VILLAGES, ListsCase
from .papers_common import CLAUSES, a_document


@tagged("post_install", "-at_install")
class TestAmendment(ListsCase):
    """Places that fall free, and who takes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.families = [cls._eligible(place, 4 - place) for place in range(4)]

    def _selected(self, recipient_list, code):
        return recipient_list.line_ids.filtered(
            lambda x: x.area_id.code == code and x.status == "selected"
        ).sorted("rank")

    def _filled(self, recipient_list):
        """Return the draft that fills the free places of *recipient_list*."""
        shown = recipient_list.with_user(self.operator).action_fill_places()
        return (
            self.env["khbs.recipient.amendment"]
            .with_user(self.operator)
            .browse(shown["res_id"])
        )

    def _decide(self, amendment):
        amendment.grounds = "surat keterangan kematian"
        amendment.action_propose()
        self.reading(amendment, self.approver).action_decide()

    def _release(self, line, reason="refusal"):
        wizard = (
            self.env["khbs.recipient.release"]
            .with_user(self.operator)
            .create({"line_id": line.id, "reason": reason, "note": "400.9/12"})
        )
        shown = wizard.action_release()
        return (
            self.env["khbs.recipient.amendment"]
            .with_user(self.operator)
            .browse(shown["res_id"])
        )

    def test_the_next_family_of_the_village_takes_a_free_place(self):
        recipient_list = self._decided(5)
        line = self._selected(recipient_list, VILLAGES[0])[0]
        line.household_id._set_state("exited", "VISIT_MOVED")
        amendment = self._filled(recipient_list)
        release, promotion = amendment.change_ids.sorted("id")
        self.assertEqual(
            (release.line_id, release.kind, release.release_reason),
            (line, "release", "moved"),
        )
        self.assertEqual(promotion.area_id.code, VILLAGES[0])
        self.assertEqual(promotion.line_id.waiting_number, 1)
        self.assertEqual(promotion.household_id.state, "eligible")
        self._decide(amendment)
        self.assertEqual(promotion.household_id.state, "decided")
        self.assertEqual(promotion.household_id.reason_code, "PROMOTED")
        self.assertEqual(line.standing, "released")
        self.assertEqual(promotion.line_id.standing, "promoted")
        # The list itself stays as it was decided.
        self.assertEqual(line.status, "selected")
        self.assertEqual(recipient_list.sudo()._lines_sha256(), recipient_list.sha256)
        with self.assertRaisesRegex(UserError, "no place is free"):
            recipient_list.with_user(self.operator).action_fill_places()

    def test_a_village_without_waiting_families_gives_to_the_district(self):
        recipient_list = self._decided(9)
        self.assertEqual(recipient_list.waiting_count, 1)
        [waiting] = recipient_list.line_ids.filtered(lambda x: x.status == "waiting")
        other = next(code for code in VILLAGES[:3] if code != waiting.area_id.code)
        line = self._selected(recipient_list, other)[0]
        line.household_id._set_state("exited", "VISIT_MOVED")
        amendment = self._filled(recipient_list)
        promotion = amendment.change_ids.filtered(lambda c: c.kind == "promotion")
        if waiting.regency_id == line.regency_id:
            self.assertEqual(promotion.line_id, waiting)
            self.assertEqual(promotion.quota_id.code, other)
        else:
            self.assertFalse(promotion)

    def test_by_rule_a_place_stays_in_its_village(self):
        recipient_list = self._decided(9, promotion_scope="village")
        [waiting] = recipient_list.line_ids.filtered(lambda x: x.status == "waiting")
        other = next(code for code in VILLAGES[:3] if code != waiting.area_id.code)
        line = self._selected(recipient_list, other)[0]
        line.household_id._set_state("exited", "VISIT_MOVED")
        amendment = self._filled(recipient_list)
        self.assertEqual(amendment.change_ids.mapped("kind"), ["release"])

    def test_many_places_are_filled_by_as_many_queries_as_few(self):
        self._eligible(0, 16)
        recipient_list = self._decided(14)
        selected = self._selected(recipient_list, VILLAGES[0])
        self.assertGreater(len(selected), 8)

        def queries(lines):
            for line in lines:
                line.household_id._set_state("exited", "VISIT_MOVED")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            amendment = self._filled(recipient_list)
            self.env.flush_all()
            taken = self.cr.sql_log_count - before
            self.assertEqual(amendment.release_count, len(lines))
            self.assertEqual(amendment.promotion_count, len(lines))
            waiting = recipient_list.line_ids.filtered(lambda x: x.status == "waiting")
            own = waiting.filtered(lambda x: x.area_id.code == VILLAGES[0])
            promoted = amendment.change_ids.filtered(lambda c: c.kind == "promotion")
            self.assertEqual(
                promoted.line_id.mapped("rank"),
                own.sorted("rank")[: len(lines)].mapped("rank"),
            )
            amendment.action_cancel()
            return taken

        few = queries(selected[:1])
        self.assertLessEqual(queries(selected[:7]), few)

    def test_a_family_that_refuses_is_released_and_leaves(self):
        recipient_list = self._decided(5)
        line = self._selected(recipient_list, VILLAGES[0])[0]
        amendment = self._release(line)
        self.assertEqual(line.household_id.state, "decided")
        recipient_list.with_user(self.operator).action_fill_places()
        self.assertEqual(amendment.release_count, 1)
        self.assertEqual(amendment.promotion_count, 1)
        self._decide(amendment)
        self.assertEqual(line.household_id.state, "exited")
        with self.assertRaisesRegex(UserError, "holds no place"):
            self._release(line)

    def test_a_second_person_decides_what_was_proposed(self):
        recipient_list = self._decided(5)
        amendment = self._release(self._selected(recipient_list, VILLAGES[0])[0])
        with self.assertRaisesRegex(UserError, "why the list"):
            amendment.action_propose()
        amendment.grounds = "surat penolakan"
        amendment.action_propose()
        with self.assertRaises(AccessError):
            self.reading(amendment, self.operator).action_decide()
        with self.assertRaises(UserError):
            amendment.action_cancel()
        amendment.with_user(self.approver).action_return()
        amendment.action_cancel()
        self.assertFalse(amendment.change_ids)
        self.assertEqual(self._quota(recipient_list, VILLAGES[0]).taken, 2)

    def test_the_amendment_is_put_on_paper_by_a_decree(self):
        officer = self._role_user("decree_officer")
        self.env.ref("khbs_registry.signatory_governor").name = "AGUSTIAR CONTOH"
        recipient_list = self._decided(5)
        amendment = self._release(self._selected(recipient_list, VILLAGES[0])[0])
        self._decide(amendment)
        with self.assertRaisesRegex(UserError, "not in force yet"):
            amendment.with_user(officer).action_draft_decree()
        original = (
            self.env["khbs.decree"]
            .with_user(officer)
            ._draft(
                "recipient_list",
                "Penetapan Penerima KHBS",
                recipient_list.with_user(officer),
                clauses=CLAUSES,
                annexes=[a_document()],
            )
        )
        self.reading(original, self.approver).action_approve()
        original.action_freeze()
        today = fields.Date.context_today(original)
        original.action_register_signature("188.44/1", today, SCAN)
        amendment.with_user(officer).action_draft_decree()
        decree = amendment.decree_id
        self.assertEqual(decree.amends_id, original)
        self.assertEqual(decree.annex_ids.row_count, 1)
        self.assertEqual(
            amendment.with_user(officer).action_draft_decree()["res_id"], decree.id
        )
        self.reading(decree, self.approver).action_approve()
        decree.with_user(officer).action_freeze()
        decree.with_user(self.approver).action_withdraw("Salah alasan")
        self.assertFalse(amendment.decree_id)
        anew = amendment.with_user(officer).action_draft_decree()["res_id"]
        self.assertNotEqual(anew, decree.id)

    def test_a_list_is_decreed_anew_when_its_decree_is_withdrawn(self):
        officer = self._role_user("decree_officer")
        self.env.ref("khbs_registry.signatory_governor").name = "AGUSTIAR CONTOH"
        recipient_list = self._decided(5).with_user(officer)
        decrees = self.env["khbs.decree"].with_user(officer)
        decree = decrees.browse(recipient_list.action_draft_decree()["res_id"])
        for clause in decree.clause_ids:
            clause.text = clause.text.replace("...", "contoh")
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        with self.assertRaisesRegex(UserError, "already"):
            recipient_list.action_draft_decree()
        decree.with_user(self.approver).action_withdraw("Program ditunda")
        self.assertFalse(recipient_list._decree())
        recipient_list.action_draft_decree()
        self.assertEqual(recipient_list._decree().state, "draft")

    def _served(self, recipient_list):
        lines = self.env["khbs.recipient.line"]
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT household_id FROM khbs_recipient_line line "
                "WHERE list_id = %s AND %s",
                recipient_list.id,
                lines._served("line"),
            )
        )
        return self.env["khbs.household"].browse(key for [key] in rows)

    def test_a_promoted_family_is_served_once_the_decree_itself_is_amended(self):
        officer = self._role_user("decree_officer")
        self.env.ref("khbs_registry.signatory_governor").name = "AGUSTIAR CONTOH"
        legal = self.env["khbs.signatory"].create(
            {
                "name": "KEPALA CONTOH",
                "role": "legal",
                "title": "KEPALA BIRO HUKUM,",
                "nip": "197201121997031004",
                "valid_from": "2026-01-01",
            }
        )
        decrees = self.env["khbs.decree"].with_user(officer)
        today = fields.Date.to_string(fields.Date.context_today(decrees))

        def signed(shown, number):
            decree = decrees.browse(shown["res_id"])
            for clause in decree.clause_ids:
                clause.text = clause.text.replace("...", "contoh")
            self.reading(decree, self.approver).action_approve()
            decree.action_freeze()
            decree.action_register_signature(number, today, SCAN)
            return decree

        recipient_list = self._decided(5)
        original = signed(
            recipient_list.with_user(officer).action_draft_decree(), "188.44/1/2026"
        )
        regency = self._area("62.06")
        excerpt = signed(
            original.action_draft_excerpt(legal.id, area_id=regency.id),
            "188.44/1/2026",
        )
        line = self._selected(recipient_list, VILLAGES[0])[0]
        line.household_id._set_state("exited", "VISIT_MOVED")
        amendment = self._filled(recipient_list)
        self._decide(amendment)
        promoted = amendment.change_ids.filtered(lambda c: c.kind == "promotion")
        self.assertNotIn(promoted.household_id, self._served(recipient_list))
        self.assertNotIn(line.household_id, self._served(recipient_list))
        decree = signed(
            amendment.with_user(officer).action_draft_decree(), "188.44/2/2026"
        )
        self.assertEqual((excerpt.state, decree.amends_id), ("in_force", original))
        self.assertIn(promoted.household_id, self._served(recipient_list))

    def test_rows_stay_once_they_are_proposed(self):
        recipient_list = self._decided(5)
        amendment = self._release(self._selected(recipient_list, VILLAGES[0])[0])
        change = amendment.change_ids.id
        statements = [
            f"UPDATE khbs_recipient_change SET note = 'x' WHERE id = {change}",
            "TRUNCATE khbs_recipient_change",
        ]
        self._decide(amendment)
        statements.append(f"DELETE FROM khbs_recipient_change WHERE id = {change}")
        for statement in statements:
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)

    def test_the_database_lets_nobody_into_a_full_village(self):
        recipient_list = self._decided(5)
        amendment = self._release(self._selected(recipient_list, VILLAGES[2])[0])
        waiting = recipient_list.line_ids.filtered(
            lambda x: x.status == "waiting" and x.area_id.code == VILLAGES[0]
        )[0]
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            amendment.sudo()._add_changes(
                [
                    (
                        *(waiting, "promotion"),
                        *(self._quota(recipient_list, VILLAGES[0]), None, None),
                    )
                ]
            )

    def test_a_place_that_another_amendment_frees_waits_for_that_one(self):
        recipient_list = self._decided(5)
        first = self._release(self._selected(recipient_list, VILLAGES[0])[0])
        colleague = self._role_user("registry_operator", login="rekan")
        shown = recipient_list.with_user(colleague).action_fill_places()
        second = (
            self.env["khbs.recipient.amendment"]
            .with_user(colleague)
            .browse(shown["res_id"])
        )
        self.assertNotEqual(first, second)
        second.grounds = "tempat kosong"
        second.action_propose()
        with self.assertRaisesRegex(UserError, "freed by another amendment"):
            self.reading(second, self.approver).action_decide()
        self._decide(first)
        self.reading(second, self.approver).action_decide()
        self.assertEqual(second.state, "decided")
