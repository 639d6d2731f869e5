# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from .. import warning_rules


class KhbsBkkProposalWarnings(models.AbstractModel):
    """What the rules find about the holders and the posts of a proposal."""

    _name = "khbs.bkk.proposal.warnings"
    _description = "BKK proposal: warnings"

    warning_ids = fields.One2many(
        comodel_name="khbs.bkk.warning", inverse_name="proposal_id", readonly=True
    )
    warning_count = fields.Integer(
        string="Warnings", compute="_compute_warning_count", compute_sudo=True
    )

    def _compute_warning_count(self):
        counts = dict(
            self.env["khbs.bkk.warning"]._read_group(
                [("proposal_id", "in", self.ids)], ["proposal_id"], ["__count"]
            )
        )
        for proposal in self:
            proposal.warning_count = counts.get(proposal, 0)

    def _make_warnings(self):
        """Write the warnings of these proposals anew, one statement for each rule.

        Called when the lines have been built; a line keeps the codes of its holder.
        """
        self.env.flush_all()
        for proposal in self:
            proposal._write_warnings()
            proposal._write_line_codes()
        self.env.invalidate_all()

    def _write_warnings(self):
        self.ensure_one()
        self.env.cr.execute(
            SQL("DELETE FROM khbs_bkk_warning WHERE proposal_id = %s", self.id)
        )
        if not (self.date_from and self.regency_id):
            return
        relations = warning_rules.relations(
            self.date_from,
            self.date_to,
            self.regency_id.ids,
            proposal=self.id,
            ceilings=self._ceilings(),
        )
        for code in warning_rules.RULES:
            self.env.cr.execute(
                SQL(
                    """
                    %(relations)s
                    INSERT INTO khbs_bkk_warning (
                        proposal_id, rule, %(columns)s,
                        create_uid, create_date, write_uid, write_date
                    )
                    SELECT %(proposal)s, %(located)s,
                           %(user)s, now() AT TIME ZONE 'UTC',
                           %(user)s, now() AT TIME ZONE 'UTC'
                      FROM (%(rows)s) AS found
                    """,
                    relations=relations,
                    columns=warning_rules.COLUMNS,
                    proposal=self.id,
                    located=warning_rules.LOCATED,
                    rows=warning_rules.rows([code]),
                    user=self.env.uid,
                )
            )

    def _ceilings(self):
        """Return the condition on the ceilings that this proposal must keep.

        Of what goes through the villages only the roles that are paid there.
        """
        return SQL(
            """
            c.regency_id = %(regency)s AND c.role_id IN (
                SELECT id FROM khbs_bkk_role
                 WHERE %(level)s = 'regency' OR payee_level = %(level)s
            )
            """,
            regency=self.regency_id.id,
            level=self.payee_level,
        )

    def _write_line_codes(self):
        """Note on each line the codes of its holder's warnings, in a fixed order."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_bkk_proposal_line l
                   SET warning = (
                        SELECT string_agg(w.rule, ', '
                                   ORDER BY array_position(%(codes)s, w.rule))
                          FROM khbs_bkk_warning w
                         WHERE w.proposal_id = l.proposal_id
                           AND w.holder_id = l.holder_id
                       )
                 WHERE l.proposal_id = %(proposal)s
                """,
                codes=list(warning_rules.RULES),
                proposal=self.id,
            )
        )
