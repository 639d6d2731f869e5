# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import itertools

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.khbs_cards import life_cycle

from .common import RECEIPT, CardsCase

STATES = [state for state, _label in life_cycle.STATES]
ROLES = (
    "card_officer",
    "field_officer",
    "terminal_officer",
    "registry_operator",
    "validator",
    "distribution_officer",
    "bank_officer",
    "approver",
    "auditor",
    "administrator",
)
# How a person brings a card to a state; to the others none does.
BY_HAND = {
    "printed": ("action_print",),
    "shipped": ("action_ship",),
    "active": ("action_lift", "cleared"),
    "suspended": ("action_suspend", "lost"),
    "revoked": ("action_revoke", "stolen"),
    "destroyed": ("action_spoil", "misprint"),
}


class TestLifeTable(CardsCase):
    """Every (state, target, role): what the table names works, nothing else does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls._role_user(role) for role in ROLES}

    def setUp(self):
        super().setUp()
        self.card = self._allocated()
        self.env["khbs.card.job"].search([("card_id", "=", self.card.id)])._close_open()

    def _force(self, state):
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("ALTER TABLE khbs_card DISABLE TRIGGER khbs_card_guard")
        cr.execute(
            "UPDATE khbs_card SET state = %s WHERE id = %s", (state, self.card.id)
        )
        cr.execute("ALTER TABLE khbs_card ENABLE TRIGGER khbs_card_guard")
        self.env.invalidate_all()

    def _tries(self, user, target):
        """Let *user* bring the card to *target*; return whether it came there."""
        name, *reason = BY_HAND[target]
        try:
            with self.env.cr.savepoint():
                getattr(self.card.with_user(user), name)(*reason)
                self.env.flush_all()
                reached = self.card.state == target
                raise _Undo
        except _Undo:
            return reached
        except (AccessError, UserError):
            return False

    def test_every_state_target_and_role(self):
        for start, target, role in itertools.product(STATES, BY_HAND, ROLES):
            movers = life_cycle.movers(start, target)
            allowed = f"khbs_registry.group_{role}" in movers
            if (start, target) == ("shipped", "active"):
                # The hand-over, where the card's own signature decides; see below.
                allowed = False
            self._force(start)
            with self.subTest(start=start, target=target, role=role):
                self.assertEqual(self._tries(self.users[role], target), allowed)

    def test_the_database_knows_the_same_steps(self):
        self._witnessed(self.card)
        for start, target in itertools.product(STATES, STATES):
            if start == target:
                continue
            self._force(start)
            with self.subTest(start=start, target=target):
                try:
                    with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                        self.env.cr.execute(
                            "UPDATE khbs_card SET state = %s WHERE id = %s",
                            (target, self.card.id),
                        )
                    done = True
                except psycopg2.errors.RestrictViolation:
                    done = False
                self.assertEqual(done, bool(life_cycle.movers(start, target)))

    def test_nobody_but_the_program_brings_a_card_to_the_other_states(self):
        for (start, target), movers in life_cycle.TRANSITIONS.items():
            with self.subTest(start=start, target=target):
                if target not in BY_HAND:
                    self.assertEqual(movers, {life_cycle.SYSTEM})

    def test_nobody_moves_a_card_by_a_way_that_the_table_does_not_name(self):
        """Whatever method asks: the program's steps for all, the others by role."""
        self._witnessed(self.card)
        for ((start, target), movers), role in itertools.product(
            life_cycle.TRANSITIONS.items(), ("field_officer", "auditor")
        ):
            group = f"khbs_registry.group_{role}"
            self._force(start)
            card = self.card.with_user(self.users[role]).sudo()
            try:
                with self.env.cr.savepoint():
                    card._transition(target, "other")
                    raise _Undo
            except _Undo:
                done = True
            except UserError:
                done = False
            with self.subTest(start=start, target=target, role=role):
                self.assertEqual(done, bool({life_cycle.SYSTEM, group} & movers))

    def test_a_family_that_leaves_takes_its_card_along_whoever_enters_it(self):
        operator = self.users["registry_operator"]
        for state in (*life_cycle.ON_THE_WAY, *life_cycle.IN_USE):
            household = self._household(state="decided")
            self.card = self._allocated(household)
            self._force(state)
            with self.subTest(state=state):
                household.with_user(operator).sudo()._has_left({})
                self.assertEqual(self.card.state, "revoked")
                self.assertEqual(self.card.event_ids[0].user_id, operator)

    def test_only_the_field_officer_hands_over(self):
        household = self._household(state="decided")
        card, chip = self._shipped(household)
        for role in set(ROLES) - {"field_officer"}:
            with self.subTest(role=role), self.assertRaises(AccessError):
                cards = self.cards.with_user(self.users[role])
                cards.action_hand_over(chip.activate(card.card_no), None, RECEIPT)
        self.assertEqual(card.state, "shipped")
        officer = self.cards.with_user(self.users["field_officer"])
        officer.action_hand_over(chip.activate(card.card_no), None, RECEIPT)
        self.assertEqual(card.state, "active")

    def test_acts_of_the_wizard_are_steps_of_the_table(self):
        for name, act in life_cycle.ACTS.items():
            for start, movers in act.starts.items():
                with self.subTest(act=name, start=start):
                    if name == "replace":
                        self.assertEqual(movers, {life_cycle.CARD_OFFICER})
                    else:
                        table = life_cycle.movers(start, act.target)
                        self.assertEqual(movers, table - {life_cycle.SYSTEM})
        reasons = dict(life_cycle.REASONS)
        for act in life_cycle.ACTS.values():
            self.assertLessEqual(set(act.reasons), set(reasons))

    def test_a_mistake_is_a_reason_to_lift_and_for_nothing_else(self):
        for name, act in life_cycle.ACTS.items():
            self.assertEqual("mistake" in act.reasons, name == "lift")

    def test_revoked_is_final_and_it_says_what_to_do_instead(self):
        self._force("revoked")
        card = self.card.with_user(self.users["card_officer"])
        with self.assertRaisesRegex(UserError, "order a new one"):
            card.action_lift("mistake")
        self.assertEqual(self.card.state, "revoked")


class _Undo(Exception):
    """Ends an attempt, so that the next one starts from the same card."""
