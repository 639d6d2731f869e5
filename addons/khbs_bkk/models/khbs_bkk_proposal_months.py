# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from psycopg2.errors import ExclusionViolation, UniqueViolation

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger
from odoo.tools.misc import hmac

from odoo.addons.khbs_registry.papers import words

# Of the keyed digest of a NIK, which is compared within this table alone.
_SCOPE = "khbs-bkk-month"
_SHOWN = 5


def insert_months(wanted):
    """Return the statement that reserves the months of the query *wanted*.

    In one order, so that two approvals wait for each other instead of dying.
    """
    return SQL(
        """
        INSERT INTO khbs_bkk_month (proposal_id, line_id, holder_id, role_id,
                                    person_key, month, amount, single)
        %s ORDER BY person_key, month, role_id
        """,
        wanted,
    )


class KhbsBkkProposalMonths(models.AbstractModel):
    """The months that an approved proposal takes, and when they are free again."""

    _name = "khbs.bkk.proposal.months"
    _description = "BKK proposal: reserved months"

    month_ids = fields.One2many(
        comodel_name="khbs.bkk.month", inverse_name="proposal_id", readonly=True
    )

    def action_view_months(self):
        """Open the months that the proposal took, free ones included."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reserved months"),
            "res_model": "khbs.bkk.month",
            "view_mode": "list",
            "domain": [("proposal_id", "=", self.id)],
        }

    # Business

    def _reserve_months(self):
        """Take every approved month for its person; refuse what is taken already.

        Called with the last approval, in its transaction: of two approvals at one
        moment the database lets one through.
        """
        self.ensure_one()
        self.env.flush_all()
        wanted = self._wanted_months()
        self._refuse_taken_months(wanted)
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env.cr.execute(insert_months(wanted))
        except (ExclusionViolation, UniqueViolation) as error:
            # Taken since this transaction began: it cannot see by whom.
            raise self._double_financing(
                [
                    self.env._(
                        "another proposal, approved this very moment, takes one of "
                        "these months"
                    )
                ]
            ) from error
        self.env["khbs.bkk.month"].invalidate_model()

    def _release_months(self, reason, condition=None):
        """Let the months that these proposals hold be proposed anew.

        :param reason: code of the reason
        :param condition: SQL on the months that are released; every month if none
        """
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_bkk_month
                   SET released_at = now() AT TIME ZONE 'UTC', release_reason = %s
                 WHERE proposal_id IN %s AND released_at IS NULL AND %s
                """,
                reason,
                tuple(self.ids),
                condition or SQL("TRUE"),
            )
        )
        self.env["khbs.bkk.month"].invalidate_model()

    def _wanted_months(self):
        """Return the query of the approved months, with the key of each person."""
        self.env.cr.execute(
            SQL(
                """
                SELECT l.id, coalesce(h.nik, 'holder ' || h.id)
                  FROM khbs_bkk_proposal_line l
                  JOIN khbs_bkk_holder h ON h.id = l.holder_id
                 WHERE l.proposal_id = %s AND l.approved_months > 0
                """,
                self.id,
            )
        )
        superuser = self.env(su=True)
        keyed = [
            (line, hmac(superuser, _SCOPE, number))
            for line, number in self.env.cr.fetchall()
        ]
        return SQL(
            """
            SELECT l.proposal_id, l.id AS line_id, l.holder_id, l.role_id,
                   k.person_key,
                   (l.approved_from + make_interval(months => n))::date AS month,
                   l.rate_amount AS amount, %(single)s AS single
              FROM unnest(%(lines)s::int[], %(keys)s::text[]) AS k (line_id, person_key)
              JOIN khbs_bkk_proposal_line l ON l.id = k.line_id
              JOIN generate_series(0, l.approved_months - 1) AS n ON true
            """,
            single=self._pays_one_role(),
            lines=[line for line, _key in keyed],
            keys=[key for _line, key in keyed],
        )

    def _pays_one_role(self):
        """Return whether a person is paid in one role of a month only."""
        return self.sudo().policy_id.several_roles != "both"

    def _refuse_taken_months(self, wanted):
        self.env.cr.execute(
            SQL(
                """
                WITH wanted AS (%(wanted)s), taken AS (
                    SELECT proposal_id, line_id, role_id, person_key, month, single
                      FROM khbs_bkk_month WHERE released_at IS NULL
                     UNION ALL
                    SELECT proposal_id, line_id, role_id, person_key, month, single
                      FROM wanted
                )
                SELECT line.name, w.month, t.proposal_id, role.name
                  FROM wanted w
                  JOIN taken t USING (person_key, month)
                  JOIN khbs_bkk_proposal_line line ON line.id = w.line_id
                  JOIN khbs_bkk_role role ON role.id = t.role_id
                 WHERE t.line_id <> w.line_id
                   AND (t.role_id = w.role_id OR t.single OR w.single)
                 ORDER BY line.name, w.month
                """,
                wanted=wanted,
            )
        )
        taken = self.env.cr.fetchall()
        if taken:
            raise self._double_financing(
                [self._taken_sentence(*one) for one in taken], len(taken)
            )

    def _taken_sentence(self, name, month, proposal_id, role):
        other = self.sudo().browse(proposal_id)
        return self.env._(
            "%(name)s, %(month)s: reserved by %(proposal)s as %(role)s",
            name=name,
            month=f"{words.MONTHS[month.month - 1]} {month.year}",
            proposal=other.display_name,
            role=role,
        )

    def _double_financing(self, sentences, count=1):
        """Record the refused attempt, and return the error that says whose months."""
        self.env["khbs.audit.event"]._record_refused(
            "khbs.bkk.proposal.approved", self, {"taken": count}
        )
        more = len(sentences) - _SHOWN
        shown = sentences[:_SHOWN] + (
            [self.env._("and %(count)s more", count=more)] if more > 0 else []
        )
        return UserError(
            self.env._(
                "A month of a person is paid once:\n%(months)s.\nSend the proposal "
                "back; the regency takes these months out.",
                months=";\n".join(shown),
            )
        )
