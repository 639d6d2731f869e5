# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
from datetime import date

from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.papers import letter
from odoo.addons.khbs_registry.papers.document import Letterhead, digest

from .. import papers
from .common import SCAN, TODAY, YEAR, BkkCase

ROLES = (
    *("Damang", "Sekretaris Damang", "Mantir Kecamatan", "Mantir Desa", "Ketua RT"),
    *("Babinsa", "Bhabinkamtibmas", "Pemuka Agama"),
)


def pages(content):
    """Return the text of each page of a PDF, spaces as single ones."""
    reader = PdfReader(io.BytesIO(content))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def rendered(paper):
    """Return the text of each page of a letter."""
    file = io.BytesIO()
    letter.render(letter.html(paper), file)
    return pages(file.getvalue())


class TestPapers(BkkCase):
    """What the papers of BKK say, read from the files that were issued."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for holder in cls.damang | cls.rt | cls.rt_late:
            cls._with_account(holder)

    @classmethod
    def _with_account(cls, holder):
        holder.write(
            {
                "bank_name": "Bank Kalteng",
                "bank_account_entry": f"90000{holder.id:06d}",
                "bank_account_name": holder.name,
            }
        )

    def _pages(self, paper):
        return pages(paper.sudo()._file("pdf"))

    def _issued(self, *records):
        """Return every paper of *records*."""
        found = self.env["khbs.paper"]
        for record in records:
            found |= found.search(
                [("model", "=", record._name), ("res_id", "=", record.id)]
            )
        return found

    def _opened(self, action):
        return self.env["khbs.paper"].browse(action["res_id"])

    # Whose kop

    def test_the_papers_of_the_province_carry_the_kop_of_finance(self):
        kop = self.env.ref("khbs_registry.letterhead_finance")
        kop.lines = "PEMERINTAH PROVINSI KALIMANTAN TENGAH\nBADAN KEUANGAN CONTOH"
        proposal = self._payable()
        self._pay(proposal, 2_750_000)
        report = self.env["khbs.bkk.report"].with_user(self.verifier)
        register = self.env["khbs.bkk.register"].with_user(self.bank_officer)
        for paper in (
            proposal.minutes_id,
            proposal.minutes_list_id,
            self._opened(report.create({"year": YEAR}).action_issue()),
            self._opened(report.create({"year": YEAR}).action_issue_budget()),
            self._opened(register.create({}).action_issue()),
        ):
            first, *_others = self._pages(paper)
            self.assertIn("BADAN KEUANGAN CONTOH", first, paper.kind)
            self.assertNotIn("DINAS SOSIAL", first, paper.kind)

    def test_the_kop_of_finance_holds_where_none_is_set(self):
        self.env.ref("khbs_registry.letterhead_finance").unlink()
        proposal = self._verified()
        for paper in (proposal.minutes_id, proposal.minutes_list_id):
            self.assertIn("BADAN KEUANGAN DAN ASET DAERAH", self._pages(paper)[0])

    # What a period is called

    def _supplement_decreed(self):
        """Return the decree on a supplement, its letter printed before."""
        self._approved()
        self._with_account(self._holder("RT BARU"))
        proposal = self._proposal(supplement=1)
        proposal.action_print_letter()
        proposal.action_propose()
        examined = self._examined(proposal)
        examined.action_accept_pending()
        self.reading(examined).action_verify()
        self.reading(proposal, self.approver).action_approve()
        proposal = proposal.with_user(self.decree_officer)
        proposal.action_draft_decree(self.budget_line.id)
        return proposal.decree_id

    def test_a_supplement_is_named_on_all_its_papers(self):
        decree = self._supplement_decreed()
        proposal = decree.bkk_proposal_ids
        period = f"Triwulan I Susulan 1 Tahun Anggaran {YEAR}"
        self.assertTrue(decree.name.endswith(period), decree.name)
        clauses = " ".join(decree.clause_ids.mapped("text"))
        self.assertIn(f"kepada Kabupaten Katingan {period} telah", clauses)
        self.assertIn("Surat Usulan Susulan 1 Bupati Katingan", clauses)
        self._sign(decree, f"188.44/5/{YEAR}")
        self._payee()
        request = self.env["khbs.bkk.request"].with_user(self.proposer)
        request = request.create(
            {"proposal_id": proposal.id, "number": "900/2/BPKAD", "place": "Kasongan"}
        )
        request.action_issue_papers()
        request.write({"signed_file": SCAN, "date": TODAY})
        request.action_submit()
        self._pay(proposal, proposal.approved_amount)
        payment = self.env["khbs.bkk.payment"].with_user(self.proposer)
        payment = payment.create(
            {"proposal_id": proposal.id, "area_id": self.regency.id}
        )
        payment.action_generate()
        payment.action_ready()
        report = proposal.accountability_ids.with_user(self.proposer)
        report.write({"letter_number": "900/9", "letter_date": date(YEAR, 4, 1)})
        report.action_print()
        issued = self._issued(proposal, request, payment, report)
        self.assertEqual(
            set(issued.mapped("kind")),
            {
                *("bkk.nominative", "bkk.proposal_letter", "bkk.minutes"),
                *("bkk.minutes_list", "bkk.payment", "bkk.lpj"),
                *(f"bkk.request.{kind}" for kind in papers.request.KINDS),
            },
        )
        for paper in issued:
            self.assertIn(period.upper(), " ".join(self._pages(paper)).upper(), paper)
        [row] = self.env["khbs.bkk.payment.file"]._rows(payment.line_ids)
        self.assertEqual(row["period"], period)

    def test_a_frozen_decree_keeps_what_it_said(self):
        decree = self._supplement_decreed()
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        kept = decree.annex_ids.sorted("sequence").mapped("content_sha256")
        drawn = [digest(one).content_sha256 for one in decree._bkk_annexes()]
        self.assertEqual(drawn, kept)
        name, texts = decree.name, decree.clause_ids.mapped("text")
        with self._refused():
            decree.name = "Judul lain"
        decree.action_register_signature(f"188.44/5/{YEAR}", TODAY, SCAN)
        self.assertEqual((decree.name, decree.clause_ids.mapped("text")), (name, texts))

    def test_proposals_of_one_decree_are_named_together(self):
        first = self._proposed()
        self._holder("RT BARU")
        second = self._proposed(supplement=1)
        self._holder("RT LAGI")
        third = self._proposal(supplement=2)
        names = {
            first: "Triwulan I",
            second: "Triwulan I Susulan 1",
            first | second: "Triwulan I beserta Susulan 1",
            second | third: "Triwulan I Susulan 1 dan 2",
            first | second | third: "Triwulan I beserta Susulan 1 dan 2",
        }
        for proposals, name in names.items():
            self.assertEqual(proposals._quarter_name(), name)

    def test_the_letter_says_that_villages_are_paid(self):
        self.roles["rt_head"].payee_level = "village"
        direct, through = self._proposal(), self._proposal(payee_level="village")
        for proposal in direct, through:
            proposal.action_print_letter()
        period = f"Triwulan I melalui Desa Tahun Anggaran {YEAR}"
        for paper in self._issued(direct):
            self.assertNotIn("Desa Tahun", " ".join(self._pages(paper)))
        for paper in self._issued(through):
            self.assertIn(period, " ".join(self._pages(paper)))
        written = self._issued(through).filtered(
            lambda paper: paper.kind == "bkk.proposal_letter"
        )
        self.assertIn("Rekening Kas Desa", " ".join(self._pages(written)))

    def test_a_refused_step_is_named_as_on_the_screen(self):
        with self.assertRaisesRegex(UserError, "the step “Verified”"):
            self._proposal()._check_unchanged("verified")

    # Whole rupiah

    def test_the_report_prints_whole_rupiah(self):
        proposal = self._payable()
        self._pay(proposal, 2_750_000)
        report = proposal.accountability_ids.with_user(self.proposer)
        report.refund_ids = [
            Command.create(
                {
                    "sts_number": "STS-1",
                    "sts_date": TODAY,
                    "amount": 1_500_000,
                    "reason": "Tidak dibayarkan",
                    "scan": SCAN,
                    "scan_name": "sts.pdf",
                }
            )
        ]
        wizard = self.env["khbs.bkk.report"].with_user(self.verifier)
        paper = self._opened(wizard.create({"year": YEAR}).action_issue())
        text = " ".join(self._pages(paper))
        self.assertIn("disetor kembali Rp1.500.000;", text)
        self.assertIn("Rp1.500.000,00 (satu juta lima ratus ribu rupiah)", text)

    def test_the_printed_budget_is_whole_rupiah_and_of_the_account(self):
        self._in_force()
        wizard = self.env["khbs.bkk.report"].with_user(self.verifier)
        paper = self._opened(wizard.create({"year": YEAR}).action_issue_budget())
        text = " ".join(self._pages(paper))
        self.assertIn("100.000.000", text)
        self.assertNotRegex(text, r"\d\.0\b")
        # What is left is the account's: no regency looks overspent.
        self.assertIn("97.250.000", text)
        self.assertNotIn("-2.750.000", text)

    # How a letter is set

    def test_a_sum_never_stands_without_rows(self):
        for items in range(11, 16):
            minutes = papers.minutes.minutes(self._seen(items))
            [last] = [page for page in rendered(minutes) if "Jumlah 8" in page]
            self.assertIn("Bhabinkamtibmas 1", last, f"{items} items")

    def _seen(self, items):
        return papers.minutes.Verified(
            letterhead=Letterhead(lines=("BADAN CONTOH",)),
            head="Bupati Katingan",
            regency="Kabupaten Katingan",
            period="Triwulan I Tahun Anggaran 2026",
            number="BA 1",
            date=date(2026, 1, 6),
            letter_number="900/1",
            letter_date=date(2026, 1, 5),
            lines=8,
            proposed=8_000_000,
            approved_lines=8,
            approved=8_000_000,
            checks=(("Surat usulan ditandatangani", "yes", ""),) * items,
            roles=tuple((role, 1, 1_000_000, 1, 1_000_000) for role in ROLES),
            changed=(),
            team=(("KETUA CONTOH", "", "BKAD", "Ketua"),),
            list_sha256="0" * 64,
        )

    def test_only_the_end_of_the_proposal_goes_with_the_signature(self):
        asked = papers.nominative.Asked(
            head="Bupati Katingan",
            regency="Kabupaten Katingan",
            period="Triwulan I Tahun Anggaran 2026",
            number="900/1",
            date=date(2026, 1, 5),
            people=8,
            amount=8_000_000,
            villages=False,
            roles=tuple((role, 1, 3, 1_000_000) for role in (*ROLES, *ROLES)),
            list_sha256="0" * 64,
        )
        first, second = rendered(papers.nominative.proposal_letter(asked))
        self.assertIn("Nama penerima, wilayah tugas", first)
        self.assertNotIn("Demikian disampaikan", first)
        self.assertIn("Demikian disampaikan", second)
        self.assertIn("Bupati Katingan,", second)
