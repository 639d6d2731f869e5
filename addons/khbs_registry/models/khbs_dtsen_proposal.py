# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
import io

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..dtsen.checks import COLUMNS
from ..dtsen.reject_file import MOST_ROWS
from ..held_file import HeldFile
from .khbs_deliberation_check import OPERATOR

# Of every row of the file, in the order of the columns that a delivery has.
_VALUES = """
    h.dtsen_key, h.kk_number, p.nik, p.name, p.relation, p.sex, p.birth_date::text,
    village.code, h.address, h.rt, h.rw, NULL, NULL,
    NULLIF(h.latitude, 0)::text, NULLIF(h.longitude, 0)::text
"""


class KhbsDtsenProposal(models.Model):
    """Families without decile, proposed for the next update of DTSEN (DOMAIN 12.13).

    The file has the columns of a delivery, so that what comes back can be compared. It
    holds NIK and KK in full, as the Ministry needs them: it leaves by one door, on
    record.
    """

    _name = "khbs.dtsen.proposal"
    _inherit = "khbs.guarded"
    _description = "Proposal for DTSEN"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "name",
        "file",
        "file_name",
        "file_sha256",
        "household_count",
        "row_count",
        "issued_at",
    )

    name = fields.Char(string="Number", readonly=True, copy=False)
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.user.khbs_area_ids[:1],
    )
    year = fields.Integer(
        required=True, default=lambda self: fields.Date.context_today(self).year
    )
    quarter = fields.Selection(
        selection=[("1", "I"), ("2", "II"), ("3", "III"), ("4", "IV")], required=True
    )
    letter_number = fields.Char(required=True, help="Letter that the file goes with.")
    letter_date = fields.Date(required=True)
    household_count = fields.Integer(string="Families", readonly=True, copy=False)
    row_count = fields.Integer(string="Rows", readonly=True, copy=False)
    file = HeldFile(
        rows="row_count",
        readonly=True,
        copy=False,
        attachment=True,
        groups=OPERATOR,
    )
    file_name = fields.Char(readonly=True, copy=False)
    file_sha256 = fields.Char(string="File SHA-256", readonly=True, copy=False)
    issued_at = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("issued", "Issued")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )

    _name_uniq = models.Constraint("UNIQUE (name)", "This number is taken.")
    _year_form = models.Constraint(
        "CHECK (year BETWEEN 2020 AND 2100)", "The year has four digits."
    )
    _issued_has_hash = models.Constraint(
        "CHECK (state = 'draft' OR file_sha256 ~ '^[0-9a-f]{64}$')",
        "An issued proposal has the hash of its file.",
    )

    @api.model
    def _own_vals(self, vals):
        return {"name": self.env["ir.sequence"].sudo().next_by_code(self._name)}

    def action_issue(self):
        """Write the families without decile of the area into the file."""
        for proposal in self._checked(OPERATOR, "dtsen.proposal.issue"):
            proposal._require_state("draft")
            content, families, rows = proposal._workbook()
            if not families:
                raise UserError(self.env._("Every family of this area has a decile."))
            proposal.write(
                {
                    "file": base64.b64encode(content),
                    "file_name": f"{proposal.name}.xlsx",
                    "file_sha256": hashlib.sha256(content).hexdigest(),
                    "household_count": families,
                    "row_count": rows,
                    "issued_at": fields.Datetime.now(),
                    "state": "issued",
                }
            )
            self.env["khbs.audit.event"]._record(
                "dtsen.proposal.issue",
                proposal,
                {
                    "families": families,
                    "rows": rows,
                    "file_sha256": proposal.file_sha256,
                },
            )
        return True

    def _workbook(self):
        """Return (content, families, rows) of the workbook; every cell is a text."""
        self.ensure_one()
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file, {"constant_memory": True})
        sheet = book.add_worksheet("Usulan")
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name)
        households, count = set(), 0
        for household, *values in self._rows():
            households.add(household)
            count += 1
            if count > MOST_ROWS:
                raise UserError(
                    self.env._(
                        "%(area)s has more persons without decile than a workbook can "
                        "hold. Make a proposal for each of its parts.",
                        area=self.area_id.name,
                    )
                )
            for column, value in enumerate(values):
                sheet.write_string(count, column, value or "")
        book.close()
        return file.getvalue(), len(households), count

    def _rows(self):
        """Return the members of the families without decile, by village."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT h.id, %(values)s
                FROM khbs_household h
                JOIN khbs_area village ON village.id = h.area_id
                JOIN khbs_person p ON p.household_id = h.id
                    AND p.active AND p.state = 'alive'
                WHERE h.present AND h.decile IS NULL
                    AND village.parent_path LIKE %(path)s
                ORDER BY village.code, h.name, p.relation::int, p.id
                """,
                values=SQL(_VALUES),
                path=f"{self.area_id.parent_path}%",
            )
        )
