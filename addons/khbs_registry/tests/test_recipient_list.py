# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .delivery_common import DeliveryCase


@tagged("post_install", "-at_install")
class TestRecipientList(DeliveryCase):
    def _list(self, *families, **values):
        """Return a draft of the eligible of *families*, collected."""
        self._applied(*families)
        criteria = self.env["khbs.criteria"]._in_force() or self._criteria()
        criteria.with_user(self.operator).action_decide_families()
        recipient_list = (
            self.env["khbs.recipient.list"]
            .with_user(self.operator)
            .create(
                {
                    "title": "Katingan",
                    "area_id": self._area("62.06").id,
                    **values,
                }
            )
        )
        recipient_list.action_collect()
        return recipient_list

    def _decided(self, *families):
        recipient_list = self._list(*families)
        recipient_list.action_propose()
        self.reading(recipient_list, self.approver).action_decide()
        return recipient_list

    def test_rank_is_decile_then_verified_then_members(self):
        plain, verified, large, poor = (
            self._family(desil="3"),
            self._family(desil="3"),
            self._family(desil="3", size=3),
            self._family(desil="1", size=1),
        )
        self._applied(plain, verified, large, poor)
        self._household_of(verified).verified_at = "2026-02-01"
        lines = self._list(plain, verified, large, poor).line_ids
        ranked = lines.sorted("rank").household_id
        expected = [self._household_of(f) for f in (poor, verified, large, plain)]
        self.assertEqual(list(ranked), expected)
        self.assertEqual(lines.regency_id, self._area("62.06"))

    def test_the_draw_is_repeatable_and_depends_on_the_seed(self):
        families = [self._family() for _number in range(8)]
        first = self._list(*families)
        order = first.line_ids.sorted("rank").household_id.ids
        first.action_collect()
        self.assertEqual(first.line_ids.sorted("rank").household_id.ids, order)
        other = self._list(*families)
        self.assertNotEqual(other.line_ids.sorted("rank").household_id.ids, order)

    def test_another_area_needs_another_collection(self):
        recipient_list = self._list(self._family())
        recipient_list.area_id = self._area("62.06.01")
        self.assertFalse(recipient_list.line_count)
        with self.assertRaises(UserError):
            recipient_list.action_propose()
        recipient_list.title = "Judul lain"
        recipient_list.action_collect()
        recipient_list.action_propose()
        self.assertEqual(recipient_list.state, "proposed")

    def test_only_eligible_families_of_the_area_are_collected(self):
        inside = self._family()
        recipient_list = self._list(
            inside,
            self._family(desil="9"),
            self._family(kode_wilayah="62.71.01.1001"),
        )
        self.assertEqual(
            recipient_list.line_ids.household_id, self._household_of(inside)
        )

    def test_a_decided_list_makes_its_families_decided(self):
        family = self._family()
        recipient_list = self._decided(family)
        self.assertEqual(recipient_list.state, "decided")
        self.assertEqual(self._household_of(family).state, "decided")
        steps = self.env["khbs.approval"].search(
            [("model", "=", "khbs.recipient.list"), ("res_id", "=", recipient_list.id)]
        )
        self.assertEqual(steps.mapped("step"), ["proposed", "decided"])
        self.assertEqual(set(steps.mapped("sha256")), {recipient_list.sha256})

    def test_a_second_person_decides(self):
        recipient_list = self._list(self._family())
        recipient_list.action_propose()
        with self.assertRaises(AccessError):
            self.reading(recipient_list).action_decide()
        both = self._role_user("registry_operator", "approver")
        other = self._list(self._family()).with_user(both)
        other.action_propose()
        with self.assertRaises(UserError):
            self.reading(other).action_decide()

    def test_the_database_refuses_changes_to_a_decided_list(self):
        recipient_list = self._decided(self._family())
        draft = self._list(self._family()).line_ids.id
        decided, line = recipient_list.id, recipient_list.line_ids.id
        statements = [
            f"UPDATE khbs_recipient_line SET rank = 9 WHERE id = {line}",
            f"DELETE FROM khbs_recipient_line WHERE id = {line}",
            f"UPDATE khbs_recipient_line SET list_id = {decided}, rank = 98 "
            f"WHERE id = {draft}",
            "TRUNCATE khbs_recipient_line CASCADE",
            f"DELETE FROM khbs_recipient_list WHERE id = {decided}",
            f"UPDATE khbs_recipient_list SET state = 'draft' WHERE id = {decided}",
            "INSERT INTO khbs_recipient_line (list_id, household_id, area_id, "
            f"regency_id, rank) SELECT {decided}, household_id, area_id, regency_id, "
            f"99 FROM khbs_recipient_line WHERE id = {draft}",
        ]
        for statement in statements:
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)

    def test_a_family_in_two_lists_is_decided_once(self):
        family = self._family()
        first, second = self._list(family), self._list(family)
        first.action_propose()
        second.action_propose()
        self.reading(first, self.approver).action_decide()
        with self.assertRaises(UserError):
            self.reading(second, self.approver).action_decide()
        second.with_user(self.approver).action_return()
        second.action_collect()
        self.assertFalse(second.line_count)
        with self.assertRaises(UserError):
            second.action_propose()
        second.action_cancel()
        self.assertEqual(second.state, "cancelled")

    def test_a_returned_list_is_proposed_anew(self):
        recipient_list = self._list(self._family())
        recipient_list.action_propose()
        recipient_list.with_user(self.approver).action_return()
        self.assertEqual(
            (recipient_list.state, recipient_list.sha256), ("draft", False)
        )
        recipient_list.action_collect()
        recipient_list.action_propose()
        self.reading(recipient_list, self.approver).action_decide()
        self.assertEqual(recipient_list.state, "decided")

    def test_a_state_that_cannot_follow_is_refused(self):
        household = self._household(state="listed")
        with self.assertRaises(UserError):
            household._set_state("active", "CARD_HANDED_OVER")
        decided = self._household(state="decided") + self._household(state="decided")
        decided._set_state("active", "CARD_HANDED_OVER")
        events = self.env["khbs.audit.event"].search(
            [("act", "=", "household.state"), ("res_id", "in", decided.ids)]
        )
        self.assertEqual(len(events), 2)
        self.assertEqual(events[0].data["reason"], "CARD_HANDED_OVER")
        decided._set_state("active", "CARD_HANDED_OVER")
        self.assertEqual(
            self.env["khbs.audit.event"].search_count(
                [("act", "=", "household.state"), ("res_id", "in", decided.ids)]
            ),
            2,
        )

    def test_who_proposed_an_earlier_round_does_not_decide(self):
        recipient_list = self._list(self._family())
        both = self._role_user("registry_operator", "approver")
        recipient_list.with_user(both).action_propose()
        recipient_list.with_user(self.approver).action_return()
        recipient_list.action_propose()
        with self.assertRaises(UserError):
            self.reading(recipient_list, both).action_decide()
        self.reading(recipient_list, self.approver).action_decide()
        self.assertEqual(recipient_list.state, "decided")
