# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# A reference is a number of a letter or a complaint, never a NIK or KK: the event
# that keeps it holds no personal number (DESIGN 4.4).
_PERSONAL_NUMBER = re.compile(r"[0-9]([ .-]?[0-9]){11,}")
# After that the purpose is asked anew.
_SHOWN_FOR = timedelta(minutes=15)


class KhbsReveal(models.TransientModel):
    """Shows the NIK and KK of a household, once its purpose is on record.

    The numbers are never stored here: they are computed for the reader who gave
    the purpose, after the event of the reveal is committed.
    """

    _name = "khbs.reveal"
    _description = "Reveal of NIK and KK"
    _rec_name = "reference"

    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, readonly=True, ondelete="cascade"
    )
    purpose = fields.Selection(
        selection=[
            ("verification", "Verification of the family"),
            ("complaint", "Handling of a complaint"),
            ("bank", "Difference with the bank"),
            ("subject", "Request of the person concerned"),
            ("audit", "Audit or investigation"),
        ],
        help="Why you must see the numbers; it is recorded.",
    )
    reference = fields.Char(help="Number of the letter, complaint or assignment.")
    # Not a Many2one: the event is committed by a transaction of its own, which this
    # one does not see.
    event = fields.Integer(readonly=True)
    revealed = fields.Boolean(compute="_compute_numbers")
    kk_number = fields.Char(string="KK number", compute="_compute_numbers")
    numbers = fields.Text(string="NIK of the members", compute="_compute_numbers")

    @api.depends("event")
    @api.depends_context("uid")
    def _compute_numbers(self):
        for reveal in self:
            event = self.env["khbs.audit.event"].sudo().browse(reveal.event).exists()
            mine = (
                event.act == "household.reveal"
                and event.outcome == "done"
                and event.at > fields.Datetime.now() - _SHOWN_FOR
                and event.user_id == self.env.user
                and event.res_id == reveal.household_id.id
                and self.env.user.has_group("khbs_registry.group_pii_reader")
            )
            reveal.revealed = mine
            household = reveal.household_id if mine else reveal.household_id.browse()
            household.check_access("read")
            household = household.sudo()
            reveal.kk_number = household.kk_number
            reveal.numbers = "\n".join(
                f"{person.name}: {person.nik or '-'}" for person in household.person_ids
            )

    def write(self, vals):
        if not self.env.su and set(vals) - {"purpose", "reference"}:
            raise UserError(self.env._("Open the form anew."))
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        reveals = super().create(vals_list)
        # Looked at afterwards: a default of the context would not be in the values.
        if not self.env.su and any(reveals.mapped("event")):
            raise UserError(self.env._("Open the form anew."))
        return reveals

    def action_reveal(self):
        """Record who looks at which household and why, then show the numbers."""
        self.ensure_one()
        household = self.household_id
        events = self.env["khbs.audit.event"]
        events._require_group(
            "khbs_registry.group_pii_reader", "household.reveal", household
        )
        household.check_access("read")
        reference = " ".join((self.reference or "").split())
        if not self.purpose or not reference:
            raise UserError(self.env._("Enter why you must see the numbers."))
        if _PERSONAL_NUMBER.search(reference):
            raise UserError(
                self.env._("The reference is kept on record: no NIK or KK in it.")
            )
        # A cursor of its own: the reveal stays on record whatever comes after.
        with self.env.registry.cursor() as cr:
            event = (
                events.with_env(self.env(cr=cr))
                ._record(
                    "household.reveal",
                    household.with_env(self.env(cr=cr)),
                    {
                        "purpose": self.purpose,
                        "reference": reference,
                        "members": len(household.person_ids),
                    },
                )
                .id
            )
        self.sudo().event = event
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("NIK and KK"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
