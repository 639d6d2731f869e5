# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.khbs_registry.rupiah import Rupiah

TRIGGERS = """
CREATE OR REPLACE FUNCTION khbs_benefit_line_frozen() RETURNS trigger AS $$
BEGIN
    IF EXISTS (
        SELECT FROM khbs_entitlement
         WHERE benefit_id IN (NEW.benefit_id, OLD.benefit_id)
    ) THEN
        RAISE EXCEPTION 'The benefit is in use: add a new version'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_benefit_line_frozen
    BEFORE INSERT OR DELETE
        OR UPDATE OF benefit_id, code, unit, quantity, unit_price
    ON khbs_benefit_line
    FOR EACH ROW EXECUTE FUNCTION khbs_benefit_line_frozen();

CREATE OR REPLACE FUNCTION khbs_benefit_line_sum() RETURNS trigger AS $$
BEGIN
    PERFORM khbs_benefit_sum_check(NEW.benefit_id);
    PERFORM khbs_benefit_sum_check(OLD.benefit_id);
    RETURN NULL;
END
$$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS khbs_benefit_line_sum ON khbs_benefit_line;
CREATE CONSTRAINT TRIGGER khbs_benefit_line_sum
    AFTER INSERT OR DELETE OR UPDATE ON khbs_benefit_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION khbs_benefit_line_sum();
"""


class KhbsBenefitLine(models.Model):
    """One commodity of a package: quantity and price per unit."""

    _name = "khbs.benefit.line"
    _description = "Commodity of a benefit"
    _order = "benefit_id, sequence, id"

    benefit_id = fields.Many2one(
        comodel_name="khbs.benefit", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    code = fields.Char(required=True, size=16)
    name = fields.Char(string="Commodity", required=True, translate=True)
    unit = fields.Char(required=True, help="kg, l ..")
    quantity = fields.Integer(required=True, help="Whole units in one package.")
    unit_price = Rupiah(required=True, aggregator=None)
    price = Rupiah(compute="_compute_price")

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "A package holds at least one unit of a commodity."
    )
    _unit_price_positive = models.Constraint(
        "CHECK (unit_price > 0)", "The price must be more than zero."
    )
    _code_uniq = models.Constraint(
        "UNIQUE (benefit_id, code)", "A commodity stands once in a package."
    )

    def init(self):
        self.env.cr.execute(TRIGGERS)

    @api.depends("quantity", "unit_price")
    def _compute_price(self):
        for line in self:
            line.price = line.quantity * line.unit_price
