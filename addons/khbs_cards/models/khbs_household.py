# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain

from .. import life_cycle

# The roles that may read cards.
CARD_READERS = ",".join(
    f"khbs_registry.group_{role}"
    for role in (
        "card_officer",
        "field_officer",
        "terminal_officer",
        "registry_operator",
        "distribution_officer",
        "auditor",
        "administrator",
    )
)

# Why a family left, to the reason on its card's event.
_REASONS = {"DECEASED": "death", "MOVED_OUT": "moved"}


class KhbsHousehold(models.Model):
    _inherit = "khbs.household"

    card_ids = fields.One2many(
        comodel_name="khbs.card",
        inverse_name="household_id",
        string="Cards",
        groups=CARD_READERS,
    )
    card_count = fields.Integer(
        compute="_compute_card_count", compute_sudo=True, groups=CARD_READERS
    )

    hand_over_count = fields.Integer(
        string="Hand-overs", compute="_compute_hand_over_count", groups=CARD_READERS
    )

    def _compute_hand_over_count(self):
        counts = dict(
            self.env["khbs.card.hand.over"]._read_group(
                [("household_id", "in", self.ids)], ["household_id"], ["__count"]
            )
        )
        for household in self:
            household.hand_over_count = counts.get(household, 0)

    @api.depends("card_ids")
    def _compute_card_count(self):
        for household in self:
            household.card_count = len(household.card_ids)

    def _card_in_use(self):
        """Return the household's active or suspended card, or none."""
        self.ensure_one()
        return self.sudo().card_ids.filtered_domain(
            Domain("state", "in", life_cycle.IN_USE)
        )

    def _head_changed_by(self, delivery):
        result = super()._head_changed_by(delivery)
        for household in self.sudo().filtered("card_ids"):
            household._exchange_card("other", {"delivery": delivery.name})
        return result

    def _has_left(self, data):
        result = super()._has_left(data)
        for household in self.sudo().filtered("card_ids"):
            reason = _REASONS.get(household.reason_code, "other")
            blank = household.card_ids.filtered(
                lambda card: card.state in life_cycle.BLANK
            )
            blank.job_ids._close_open()
            blank._move_with("destroyed", reason, data)
            in_hands = household.card_ids.filtered(
                lambda card: card.state in (*life_cycle.ON_THE_WAY, *life_cycle.IN_USE)
            )
            in_hands._move_with("revoked", reason, data)
        return result

    def _exchange_card(self, reason, data):
        """Block what names the former head; queue a card for the family as it is now.

        :param data: what brought it about, for the events of the cards
        """
        self.ensure_one()
        cards = self.sudo().card_ids
        named = cards.filtered(life_cycle.names_somebody)
        on_the_way = named.filtered(lambda card: card.state in life_cycle.ON_THE_WAY)
        on_the_way._move_with("revoked", reason, data)
        active = named.filtered(lambda card: card.state == "active")
        active._move_with("suspended", reason, data)
        # Whoever draws a card just now begins anew, and so do we if he was first.
        cards.filtered(lambda card: card.state in life_cycle.BLANK)._touch()
        # The press has the former name already.
        cards.filtered(
            lambda card: card.state == "locked" and card.print_id.state == "made"
        )._spoil(reason)
        cards = self.sudo().card_ids
        waiting = cards.filtered(lambda card: card.state in life_cycle.BLANK)
        if named and not waiting and self.state in life_cycle.ENTITLED:
            profile = named.sorted("card_index")[-1].profile
            self.env["khbs.card"].sudo()._allocate(self, profile)

    def _hint_nothing(self, query):
        """Say of a card number that it is not of the programme (DOMAIN 12.19)."""
        number = query.words[0] if len(query.words) == 1 else ""
        return self.env["khbs.card"]._said_no_card(number) or super()._hint_nothing(
            query
        )

    def action_view_cards(self):
        """Open the cards of this household, the newest first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_cards.khbs_card_action"
        )
        return action | {"domain": [("household_id", "=", self.id)], "context": {}}

    def action_view_hand_overs(self):
        """Open the hand-overs of this family's cards."""
        self.ensure_one()
        hand_overs = self.env["khbs.card.hand.over"]
        return hand_overs._action_view(
            hand_overs.search([("household_id", "=", self.id)])
        )
