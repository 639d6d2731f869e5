# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import layout_file
from ..terms import PROPOSER

PURPOSES = [
    ("bank", "Payment by the bank"),
    ("tax", "Withholding slips (PPh 21)"),
    ("audit", "Audit or investigation"),
]
# Which lines go into a file.
SCOPES = [
    ("to_pay", "Those that are to be paid"),
    ("paid", "Those that are paid"),
]
_TYPES = {
    "csv": "text/csv",
    "fixed": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class KhbsBkkPaymentFile(models.Model):
    """A payment list that left as a file, with full numbers: who, why, which lines.

    It is kept sealed and handed out by its own address alone, where each download is
    recorded.
    """

    _name = "khbs.bkk.payment.file"
    _description = "File of a BKK payment list"
    _order = "id desc"
    _rec_name = "filename"

    payment_id = fields.Many2one(
        comodel_name="khbs.bkk.payment", required=True, index=True, ondelete="restrict"
    )
    layout_name = fields.Char(string="Columns", required=True)
    scope = fields.Selection(selection=SCOPES, string="Lines", required=True)
    purpose = fields.Selection(selection=PURPOSES, required=True)
    reference = fields.Char(required=True)
    filename = fields.Char(string="File", required=True)
    row_count = fields.Integer(string="Rows", required=True)
    net = Rupiah(string="Net in all", required=True)
    sha256 = fields.Char(string="SHA-256", required=True)
    export_id = fields.Many2one(
        comodel_name="khbs.export", required=True, ondelete="restrict"
    )
    attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        required=True,
        ondelete="restrict",
        groups=NO_ACCESS,
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    def action_download(self):
        """Download the file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/khbs/bkk/payment/{self.id}/file",
        }

    @api.model
    def _export(self, payment, layout, scope, purpose, reference):
        """Return the file of *payment*'s lines in the columns of *layout*."""
        payment._checked(PROPOSER, "khbs.bkk.payment.export", operation="read")
        layout.check_access("read")
        payment._require_state("ready", "paid")
        lines = payment.sudo().line_ids.filtered(lambda line: line.state == scope)
        if not lines or not layout.column_ids:
            raise UserError(
                self.env._("No line of the list or no column is left to export.")
            )
        if scope == "to_pay":
            payment._require_current()
            lines._require_accounts()
        else:
            # Made before the number was kept with the line: the roster must have it.
            lines.filtered(
                lambda line: line.account_masked and not line.bank_account
            )._require_accounts()
        rows = self._rows(lines)
        try:
            content = layout_file.content(layout.sudo()._layout(), rows)
        except layout_file.LayoutError as error:
            raise UserError(self._misfit(error)) from error
        names = layout.sudo().column_ids.mapped("field")
        export = self.env["khbs.export"]._take(lines.holder_id, names, content)
        return self._store(
            content,
            {
                "payment_id": payment.id,
                "layout_name": layout.name,
                "scope": scope,
                "purpose": purpose,
                "reference": reference,
                "row_count": len(rows),
                "net": sum(lines.mapped("net")),
                "export_id": export.id,
            },
            layout.file_type,
        )

    @api.model
    def _misfit(self, error):
        """Return what does not fit: the row and its length, never the number itself."""
        if not error.row:
            return self.env._(
                "The column %(column)s has no width. Set it.", column=error.column
            )
        return self.env._(
            "Row %(row)s does not fit the column %(column)s: it has %(length)s "
            "characters. Set the width of the column.",
            row=error.row,
            column=error.column,
            length=error.length,
        )

    def _store(self, content, values, file_type):
        """Keep the file sealed, where no field and no attachment route gives it out."""
        payment = values["payment_id"]
        name = f"bkk-{payment}-{values['export_id']}"
        filename = f"{name}.{layout_file.EXTENSIONS[file_type]}"
        attachment = self.env["ir.attachment"]._khbs_store(
            filename, content, _TYPES[file_type]
        )
        file = self.sudo().create(
            {
                **values,
                "filename": filename,
                "sha256": hashlib.sha256(content).hexdigest(),
                "attachment_id": attachment.id,
            }
        )
        attachment.sudo().res_field = "attachment_id"
        attachment._khbs_seal(file)
        self.env["khbs.audit.event"]._record(
            "khbs.bkk.payment.export",
            self.env["khbs.bkk.payment"].browse(payment),
            {
                "purpose": values["purpose"],
                "reference": values["reference"],
                "rows": values["row_count"],
                "sha256": file.sha256,
            },
        )
        return file.with_env(self.env)

    def _rows(self, lines):
        """Return the plain values of *lines*, numbers in full."""
        self.env.flush_all()
        period = lines.proposal_id._period()
        self.env.cr.execute(
            SQL(
                """
                SELECT row_number() OVER (ORDER BY l.sequence, l.id) AS number, l.name,
                       l.role_name AS role, l.area_names AS area, l.bank_name,
                       CASE WHEN l.account_masked <> ''
                            THEN coalesce(l.bank_account, h.bank_account)
                       END AS account, l.account_name,
                       h.nik, h.npwp, l.gross, l.base, l.rate, l.tax, l.net,
                       l.tax_object, coalesce(l.paid_on, y.paid_on) AS paid_on,
                       d.number AS decree
                  FROM khbs_bkk_payment_line l
                  JOIN khbs_bkk_payment y ON y.id = l.payment_id
                  JOIN khbs_bkk_holder h ON h.id = l.holder_id
                  JOIN khbs_decree d ON d.id = y.decree_id
                 WHERE l.id = ANY(%s)
              ORDER BY l.sequence, l.id
                """,
                lines.ids,
            )
        )
        return [
            {**row, "rate": f"{row['rate'] / 100:g}", "period": period}
            for row in self.env.cr.dictfetchall()
        ]

    def _content(self):
        """Return the bytes of the file, proven to be those that were exported."""
        self.ensure_one()
        file = self.sudo()
        return file.attachment_id._khbs_content(file, file.sha256)
