# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ..geotag import position_of

# What the household takes over from the candidate.
TAKEN_OVER = (
    "address",
    "rt",
    "rw",
    "dwelling_kind",
)


class KhbsCandidateHousehold(models.AbstractModel):
    """An accepted candidate becomes a household, to be verified and ranked."""

    _name = "khbs.candidate.household"
    _description = "Candidate: the household it becomes"

    def _make_household(self):
        """Return the new household of an accepted candidate; called as superuser.

        It needs verification and has no decile: no list takes it before DTSEN names
        it (DOMAIN 12.13). What the village knows of it is known locally.
        """
        self.ensure_one()
        household = self.env["khbs.household"].create(
            {
                "area_id": self.area_id.id,
                "kk_number": self.kk_number,
                "captured_by_id": self.create_uid.id if self.captured_at else False,
                **{name: self[name] for name in TAKEN_OVER},
                **position_of(self),
            }
        )
        self.env["khbs.person"].create(
            [
                {
                    "household_id": household.id,
                    "name": person.name,
                    "nik": person.nik,
                    "nik_status": person.nik_status,
                    "relation": person.relation,
                    "birth_date": person.birth_date,
                    "sex": person.sex,
                }
                for person in self.person_ids
            ]
        )
        if self.kk_number:
            today = fields.Date.context_today(self)
            household._add_kk(self.kk_number, self.name, today)
        self._record_local_values(household)
        household._set_state("needs_verification", "CANDIDATE_ACCEPTED")
        return household

    def _record_local_values(self, household):
        """Keep what the deliberation knew from deliveries of before its day."""
        deliberation = self.deliberation_id
        known = [
            name for name in ("address", "rt", "rw", "dwelling_kind") if self[name]
        ]
        if deliberation:
            self.env["khbs.local.value"]._record(
                household, known, deliberation._held_on(), deliberation
            )
