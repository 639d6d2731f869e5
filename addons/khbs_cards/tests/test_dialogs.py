# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import CardsCase


class TestDialogs(CardsCase):
    def _dialog(self, user, cards, **vals):
        """Return the dialog as *user* opens it on *cards* in the list."""
        dialogs = self.env["khbs.card.move"].with_user(user)
        context = {"active_model": "khbs.card", "active_ids": cards.ids}
        with Form(dialogs.with_context(**context)) as form:
            for name, value in vals.items():
                form[name] = value
        return form.record

    def test_a_card_officer_suspends_all_chosen_cards(self):
        officer = self._role_user("card_officer")
        cards = self._active()[0] + self._active()[0]
        self._dialog(officer, cards, target="suspend", reason="fraud").action_confirm()
        self.assertEqual(set(cards.mapped("state")), {"suspended"})
        shipped, _chip = self._shipped()
        dialog = self._dialog(officer, shipped, target="lift", reason="cleared")
        # Of one card it says at once why not.
        with self.assertRaisesRegex(UserError, "Shipped"):
            dialog.action_confirm()

    def test_the_dialog_gives_no_right_that_the_card_does_not(self):
        officer = self._role_user("field_officer")
        card, _chip = self._active()
        dialog = self._dialog(officer, card, target="revoke", reason="stolen")
        with self.assertRaises(AccessError):
            dialog.action_confirm()
        self.assertEqual(card.state, "active")

    def test_without_a_card_it_says_so(self):
        officer = self._role_user("card_officer")
        with self.assertRaises(UserError):
            self._dialog(officer, self.cards, reason="lost").action_confirm()

    def test_the_officer_at_the_door_hands_over(self):
        officer = self._role_user("field_officer")
        card, chip = self._shipped()
        with Form(self.env["khbs.card.hand.over.form"].with_user(officer)) as form:
            form.card_no = card.card_no
            self.assertEqual(form.area_id, card.area_id)
            form.received_by = "member"
            form.notice_given = True
            form.activation = f"  {chip.activate(card.card_no)}\n"
        action = form.record.action_confirm()
        self.assertEqual(action["res_id"], card.hand_over_ids.id)
        self.assertEqual(card.state, "active")
        self.assertEqual(card.hand_over_ids.received_by, "member")
