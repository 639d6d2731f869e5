# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..papers import words

FIELD_OFFICER = "khbs_registry.group_field_officer"
OPERATOR = "khbs_registry.group_registry_operator"
VALIDATOR = "khbs_registry.group_validator"
# Who keeps deliberations and candidates; the first one is asked for by name.
MAKERS = (FIELD_OFFICER, OPERATOR)
_DAYS_PARAMETER = "khbs.deliberation.objection_days"
_DAYS = 3


class KhbsDeliberationCheck(models.AbstractModel):
    """What a deliberation needs before each step."""

    _name = "khbs.deliberation.check"
    _description = "Deliberation: checks"

    def _check_complete(self):
        """Refuse minutes that nobody could sign."""
        self.ensure_one()
        missing = [
            label
            for label, value in (
                (self.env._("number of the minutes"), self.minutes_number),
                (self.env._("date and time"), self.held_at),
                (self.env._("place"), self.place),
                (self.env._("chair"), self.chair_name),
                (self.env._("number of people present"), self.attendee_count),
                (self.env._("village head"), self._officials("village_head")),
                (self.env._("chair of the BPD or LPM"), self._officials("bpd_chair")),
            )
            if not value
        ]
        if missing:
            raise UserError(
                self.env._(
                    "Before the minutes are printed, enter: %(missing)s.",
                    missing=", ".join(missing),
                )
            )
        if self.held_at > fields.Datetime.now():
            raise UserError(
                self.env._("The deliberation has not been held yet: check the date.")
            )
        if self.attendee_count < len(self.official_ids):
            raise UserError(
                self.env._("More people are named than were present. Correct one.")
            )
        if not self.line_ids and not self._added():
            raise UserError(
                self.env._("Nothing was considered: collect the families first.")
            )
        self.line_ids._check_results()

    def _check_window(self):
        self.ensure_one()
        if not self.minutes_sha256:
            raise UserError(self.env._("Hand in the signed minutes first."))
        if not (self.announced_from and self.announced_to):
            raise UserError(self.env._("Enter from when to when it is published."))
        if self.announced_from < self._held_on():
            raise UserError(
                self.env._("It cannot be published before it has been held.")
            )
        days = self._objection_days()
        # The paper may hang out since yesterday, but an objection is taken from the
        # announcement on: days that are over by then were nobody's chance to object.
        begins = max(self.announced_from, fields.Date.context_today(self))
        if (self.announced_to - begins).days + 1 < days:
            raise UserError(
                self.env._(
                    "The list hangs out for at least %(days)s days: choose a later "
                    "last day.",
                    days=days,
                )
            )

    def _held_on(self):
        """Return the day of the deliberation where it was held (WIB)."""
        return words.utc(self.held_at).astimezone(words.WIB).date()

    @api.model
    def _objection_days(self):
        """Return for how many days, at least, a list is published."""
        value = self.env["ir.config_parameter"].sudo().get_param(_DAYS_PARAMETER)
        return int(value or _DAYS)

    def _check_closable(self):
        self.ensure_one()
        if self.announced_to >= fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "Objections are taken until %(day)s; close it after that day.",
                    day=self.announced_to,
                )
            )
        pending = self.complaint_ids.filtered(
            lambda c: c.state in ("received", "in_progress")
        )
        if pending:
            raise UserError(
                self.env._(
                    "These objections and proposals have no outcome yet: %(numbers)s.",
                    numbers=", ".join(pending.mapped("name")),
                )
            )
        if self._lines_sha256() != self.lines_sha256:
            raise UserError(
                self.env._("The list is not the one that was printed and signed.")
            )
        content = self._minutes_content()
        if hashlib.sha256(content).hexdigest() != self.minutes_sha256:
            raise UserError(
                self.env._("The stored minutes are not those that were handed in.")
            )
