# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..eligibility_rules import Rules
from ..models.khbs_decision_query import ENROLLED_STATES, OPEN_STATES
from ..models.khbs_household import DECILES
from ..papers import words, xlsx
from ..papers.document import Column, Document
from ..rupiah import Rupiah

GROUPS = (
    "khbs_registry.group_registry_operator",
    "khbs_registry.group_approver",
    "khbs_registry.group_auditor",
)


class KhbsWhatIf(models.TransientModel):
    """What other rules would mean, counted per regency; it changes nothing."""

    _name = "khbs.what.if"
    _description = "What if"
    _rec_name = "criteria_id"

    criteria_id = fields.Many2one(
        comodel_name="khbs.criteria",
        string="Start from",
        default=lambda self: self.env["khbs.criteria"]._in_force()[:1],
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        default=lambda self: self.env.user.khbs_area_ids[:1],
    )
    max_decile = fields.Selection(
        selection=DECILES,
        string="Highest decile",
        required=True,
        compute="_compute_rules",
        store=True,
        precompute=True,
        readonly=False,
    )
    excluding_programme_ids = fields.Many2many(
        comodel_name="khbs.aid.programme",
        relation="khbs_what_if_excluding_rel",
        string="Excluding programmes",
        compute="_compute_rules",
        store=True,
        precompute=True,
        readonly=False,
    )
    flagging_programme_ids = fields.Many2many(
        comodel_name="khbs.aid.programme",
        relation="khbs_what_if_flagging_rel",
        string="Flagging programmes",
        compute="_compute_rules",
        store=True,
        precompute=True,
        readonly=False,
    )
    unit = fields.Selection(
        selection=[("kk", "One card per KK"), ("house", "One card per house")],
        required=True,
        compute="_compute_rules",
        store=True,
        precompute=True,
        readonly=False,
    )
    cash_amount = Rupiah(
        string="Cash per family and round",
        default=lambda self: self.env["khbs.recipient.list"]._package_amount("cash"),
    )
    food_amount = Rupiah(
        string="Food per family and round",
        default=lambda self: self.env["khbs.recipient.list"]._package_amount("food"),
    )
    line_ids = fields.One2many(
        comodel_name="khbs.what.if.line", inverse_name="what_if_id", readonly=True
    )
    computed_at = fields.Datetime(readonly=True)

    @api.depends("criteria_id")
    def _compute_rules(self):
        for record in self:
            criteria = record.criteria_id
            record.max_decile = criteria.max_decile or "5"
            record.excluding_programme_ids = criteria.excluding_programme_ids
            record.flagging_programme_ids = criteria.flagging_programme_ids
            record.unit = criteria.unit or "kk"

    def action_compute(self):
        """Count what the rules of the form would say; show it in the form."""
        self.ensure_one()
        self._require_reader()
        self.line_ids.unlink()
        self.env["khbs.what.if.line"].create(
            [{"what_if_id": self.id, **row} for row in self._counts()]
        )
        self.computed_at = fields.Datetime.now()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What if"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "main",
        }

    def action_xlsx(self):
        """Download the counts as a workbook."""
        self.ensure_one()
        url = f"/khbs/what-if/{self.id}/xlsx"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _require_reader(self):
        """Refuse a user without the role, and an area that is not his."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        if not any(self.env.user.has_group(group) for group in GROUPS):
            events._require_group(GROUPS[0], "what_if.compute", self)
        mine = self.env.user.khbs_area_ids
        path = self.area_id.parent_path
        if not any(path.startswith(own.parent_path) for own in mine):
            raise UserError(
                self.env._(
                    "%(area)s is not in your areas. Choose one of yours.",
                    area=self.area_id.name,
                )
            )

    def _rules(self):
        kept = self.criteria_id._rules().needs if self.criteria_id else frozenset()
        return Rules(
            max_decile=int(self.max_decile),
            excluding=tuple(self.excluding_programme_ids.ids),
            flagging=tuple(self.flagging_programme_ids.ids),
            unit=self.unit,
            needs=kept,
        )

    def _counts(self):
        """Return a dict for each regency; families in decided lists are counted too."""
        self.env["khbs.decision"]._judge(
            self._rules(), self.area_id, OPEN_STATES + ENROLLED_STATES
        )
        self.env.cr.execute(
            """
                SELECT regency.id AS area_id,
                    count(*) FILTER (WHERE r.outcome = 'eligible') AS eligible,
                    count(*) FILTER (WHERE r.outcome = 'not_eligible') AS not_eligible,
                    count(*) FILTER (WHERE r.outcome = 'needs_verification')
                        AS needs_verification,
                    count(*) FILTER (WHERE d.outcome = 'eligible') AS now_eligible
                FROM khbs_decision_result r
                JOIN khbs_area regency ON regency.id = r.regency_id
                LEFT JOIN khbs_decision d ON d.household_id = r.household_id
                    AND d.current
                GROUP BY regency.id ORDER BY regency.code
                """
        )
        counts = self.env.cr.dictfetchall()
        self.env.cr.execute("DROP TABLE khbs_decision_result")
        return counts

    def _write_xlsx(self, file):
        """Write what the form shows as a workbook; the act is recorded."""
        self._require_reader()
        if not self.computed_at:
            raise UserError(self.env._("Have it counted first."))
        summary = xlsx.render(self._document(), file)
        self.env["khbs.audit.event"]._record(
            "what_if.download", data={"rows": summary.row_count, **summary.totals}
        )

    def _document(self):
        programmes = self.excluding_programme_ids.mapped("code")
        return Document(
            title="SIMULASI KRITERIA PENERIMA KHBS",
            subtitle=[
                f"Wilayah: {self.area_id.name}",
                f"Desil tertinggi {self.max_decile}; satu kartu per "
                f"{'rumah' if self.unit == 'house' else 'KK'}; tidak menerima: "
                f"{', '.join(programmes) or '-'}",
                f"Nilai per keluarga per penyaluran: tunai "
                f"{words.rupiah(self.cash_amount)}, pangan "
                f"{words.rupiah(self.food_amount)}",
                "Simulasi; tidak mengubah data dan bukan penetapan.",
            ],
            columns=[
                Column("regency", "Kabupaten/Kota", 50),
                Column("eligible", "Layak", 20, kind="integer", total=True),
                Column("not_eligible", "Tidak layak", 20, kind="integer", total=True),
                Column(
                    *("needs_verification", "Perlu verifikasi", 20),
                    kind="integer",
                    total=True,
                ),
                Column(
                    *("now_eligible", "Layak sekarang", 20), kind="integer", total=True
                ),
                Column("difference", "Selisih", 20, kind="integer", total=True),
                Column("cost", "Biaya satu penyaluran", 35, kind="rupiah", total=True),
            ],
            rows=self._rows,
            as_of=self.computed_at,
            landscape=True,
        )

    def _rows(self):
        names = [name for name in self.line_ids._fields if name in _FIGURES]
        for line in self.line_ids:
            yield {"regency": line.area_id.name, **{name: line[name] for name in names}}


_FIGURES = {
    *("eligible", "not_eligible", "needs_verification", "now_eligible"),
    *("difference", "cost"),
}


class KhbsWhatIfLine(models.TransientModel):
    """The counts of one regency."""

    _name = "khbs.what.if.line"
    _description = "What if: a regency"
    _order = "id"

    what_if_id = fields.Many2one(
        comodel_name="khbs.what.if", required=True, ondelete="cascade"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area", string="Regency", required=True, readonly=True
    )
    eligible = fields.Integer(readonly=True)
    not_eligible = fields.Integer(readonly=True)
    needs_verification = fields.Integer(readonly=True)
    now_eligible = fields.Integer(
        string="Eligible now", readonly=True, help="By the decisions that stand."
    )
    difference = fields.Integer(
        compute="_compute_figures", help="Eligible by these rules less eligible now."
    )
    cost = Rupiah(
        string="Cost of one round",
        compute="_compute_figures",
        help="Cash and food of one round for every eligible family, in rupiah.",
    )

    @api.depends(
        "eligible", "now_eligible", "what_if_id.cash_amount", "what_if_id.food_amount"
    )
    def _compute_figures(self):
        for line in self:
            what_if = line.what_if_id
            line.difference = line.eligible - line.now_eligible
            line.cost = line.eligible * (what_if.cash_amount + what_if.food_amount)
