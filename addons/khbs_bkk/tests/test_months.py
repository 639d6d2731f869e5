# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

import psycopg2
from psycopg2 import IntegrityError
from psycopg2.errors import RestrictViolation

from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger

from odoo.addons.khbs_registry.tests.common import VILLAGE

from .common import YEAR, BkkCase


class TestMonths(BkkCase):
    """A month of a person is paid once, in whatever regency it is proposed."""

    def _months(self, proposal, free=False):
        months = self.env["khbs.bkk.month"].search([("proposal_id", "=", proposal.id)])
        return months.filtered(lambda one: bool(one.released_at) == free)

    def _elsewhere(self, holder, role="rt_head", closed=False):
        """Return a proposal of another regency that pays *holder*'s person too."""
        city = self._area("62.71")
        twin = self._holder(
            holder.name,
            role=role,
            regency_id=city.id,
            area_ids=self._area(VILLAGE).ids,
            date_from=date(YEAR - 1, 6, 1),
        )
        # Two regencies enter one person; the roster forbids it to one role, so the
        # first term is said to have ended.
        self.env.cr.execute(
            "UPDATE khbs_bkk_holder SET active = false WHERE id = %s", [holder.id]
        )
        twin.sudo().nik = holder.sudo().nik
        self.env.flush_all()
        self.regency = city
        self.proposer.khbs_area_ids = city
        return self._verified() if closed else self._accepted()

    def _accepted(self):
        """Return a proposal whose lines are accepted by hand: as two are that close
        in the same moment, before either can see the other.
        """
        proposal = self._examined(self._proposed())
        proposal.line_ids.write({"verdict": "accepted"})
        return proposal

    def test_approval_takes_each_month_of_each_person(self):
        proposal = self._approved()
        months = self._months(proposal)
        self.assertEqual(len(months), sum(proposal.line_ids.mapped("approved_months")))
        self.assertEqual(sum(months.mapped("amount")), proposal.approved_amount)
        late = months.filtered(lambda one: one.holder_id == self.rt_late)
        self.assertEqual(late.mapped("month"), [date(YEAR, 2, 1), date(YEAR, 3, 1)])

    def test_the_table_tells_nobodys_nik(self):
        self._approved()
        self.env.cr.execute("SELECT to_jsonb(m)::text FROM khbs_bkk_month m")
        rows = " ".join(row for (row,) in self.env.cr.fetchall())
        for holder in self.damang | self.rt | self.rt_late:
            self.assertNotIn(holder.sudo().nik, rows)
        self.assertNotIn(
            "person_key",
            self.env["khbs.bkk.month"].with_user(self.approver).fields_get(),
        )

    def test_what_was_not_approved_takes_nothing(self):
        proposal = self._verified()
        self.assertFalse(self._months(proposal))

    def test_the_same_month_in_another_regency_is_refused(self):
        first = self._approved()
        second = self._elsewhere(self.rt)
        with self.assertRaisesRegex(UserError, "paid once"):
            self.reading(second).action_verify()
        with self._refused():
            second.with_user(self.approver)._reserve_months()
        refused = self.env["khbs.audit.event"].search(
            [("outcome", "=", "refused"), ("res_id", "=", second.id)]
        )
        self.assertEqual(refused.act, "khbs.bkk.proposal.approved")
        self.assertEqual(refused.data, {"taken": 3})
        self.assertNotIn(self.rt.sudo().nik, str(refused.data))
        self.assertTrue(first)

    def test_the_sentence_says_whose_month_and_who_has_it(self):
        first = self._approved()
        second = self._elsewhere(self.rt)
        with self.assertRaisesRegex(
            UserError, f"RT SATU, Januari {YEAR}: reserved by {first.display_name}"
        ):
            second.with_user(self.approver)._reserve_months()

    def test_another_role_of_the_person_is_refused_by_the_policy(self):
        self._approved()
        second = self._elsewhere(self.rt, role="damang")
        with self.assertRaisesRegex(UserError, "RT SATU"):
            second.with_user(self.approver)._reserve_months()

    def test_another_role_is_paid_where_the_policy_pays_both(self):
        self.env["khbs.bkk.policy"].create(
            {
                "valid_from": date(YEAR, 1, 1),
                "basis": "CONTOH: kedua peran dibayar",
                "several_roles": "both",
            }
        )
        self._approved()
        second = self._elsewhere(self.rt, role="damang", closed=True)
        self.reading(second, self.approver).action_approve()
        self.assertEqual(len(self._months(second)), 3)

    def test_another_role_is_refused_by_the_policy_of_either_proposal(self):
        self._approved()
        self.env["khbs.bkk.policy"].create(
            {
                "valid_from": date(YEAR, 1, 1),
                "basis": "CONTOH: kedua peran dibayar",
                "several_roles": "both",
            }
        )
        second = self._elsewhere(self.rt, role="damang")
        with self.assertRaisesRegex(UserError, "RT SATU"):
            second.with_user(self.approver)._reserve_months()

    def test_the_database_refuses_the_second_reservation(self):
        proposal = self._approved()
        month = self._months(proposal)[0]
        other = self.roles["babinsa"]
        # The last: a later policy pays both roles, the first one paid one.
        for single, role in ((False, month.role_id), (True, other), (False, other)):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    SQL(
                        """
                        INSERT INTO khbs_bkk_month (proposal_id, line_id, holder_id,
                            role_id, person_key, month, amount, single)
                        SELECT proposal_id, line_id, holder_id, %s, person_key, month,
                               amount, %s
                          FROM khbs_bkk_month WHERE id = %s
                        """,
                        role.id,
                        single,
                        month.id,
                    )
                )

    def test_a_reserved_month_is_not_changed_and_not_taken_away(self):
        month = self._months(self._approved())[0]
        for query in (
            "UPDATE khbs_bkk_month SET amount = 1 WHERE id = %s",
            "UPDATE khbs_bkk_month SET month = '2031-01-01' WHERE id = %s",
            "DELETE FROM khbs_bkk_month WHERE id = %s",
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, [month.id])

    def test_a_month_is_free_again_once_and_for_a_reason(self):
        proposal = self._approved()
        month = self._months(proposal)[0]
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_month SET released_at = now() WHERE id = %s",
                [month.id],
            )
        proposal.sudo()._release_months("revoked")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_month SET released_at = NULL, release_reason = NULL "
                "WHERE id = %s",
                [month.id],
            )

    def test_a_withdrawn_decree_keeps_the_months_of_its_proposals(self):
        decree = self._drafted()
        proposal = decree.bkk_proposal_ids
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        decree.with_user(self.approver).action_withdraw("Gubernur berhalangan")
        self.assertEqual(proposal.state, "approved")
        self.assertTrue(self._months(proposal))
        self.assertFalse(self._months(proposal, free=True))
        self.assertEqual(len(decree.bkk_line_ids), 3, "what was frozen is evidence")
        self.assertFalse(proposal.payable_decree_id)

    def test_the_months_of_a_decree_revoked_unpaid_are_free(self):
        decree = self._in_force()
        proposal = decree.bkk_proposal_ids
        self._revoke(decree)
        self.assertEqual(proposal.state, "decreed")
        self.assertFalse(self._months(proposal))
        self.assertEqual(
            set(self._months(proposal, free=True).mapped("release_reason")), {"revoked"}
        )
        self.assertFalse(proposal.payable_decree_id)
        self.assertEqual(proposal.decreed_amount, 0)
        self.assertTrue(decree.bkk_line_ids, "the names that were signed stay")
        second = self._elsewhere(self.rt, closed=True)
        self.reading(second, self.approver).action_approve()
        self.assertEqual(len(self._months(second)), 3)
