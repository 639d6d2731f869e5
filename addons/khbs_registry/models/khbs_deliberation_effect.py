# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from .khbs_deliberation_line import CORRECTIONS
from .khbs_household_deliberation import NOT_ELIGIBLE_REASONS

# Families that are in no decided list; the others leave it by an act of their own.
OPEN_STATES = ("listed", "needs_verification", "verified", "eligible", "not_eligible")
# An objection that was upheld.
UPHELD = ("re_verification", "corrected")


class KhbsDeliberationEffect(models.AbstractModel):
    """What a closed deliberation changes in the registry."""

    _name = "khbs.deliberation.effect"
    _description = "Deliberation: effects"

    def _take_effect(self):
        """Bring the families to what was decided; called once, as superuser.

        A family that somebody successfully objected for is looked at again instead.
        """
        self.ensure_one()
        objected = self.complaint_ids.filtered(
            lambda c: c.kind == "objection" and c.outcome in UPHELD
        ).household_id
        for household in objected.filtered(lambda h: h.state in OPEN_STATES):
            household._set_state("needs_verification", "DELIBERATION_OBJECTION")
        lines = self.line_ids.filtered(lambda line: line.household_id not in objected)
        for line in lines:
            if line.result == "removed":
                self._remove(line)
            else:
                self._confirm(line)

    def _remove(self, line):
        household = line.household_id
        household.removal_reason = line.reason
        if household.state not in OPEN_STATES:
            self._file_removal(line)
            return
        refused = line.reason in NOT_ELIGIBLE_REASONS
        household._set_state(
            "not_eligible" if refused else "needs_verification",
            f"DELIBERATION_{line.reason.upper()}",
        )

    def _confirm(self, line):
        """Keep what the village corrected, as a value that is known locally."""
        household = line.household_id
        if household.removal_reason:
            household.removal_reason = False
        values = {
            target: line[name]
            for name, target in CORRECTIONS.items()
            if line[name] and line[name] != household[target]
        }
        if not values:
            return
        household.write(values)
        self.env["khbs.local.value"]._record(
            household, sorted(values), self._held_on(), self
        )
        self.env["khbs.audit.event"]._record(
            "household.change",
            household,
            {"fields": sorted(values), "deliberation": self.name},
        )

    def _file_removal(self, line):
        """File a complaint: a family of a decided list is not taken off by a village.

        The office suspends the card or ends the benefit on it.
        """
        reasons = dict(line._fields["reason"]._description_selection(self.env))
        deceased = line.reason == "deceased"
        self.env["khbs.complaint"].create(
            {
                "channel": "deliberation",
                "kind": "recipient_deceased" if deceased else "wrong_recipient",
                "area_id": self.area_id.id,
                "household_id": line.household_id.id,
                "deliberation_id": self.id,
                "text": self.env._(
                    "Deliberation %(number)s takes this family off the list: "
                    "%(reason)s. %(note)s",
                    number=self.name,
                    reason=reasons[line.reason].lower(),
                    note=line.note or "",
                ).strip(),
            }
        )
