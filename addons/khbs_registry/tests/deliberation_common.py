# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
from datetime import datetime, timedelta

from odoo import Command, fields

from .common import KhbsCase

PDF = base64.b64encode(b"%PDF-1.4 berita acara bertanda tangan")
DISTRICT = "62.06.01"
VILLAGE = "62.06.01.2001"


class DeliberationCase(KhbsCase):
    """A village with families, those who deliberate and who validate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.village = cls._area(VILLAGE)
        cls.officer = cls._role_user("field_officer", areas=cls._area(DISTRICT))
        cls.operator = cls._role_user("registry_operator")
        cls.validator = cls._role_user("validator")

    def _deliberation(self, households=(), user=None, **vals):
        """Return a draft of the village, its families collected."""
        held_at = datetime.now() - timedelta(days=20)
        deliberation = (
            self.env["khbs.deliberation"]
            .with_user(user or self.officer)
            .create(
                {
                    "area_id": self.village.id,
                    "minutes_number": "140/12/BA/GLG/2026",
                    "held_at": held_at.replace(microsecond=0),
                    "place": "Balai Desa",
                    "chair_name": "SUTINAH",
                    "chair_office": "Ketua BPD",
                    "invited_count": 60,
                    "attendee_count": 42,
                    "official_ids": [
                        Command.create({"role": role, "name": name})
                        for role, name in (
                            ("village_head", "YANSEN BIN DAMAI"),
                            ("bpd_chair", "SUTINAH"),
                            ("companion", "Drs. H. RAHMAD, M.Si."),
                        )
                    ],
                    **vals,
                }
            )
        )
        if households:
            deliberation.action_collect()
        return deliberation

    def _line(self, deliberation, household):
        return deliberation.line_ids.filtered(
            lambda line: line.household_id == household
        )

    def _held(self, deliberation):
        if deliberation.undecided_count:
            deliberation.action_confirm_rest()
        deliberation.action_hold()
        return deliberation

    def _announced(self, deliberation, days_ago=10):
        """Have the minutes signed and published, until so many days ago."""
        self._held(deliberation)
        today = fields.Date.context_today(deliberation)
        deliberation.write(
            {
                "minutes_file": PDF,
                "minutes_file_name": "berita-acara.pdf",
                "announced_from": today,
                "announced_to": today + timedelta(days=6),
            }
        )
        deliberation.action_announce()
        # As if it had been announced so long ago.
        deliberation.sudo().write(
            {
                "announced_from": today - timedelta(days=days_ago + 6),
                "announced_to": today - timedelta(days=days_ago),
            }
        )
        return deliberation

    def _closed(self, deliberation):
        self._announced(deliberation)
        self.reading(deliberation, self.validator).action_close()
        return deliberation

    def _candidate(self, user=None, persons=None, **vals):
        """Return a candidate of the village with a head and a child."""
        type(self)._serial += 1
        serial = self._serial
        persons = persons or [
            {
                "name": "D'ARCY SALEH BINTI IMBAN",
                "relation": "1",
                "sex": "2",
                "birth_date": "1980-01-01",
                "nik_entry": f"627101410180{serial:04d}",
            },
            {"name": "UNTUNG", "relation": "4", "sex": "1"},
        ]
        return (
            self.env["khbs.candidate"]
            .with_user(user or self.officer)
            .create(
                {
                    "area_id": self.village.id,
                    "origin": "complaint",
                    "complaint_id": self._proposal().id,
                    "kk_entry": f"627101010126{serial:04d}",
                    "address": "Pondok ladang Sei Bango",
                    "rt": "003",
                    "dwelling_kind": "field_hut",
                    "ground": "Tidak punya penghasilan tetap.",
                    "person_ids": [Command.create(person) for person in persons],
                    **vals,
                }
            )
        )

    def _proposal(self):
        return self.env["khbs.complaint"].create(
            {
                "kind": "proposal",
                "area_id": self.village.id,
                "text": "Tetangga saya belum terdaftar.",
            }
        )

    def _accepted(self, candidate):
        candidate.action_propose()
        self.reading(candidate, self.validator).action_accept()
        return candidate
