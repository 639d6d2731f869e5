# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

from odoo.exceptions import UserError

from .common import YEAR
from .test_payment import PaymentCase


class TestPaymentTax(PaymentCase):
    """What was decided and withheld can be explained by rows that do not change."""

    def test_what_was_used_does_not_end_before(self):
        """A rate, rule or treatment explains what was decided and withheld by it."""
        treatment = self.env["khbs.bkk.tax.treatment"].create(
            {
                "role_id": self.roles["rt_head"].id,
                "kind": "participant",
                "valid_from": date(YEAR, 1, 1),
                "basis": "CONTOH",
            }
        )
        payment = self._list(self._received())
        payment.action_ready()
        payment.action_pay_all()
        line = self._line(payment, self.rt)
        for record, last in (
            (line.rule_id, line.paid_on),
            (treatment, line.paid_on),
            (self.rt_rate, date(YEAR, 3, 1)),
        ):
            administrator = record.with_user(self._administrator())
            early = max(record.valid_from, last - timedelta(days=1))
            with self.assertRaisesRegex(UserError, "cannot end before"):
                administrator.valid_to = early
            table = record._table
            self._held_by_the_database(
                f"UPDATE {table} SET valid_to = %s WHERE id = %s",  # noqa: S608
                [early, record.id],
            )
            self._held_by_the_database(
                f"UPDATE {table} SET valid_from = %s WHERE id = %s",  # noqa: S608
                [date(YEAR - 9, 1, 1), record.id],
            )
            self._held_by_the_database(
                f"DELETE FROM {table} WHERE id = %s",  # noqa: S608
                [record.id],
            )
            administrator.valid_to = last
        self._held_by_the_database(
            "UPDATE khbs_bkk_rate SET amount = amount + 1 WHERE id = %s",
            [self.damang_rate.id],
        )

    def test_what_is_taxed_is_not_decided_after_people_were_paid(self):
        payment = self._list(self._received())
        payment.action_ready()
        treatments = self.env["khbs.bkk.tax.treatment"].with_user(self._administrator())
        vals = {
            "role_id": self.roles["rt_head"].id,
            "kind": "participant",
            "valid_from": date(YEAR, 1, 1),
            "basis": "CONTOH",
        }
        # Nobody is paid yet.
        treatments.create(vals).sudo().unlink()
        payment.action_pay_all()
        paid = self._line(payment, self.rt)
        for late in (vals, {**vals, "kind": "regular", "valid_from": paid.paid_on}):
            with self.assertRaisesRegex(UserError, "begins after that day"):
                treatments.create(late)
        self._held_by_the_database(
            "INSERT INTO khbs_bkk_tax_treatment (role_id, kind, valid_from, basis) "
            "VALUES (%s, 'participant', %s, 'CONTOH')",
            [vals["role_id"], vals["valid_from"]],
        )
        # Of days on which nobody was paid, and of the days to come.
        ended = paid.paid_on - timedelta(days=1)
        early = treatments.create(
            {**vals, "valid_from": ended - timedelta(days=9), "valid_to": ended}
        )
        following = {**vals, "valid_from": paid.paid_on + timedelta(days=1)}
        treatments.create(following)
        self.assertTrue(early)
        # Another role was not paid at all.
        treatments.create({**vals, "role_id": self.roles["babinsa"].id})

    def test_a_tax_rule_is_not_added_over_payments(self):
        payment = self._list(self._received())
        payment.action_ready()
        payment.action_pay_all()
        rule = self._line(payment, self.rt).rule_id
        rules = self.env["khbs.bkk.tax.rule"].with_user(self._administrator())
        vals = {
            **{name: rule[name] for name in ("kind", "rank_group", "tax_object")},
            "base_percent": 100,
            "rate_percent": 1,
            "valid_from": rule.valid_from,
            "basis": "CONTOH",
        }
        with self.assertRaisesRegex(UserError, "begins after that day"):
            rules.create(vals)
        rules.create({**vals, "rank_group": "grade_1", "kind": "participant"})

    def _administrator(self):
        users = self.env["res.users"]
        return users.search([("login", "=", "rates")]) or self._role_user(
            "administrator", login="rates"
        )
