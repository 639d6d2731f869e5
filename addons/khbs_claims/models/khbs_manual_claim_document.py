# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

COMPARE = "manual_claim.compare"
WRONG_DIGITS_A_DAY = 10


class KhbsManualClaimDocument(models.AbstractModel):
    """Who came, and the document that stands in for the card's own proof."""

    _name = "khbs.manual.claim.document"
    _description = "Document of a claim without a card"

    received_by = fields.Selection(
        selection=[("head", "Head of family"), ("member", "Member of the family")],
        string="Who came",
        required=True,
        default="head",
    )
    document = fields.Selection(
        selection=[("ktp", "KTP"), ("kk", "KK")], required=True, default="ktp"
    )
    last_digits = fields.Char(
        string="Last four digits",
        size=4,
        store=False,
        compute="_compute_last_digits",
        inverse="_inverse_last_digits",
        help="Of the NIK on the KTP, or of the number of the KK, as shown to you. They "
        "are compared and not kept.",
    )
    document_checked = fields.Boolean(
        readonly=True, copy=False, help="The digits were those of the registry."
    )

    def _compute_last_digits(self):
        self.last_digits = False

    def _inverse_last_digits(self):
        """Compare what was typed with the registry; a wrong entry leaves a trace."""
        typed = self.filtered("last_digits")
        if len(typed) > 1:
            # What is wrong is counted one after the other.
            raise UserError(self.env._("Enter the digits of one claim at a time."))
        for claim in typed:
            claim._refuse_guessing()
            shown = {number[-4:] for number in claim._document_numbers()}
            claim.sudo().document_checked = claim.last_digits.strip() in shown
            if not claim.document_checked:
                self.env["khbs.audit.event"]._record_refused(
                    COMPARE, claim, {"document": claim.document}
                )

    def _refuse_guessing(self):
        """Stop whoever tries digits until some fit.

        One at a time of each user, and counted on a connection of its own: what was
        wrong a moment ago in another request counts too.
        """
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [COMPARE, self.env.uid]
        )
        since = fields.Datetime.now() - timedelta(days=1)
        with self.env.registry.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM khbs_audit_event"
                " WHERE user_id = %s AND act = %s AND at > %s",
                [self.env.uid, COMPARE, since],
            )
            [wrong] = cr.fetchone()
        if wrong >= WRONG_DIGITS_A_DAY:
            raise UserError(
                self.env._(
                    "You have entered %(count)s wrong numbers since yesterday. Nothing "
                    "more is compared for you today: let a colleague enter this claim.",
                    count=wrong,
                )
            )

    def _document_numbers(self):
        """Return the numbers that the document may bear, from the registry."""
        family = self.sudo().household_id
        if self.document == "kk":
            return [family.kk_number] if family.kk_number else []
        living = family.person_ids.filtered(lambda person: person.state == "alive")
        head = family.head_id
        came = head if self.received_by == "head" else living - head
        return [number for number in came.mapped("nik") if number]
