# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


from odoo import fields, models
from odoo.tools import SQL


class KhbsBankBatchLines(models.AbstractModel):
    """Whom a batch names: by one statement from the round, or what the bank refused."""

    _name = "khbs.bank.batch.lines"
    _description = "Bank batch: the lines"

    def _insert_transfer_lines(self):
        """Reserve what can be credited and write one line for each.

        The reservation is the lock: an entitlement stands in one living batch.
        """
        self.env.cr.execute(
            SQL(
                """
                WITH payable AS (
                    SELECT e.id
                      FROM khbs_entitlement e
                      JOIN khbs_bank_account a ON a.household_id = e.household_id
                       AND a.state = 'active'
                     WHERE e.round_id = %(round)s AND e.channel = 'account'
                       AND e.state = 'open' AND %(only)s
                     ORDER BY e.id FOR NO KEY UPDATE OF e
                ), reserved AS (
                    UPDATE khbs_entitlement e SET state = 'reserved'
                      FROM payable p WHERE p.id = e.id
                    RETURNING e.id, e.household_id, e.amount
                )
                INSERT INTO khbs_bank_line
                       (batch_id, reference, household_id, account_id, entitlement_id,
                        amount)
                SELECT %(batch)s,
                       %(name)s || '-'
                           || lpad((row_number() OVER (ORDER BY r.id))::text, 6, '0'),
                       r.household_id, a.id, r.id, r.amount
                  FROM reserved r
                  JOIN khbs_bank_account a ON a.household_id = r.household_id
                   AND a.state = 'active'
                """,
                round=self.round_id.id,
                batch=self.id,
                name=self.name,
                only=self._only_failed("e.id", "entitlement_id"),
            )
        )

    def _insert_opening_lines(self):
        """Ask for an account for each family of the round that has none.

        The state of the account is the lock: one asked for again stands in one
        living batch.
        """
        again = SQL("FALSE")
        if self.parent_id:
            again = self._only_failed("a.id", "account_id")
        self.env.cr.execute(
            SQL(
                """
                WITH asked_again AS (
                    UPDATE khbs_bank_account a
                       SET state = 'requested', reason_code = NULL
                     WHERE a.state = 'failed' AND a.account_number IS NULL
                       AND %(again)s AND EXISTS (
                           SELECT FROM khbs_household h
                            WHERE h.id = a.household_id AND h.present)
                    RETURNING a.id, a.household_id
                ), wanting AS (
                    SELECT DISTINCT e.household_id
                      FROM khbs_entitlement e
                      JOIN khbs_household h ON h.id = e.household_id AND h.present
                     WHERE e.round_id = %(round)s AND e.channel = 'account'
                       AND e.state = 'open' AND %(fresh)s
                       AND NOT EXISTS (
                           SELECT FROM khbs_bank_account a
                            WHERE a.household_id = e.household_id
                              AND a.state <> 'closed')
                ), asked AS (
                    INSERT INTO khbs_bank_account
                           (household_id, state, create_uid, create_date,
                            write_uid, write_date)
                    SELECT household_id, 'requested', %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM wanting ORDER BY household_id
                    RETURNING id, household_id
                ), all_asked AS (
                    SELECT id, household_id FROM asked
                     UNION ALL
                    SELECT id, household_id FROM asked_again
                )
                INSERT INTO khbs_bank_line
                       (batch_id, reference, household_id, account_id, amount)
                SELECT %(batch)s,
                       %(name)s || '-'
                           || lpad((row_number() OVER (ORDER BY id))::text, 6, '0'),
                       household_id, id, 0
                  FROM all_asked
                """,
                round=self.round_id.id,
                batch=self.id,
                name=self.name,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                fresh=SQL("FALSE") if self.parent_id else SQL("TRUE"),
                again=again,
            )
        )

    def _only_failed(self, column, key):
        """Return the condition that *column* stands in a failed line of the parent."""
        if not self.parent_id:
            return SQL("TRUE")
        return SQL(
            """%s IN (
                SELECT l.%s FROM khbs_bank_line l
                  JOIN khbs_bank_result_line r ON r.line_id = l.id
                   AND r.state = 'failed'
                 WHERE l.batch_id = %s)""",
            SQL(column),
            SQL.identifier(key),
            self.parent_id.id,
        )
