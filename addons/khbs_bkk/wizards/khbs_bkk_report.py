# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import words

from ..papers import report as papers
from ..terms import QUARTERS

READERS = (
    "khbs_registry.group_bkk_verifier",
    "khbs_registry.group_bkk_proposer",
    "khbs_registry.group_decree_officer",
    "khbs_registry.group_approver",
    "khbs_registry.group_bank_officer",
    "khbs_registry.group_auditor",
)
PROVINCE = READERS[:1] + READERS[2:]


class KhbsBkkReport(models.TransientModel):
    """Report 27 of DOMAIN 10, and the budget screen on paper."""

    _name = "khbs.bkk.report"
    _inherit = ["khbs.bkk.own.areas"]
    _description = "BKK report"

    year = fields.Integer(
        string="Fiscal year",
        required=True,
        default=lambda self: fields.Date.context_today(self).year,
    )
    quarter = fields.Selection(selection=QUARTERS, help="Empty: the whole year.")
    regency_id = fields.Many2one(
        comodel_name="khbs.area",
        domain=[("level", "in", ["regency", "city"])],
        default=lambda self: self.env["khbs.bkk.holder"]._default_regency_id(),
        help="Empty: every regency in your areas.",
    )

    def _compute_display_name(self):
        self.display_name = self.env._("BKK report")

    def action_issue(self):
        """Issue report 27 as PDF and XLSX and show it."""
        self.ensure_one()
        self._require(READERS, "khbs.bkk.report.issue")
        proposals = self._proposals()
        if not proposals:
            raise UserError(
                self.env._("Nothing is decreed there in this time. Choose another.")
            )
        return self._show(
            "bkk.recap",
            papers.recap(
                lambda: self._recap_rows(proposals),
                subtitle=self._subtitle(),
                closing=self._closing(proposals),
                signature=self.env["khbs.signatory"]._block_or_dots("finance"),
                as_of=fields.Datetime.now(),
            ),
        )

    def action_issue_budget(self):
        """Issue what the budget screen shows of the year as PDF and XLSX."""
        self.ensure_one()
        self._require(PROVINCE, "khbs.bkk.report.issue")
        if self.quarter or self.regency_id:
            raise UserError(
                self.env._(
                    "A DPA is of a whole year and of the whole province: leave quarter "
                    "and regency empty."
                )
            )
        return self._show(
            "bkk.budget",
            papers.budget(
                self._budget_rows,
                subtitle=[f"Tahun Anggaran {self.year}"],
                closing=[
                    *self._account_names(),
                    "SP2D termasuk pencairan ulang; LPJ dan STS menurut LPJ yang "
                    "diterima; Sisa DPA adalah pagu dikurangi yang ditetapkan.",
                ],
                signature=self.env["khbs.signatory"]._block_or_dots("finance"),
                as_of=fields.Datetime.now(),
            ),
        )

    def _require(self, groups, act):
        """Refuse a user without one of the roles, and a regency that is not his."""
        if not any(self.env.user.has_group(group) for group in groups):
            self.env["khbs.audit.event"]._require_group(groups[0], act)
        self._refuse_foreign(self.regency_id)

    def _show(self, kind, document):
        """Issue *document* and open it; a regency's own is read in the regency."""
        paper = self.env["khbs.paper"]._issue(
            kind, document, area=self.regency_id or self._common_area()
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": paper._name,
            "res_id": paper.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def _proposals(self):
        """Return what was decreed in the time, in the areas of the user."""
        domain = Domain("fiscal_year", "=", self.year) & Domain(
            "state", "in", ("decreed", "disbursed", "accounted")
        )
        if self.quarter:
            domain &= Domain("quarter", "=", self.quarter)
        if self.regency_id:
            domain &= Domain("regency_id", "=", self.regency_id.id)
        return self.env["khbs.bkk.proposal"].search(
            domain & Domain("regency_id", "in", self._areas().ids)
        )

    def _subtitle(self):
        quarter = dict(QUARTERS).get(self.quarter)
        period = f"Triwulan {quarter} " if quarter else ""
        lines = [f"{period}Tahun Anggaran {self.year}"]
        if self.regency_id:
            lines.append(self.regency_id.name)
        return lines

    def _closing(self, proposals):
        refunded = sum(self._refunded(proposals).values())
        return [
            f"Diterima kabupaten/kota menurut SP2D: "
            f"{words.rupiah_legal(sum(proposals.mapped('received_amount')))}.",
            f"Disetor kembali menurut STS: {words.rupiah_legal(refunded)}.",
        ]

    def _refunded(self, proposals):
        """Return {proposal: rupiah} of its STS."""
        groups = (
            self.env["khbs.bkk.refund"]
            .sudo()
            ._read_group(
                [("proposal_id", "in", proposals.ids)],
                ["proposal_id"],
                ["amount:sum"],
            )
        )
        return {proposal: int(amount) for proposal, amount in groups}

    def _courses(self, proposals):
        """Return {id of a proposal: one line on the way of its money}."""
        refunded = self._refunded(proposals)
        courses = {}
        for proposal in proposals.sudo():
            payments = proposal.disbursement_ids.filtered(
                lambda one: not one.cancelled_by_id
            ).sorted(lambda one: (one.sp2d_date, one.sp2d_number))
            courses[proposal.id] = papers.course(
                proposal._quarter_name(),
                [(one.sp2d_number, one.sp2d_date) for one in payments],
                proposal.received_amount,
                refunded.get(proposal, 0),
                proposal.accountability_state,
            )
        return courses

    def _recap_rows(self, proposals):
        """Yield one dict for each proposal and role, by regency."""
        self.env.flush_all()
        courses = self._courses(proposals)
        self.env.cr.execute(
            SQL(
                """
                SELECT p.id, a.name AS regency, r.name AS role,
                       f.decreed_people AS people, f.months, f.decreed, f.paid, f.tax,
                       f.paid - f.tax AS net, f.decreed - f.paid AS left
                  FROM khbs_bkk_proposal p
            CROSS JOIN LATERAL khbs_bkk_account_roles(p.id) f
                  JOIN khbs_area a ON a.id = p.regency_id
                  JOIN khbs_bkk_role r ON r.id = f.role_id
                 WHERE p.id IN %s
              ORDER BY a.code, p.quarter, p.payee_level, p.supplement, p.id,
                       r.sequence, r.id
                """,
                tuple(proposals.ids),
            )
        )
        names = [column.name for column in self.env.cr.description]
        for values in self.env.cr.fetchall():
            row = dict(zip(names, values, strict=True))
            yield {**row, "course": courses[row.pop("id")]}

    def _account_names(self):
        """Return a line for each account of the year: code and name."""
        rows = self.env["khbs.bkk.budget"].search(
            [("year", "=", self.year), ("kind", "=", "dpa")]
        )
        return [
            f"{line.account_code}: {line.name}"
            for line in rows.budget_line_id.sorted("account_code")
        ]

    def _budget_rows(self):
        """Yield the figures of the budget screen by account and regency."""
        groups = self.env["khbs.bkk.budget"]._read_group(
            [("year", "=", self.year)],
            ["budget_line_id", "regency_id"],
            [f"{key}_amount:sum" for key, _label in papers.BUDGET_FIGURES],
        )
        groups.sort(
            key=lambda group: (group[0].account_code or "~", group[1].code or "")
        )
        for line, regency, *amounts in groups:
            figures = {
                key: int(amount or 0)
                for (key, _label), amount in zip(
                    papers.BUDGET_FIGURES, amounts, strict=True
                )
            }
            province = regency.level == "province"
            if not province:
                # No regency has a DPA: what is left of one is the account's.
                figures |= {"dpa": None, "free": None}
            yield {
                "account": line.account_code if line else "Tanpa rekening",
                "regency": "Provinsi" if province else regency.name,
                **figures,
            }
