# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
import io

import openpyxl

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .delivery_common import DeliveryCase

OTHER_VILLAGE = "62.06.01.2002"
FULL = {"scope": "full", "quarter": "2"}


@tagged("post_install", "-at_install")
class TestImportQuarter(DeliveryCase):
    """The delivery of the next quarter: what it would do is shown before it is done."""

    def _changes(self, delivery):
        return {
            (change.field_name, change.old_value, change.new_value)
            for change in delivery.change_ids
        }

    def test_every_change_is_shown_field_by_field_before_it_is_made(self):
        family = self._family(size=3)
        self._applied(family)
        household = self._household_of(family)
        former = household.kk_number
        changed = [
            {
                **row,
                "desil": "6",
                "kode_wilayah": OTHER_VILLAGE,
                "no_kk": "6206010101269111",
            }
            for row in family[:2]
        ]
        changed[1]["nama"] = "NAMA BENAR"
        newborn = self._family()[1]
        born = {
            **changed[1],
            "nik": newborn["nik"],
            "nama": "BAYI",
            "tanggal_lahir": "",
        }
        delivery = self._staged([*changed, born], quarter="2")
        village = self._area(OTHER_VILLAGE)
        self.assertEqual(
            self._changes(delivery),
            {
                ("kk_number", f"{former[:4]}********{former[-4:]}", "6206********9111"),
                ("decile", "3", "6"),
                ("area_id", self.village.display_name, village.display_name),
                ("name", family[1]["nama"], "NAMA BENAR"),
                ("state", "alive", "not_found"),
                ("member", False, "BAYI"),
            },
        )
        self.assertEqual(
            (delivery.decile_moved_count, delivery.village_moved_count), (1, 1)
        )
        [regency] = delivery.count_ids
        self.assertEqual((regency.regency_id.code, regency.changed_count), ("62.06", 1))
        self.assertEqual(household.decile, "3", "nothing is written yet")
        delivery.action_apply()
        self.assertEqual(
            (household.decile, household.area_id, household.kk_number),
            ("6", village, "6206010101269111"),
        )
        self.assertEqual(household.dtsen_quarter, "2026-2")
        alive = household.person_ids.filtered(lambda p: p.state == "alive")
        self.assertEqual(
            set(alive.mapped("name")), {family[0]["nama"], "NAMA BENAR", "BAYI"}
        )

    def test_a_complete_delivery_says_who_is_gone_and_who_is_back(self):
        stays, goes = self._family(), self._family()
        self._applied(stays, goes)
        delivery = self._staged(stays, **FULL)
        self.assertEqual(delivery.gone_count, 1)
        household = self._household_of(goes)
        self.assertFalse(household.dtsen_gone_on)
        delivery.action_apply()
        self.assertTrue(household.dtsen_gone_on)
        self.assertEqual(household.dtsen_quarter, "2026-1")
        again = self._applied(stays, **FULL)
        self.assertEqual((again.gone_count, again.changed_count), (0, 0))
        back = self._applied(stays, goes, **FULL)
        self.assertEqual(back.changed_count, 1)
        self.assertFalse(household.dtsen_gone_on)

    def test_a_partial_delivery_makes_nobody_gone(self):
        stays, other = self._family(), self._family()
        self._applied(stays, other)
        delivery = self._applied(stays, quarter="2")
        self.assertEqual(delivery.gone_count, 0)
        self.assertFalse(self._household_of(other).dtsen_gone_on)

    def test_a_complete_delivery_of_an_area_leaves_the_others_alone(self):
        here = self._family()
        there = self._family(kode_wilayah="62.71.01.1001")
        self._applied(here, there)
        delivery = self._applied(self._family(), area_id=self._area("62.06").id, **FULL)
        self.assertEqual(delivery.gone_count, 1)
        self.assertTrue(self._household_of(here).dtsen_gone_on)
        self.assertFalse(self._household_of(there).dtsen_gone_on)

    def test_a_refused_family_is_not_gone(self):
        family = self._family()
        self._applied(family)
        family[1]["nama"] = ""
        delivery = self._applied(family, **FULL)
        self.assertEqual((delivery.rejected_count, delivery.gone_count), (1, 0))

    def test_an_unreadable_row_takes_its_family_and_makes_nobody_gone(self):
        family = self._family(size=3)
        self._applied(family)
        lines = self._csv(family).decode().splitlines()
        lines[3] += ";lebih"
        delivery = self._delivery("\n".join(lines).encode(), **FULL)
        delivery.action_stage()
        self.assertEqual(
            list(self._reasons(delivery).values()),
            [["HOUSEHOLD_REJECTED"], ["HOUSEHOLD_REJECTED"], ["ROW_UNREADABLE"]],
        )
        delivery.action_apply()
        self.assertFalse(self._household_of(family).dtsen_gone_on)
        self.assertEqual(self._household_of(family).member_count, 3)

    def test_several_areas_are_one_scope(self):
        here, there = self._family(), self._family(kode_wilayah="62.71.01.1001")
        areas = {
            "area_id": self._area("62.06").id,
            "further_area_ids": [Command.set(self._area("62.71").ids)],
        }
        self._applied(here, there, **areas, quarter="2")
        older = self._delivery(
            self._csv(there), area_id=self._area("62.71").id, quarter="1"
        )
        with self.assertRaises(UserError):
            older.action_stage()

    def test_nobody_imports_into_areas_of_others(self):
        local = self._role_user(
            "registry_operator", areas=self._area("62.06"), login="local"
        )
        areas = {
            "area_id": self._area("62.06").id,
            "further_area_ids": [Command.set(self._area("62.71").ids)],
        }
        content = self._csv(self._family())
        with self.assertRaises(AccessError):
            self._delivery(content, user=local, **areas)
        delivery = self._delivery(content, user=local, area_id=areas["area_id"])
        with self.assertRaises(AccessError):
            delivery.further_area_ids = areas["further_area_ids"]
        delivery.sudo().further_area_ids = areas["further_area_ids"]
        with self.assertRaises(AccessError):
            delivery.action_stage()

    def test_a_delivery_of_several_areas_is_for_who_has_them_all(self):
        """Its files name the families of each of them in full."""
        here, there = self._family(), self._family(kode_wilayah="62.71.01.1001")
        there[0]["nama"] = ""
        areas = self._area("62.06") | self._area("62.71")
        delivery = self._staged(
            here,
            there,
            area_id=areas[0].id,
            further_area_ids=[Command.set(areas[1].ids)],
        )
        for owned in areas:
            local = self._role_user(
                "registry_operator", areas=owned, login=f"local-{owned.code}"
            )
            theirs = delivery.with_user(local)
            self.assertFalse(theirs.search_count([("id", "=", delivery.id)]))
            with self.assertRaises(AccessError):
                theirs._write_rejects(io.BytesIO())
        both = self._role_user("registry_operator", areas=areas, login="both")
        delivery.with_user(both)._write_rejects(io.BytesIO())

    def test_a_member_who_changed_the_family_moves_along(self):
        first, second = self._family(size=3), self._family()
        self._applied(first, second)
        mover = {**first[2], "id_keluarga": second[0]["id_keluarga"]}
        mover |= {"no_kk": second[0]["no_kk"]}
        delivery = self._applied(first[:2], [*second, mover], quarter="2")
        self.assertEqual((delivery.changed_count, delivery.rejected_count), (2, 0))
        self.assertEqual(self._household_of(first).member_count, 2)
        household = self._household_of(second)
        self.assertEqual(household.member_count, 3)
        left = self._household_of(first).person_ids.filtered(
            lambda p: p.state == "moved"
        )
        self.assertEqual(left.nik, mover["nik"])

    def test_a_member_who_is_named_again_is_the_same_person(self):
        family = self._family(size=3)
        self._applied(family)
        household = self._household_of(family)
        persons = household.person_ids
        self._applied(family[:2], quarter="2")
        self.assertEqual(household.member_count, 2)
        self._applied(family, quarter="3")
        self.assertEqual(household.person_ids, persons)
        self.assertEqual(household.member_count, 3)

    def test_now_excluded_by_decile_or_by_another_aid(self):
        within, above, aided = self._family(), self._family(), self._family()
        self._applied(within, above, aided)
        criteria = self._criteria(max_decile="5")
        criteria.with_user(self.operator).action_decide_families()
        self.assertEqual(self._household_of(above).state, "eligible")
        self._aid_list([(aided[0]["nik"], "", "PKH")])
        for row in above:
            row["desil"] = "6"
        delivery = self._staged(within, above, aided, quarter="2")
        self.assertEqual(delivery.excluded_count, 2)
        excluded = {
            family.household_id: family.excluded
            for family in delivery.family_ids
            if family.excluded
        }
        self.assertEqual(
            excluded,
            {
                self._household_of(above): "decile",
                self._household_of(aided): "aid",
            },
        )

    def test_what_moved_while_it_waited_is_held_back_not_overwritten(self):
        first, second = self._family(), self._family()
        self._applied(first, second)
        for row in first + second:
            row["alamat"] = "JL. BARU"
        delivery = self._staged(first, second)
        family = self.env["khbs.dtsen.family"]
        position, _count = family._next_chunk(delivery, 0, 10)
        # Between the check of all and the chunk somebody corrects one by hand.
        self._household_of(first).rt = "009"
        self.env.flush_all()
        self.assertEqual(family._apply_chunk(delivery), 1)
        self.assertTrue(position)
        self.env.invalidate_all()
        self.assertEqual(self._household_of(first).address, "JL. PASAK")
        self.assertEqual(self._household_of(second).address, "JL. BARU")

    def test_corrected_rows_alone_are_a_delivery_of_the_same_quarter(self):
        good, faulty = self._family(), self._family(size=3)
        faulty[1]["nik"] = "62060102018090"
        parent = self._applied(good, faulty)
        file = io.BytesIO()
        parent._write_rejects(file)
        book = openpyxl.load_workbook(file)
        sheet = book.active
        sheet.cell(3, 3).value = "6206010201809777"
        corrected = io.BytesIO()
        book.save(corrected)
        defaults = parent.with_user(self.operator).action_correct()["context"]
        child = (
            self.env["khbs.dtsen.import"]
            .with_user(self.operator)
            .with_context(**defaults)
            .create({"file": base64.b64encode(corrected.getvalue())})
        )
        child.action_stage()
        self.assertEqual((child.encoding, child.new_count), ("xlsx", 1))
        child.action_apply()
        self.assertEqual(self._household_of(faulty).member_count, 3)
        self.assertEqual((parent.child_ids, child.rejected_count), (child, 0))
        with self.assertRaises(ValidationError):
            self._delivery(
                self._csv(good), parent_id=parent.id, quarter="2", scope="partial"
            )

    def test_a_workbook_with_merged_cells_refuses_the_family_and_no_other(self):
        merged, good = self._family(size=3), self._family()
        book = openpyxl.Workbook()
        book.active.append(list(merged[0]))
        for row in merged + good:
            book.active.append(list(row.values()))
        book.active.merge_cells("A2:A4")
        book.active.merge_cells("B2:B4")
        file = io.BytesIO()
        book.save(file)
        delivery = self._delivery(file.getvalue())
        delivery.action_stage()
        self.assertEqual(
            self._reasons(delivery),
            {2: ["HOUSEHOLD_REJECTED"], 3: ["CELL_MERGED"], 4: ["CELL_MERGED"]},
        )
        self.assertEqual(delivery.new_count, 1)

    def test_heads_are_asked_once_and_remembered(self):
        family = self._family()
        heads = {
            "id_keluarga": "ID Keluarga",
            "no_kk": "Nomor KK",
            "nik": "NIK",
            "nama": "Nama Lengkap",
            "hubungan_keluarga": "SHDK",
            "jenis_kelamin": "JK",
            "tanggal_lahir": "Tgl. Lahir",
            "kode_wilayah": "Wilayah",
            "desil": "Desil Nasional",
        }
        lines = [";".join(["LAMPIRAN"] + [""] * 8), ";".join(heads.values())]
        for row in family:
            row["tanggal_lahir"] = "02/01/1980"
            lines.append(";".join(row[name] for name in heads))
        content = "\n".join(lines).encode("cp1252")
        delivery = self._delivery(content)
        action = delivery.action_stage()
        self.assertEqual((delivery.state, action["target"]), ("draft", "new"))
        mapping = (
            self.env["khbs.dtsen.mapping"]
            .with_user(self.operator)
            .browse(action["res_id"])
        )
        mapping.header_line = 3
        with self.assertRaisesRegex(UserError, "numbers of persons"):
            mapping._read_heads()
        mapping.header_line = 2
        mapping._read_heads()
        known = {line.head: line.meaning for line in mapping.line_ids}
        self.assertEqual(known["SHDK"], "hubungan_keluarga")
        self.assertFalse(known["Wilayah"])
        mapping.source_name = "Dinsos Katingan"
        with self.assertRaises(UserError):
            mapping.action_remember()
        mapping.line_ids.filtered(
            lambda li: li.head == "Wilayah"
        ).meaning = "kode_wilayah"
        mapping.action_remember()
        self.assertEqual((delivery.state, delivery.new_count), ("staged", 1))
        source = delivery.source_id
        again = self._delivery(content, source_id=source.id)
        self.assertTrue(again.action_stage())
        self.assertEqual(again.state, "staged")
        again.action_apply()
        head = self._household_of(family).head_id
        self.assertEqual(head.birth_date.isoformat(), "1980-01-02")

    def test_a_source_with_the_eight_relations_keeps_what_is_known_better(self):
        family = self._family(size=3)
        family[1]["hubungan_keluarga"] = "8"
        self._applied(family)
        source = self.env["khbs.dtsen.source"].create(
            {"name": "Regsosek", "relation_codes": "dtsen"}
        )
        for row, code in zip(family, "163", strict=True):
            row["hubungan_keluarga"] = code
        delivery = self._applied(family, source_id=source.id)
        self.assertEqual(delivery.changed_count, 0)
        relations = self._household_of(family).person_ids.mapped("relation")
        self.assertEqual(sorted(relations), ["1", "4", "8"])

    def test_a_quarter_and_its_cutoff_are_those_of_a_calendar(self):
        for values in (
            {"year": 20266},
            {"year": 202},
            {"cutoff_date": "2026-04-01"},
            {"cutoff_date": "2099-01-01", "year": 2027},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._delivery(self._csv(self._family()), **values)
        self._delivery(self._csv(self._family()), cutoff_date="2026-03-31")

    def test_what_belongs_to_a_family_moves_with_it(self):
        family = self._family()
        self._applied(family)
        household = self._household_of(family)
        request = self.env["khbs.change.request"].create({"household_id": household.id})
        for row in family:
            row["kode_wilayah"] = "62.71.01.1001"
        self._applied(family, quarter="2")
        self.env.invalidate_all()
        self.assertEqual(request.area_id.code, "62.71.01.1001")

    def test_who_is_named_by_another_delivery_meanwhile_is_not_gone(self):
        stays, named = self._family(), self._family()
        self._applied(stays, named)
        full = self._staged(stays, **FULL)
        self.assertEqual(full.gone_count, 1)
        self._applied(named, quarter="2")
        full.action_apply()
        self.assertEqual((full.state, full.gone_count), ("staged", 0))

    def test_who_is_named_while_the_job_waits_is_not_gone(self):
        stays, named = self._family(), self._family()
        self._applied(stays, named)
        full = self._staged(stays, **FULL)
        self._applied(named, quarter="2")
        self._as_a_job(full)
        self.assertFalse(self._household_of(named).dtsen_gone_on)

    def test_a_refused_row_names_its_family_by_any_of_its_numbers(self):
        family, other = self._family(id_keluarga=""), self._family(id_keluarga="")
        self._applied(family, other)
        household = self.env["khbs.household"].search(
            [("kk_number", "=", family[0]["no_kk"])]
        )
        household.dtsen_key = "62000777"
        for values in ({"no_kk": "6,20601E+15"}, {"nik": "6,20601E+15", "nama": ""}):
            with self.subTest(values):
                refused = [{**row, **values} for row in family]
                delivery = self._staged(refused, other, **FULL)
                self.assertEqual((delivery.rejected_count, delivery.gone_count), (1, 0))

    def test_a_key_of_a_kk_number_is_undone_by_nobody(self):
        """Whoever may not see the number sees the key; a plain digest is soon tried."""
        family = self._family(id_keluarga="")
        self._applied(family)
        household = self.env["khbs.household"].search(
            [("kk_number", "=", family[0]["no_kk"])]
        )
        plain = hashlib.sha256(family[0]["no_kk"].encode()).hexdigest()
        self.assertRegex(household.dtsen_key, "^kk:[0-9a-f]{16}$")
        self.assertNotIn(plain[:8], household.dtsen_key)
        again = self._applied(family, quarter="2")
        self.assertEqual((again.new_count, again.changed_count), (0, 0))

    def test_a_source_without_keys_takes_none_away(self):
        family = self._family()
        self._applied(family)
        household = self._household_of(family)
        without = [{**row, "id_keluarga": ""} for row in family]
        delivery = self._applied(without, quarter="2")
        self.assertEqual(delivery.changed_count, 0)
        self.assertEqual(household.dtsen_key, family[0]["id_keluarga"])

    def test_a_family_that_left_is_still_that_family(self):
        family = self._family()
        self._applied(family)
        household = self._household_of(family)
        household._set_state("exited", "GRADUATED")
        for row in family:
            row["desil"] = "4"
        delivery = self._applied(family, quarter="2")
        self.assertEqual((delivery.rejected_count, delivery.changed_count), (0, 1))
        self.assertEqual(
            (household.decile, household.state, household.dtsen_quarter),
            ("4", "exited", "2026-2"),
        )

    def test_rows_of_a_family_that_disagree_on_its_decile(self):
        family = self._family()
        family[1]["desil"] = "9"
        delivery = self._staged(family)
        self.assertEqual(
            set(map(tuple, self._reasons(delivery).values())),
            {("FAMILY_INCONSISTENT",)},
        )

    def test_who_moves_between_two_families_is_lost_by_neither(self):
        first, second = self._family(size=3), self._family()
        self._applied(first, second)
        household = self._household_of(first)
        mover = {**first[2], "id_keluarga": second[0]["id_keluarga"]}
        mover |= {"no_kk": second[0]["no_kk"]}
        delivery = self._staged(first[:2], [*second, mover], quarter="2")
        self._household_of(second).address = "JL. LAIN"
        self._as_a_job(delivery)
        self.assertEqual(delivery.moved_count, 2)
        self.assertEqual(household.member_count, 3)
        again = self._applied(first[:2], [*second, mover], quarter="2")
        self.assertEqual(again.changed_count, 2)
        self.assertEqual(household.member_count, 2)
        self.assertEqual(self._household_of(second).member_count, 3)

    def _as_a_job(self, delivery):
        """Apply *delivery* as the cron does: some time after the operator pressed."""
        self.env.flush_all()
        delivery.sudo().state = "applying"
        job = self.env["khbs.dtsen.job"].create(
            {
                "import_id": delivery.id,
                "kind": "apply",
                "phase": "write",
                "position": -1,
                "requested_by_id": self.operator.id,
            }
        )
        job._run_at_once()
        self.env.invalidate_all()
