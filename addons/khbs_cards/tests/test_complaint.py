# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError

from .common import CardsCase


class TestComplaint(CardsCase):
    def setUp(self):
        super().setUp()
        self.card, _chip = self._active()
        self.operator = self._role_user("registry_operator")

    def _complaint(self, user, **vals):
        complaint = self.env["khbs.complaint"].create(
            {
                "kind": "card_stolen",
                "channel": "terminal",
                "area_id": self.village.id,
                "card_no": self.card.card_no,
                "text": "Kartu dicuri",
                "note": "Kartu ditangguhkan",
                "state": "in_progress",
                **vals,
            }
        )
        return complaint.with_user(user)

    def test_a_complaint_suspends_the_card_at_once(self):
        complaint = self._complaint(self.operator)
        complaint.action_suspend_card()
        self.assertEqual(self.card.state, "suspended")
        event = self.card.event_ids[0]
        self.assertEqual(event.reason_code, "stolen")
        self.assertEqual(event.data, {"complaint": complaint.name})
        self.assertEqual(event.user_id, self.operator)

    def test_a_card_of_another_area_is_out_of_reach(self):
        local = self._role_user(
            "registry_operator", areas=self._area("62.06"), login="local"
        )
        complaint = self._complaint(local, area_id=self._area("62.06").id)
        with self.assertRaises(UserError):
            complaint.action_suspend_card()
        self.assertEqual(self.card.state, "active")

    def test_a_complaint_from_a_terminal_knows_the_family(self):
        complaint = self.env["khbs.complaint"]._file_from_terminal(
            self.card.card_no, "lost", None, "T000001"
        )
        self.assertEqual(complaint.household_id, self.card.household_id)
