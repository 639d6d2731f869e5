# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ..papers.document import Letterhead

LEVELS = [
    ("province", "Province"),
    ("regency", "Regency"),
    ("city", "City"),
    ("district", "District"),
    ("village", "Rural village"),
    ("urban_village", "Urban village"),
]


class KhbsArea(models.Model):
    """An administrative area by its Kemendagri code (DOMAIN 3)."""

    _name = "khbs.area"
    _description = "Area"
    _parent_store = True
    _order = "code"

    code = fields.Char(
        required=True,
        index=True,
        help="Kemendagri code with dots, as in 62.06.01.2003.",
    )
    bps_code = fields.Char(
        string="BPS code",
        index="btree_not_null",
        help="Differs from the Kemendagri code for eight of the fourteen regencies.",
    )
    name = fields.Char(required=True)
    level = fields.Selection(selection=LEVELS, required=True)
    parent_id = fields.Many2one(
        comodel_name="khbs.area", string="Part of", index=True, ondelete="restrict"
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(comodel_name="khbs.area", inverse_name="parent_id")
    latitude = fields.Float(digits=(9, 6), aggregator=None)
    longitude = fields.Float(digits=(9, 6), aggregator=None)
    population = fields.Integer(help="Dukcapil, second half of 2024.")
    active = fields.Boolean(default=True)
    archived_on = fields.Date(readonly=True)
    successor_ids = fields.Many2many(
        comodel_name="khbs.area",
        relation="khbs_area_successor_rel",
        column1="former_id",
        column2="successor_id",
        string="Followed by",
        readonly=True,
        help="The areas that took its place when it was divided or renamed.",
    )
    letterhead_lines = fields.Text(
        string="Letterhead",
        help="Lines of the village's kop, from the government down. Empty: regency, "
        "district and village by their names.",
    )
    letterhead_address = fields.Text(help="Small lines under the kop.")

    _code_uniq = models.Constraint("UNIQUE (code)", "An area with this code exists.")
    _bps_code_uniq = models.Constraint(
        "UNIQUE (bps_code)", "An area with this BPS code exists."
    )

    @api.depends("name", "code")
    def _compute_display_name(self):
        for area in self:
            area.display_name = f"{area.name} ({area.code})"

    @api.model
    def _search_display_name(self, operator, value):
        if operator in ("ilike", "like", "=", "=ilike", "in"):
            return ["|", ("name", operator, value), ("code", operator, value)]
        return super()._search_display_name(operator, value)

    def _ancestor(self, *levels):
        """Return the area itself or its ancestor of one of *levels*, or none."""
        self.ensure_one()
        area = self
        while area and area.level not in levels:
            area = area.parent_id
        return area

    @api.model
    def _own_villages(self):
        """Return the domain of the villages in the areas of the user."""
        return [
            ("level", "in", ("village", "urban_village")),
            ("id", "child_of", self.env.user.khbs_area_ids.ids),
        ]

    def _title(self):
        """Return the area as papers call it: Desa Galinggang, Kecamatan Kamipang."""
        self.ensure_one()
        kinds = {
            "district": "Kecamatan",
            "village": "Desa",
            "urban_village": "Kelurahan",
        }
        kind = kinds.get(self.level, "")
        return f"{kind} {self.name}".strip()

    def _full_title(self):
        """Return the area with the district and the regency it lies in."""
        self.ensure_one()
        # A regency is its own regency: it is named once.
        parts = self | self._ancestor("district") | self._regency()
        return ", ".join(area._title() for area in parts)

    def _letterhead(self):
        """Return the :class:`Letterhead` of a village."""
        self.ensure_one()
        lines = tuple((self.letterhead_lines or "").splitlines()) or (
            f"PEMERINTAH {self._regency().name or ''}".upper(),
            self._ancestor("district")._title().upper(),
            self._title().upper(),
        )
        address = tuple((self.letterhead_address or "").splitlines())
        return Letterhead(lines=lines, address=address)

    def _regency(self):
        """Return the kabupaten or kota that the area lies in."""
        return self._ancestor("regency", "city")

    def _free_code(self, day):
        """Let a successor have the code of this area, which keeps it with its end."""
        self.ensure_one()
        self.write({"code": f"{self.code} s.d. {day.year}", "bps_code": False})
        self.flush_recordset()

    def _keep_from_updates(self):
        """Let the list of areas that the addon ships change these areas no more."""
        known = self.env["ir.model.data"].search(
            [("model", "=", self._name), ("res_id", "in", self.ids)]
        )
        known.noupdate = True
