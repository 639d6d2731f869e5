# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.khbs_registry.rupiah import Rupiah

CHANNELS = [
    ("account", "Bank account"),
    ("counter", "Counter"),
    ("goods", "Goods"),
]


FROZEN = {"code", "kind", "channel", "amount", "valid_from", "line_ids"}
# A benefit that entitlements were made of never changes: a new version is added. The
# sum of the commodities is judged when the transaction commits.
TRIGGERS = """
CREATE OR REPLACE FUNCTION khbs_benefit_frozen() RETURNS trigger AS $$
BEGIN
    IF EXISTS (SELECT FROM khbs_entitlement WHERE benefit_id = OLD.id) THEN
        RAISE EXCEPTION 'Benefit % is in use: add a new version', OLD.code
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_benefit_frozen BEFORE UPDATE ON khbs_benefit
    FOR EACH ROW WHEN (
        (OLD.code, OLD.kind, OLD.channel, OLD.amount, OLD.valid_from)
        IS DISTINCT FROM (NEW.code, NEW.kind, NEW.channel, NEW.amount, NEW.valid_from)
    ) EXECUTE FUNCTION khbs_benefit_frozen();

CREATE OR REPLACE FUNCTION khbs_benefit_sum_check(benefit integer)
    RETURNS void AS $$
BEGIN
    IF EXISTS (
        SELECT FROM khbs_benefit b
         WHERE b.id = benefit
           AND b.amount <> COALESCE(
               (SELECT sum(l.quantity::bigint * l.unit_price)
                  FROM khbs_benefit_line l WHERE l.benefit_id = b.id),
               CASE b.kind WHEN 'food' THEN 0 ELSE b.amount END)
    ) THEN
        RAISE EXCEPTION 'The commodities do not sum to the amount of the benefit'
            USING ERRCODE = 'check_violation';
    END IF;
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION khbs_benefit_sum() RETURNS trigger AS $$
BEGIN
    PERFORM khbs_benefit_sum_check(NEW.id);
    RETURN NULL;
END
$$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS khbs_benefit_sum ON khbs_benefit;
CREATE CONSTRAINT TRIGGER khbs_benefit_sum AFTER INSERT OR UPDATE ON khbs_benefit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION khbs_benefit_sum();
"""


class KhbsBenefit(models.Model):
    """What a family may receive in a round, from one date to another.

    The channel says what payment means: *account*, the bank's result is the payment
    and a claim is evidence only; *counter*, the claim is the payment; *goods*, the
    claim enters BULOG's bill (DESIGN 5).
    """

    _name = "khbs.benefit"
    _description = "Benefit"
    _order = "code, valid_from desc"

    code = fields.Char(required=True, size=16, help="Code b of the EDC protocol.")
    name = fields.Char(string="Label", required=True, translate=True)
    kind = fields.Selection(
        selection=[("cash", "Cash"), ("food", "Food")], required=True
    )
    channel = fields.Selection(selection=CHANNELS, required=True)
    amount = Rupiah(required=True, aggregator=None, help="Per family, in rupiah.")
    cvm = fields.Selection(
        string="Check of the holder",
        selection=[
            ("none", "None"),
            ("id", "Identity card shown"),
            ("pin", "PIN of the card"),
        ],
        required=True,
        default="none",
    )
    account_code = fields.Char(
        help="Budget account that a round of this benefit is charged to."
    )
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(copy=False, help="Last day. Empty: until further notice.")
    line_ids = fields.One2many(
        comodel_name="khbs.benefit.line",
        inverse_name="benefit_id",
        string="Commodities",
    )
    active = fields.Boolean(default=True)

    _code_form = models.Constraint(
        "CHECK (code ~ '^[A-Z0-9_.]{1,16}$')",
        "A benefit code has up to 16 capitals, digits, points or underscores.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The amount must be more than zero."
    )
    _validity_order = models.Constraint(
        "CHECK (valid_to >= valid_from)", "The validity ends before it begins."
    )
    _goods_are_food = models.Constraint(
        "CHECK ((kind = 'food') = (channel = 'goods'))",
        "Food is handed out as goods, cash through an account or a counter.",
    )
    _code_start_uniq = models.Constraint(
        "UNIQUE (code, valid_from)", "This benefit has a version from that day."
    )
    _code_endless_uniq = models.UniqueIndex(
        "(code) WHERE valid_to IS NULL",
        "Another version of this benefit has no end. Give it a last day first.",
    )

    def init(self):
        self.env.cr.execute(TRIGGERS)

    @api.constrains("amount", "kind", "line_ids")
    def _check_sum(self):
        for benefit in self:
            total = sum(benefit.line_ids.mapped("price"))
            if (benefit.kind == "food" or benefit.line_ids) and total != benefit.amount:
                raise ValidationError(
                    self.env._(
                        "The commodities of %(benefit)s sum to %(total)s rupiah, the "
                        "benefit is %(amount)s. Correct a quantity or a price.",
                        benefit=benefit.name,
                        total=total,
                        amount=benefit.amount,
                    )
                )

    @api.constrains("code", "valid_from", "valid_to")
    def _check_overlap(self):
        for benefit in self:
            end = benefit.valid_to or fields.Date.to_date("9999-12-31")
            overlapping = (
                Domain("code", "=", benefit.code)
                & Domain("id", "!=", benefit.id)
                & Domain("valid_from", "<=", end)
                & (
                    Domain("valid_to", "=", False)
                    | Domain("valid_to", ">=", benefit.valid_from)
                )
            )
            if self.with_context(active_test=False).search_count(overlapping, limit=1):
                raise ValidationError(
                    self.env._(
                        "Two versions of %(code)s are valid on the same day. "
                        "End one before the other begins.",
                        code=benefit.code,
                    )
                )

    def write(self, vals):
        if vals.keys() & FROZEN:
            self._require_unused()
        return super().write(vals)

    def _require_unused(self):
        """Refuse to change what entitlements were made of."""
        used = self.env["khbs.entitlement"].sudo()
        if used.search_count([("benefit_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Families were granted this benefit. Give it a last day and add a "
                    "new version instead."
                )
            )

    def _valid_on(self, day):
        """Return those of self that are valid on *day*."""
        return self.filtered(
            lambda b: b.valid_from <= day and (not b.valid_to or b.valid_to >= day)
        )
