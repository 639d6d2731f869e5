# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import contextlib
from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..papers.words import WIB

VILLAGE = "62.71.01.1001"


def today():
    """Return the day in Central Kalimantan, which the server may be a day behind."""
    return datetime.now(WIB).date()


def reading(documents, user=None):
    """Return *documents* as *user* has them open: to decide what is shown."""
    seen = [document._content_sha256() for document in documents]
    user = user or documents.env.user
    return documents.with_user(user).with_context(khbs_seen=seen)


@tagged("post_install", "-at_install")
class KhbsCase(TransactionCase):
    """Families and users by role, made by the test itself."""

    reading = staticmethod(reading)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.province = cls.env.ref("khbs_registry.area_62")
        cls.village = cls._area(VILLAGE)
        cls._serial = 9000

    def setUp(self):
        super().setUp()
        # Refused attempts are recorded through a cursor of their own; in test mode
        # that cursor shares the test's connection and so its rollback.
        if not type(self)._registry_patched:  # an HttpCase has done so
            self.registry_enter_test_mode()

    @classmethod
    def _area(cls, code):
        return cls.env["khbs.area"].search([("code", "=", code)])

    @contextlib.contextmanager
    def _refused(self, error=UserError):
        """Hold that the block is refused, and keep what the refusal recorded.

        assertRaises takes the trail's event back with its savepoint.
        """
        try:
            yield
        except error:
            return
        self.fail("not refused")

    @classmethod
    def _role_user(cls, *roles, areas=None, login=None):
        """Return a new user with KHBS *roles* (``card_officer``) and *areas*."""
        user = new_test_user(
            cls.env,
            login=login or "-".join(roles),
            groups=",".join(f"khbs_registry.group_{role}" for role in roles),
        )
        user.khbs_area_ids = [Command.set((areas or cls.province).ids)]
        return user

    @classmethod
    def _household(cls, village=None, members=1, **vals):
        """Return a new household with a head and *members* - 1 children."""
        village = village or cls.village
        cls._serial += 1
        household = cls.env["khbs.household"].create(
            {
                "area_id": village.id,
                "kk_number": f"627101010120{cls._serial:04d}",
                "decile": "1",
                "state": "active",
                **vals,
            }
        )
        persons = []
        for number in range(members):
            cls._serial += 1
            persons.append(
                {
                    "household_id": household.id,
                    "name": f"WARGA CONTOH {cls._serial}",
                    "nik": f"627101010180{cls._serial:04d}",
                    "nik_status": "valid",
                    "relation": "4" if number else "1",
                    "birth_date": "1980-01-01",
                    "sex": "1",
                }
            )
        cls.env["khbs.person"].create(persons)
        return household
