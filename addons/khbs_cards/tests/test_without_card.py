# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError

from ..models import khbs_household_without_card
from .run_common import RunCase


class TestWithoutCard(RunCase):
    """Families of a decided list that have no card, and the button that orders one."""

    def setUp(self):
        super().setUp()
        self.households = self.env["khbs.household"].with_user(self.officer)

    def _found(self):
        self.env.flush_all()
        found = self.households.search([("without_card", "=", True)])
        rest = self.households.search([("without_card", "=", False)])
        self.assertFalse(found & rest)
        self.assertLessEqual(self.families, found + rest)
        self.env.invalidate_all()
        self.assertEqual(set(found.mapped("without_card")) | {True}, {True})
        self.assertNotIn(True, rest.mapped("without_card"))
        return found & self.families

    def test_families_without_a_card_are_found(self):
        unlisted = self._household(self.village, state="decided")
        self._decided_list(unlisted, state="proposed")
        self.assertEqual(self._found(), self.families)
        self.assertNotIn(
            unlisted, self.households.search([("without_card", "=", True)])
        )
        run = self._ordered()
        self.assertFalse(self._found(), "each has a card that waits for a station")
        lost, spoiled, left = run.card_ids.sudo()[:3]
        self._make(lost + left)
        for card in (lost, left):
            card._transition("printed", "PRINTED")
            card._transition("revoked", "lost")
        left.household_id._set_state("exited", "MOVED_OUT")
        spoiled._transition("destroyed", "misprint")
        self.assertEqual(self._found(), (lost + spoiled).household_id)

    def test_a_card_is_ordered_for_them(self):
        first, second = self.families[:2]
        both = self.households.browse((first + second).ids)
        both.action_order_card()
        self.assertEqual(set(both.sudo().card_ids.mapped("state")), {"allocated"})
        self.assertEqual(len(both.sudo().card_ids.job_ids), 2)
        self.assertEqual(self._found(), self.families - first - second)
        events = self.env["khbs.audit.event"].search(
            [
                ("act", "=", "household.replacement"),
                ("res_id", "in", both.ids),
                ("outcome", "=", "done"),
            ]
        )
        self.assertEqual(len(events), 2)
        third = self.families[2]
        with self.assertRaisesRegex(UserError, first.display_name):
            self.households.browse((first + third).ids).action_order_card()
        self.assertFalse(third.card_ids, "all of them or none")
        run = self._run(kind="replacement", recipient_list_id=False)
        run.action_order()
        self.assertEqual(run.card_ids.household_id.sudo(), first + second)

    def test_a_family_keeps_the_kind_of_card_that_it_had(self):
        """Without its PIN it would not be paid what needs one."""
        plain, pinned, former, both = self.families
        for family, profiles in (
            (plain, ["card"]),
            (pinned, ["pin"]),
            (both, ["pin", "card"]),
        ):
            for profile in profiles:
                card = self._allocated(family, profile)
                card.job_ids._close_open()
                card._transition("destroyed", "misprint")
        self.assertEqual(self._found(), self.families)
        self.households.browse(self.families.ids).action_order_card()
        waiting = self.families.sudo().card_ids.filtered(
            lambda card: card.state == "allocated"
        )
        self.assertEqual(len(waiting), 4)
        self.assertEqual(
            {card.household_id: card.profile for card in waiting},
            {plain: "card", pinned: "pin", former: "card", both: "card"},
        )

    def test_a_family_without_a_former_card_gets_what_its_run_ordered(self):
        moved, stayed = (
            self._household(self._area("62.71.02.1001"), state="decided")
            for _family in range(2)
        )
        served = self._household(self.village, state="decided")
        recipients = self._decided_list(moved + stayed + served)
        run = self._ordered(
            code="62.71.01", profile="pin", recipient_list_id=recipients.id
        )
        self.assertEqual(run.card_ids.household_id.sudo(), served)
        moved.area_id = self.village
        self.households.browse((moved + stayed).ids).action_order_card()
        self.assertEqual(moved.sudo().card_ids.profile, "pin")
        self.assertEqual(stayed.sudo().card_ids.profile, "card", "not of that run")

    def test_no_whole_list_is_ordered_family_by_family(self):
        families = self.households.browse(self.families.ids)
        self.patch(khbs_household_without_card, "MOST_ORDERED", 3)
        with self.assertRaisesRegex(UserError, "4 families.*Order a print run"):
            families.action_order_card()
        self.assertFalse(families.sudo().card_ids)
        families[:3].action_order_card()
        self.assertEqual(len(families.sudo().card_ids), 3)

    def test_card_officers_of_the_area_order(self):
        family = self.families[0]
        for role in ("field_officer", "auditor", "administrator"):
            user = self._role_user(role, login=f"{role}.other")
            with self.subTest(role=role), self._refused(AccessError):
                family.with_user(user).action_order_card()
        away = self._role_user("card_officer", areas=self._area("62.06"), login="away")
        with self.assertRaises(AccessError):
            family.with_user(away).action_order_card()
        self.assertFalse(family.sudo().card_ids)
