# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.khbs_cards import hand_over_papers as papers
from odoo.addons.khbs_cards.artwork.layout import grouped

from .test_hand_over_rows import WITNESS, HandOverCase

SIGNED = {"acknowledged": "signature", "notice_given": True}
PRINTED = {"acknowledged": "thumb_print", "notice_given": True, **WITNESS}


class TestHandOverSign(HandOverCase):
    """Case 12.23 at a terminal: what the family signed on paper is entered once."""

    def _at_terminal(self, rep=None):
        card, _chip = self._shipped()
        card._activate("T000001", receipt=self.cards._terminal_receipt(rep))
        return card.hand_over_ids.with_user(self.officer)

    def _sign(self, hand_overs, **vals):
        form = (
            self.env["khbs.card.hand.over.sign"]
            .with_user(self.officer)
            .with_context(active_model=self.rows._name, active_ids=hand_overs.ids)
            .create(vals)
        )
        return form

    def test_a_thumb_print_and_its_witness_are_entered_afterwards(self):
        done = self._at_terminal()
        self.assertFalse(done.sign or done.notice_read)
        form = self._sign(done, **PRINTED)
        form.action_confirm()
        self.assertFalse(form.witness_name, "no name stays in the form")
        self.env.invalidate_all()
        self.assertEqual((done.sign, done.notice_read), ("thumb_print", True))
        self.assertFalse(done.acknowledged, "the row itself is as it was")
        entered = done.acknowledgement_ids
        self.assertEqual(entered.user_id, self.officer)
        self.assertTrue(entered.witness_key)
        self.assertEqual(done.people_ids.witness_name, "SAKSI CONTOH")
        facts = done.sudo()._receipt_facts()
        self.assertEqual(
            (facts.acknowledged, facts.witness), ("cap jempol", "SAKSI CONTOH")
        )

    def test_it_stands_in_the_minutes_of_the_session(self):
        session = (
            self.env["khbs.card.hand.over.session"]
            .with_user(self.officer)
            .create(
                {
                    "area_id": self.village.id,
                    "place": "Balai desa",
                    "officer_ids": [(4, self.officer.id)],
                }
            )
        )
        first, second = self._at_terminal(), self._at_terminal()
        session.action_list()
        done = {grouped(one.card_id.card_no): one for one in first | second}
        rows = list(session.sudo()._list_rows())
        self.assertEqual([row["sign"] for row in rows], [papers.ROOM] * 2)
        first.action_acknowledge(SIGNED)
        second.action_acknowledge(PRINTED)
        self.env.invalidate_all()
        said = {row["card_no"]: row for row in session.sudo()._list_rows()}
        self.assertEqual(said.keys(), done.keys())
        self.assertEqual(said[grouped(first.card_id.card_no)]["sign"], "tanda tangan")
        row = said[grouped(second.card_id.card_no)]
        self.assertEqual(
            (row["sign"], row["note"]), ("cap jempol", "saksi SAKSI CONTOH")
        )
        self.assertEqual(
            set(session.line_ids.mapped("acknowledged")), {"signature", "thumb_print"}
        )

    def test_several_at_once_and_each_only_once(self):
        taken = self._at_terminal() | self._at_terminal()
        officers_own = self._hand_over().with_user(self.officer)
        form = self._sign(taken | officers_own, **SIGNED)
        self.assertEqual(form.hand_over_ids, taken, "the officer's has its signature")
        form.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(taken.mapped("sign"), ["signature", "signature"])
        third = self._at_terminal()
        for again in (taken[0], officers_own, third | taken[1]):
            with self.assertRaisesRegex(UserError, "entered already"):
                again.action_acknowledge(PRINTED)
        self.assertFalse(third.sign, "all or none")
        with self.assertRaisesRegex(UserError, "at least one"):
            self._sign(taken, **SIGNED).action_confirm()

    def test_what_was_entered_is_never_changed_and_stands_once(self):
        done = self._at_terminal()
        done.action_acknowledge(SIGNED)
        self.env.flush_all()
        table = "khbs_card_hand_over_acknowledgement"
        for attempt in (
            f"UPDATE {table} SET acknowledged = 'thumb_print', witness_key = 'x'",
            f"DELETE FROM {table}",
            f"INSERT INTO {table} (hand_over_id, at, user_id, acknowledged,"
            f" notice_given) SELECT hand_over_id, at, user_id, acknowledged, true"
            f" FROM {table}",
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
                with self.env.cr.savepoint():
                    self.env.cr.execute(attempt)

    def test_what_is_wanting_is_said(self):
        done = self._at_terminal()
        for receipt, said in [
            ({**SIGNED, "notice_given": False}, "notice"),
            ({**PRINTED, "witness_name": "  "}, "witness"),
            ({**SIGNED, "acknowledged": "seal"}, "signature or thumb print"),
            ({**SIGNED, "photo": "x"}, "form"),
            ("signature", "form"),
        ]:
            with self.subTest(said), self.assertRaisesRegex(UserError, said):
                done.action_acknowledge(receipt)
        self.assertFalse(done.acknowledgement_ids)

    def test_only_officers_of_the_area_enter_it(self):
        done = self._at_terminal()
        for role in ("auditor", "terminal_officer", "administrator"):
            other = done.with_user(self._role_user(role, login=f"enters-{role}"))
            with self.subTest(role), self._refused(AccessError):
                other.action_acknowledge(SIGNED)
        stranger = self._role_user(
            "field_officer", areas=self._area("62.01"), login="stranger"
        )
        with self.assertRaises(AccessError):
            done.with_user(stranger).action_acknowledge(SIGNED)
        done.with_user(self._role_user("card_officer")).action_acknowledge(SIGNED)
        with self._refused(AccessError):
            done.with_user(stranger).acknowledgement_ids.read(["witness_key"])

    def test_a_witness_is_not_named_where_the_names_are_gone(self):
        done = self._at_terminal({"name": "WAKIL CONTOH", "rel": "rt", "doc": "1"})
        done.with_user(self._role_user("administrator")).action_redact()
        done.action_acknowledge(PRINTED)
        people = done.sudo().people_ids
        self.assertFalse(people.witness_name or people.representative_name)
        self.assertTrue(done.acknowledgement_ids.witness_key)
