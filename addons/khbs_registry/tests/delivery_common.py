# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import csv
import io

from odoo import Command

from ..dtsen.checks import COLUMNS
from .common import KhbsCase

VILLAGE = "62.06.01.2001"


class DeliveryCase(KhbsCase):
    """Deliveries written by the test, and the users who handle them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._role_user("registry_operator")
        cls.approver = cls._role_user("approver")
        cls.village = cls._area(VILLAGE)
        cls._family_serial = 0

    @classmethod
    def _family(cls, size=2, **values):
        """Return the rows, as dicts, of a new family: a head, then children.

        Values of the family stand in each row; those of a person are set by the test.
        """
        cls._family_serial += 1
        serial = cls._family_serial
        return [
            {
                "id_keluarga": f"62{serial:06d}",
                "no_kk": f"620601010615{9000 + serial}",
                "nik": f"6206010{place + 1}0180{9000 + serial}",
                "nama": f"WARGA {serial} {place}",
                "hubungan_keluarga": "4" if place else "1",
                "jenis_kelamin": "1",
                "tanggal_lahir": f"1980-01-{place + 1:02d}",
                "kode_wilayah": VILLAGE,
                "alamat": "JL. PASAK",
                "rt": "001",
                "rw": "002",
                "desil": "3",
                "status_rumah": "1",
                "lintang": "-1.700000",
                "bujur": "113.100000",
                **values,
            }
            for place in range(size)
        ]

    @classmethod
    def _csv(cls, *families):
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, delimiter=";")
        writer.writeheader()
        for family in families:
            writer.writerows(family)
        return text.getvalue().encode()

    def _delivery(self, content, user=None, **values):
        return (
            self.env["khbs.dtsen.import"]
            .with_user(user or self.operator)
            .create(
                {
                    "year": 2026,
                    "quarter": "1",
                    "letter_number": "400.9/1",
                    "letter_date": "2026-01-05",
                    "purpose": "KHBS 2026",
                    "file": base64.b64encode(content),
                    "file_name": "kiriman.csv",
                    **values,
                }
            )
        )

    def _staged(self, *families, **values):
        delivery = self._delivery(self._csv(*families), **values)
        delivery.action_stage()
        return delivery

    def _applied(self, *families, **values):
        delivery = self._staged(*families, **values)
        delivery.action_apply()
        self.assertEqual(delivery.state, "applied")
        return delivery

    def _household_of(self, family):
        return self.env["khbs.household"].search(
            [("dtsen_key", "=", family[0]["id_keluarga"])]
        )

    def _reasons(self, delivery):
        """Return {line: reason codes} of the refused rows."""
        return dict(delivery.sudo()._rejected_rows())

    def _aid_list(self, lines, **values):
        """Return a loaded list of *lines*: NIK, KK, programme and maybe a period."""
        text = "nik;no_kk;program;mulai;selesai\n" + "".join(
            ";".join([*line, "", ""][:5]) + "\n" for line in lines
        )
        aid_list = (
            self.env["khbs.aid.list"]
            .with_user(self.operator)
            .create(
                {
                    "source": "Dinas Sosial",
                    "letter_number": "400.9/2",
                    "letter_date": "2026-01-05",
                    "date_from": "2026-01-01",
                    "file": base64.b64encode(text.encode()),
                    **values,
                }
            )
        )
        aid_list.action_load()
        return aid_list

    def _criteria(self, max_decile="5", **values):
        """Return criteria in force that exclude all known programmes."""
        programmes = self.env["khbs.aid.programme"].search([])
        criteria = (
            self.env["khbs.criteria"]
            .with_user(self.operator)
            .create(
                {
                    "name": "Kriteria 2026",
                    "legal_basis": "Keputusan Gubernur 2026",
                    "valid_from": "2026-01-01",
                    "max_decile": max_decile,
                    "excluding_programme_ids": [Command.set(programmes.ids)],
                    **values,
                }
            )
        )
        self.reading(criteria, self.approver).action_put_in_force()
        return criteria

    def _decided_as(self, family):
        """Return (outcome, reason codes) of the current decision on *family*."""
        decision = self.env["khbs.decision"].search(
            [
                ("household_id", "=", self._household_of(family).id),
                ("current", "=", True),
            ]
        )
        return decision.outcome, [reason["code"] for reason in decision.reasons]
