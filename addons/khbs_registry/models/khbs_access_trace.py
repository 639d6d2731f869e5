# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ..redaction import redact


class KhbsAccessTrace(models.AbstractModel):
    """What decides who may do what: no change of it goes unrecorded.

    An upgrade writes hundreds of such rows; it leaves one event with the digest of
    them all (``res.users._khbs_report_access``) in place of an event for each.
    """

    _name = "khbs.access.trace"
    _description = "Trace of changed access"

    # What the event keeps of a record.
    _traced_fields = ()
    # First part of the code of the act.
    _traced_as = None

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._khbs_trace({}, "create")
        return records

    def write(self, vals):
        before = self._khbs_traced()
        result = super().write(vals)
        self._khbs_trace(before, "change")
        return result

    def unlink(self):
        before = self._khbs_traced()
        result = super().unlink()
        if self.pool.ready:
            for record_id, values in before.items():
                self._khbs_record(record_id, "delete", {"before": values})
        return result

    def _khbs_traced(self):
        """Return {id: what the event keeps of the record}."""
        return {
            record.id: {name: _plain(record, name) for name in self._traced_fields}
            for record in self.sudo()
        }

    def _khbs_trace(self, before, verb):
        if not self.pool.ready:
            return
        for record_id, after in self._khbs_traced().items():
            former = before.get(record_id, {})
            changed = [name for name in after if after[name] != former.get(name)]
            if changed:
                self._khbs_record(
                    record_id,
                    verb,
                    {
                        "before": {name: former.get(name) for name in changed},
                        "after": {name: after[name] for name in changed},
                    },
                )

    def _khbs_record(self, record_id, verb, data):
        self.env["khbs.audit.event"]._record(
            f"{self._traced_as}.{verb}", self.browse(record_id), data
        )


def _plain(record, name):
    value = record[name]
    field = record._fields[name]
    if field.type == "many2one":
        return value.display_name or False
    if field.relational:
        return sorted(value.mapped("display_name"))
    return redact(value) if isinstance(value, str) else value
