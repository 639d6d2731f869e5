# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

import openpyxl

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .delivery_common import VILLAGE, DeliveryCase

OTHER_VILLAGE = "62.06.01.2002"


@tagged("post_install", "-at_install")
class TestImport(DeliveryCase):
    def test_new_families_are_written_whole(self):
        family = self._family(size=3)
        delivery = self._staged(family)
        self.assertEqual((delivery.row_count, delivery.new_count), (3, 1))
        self.assertFalse(self._household_of(family), "staging writes nothing")
        delivery.action_apply()
        household = self._household_of(family)
        self.assertRegex(household.name, r"^KHBS-62\.06\.01-[0-9]{6,}$")
        self.assertEqual(household.state, "listed")
        self.assertEqual(household.decile, "3")
        self.assertEqual(household.regency_id, self._area("62.06"))
        self.assertEqual(household.member_count, 3)
        self.assertEqual(household.head_id.name, family[0]["nama"])
        self.assertEqual(household.kk_ids.kk_number, family[0]["no_kk"])
        self.assertEqual(household.kk_masked[:8], "6206****")

    def test_the_same_file_twice_changes_no_row(self):
        families = [self._family(), self._family(size=1, desil="", status_rumah="")]
        families[1][0]["nik"] = "9999999999999996"
        self._applied(*families)
        persons = self.env["khbs.person"].search([])
        again = self._applied(*families)
        self.assertEqual((again.unchanged_count, again.changed_count), (2, 0))
        self.assertEqual(self.env["khbs.person"].search([]), persons)

    def test_one_refused_row_refuses_the_family_and_no_other(self):
        faulty, good = self._family(size=3), self._family()
        faulty[1]["nik"] = "62060102018090"
        delivery = self._staged(faulty, good)
        self.assertEqual(
            self._reasons(delivery),
            {
                2: ["HOUSEHOLD_REJECTED"],
                3: ["NIK_FORM"],
                4: ["HOUSEHOLD_REJECTED"],
            },
        )
        delivery.action_apply()
        self.assertFalse(self._household_of(faulty))
        self.assertTrue(self._household_of(good))

    def test_reasons_that_only_the_rows_together_show(self):
        cases = {
            "HEAD_NONE": lambda family: family[0].update(hubungan_keluarga="11"),
            "HEAD_TWO": lambda family: family[1].update(hubungan_keluarga="1"),
            "FAMILY_INCONSISTENT": lambda family: family[1].update(
                kode_wilayah=OTHER_VILLAGE
            ),
        }
        for code, spoil in cases.items():
            with self.subTest(code):
                family = self._family()
                spoil(family)
                delivery = self._staged(family)
                self.assertEqual(self._reasons(delivery), {2: [code], 3: [code]})

    def test_a_number_used_twice_refuses_both_families(self):
        first, second = self._family(), self._family()
        second[1]["nik"] = first[0]["nik"]
        delivery = self._staged(first, second)
        self.assertEqual(delivery.rejected_count, 2)
        codes = {code for codes in self._reasons(delivery).values() for code in codes}
        self.assertEqual(codes, {"NIK_TWO_KK", "HOUSEHOLD_REJECTED"})
        third = self._family(no_kk=first[0]["no_kk"])
        delivery = self._staged(first, third)
        self.assertEqual(
            set(map(tuple, self._reasons(delivery).values())), {("KK_DUPLICATE",)}
        )

    def test_a_person_of_another_family_of_the_registry_is_refused(self):
        """DOMAIN 12.16: the same person in two KK."""
        known, family = self._family(), self._family()
        self._applied(known)
        family[1]["nik"] = known[1]["nik"]
        delivery = self._staged(family)
        self.assertEqual(self._reasons(delivery)[3], ["NIK_DUPLICATE_REGISTRY"])

    def test_a_kk_number_of_another_family_of_the_registry_is_refused(self):
        known = self._family()
        self._applied(known)
        household = self._household_of(known)
        household.area_id = self._area("62.71.01.1001")
        family = self._family(no_kk=known[0]["no_kk"])
        delivery = self._staged(family, area_id=self._area("62.06").id)
        self.assertEqual(self._reasons(delivery)[2], ["KK_DUPLICATE"])
        delivery.action_apply()
        self.assertEqual(household.dtsen_key, known[0]["id_keluarga"])

    def test_a_new_kk_number_keeps_the_old_one_in_the_history(self):
        family = self._family()
        self._applied(family)
        household = self._household_of(family)
        renumbered = [{**row, "no_kk": "6206010101269111"} for row in family]
        delivery = self._applied(renumbered)
        self.assertEqual(delivery.changed_count, 1)
        self.assertEqual(household.kk_number, "6206010101269111")
        self.assertEqual(
            household.kk_ids.filtered("valid_to").kk_number, family[0]["no_kk"]
        )

    def test_families_that_exchange_their_kk_numbers(self):
        first, second = self._family(), self._family()
        self._applied(first, second)
        numbers = first[0]["no_kk"], second[0]["no_kk"]
        for row in first:
            row["no_kk"] = numbers[1]
        for row in second:
            row["no_kk"] = numbers[0]
        self._applied(first, second)
        self.assertEqual(self._household_of(first).kk_number, numbers[1])
        self.assertEqual(self._household_of(second).kk_number, numbers[0])

    def test_a_corrected_nik_is_still_the_same_person(self):
        """DOMAIN 12.9: one digit wrong, or swapped between spouses."""
        family = self._family(size=3)
        self._applied(family)
        persons = self._household_of(family).person_ids
        family[0]["nik"], family[1]["nik"] = family[1]["nik"], family[0]["nik"]
        family[2]["nik"] = "6206010201809777"
        self._applied(family)
        self.assertEqual(self._household_of(family).person_ids, persons)
        for row in family:
            person = persons.filtered(lambda p, name=row["nama"]: p.name == name)
            self.assertEqual(person.nik, row["nik"])

    def test_a_corrected_name_is_still_the_same_person(self):
        family = self._family()
        self._applied(family)
        persons = self._household_of(family).person_ids
        family[1]["nama"] = "NAMA BENAR"
        self._applied(family)
        self.assertEqual(self._household_of(family).person_ids, persons)
        self.assertIn("NAMA BENAR", persons.mapped("name"))

    def test_namesakes_are_two_persons(self):
        """DOMAIN 12.17: twins without NIK, and never merged."""
        family = self._family(size=3)
        for row in family[1:]:
            row.update(nik="", nama="KEMBAR", tanggal_lahir="2020-01-01")
        self._applied(family)
        again = self._applied(family)
        self.assertEqual(again.unchanged_count, 1)
        self.assertEqual(self._household_of(family).member_count, 3)

    def test_the_head_dies_and_another_member_follows(self):
        """DOMAIN 12.4."""
        family = self._family()
        self._applied(family)
        former, heir = self._household_of(family).person_ids
        family[1]["hubungan_keluarga"] = "1"
        self._applied(family[1:])
        self.assertEqual((former.state, heir.state), ("not_found", "alive"))
        self.assertEqual(self._household_of(family).head_id, heir)

    def test_a_missing_nik_does_not_erase_a_known_one(self):
        family = self._family()
        self._applied(family)
        nik = family[1]["nik"]
        family[1]["nik"] = "9999999999999995"
        again = self._applied(family)
        self.assertEqual(again.unchanged_count, 1)
        self.assertIn(nik, self._household_of(family).person_ids.mapped("nik"))

    def test_rows_outside_the_scope_are_refused(self):
        family = self._family(kode_wilayah="62.71.01.1001")
        delivery = self._staged(family, area_id=self._area("62.06").id)
        self.assertEqual(self._reasons(delivery)[2], ["AREA_OUT_OF_SCOPE"])

    def test_bps_codes_need_a_crosswalk(self):
        """DOMAIN 3.2: Katingan is 62.06 for Kemendagri and 6209 for BPS."""
        family = self._family(kode_wilayah="6209010001")
        delivery = self._staged(family, code_system="bps")
        self.assertEqual(self._reasons(delivery)[2], ["AREA_NO_CROSSWALK"])
        self.village.bps_code = "6209010001"
        self._applied(family, code_system="bps")
        self.assertEqual(self._household_of(family).area_id, self.village)

    def test_an_older_quarter_does_not_follow_a_later_one(self):
        self._applied(self._family(), quarter="2")
        delivery = self._delivery(self._csv(self._family()), quarter="1")
        with self.assertRaises(UserError):
            delivery.action_stage()

    def test_a_registry_that_moved_is_compared_anew_before_applying(self):
        family = self._family()
        delivery, other = self._staged(family), self._staged(family)
        other.action_apply()
        self.env["khbs.household"].search([]).write({"address": "JL. BARU"})
        action = delivery.action_apply()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(delivery.state, "staged")
        self.assertEqual((delivery.new_count, delivery.changed_count), (0, 1))
        # The figures are the same, what they stand for is not.
        self.env["khbs.household"].search([]).write({"address": "JL. LAMA"})
        self.assertEqual(delivery.action_apply()["tag"], "display_notification")
        self.assertEqual((delivery.new_count, delivery.changed_count), (0, 1))
        delivery.action_apply()
        self.assertEqual(delivery.state, "applied")

    def test_the_reject_file_has_the_rows_as_they_were_sent(self):
        faulty = self._family(size=2)
        faulty[0]["nama"] = " "
        delivery = self._staged(self._family(), faulty)
        file = io.BytesIO()
        delivery._write_rejects(file)
        rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
        self.assertEqual(rows[0][-2:], ("kode_penolakan", "alasan_penolakan"))
        self.assertEqual(
            [tuple(cell or "" for cell in row[:-2]) for row in rows[1:]],
            [tuple(row.values()) for row in faulty],
        )
        self.assertEqual(rows[1][-2:], ("NAME_EMPTY", "Nama kosong."))
        self.assertEqual(rows[2][-2], "HOUSEHOLD_REJECTED")
        delivery.sudo().rejected_row_count = 1_048_576
        with self.assertRaisesRegex(UserError, "workbook can hold"):
            delivery._write_rejects(io.BytesIO())

    def test_an_xlsx_delivery_tells_floats_from_texts(self):
        family = self._family(size=2)
        book = openpyxl.Workbook()
        book.active.append(list(family[0]))
        book.active.append([*family[0].values()])
        book.active.append([*{**family[1], "nik": int(family[1]["nik"])}.values()])
        file = io.BytesIO()
        book.save(file)
        delivery = self._delivery(file.getvalue())
        delivery.action_stage()
        self.assertEqual(
            self._reasons(delivery), {2: ["HOUSEHOLD_REJECTED"], 3: ["NIK_FLOAT"]}
        )

    def test_a_file_that_is_no_delivery_says_how_to_mend_it(self):
        for content in (b"", self._csv(), b"\xff\xfe", b'a;"b\n'):
            with self.subTest(content), self.assertRaises(UserError):
                self._delivery(content).action_stage()

    def test_a_key_too_long_for_one_refuses_its_rows_and_no_other(self):
        long, fine = self._family(id_keluarga="62" * 5000), self._family()
        delivery = self._applied(long, fine)
        self.assertEqual(
            self._reasons(delivery), dict.fromkeys((2, 3), ["ROW_UNREADABLE"])
        )
        self.assertEqual(delivery.new_count, 1)

    def test_two_deliveries_at_once(self):
        deliveries = self._staged(self._family()) + self._staged(self._family())
        deliveries.action_apply()
        self.assertEqual(set(deliveries.mapped("state")), {"applied"})

    def test_an_applied_delivery_is_closed(self):
        delivery = self._applied(self._family())
        for act in ("action_stage", "action_apply", "action_cancel"):
            with self.subTest(act), self.assertRaises(UserError):
                getattr(delivery, act)()
        with self.assertRaises(UserError):
            delivery.write({"purpose": "lain"})

    def test_no_user_sets_what_the_document_decides(self):
        delivery = self._delivery(self._csv(self._family()))
        with self.assertRaises(AccessError):
            delivery.write({"state": "applied"})
        forged = delivery.with_context(default_state="applied").copy(
            {"file": delivery.file}
        )
        self.assertEqual(forged.state, "draft")
        household = self._household()
        with self.assertRaises(AccessError):
            household.with_user(self.operator).write({"state": "exited"})

    def test_only_an_operator_of_the_area_handles_a_delivery(self):
        delivery = self._staged(self._family())
        auditor = self._role_user("auditor")
        for act in ("action_stage", "action_apply", "action_cancel"):
            # assertRaises would roll the record of the refusal back.
            with self.subTest(act), self._refused(AccessError):
                getattr(delivery.with_user(auditor), act)()
        with self.assertRaises(AccessError):
            delivery.with_user(auditor)._write_rejects(io.BytesIO())
        refused = self.env["khbs.audit.event"].search_count(
            [("act", "=", "dtsen.apply"), ("outcome", "=", "refused")]
        )
        self.assertEqual(refused, 1)
        neighbour = self._role_user(
            "registry_operator", areas=self._area("62.71"), login="neighbour"
        )
        with self.assertRaises(AccessError):
            delivery.with_user(neighbour).action_apply()

    def test_the_audit_event_holds_counts_and_no_names(self):
        delivery = self._applied(self._family())
        event = self.env["khbs.audit.event"].search([("act", "=", "dtsen.applied")])
        self.assertEqual(event.res_id, delivery.id)
        self.assertEqual(event.data["new"], 1)
        self.assertEqual(len(event.data["file_sha256"]), 64)

    def test_staged_rows_are_kept_no_longer_than_needed(self):
        faulty = self._family()
        faulty[0]["nama"] = ""
        delivery = self._applied(self._family(), faulty)
        self.env["khbs.dtsen.job"]._gc_staged_rows()
        self.env.cr.execute(
            "SELECT line FROM khbs_dtsen_row WHERE import_id = %s ORDER BY 1",
            [delivery.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [(4,), (5,)])

    def test_a_person_reads_numbers_only_masked(self):
        self._applied(self._family())
        reader = new_test_user(
            self.env, login="reader", groups="khbs_registry.group_validator"
        )
        reader.khbs_area_ids = [Command.set(self.province.ids)]
        person = self.env["khbs.person"].with_user(reader).search([], limit=1)
        self.assertIn("****", person.nik_masked)
        with self.assertRaises(AccessError):
            person.read(["nik"])
        self.assertEqual(person.area_id.code, VILLAGE)


@tagged("post_install", "-at_install")
class TestRejectDownload(DeliveryCase, HttpCase):
    def test_the_reject_file_is_for_its_operator(self):
        faulty = self._family()
        faulty[0]["nama"] = ""
        delivery = self._staged(faulty)
        address = f"/khbs/import/{delivery.id}/rejects"
        self.authenticate(self.operator.login, self.operator.login)
        answer = self.url_open(address)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("DTSEN-", answer.headers["Content-Disposition"])
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        self.assertEqual(sheet.max_row, 3)
        self.assertEqual(self.url_open("/khbs/import/0/rejects").status_code, 404)
        auditor = self._role_user("auditor")
        self.authenticate(auditor.login, auditor.login)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(address).status_code, 403)
