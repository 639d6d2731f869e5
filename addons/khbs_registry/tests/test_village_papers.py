# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
import re

import openpyxl
from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .deliberation_common import DeliberationCase

SIXTEEN = re.compile(r"[0-9]{16}")


@tagged("post_install", "-at_install")
class TestVillagePapers(DeliberationCase):
    def setUp(self):
        super().setUp()
        self.reader = self._role_user("pii_reader")
        self.household = self._household(
            self.village, state="eligible", rt="003", address="Pondok Sei Bango"
        )
        self.head = self.household.head_id
        self.head.name = "DJA'FAR BIN H. ABDUL GANI, S.Pd.I"

    def text(self, paper):
        pages = PdfReader(io.BytesIO(paper.sudo().pdf_attachment_id.raw)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    def papers(self, record, kind):
        return (
            self.env["khbs.paper"]
            .search([("model", "=", record._name), ("res_id", "=", record.id)])
            .filtered(lambda paper: paper.kind == kind)
        )

    def letter(self, user=None, **vals):
        wizard = (
            self.env["khbs.household.letter"].with_user(user or self.operator)
        ).create(vals)
        return self.env["khbs.paper"].browse(wizard.action_print()["res_id"])

    def test_the_minutes_say_what_was_decided(self):
        removed = self._household(self.village, state="eligible")
        deliberation = self._deliberation(
            [removed],
            held_at="2026-02-20 02:00:00",
            resolutions="Perekaman KTP-el dibantu desa.",
        )
        self._line(deliberation, removed).write(
            {"result": "removed", "reason": "better_off"}
        )
        self._candidate(origin="deliberation", deliberation_id=deliberation.id)
        self._held(deliberation)
        text = self.text(self.papers(deliberation, "deliberation.minutes"))
        for phrase in (
            "PEMERINTAH KABUPATEN KATINGAN",
            "BERITA ACARA MUSYAWARAH DESA",
            "NOMOR 140/12/BA/GLG/2026",
            "Jumat tanggal dua puluh bulan Februari tahun dua ribu dua puluh enam",
            "pukul 09.00 WIB",
            "42 (empat puluh dua) orang dari 60 (enam puluh) undangan",
            "Dari 2 (dua) keluarga yang dibahas, 1 (satu) keluarga dinyatakan layak",
            "Sudah mampu",
            "Mengusulkan 1 (satu) keluarga",
            "D'ARCY SALEH BINTI IMBAN",
            "Perekaman KTP-el dibantu desa.",
            "Drs. H. RAHMAD, M.Si.",
            deliberation.lines_sha256,
        ):
            self.assertIn(phrase, text)
        self.assertFalse(SIXTEEN.search(text))

    def test_the_list_by_name_is_masked_on_paper_and_in_the_workbook(self):
        deliberation = self._held(self._deliberation([self.household]))
        paper = self.papers(deliberation, "deliberation.list")
        text = self.text(paper)
        for phrase in (self.head.name, self.head.nik_masked, "Layak", "Mengetahui"):
            self.assertIn(phrase, text)
        self.assertFalse(SIXTEEN.search(text))
        book = openpyxl.load_workbook(io.BytesIO(paper._file("xlsx")), read_only=True)
        rows = list(book["Data"].values)
        self.assertIn(self.head.name, [cell for row in rows for cell in row])
        self.assertEqual(rows[-1][6], paper.totals["members"])
        self.assertEqual(paper.row_count, 1)

    def test_full_numbers_need_their_reader_and_a_purpose(self):
        deliberation = self._held(self._deliberation([self.household]))

        def wizard(user, **vals):
            return (
                self.env["khbs.deliberation.print"]
                .with_user(user)
                .create({"deliberation_id": deliberation.id, **vals})
            )

        with self.assertRaises(AccessError):
            wizard(self.operator)
        with self.assertRaisesRegex(UserError, "why"):
            wizard(self.reader).action_print()
        numbered = {"purpose": "audit", "reference": "6206010101800001"}
        with self.assertRaisesRegex(UserError, "no NIK"):
            wizard(self.reader, **numbered).action_print()
        action = wizard(self.reader, purpose="audit", reference="700/3").action_print()
        paper = self.env["khbs.paper"].browse(action["res_id"])
        self.assertTrue(paper.personal)
        self.assertIn(self.head.sudo().nik, self.text(paper))
        self.assertTrue(paper.with_user(self.reader)._file("pdf"))
        for user in (self.officer, self.operator, self.validator):
            with self.assertRaises(AccessError):
                paper.with_user(user).read(["name"])
            with self.assertRaises(AccessError):
                paper.pdf_attachment_id.with_user(user).read(["datas"])
        event = self.env["khbs.audit.event"].search(
            [("act", "=", "paper.full_numbers"), ("outcome", "=", "done")], limit=1
        )
        self.assertEqual(event.data["reference"], "700/3")
        self.assertEqual(event.user_id, self.reader)
        self.assertEqual(
            (event.model, event.res_id), ("khbs.household", self.household.id)
        )
        self.env["ir.config_parameter"].set_param("khbs.listed_families_per_hour", "1")
        again = wizard(self.reader, purpose="audit", reference="700/4")
        with self._refused():
            again.action_print()

    def test_a_letterhead_of_its_own(self):
        self.village.letterhead_lines = "PEMERINTAH DESA GALINGGANG\nKANTOR KEPALA DESA"
        deliberation = self._held(self._deliberation([self.household]))
        text = self.text(self.papers(deliberation, "deliberation.minutes"))
        self.assertIn("KANTOR KEPALA DESA", text)
        self.assertNotIn("PEMERINTAH KABUPATEN", text)

    def test_an_urban_village_has_its_own_words(self):
        urban = self._area("62.71.01.1001")
        household = self._household(urban, state="eligible")
        deliberation = self._held(
            self._deliberation([household], user=self.operator, area_id=urban.id)
        )
        text = self.text(self.papers(deliberation, "deliberation.minutes"))
        self.assertIn("BERITA ACARA MUSYAWARAH KELURAHAN", text)
        self.assertIn("Lurah", text)
        self.assertIn("Ketua LPMK", text)
        self.assertNotIn("Kepala Desa", text)

    def test_a_statement_names_both_and_who_is_liable(self):
        wife = self.env["khbs.person"].create(
            {
                "household_id": self.household.id,
                "name": "MARIATI",
                "nik": "6206014101809999",
                "relation": "3",
            }
        )
        values = {
            "kind": "replacement",
            "household_id": self.household.id,
            "reason": "deceased",
        }
        with self.assertRaisesRegex(UserError, "who takes the place"):
            self.letter(**values)
        other = self._household(self._area("62.06.01.2002"))
        with self.assertRaisesRegex(UserError, "another village"):
            self.letter(**values, successor_household_id=other.id)
        with self.assertRaisesRegex(UserError, "another family"):
            self.letter(**values, successor_id=other.head_id.id)
        paper = self.letter(
            **values, successor_id=wife.id, rt_head="SALEH", village_head="YANSEN"
        )
        text = self.text(paper)
        for phrase in (
            "SURAT PERNYATAAN TANGGUNG JAWAB MUTLAK",
            self.head.name,
            self.head.nik_masked,
            "Meninggal dunia",
            "MARIATI",
            "6206********9999",
            "Ketua RT 003",
            "Ketua RW",
            "Kepala Desa",
            "bertanggung jawab mutlak",
        ):
            self.assertIn(phrase, text)
        self.assertFalse(SIXTEEN.search(text))
        full = self.letter(
            self.reader,
            **values,
            successor_id=wife.id,
            full_numbers=True,
            purpose="verification",
            reference="470/1",
        )
        self.assertIn("6206014101809999", self.text(full))
        with self.assertRaises(AccessError):
            full.with_user(self.operator).read(["name"])
        self.env["ir.config_parameter"].set_param("khbs.reveals_per_hour", "1")
        with self._refused():
            self.letter(
                self.reader,
                **values,
                successor_id=wife.id,
                full_numbers=True,
                purpose="verification",
                reference="470/2",
            )
        with self.assertRaises(AccessError):
            self.letter(
                **values,
                successor_id=wife.id,
                full_numbers=True,
                purpose="verification",
                reference="470/1",
            )

    def test_whose_number_was_printed_learns_it(self):
        deliberation = self._held(self._deliberation([self.household]))
        other = self._household(self.village)
        self.letter(
            self.reader,
            kind="replacement",
            household_id=self.household.id,
            successor_household_id=other.id,
            reason="deceased",
            full_numbers=True,
            purpose="verification",
            reference="470/3",
        )
        self.env["khbs.deliberation.print"].with_user(self.reader).create(
            {
                "deliberation_id": deliberation.id,
                "purpose": "audit",
                "reference": "700/5",
            }
        ).action_print()
        for household, references in (
            (self.household, ["470/3", "700/5"]),
            (other, ["470/3"]),
        ):
            request = self.env["khbs.subject.request"].create(
                {"household_id": household.id, "applicant": "Kepala keluarga"}
            )
            looks = request._looks().filtered(lambda e: e.act == "paper.full_numbers")
            self.assertEqual(
                sorted(event.data["reference"] for event in looks), references
            )

    def test_a_power_of_attorney_filled_and_blank(self):
        filled = self.letter(
            self.officer,
            kind="proxy",
            household_id=self.household.id,
            agent_name="RINTU",
            agent_relation="Anak kandung",
            benefit="Tunai dan pangan",
            period="Triwulan IV 2026",
            valid_to="2026-12-31",
        )
        text = self.text(filled)
        for phrase in (
            "SURAT KUASA",
            self.head.name,
            "RINTU",
            "Anak kandung",
            "Tunai dan pangan",
            "31 Desember 2026",
            "cap jempol",
            "Ketua RT 003",
        ):
            self.assertIn(phrase, text)
        registered = self.env["khbs.representative"].create(
            {
                "household_id": self.household.id,
                "name": "SUTINAH BINTI H. UDIN",
                "nik": "6206014101809998",
                "relation": "neighbour",
                "letter_number": "1",
                "letter_date": "2026-01-01",
                "valid_to": "2099-12-31",
            }
        )
        text = self.text(
            self.letter(
                self.officer,
                kind="proxy",
                household_id=self.household.id,
                representative_id=registered.id,
            )
        )
        for phrase in ("SUTINAH BINTI H. UDIN", "Tetangga", "6206********9998"):
            self.assertIn(phrase, text)
        blank = self.letter(self.officer, kind="proxy", area_id=self.village.id)
        self.assertIn("Desa Galinggang", self.text(blank))
        self.assertFalse(blank.res_id)
        self.assertEqual(blank.area_id, self.village)
        self.assertEqual(len(PdfReader(io.BytesIO(blank._file("pdf"))).pages), 1)

    def test_letters_are_written_for_own_villages(self):
        elsewhere = self._role_user(
            "field_officer", areas=self._area("62.71"), login="elsewhere"
        )
        with self.assertRaises(AccessError):
            self.letter(elsewhere, kind="proxy", household_id=self.household.id)
        with self.assertRaises(UserError):
            self.letter(elsewhere, kind="proxy", area_id=self.village.id)
        with self.assertRaises(AccessError):
            self.letter(self.validator, kind="proxy", area_id=self.village.id)

    def test_officials_are_named_as_they_sign(self):
        deliberation = self._deliberation([self.household])
        deliberation.official_ids = [
            Command.create(
                {"role": "community_figure", "name": "DEHEN", "thumb_print": True}
            )
        ]
        text = self.text(self.papers(self._held(deliberation), "deliberation.minutes"))
        self.assertIn("Tokoh Masyarakat", text)
        self.assertIn("(cap jempol)", text)
