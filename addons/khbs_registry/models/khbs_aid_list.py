# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from ..delivered_table import TableError, open_table
from ..dtsen.copy_stream import CopyStream
from ..held_file import HeldFile
from ..identity_numbers import SIXTEEN_DIGITS, mask

COLUMNS = ("nik", "no_kk", "program")
OPERATOR = "khbs_registry.group_registry_operator"


class KhbsAidList(models.Model):
    """A dated, sourced list of who receives other aid (DESIGN 5)."""

    _name = "khbs.aid.list"
    _inherit = "khbs.guarded"
    _description = "Aid list"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "name",
        "file_sha256",
        "line_count",
        "refused_count",
        "refused_lines",
    )

    name = fields.Char(string="Number", readonly=True, copy=False)
    source = fields.Char(required=True, help="Who keeps the list.")
    letter_number = fields.Char(required=True)
    letter_date = fields.Date(required=True)
    date_from = fields.Date(required=True)
    date_to = fields.Date(help="Empty: until another list says otherwise.")
    file = HeldFile(
        rows="line_count",
        copy=False,
        required=True,
        attachment=True,
        groups="khbs_registry.group_registry_operator",
        help="CSV or XLSX with the columns nik, no_kk, program; one of the two "
        "numbers suffices.",
    )
    file_name = fields.Char()
    file_sha256 = fields.Char(string="File SHA-256", readonly=True, copy=False)
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("loaded", "Loaded"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    line_ids = fields.One2many(
        comodel_name="khbs.aid.list.line", inverse_name="list_id", readonly=True
    )
    line_count = fields.Integer(string="Lines", readonly=True, copy=False)
    refused_count = fields.Integer(
        string="Refused lines",
        readonly=True,
        copy=False,
        help="Without a usable number or of an unknown programme.",
    )
    refused_lines = fields.Text(
        readonly=True, copy=False, help="Line numbers in the file, the first 500."
    )

    _period = models.Constraint(
        "CHECK (date_to >= date_from)", "The list ends before it begins."
    )
    _name_uniq = models.Constraint("UNIQUE (name)", "This number is taken.")

    @api.model
    def _own_vals(self, vals):
        return {"name": self.env["ir.sequence"].sudo().next_by_code(self._name)}

    def action_load(self):
        """Read the file into lines; what cannot be used is counted and named."""
        for aid_list in self._checked(OPERATOR, "aid_list.load"):
            aid_list._require_state("draft")
            aid_list._load_file()
            aid_list.state = "loaded"
            self.env["khbs.audit.event"]._record(
                "aid_list.loaded",
                aid_list,
                {
                    "file_sha256": aid_list.file_sha256,
                    "lines": aid_list.line_count,
                    "refused": aid_list.refused_count,
                },
            )
        return True

    def action_withdraw(self):
        """Take a wrong list out of later decisions; its lines stay as evidence."""
        for aid_list in self._checked(OPERATOR, "aid_list.withdraw"):
            aid_list._require_state("loaded")
            aid_list.state = "withdrawn"
            self.env["khbs.audit.event"]._record("aid_list.withdrawn", aid_list)
        return True

    def _load_file(self):
        self.ensure_one()
        self.env.flush_all()
        refused = []
        with self.env["khbs.dtsen.import"]._file_of(self) as path:
            with open(path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            count = self._copy_lines(path, refused)
        self.write(
            {
                "file_sha256": digest,
                "line_count": count,
                "refused_count": len(refused),
                "refused_lines": ", ".join(map(str, refused[:500])) or False,
            }
        )
        self.env.cr.execute("ANALYZE khbs_aid_list_line")
        self.invalidate_recordset(["line_ids"])

    def _copy_lines(self, path, refused):
        """COPY the usable lines of the file; add the others' numbers to *refused*."""
        programmes = {
            programme.code: programme.id
            for programme in self.env["khbs.aid.programme"].search([])
        }
        try:
            with open_table(path, COLUMNS) as table:
                stream = CopyStream(self._usable(table.rows(), programmes, refused))
                try:
                    self.env.cr.copy_expert(
                        "COPY khbs_aid_list_line (list_id, line, nik, kk_number, "
                        "programme_id) FROM STDIN WITH (FORMAT csv)",
                        stream,
                    )
                except psycopg2.Error:
                    if stream.error:
                        raise stream.error from None
                    raise
        except TableError as error:
            message = self.env["khbs.dtsen.import"]._table_error_message(error)
            raise UserError(message) from error
        return stream.count

    def _usable(self, rows, programmes, refused):
        for line, _cells, values in rows:
            nik, kk_number, code = values or ("", "", "")
            programme_id = programmes.get(code.upper())
            malformed = any(
                number and not SIXTEEN_DIGITS.match(number)
                for number in (nik, kk_number)
            )
            if malformed or not programme_id or not (nik or kk_number):
                refused.append(line)
            else:
                yield self.id, line, nik, kk_number, programme_id


class KhbsAidListLine(models.Model):
    """One fact of a list: this NIK or KK receives that programme."""

    _name = "khbs.aid.list.line"
    _description = "Line of an aid list"
    _order = "list_id, line"
    _rec_name = "line"
    _log_access = False

    list_id = fields.Many2one(
        comodel_name="khbs.aid.list", required=True, index=True, ondelete="cascade"
    )
    line = fields.Integer(required=True, aggregator=None)
    nik = fields.Char(
        string="NIK",
        size=16,
        index="btree_not_null",
        copy=False,
        groups=NO_ACCESS,
    )
    kk_number = fields.Char(
        string="KK number",
        size=16,
        index="btree_not_null",
        copy=False,
        groups=NO_ACCESS,
    )
    nik_masked = fields.Char(
        string="NIK (masked)", compute="_compute_masked", compute_sudo=True
    )
    kk_masked = fields.Char(string="KK", compute="_compute_masked", compute_sudo=True)
    programme_id = fields.Many2one(
        comodel_name="khbs.aid.programme", required=True, ondelete="restrict"
    )

    _number_given = models.Constraint(
        "CHECK (nik IS NOT NULL OR kk_number IS NOT NULL)",
        "A line names a NIK, a KK number or both.",
    )

    @api.depends("nik", "kk_number")
    def _compute_masked(self):
        for line in self:
            line.nik_masked = mask(line.nik)
            line.kk_masked = mask(line.kk_number)
