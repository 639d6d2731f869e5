# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import io
from datetime import date, timedelta

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError

from ..roster_lines import COLUMNS
from .common import YEAR, BkkCase

VILLAGE, OTHER_VILLAGE = "62.06.01.2003", "62.06.01.2004"


class TestRosterImport(BkkCase):
    """A delivered file: looked at, applied, sent back, handed in again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.serial = 0

    def _row(self, **cells):
        type(self).serial += 1
        row = {
            "nama": f"KETUA {chr(65 + self.serial // 26)}{chr(65 + self.serial % 26)}",
            "nik": f"620601010170{self.serial:04d}",
            "peran": "Ketua RT",
            "kode_wilayah": VILLAGE,
            "nomor_sk": "141/7/2026",
            "tanggal_sk": "05/01/2026",
            "mulai": "2026-01-05",
            "rekening": f"900{self.serial:07d}",
            "bank": "Bank Kalteng",
        }
        row["nama_rekening"] = row["nama"]
        return {**row, **cells}

    def _xlsx(self, rows, heads=tuple(COLUMNS), merge=None):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(list(heads))
        for row in rows:
            sheet.append([row.get(head, "") for head in heads])
        if merge:
            sheet.merge_cells(merge)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def _csv(self, rows):
        lines = [";".join(COLUMNS)]
        lines += [
            ";".join(f'"{row.get(head, "")}"' for head in COLUMNS) for row in rows
        ]
        return "\n".join(lines).encode()

    def _import(self, content, user=None):
        return (
            self.env["khbs.bkk.roster.import"]
            .with_user(user or self.proposer)
            .create({"file": base64.b64encode(content), "file_name": "daftar.xlsx"})
        )

    def _checked_import(self, rows, **kwargs):
        delivery = self._import(self._xlsx(rows, **kwargs))
        delivery.action_check()
        return delivery

    def _counts(self, delivery):
        return (
            delivery.new_count,
            delivery.changed_count,
            delivery.same_count,
            delivery.refused_count,
        )

    def _codes(self, delivery):
        return [line.codes for line in delivery.line_ids]

    def _holder_of(self, row):
        return self.env["khbs.bkk.holder"].search([("nik", "=", row["nik"])])

    def _refused_sheet(self, delivery):
        file = io.BytesIO()
        delivery._write_refused(file)
        return file

    # ------------------------------------------------------------------
    # What it brings
    # ------------------------------------------------------------------

    def test_a_file_is_looked_at_before_it_is_applied(self):
        rows = [
            self._row(selesai="31/12/2026", pangkat="-", golongan="bukan PNS"),
            self._row(
                peran="bhabinkamtibmas",
                kode_wilayah=f"{VILLAGE}; {OTHER_VILLAGE}",
                pangkat="Aipda",
                golongan="Bintara",
                npwp="09.254.294.3-407.000",
            ),
        ]
        delivery = self._checked_import(rows)
        self.assertEqual(self._counts(delivery), (2, 0, 0, 0))
        self.assertFalse(self._holder_of(rows[0]))
        with self.assertRaises(AccessError):
            delivery.line_ids.read(["nik"])

        delivery.action_apply()
        head, police = (self._holder_of(row) for row in rows)
        self.assertEqual(head.date_from, date(2026, 1, 5))
        self.assertEqual(head.date_to, date(2026, 12, 31))
        self.assertEqual(head.appointment_date, date(2026, 1, 5))
        self.assertEqual(head.regency_id, self.regency)
        self.assertFalse(head.account_name_differs)
        self.assertEqual(police.rank_group, "sergeant")
        self.assertEqual(police.rank, "Aipda")
        self.assertEqual(police.area_count, 2)
        self.assertEqual(police.npwp_masked, "0925*******7000")
        self.assertEqual(police.create_uid, self.proposer)

    def test_applied_lines_keep_no_number(self):
        delivery = self._checked_import([self._row()])
        delivery.action_apply()
        line = delivery.line_ids.sudo()
        self.assertFalse(line.nik or line.npwp or line.bank_account)
        self.assertTrue(line.holder_id.nik)

    def test_the_same_file_twice_changes_nothing(self):
        content = self._xlsx([self._row(), self._row(peran="damang", **self._camat())])
        self._applied(content)
        again = self._import(content)
        again.action_check()
        self.assertEqual(self._counts(again), (0, 0, 2, 0))
        with self._refused():
            again.action_apply()
        # Nor does it undo what was entered since.
        holder = self._holder_of({"nik": f"620601010170{self.serial:04d}"})
        holder.date_to = date(2026, 6, 30)
        again.action_check()
        self.assertEqual(self._counts(again), (0, 0, 2, 0))

    def test_a_term_ended_by_letter_is_not_opened_again(self):
        row = self._row(selesai="2026-12-31")
        content = self._xlsx([row])
        self._applied(content)
        holder = self._holder_of(row).with_user(self.proposer)
        letter = {"appointment_letter": "1", "appointment_date": date(2026, 2, 1)}
        holder._end_term(date(2026, 2, 14), "resigned", letter, None)
        again = self._import(content)
        again.action_check()
        self.assertEqual(self._counts(again), (0, 0, 1, 0))
        changed = self._checked_import([{**row, "nomor_sk": "141/12/2026"}])
        self.assertEqual(changed.line_ids.changes, "nomor_sk")
        changed.action_apply()
        self.assertEqual(holder.date_to, date(2026, 2, 14))

    def _camat(self):
        return {"kode_wilayah": VILLAGE[:8]}

    def _applied(self, content):
        delivery = self._import(content)
        delivery.action_check()
        delivery.action_apply()
        return delivery

    def test_changed_lines_are_named_and_empty_cells_keep(self):
        row, other = self._row(), self._row()
        self._applied(self._xlsx([row, other]))
        changed = {
            **row,
            "kode_wilayah": OTHER_VILLAGE,
            "nomor_sk": "141/8/2026",
            "rekening": "",
            "bank": "",
        }
        delivery = self._checked_import([changed, other])
        self.assertEqual(self._counts(delivery), (0, 1, 1, 0))
        self.assertEqual(delivery.line_ids[0].changes, "nomor_sk, kode_wilayah")
        delivery.action_apply()
        holder = self._holder_of(row)
        self.assertEqual(holder.area_ids.code, OTHER_VILLAGE)
        self.assertEqual(holder.appointment_letter, "141/8/2026")
        self.assertEqual(holder.bank_name, "Bank Kalteng")
        self.assertTrue(holder.sudo().bank_account)

    def test_an_account_of_another_name_is_found_at_once(self):
        row = self._row(nama_rekening="ORANG LAIN")
        self._applied(self._xlsx([row]))
        self.assertTrue(self._holder_of(row).account_name_differs)

    def test_two_files_are_applied_in_one_act(self):
        rows = [self._row(), self._row()]
        deliveries = self._checked_import(rows[:1]) + self._checked_import(rows[1:])
        deliveries.action_apply()
        self.assertEqual(set(deliveries.mapped("state")), {"applied"})
        self.assertTrue(all(self._holder_of(row) for row in rows))

    def test_csv_is_read_as_well(self):
        delivery = self._import(self._csv([self._row(), self._row()]))
        delivery.action_check()
        self.assertEqual(self._counts(delivery), (2, 0, 0, 0))

    # ------------------------------------------------------------------
    # What is refused
    # ------------------------------------------------------------------

    def test_refused_lines_come_back_with_code_and_sentence(self):
        good, bad = self._row(), self._row(nik="123", peran="Ketua RX")
        delivery = self._checked_import([good, bad])
        self.assertEqual(self._counts(delivery), (1, 0, 0, 1))
        self.assertIn("NIK", delivery.refused_ids.reasons)
        file = self._refused_sheet(delivery)
        head, *rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
        self.assertEqual(head[: len(COLUMNS)], tuple(COLUMNS))
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0][:2], (bad["nama"], "123"))
        self.assertEqual(rows[0][-2], "ROLE_UNKNOWN, NIK_FORM")
        self.assertIn("KTP-el", rows[0][-1])

    def test_mended_refusals_are_a_file_of_their_own(self):
        good, bad = self._row(), self._row(kode_wilayah="62.06.99.9999")
        delivery = self._checked_import([good, bad])
        delivery.action_apply()
        book = openpyxl.load_workbook(self._refused_sheet(delivery))
        sheet = book.active
        place = list(COLUMNS).index("kode_wilayah") + 1
        sheet.cell(row=2, column=place).value = VILLAGE
        file = io.BytesIO()
        book.save(file)
        mended = self._applied(file.getvalue())
        self.assertEqual(self._counts(mended), (1, 0, 0, 0))
        self.assertEqual(self._holder_of(bad).area_ids, self.village)

    def test_what_is_refused_of_the_roster(self):
        held = self._row()
        elsewhere = self._row()
        self._applied(self._xlsx([held]))
        self._holder(
            "DI KOTA",
            nik_entry=elsewhere["nik"],
            regency_id=self._area("62.71").id,
        )
        twice = self._row()
        delivery = self._checked_import(
            [
                {**held, "mulai": "2026-03-01"},
                elsewhere,
                twice,
                {**twice, "kode_wilayah": OTHER_VILLAGE},
                self._row(kode_wilayah="62.71.01.1001"),
            ]
        )
        self.assertEqual(
            self._codes(delivery),
            [
                "TERM_OVERLAPS",
                "HELD_ELSEWHERE",
                False,
                "DUPLICATE_IN_FILE",
                "AREA_OUTSIDE",
            ],
        )

    def test_a_holder_of_another_regency_is_not_told(self):
        row = self._row()
        self._holder(
            "ORANG KOTA",
            nik_entry=row["nik"],
            date_from=date(2026, 1, 5),
            regency_id=self._area("62.71").id,
        )
        delivery = self._checked_import([row])
        self.assertEqual(self._codes(delivery), ["HELD_ELSEWHERE"])
        self.assertFalse(delivery.line_ids.holder_id)
        self.assertFalse(delivery.line_ids.changes)

    def test_a_renewed_term_follows_the_one_that_ended(self):
        row = self._row()
        self._applied(self._xlsx([row]))
        self._holder_of(row).date_to = date(2026, 6, 30)
        renewed = {**row, "mulai": "2026-07-01", "nomor_sk": "141/9/2026"}
        # The old line, without a last day, may stand beside the new one.
        delivery = self._checked_import([row, renewed])
        self.assertEqual(self._counts(delivery), (1, 0, 1, 0))
        delivery.action_apply()
        self.assertEqual(len(self._holder_of(row)), 2)

    def test_a_nik_that_became_a_number(self):
        rows = [self._row(nik=6.20601010170001e15), self._row(rekening="900.12E+9")]
        delivery = self._checked_import(rows)
        self.assertEqual(self._codes(delivery), ["NIK_FLOAT", "ACCOUNT_FORM"])

    def test_merged_cells(self):
        delivery = self._checked_import([self._row(), self._row()], merge="A2:A3")
        self.assertEqual(self._codes(delivery), [False, "CELL_MERGED"])

    def test_texts_hold_no_number_and_no_formula(self):
        number = "6206010101809901"
        rows = [
            self._row(nama="+CMD()|A"),
            self._row(nama="RT 1"),
            self._row(nama_rekening=number),
            self._row(bank="Bank 9001 2345 67"),
            self._row(nomor_sk=f"SK {number}"),
            self._row(bank="@HYPERLINK(1)"),
            self._row(nama="H. ABD. MA'RUF, S.Pd.", pangkat="-", nomor_sk="141/1.2-26"),
        ]
        delivery = self._checked_import(rows)
        self.assertEqual(
            self._codes(delivery),
            [
                *["NAME_FORM"] * 2,
                *["TEXT_NUMBER"] * 3,
                "TEXT_FORMULA",
                False,
            ],
        )
        refused = delivery.line_ids[2:6]
        self.assertFalse(any(refused.mapped("bank_account_name")))
        self.assertFalse(any(refused.mapped("bank_name")))
        self.assertFalse(any(refused.mapped("appointment_letter")))
        for vals in (
            {"name": f"RT {number}"},
            {"bank_account_name": "=1+1"},
            {"appointment_letter": number},
        ):
            with self._refused(ValidationError):
                self.rt.with_user(self.proposer).write(vals)

    def test_numbers_of_a_file_that_nobody_applied_go_away(self):
        delivery = self._checked_import([self._row()])
        kept = self._checked_import([self._row()])
        long_ago = fields.Datetime.now() - timedelta(days=31)
        delivery.sudo().checked_at = long_ago
        self.env["khbs.bkk.roster.import"]._forget_unapplied()
        self.assertEqual((delivery.state, delivery.row_count), ("draft", 0))
        self.assertFalse(delivery.line_ids)
        self.assertEqual((kept.state, len(kept.line_ids)), ("checked", 1))

    def test_a_babinsa_needs_a_rank(self):
        delivery = self._checked_import([self._row(peran="Babinsa")])
        self.assertEqual(self._codes(delivery), ["RANK_MISSING"])

    def test_broken_files_are_explained(self):
        whole = self._xlsx([self._row()])
        heads = [head for head in COLUMNS if head != "nik"]
        for content, said in (
            (whole[:500], "cannot be read"),
            (self._xlsx([self._row()], heads=heads), "nik"),
            (self._xlsx([]), "no lines"),
            (b" ", "nama"),
        ):
            delivery = self._import(content)
            with self.assertRaisesRegex(UserError, said):
                delivery.action_check()
            self.assertEqual(delivery.state, "draft")

    # ------------------------------------------------------------------
    # Who and when
    # ------------------------------------------------------------------

    def test_a_roster_that_changed_since_is_looked_at_again(self):
        row = self._row()
        delivery = self._checked_import([row])
        self._holder("LEBIH DAHULU", nik_entry=row["nik"])
        with self._refused():
            delivery.action_apply()
        delivery.action_check()
        self.assertEqual(self._codes(delivery), ["TERM_OVERLAPS"])

    def test_only_the_proposer_imports(self):
        delivery = self._checked_import([self._row(nik="1")])
        for user in (self.verifier, self.approver):
            mine = delivery.with_user(user)
            for act in ("action_check", "action_apply", "action_reopen"):
                with self._refused(AccessError):
                    getattr(mine, act)()
            with self._refused(AccessError):
                mine._write_refused(io.BytesIO())
            with self._refused(AccessError):
                mine._write_template(io.BytesIO())
        with self._refused(AccessError):
            delivery.with_user(self.verifier).read(["file"])

    def test_the_file_leaves_by_its_own_door(self):
        delivery = self._checked_import([self._row()])
        self.assertNotIn("PK", str(delivery.read(["file"])[0]["file"]))
        attachments = self.env["ir.attachment"].with_user(self.proposer)
        self.assertFalse(
            attachments.search([("res_model", "=", delivery._name), ("id", ">", 0)])
        )

    def test_another_regency_does_not_see_it(self):
        delivery = self._checked_import([self._row()])
        city = self._area("62.71")
        other = self._role_user("bkk_proposer", areas=city, login="kota")
        imports = self.env["khbs.bkk.roster.import"].with_user(other)
        self.assertFalse(imports.search([]))
        self.assertFalse(imports.env["khbs.bkk.roster.import.line"].search([]))
        with self._refused(AccessError):
            delivery.with_user(other).action_apply()

    def test_states_and_counts_are_not_written_by_hand(self):
        delivery = self._checked_import([self._row()])
        for vals in ({"state": "applied"}, {"new_count": 0}):
            with self._refused(AccessError):
                delivery.write(vals)
        with self._refused():
            delivery.write({"file": base64.b64encode(b"nama;nik")})
        delivery.action_reopen()
        self.assertFalse(delivery.line_ids)
        delivery.write({"file": base64.b64encode(self._xlsx([self._row()]))})
        delivery.action_check()
        delivery.action_apply()
        for act in ("action_check", "action_apply", "action_reopen"):
            with self._refused():
                getattr(delivery, act)()
        with self._refused():
            delivery.unlink()

    def test_the_template_is_a_file_that_is_read(self):
        file = io.BytesIO()
        self.env["khbs.bkk.roster.import"].with_user(self.proposer)._write_template(
            file
        )
        book = openpyxl.load_workbook(file)
        sheet = book.active
        self.assertEqual([cell.value for cell in sheet[1]], list(COLUMNS))
        roles = [row[0].value for row in book["peran"].iter_rows(min_row=2)]
        self.assertIn("Ketua RT", roles)
        self.assertNotIn("Basir", roles)
        codes = [row[0].value for row in book["wilayah"].iter_rows(min_row=2)]
        self.assertIn(VILLAGE, codes)
        self.assertNotIn("62.71.01.1001", codes)
        row = self._row()
        sheet.append([row.get(head, "") for head in COLUMNS])
        filled = io.BytesIO()
        book.save(filled)
        delivery = self._import(filled.getvalue())
        delivery.action_check()
        self.assertEqual(self._counts(delivery), (1, 0, 0, 0))

    def test_acts_are_recorded_without_a_number(self):
        row = self._row()
        delivery = self._checked_import([row])
        delivery.action_apply()
        self._refused_sheet(delivery)
        events = self.env["khbs.audit.event"].search(
            [("model", "=", delivery._name), ("res_id", "=", delivery.id)]
        )
        self.assertEqual(
            set(events.mapped("act")),
            {
                "bkk.roster.import.staged",
                "bkk.roster.import.applied",
                "bkk.roster.import.rejects",
            },
        )
        for event in events:
            self.assertNotIn(row["nik"], str(event.read()))

    def test_a_holder_that_stands_in_a_proposal_may_be_changed_by_a_file(self):
        row = self._row(mulai=f"{YEAR - 1}-01-01")
        self._applied(self._xlsx([row]))
        self._proposed()
        changed = {**row, "nomor_sk": "141/10/2026", "kode_wilayah": OTHER_VILLAGE}
        self._applied(self._xlsx([changed]))
        line = self._holder_of(row).line_ids
        self.assertEqual(line.appointment_letter, "141/7/2026")
