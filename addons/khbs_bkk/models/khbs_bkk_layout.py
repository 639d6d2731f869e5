# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from .. import layout_file

FIELDS = [
    ("number", "Row number"),
    ("name", "Name (decree)"),
    ("role", "Role"),
    ("area", "Areas"),
    ("bank_name", "Bank"),
    ("account", "Account number"),
    ("account_name", "Name on the account"),
    ("nik", "NIK"),
    ("npwp", "NPWP"),
    ("gross", "Gross"),
    ("base", "Tax base"),
    ("rate", "Rate (%)"),
    ("tax", "PPh 21"),
    ("net", "Net"),
    ("tax_object", "Tax object code"),
    ("paid_on", "Paid on"),
    ("decree", "Decree"),
    ("period", "Period"),
    ("constant", "Fixed text"),
]


class KhbsBkkLayout(models.Model):
    """The columns in which a treasurer takes a payment list to his bank or tax tool.

    He maps them himself: order, header, width, and how dates and amounts are written.
    One without a regency is shipped for everybody, to be duplicated.
    """

    _name = "khbs.bkk.layout"
    _description = "Columns of a BKK payment file"
    _order = "name, id"

    name = fields.Char(required=True)
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Regency or village",
        index=True,
        default=lambda self: self.env.user.khbs_area_ids[:1],
        ondelete="restrict",
        help="Empty: for everybody; duplicate it to change it.",
    )
    file_type = fields.Selection(
        selection=[
            ("csv", "CSV"),
            ("fixed", "Fixed width (TXT)"),
            ("xlsx", "XLSX"),
        ],
        required=True,
        default="csv",
    )
    delimiter = fields.Selection(
        selection=[
            ("comma", "Comma"),
            ("semicolon", "Semicolon"),
            ("tab", "Tab"),
            ("pipe", "Vertical bar"),
        ],
        required=True,
        default="semicolon",
    )
    with_header = fields.Boolean(string="Header row", default=True)
    date_format = fields.Selection(
        selection=[
            ("iso", "2026-03-31"),
            ("slash", "31/03/2026"),
            ("dash", "31-03-2026"),
            ("plain", "20260331"),
        ],
        required=True,
        default="slash",
    )
    amount_format = fields.Selection(
        selection=[
            ("plain", "750000"),
            ("dots", "750.000"),
            ("point", "750000.00"),
            ("comma", "750000,00"),
        ],
        required=True,
        default="plain",
    )
    column_ids = fields.One2many(
        comodel_name="khbs.bkk.layout.column",
        inverse_name="layout_id",
        string="Columns",
        copy=True,
    )
    active = fields.Boolean(default=True)

    def copy_data(self, default=None):
        """Let a copy belong to whoever makes it."""
        own = self.env.user.khbs_area_ids[:1]
        return super().copy_data({"area_id": own.id, **(default or {})})

    def _layout(self):
        """Return the :class:`Layout` of the pure module."""
        self.ensure_one()
        return layout_file.Layout(
            file_type=self.file_type,
            delimiter=self.delimiter,
            with_header=self.with_header,
            date_format=self.date_format,
            amount_format=self.amount_format,
            columns=[
                layout_file.Column(
                    key=column.field,
                    header=column.header or "",
                    width=column.width,
                    constant=column.constant or "",
                )
                for column in self.column_ids
            ],
        )


class KhbsBkkLayoutColumn(models.Model):
    """One column of a payment file."""

    _name = "khbs.bkk.layout.column"
    _description = "Column of a BKK payment file"
    _order = "sequence, id"
    _rec_name = "header"

    layout_id = fields.Many2one(
        comodel_name="khbs.bkk.layout", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(required=True, default=10)
    field = fields.Selection(selection=FIELDS, string="What", required=True)
    header = fields.Char()
    width = fields.Integer(
        default=0,
        aggregator=None,
        help="Most characters; in a file of fixed width exactly so many.",
    )
    constant = fields.Char(string="Fixed text")

    _width_positive = models.Constraint(
        "CHECK (width BETWEEN 0 AND 200)", "A width lies between 0 and 200."
    )

    @api.onchange("field")
    def _onchange_field(self):
        if self.field and not self.header:
            labels = dict(self._fields["field"]._description_selection(self.env))
            self.header = labels[self.field]
