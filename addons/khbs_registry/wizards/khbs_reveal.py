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
# A reveal is of one family or of the few that one letter names.
MOST_HOUSEHOLDS = 10
PURPOSES = [
    ("verification", "Verification of the family"),
    ("complaint", "Handling of a complaint"),
    ("bank", "Difference with the bank"),
    ("subject", "Request of the person concerned"),
    ("audit", "Audit or investigation"),
]


class KhbsReveal(models.TransientModel):
    """Shows the NIK and KK of few households, once the purpose is on record.

    The numbers are never stored here: they are computed for the reader who gave
    the purpose, after the events of the reveal, one for each household, are committed.
    """

    _name = "khbs.reveal"
    _description = "Reveal of NIK and KK"
    _rec_name = "reference"

    household_id = fields.Many2one(
        comodel_name="khbs.household", readonly=True, ondelete="cascade"
    )
    household_ids = fields.Many2many(
        comodel_name="khbs.household",
        relation="khbs_reveal_household_rel",
        string="Households",
        readonly=True,
        default=lambda self: self._default_household_ids(),
    )
    purpose = fields.Selection(
        selection=PURPOSES, help="Why you must see the numbers; it is recorded."
    )
    reference = fields.Char(help="Number of the letter, complaint or assignment.")
    # Not Many2one: the events are committed by a transaction of its own, which this
    # one does not see.
    events = fields.Json(readonly=True)
    revealed = fields.Boolean(compute="_compute_numbers")
    kk_number = fields.Char(string="KK number", compute="_compute_numbers")
    numbers = fields.Text(string="NIK of the members", compute="_compute_numbers")

    @api.model
    def _default_household_ids(self):
        """Return the households that are selected in the list."""
        context = self.env.context
        if context.get("active_model") != "khbs.household":
            return []
        return context.get("active_ids") or []

    @api.depends("events")
    @api.depends_context("uid")
    def _compute_numbers(self):
        for reveal in self:
            households = reveal._revealed_households()
            households.check_access("read")
            households = households.sudo()
            reveal.revealed = bool(households)
            reveal.kk_number = households.kk_number if len(households) == 1 else False
            reveal.numbers = "\n\n".join(map(self._lines_of, households)) or False

    def _lines_of(self, household):
        lines = [
            f"{person.name}: {person.nik or '-'}" for person in household.person_ids
        ]
        if len(self.household_ids) > 1:
            lines.insert(0, f"{household.name} KK {household.kk_number or '-'}")
        lines += household._proposed_numbers()
        return "\n".join(lines)

    def _revealed_households(self):
        """Return the households whose reveal by this user stands on record."""
        self.ensure_one()
        events = self.env["khbs.audit.event"].sudo().browse(self.events or []).exists()
        may = self.env.user.has_group("khbs_registry.group_pii_reader")
        since = fields.Datetime.now() - _SHOWN_FOR
        mine = events.filtered(
            lambda event: (
                may
                and event.act == "household.reveal"
                and event.outcome == "done"
                and event.at > since
                and event.user_id == self.env.user
            )
        )
        return self._households().filtered(lambda one: one.id in mine.mapped("res_id"))

    def _households(self):
        return self.household_ids | self.household_id

    def write(self, vals):
        if not self.env.su and set(vals) - {"purpose", "reference"}:
            raise UserError(self.env._("Open the form anew."))
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        reveals = super().create(vals_list)
        # Looked at afterwards: a default of the context would not be in the values.
        if not self.env.su and any(reveals.mapped("events")):
            raise UserError(self.env._("Open the form anew."))
        return reveals

    def action_reveal(self):
        """Record who looks at which households and why, then show the numbers."""
        self.ensure_one()
        households = self._households()
        self.env["khbs.audit.event"]._require_group(
            "khbs_registry.group_pii_reader", "household.reveal", households
        )
        households.check_access("read")
        facts = {"purpose": self.purpose, "reference": self._checked_reference()}
        self._check_number_of(households)
        self._check_not_suspended(households)
        self.sudo().events = self.env["khbs.audit.event"]._record_seen(
            "household.reveal", households, facts
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("NIK and KK"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _checked_reference(self):
        reference = " ".join((self.reference or "").split())
        if not self.purpose or not reference:
            raise UserError(self.env._("Enter why you must see the numbers."))
        if _PERSONAL_NUMBER.search(reference):
            raise UserError(
                self.env._("The reference is kept on record: no NIK or KK in it.")
            )
        return reference

    def _check_number_of(self, households):
        if not households:
            raise UserError(self.env._("Open a household, or select some in the list."))
        if len(households) > MOST_HOUSEHOLDS:
            raise UserError(
                self.env._(
                    "At most %(most)s families are shown at once. Select fewer.",
                    most=MOST_HOUSEHOLDS,
                )
            )

    def _check_not_suspended(self, households):
        """Whoever had the processing of his data suspended is left in peace."""
        suspended = households.filtered("processing_suspended_on")
        if suspended and self.purpose not in ("subject", "audit"):
            raise UserError(
                self.env._(
                    "The processing of the data of %(families)s is suspended at their "
                    "request. They are shown for their own request or an audit only.",
                    families=", ".join(suspended.mapped("name")),
                )
            )
