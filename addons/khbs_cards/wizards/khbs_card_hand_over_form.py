# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import hand_over_papers, life_cycle
from .. import hand_over_receipt as receipts
from ..exceptions import ProtocolError
from ..models.khbs_card_device import OFFICE

# What the form has by the names that the receipt has.
_SAME = (
    "received_by",
    "relation",
    "representative_name",
    "document_number",
    "letter_checked",
    "letter_scan",
    "acknowledged",
    "witness_name",
    "notice_given",
    "photo",
)


class KhbsCardHandOverForm(models.TransientModel):
    """What the officer at the door enters; the card's own signature decides."""

    _name = "khbs.card.hand.over.form"
    _description = "Hand over a card"

    card_no = fields.Char(
        string="Card number",
        default=lambda self: self._opened_card_no(),
        help="Scan the QR code on the card, or type the number.",
    )
    refusal = fields.Text(compute="_compute_card")
    card_id = fields.Many2one(comodel_name="khbs.card", compute="_compute_card")
    card_state = fields.Selection(related="card_id.state", string="State of the card")
    household_id = fields.Many2one(related="card_id.household_id")
    area_id = fields.Many2one(related="card_id.area_id", string="Village")
    head_name = fields.Char(string="Head of family", compute="_compute_card")
    address = fields.Char(related="household_id.address")
    kk_masked = fields.Char(related="household_id.kk_masked")
    received_by = fields.Selection(
        selection=[one for one in receipts.RECEIVERS if one[0] != "family"],
        required=True,
        default="head",
    )
    representative_id = fields.Many2one(
        comodel_name="khbs.representative",
        string="Letter in the registry",
        domain="[('household_id', '=', household_id), ('valid', '=', True)]",
    )
    relation = fields.Selection(
        selection=receipts.RELATIONS, string="Relation to the family"
    )
    representative_name = fields.Char(string="Name as on the KTP")
    document_number = fields.Char(
        string="Number of the KTP", help="Only its keyed digest is kept."
    )
    letter_checked = fields.Boolean(string="I have seen the letter of authority")
    letter_scan = fields.Binary(string="Photo of the letter")
    letter_scan_name = fields.Char()
    family_warning = fields.Text(compute="_compute_family_warning")
    photo = fields.Image(max_width=1280, max_height=1280)
    latitude = fields.Float(digits=(9, 6))
    longitude = fields.Float(digits=(9, 6))
    accuracy_m = fields.Integer(string="Accuracy (m)")
    captured_at = fields.Datetime(string="Position taken at")
    acknowledged = fields.Selection(
        selection=receipts.ACKNOWLEDGEMENTS,
        string="Acknowledged by",
        required=True,
        default="signature",
    )
    witness_name = fields.Char(string="Witness of the thumb print")
    notice = fields.Text(compute="_compute_notice")
    notice_given = fields.Boolean(string="I have read out the notice")
    activation = fields.Text(
        string="Proof of the card",
        help="The text that the reader shows after the card was held to it.",
    )

    @api.model
    def _opened_card_no(self):
        """Return the number of the card from whose form this one was opened."""
        if self.env.context.get("active_model") != "khbs.card":
            return False
        card = self.env["khbs.card"].browse(self.env.context.get("active_id"))
        return card._filtered_access("read").card_no

    @api.depends("card_no")
    def _compute_card(self):
        for form in self:
            card, refusal = self.env["khbs.card"]._find_for_hand_over(form.card_no)
            form.card_id = card
            form.refusal = refusal
            form.head_name = card.household_id.head_id.name
            if card.state == "active":
                form.refusal = self.env._("The card is in use already.")

    @api.depends("document_number", "representative_id", "received_by")
    def _compute_family_warning(self):
        """Say when this representative took cards for many families already."""
        most = self.env["khbs.representative"]._most_families()
        rows = self.env["khbs.card.hand.over"]
        for form in self:
            number = form.representative_id.sudo().nik or form.document_number
            key = self.env["khbs.household"]._keyed(receipts.plain_number(number))
            count = rows._families_of(key)
            form.family_warning = form.received_by == "representative" and (
                count >= most
                and self.env._(
                    "This person has taken cards for %(count)s families already. Hand "
                    "over only with a letter of authority; it is looked at.",
                    count=count,
                )
            )

    def _compute_notice(self):
        self.notice = hand_over_papers.NOTICE

    def action_confirm(self):
        """Hand the card over and show what was written down."""
        self.ensure_one()
        cards = self.env["khbs.card"]
        self.env["khbs.audit.event"]._require_group(
            life_cycle.FIELD_OFFICER, "card.hand_over"
        )
        if known := cards._by_number("".join((self.card_no or "").split()).upper()):
            cards._check_own_village(known)
        card, refusal = cards._find_for_hand_over(self.card_no)
        if refusal:
            raise UserError(refusal)
        if not (self.activation or "").strip():
            raise UserError(
                self.env._(
                    "Hold the card to the reader and enter the text that it shows."
                )
            )
        self._require_this_card(card)
        card_id = cards.action_hand_over(
            self.activation.strip(), self._geotag(), self._receipt()
        )
        # The number of a person's KTP stays no longer than it is needed.
        self.document_number = False
        return self.env["khbs.card.hand.over"]._action_view(
            cards.browse(card_id).hand_over_ids
        )

    def _require_this_card(self, card):
        """Refuse the proof of another card than the one whose number was read."""
        try:
            signed, _payload = self.env["khbs.card"]._read_activation(
                self.activation.strip(), OFFICE
            )
        except ProtocolError:
            # The hand-over says what is wrong with it.
            return
        if card and signed != card:
            raise UserError(
                self.env._(
                    "The card at the reader is %(other)s, not %(card)s. Its number and "
                    "its chip do not belong together, or two cards were exchanged.",
                    other=signed.card_no,
                    card=card.card_no,
                )
            )

    def _geotag(self):
        """Return the position as the protocol writes it, or None without one."""
        if not (self.latitude or self.longitude):
            return None
        return [
            round(self.latitude * receipts.MILLIONTHS),
            round(self.longitude * receipts.MILLIONTHS),
            max(self.accuracy_m, 0),
        ]

    def _receipt(self):
        values = self.with_context(bin_size=False)
        receipt = {name: values[name] for name in _SAME}
        return receipt | {"representative_id": self.representative_id.id}
