# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import append_only
from ..papers import words
from ..papers.document import Column, Document
from ..rupiah import Rupiah

TREASURER = "khbs_registry.group_bank_officer"
READERS = (
    "khbs_registry.group_decree_officer",
    "khbs_registry.group_approver",
    "khbs_registry.group_bank_officer",
    "khbs_registry.group_bkk_verifier",
    "khbs_registry.group_administrator",
    "khbs_registry.group_auditor",
)
# Columns of the control card, in the order in which money goes.
_STEPS = ("ceiling", "decided", "sp2d", "realised", "sts")


class KhbsBudgetFlow(models.AbstractModel):
    """What became of a budget line: SP2D, realised, paid back, and its control card.

    The numbers of SP2D and STS are references; SIPD makes them (DOMAIN 4.2).
    """

    _name = "khbs.budget.flow"
    _description = "Budget line: its money"

    entry_ids = fields.One2many(
        comodel_name="khbs.budget.entry", inverse_name="line_id", readonly=True
    )
    sp2d_amount = Rupiah(
        string="SP2D",
        compute="_compute_flow",
        compute_sudo=True,
        help="What left the treasury.",
    )
    realised_amount = Rupiah(
        string="Realised",
        compute="_compute_flow",
        compute_sudo=True,
        help="What reached those whom it is for.",
    )
    sts_amount = Rupiah(
        string="Paid back (STS)",
        compute="_compute_flow",
        compute_sudo=True,
        help="What came back to the treasury.",
    )
    open_amount = Rupiah(
        string="To be accounted for",
        compute="_compute_flow",
        compute_sudo=True,
        help="SP2D without what was realised and paid back.",
    )

    @api.depends("entry_ids.amount")
    def _compute_flow(self):
        for line in self:
            flow = line._flow_amounts()
            line.sp2d_amount = flow["sp2d"]
            line.realised_amount = flow["realised"]
            line.sts_amount = flow["sts"]
            line.open_amount = line.sp2d_amount - line.realised_amount - line.sts_amount

    def action_issue_card(self):
        """Issue the control card of the line as PDF and XLSX."""
        self.ensure_one()
        if not any(self.env.user.has_group(group) for group in READERS):
            self.env["khbs.audit.event"]._require_group(READERS[0], "budget.card", self)
        self.check_access("read")
        paper = self.env["khbs.paper"]._issue(
            "budget.card", self.sudo()._card(), record=self
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.paper",
            "res_id": paper.id,
            "views": [(False, "form")],
        }

    def action_enter(self):
        """Open the form that enters an SP2D, a realisation or an STS of the line."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("SP2D, realised, STS"),
            "res_model": "khbs.budget.entry",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_id": self.id},
        }

    # Business

    def _flow_amount(self, kind):
        """Return the rupiah of *kind*: ``sp2d``, ``realised`` or ``sts``."""
        return self._flow_amounts()[kind]

    def _flow_amounts(self):
        """Return the rupiah of each kind, taken at once.

        Here: the entries of the line. An addon whose documents register payments of
        their own adds theirs.
        """
        self.ensure_one()
        amounts = dict.fromkeys(("sp2d", "realised", "sts"), 0)
        if self.id:
            entries = self.env["khbs.budget.entry"].sudo()
            amounts |= dict(
                entries._read_group(
                    [("line_id", "=", self.id)], ["kind"], ["amount:sum"]
                )
            )
        return amounts

    def _check_flow(self):
        """Hold the line, and refuse more paid than in force, more used than paid."""
        for line in self.sudo():
            line.env.flush_all()
            line._lock_line()
            payable = line._payable_amount()
            flow = line._flow_amounts()
            paid, used = flow["sp2d"], flow["realised"] + flow["sts"]
            for amount, limit, sentence in (
                (paid, payable, self._beyond_payable()),
                (used, paid, self._beyond_paid()),
            ):
                if amount > limit:
                    raise UserError(
                        sentence
                        % {
                            "amount": words.rupiah(amount),
                            "limit": words.rupiah(limit),
                            "line": line.display_name,
                        }
                    )

    def _beyond_payable(self):
        return self.env._(
            "With this SP2D %(amount)s would be paid on %(line)s, and only %(limit)s "
            "is in force. Compare it with SIPD, or bring the decree in force first."
        )

    def _beyond_paid(self):
        return self.env._(
            "With this %(amount)s would be realised and paid back on %(line)s, and "
            "only %(limit)s left the treasury. Register the SP2D first."
        )

    def _movements(self):
        """Return what moved the line, as dicts: date, text, reference, step, amount.

        ``step`` is a column of the control card. The sum of a step is what the screen
        shows of it, to the rupiah.
        """
        self.ensure_one()
        line = self.sudo()
        first_day = date(line.year, 1, 1)
        movements = [
            self._movement(
                line.dpa_date or first_day,
                "DPA",
                line.dpa_number,
                "ceiling",
                line.dpa_amount,
            )
        ]
        kinds = {"shift": "Pergeseran DPA", "revision": "Perubahan DPA"}
        for one in line.amendment_ids:
            text = kinds.get(one.kind, "Perubahan DPA")
            movements.append(
                self._movement(one.date, text, one.reference, "ceiling", one.amount)
            )
        movements += line._decree_movements()
        texts = {"sp2d": "SP2D", "realised": "Realisasi", "sts": "STS"}
        for one in line.entry_ids:
            text = f"Ralat {texts[one.kind]}" if one.corrects_id else texts[one.kind]
            movements.append(
                self._movement(one.date, text, one.reference, one.kind, one.amount)
            )
        return movements

    def _decree_movements(self):
        decrees = self.env["khbs.decree"]
        deciding = decrees.search(self._deciding_domain() & Domain("amount", "!=", 0))
        paid = decrees.search(
            Domain("budget_line_id", "=", self.id)
            & Domain("state", "=", "revoked")
            & Domain("paid_amount", "!=", 0)
        )
        return [
            self._decree_movement(decree, decree.amount)
            for decree in deciding
            if decree.amount > 0 or decree.state == "in_force"
        ] + [self._decree_movement(decree, decree.paid_amount) for decree in paid]

    def _decree_movement(self, decree, amount):
        return self._movement(
            decree.decree_date or decree.frozen_at.date(),
            f"Keputusan Gubernur tentang {decree.name}",
            decree.number,
            "decided",
            amount,
        )

    def _movement(self, day, text, reference, step, amount):
        return {
            "date": day,
            "text": text,
            "reference": reference or "-",
            "step": step,
            "amount": amount,
        }

    def _card(self):
        """Return the control card (kartu kendali) as a paper."""
        head = self.env["khbs.signatory"]._find(
            "finance", fields.Date.context_today(self)
        )
        today = fields.Date.context_today(self)
        return Document(
            title="KARTU KENDALI ANGGARAN",
            subtitle=[
                f"Tahun Anggaran {self.year}",
                f"Kode rekening {self.account_code}",
                self.name,
            ],
            columns=[
                Column("date", "Tanggal", 20, kind="date"),
                Column("text", "Uraian", 66),
                Column("reference", "Nomor", 34),
                Column("ceiling", "Pagu", 30, kind="rupiah", total=True),
                Column("decided", "Ditetapkan", 30, kind="rupiah", total=True),
                Column("sp2d", "SP2D", 30, kind="rupiah", total=True),
                Column("realised", "Realisasi", 30, kind="rupiah", total=True),
                Column("sts", "STS", 26, kind="rupiah", total=True),
            ],
            rows=self._card_rows,
            as_of=fields.Datetime.now(),
            landscape=True,
            closing=[
                f"Sisa pagu: {words.rupiah_legal(self.free_amount)}.",
                f"Belum dipertanggungjawabkan: {words.rupiah_legal(self.open_amount)}.",
            ],
            signature=head._block(today) if head else None,
        )

    def _card_rows(self):
        """Yield the movements by day, each amount in the column of its step."""
        movements = self._movements()
        movements.sort(key=lambda one: (one["date"], _STEPS.index(one["step"])))
        for one in movements:
            yield {**one, **dict.fromkeys(_STEPS, 0), one["step"]: one["amount"]}


class KhbsBudgetEntry(models.Model):
    """An SP2D, a realisation or an STS of a budget line, by its reference."""

    _name = "khbs.budget.entry"
    _description = "Budget entry"
    _order = "line_id, date, id"
    _rec_name = "reference"

    line_id = fields.Many2one(
        comodel_name="khbs.budget.line", required=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        selection=[
            ("sp2d", "SP2D"),
            ("realised", "Realised"),
            ("sts", "Paid back (STS)"),
        ],
        required=True,
    )
    date = fields.Date(required=True)
    reference = fields.Char(
        size=80, required=True, help="The number as SIPD or the bank gave it."
    )
    amount = Rupiah(required=True, help="In rupiah; negative in a correction.")
    note = fields.Char()
    corrects_id = fields.Many2one(
        comodel_name="khbs.budget.entry", readonly=True, ondelete="restrict"
    )
    correction_ids = fields.One2many(
        comodel_name="khbs.budget.entry", inverse_name="corrects_id", readonly=True
    )
    corrected = fields.Boolean(string="Taken back", compute="_compute_corrected")
    attempt = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        help="How often this number was taken back before, to be entered rightly.",
    )

    _amount_sign = models.Constraint(
        "CHECK (CASE WHEN corrects_id IS NULL THEN amount > 0 ELSE amount < 0 END)",
        "An entry moves more than zero rupiah; only a correction takes away.",
    )
    _reference_uniq = models.UniqueIndex(
        "(kind, reference, COALESCE(attempt, 0)) "
        "WHERE corrects_id IS NULL AND kind <> 'realised'",
        "This number is entered already. If its amount was wrong, take it back first.",
    )
    _corrected_once = models.UniqueIndex(
        "(corrects_id) WHERE corrects_id IS NOT NULL",
        "This entry is corrected already.",
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.depends("correction_ids")
    def _compute_corrected(self):
        for entry in self:
            entry.corrected = bool(entry.correction_ids)

    @api.model_create_multi
    def create(self, vals_list):
        # Defaults of the caller's context are checked like what was entered.
        vals_list = [self._add_missing_default_values(vals) for vals in vals_list]
        self.env["khbs.audit.event"]._require_group(TREASURER, "budget.entry")
        if not self.env.su and any(vals.get("corrects_id") for vals in vals_list):
            raise UserError(self.env._("Correct an entry with its own button."))
        for vals in vals_list:
            self._check_entry(vals)
        entries = super().create(vals_list)
        entries.line_id._check_flow()
        for entry in entries:
            self.env["khbs.audit.event"]._record(
                "budget.entry", entry, {"kind": entry.kind, "amount": entry.amount}
            )
        return entries

    @api.model
    def _check_entry(self, vals):
        line = self.env["khbs.budget.line"].browse(vals.get("line_id"))
        day = fields.Date.to_date(vals.get("date"))
        if day and (day > fields.Date.context_today(self) or day.year < line.year):
            raise UserError(
                self.env._(
                    "The date is in the future or before the fiscal year. Compare it "
                    "with SIPD."
                )
            )
        reference = (vals.get("reference") or "").strip()
        vals["reference"] = reference
        vals["attempt"] = self.sudo().search_count(
            [
                ("kind", "=", vals.get("kind")),
                ("reference", "=", reference),
                ("corrects_id", "!=", False),
            ]
        )
        # What was taken back is nothing any more.
        known = sum(
            one["amount"]
            for one in line._movements()
            if one["step"] == "sp2d" and one["reference"] == reference
        )
        if vals.get("kind") == "sp2d" and known and not vals.get("corrects_id"):
            raise UserError(
                self.env._(
                    "SP2D %(number)s is registered on this line already.",
                    number=reference,
                )
            )

    def action_correct(self):
        """Take the entry back by a row of its own."""
        self.ensure_one()
        self.env["khbs.audit.event"]._require_group(TREASURER, "budget.entry", self)
        self.check_access("read")
        entry = self.sudo()
        if entry.corrects_id or self.sudo().search_count(
            [("corrects_id", "=", entry.id)], limit=1
        ):
            raise UserError(
                self.env._("This entry is a correction, or is corrected already.")
            )
        entry.create(
            {
                "line_id": entry.line_id.id,
                "kind": entry.kind,
                "date": fields.Date.context_today(self),
                "reference": entry.reference,
                "amount": -entry.amount,
                "corrects_id": entry.id,
            }
        )
        return True
