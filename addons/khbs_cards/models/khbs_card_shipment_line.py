# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError


class KhbsCardShipmentItem(models.Model):
    """A card in a box, as it was packed: its village then, and whether it arrived."""

    _name = "khbs.card.shipment.item"
    _description = "Card in a shipment"
    _order = "id"
    _log_access = False

    shipment_id = fields.Many2one(
        comodel_name="khbs.card.shipment",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    card_id = fields.Many2one(
        comodel_name="khbs.card",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    missing = fields.Boolean(
        readonly=True, help="It was on the packing list and not in the box."
    )

    _card_uniq = models.Constraint(
        "UNIQUE (shipment_id, card_id)", "A card is in a box once."
    )

    def init(self):
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_card_shipment_item_guard()
                RETURNS trigger AS $$
            DECLARE
                shipment_state varchar;
            BEGIN
                SELECT state INTO shipment_state
                  FROM khbs_card_shipment WHERE id = OLD.shipment_id;
                IF shipment_state = 'packed' THEN
                    RETURN COALESCE(NEW, OLD);
                END IF;
                IF TG_OP = 'UPDATE' AND shipment_state = 'shipped'
                   AND (NEW.shipment_id, NEW.card_id, NEW.area_id)
                     = (OLD.shipment_id, OLD.card_id, OLD.area_id) THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'Shipment % is closed: % refused',
                    OLD.shipment_id, TG_OP USING ERRCODE = 'restrict_violation';
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_card_shipment_item_guard
                BEFORE UPDATE OR DELETE ON khbs_card_shipment_item
                FOR EACH ROW EXECUTE FUNCTION khbs_card_shipment_item_guard();
            """
        )

    # The number stands on the packing list, also of a card whose family has moved to
    # where this user sees nothing.

    @api.depends("card_id.card_no")
    def _compute_display_name(self):
        for item in self:
            item.display_name = item.sudo().card_id.card_no

    @api.model
    def _search_display_name(self, operator, value):
        cards = self.env["khbs.card"].sudo()._search([("card_no", operator, value)])
        return [("card_id", "in", cards)]


class KhbsCardShipmentLine(models.Model):
    """The cards of one village in a box: packed, counted at arrival, missing."""

    _name = "khbs.card.shipment.line"
    _inherit = "khbs.guarded"
    _description = "Village of a shipment"
    _order = "id"
    _rec_name = "area_id"

    _guarded_fields = ("shipment_id", "area_id", "packed_count")
    _editable_states = ("shipped",)

    shipment_id = fields.Many2one(
        comodel_name="khbs.card.shipment",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    state = fields.Selection(related="shipment_id.state")
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    packed_count = fields.Integer(string="Packed", required=True, readonly=True)
    received_count = fields.Integer(
        string="Counted cards", required=True, help="Cards of this village in the box."
    )
    missing_item_ids = fields.Many2many(
        comodel_name="khbs.card.shipment.item",
        string="Missing cards",
        domain="[('shipment_id', '=', shipment_id), ('area_id', '=', area_id)]",
        help="Those on the packing list that are not in the box. They are revoked and "
        "made anew.",
    )
    note = fields.Char()

    _village_uniq = models.Constraint(
        "UNIQUE (shipment_id, area_id)", "A village is in a shipment once."
    )
    _counted = models.Constraint(
        "CHECK (received_count BETWEEN 0 AND packed_count)",
        "No more cards arrive than were packed. Count again; a card that is not on the "
        "packing list is sent back.",
    )

    def init(self):
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_card_shipment_line_guard()
                RETURNS trigger AS $$
            DECLARE
                box integer := COALESCE(NEW.shipment_id, OLD.shipment_id);
                box_state varchar;
            BEGIN
                SELECT state INTO box_state
                  FROM khbs_card_shipment WHERE id = box FOR SHARE;
                IF box_state = 'packed' OR box_state IS NULL THEN
                    RETURN COALESCE(NEW, OLD);
                END IF;
                IF TG_OP = 'UPDATE' AND box_state = 'shipped'
                   AND (NEW.shipment_id, NEW.area_id, NEW.packed_count)
                     = (OLD.shipment_id, OLD.area_id, OLD.packed_count) THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'Shipment % is closed: % of a village refused',
                    box, TG_OP USING ERRCODE = 'restrict_violation';
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_card_shipment_line_guard
                BEFORE INSERT OR UPDATE OR DELETE ON khbs_card_shipment_line
                FOR EACH ROW EXECUTE FUNCTION khbs_card_shipment_line_guard();
            """
        )

    def write(self, vals):
        if not self.env.su:
            self.env["khbs.card.shipment"]._require_field_officer(vals)
            # A count that comes while the box is received fails, or comes before.
            self.check_access("write")
            self.sudo().shipment_id._lock()
        return super().write(vals)

    @api.model
    def _refuse_creation(self):
        raise UserError(self.env._("The villages of a shipment come from its cards."))

    @api.constrains("missing_item_ids")
    def _check_missing(self):
        for line in self:
            items = line.missing_item_ids
            if items.shipment_id - line.shipment_id or items.area_id - line.area_id:
                raise UserError(
                    self.env._(
                        "%(village)s: choose missing cards from the packing list of "
                        "this village only.",
                        village=line.area_id.display_name,
                    )
                )
