# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.papers.document import digest

from .. import decree_lines

# The form of the annexes of before 19.0.1.1.0.
FORMER_ANNEX_FORM = 1


class KhbsDecree(models.Model):
    """A decree on BKK keeps the names that it decides on, and pays no others.

    When it is frozen its lines are written once; annex II drawn from them again has
    the very hash that was decided. An amendment has the whole list anew.
    """

    _inherit = "khbs.decree"

    bkk_proposal_ids = fields.One2many(
        comodel_name="khbs.bkk.proposal",
        inverse_name="decree_id",
        string="BKK proposals",
    )
    bkk_line_ids = fields.One2many(
        comodel_name="khbs.bkk.decree.line",
        inverse_name="decree_id",
        string="Names",
        readonly=True,
    )
    bkk_correction_ids = fields.One2many(
        comodel_name="khbs.bkk.correction",
        inverse_name="decree_id",
        string="Corrections",
        readonly=True,
    )

    bkk_annex_form = fields.Integer(
        string="Form of the annexes",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Their digest is of the form that they were drawn in. 1: that of before "
        "19.0.1.1.0; 0: that of now.",
    )

    # Two unsigned amendments side by side would each pay another list.
    _bkk_amendment_uniq = models.UniqueIndex(
        "(amends_id) WHERE kind = 'bkk' AND state = 'frozen' AND amends_id IS NOT NULL",
        "Another amendment of this decree is frozen. Register its signature or "
        "withdraw it first.",
    )

    def action_view_bkk_lines(self):
        """Open the names of the decree."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Names of %(decree)s", decree=self.display_name),
            "res_model": "khbs.bkk.decree.line",
            "view_mode": "list,form",
            "domain": [("decree_id", "=", self.id)],
        }

    def action_check_bkk_annexes(self):
        """Say whether the annexes are as frozen, and name whom the decree pays."""
        self.ensure_one()
        self.check_access("read")
        if not self.sudo().bkk_line_ids:
            raise UserError(self.env._("This decree keeps no names to be paid."))
        annexes = self.annex_ids.sorted("sequence")
        for annex in annexes:
            # Refused where a file is not the one that was frozen.
            annex._file("pdf")
            annex._file("xlsx")
        differing = self.sudo()._differing_annexes()
        if differing:
            raise UserError(
                self.env._(
                    "Annex %(numbers)s of %(decree)s does not say what is to be paid "
                    "by it. Pay nothing from it, and tell the auditor.",
                    numbers=", ".join(str(one.sequence) for one in differing),
                    decree=self.display_name,
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The files of %(count)s annexes are those that were frozen, and "
                    "they say what is to be paid, to the rupiah.",
                    count=len(annexes),
                ),
            },
        }

    # Business

    def _differing_annexes(self):
        """Return the annexes that are not what the kept lines come to."""
        annexes = self.annex_ids.sorted("sequence")
        form = self.bkk_annex_form
        drawn = [
            digest(one, headings=form != FORMER_ANNEX_FORM).content_sha256
            for one in self._bkk_annexes(form)
        ]
        # What was never drawn is different too.
        drawn += [None] * (len(annexes) - len(drawn))
        return annexes.filtered(
            lambda one: one.content_sha256 != drawn[annexes.ids.index(one.id)]
        )

    @api.model
    def _draft(self, kind, title, record, *args, revokes=None, **kwargs):
        if revokes and revokes.sudo().amends_id and revokes.sudo().bkk_line_ids:
            raise UserError(
                self.env._(
                    "%(decree)s holds the list that is paid. Amend it once more, or "
                    "revoke the decree that it amends.",
                    decree=revokes.display_name,
                )
            )
        return super()._draft(kind, title, record, *args, revokes=revokes, **kwargs)

    def _freeze(self):
        if self.kind == "bkk" and self.annex_ids:
            if self.form == "amendment":
                self._hold_amended()
            if self.form in ("decision", "amendment"):
                self._keep_bkk_lines()
        return super()._freeze()

    def _bring_in_force(self, number, date, content, signing=None):
        """What the decree decides becomes payable with the signature."""
        if self.form == "amendment" and self.bkk_line_ids:
            self._hold_amended()
            self.sudo().bkk_correction_ids._refuse_paid_out()
        result = super()._bring_in_force(number, date, content, signing=signing)
        if self.bkk_line_ids and self.form == "decision":
            self._decide_proposals()
        elif self.bkk_line_ids:
            self._amend_proposals()
        return result

    def _close_revoked(self):
        """Free the months of what was decided and never paid."""
        result = super()._close_revoked()
        proposals = self.revokes_id.sudo().bkk_proposal_ids
        unpaid = proposals.filtered(lambda one: not one.disbursed_amount)
        unpaid._release_months("revoked")
        unpaid.write({"payable_decree_id": False, "decreed_amount": 0})
        for proposal in proposals - unpaid:
            # Nothing more may follow what has left the treasury.
            proposal.decreed_amount = proposal.disbursed_amount
        proposals.flush_recordset()
        (proposals - unpaid)._follow_payments()
        return result

    def _free_documents(self):
        """Let the proposals, or the corrections, go into another decree."""
        result = super()._free_documents()
        self.bkk_proposal_ids.decree_id = False
        self.bkk_correction_ids.decree_id = False
        if self.amends_id and self.bkk_line_ids:
            self.amends_id.bkk_proposal_ids._update_decreed()
        return result

    def _bkk_base(self):
        """Return the decree whose list this decision or its amendments pay now."""
        return self.sudo().bkk_proposal_ids.payable_decree_id

    def _bkk_lines(self):
        """Return the query of the names that this draft decides on."""
        decree = self.sudo()
        if decree.form == "decision":
            return decree_lines.of_proposals(decree.bkk_proposal_ids.ids)
        base = decree_lines.of_decree(decree.amends_id._bkk_base().id)
        if not decree.bkk_correction_ids:
            return base
        return decree_lines.corrected(base, decree.bkk_correction_ids.ids)

    def _hold_amended(self):
        """Hold the decree that is amended, and what is paid from it.

        Updates and not only locks: under REPEATABLE READ whoever began before another
        amendment or payment was done must fail, and be retried in a snapshot with it.
        """
        original = self.amends_id
        original._lock_in("in_force")
        self.env.flush_all()
        for table, ids in (
            ("khbs_decree", original.ids),
            ("khbs_bkk_proposal", original.bkk_proposal_ids.ids),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET write_date = write_date WHERE id = ANY(%s)",
                    SQL.identifier(table),
                    ids,
                )
            )
        self.env.invalidate_all()

    def _keep_bkk_lines(self):
        """Write the names once, and refuse unless they are those that were decided."""
        self.env.flush_all()
        lines = self._bkk_lines()
        _people, _count, total = self.env.execute_query(decree_lines.totals(lines))[0]
        before = 0
        if self.form == "amendment":
            base = decree_lines.of_decree(self.amends_id._bkk_base().id)
            before = self.env.execute_query(decree_lines.totals(base))[0][2]
        self.env.cr.execute(decree_lines.insert(self.id, lines))
        self.env["khbs.bkk.decree.line"].invalidate_model()
        self.invalidate_recordset(["bkk_line_ids"])
        annexes = self.annex_ids.sorted("sequence")
        drawn = [digest(one).content_sha256 for one in self._bkk_annexes()]
        if self.amount != total - before or drawn != annexes.mapped("content_sha256"):
            raise UserError(
                self.env._(
                    "Amount and annexes of the decree are not those of its "
                    "proposals. Delete this draft and draft it anew."
                )
            )
        if self.form == "amendment":
            self.bkk_correction_ids._refuse_paid_out()
            self.amends_id.bkk_proposal_ids._update_decreed(self)

    def _bkk_annexes(self, form=0):
        """Return annexes I, II and III, drawn from the lines that were kept.

        :param form: a draft in the former form is drafted anew, a frozen decree stays
        """
        proposals = (self.amends_id or self).bkk_proposal_ids
        lines = decree_lines.of_decree(self.id)
        if form == FORMER_ANNEX_FORM:
            return proposals._former_annexes(lines)
        return proposals._annexes(lines, self.bkk_correction_ids)

    def _decide_proposals(self):
        """Let the proposals be paid from this decree."""
        proposals = self.sudo().bkk_proposal_ids
        for proposal in proposals.filtered(lambda one: one.state == "approved"):
            proposal._check_unchanged("approved")
            proposal.write({"state": "decreed", "payable_decree_id": self.id})
        proposals._update_decreed()
        proposals.flush_recordset()

    def _amend_proposals(self):
        """Let what this amendment says be paid from now on."""
        proposals = self.sudo().amends_id.bkk_proposal_ids
        proposals.payable_decree_id = self
        proposals._update_decreed()
        self.sudo().bkk_correction_ids.state = "decreed"
        self.env.flush_all()
        proposals._release_months(
            "corrected",
            SQL(
                """
                NOT EXISTS (
                    SELECT FROM khbs_bkk_decree_line l
                     WHERE l.decree_id = %s AND l.line_id = khbs_bkk_month.line_id
                       AND month >= l.month_from
                       AND month < l.month_from + make_interval(months => l.months)
                ) AND NOT EXISTS (
                    SELECT FROM khbs_bkk_payment_line x
                     WHERE x.proposal_line_id = khbs_bkk_month.line_id
                       AND x.state = 'paid'
                )
                """,
                self.id,
            ),
        )
        proposals._follow_payments()

    def _require_covered(self, proposal, amount):
        """Refuse to decree less than what has left the treasury."""
        if amount < proposal.disbursed_amount:
            raise UserError(
                self.env._(
                    "%(paid)s of %(proposal)s has left the treasury, and this "
                    "amendment would leave %(amount)s. What is not paid out comes back "
                    "with the accountability report, not by an amendment.",
                    paid=words.rupiah(proposal.disbursed_amount),
                    proposal=proposal.display_name,
                    amount=words.rupiah(amount),
                )
            )
