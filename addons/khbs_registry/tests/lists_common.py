# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tools import SQL

from .common import KhbsCase

VILLAGES = ("62.06.01.2001", "62.06.01.2003", "62.06.02.2001", "62.71.01.1001")


class ListsCase(KhbsCase):
    """Eligible families in four villages of two regencies, and who handles them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._role_user("registry_operator")
        cls.approver = cls._role_user("approver")
        cls.villages = [cls._area(code) for code in VILLAGES]
        cls.criteria = cls.env["khbs.criteria"].create(
            {
                "name": "Kriteria",
                "legal_basis": "Keputusan",
                "valid_from": "2026-01-01",
                "max_decile": "5",
            }
        )
        cls.criteria.state = "in_force"

    @classmethod
    def _eligible(cls, village, number=1, **vals):
        """Return *number* new eligible families of a village, by its place."""
        households = cls.env["khbs.household"].union(
            *(
                cls._household(village=cls.villages[village], state="eligible", **vals)
                for _number in range(number)
            )
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_decision (household_id, area_id, criteria_id, outcome,
                    reasons, current, decided_at, decided_by_id)
                SELECT id, area_id, %s, 'eligible', '[{"code": "DECILE_WITHIN"}]', true,
                    '2026-02-01', 1 FROM khbs_household WHERE id IN %s
                """,
                cls.criteria.id,
                tuple(households.ids),
            )
        )
        return households

    def _collected(self, places=0, **vals):
        recipient_list = (
            self.env["khbs.recipient.list"]
            .with_user(self.operator)
            .create(
                {
                    "title": "Daftar",
                    "area_id": self.province.id,
                    "criteria_id": self.criteria.id,
                    "places": places,
                    **vals,
                }
            )
        )
        recipient_list.action_collect()
        return recipient_list

    def _ranked(self, places, **vals):
        recipient_list = self._collected(places, **vals)
        recipient_list.action_propose_quotas()
        recipient_list.action_rank()
        return recipient_list

    def _decided(self, places, **vals):
        recipient_list = self._ranked(places, **vals)
        recipient_list.action_propose()
        self.reading(recipient_list, self.approver).action_decide()
        return recipient_list

    def _quota(self, recipient_list, code, level="village"):
        return recipient_list.quota_ids.filtered(
            lambda quota: quota.code == code and quota.level == level
        ).with_user(self.operator)

    def _places(self, recipient_list):
        """Return {code: places} of the villages."""
        villages = recipient_list.quota_ids.filtered(lambda q: q.level == "village")
        return {quota.code: quota.places for quota in villages}
