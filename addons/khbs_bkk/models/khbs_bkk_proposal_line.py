# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import guards

VERDICTS = [
    ("pending", "Pending"),
    ("accepted", "Accepted in full"),
    ("cut", "Cut"),
    ("rejected", "Rejected"),
    ("returned", "Returned"),
]
# What a verifier enters; the amount follows from it.
VERDICT_FIELDS = {"verdict", "approved_months", "approved_from", "reason"}


class KhbsBkkProposalLine(models.Model):
    """So many months of one holder at one rate, as proposed and as verified.

    Name, areas and letter are kept as they stood when the line was built: what was
    signed does not change with the roster.
    """

    _name = "khbs.bkk.proposal.line"
    _description = "BKK proposal line"
    _order = "proposal_id, area_code, name, id"

    proposal_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal",
        required=True,
        index=True,
        ondelete="cascade",
    )
    regency_id = fields.Many2one(related="proposal_id.regency_id")
    state = fields.Selection(related="proposal_id.state")
    holder_id = fields.Many2one(
        comodel_name="khbs.bkk.holder", required=True, index=True, ondelete="restrict"
    )
    nik_masked = fields.Char(related="holder_id.nik_masked")
    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", required=True, ondelete="restrict"
    )
    rate_id = fields.Many2one(
        comodel_name="khbs.bkk.rate", required=True, index=True, ondelete="restrict"
    )
    name = fields.Char(required=True)
    area_names = fields.Char(string="Areas")
    area_code = fields.Char(help="Of the first area; papers are sorted by it.")
    area_codes = fields.Char(help="Of all areas of the holder; a ceiling counts each.")
    payee_area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Payee",
        required=True,
        index=True,
        ondelete="restrict",
        help="Whose treasury pays the holder: of the regency, or of the village.",
    )
    appointment_letter = fields.Char(required=True)
    month_from = fields.Date(
        string="First month", required=True, help="By its first day."
    )
    month_to = fields.Date(string="Last month", required=True, help="By its first day.")
    months = fields.Integer(required=True, aggregator=None)
    rate_amount = Rupiah(string="Rate per month", required=True, aggregator=None)
    amount = Rupiah(required=True)
    previous_amount = Rupiah(
        string="Previous quarter",
        required=True,
        default=0,
        help="What the person was given for this role in the quarter before: as "
        "approved, or as proposed where it is not verified yet.",
    )
    difference = Rupiah(required=True, default=0)
    verdict = fields.Selection(selection=VERDICTS, required=True, default="pending")
    approved_from = fields.Date(
        string="First approved month", help="By its first day; the others follow."
    )
    approved_months = fields.Integer(required=True, default=0, aggregator=None)
    approved_amount = Rupiah(required=True, default=0)
    reason = fields.Char(help="Why the line is cut, rejected or returned.")
    warning = fields.Char(
        string="Warning code",
        readonly=True,
        help="Codes of the rules that found something about the holder.",
    )
    warning_text = fields.Char(
        string="Warning",
        compute="_compute_warning_text",
        help="What the rules found about the holder; the proposal's warnings explain.",
    )

    _holder_rate_uniq = models.Constraint(
        "UNIQUE (proposal_id, holder_id, rate_id, month_from)",
        "A holder stands once in a proposal at one rate from one month.",
    )
    _months_in_quarter = models.Constraint(
        """CHECK (months BETWEEN 1 AND 3
            AND extract(day FROM month_from) = 1
            AND month_to = (month_from + make_interval(months => months - 1))::date)""",
        "A line holds one to three months that follow each other.",
    )
    _amount_explained = models.Constraint(
        "CHECK (amount = rate_amount * months "
        "AND approved_amount = rate_amount * approved_months "
        "AND difference = amount - previous_amount)",
        "An amount is the rate times the months.",
    )
    _approved_within = models.Constraint(
        """CHECK (CASE WHEN approved_months = 0 THEN approved_from IS NULL
            ELSE approved_from IS NOT NULL
                AND extract(day FROM approved_from) = 1
                AND approved_from >= month_from
                AND (approved_from
                     + make_interval(months => approved_months - 1))::date <= month_to
        END)""",
        "The approved months lie within the months that were proposed.",
    )
    _verdict_explained = models.Constraint(
        """CHECK (CASE verdict
            WHEN 'pending' THEN approved_months = 0
            WHEN 'accepted' THEN approved_months = months
            WHEN 'cut' THEN approved_months BETWEEN 1 AND months - 1
                AND length(trim(coalesce(reason, ''))) > 0
            ELSE approved_months = 0 AND length(trim(coalesce(reason, ''))) > 0
        END)""",
        "A cut leaves some of the months, a rejection none, and both need a reason.",
    )

    def init(self):
        self.env.cr.execute(guards.LINE_GUARD)

    @api.model
    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Order the screen as the papers are, whatever the database's collation."""
        order = super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        if field_name not in ("area_code", "name"):
            return order
        column = SQL.identifier(alias, field_name)
        return SQL('upper(%s) COLLATE "C" %s %s', column, direction, nulls)

    @api.depends("warning")
    def _compute_warning_text(self):
        rules = self.env["khbs.bkk.warning"]._fields["rule"]
        labels = dict(rules._description_selection(self.env))
        for line in self:
            codes = (line.warning or "").split(", ")
            line.warning_text = ", ".join(labels[code] for code in codes if code)

    def write(self, vals):
        """Let a user give a verdict and nothing else."""
        if self.env.su:
            return super().write(vals)
        if set(vals) - VERDICT_FIELDS:
            raise UserError(
                self.env._("A line changes only by its verdict, months and reason.")
            )
        self._check_verifiable()
        for line in self:
            super(KhbsBkkProposalLine, line).write(line._prepare_verdict_vals(vals))
        self.proposal_id._note_judged()
        self.proposal_id._update_totals()
        return True

    def unlink(self):
        proposals = self.proposal_id
        result = super().unlink()
        if not self.env.su:
            proposals.exists()._note_changed(["line_ids"])
        proposals.exists()._update_totals()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_in_draft(self):
        if any(line.state != "draft" for line in self):
            raise UserError(
                self.env._("A line leaves a proposal only while it is a draft.")
            )

    def _check_verifiable(self):
        self.env["khbs.audit.event"]._require_group(
            "khbs_registry.group_bkk_verifier",
            "khbs.bkk.proposal.verdict",
            self.proposal_id[:1],
        )
        if any(line.state != "proposed" for line in self):
            raise UserError(
                self.env._("Lines are verified while their proposal is proposed.")
            )

    def _prepare_verdict_vals(self, vals):
        """Complete *vals* with the months and amount that follow from the verdict."""
        self.ensure_one()
        verdict = vals.get("verdict", self.verdict)
        months = vals.get("approved_months", self.approved_months)
        first = fields.Date.to_date(vals.get("approved_from", self.approved_from))
        if verdict == "accepted":
            months, first = self.months, self.month_from
        elif verdict != "cut":
            months, first = 0, None
        kept = False if verdict in ("accepted", "pending") else self.reason
        reason = vals.get("reason", kept)
        if verdict in ("cut", "rejected", "returned") and not (reason or "").strip():
            raise UserError(
                self.env._("Write why the line of %(name)s is changed.", name=self.name)
            )
        if verdict == "cut":
            first = self._check_cut(months, first)
        return {
            "verdict": verdict,
            "approved_months": months,
            "approved_from": first,
            "approved_amount": self.rate_amount * months,
            "reason": reason,
        }

    def _check_cut(self, months, first):
        """Return the first month that a cut leaves; refuse what lies outside."""
        if not 0 < months < self.months:
            raise UserError(
                self.env._(
                    "%(name)s is proposed for %(months)s months: a cut leaves fewer, "
                    "but at least one. To leave none, reject the line.",
                    name=self.name,
                    months=self.months,
                )
            )
        first = (first or self.month_from).replace(day=1)
        latest = self.month_to - relativedelta(months=months - 1)
        if not self.month_from <= first <= latest:
            raise UserError(
                self.env._(
                    "Of %(name)s the approved months begin between %(first)s and "
                    "%(latest)s.",
                    name=self.name,
                    first=format_date(self.env, self.month_from),
                    latest=format_date(self.env, latest),
                )
            )
        return first
