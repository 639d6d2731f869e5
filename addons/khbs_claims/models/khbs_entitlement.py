# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.khbs_registry.rupiah import Rupiah

from .khbs_benefit import CHANNELS

STATES = [
    ("open", "Open"),
    ("reserved", "Reserved"),
    ("consumed", "Consumed"),
    ("lapsed", "Lapsed"),
    ("cancelled", "Cancelled"),
    ("split", "Split"),
]

# What was granted never changes; only the state moves. Roots come and go while their
# round is being generated; from the decision on there are children of a split alone.
TRIGGERS = """
CREATE OR REPLACE FUNCTION khbs_entitlement_frozen() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'Entitlement % is frozen', OLD.number
        USING ERRCODE = 'restrict_violation';
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_entitlement_frozen BEFORE UPDATE ON khbs_entitlement
    FOR EACH ROW WHEN (
        (OLD.number, OLD.round_id, OLD.benefit_id, OLD.household_id, OLD.area_id,
         OLD.regency_id, OLD.amount, OLD.channel, OLD.parent_id, OLD.benefit_line_id)
        IS DISTINCT FROM
        (NEW.number, NEW.round_id, NEW.benefit_id, NEW.household_id, NEW.area_id,
         NEW.regency_id, NEW.amount, NEW.channel, NEW.parent_id, NEW.benefit_line_id)
    ) EXECUTE FUNCTION khbs_entitlement_frozen();

CREATE OR REPLACE FUNCTION khbs_entitlement_decided() RETURNS trigger AS $$
BEGIN
    IF EXISTS (
        SELECT FROM changed e JOIN khbs_round r ON r.id = e.round_id
         WHERE r.state NOT IN ('draft', 'generated')
           AND (e.parent_id IS NULL OR TG_OP = 'DELETE')
    ) THEN
        RAISE EXCEPTION 'The round is decided: its entitlements stay as they are'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_entitlement_added AFTER INSERT ON khbs_entitlement
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_entitlement_decided();
CREATE OR REPLACE TRIGGER khbs_entitlement_removed AFTER DELETE ON khbs_entitlement
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_entitlement_decided();
"""


class KhbsEntitlement(models.Model):
    """What one household may receive of one benefit in one round.

    Household, area and amount are a snapshot of the day the round was generated. The
    rows of a round are made by one statement (``khbs.round``), never one by one.
    """

    _name = "khbs.entitlement"
    _description = "Entitlement"
    _order = "id"
    _rec_name = "number"
    _log_access = False

    number = fields.Char(
        required=True, readonly=True, help="Number e of the EDC protocol."
    )
    # Its indexes below begin with the round.
    round_id = fields.Many2one(
        comodel_name="khbs.round", required=True, ondelete="restrict"
    )
    benefit_id = fields.Many2one(
        comodel_name="khbs.benefit", required=True, index=True, ondelete="restrict"
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        required=True,
        index=True,
        ondelete="restrict",
    )
    regency_id = fields.Many2one(
        comodel_name="khbs.area", required=True, ondelete="restrict"
    )
    amount = Rupiah(required=True)
    channel = fields.Selection(selection=CHANNELS, required=True)
    state = fields.Selection(selection=STATES, required=True, default="open")
    parent_id = fields.Many2one(
        comodel_name="khbs.entitlement",
        index="btree_not_null",
        ondelete="restrict",
        help="The entitlement this one was split from.",
    )
    benefit_line_id = fields.Many2one(
        comodel_name="khbs.benefit.line",
        string="Commodity",
        ondelete="restrict",
        help="Of a part that was split off: the commodity it grants.",
    )
    child_ids = fields.One2many(
        comodel_name="khbs.entitlement", inverse_name="parent_id", string="Parts"
    )
    claim_line_ids = fields.One2many(
        comodel_name="khbs.claim.line", inverse_name="entitlement_id"
    )
    claim_count = fields.Integer(compute="_compute_claim_count", compute_sudo=True)

    _number_uniq = models.Constraint(
        "UNIQUE (number)", "An entitlement with this number exists."
    )
    _number_form = models.Constraint(
        "CHECK (number ~ '^[A-Z0-9-]{1,24}$' AND"
        " (parent_id IS NOT NULL OR length(number) <= 22))",
        "An entitlement's number has up to 22 capitals, digits or hyphens.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The amount must be more than zero."
    )
    # Once per round, benefit and household (DESIGN 4.3).
    _root_uniq = models.UniqueIndex(
        "(round_id, benefit_id, household_id) WHERE parent_id IS NULL",
        "The household has this benefit in this round.",
    )
    _regency_idx = models.Index("(round_id, regency_id, benefit_id, state)")

    def init(self):
        self.env.cr.execute(TRIGGERS)

    @api.depends("number", "benefit_id", "round_id")
    @api.depends_context("khbs_as_aid")
    def _compute_display_name(self):
        """Call it by its number, or by what it gives where a person chooses the aid."""
        if not self.env.context.get("khbs_as_aid"):
            return super()._compute_display_name()
        for entitlement in self:
            aid = entitlement.sudo()
            entitlement.display_name = f"{aid.benefit_id.name} ({aid.round_id.code})"
        return None

    @api.model
    def _search_display_name(self, operator, value):
        """Find an aid by what it is called where a person chooses it."""
        if not self.env.context.get("khbs_as_aid") or operator != "ilike" or not value:
            return super()._search_display_name(operator, value)
        # Whoever chooses reads the names, and may not open benefits and rounds.
        env = self.sudo().with_context(active_test=False).env
        benefits = env["khbs.benefit"]._search([("name", operator, value)])
        rounds = env["khbs.round"]._search([("code", operator, value)])
        return Domain.OR(
            [
                Domain("benefit_id", "in", benefits),
                Domain("round_id", "in", rounds),
                Domain("number", operator, value),
            ]
        )

    @api.depends("claim_line_ids")
    def _compute_claim_count(self):
        counts = dict(
            self.env["khbs.claim.line"]._read_group(
                [("entitlement_id", "in", self.ids)], ["entitlement_id"], ["__count"]
            )
        )
        for entitlement in self:
            entitlement.claim_count = counts.get(entitlement, 0)

    def action_open_claims(self):
        """Show the claims of these entitlements."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "khbs_claims.khbs_claim_line_action"
        )
        return {**action, "domain": [("entitlement_id", "in", self.ids)]}

    def _held(self):
        """Return those of self that a terminal holds; khbs_edc knows (EDC 7)."""
        return self.browse()
