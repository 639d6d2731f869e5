# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.rupiah import Rupiah

MAKER = "khbs_registry.group_distribution_officer"
APPROVER = "khbs_registry.group_approver"
LIMIT_PARAMETER = "khbs.manual_claims_per_day"
DEFAULT_LIMIT = 10
# Stopped for any other reason, a card is no proof of anything.
DAMAGED = "damaged"


class KhbsManualClaim(models.Model):
    """Aid for a family whose card the water or the road has ruined (DOMAIN 12.21).

    No card signs: the number on the plastic, the person's KTP or KK, a photo and the
    approval of a second person stand in its place, a few times a day at one point.
    The card is stopped when the claim is handed in, so it cannot claim once more.
    """

    _name = "khbs.manual.claim"
    _inherit = ["khbs.guarded", "khbs.approvable", "khbs.manual.claim.document"]
    _description = "Claim without a card"
    _order = "id desc"

    _guarded_fields = (
        "name",
        "state",
        "submitted_at",
        "approved_on",
        "slot",
        "claim_id",
        "document_checked",
        "return_note",
        "round_number",
    )
    _editable_states = ("draft",)
    _reading_actions = ("action_approve",)
    _unread_steps = ("submitted", "returned")
    _content_fields = (
        "state",
        "round_number",
        "card_id",
        "received_by",
        "document",
        "document_checked",
        "damage",
        "point_id",
        "entitlement_ids",
        "amount",
        "note",
    )

    name = fields.Char(string="Number", readonly=True, copy=False)
    card_no = fields.Char(
        string="Card number", required=True, help="As it stands on the damaged card."
    )
    card_id = fields.Many2one(
        comodel_name="khbs.card",
        compute="_compute_card_id",
        # The rules of cards decide whether this user finds it.
        compute_sudo=False,
        store=True,
        index=True,
        ondelete="restrict",
    )
    household_id = fields.Many2one(related="card_id.household_id", store=True)
    area_id = fields.Many2one(
        related="card_id.household_id.area_id", string="Village", store=True, index=True
    )
    damage = fields.Selection(
        selection=[
            ("water", "Water"),
            ("broken", "Broken"),
            ("unreadable", "Chip does not answer"),
        ],
        required=True,
        default="water",
    )
    photo = fields.Image(
        max_width=1280, max_height=1280, help="The person with the damaged card."
    )
    point_id = fields.Many2one(
        comodel_name="khbs.point", required=True, index=True, ondelete="restrict"
    )
    entitlement_ids = fields.Many2many(
        comodel_name="khbs.entitlement",
        relation="khbs_manual_claim_entitlement_rel",
        string="Aid",
        domain="[('household_id', '=', household_id), ('state', '=', 'open'),"
        " ('round_id.state', '=', 'open'), ('channel', '!=', 'account')]",
    )
    amount = Rupiah(compute="_compute_amount", store=True)
    note = fields.Text()
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("submitted", "Waits for approval"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("cancelled", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
    )
    submitted_at = fields.Datetime(
        readonly=True, copy=False, help="From then on the card is stopped."
    )
    decided_by_id = fields.Many2one(
        comodel_name="res.users",
        compute="_compute_decided_by_id",
        compute_sudo=True,
        help="Who approved or refused it.",
    )
    return_note = fields.Char(string="Refused because", readonly=True, copy=False)
    round_number = fields.Integer(readonly=True, default=1, copy=False, aggregator=None)
    approved_on = fields.Date(readonly=True, copy=False, help="Day in WIB.")
    slot = fields.Integer(
        string="Of the day",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Counts the approved claims of the point on that day.",
    )
    claim_id = fields.Many2one(
        comodel_name="khbs.claim", readonly=True, copy=False, ondelete="restrict"
    )

    _name_uniq = models.Constraint("UNIQUE (name)", "This number is taken.")
    _open_uniq = models.UniqueIndex(
        "(household_id) WHERE state IN ('draft', 'submitted')",
        "A claim without a card of this family is under way already.",
    )
    # The limit of a day is kept by numbering its claims: two approvals at the same
    # moment cannot have the same number.
    _slot_uniq = models.UniqueIndex(
        "(point_id, approved_on, slot) WHERE slot IS NOT NULL",
        "Another claim of this point was approved just now. Press the button again.",
    )
    _approved = models.Constraint(
        "CHECK ((state = 'approved') = (claim_id IS NOT NULL AND slot IS NOT NULL"
        " AND approved_on IS NOT NULL))",
        "An approved claim has its evidence and its number of the day.",
    )
    _handed_in = models.Constraint(
        "CHECK (state NOT IN ('submitted', 'approved') OR"
        " (card_id IS NOT NULL AND document_checked AND submitted_at IS NOT NULL))",
        "Only a claim whose card and document were checked is handed in.",
    )

    @api.depends("card_no")
    def _compute_card_id(self):
        for claim in self:
            number = (claim.card_no or "").replace(" ", "").upper()
            card = self.env["khbs.card"]._by_number(number)
            claim.card_id = card.with_env(self.env)._filtered_access("read")

    @api.depends("entitlement_ids.amount")
    def _compute_amount(self):
        for claim in self:
            claim.amount = sum(claim.sudo().entitlement_ids.mapped("amount"))

    @api.depends("state")
    def _compute_decided_by_id(self):
        decisions = self.env["khbs.approval"].search(
            [
                ("model", "=", self._name),
                ("res_id", "in", self.ids),
                ("step", "in", ("approved", "returned")),
            ]
        )
        deciders = {decision.res_id: decision.user_id for decision in decisions}
        for claim in self:
            claim.decided_by_id = deciders.get(claim._origin.id)

    @api.onchange("card_no")
    def _onchange_card_no(self):
        self.entitlement_ids = False

    @api.model_create_multi
    def create(self, vals_list):
        claims = super().create(vals_list)
        for claim in claims.sudo():
            claim.name = self.env["ir.sequence"].sudo().next_by_code(self._name)
        return claims

    def write(self, vals):
        # Digits that were compared belong to the document of that moment.
        if not self.env.su and vals.keys() & {"received_by", "document", "card_no"}:
            self.sudo().document_checked = False
        return super().write(vals)

    def action_submit(self):
        """Hand these claims in; their cards are stopped from now on."""
        self.env["khbs.audit.event"]._require_group(MAKER, "manual_claim.submit", self)
        self.check_access("write")
        self.lock_for_update()
        self._require_state("draft")
        for claim in self:
            claim._check_complete()
            claim._check_claimable()
            card = claim.card_id.sudo()
            card._suspend(DAMAGED, data={"manual_claim": claim.name})
            self.env["khbs.approval"]._decide(
                claim,
                "submitted",
                MAKER,
                claim._content_sha256(),
                round_number=claim.round_number,
            )
            claim.sudo().write(
                {"state": "submitted", "submitted_at": fields.Datetime.now()}
            )
        return True

    def action_approve(self):
        """Grant the aid of these claims: from now on it counts as handed over."""
        for claim in self:
            claim._approve()
        return True

    def action_refuse(self, note):
        """Refuse these claims; nothing was handed over and the aid stays open."""
        events = self.env["khbs.audit.event"]
        events._require_group(APPROVER, "manual_claim.refuse", self)
        self.lock_for_update(allow_referencing=True)
        self._require_state("submitted")
        if not (note or "").strip():
            raise UserError(self.env._("Say why the claim is refused."))
        for claim in self:
            self.env["khbs.approval"]._decide(
                claim,
                "returned",
                APPROVER,
                claim._content_sha256(),
                note=note.strip(),
                round_number=claim.round_number,
            )
        self.sudo().write({"state": "refused", "return_note": note.strip()})
        return True

    def action_cancel(self):
        """Withdraw claims that nobody approved yet."""
        events = self.env["khbs.audit.event"]
        events._require_group(MAKER, "manual_claim.cancel", self)
        self.check_access("write")
        self.lock_for_update(allow_referencing=True)
        self._require_state("draft", "submitted")
        self.sudo().state = "cancelled"
        for claim in self:
            events._record("manual_claim.cancel", claim)
        return True

    def action_open_claim(self):
        """Show the evidence that the approval made."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.claim",
            "res_id": self.claim_id.id,
            "views": [[False, "form"]],
        }

    def _approve(self):
        self.ensure_one()
        approvals = self.env["khbs.approval"]
        self.env["khbs.audit.event"]._require_group(
            APPROVER, "manual_claim.approve", self
        )
        approvals._refuse_author(self, "approved")
        self.lock_for_update(allow_referencing=True)
        self._require_state("submitted")
        self.sudo().entitlement_ids.lock_for_update(allow_referencing=True)
        self._check_claimable()
        day = fields.Date.context_today(self.with_context(tz="Asia/Pontianak"))
        slot = self._next_slot(day)
        approvals._decide(
            self,
            "approved",
            APPROVER,
            self._content_sha256(),
            round_number=self.round_number,
        )
        self.sudo().write(
            {
                "slot": slot,
                "approved_on": day,
                "claim_id": self.sudo()._make_claim().id,
                "state": "approved",
            }
        )

    def _next_slot(self, day):
        """Return the number that this claim has among those of its point and day."""
        self.ensure_one()
        taken = self.sudo().search_count(
            [("point_id", "=", self.point_id.id), ("approved_on", "=", day)]
        )
        limit = self._limit()
        if taken >= limit:
            raise UserError(
                self.env._(
                    "%(point)s has had its %(limit)s claims without a card today. "
                    "Approve this one tomorrow, or let the administrator raise "
                    "%(parameter)s.",
                    point=self.sudo().point_id.display_name,
                    limit=limit,
                    parameter=LIMIT_PARAMETER,
                )
            )
        return taken + 1

    @api.model
    def _limit(self):
        entered = self.env["ir.config_parameter"].sudo().get_param(LIMIT_PARAMETER)
        return int(entered) if entered and entered.isdecimal() else DEFAULT_LIMIT

    def _check_complete(self):
        """Raise UserError while something that stands in for the card is missing."""
        self.ensure_one()
        if not self.card_id:
            raise UserError(
                self.env._(
                    "No card of your villages has the number %(number)s. Read it from "
                    "the plastic again; a campaign card is not valid.",
                    number=self.card_no,
                )
            )
        if not self.document_checked:
            raise UserError(
                self.env._(
                    "The last four digits are not those of the person's document in "
                    "the registry. Look at the KTP or KK again; if they differ, the "
                    "registry is to be mended first."
                )
            )
        if not self.photo:
            raise UserError(
                self.env._("Take a photo of the person with the damaged card.")
            )
        if not self.entitlement_ids:
            raise UserError(self.env._("Choose the aid that is to be handed over."))

    def _check_claimable(self):
        """Raise UserError unless all the aid may be handed over at this moment."""
        self.ensure_one()
        claim = self.sudo()
        self._check_card()
        if claim.area_id not in claim.point_id.village_ids | claim.point_id.area_id:
            raise UserError(
                self.env._(
                    "%(point)s does not serve %(village)s. Choose the point where the "
                    "family stands.",
                    point=claim.point_id.display_name,
                    village=claim.area_id.display_name,
                )
            )
        today = fields.Date.context_today(self.with_context(tz="Asia/Pontianak"))
        for entitlement in claim.entitlement_ids:
            aid = entitlement.round_id
            if (
                entitlement.household_id != claim.household_id
                or entitlement.state != "open"
                or entitlement.channel == "account"
                or aid.state != "open"
                or not aid.date_from <= today <= aid.date_to
            ):
                raise UserError(
                    self.env._(
                        "%(number)s cannot be handed over now: it is not open, not "
                        "this family's, or its round is over. Take it off the claim.",
                        number=entitlement.number,
                    )
                )
        held = claim.entitlement_ids._held()
        if held:
            raise UserError(
                self.env._(
                    "A terminal holds %(numbers)s and may be paying it without a "
                    "network. Let that terminal fetch the newest list and send its "
                    "journal: the card is stopped, so it gives the aid back.",
                    numbers=", ".join(held.mapped("number")),
                )
            )

    def _check_card(self):
        """Refuse a card that was stopped for anything but its damage."""
        card = self.card_id.sudo()
        stopped = card.event_ids.filtered(lambda e: e.to_state == "suspended")
        reason = stopped.sorted("id")[-1:].reason_code
        if card.state == "active" or (card.state == "suspended" and reason == DAMAGED):
            if card.household_id.state in ("decided", "active"):
                return
            raise UserError(
                self.env._("The family of this card may not receive aid now.")
            )
        raise UserError(
            self.env._(
                "Card %(card)s is not in use, or is stopped for another reason than "
                "its damage. Look at its story; nothing is handed over.",
                card=card.card_no,
            )
        )

    def _content_parts(self):
        photo = self.sudo().with_context(bin_size=False).photo or b""
        return hashlib.sha256(photo).hexdigest()

    def _make_claim(self):
        """Write the evidence, its outcome and its booking; return the claim.

        The numbers of the EDC protocol stay with terminals: this claim has a jti of
        its own form, the document it stands on instead of a signature.
        """
        self.ensure_one()
        lines = [
            Command.create(
                {
                    "entitlement_id": entitlement.id,
                    "e": entitlement.number,
                    "benefit_code": entitlement.benefit_id.code,
                    "round_code": entitlement.round_id.code,
                    "amount": entitlement.amount,
                }
            )
            for entitlement in self.entitlement_ids.sorted("id")
        ]
        claim = self.env["khbs.claim"].create(
            {
                "jti": f"MANUAL-{self.id}",
                "card_no": self.card_id.card_no,
                "card_id": self.card_id.id,
                "household_id": self.household_id.id,
                "area_id": self.area_id.id,
                "point_id": self.point_id.id,
                "terminal_code": "MANUAL",
                "mode": "manual",
                "operator_code": self.create_uid.login,
                "signed_at": self.submitted_at,
                "jws": json.dumps(
                    {"manual_claim": self.name, "sha256": self._content_sha256()}
                ),
                "line_ids": lines,
            }
        )
        claim.line_ids._settle_manual()
        return claim
