# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import words

from ..models.khbs_bkk_cancellable import BANK_OFFICER
from ..papers import payment_list

READERS = (
    BANK_OFFICER,
    "khbs_registry.group_bkk_verifier",
    "khbs_registry.group_auditor",
)
KINDS = {"first": "Pertama", "repayment": "Ulang"}


class KhbsBkkRegister(models.TransientModel):
    """Asks for which days the register of SP2D is issued."""

    _name = "khbs.bkk.register"
    _inherit = ["khbs.bkk.own.areas"]
    _description = "Register of SP2D"

    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
    )
    date_to = fields.Date(
        string="Until", required=True, default=fields.Date.context_today
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Regency",
        domain=[("level", "in", ["regency", "city"])],
        help="Empty: every regency that you may see.",
    )

    def action_issue(self):
        """Issue the register as PDF and XLSX."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        if not any(self.env.user.has_group(group) for group in READERS):
            events._require_group(BANK_OFFICER, "khbs.bkk.disbursement.paper")
        if self.date_to < self.date_from:
            raise UserError(self.env._("The last day lies before the first."))
        self._refuse_foreign(self.area_id)
        area = self.area_id or self._common_area()
        period = f"{words.date(self.date_from)} s.d. {words.date(self.date_to)}"
        document = payment_list.register(
            self._rows,
            subtitle=[area._title() or area.name, period],
            as_of=fields.Datetime.now(),
        )
        paper = self.env["khbs.paper"]._issue("bkk.register", document, area=area)
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.paper",
            "view_mode": "form",
            "res_id": paper.id,
        }

    def _rows(self):
        """Yield the transfers of the days, by date and number of their SP2D.

        What was cancelled stands in the list on screen, not in the register.
        """
        self.env.flush_all()
        areas = (self.area_id or self._areas()).ids
        self.env.cr.execute(
            SQL(
                """
                SELECT d.sp2d_date AS date, d.sp2d_number AS number, d.kind,
                       d.spp_number, d.spp_date, d.spm_number, d.spm_date,
                       a.name AS area, k.number AS decree, t.amount,
                       CASE WHEN r.id IS NULL THEN 0 ELSE t.amount END AS returned,
                       CASE WHEN r.id IS NULL THEN t.amount ELSE 0 END AS net
                  FROM khbs_bkk_disbursement d
                  JOIN khbs_bkk_transfer t ON t.disbursement_id = d.id
                  JOIN khbs_bkk_proposal p ON p.id = d.proposal_id
                  JOIN khbs_area a ON a.id = t.area_id
             LEFT JOIN khbs_decree k ON k.id = p.decree_id
             LEFT JOIN khbs_bkk_transfer_return r ON r.transfer_id = t.id
                   AND r.cancelled_by_id IS NULL
                 WHERE d.cancelled_by_id IS NULL
                   AND d.sp2d_date BETWEEN %s AND %s
                   AND p.regency_id = ANY(%s)
              ORDER BY d.sp2d_date, d.sp2d_number COLLATE "C", a.code COLLATE "C"
                """,
                self.date_from,
                self.date_to,
                areas,
            )
        )
        for row in self.env.cr.dictfetchall():
            yield {
                **row,
                "kind": KINDS[row["kind"]],
                "spp": self._reference(row["spp_number"], row["spp_date"]),
                "spm": self._reference(row["spm_number"], row["spm_date"]),
                "decree": row["decree"] or "-",
            }

    def _reference(self, number, day):
        if not number:
            return "-"
        return f"{number}, {words.date(day)}" if day else number
