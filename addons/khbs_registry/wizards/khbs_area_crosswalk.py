# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import tempfile

from odoo import fields, models
from odoo.exceptions import UserError

from ..delivered_table import TableError, open_table

COLUMNS = ("kode", "kode_bps", "lintang", "bujur")
OPTIONAL = frozenset(("kode_bps", "lintang", "bujur"))
ADMINISTRATOR = "khbs_registry.group_administrator"


class KhbsAreaCrosswalk(models.TransientModel):
    """Fill in the BPS codes and the centres of areas from a table (DOMAIN 3.2)."""

    _name = "khbs.area.crosswalk"
    _description = "Import BPS codes and centres"

    file = fields.Binary(
        required=True,
        attachment=False,
        help="CSV or XLSX with the columns kode (Kemendagri), kode_bps, lintang, bujur."
        " What a row leaves empty stays as it is.",
    )
    file_name = fields.Char()

    def action_import(self):
        """Write the codes and centres; nothing is written when one row is wrong."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(ADMINISTRATOR, "area.import")
        areas = self.env["khbs.area"].sudo().with_context(active_test=False)
        known = {area.code: area for area in areas.search([])}
        wanted, wrong = {}, []
        for line, values in self._rows():
            code, change = self._change_of(values)
            if code not in known or change is None:
                wrong.append(line)
            else:
                wanted[known[code]] = change
        self._refuse(wrong, wanted)
        for area, change in wanted.items():
            area.write({"bps_code": False} if "bps_code" in change else {})
        self.env.flush_all()
        for area, change in wanted.items():
            area.write(change)
        events._record("area.import", data={"rows": len(wanted)})
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _rows(self):
        """Yield (line, cells in the order of COLUMNS) of the file."""
        with tempfile.NamedTemporaryFile() as file:
            file.write(base64.b64decode(self.file))
            file.flush()
            try:
                with open_table(file.name) as table:
                    table.choose(COLUMNS, optional=OPTIONAL)
                    for line, _cells, values in table.rows():
                        yield line, values
            except TableError as error:
                message = self.env["khbs.dtsen.import"]._table_error_message(error)
                raise UserError(message) from error

    def _change_of(self, values):
        """Return (code, values to write), None for the latter where they are wrong."""
        if values is None:
            return None, None
        code, bps_code, latitude, longitude = values
        change = {}
        if bps_code:
            if not (bps_code.isdigit() and len(bps_code) in (2, 4, 7, 10)):
                return code, None
            change["bps_code"] = bps_code
        if latitude or longitude:
            try:
                change |= {"latitude": float(latitude), "longitude": float(longitude)}
            except ValueError:
                return code, None
            if not (abs(change["latitude"]) <= 90 and abs(change["longitude"]) <= 180):
                return code, None
        return code, change

    def _refuse(self, wrong, wanted):
        codes = [
            change["bps_code"] for change in wanted.values() if "bps_code" in change
        ]
        if wrong:
            raise UserError(
                self.env._(
                    "Lines %(lines)s name no area, or have a malformed BPS code or "
                    "centre. Nothing was written.",
                    lines=", ".join(map(str, wrong[:20])),
                )
            )
        others = (
            self.env["khbs.area"]
            .sudo()
            .with_context(active_test=False)
            .search([("bps_code", "in", codes)])
        )
        taken = [area for area in others if area not in wanted]
        if len(set(codes)) < len(codes) or taken:
            raise UserError(
                self.env._("A BPS code stands for two areas. Nothing was written.")
            )
