# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ..dtsen.checks import RowForm

# What a column of a delivery may mean, in the order of dtsen.checks.COLUMNS.
MEANINGS = [
    ("id_keluarga", "Key of the family"),
    ("no_kk", "KK number"),
    ("nik", "NIK"),
    ("nama", "Name"),
    ("hubungan_keluarga", "Relation to the head"),
    ("jenis_kelamin", "Sex"),
    ("tanggal_lahir", "Date of birth"),
    ("kode_wilayah", "Code of the village"),
    ("alamat", "Address"),
    ("rt", "RT"),
    ("rw", "RW"),
    ("desil", "Decile"),
    ("status_rumah", "Status of the house"),
    ("lintang", "Latitude"),
    ("bujur", "Longitude"),
]
RELATION_CODES = [("shdk", "SHDK of the KK (1 to 11)"), ("dtsen", "DTSEN (1 to 8)")]
DATE_FORMS = [("dmy", "DD/MM/YYYY or YYYY-MM-DD"), ("iso", "YYYY-MM-DD only")]
CODE_SYSTEMS = [("kemendagri", "Kemendagri"), ("bps", "BPS")]


class KhbsDtsenSource(models.Model):
    """Who delivers, and in which form: asked once, remembered for the next file."""

    _name = "khbs.dtsen.source"
    _description = "Source of deliveries"
    _order = "name"

    name = fields.Char(required=True)
    code_system = fields.Selection(
        selection=CODE_SYSTEMS,
        string="Area codes",
        required=True,
        default="kemendagri",
        help="Proposed for its deliveries; each of them states its own.",
    )
    relation_codes = fields.Selection(
        selection=RELATION_CODES,
        required=True,
        default="shdk",
        help="The two code sets differ: 4 is a child in one and a child-in-law in the "
        "other.",
    )
    date_form = fields.Selection(
        selection=DATE_FORMS,
        string="Dates",
        required=True,
        default="dmy",
    )
    header_line = fields.Integer(
        string="Line of the heads",
        required=True,
        default=1,
        help="Greater than one where titles stand above the heads.",
    )
    column_ids = fields.One2many(
        comodel_name="khbs.dtsen.source.column", inverse_name="source_id"
    )
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint("UNIQUE (name)", "A source of this name exists.")
    _header_line_positive = models.Constraint(
        "CHECK (header_line > 0)", "Lines are counted from one."
    )

    def _heads(self):
        """Return {our column: its head in the files of this source}."""
        return {column.meaning: column.head for column in self.column_ids}

    def _row_form(self):
        """Return the form in which its rows are written; without a source, ours."""
        if not self:
            return RowForm()
        return RowForm(self.relation_codes, self.date_form)

    @api.model
    def _standard(self):
        return self.env.ref("khbs_registry.dtsen_source_standard", False) or self


class KhbsDtsenSourceColumn(models.Model):
    """Which head a source writes above one of our columns."""

    _name = "khbs.dtsen.source.column"
    _description = "Column of a source"
    _order = "source_id, id"
    _rec_name = "head"

    source_id = fields.Many2one(
        comodel_name="khbs.dtsen.source", required=True, index=True, ondelete="cascade"
    )
    meaning = fields.Selection(selection=MEANINGS, required=True)
    head = fields.Char(string="Head in the file", required=True)

    _meaning_uniq = models.Constraint(
        "UNIQUE (source_id, meaning)", "This column has a head already."
    )
