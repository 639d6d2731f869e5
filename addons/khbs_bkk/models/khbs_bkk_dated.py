# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import words

from ..guards import tax as guard


class KhbsBkkDated(models.AbstractModel):
    """A row that holds from a day on, is used, and then ends: it is never altered."""

    _name = "khbs.bkk.dated"
    _description = "Row that is ended, never altered"

    def init(self):
        if not self._abstract:
            self.env.cr.execute(guard.dated_guard(self._table))

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse a row whose days hold payments that were made by another."""
        for vals in vals_list:
            self._refuse_paid(vals)
        return super().create(vals_list)

    def _refuse_paid(self, vals):
        entered = {**self.default_get(list(self._fields)), **vals}
        row = {
            name: value and str(value)
            for name, value in entered.items()
            if name in self._fields and self._fields[name].store
        }
        self.env.flush_all()
        [[paid]] = self.env.execute_query(
            SQL(
                "SELECT khbs_bkk_paid_before(%s, %s::jsonb)",
                self._table,
                json.dumps({name: value or None for name, value in row.items()}),
            )
        )
        if paid:
            raise UserError(
                self.env._(
                    "People were paid on %(day)s by what held until now. A new row "
                    "begins after that day.",
                    day=words.date(paid),
                )
            )

    def write(self, vals):
        """Refuse to end a row before the last day that it was used on."""
        last = fields.Date.to_date(vals.get("valid_to"))
        for record in self if last else ():
            used = record._last_use()
            if used and last < used:
                raise UserError(
                    self.env._(
                        "%(record)s was used on %(day)s: it cannot end before.",
                        record=record.display_name,
                        day=words.date(used),
                    )
                )
        return super().write(vals)

    def _last_use(self):
        """Return the last day on which money was decided or withheld by this row."""
        self.ensure_one()
        self.env.flush_all()
        [[used]] = self.env.execute_query(
            SQL("SELECT khbs_bkk_last_use(%s, %s)", self._table, self.id)
        )
        return used
