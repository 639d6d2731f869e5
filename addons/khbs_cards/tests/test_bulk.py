# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from odoo.addons.khbs_cards import province_day
from odoo.addons.khbs_cards.models import khbs_card_life

from .common import CardsCase


class TestBulk(CardsCase):
    """Acts on many cards at once (PEERS 3.9): the rest is told, never let through."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._role_user("card_officer")

    def _dialog(self, user, ids, **vals):
        dialogs = self.env["khbs.card.move"].with_user(user)
        context = {"active_model": "khbs.card", "active_ids": list(ids)}
        with Form(dialogs.with_context(**context)) as form:
            for name, value in vals.items():
                form[name] = value
        return form.record

    def _many(self, count):
        """Return *count* cards in use, made in one go."""
        villages = (self.village, self._area("62.06.01.2001"))
        households = self.env["khbs.household"].create(
            [
                {"area_id": villages[number % 2].id, "state": "active"}
                for number in range(count)
            ]
        )
        cards = self.cards._allocate(households, "card")
        self._set_state(cards, "active")
        return cards

    def _set_state(self, cards, state):
        """Put *cards* into *state* past the guard."""
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("ALTER TABLE khbs_card DISABLE TRIGGER khbs_card_guard")
        cr.execute(
            "UPDATE khbs_card SET state = %s, valid_until = '2031-01-01' "
            "WHERE id = ANY(%s)",
            (state, cards.ids),
        )
        cr.execute(
            "UPDATE khbs_card_job SET state = 'done' WHERE card_id = ANY(%s)",
            (cards.ids,),
        )
        cr.execute("ALTER TABLE khbs_card ENABLE TRIGGER khbs_card_guard")
        self.env.invalidate_all()

    def test_500_mixed_cards_what_may_be_moved_is_and_the_rest_is_told(self):
        cards = self._many(500)
        home = self._role_user(
            "card_officer", areas=self.village, login="card-officer-home"
        )
        own = cards.filtered(lambda card: card.area_id == self.village)
        for group in (own, cards - own):
            self._set_state(group[:20], "shipped")
            self._set_state(group[20:30], "revoked")
            self._set_state(group[30:45], "suspended")
        movable = own[45:]
        self.assertEqual(set(movable.mapped("state")), {"active"})
        dialog = self._dialog(home, cards.ids, target="suspend", reason="fraud")
        self.assertEqual(dialog.asked_count, 500)
        self.assertEqual(dialog.movable_count, len(movable))
        self.assertEqual(dialog.left_count, 500 - len(movable))
        # Each with its reason; of other villages no number is told.
        text = str(dialog.left)
        for said in ("Shipped; this step", "Revoked, which is final", "already"):
            self.assertIn(said, text)
        self.assertIn("not yours.</b> × 250", text)
        self.assertIn(own[0].card_no, text)
        self.assertNotIn((cards - own)[0].card_no, text)
        dialog.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(set(movable.mapped("state")), {"suspended"})
        self.assertEqual(set((cards - own)[45:].mapped("state")), {"active"})
        self.assertEqual((dialog.moved_count, dialog.rest_count), (205, 295))
        self.assertEqual(len(dialog.line_ids), 500)
        foreign = dialog.line_ids.filtered(lambda line: not line.card_id)
        self.assertEqual(len(foreign), 250)
        self.assertFalse(any("KH" in line.card_no for line in foreign))
        with self.assertRaises(UserError):
            dialog.action_confirm()

    def test_a_step_is_one_statement_whatever_the_number(self):
        few, many = self._many(4), self._many(120)
        counts = []
        for cards in (few, many):
            dialog = self._dialog(
                self.officer, cards.ids, target="suspend", reason="fraud"
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            cards.with_user(self.officer)._act("suspend", "fraud")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(dialog.left_count, len(cards))
        self.assertLessEqual(counts[1], counts[0] + 4)

    def test_what_changed_between_preview_and_confirm_is_told(self):
        cards = self._many(4)
        dialog = self._dialog(self.officer, cards.ids, target="suspend", reason="fraud")
        self.assertEqual(dialog.left_count, 0)
        cards[0]._transition("revoked", "stolen")
        dialog.action_confirm()
        self.assertEqual(
            cards.mapped("state"), ["revoked", "suspended", "suspended", "suspended"]
        )
        [line] = dialog.line_ids.filtered(lambda line: not line.moved)
        self.assertEqual(line.card_id, cards[0])
        self.assertIn("final", line.outcome)

    def test_families_that_may_have_none_or_get_one_already(self):
        cards = self._many(4)
        cards[0].household_id.state = "exited"
        cards[1].with_user(self.officer).action_replace("lost")
        dialog = self._dialog(self.officer, cards.ids, target="replace", reason="lost")
        self.assertEqual((dialog.movable_count, dialog.left_count), (2, 2))
        dialog.action_confirm()
        said = {line.card_id: line.outcome for line in dialog.line_ids}
        self.assertIn("may not have a card now", said[cards[0]])
        self.assertIn("on its way already", said[cards[1]])
        self.assertEqual(
            cards.mapped("state"), ["active", "suspended", "suspended", "suspended"]
        )
        for card in cards[2:]:
            self.assertEqual(card.next_id.state, "allocated")
            self.assertEqual(card.next_id.previous_id, card)
        self.assertFalse(cards[0].next_id)

    def test_an_older_card_is_not_replaced_beside_a_newer(self):
        old, _chip = self._active()
        new, _chip = self._shipped(old.household_id)
        new._activate("OFFICE")
        self.assertEqual(old.state, "revoked")
        _moved, refused = (old + new).with_user(self.officer)._act("replace", "lost")
        self.assertIn(new.card_no, refused[old.id])
        self.assertEqual(list(refused), [old.id])

    def test_a_family_card_that_is_chosen_twice_gets_one_new_card(self):
        cards = self._many(2)
        self._set_state(cards, "expired")
        ids = [*cards.ids, *cards.ids]
        self._dialog(
            self.officer, ids, target="replace", reason="other"
        ).action_confirm()
        for card in cards:
            self.assertEqual(len(card.household_id.card_ids), 2)

    def test_who_may_not_do_it_at_all_is_refused_and_it_is_recorded(self):
        card, _chip = self._active()
        officer = self._role_user("field_officer")
        acts = self.env["khbs.card.move"].with_user(officer).new({}).acts
        self.assertEqual(acts, ["suspend"])
        dialog = self._dialog(officer, card.ids, target="revoke", reason="stolen")
        with self.assertRaises(AccessError):
            dialog.action_confirm()
        self.assertEqual(card.state, "active")

    def test_a_reason_that_does_not_fit_is_refused(self):
        card, _chip = self._active()
        with self.assertRaisesRegex(UserError, "Choose one of"):
            card.with_user(self.officer).action_suspend("mistake")

    def test_a_wrong_block_is_undone_with_what_it_brought_about(self):
        card, _chip = self._active()
        card.with_user(self.officer).action_replace("stolen")
        new = card.next_id
        dialog = self._dialog(self.officer, card.ids, target="lift", reason="mistake")
        self.assertEqual(dialog.stopped, new.card_no)
        dialog.action_confirm()
        self.assertEqual((card.state, new.state), ("active", "destroyed"))
        self.assertEqual(new.job_ids.state, "failed")
        self.assertEqual(self.jobs._station_next("S0001")["job"], None)
        # It replaced nothing, and says so.
        self.env.invalidate_all()
        self.assertFalse(card.next_id)
        # A new card can be ordered again at any time.
        card.with_user(self.officer).action_replace("lost")
        self.assertEqual(len(card.household_id.card_ids), 3)

    def test_a_new_card_on_its_way_is_revoked_with_the_mistake(self):
        card, _chip = self._active()
        card.with_user(self.officer).action_replace("stolen")
        new = card.next_id
        self._personalise(new)
        new._transition("printed", "PRINTED")
        card.with_user(self.officer).action_lift("mistake")
        self.assertEqual((card.state, new.state), ("active", "revoked"))

    def test_a_cleared_card_is_used_until_the_new_one_is_handed_over(self):
        card, _chip = self._active()
        card.with_user(self.officer).action_replace("lost")
        new = card.next_id
        card.with_user(self.officer).action_lift("cleared")
        self.assertEqual((card.state, new.state), ("active", "allocated"))
        # Written off, it is not made again: the family has its card.
        self._personalise(new)
        new.with_user(self.officer).action_spoil("misprint")
        self.assertEqual(len(card.household_id.card_ids), 2)

    def test_cards_end_with_their_certificates(self):
        day = fields.Date.context_today(self.cards)
        cards = self._many(5)
        cards[:3].valid_until = day - timedelta(days=1)
        cards[3].valid_until = day
        cards[0]._transition("suspended", "lost")
        with patch.object(khbs_card_life, "EXPIRED_AT_ONCE", 2):
            self.assertEqual(self.cards._expire_some(), (2, 1))
            self.assertEqual(self.cards._expire_some(), (1, 0))
        self.assertEqual(cards.mapped("state"), ["expired"] * 3 + ["active"] * 2)
        self.assertEqual(cards[1].event_ids[0].reason_code, "EXPIRED")
        self.assertEqual(self.cards._expire_some(), (0, 0))
        self.assertEqual(len(cards[1].event_ids), 2)

    def test_cards_end_with_the_day_of_the_province(self):
        day = province_day.day_of()
        # Of two zones 25 hours apart, one has another date than the province.
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            cards = self._many(2)
            cards[0].valid_until = day - timedelta(days=1)
            cards[1].valid_until = day
            self.officer.tz = zone
            with self.subTest(zone=zone):
                self.cards.with_user(self.officer).sudo()._expire_some()
                self.assertEqual(cards.mapped("state"), ["expired", "active"])
