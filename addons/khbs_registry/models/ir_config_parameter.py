# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import api, models

from ..identity_numbers import mask_account

# Of an account, say: the trail keeps no number that names somebody.
LONG_NUMBER = re.compile(r"\d{8,}")


class IrConfigParameter(models.Model):
    """The programme's own settings leave a trace; long numbers in them are masked."""

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
                        "before": _shown(before.get(key)),
                        "after": _shown(after.get(key)),
                    },
                )


def _shown(value):
    return value and LONG_NUMBER.sub(lambda found: mask_account(found[0]), value)
