# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from .common import YEAR, BkkCase


class CycleCase(BkkCase):
    """What the tests of the cycle enter and look for."""

    def _line(self, proposal, holder):
        return proposal.line_ids.filtered(lambda line: line.holder_id == holder)

    def _policy(self, **vals):
        return self.env["khbs.bkk.policy"].create(
            {"valid_from": date(YEAR, 1, 1), "basis": "CONTOH", **vals}
        )

    def _ceiling(self, people, role="rt_head", area=None):
        return self.env["khbs.bkk.ceiling"].create(
            {
                "role_id": self.roles[role].id,
                "area_id": (area or self.regency).id,
                "people": people,
                "valid_from": date(YEAR, 1, 1),
                "basis": "CONTOH",
            }
        )
