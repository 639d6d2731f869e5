# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from .. import aid_lines
from ..delivered_table import TableError, open_table
from ..dtsen import reject_file
from ..held_file import HeldFile
from ..identity_numbers import mask

OPERATOR = "khbs_registry.group_registry_operator"
# What COPY fills of a line.
LINE_COLUMNS = (
    *("list_id", "line", "nik", "kk_number"),
    *("programme_id", "date_from", "date_to"),
)


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
        "refusal_ids",
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
        "numbers suffices. Columns mulai and selesai give a line its own period.",
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
    refusal_ids = fields.One2many(
        comodel_name="khbs.aid.list.refusal",
        inverse_name="list_id",
        string="Refusals",
        readonly=True,
        copy=False,
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

    def action_download_refused(self):
        """Download the refused lines: original columns and the reason of each."""
        self.ensure_one()
        url = f"/khbs/aid-list/{self.id}/refused"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _load_file(self):
        self.ensure_one()
        self.env.flush_all()
        refused = []
        with self.env["khbs.dtsen.import"]._file_of(self) as path:
            with open(path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            count = self._copy_lines(path, refused)
        self.env["khbs.aid.list.refusal"].create(
            [{"list_id": self.id, "line": line, "code": code} for line, code in refused]
        )
        numbers = ", ".join(str(line) for line, _code in refused[:500])
        self.write(
            {
                "file_sha256": digest,
                "line_count": count,
                "refused_count": len(refused),
                "refused_lines": numbers or False,
            }
        )
        self.env.cr.execute("ANALYZE khbs_aid_list_line")
        self.invalidate_recordset(["line_ids"])

    def _copy_lines(self, path, refused):
        """COPY the usable lines; add (line, code) of the others to *refused*."""
        programmes = self.env["khbs.aid.programme"].with_context(active_test=False)
        every = programmes.search([("code", "!=", False)])
        used = every.filtered("active")
        try:
            with open_table(path, aid_lines.COLUMNS) as table:
                judge = aid_lines.Judge(
                    table.header,
                    {programme.code.upper(): programme.id for programme in used},
                    [(programme.code or "").upper() for programme in every - used],
                )
                return self.env["khbs.dtsen.import"]._copy_rows(
                    "khbs_aid_list_line",
                    LINE_COLUMNS,
                    self._usable(table.rows(), judge, refused),
                )
        except TableError as error:
            message = self.env["khbs.dtsen.import"]._table_error_message(error)
            raise UserError(message) from error

    def _usable(self, rows, judge, refused):
        for line, cells, values in rows:
            fact = judge.judge(cells, values)
            if isinstance(fact, str):
                refused.append((line, fact))
            else:
                yield (
                    *(self.id, line, fact.nik, fact.kk_number, fact.programme_id),
                    *(fact.date_from, fact.date_to),
                )

    def _write_refused(self, file):
        """Write the workbook of the refused lines into *file*; the act is recorded."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(OPERATOR, "aid_list.rejects", self)
        self.check_access("read")
        aid_list = self.sudo()
        refused = [
            (refusal.line, [refusal.code])
            for refusal in aid_list.refusal_ids.sorted("line")
        ]
        with (
            aid_list.env["khbs.dtsen.import"]._file_of(aid_list) as path,
            open_table(path, aid_lines.COLUMNS) as table,
        ):
            rows = reject_file.write(file, table, refused, aid_lines.sentence)
        events._record("aid_list.rejects", self, {"rows": rows})


class KhbsAidListRefusal(models.Model):
    """A line of the file that tells nothing, and why."""

    _name = "khbs.aid.list.refusal"
    _description = "Refused line of an aid list"
    _order = "list_id, line"
    _rec_name = "line"
    _log_access = False

    list_id = fields.Many2one(
        comodel_name="khbs.aid.list", required=True, index=True, ondelete="cascade"
    )
    line = fields.Integer(required=True, aggregator=None)
    code = fields.Selection(
        selection=[
            (code, label) for code, (label, _text) in aid_lines.REFUSALS.items()
        ],
        string="Reason",
        required=True,
    )


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
    date_from = fields.Date(help="Empty: from the first day of the list.")
    date_to = fields.Date(help="Empty: to the last day of the list.")

    _number_given = models.Constraint(
        "CHECK (nik IS NOT NULL OR kk_number IS NOT NULL)",
        "A line names a NIK, a KK number or both.",
    )

    @api.depends("nik", "kk_number")
    def _compute_masked(self):
        for line in self:
            line.nik_masked = mask(line.nik)
            line.kk_masked = mask(line.kk_number)
