# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class Base(models.AbstractModel):
    """Nobody points a record of KHBS at another one that he may not read.

    Whoever reads a record is shown the names of those that it points at, whatever the
    rules on these say; and a dialogue acts on what it points at. So the rules are
    asked when the reference is made, in every model and every dialogue.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self._name.startswith("khbs.") and not self.env.su:
            # All of them: a default of the context is in no values.
            records._khbs_require_reachable(self._fields)
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._name.startswith("khbs.") and not self.env.su:
            self._khbs_require_reachable(vals)
        return result

    def _khbs_require_reachable(self, names):
        """Raise AccessError where one of the fields *names* leads out of reach."""
        for name in names:
            field = self._fields.get(name)
            if (
                field
                and field.type in ("many2one", "many2many")
                and field.store
                and not field.compute
                and field.comodel_name.startswith("khbs.")
            ):
                targets = self.sudo().with_context(active_test=False)[name]
                targets.sudo(False).check_access("read")
