# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from odoo import models

from ..held_file import HeldFile


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _record_to_stream(self, record, field_name):
        """Record who takes a file of personal data, with its hash and its rows."""
        stream = super()._record_to_stream(record, field_name)
        field = record._fields[field_name]
        if isinstance(field, HeldFile):
            facts = {
                "field": field_name,
                "sha256": _sha256(stream),
                "rows": record.sudo()[field.rows],
            }
            self.env["khbs.audit.event"]._record("file.download", record, facts)
        return stream


def _sha256(stream):
    if stream.type != "path":
        return hashlib.sha256(stream.read()).hexdigest()
    with open(stream.path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
