# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class IrConfigParameter(models.Model):
    """The programme's own settings leave a trace; none of them is a secret."""

    _inherit = "ir.config_parameter"

    @api.model_create_multi
    def create(self, vals_list):
        parameters = super().create(vals_list)
        parameters._khbs_record_change({})
        return parameters

    def write(self, vals):
        before = self._khbs_values()
        result = super().write(vals)
        self._khbs_record_change(before)
        return result

    def unlink(self):
        before = self._khbs_values()
        result = super().unlink()
        self.browse()._khbs_record_change(before)
        return result

    def _khbs_values(self):
        return {
            parameter.key: parameter.value
            for parameter in self.sudo()
            if parameter.key.startswith("khbs.")
        }

    def _khbs_record_change(self, before):
        """Record which settings are no longer as in *before*."""
        after = self._khbs_values()
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                self.env["khbs.audit.event"]._record(
                    "setting.change",
                    data={
                        "key": key,
                        "before": before.get(key),
                        "after": after.get(key),
                    },
                )
