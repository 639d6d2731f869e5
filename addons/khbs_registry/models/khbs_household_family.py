# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ..identity_numbers import kk_form_error, mask


class KhbsHouseholdFamily(models.AbstractModel):
    """The household's part in family events: members, KK numbers, its story."""

    _name = "khbs.household.family"
    _description = "Household: family events"

    family_event_ids = fields.One2many(
        comodel_name="khbs.family.event", inverse_name="household_id"
    )
    family_event_count = fields.Integer(
        string="Family events", compute="_compute_family_event_count", compute_sudo=True
    )

    change_request_ids = fields.One2many(
        comodel_name="khbs.change.request", inverse_name="household_id"
    )
    change_request_count = fields.Integer(
        string="Change requests",
        compute="_compute_change_request_count",
        compute_sudo=True,
    )
    representative_ids = fields.One2many(
        comodel_name="khbs.representative",
        inverse_name="household_id",
        string="Representatives",
    )

    @api.depends("family_event_ids")
    def _compute_family_event_count(self):
        for household in self:
            household.family_event_count = len(household.family_event_ids)

    @api.depends("change_request_ids")
    def _compute_change_request_count(self):
        for household in self:
            household.change_request_count = len(household.change_request_ids)

    def _has_left(self, data):
        """Act on what these families, which have left the registry, still hold.

        The addons above extend it; to a family that left earlier nothing is done.

        :param data: what brought it about, for the trail
        """

    def action_family_event(self):
        """Begin an event of this family; nothing changes before it is accepted."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_registry.khbs_family_event_action"
        )
        return {
            **action,
            "views": [(False, "form")],
            "context": {"default_household_id": self.id},
        }

    def action_change_request(self):
        """Begin to propose other values for this family or its members."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_registry.khbs_change_request_action"
        )
        return {
            **action,
            "views": [(False, "form")],
            "context": {"default_household_id": self.id},
        }

    def action_view_change_requests(self):
        return self._action_of_household("khbs_registry.khbs_change_request_action")

    def action_view_family_events(self):
        return self._action_of_household("khbs_registry.khbs_family_event_action")

    def _present_members(self):
        """Return who lives in these families, as far as is known."""
        return self.person_ids.filtered(lambda person: person.state == "alive")

    def _forget_position(self):
        """Leave the position behind: NULL, which no Float is written as."""
        self.write({"captured_at": False, "captured_by_id": False})
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_household
                   SET latitude = NULL, longitude = NULL, accuracy_m = NULL
                 WHERE id = ANY(%s)
                """,
                self.ids,
            )
        )
        self.invalidate_recordset(["latitude", "longitude", "accuracy_m"])

    def _renumber_kk(self, kk_number, reason, valid_from, event=None):
        """Give the household another KK number; the former one stays in its history.

        :param kk_number: sixteen digits; None: the new one is not issued yet
        :param reason: document that says so, as the history shows it
        :param valid_from: date of the new number, and the last one of the former
        :param event: the khbs.family.event, if one brought it
        """
        self.ensure_one()
        household = self.sudo()
        if household.kk_number == kk_number:
            return
        if kk_number:
            self._refuse_kk_form(kk_number)
            household._refuse_taken_kk(kk_number)
        household._close_kk(valid_from)
        household.kk_number = kk_number or False
        if kk_number:
            household._add_kk(kk_number, reason, valid_from, event=event)

    def _close_kk(self, valid_to):
        """End the present number of the history."""
        present = self.kk_ids.filtered(lambda number: not number.valid_to)
        for number in present:
            number.valid_to = max(number.valid_from, valid_to)
        self.env.flush_all()

    def _add_kk(self, kk_number, reason, valid_from, valid_to=None, event=None):
        self.env["khbs.household.kk"].sudo().create(
            {
                "household_id": self.id,
                "kk_number": kk_number,
                "valid_from": valid_from,
                "valid_to": valid_to,
                "reason": reason,
                "event_id": event and event.id,
            }
        )

    @api.model
    def _refuse_kk_form(self, kk_number):
        if kk_form_error(kk_number):
            raise UserError(
                self.env._(
                    "This is no KK number: it has sixteen digits, with the day and the "
                    "month of its recording in the seventh to the tenth."
                )
            )

    def _refuse_taken_kk(self, kk_number):
        taken = (
            self.env["khbs.household"]
            .sudo()
            .search(
                [
                    ("kk_number", "=", kk_number),
                    ("state", "!=", "exited"),
                    ("id", "not in", self.ids),
                ],
                limit=1,
            )
        )
        if taken:
            raise UserError(
                self.env._(
                    "The KK number %(number)s belongs to %(household)s. Compare it "
                    "with the KK; two families never have one number.",
                    number=mask(kk_number),
                    household=taken._label_in_reach(),
                )
            )

    def _proposed_numbers(self):
        """Return a line for each number that waits for a decision: for a reveal."""
        events = self.family_event_ids.filtered(lambda o: o.state == "submitted")
        numbers = [
            (event.name, number)
            for event in events
            for number in (
                event.kk_number,
                event.other_kk_number,
                *event.newcomer_ids.mapped("nik"),
            )
        ]
        requests = self.change_request_ids.filtered(lambda o: o.state == "submitted")
        numbers += [
            (line.request_id.name, line.new_raw)
            for line in requests.line_ids
            if line.field_name in ("nik", "kk_number")
        ]
        return [f"{document}: {number}" for document, number in numbers if number]

    def _representatives(self, day=None):
        """Return who may collect for these families on a day (today)."""
        day = day or fields.Date.context_today(self)
        return self.env["khbs.representative"].search(
            [
                ("household_id", "in", self.ids),
                *self.env["khbs.representative"]._valid_domain(day),
            ]
        )

    def _family_content(self):
        """Return what a decision about the family rests on, without its numbers."""
        self.ensure_one()
        persons = self.person_ids.sorted("id")
        return [
            [self.id, self.state, self.area_id.id, self._keyed(self.kk_number)],
            [[p.id, p.state, p.relation, self._keyed(p.nik)] for p in persons],
        ]

    @api.model
    def _keyed(self, number):
        """Return a digest that tells two numbers apart, but not what they are."""
        return hmac(self.env(su=True), "khbs-number", number) if number else ""

    @api.model
    def _sha256_of(self, content):
        """Return the digest of an attached file (base64, or nothing)."""
        return hashlib.sha256(content or b"").hexdigest()
