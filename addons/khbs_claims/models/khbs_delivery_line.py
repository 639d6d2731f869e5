# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError


class KhbsDeliveryLine(models.Model):
    """One commodity of a delivery, in whole units."""

    _name = "khbs.delivery.line"
    _description = "Commodity of a delivery"
    _order = "delivery_id, id"
    _rec_name = "benefit_line_id"

    delivery_id = fields.Many2one(
        comodel_name="khbs.delivery", required=True, index=True, ondelete="cascade"
    )
    benefit_line_id = fields.Many2one(
        comodel_name="khbs.benefit.line",
        string="Commodity",
        required=True,
        index=True,
        ondelete="restrict",
    )
    unit = fields.Char(related="benefit_line_id.unit")
    planned = fields.Integer(required=True, default=0)
    sent = fields.Integer(required=True, default=0)
    good = fields.Integer(string="Received good", required=True, default=0)
    damaged = fields.Integer(required=True, default=0)
    short = fields.Integer(required=True, default=0)
    note = fields.Char()
    received = fields.Boolean(readonly=True)

    _commodity_uniq = models.Constraint(
        "UNIQUE (delivery_id, benefit_line_id)",
        "A commodity stands once in a delivery.",
    )
    _not_negative = models.Constraint(
        "CHECK (planned >= 0 AND sent >= 0 AND good >= 0 AND damaged >= 0"
        " AND short >= 0)",
        "Quantities are never negative.",
    )
    _sent_is_accounted_for = models.Constraint(
        "CHECK (received IS NOT TRUE OR sent = good + damaged + short)",
        "What was sent arrived good, damaged or is short: the sum must agree.",
    )

    def init(self):
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_delivery_line_frozen() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'The BAST of this delivery is closed'
                    USING ERRCODE = 'restrict_violation';
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_delivery_line_frozen
                BEFORE UPDATE OR DELETE ON khbs_delivery_line
                FOR EACH ROW WHEN (OLD.received)
                EXECUTE FUNCTION khbs_delivery_line_frozen();
            """
        )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(
                self.env._("Order the delivery: its commodities follow from that.")
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._require_writable(vals)
        return super().write(vals)

    def _require_writable(self, vals):
        """Allow quantities sent before sending, and those that arrived after it."""
        allowed = {
            "ordered": {"sent", "note"},
            "sent": {"good", "damaged", "short", "note"},
        }
        for line in self:
            refused = vals.keys() - allowed.get(line.delivery_id.state, set())
            if refused:
                raise UserError(
                    self.env._(
                        "These quantities can no longer or not yet be changed: "
                        "%(fields)s.",
                        fields=", ".join(sorted(refused)),
                    )
                )
