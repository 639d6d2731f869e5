# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command

from .common import KhbsCase, reading

LETTER = {"letter_number": "474.3/12/DS-BKR/2026", "letter_date": "2026-03-02"}


class FamilyMixin:
    """Families with their events, on any case that has users and families."""

    @classmethod
    def _family(cls, *relations, village=None, **vals):
        """Return a household whose members have these SHDK codes, and its persons."""
        household = cls._household(village, members=len(relations), **vals)
        for person, relation in zip(household.person_ids, relations, strict=True):
            person.relation = relation
            if relation == "3":
                person.sex = "2"
        household._add_kk(household.kk_number, "DTSEN-2026-0001", "2026-01-05")
        return household, list(household.person_ids.sorted("id"))

    def _event(self, household, kind, persons=(), user=None, **vals):
        events = self.env["khbs.family.event"].with_user(user or self.proposer)
        return events.create(
            {
                "household_id": household.id,
                "kind": kind,
                "event_date": "2026-03-01",
                "person_ids": [Command.set([person.id for person in persons])],
                **LETTER,
                **vals,
            }
        )

    def _carried_out(self, *args, **kwargs):
        """Propose an event, let the validator carry it out, and return it."""
        event = self._event(*args, **kwargs)
        event.action_submit()
        reading(event, self.validator).action_accept()
        self.env.invalidate_all()
        return event.sudo()


class FamilyCase(FamilyMixin, KhbsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proposer = cls._role_user("field_officer", areas=cls.village)
        cls.validator = cls._role_user("validator")
