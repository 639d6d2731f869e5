# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo.exceptions import UserError
from odoo.modules.migration import load_script
from odoo.tools.misc import file_path

from .common import YEAR, BkkCase

PERIOD = f"Triwulan I Tahun Anggaran {YEAR}"
# Annexes I and II as the release before 19.0.1.1.0 froze them: title, columns, rows.
FORMER = [
    (
        "REKAPITULASI PENERIMA DAN BESARAN BANTUAN KEUANGAN KHUSUS "
        "MENURUT KABUPATEN/KOTA DAN PERAN",
        [
            ["role", "Peran", "text"],
            ["people", "Jumlah Orang", "integer"],
            ["months", "Jumlah Bulan", "integer"],
            ["amount", "Jumlah", "rupiah"],
        ],
        [["Damang", 1, 3, 1_500_000], ["Ketua RT", 2, 5, 1_250_000]],
    ),
    (
        "DAFTAR NAMA PENERIMA DAN BESARAN BANTUAN KEUANGAN KHUSUS",
        [
            ["name", "Nama", "text"],
            ["role", "Peran", "text"],
            ["area", "Wilayah Tugas", "text"],
            ["letter", "Dasar Penugasan", "text"],
            ["rate", "Besaran per Bulan", "rupiah"],
            ["months", "Bulan", "integer"],
            ["amount", "Jumlah", "rupiah"],
        ],
        [
            ["DAMANG CONTOH", "Damang", "{area}", "SK 1", 500_000, 3, 1_500_000],
            ["RT DUA", "Ketua RT", "{area}", "SK 1", 250_000, 2, 500_000],
            ["RT SATU", "Ketua RT", "{area}", "SK 1", 250_000, 3, 750_000],
        ],
    ),
]


def former_digest(title, columns, rows, area):
    """Return the SHA-256 that the former release wrote: frame, then row by row."""
    frame = [title, [PERIOD], columns]
    rows = [[area if one == "{area}" else one for one in row] for row in rows]
    lines = [
        json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n"
        for one in (frame, *rows)
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class TestFormerDecree(BkkCase):
    """A decree stays as it was frozen, whatever form annexes have by now."""

    def _unguarded(self, *statements):
        """Change what the database keeps, as the release before left it."""
        tables = ("khbs_decree", "khbs_decree_annex", "khbs_bkk_decree_line")
        self.env.flush_all()
        for table in tables:
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement, params in statements:
            self.env.cr.execute(statement, params)
        for table in tables:
            self.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def _former(self):
        """Return a decree in force as the former release left it, upgraded."""
        decree = self._in_force()
        digests = [former_digest(*one, self.village.name) for one in FORMER]
        whole = hashlib.sha256("\n".join(digests).encode()).hexdigest()
        self._unguarded(
            *(
                (
                    "UPDATE khbs_decree_annex SET content_sha256 = %s WHERE id = %s",
                    [digest, annex.id],
                )
                for digest, annex in zip(
                    digests, decree.annex_ids.sorted("sequence"), strict=True
                )
            ),
            (
                "UPDATE khbs_decree SET annex_sha256 = %s WHERE id = %s",
                [whole, decree.id],
            ),
            ("ALTER TABLE khbs_decree DROP COLUMN bkk_annex_form", []),
        )
        path = file_path("khbs_bkk/migrations/19.0.1.1.0/pre-decree.py")
        load_script(path, "pre_decree").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        return decree.with_user(self.verifier)

    def test_the_annexes_of_before_are_checked_by_the_form_of_before(self):
        decree = self._former()
        self.assertEqual(decree.bkk_annex_form, 1)
        said = decree.action_check_bkk_annexes()
        self.assertEqual(said["params"]["type"], "success")
        # What is drawn now has another form, and so another digest.
        self._unguarded(
            ("UPDATE khbs_decree SET bkk_annex_form = NULL WHERE id = %s", [decree.id])
        )
        differing = decree.sudo()._differing_annexes()
        self.assertEqual(differing, decree.sudo().annex_ids)

    def test_the_files_of_before_come_out_as_they_were_frozen(self):
        decree = self._former()
        for annex in decree.annex_ids:
            for form in ("pdf", "xlsx"):
                digest = hashlib.sha256(annex._file(form)).hexdigest()
                self.assertEqual(digest, annex[f"{form}_sha256"])
        whole = decree.sudo().pdf_attachment_id.raw
        self.assertEqual(hashlib.sha256(whole).hexdigest(), decree.pdf_sha256)

    def test_a_list_that_is_not_the_annex_of_before_is_told(self):
        decree = self._former()
        line = decree.sudo().bkk_line_ids.filtered(lambda one: one.name == "RT DUA")
        self._unguarded(
            (
                "UPDATE khbs_bkk_decree_line SET name = 'ORANG LAIN' WHERE id = %s",
                [line.id],
            )
        )
        with self.assertRaisesRegex(UserError, "Annex 2 of"):
            decree.action_check_bkk_annexes()

    def test_a_decree_of_before_is_paid_from_and_amended(self):
        decree = self._former()
        proposal = self._ready(decree.sudo().bkk_proposal_ids)
        self._pay(proposal, 750_000)
        correction = (
            self.env["khbs.bkk.correction"]
            .with_user(self.proposer)
            .create(
                {
                    "decree_line_id": decree.sudo().bkk_line_ids[0].id,
                    "new_name": "NAMA YANG BENAR",
                    "reason": "Salah tulis",
                    "evidence": "JVBERi0xLjQ=",
                }
            )
        )
        correction.action_propose()
        self.reading(correction, self.verifier).action_accept()
        correction.with_user(self.decree_officer).action_draft_amendment()
        amendment = correction.decree_id.with_user(self.decree_officer)
        self._sign(amendment, f"188.44/2/{YEAR}")
        self.assertFalse(amendment.bkk_annex_form)
        self.assertEqual(len(amendment.annex_ids), 3)
        self.assertTrue(amendment.action_check_bkk_annexes())

    def test_a_decree_of_now_is_checked_too(self):
        decree = self._in_force()
        self.assertTrue(decree.with_user(self.verifier).action_check_bkk_annexes())
        annex = decree.annex_ids.sorted("sequence")[0]
        self._unguarded(
            (
                "UPDATE khbs_decree_annex SET pdf_sha256 = %s WHERE id = %s",
                ["0" * 64, annex.id],
            )
        )
        with self.assertRaisesRegex(UserError, "not the one that was issued"):
            decree.with_user(self.verifier).action_check_bkk_annexes()
