# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..dtsen.checks import COLUMNS, OPTIONAL
from ..models.khbs_dtsen_source import DATE_FORMS, MEANINGS, RELATION_CODES

# Heads that are met, letters and digits only -> our column.
GUESSES = {
    "idkeluarga": "id_keluarga",
    "idkeluargadtsen": "id_keluarga",
    "kodekeluarga": "id_keluarga",
    "nokk": "no_kk",
    "nomorkk": "no_kk",
    "nokartukeluarga": "no_kk",
    "nomorkartukeluarga": "no_kk",
    "nik": "nik",
    "noktp": "nik",
    "nonik": "nik",
    "nomornik": "nik",
    "nama": "nama",
    "namalengkap": "nama",
    "namaanggota": "nama",
    "hubungan": "hubungan_keluarga",
    "hubungankeluarga": "hubungan_keluarga",
    "hubungandengankepalakeluarga": "hubungan_keluarga",
    "shdk": "hubungan_keluarga",
    "jeniskelamin": "jenis_kelamin",
    "jk": "jenis_kelamin",
    "tanggallahir": "tanggal_lahir",
    "tgllahir": "tanggal_lahir",
    "kodewilayah": "kode_wilayah",
    "kodedesa": "kode_wilayah",
    "kodedesakelurahan": "kode_wilayah",
    "kodekelurahan": "kode_wilayah",
    "alamat": "alamat",
    "rt": "rt",
    "rw": "rw",
    "desil": "desil",
    "desilnasional": "desil",
    "statusrumah": "status_rumah",
    "statuskepemilikanrumah": "status_rumah",
    "lintang": "lintang",
    "latitude": "lintang",
    "bujur": "bujur",
    "longitude": "bujur",
}


# A NIK, KK or date, or what Excel makes of a long number.
_DATA = re.compile(r"\D?\d[\d .,/-]{8,}|\d[.,]\d+E\+?\d+", re.IGNORECASE)


class KhbsDtsenMapping(models.TransientModel):
    """Ask what the heads of a file mean; the answer is kept with its source."""

    _name = "khbs.dtsen.mapping"
    _description = "Columns of a delivered file"

    import_id = fields.Many2one(
        comodel_name="khbs.dtsen.import", required=True, ondelete="cascade"
    )
    source_name = fields.Char(
        string="Remember for the source",
        required=True,
        help="The next file of this source is read in the same way, without asking.",
    )
    header_line = fields.Integer(
        string="Line of the heads",
        required=True,
        default=1,
        help="Greater than one where titles stand above the heads.",
    )
    relation_codes = fields.Selection(
        selection=RELATION_CODES,
        required=True,
        default="shdk",
    )
    date_form = fields.Selection(
        selection=DATE_FORMS,
        string="Dates",
        required=True,
        default="dmy",
    )
    line_ids = fields.One2many(
        comodel_name="khbs.dtsen.mapping.line", inverse_name="mapping_id"
    )

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create(vals_list)
        for mapping in mappings:
            if not mapping.line_ids:
                mapping._read_heads()
        return mappings

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        values.setdefault("source_name", self.env._("New source"))
        return values

    @api.onchange("header_line")
    def _onchange_header_line(self):
        self._read_heads()

    def _read_heads(self):
        """Take the heads from the file, with the meaning that is known or likely."""
        self.ensure_one()
        delivery = self.import_id
        delivery.check_access("write")
        delivery = delivery.sudo()
        known = {
            head.strip().lower(): meaning
            for meaning, head in delivery.source_id._heads().items()
        }
        with delivery._open_table(max(self.header_line, 1)) as table:
            heads = table.header
        if any(_DATA.fullmatch(head.strip()) for head in heads):
            raise UserError(
                self.env._(
                    "Line %(line)s of the file holds numbers of persons: it is a row, "
                    "not the heads of the columns. Enter the line in which the heads "
                    "stand, or add such a line to the file.",
                    line=max(self.header_line, 1),
                )
            )
        free = set(COLUMNS)
        lines = []
        for head in heads:
            if not head.strip():
                continue
            plain = re.sub(r"[^a-z0-9]", "", head.lower())
            meaning = known.get(head.strip().lower()) or GUESSES.get(plain)
            meaning = meaning if meaning in free else False
            free.discard(meaning)
            lines.append(Command.create({"head": head.strip(), "meaning": meaning}))
        self.line_ids = [Command.clear(), *lines]

    def action_remember(self):
        """Keep the meanings with the source and check the delivery with them."""
        self.ensure_one()
        self.env["khbs.audit.event"]._require_group(
            "khbs_registry.group_registry_operator", "dtsen.columns", self.import_id
        )
        self.import_id.check_access("write")
        self._refuse_incomplete()
        source = self._source()
        source.column_ids = [
            Command.clear(),
            *(
                Command.create({"meaning": line.meaning, "head": line.head})
                for line in self.line_ids
                if line.meaning
            ),
        ]
        self.import_id.source_id = source
        return self.import_id.action_stage() and {
            "type": "ir.actions.client",
            "tag": "soft_reload",
        }

    def _refuse_incomplete(self):
        chosen = [line.meaning for line in self.line_ids if line.meaning]
        labels = dict(self.line_ids._fields["meaning"]._description_selection(self.env))
        twice = {labels[name] for name in chosen if chosen.count(name) > 1}
        if twice:
            raise UserError(
                self.env._(
                    "Two heads have the same meaning: %(names)s.",
                    names=", ".join(sorted(twice)),
                )
            )
        missing = [
            labels[name]
            for name in COLUMNS
            if name not in chosen and name not in OPTIONAL
        ]
        if missing:
            raise UserError(
                self.env._(
                    "These are still missing: %(names)s. Say under which head they "
                    "stand, or ask the source for a complete file.",
                    names=", ".join(missing),
                )
            )

    def _source(self):
        """Return the source of that name, made where there is none yet."""
        sources = self.env["khbs.dtsen.source"]
        form = {
            "header_line": self.header_line,
            "relation_codes": self.relation_codes,
            "date_form": self.date_form,
        }
        source = sources.search([("name", "=", self.source_name.strip())], limit=1)
        if source == sources._standard() and source:
            raise UserError(
                self.env._("This source has the agreed columns; write another name.")
            )
        if source:
            source.write(form)
            return source
        return sources.create(
            {
                **form,
                "name": self.source_name.strip(),
                "code_system": self.import_id.code_system,
            }
        )


class KhbsDtsenMappingLine(models.TransientModel):
    """One head of the file."""

    _name = "khbs.dtsen.mapping.line"
    _description = "Head of a delivered file"
    _order = "id"

    mapping_id = fields.Many2one(
        comodel_name="khbs.dtsen.mapping", required=True, ondelete="cascade"
    )
    head = fields.Char(string="Head in the file", required=True)
    meaning = fields.Selection(
        selection=MEANINGS, help="Empty: the column is not imported."
    )
