# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, fields, models
from odoo.tools import SQL

from .. import append_only


class KhbsExport(models.Model):
    """Data that left as a file: who took which fields of which rows.

    The table has one column that the ORM does not know, the ids of the rows: by it a
    person learns in which exports his data was (DOMAIN 12.50).
    """

    _name = "khbs.export"
    _description = "Export"
    _order = "id desc"
    _rec_name = "model"
    _log_access = False

    at = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, index=True, ondelete="restrict"
    )
    model = fields.Char(string="Kind of document", required=True, index=True)
    model_label = fields.Char(string="Kind", compute="_compute_model_label")
    field_names = fields.Char(string="Fields", required=True)
    row_count = fields.Integer(string="Rows", required=True, aggregator="sum")
    left_out = fields.Integer(
        string="Left out",
        aggregator="sum",
        help="Rows of families that had the processing of their data suspended.",
    )
    sha256 = fields.Char(string="SHA-256", required=True)

    def init(self):
        self.env.cr.execute(
            "ALTER TABLE khbs_export ADD COLUMN IF NOT EXISTS record_ids integer[]"
        )
        append_only.install(self.env.cr, self._table)

    def _compute_model_label(self):
        for export in self:
            known = self.env["ir.model"].sudo()._get(export.model)
            export.model_label = known.name or export.model

    @api.model
    def _take(self, records, field_names, content, left_out=0):
        """Keep that the present user takes *records* along; *content* is the file.

        :param left_out: records that were asked for and are not in it
        """
        if not isinstance(content, bytes):
            content = json.dumps(content, default=str, sort_keys=True).encode()
        digest = hashlib.sha256(content).hexdigest()
        names = ", ".join(field_names)
        [[export_id]] = self.env.execute_query(
            SQL(
                """
                INSERT INTO khbs_export
                    (at, user_id, model, field_names, row_count, left_out, sha256,
                    record_ids)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
                """,
                fields.Datetime.now(),
                self.env.uid,
                records._name,
                names,
                len(records),
                left_out,
                digest,
                records.ids,
            )
        )
        export = self.browse(export_id)
        self.env["khbs.audit.event"]._record(
            "data.export",
            export,
            {
                "model": records._name,
                "fields": names,
                "rows": len(records),
                "left_out": left_out,
                "sha256": digest,
            },
        )
        return export

    @api.model
    def _with_rows_of(self, records):
        """Return the exports that *records* (of one model) were in."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM khbs_export WHERE model = %s AND record_ids && %s",
                records._name,
                records.ids,
            )
        )
        return self.browse([export_id for [export_id] in rows])


class Collector:
    """Gathers what one file is made of; it lives for one request.

    A context that holds it comes from this server: no JSON makes an object.
    """

    KEY = "khbs_export_collector"

    def __init__(self):
        self.records = None
        self.field_names = []
        self.left_out = 0

    @classmethod
    def of(cls, env):
        """Return the collector of the present request, or None."""
        found = env.context.get(cls.KEY)
        return found if isinstance(found, cls) else None

    def add(self, records, field_names, left_out):
        self.left_out += left_out
        self.records = records if self.records is None else self.records | records
        self.field_names = list(dict.fromkeys([*self.field_names, *field_names]))
