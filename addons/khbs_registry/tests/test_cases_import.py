# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

import openpyxl

from odoo.tests import tagged

from .delivery_common import DeliveryCase


@tagged("post_install", "-at_install")
class TestCasesImport(DeliveryCase):
    """Cases of DOMAIN 12 that a delivery brings; 12.16 is among the conflicts."""

    def test_case_12_09_nik_wrong_swapped_or_placeholder(self):
        """Corrected by a later delivery on the same persons; the number that was
        there before is kept in the history."""
        family = self._family(size=3)
        wrong = family[2]["nik"]
        self._applied(family)
        household = self._household_of(family)
        persons = household.person_ids
        family[0]["nik"], family[1]["nik"] = family[1]["nik"], family[0]["nik"]
        family[2]["nik"] = wrong[:-1] + str((int(wrong[-1]) + 1) % 10)
        self._applied(family, quarter="2")
        self.assertEqual(household.person_ids, persons)
        for row in family:
            person = persons.filtered(lambda p, name=row["nama"]: p.name == name)
            self.assertEqual(person.nik, row["nik"])
        former = self.env["khbs.person.nik"].search([("person_id", "in", persons.ids)])
        self.assertEqual(len(former), 3)
        kept = former.filtered(lambda one: one.person_id == persons[2])
        self.assertEqual(kept.nik, wrong)
        self.assertEqual(kept.nik_masked, f"{wrong[:4]}********{wrong[-4:]}")
        # A placeholder is the state "no NIK yet" and takes nothing away.
        placeholder = self._family()
        placeholder[1]["nik"] = "9999999999999996"
        self._applied(placeholder, quarter="2")
        without = self._household_of(placeholder).person_ids[1]
        self.assertEqual((without.nik, without.nik_status), (False, "missing"))
        family[2]["nik"] = "9999999999999996"
        again = self._applied(family, quarter="2")
        self.assertEqual(again.changed_count, 0)
        self.assertTrue(persons[2].nik)

    def test_case_12_10_nik_of_another_date_or_sex_is_allowed(self):
        family = self._family()
        family[0]["tanggal_lahir"] = "1979-05-05"
        family[1]["jenis_kelamin"] = "2"
        delivery = self._applied(family)
        self.assertEqual((delivery.rejected_count, delivery.warning_row_count), (0, 2))
        self.assertEqual(
            set(self._household_of(family).person_ids.mapped("nik_status")), {"warning"}
        )
        remarks = delivery.reason_ids.filtered(lambda r: r.kind == "remark")
        self.assertEqual(
            set(remarks.mapped("code")), {"NIK_DATE_DIFFERS", "NIK_SEX_DIFFERS"}
        )

    def test_case_12_11_nik_of_another_province_is_allowed(self):
        family = self._family()
        family[0]["nik"] = "3505010101809001"
        family[1]["nik"] = "6304080201809001"
        delivery = self._applied(family)
        self.assertEqual((delivery.rejected_count, delivery.warning_row_count), (0, 0))
        self.assertEqual(
            set(self._household_of(family).person_ids.mapped("nik_status")), {"valid"}
        )

    def test_case_12_48_names_are_kept_as_they_are(self):
        names = [
            "MA'RIMBA",
            "H. TUMENGGANG BIN TINGANG, S.Pd",
            "BAWI BINTI JA\u2019LUNUK",
            "ULIN",
        ]
        family = self._family(size=4)
        for row, name in zip(family, names, strict=True):
            row["nama"] = name
        text = self._csv(family).decode()
        delivery = self._delivery(text.encode("cp1252"))
        delivery.action_stage()
        self.assertEqual(delivery.encoding, "cp1252")
        delivery.action_apply()
        persons = self._household_of(family).person_ids
        self.assertEqual(set(persons.mapped("name")), set(names))
        again = self._applied(family)
        self.assertEqual(again.changed_count, 0, "and compare equal in UTF-8")
        split = {"first_name", "last_name", "firstname", "lastname"}
        self.assertFalse(split & set(persons._fields))

    def test_case_12_49_mixed_codes_merged_cells_and_floats(self):
        """Refused line by line, and the rest is loaded."""
        bps, merged, floated = self._family(), self._family(size=3), self._family()
        good = [self._family() for _number in range(3)]
        for row in bps:
            row["kode_wilayah"] = "6209010001"
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(list(good[0][0]))
        for row in bps + merged:
            sheet.append(list(row.values()))
        sheet.append([*floated[0].values()])
        sheet.append([*{**floated[1], "nik": int(floated[1]["nik"])}.values()])
        for family in good:
            for row in family:
                sheet.append(list(row.values()))
        sheet.merge_cells("H4:H6")
        file = io.BytesIO()
        book.save(file)
        delivery = self._delivery(file.getvalue())
        delivery.action_stage()
        self.assertEqual(
            self._reasons(delivery),
            {
                2: ["AREA_NO_CROSSWALK"],
                3: ["AREA_NO_CROSSWALK"],
                4: ["HOUSEHOLD_REJECTED"],
                5: ["CELL_MERGED"],
                6: ["CELL_MERGED"],
                7: ["HOUSEHOLD_REJECTED"],
                8: ["NIK_FLOAT"],
            },
        )
        delivery.action_apply()
        for family in good:
            self.assertTrue(self._household_of(family))
