# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry import append_only

from .. import hand_over_receipt as receipts
from ..life_cycle import CARD_OFFICER, FIELD_OFFICER


class KhbsCardHandOverAcknowledgement(models.Model):
    """How a family acknowledged a card that it took at a terminal (case 12.23).

    A terminal takes no signature, and the row of its hand-over is never changed: what
    the family signed on paper is entered here, once, as it is for the hand-overs of
    officers from before this was asked. A witness's name stands beside the
    other names, which may be redacted.
    """

    _name = "khbs.card.hand.over.acknowledgement"
    _description = "Acknowledgement of a card"
    _order = "id desc"
    _rec_name = "hand_over_id"
    _log_access = False

    hand_over_id = fields.Many2one(
        comodel_name="khbs.card.hand.over",
        string="Hand-over",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    at = fields.Datetime(
        string="Entered at",
        required=True,
        readonly=True,
        default=fields.Datetime.now,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Entered by",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    acknowledged = fields.Selection(
        selection=receipts.ACKNOWLEDGEMENTS,
        string="Acknowledged by",
        required=True,
        readonly=True,
    )
    witness_key = fields.Char(string="Digest of the witness", readonly=True)
    notice_given = fields.Boolean(string="Data protection notice given", readonly=True)

    _hand_over_uniq = models.Constraint(
        "UNIQUE (hand_over_id)", "How this card was acknowledged is entered already."
    )
    _thumb_print_witnessed = models.Constraint(
        "CHECK (acknowledged <> 'thumb_print' OR witness_key IS NOT NULL)",
        "A thumb print needs a named witness.",
    )
    _noticed = models.Constraint(
        "CHECK (notice_given)", "The notice on personal data is read out first."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)


class KhbsCardHandOver(models.Model):
    # One file for each part of a hand-over.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.hand.over"

    acknowledgement_ids = fields.One2many(
        comodel_name="khbs.card.hand.over.acknowledgement",
        inverse_name="hand_over_id",
        string="Entered afterwards",
    )
    sign = fields.Selection(
        selection=receipts.ACKNOWLEDGEMENTS,
        string="Signed with",
        compute="_compute_sign",
        help="At the hand-over, or entered afterwards where a terminal took none.",
    )
    notice_read = fields.Boolean(
        string="Notice read out",
        compute="_compute_sign",
        help="The notice on personal data, at the hand-over or afterwards.",
    )

    @api.depends("acknowledged", "notice_given", "acknowledgement_ids")
    def _compute_sign(self):
        for hand_over in self:
            later = hand_over.acknowledgement_ids
            hand_over.sign = hand_over.acknowledged or later.acknowledged
            hand_over.notice_read = hand_over.notice_given or later.notice_given

    def action_acknowledge(self, receipt):
        """Enter once how the families signed that did so on paper alone.

        :param receipt: dict acknowledged, notice_given and, with a thumb print,
            witness_name
        """
        self._require_acknowledger()
        given = self._checked_acknowledgement(receipt)
        witness = " ".join(given.get("witness_name", "").split())[:128]
        done = self.sudo()
        done._require_unsigned()
        key = self.env["khbs.household"]._keyed(witness.upper()) or False
        self.env["khbs.card.hand.over.acknowledgement"].sudo().create(
            [
                {
                    "hand_over_id": hand_over.id,
                    "user_id": self.env.uid,
                    "acknowledged": given["acknowledged"],
                    "witness_key": key,
                    "notice_given": True,
                }
                for hand_over in done
            ]
        )
        if witness:
            done._name_witness(witness)
        self.env["khbs.audit.event"]._record_each(
            "card.hand_over.acknowledge",
            {
                hand_over.card_id: {"acknowledged": given["acknowledged"]}
                for hand_over in done
            },
        )
        return True

    def _require_acknowledger(self):
        if not self.env.user.has_group(CARD_OFFICER):
            self.env["khbs.audit.event"]._require_group(
                FIELD_OFFICER, "card.hand_over.acknowledge", self.sudo().card_id
            )
        self.check_access("read")

    @api.model
    def _checked_acknowledgement(self, receipt):
        """Return what is told of a signature, complete.

        :raises UserError: something is wanting
        """
        allowed = {"acknowledged", "witness_name", "notice_given"}
        if not isinstance(receipt, dict) or receipt.keys() - allowed:
            raise UserError(self.env._("Use the form: it asks what is due."))
        return self._checked_signature(
            {name: value for name, value in receipt.items() if value}
        )

    def _require_unsigned(self):
        if not self:
            raise UserError(self.env._("Choose at least one hand-over."))
        for hand_over in self:
            if hand_over.sign:
                raise UserError(
                    self.env._(
                        "How card %(card)s was acknowledged is entered already, and "
                        "stays. Leave this hand-over out.",
                        card=hand_over.card_id.card_no,
                    )
                )

    def _name_witness(self, name):
        """Keep the witness's name where names are kept, if those are still there."""
        people = self.env["khbs.card.hand.over.people"]
        self.people_ids.filtered(lambda one: not one.redacted_at).witness_name = name
        people.create(
            [
                {
                    "hand_over_id": hand_over.id,
                    "household_id": hand_over.household_id.id,
                    "witness_name": name,
                }
                for hand_over in self
                if not hand_over.people_ids
            ]
        )
