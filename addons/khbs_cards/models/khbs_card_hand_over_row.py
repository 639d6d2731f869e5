# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry import append_only, geotag

from .. import hand_over_receipt as receipts
from ..life_cycle import FIELD_OFFICER

ADMINISTRATOR = "khbs_registry.group_administrator"


class KhbsCardHandOver(models.Model):
    """That a card was handed over: keys, hashes and coordinates (DESIGN 4.4).

    Written by the activation itself, in its transaction. Who stood there by name and
    the photo are in ``khbs.card.hand.over.people``, which may be redacted.
    """

    _name = "khbs.card.hand.over"
    _inherit = ["khbs.papered", "khbs.card.receipt.papers", "khbs.card.device"]
    _description = "Hand-over of a card"
    _order = "at desc, id desc"
    _rec_name = "card_id"
    _log_access = False

    card_id = fields.Many2one(
        comodel_name="khbs.card", required=True, readonly=True, ondelete="restrict"
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household",
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
        index=True,
        ondelete="restrict",
        help="Where the family belonged then.",
    )
    session_id = fields.Many2one(
        comodel_name="khbs.card.hand.over.session",
        string="Hand-over session",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    at = fields.Datetime(string="Handed over at", required=True, readonly=True)
    recorded_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, ondelete="restrict"
    )
    device_code = fields.Char(readonly=True)
    operator_code = fields.Char(string="Operator", readonly=True)
    mode = fields.Selection(
        selection=receipts.MODES, string="Way", required=True, readonly=True
    )
    has_position = fields.Boolean(string="Position taken", readonly=True)
    latitude = fields.Float(digits=(9, 6), readonly=True, aggregator=None)
    longitude = fields.Float(digits=(9, 6), readonly=True, aggregator=None)
    accuracy_m = fields.Integer(string="Accuracy (m)", readonly=True, aggregator=None)
    position_note = fields.Text(
        string="About the position", compute="_compute_position_note"
    )
    received_by = fields.Selection(
        selection=receipts.RECEIVERS, required=True, readonly=True
    )
    relation = fields.Selection(
        selection=receipts.RELATIONS, string="Relation to the family", readonly=True
    )
    representative_id = fields.Many2one(
        comodel_name="khbs.representative",
        string="Letter in the registry",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    document_key = fields.Char(
        string="Digest of the representative's number",
        readonly=True,
        index="btree_not_null",
        help="Keyed: it tells two persons apart, but not who they are.",
    )
    letter_checked = fields.Boolean(string="Letter of authority seen", readonly=True)
    letter_sha256 = fields.Char(string="SHA-256 of the letter", readonly=True)
    acknowledged = fields.Selection(
        selection=receipts.ACKNOWLEDGEMENTS, string="Acknowledged by", readonly=True
    )
    witness_key = fields.Char(string="Digest of the witness", readonly=True)
    notice_given = fields.Boolean(string="Data protection notice given", readonly=True)
    photo_sha256 = fields.Char(string="SHA-256 of the photo", readonly=True)
    activation = fields.Text(
        string="Proof of the card", readonly=True, help="What the card signed."
    )
    people_ids = fields.One2many(
        comodel_name="khbs.card.hand.over.people",
        inverse_name="hand_over_id",
        string="Names and photo",
    )

    _card_uniq = models.Constraint(
        "UNIQUE (card_id)", "This card has been handed over already."
    )
    _thumb_print_witnessed = models.Constraint(
        "CHECK (acknowledged <> 'thumb_print' OR witness_key IS NOT NULL)",
        "A thumb print needs a named witness.",
    )
    _representative_related = models.Constraint(
        "CHECK (received_by <> 'representative' OR relation IS NOT NULL)",
        "A representative has a relation to the family.",
    )
    _position_whole = models.Constraint(
        "CHECK (has_position = (latitude IS NOT NULL AND longitude IS NOT NULL))",
        "A position has a latitude and a longitude.",
    )
    _device_idx = models.Index("(device_code, at)")
    _at_idx = models.Index("(at DESC, id DESC)")

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.depends("has_position", "latitude", "longitude", "accuracy_m")
    def _compute_position_note(self):
        for hand_over in self:
            notes = []
            if not hand_over.has_position:
                notes.append(self.env._("No position was taken."))
            elif not geotag.in_province(hand_over.latitude, hand_over.longitude):
                notes.append(self.env._("The position lies outside the province."))
            if hand_over.accuracy_m > geotag.COARSE_ACCURACY_M:
                notes.append(self.env._("The position is less exact than 100 m."))
            hand_over.position_note = "\n".join(notes)

    @api.model
    def _checked_receipt(self, receipt, household):
        """Return what an officer tells of a hand-over to *household*, complete.

        :param receipt: dict of ``hand_over_receipt.NAMES`` as an RPC call may send it
        :raises UserError: something is wanting; the sentence says what
        """
        if not isinstance(receipt, dict) or receipt.keys() - receipts.NAMES:
            raise UserError(self.env._("Use the hand-over form: it asks what is due."))
        given = {name: value for name, value in receipt.items() if value}
        if any(not isinstance(given.get(name, ""), str) for name in receipts.TEXTS):
            raise UserError(self.env._("Use the hand-over form: it asks what is due."))
        if given.get("received_by") not in ("head", "member", "representative"):
            raise UserError(self.env._("Choose who receives the card."))
        given = self._checked_signature(given)
        if given["received_by"] != "representative":
            return {
                name: value
                for name, value in given.items()
                if name not in receipts.OF_REPRESENTATIVES
            }
        return self._checked_representative(given, household)

    @api.model
    def _checked_signature(self, given):
        """Return *given* with a signature, or a thumb print and its witness.

        :raises UserError: one of them or the notice is wanting
        """
        if given.get("acknowledged") not in dict(receipts.ACKNOWLEDGEMENTS):
            raise UserError(
                self.env._("Choose how it is acknowledged: signature or thumb print.")
            )
        if given["acknowledged"] == "thumb_print" and not self._text(
            given, "witness_name"
        ):
            raise UserError(
                self.env._("A thumb print needs a witness: enter the witness's name.")
            )
        if given["acknowledged"] == "signature":
            given.pop("witness_name", None)
        if given.get("notice_given") is not True:
            raise UserError(
                self.env._(
                    "Read out the notice on personal data first, and tick that you did."
                )
            )
        return given

    @api.model
    def _checked_representative(self, given, household):
        if "representative_id" in given:
            letters = household.sudo()._representatives()
            letter = letters.filtered(lambda one: one.id == given["representative_id"])
            if not letter:
                raise UserError(
                    self.env._(
                        "This letter of authority is not in force for the family. "
                        "Choose another one, or enter who is here."
                    )
                )
            return given | {
                "relation": letter.relation,
                "representative_name": letter.name,
                "document_number": letter.nik or letter.letter_number,
                "letter_checked": True,
            }
        if given.get("relation") not in dict(receipts.RELATIONS):
            raise UserError(
                self.env._("Choose how the representative is related to the family.")
            )
        if not self._text(given, "representative_name"):
            raise UserError(self.env._("Enter the name of the representative."))
        if not self._text(given, "document_number"):
            raise UserError(self.env._("Enter the number of the representative's KTP."))
        if given.get("letter_checked") is not True:
            raise UserError(
                self.env._(
                    "Look at the letter of authority, and tick that you did. Without "
                    "one the card stays with you."
                )
            )
        return given

    @api.model
    def _text(self, given, name):
        value = given.get(name)
        return isinstance(value, str) and value.strip()

    @api.model
    def _write_down(self, card, mode, device_code, data, receipt, at=None):
        """Write one hand-over down and return it.

        :param data: dict jws, op, gps of the activation
        :param receipt: dict as ``_checked_receipt`` returns it, or a terminal's
        :param at: when it was (UTC, naive), if not now
        """
        people = self.env["khbs.card.hand.over.people"]._read(receipt)
        numbers = self.env["khbs.household"]
        document = receipts.plain_number(receipt.get("document_number"))
        vals = {
            "card_id": card.id,
            "household_id": card.household_id.id,
            "area_id": card.household_id.area_id.id,
            "session_id": self.env["khbs.card.hand.over.line"]._session_of(card).id,
            "at": at or self.env.cr.now(),
            "user_id": self.env.uid,
            "device_code": device_code,
            "operator_code": data.get("op"),
            "mode": mode,
            "received_by": receipt.get("received_by") or "family",
            "relation": receipt.get("relation"),
            "representative_id": receipt.get("representative_id"),
            "document_key": numbers._keyed(document) or False,
            "letter_checked": bool(receipt.get("letter_checked")),
            "letter_sha256": people.letter_sha256,
            "acknowledged": receipt.get("acknowledged"),
            "witness_key": numbers._keyed(
                " ".join((receipt.get("witness_name") or "").upper().split())
            )
            or False,
            "notice_given": bool(receipt.get("notice_given")),
            "photo_sha256": people.photo_sha256,
            "activation": data.get("jws"),
            "has_position": False,
        }
        # Written without a value, a Float would hold 0: a place in the Gulf of Guinea.
        if position := receipts.Position.of(data.get("gps")):
            vals |= {
                "has_position": True,
                "latitude": position.latitude,
                "longitude": position.longitude,
                "accuracy_m": position.accuracy_m,
            }
        hand_over = self.sudo().create(vals)
        if people.vals:
            hand_over.people_ids.create(
                people.vals
                | {"hand_over_id": hand_over.id, "household_id": card.household_id.id}
            )
        return hand_over

    @api.model
    def _action_view(self, hand_overs, name=None):
        """Show *hand_overs*: the one of a card as a form, several as a list."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_cards.khbs_card_hand_over_action"
        )
        action |= {"domain": [("id", "in", hand_overs.ids)], "context": {}}
        if name:
            action["name"] = name
        if len(hand_overs) == 1:
            action |= {"res_id": hand_overs.id, "views": [(False, "form")]}
        return action

    def action_view_card(self):
        """Open the card."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.card",
            "res_id": self.card_id.id,
            "views": [(False, "form")],
        }

    def action_receipt(self):
        """Issue the receipt of card and PIN (paper no. 6) and download it."""
        self.ensure_one()
        self.check_access("read")
        events = self.env["khbs.audit.event"]
        if not self.env.user.has_group("khbs_registry.group_card_officer"):
            events._require_group(FIELD_OFFICER, "card.receipt", self.card_id)
        return self._issue_receipt().action_pdf()

    def action_redact(self):
        """Take the names and the pictures away; what was done stays."""
        self.env["khbs.audit.event"]._require_group(
            ADMINISTRATOR, "card.hand_over.redact", self.sudo().card_id
        )
        self.check_access("read")
        self.sudo().people_ids._redact()
        return True

    @api.model
    def _families_of(self, document_key):
        """Return for how many families the person of this key took a card.

        Over all areas: nobody counts for less because the villages differ.
        """
        if not document_key:
            return 0
        [[count]] = self.env.execute_query(
            SQL(
                "SELECT count(DISTINCT household_id) FROM khbs_card_hand_over "
                "WHERE document_key = %s",
                document_key,
            )
        )
        return count
