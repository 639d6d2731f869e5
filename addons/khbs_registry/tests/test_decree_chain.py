# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decrees that follow others: amendments, excerpts, revocations, and validity."""

from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .decree_common import DATE, NUMBER, SCAN, DecreeCase
from .papers_common import COLUMNS, a_document

ROWS = [
    {**row, "area_code": code, "members": 1, "amount": 250000}
    for code, row in (
        ("62.06.01.2001", {"regency": "Katingan", "name": "WARGA SATU"}),
        ("62.06.01.2002", {"regency": "Katingan", "name": "WARGA DUA"}),
        ("62.06.02.2001", {"regency": "Katingan", "name": "WARGA TIGA"}),
        ("62.07.01.2001", {"regency": "Seruyan", "name": "WARGA EMPAT"}),
    )
]


@freeze_time("2026-11-22 01:05:00")
class TestDecreeChain(DecreeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.legal = cls.env["khbs.signatory"].create(
            {
                "name": "KEPALA CONTOH",
                "role": "legal",
                "title": "KEPALA BIRO HUKUM,",
                "nip": "197201121997031004",
                "valid_from": "2026-01-01",
            }
        )

    def _original(self, **kwargs):
        return self._in_force(annexes=[a_document(ROWS, columns=COLUMNS)], **kwargs)

    def _opened(self, action):
        return self.env["khbs.decree"].with_user(self.officer).browse(action["res_id"])

    def _through(self, decree, number="188.44/2/2026", day="2026-11-21"):
        """Fill in, decide, freeze and sign a draft."""
        for clause in decree.clause_ids:
            clause.text = clause.text.replace("...", "kekeliruan data")
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        decree.action_register_signature(number, day, SCAN)
        return decree

    def test_amendments_count_and_name_their_original(self):
        original = self._original()
        first = self._opened(original.action_draft_amendment())
        self.assertEqual(
            first.name,
            "Perubahan atas Keputusan Gubernur Kalimantan Tengah Nomor 188.44/1/2026 "
            "tentang Penetapan Penerima KHBS",
        )
        self.assertEqual(first.amends_id, original)
        self.assertEqual(
            first.annex_ids.content_sha256, original.annex_ids.content_sha256
        )
        self._through(first)
        second = self._opened(first.action_draft_amendment(with_annexes=False))
        self.assertTrue(second.name.startswith("Perubahan Kedua atas Keputusan"))
        self.assertEqual(second.amends_id, original)
        self._through(second, "188.44/3/2026")
        self.assertEqual(original.amended_by_ids, first | second)
        self.assertEqual(original.state, "in_force")
        shown = self.env["khbs.decree"].search(original.action_view_chain()["domain"])
        self.assertEqual(shown, original | first | second)

    def test_two_second_amendments_do_not_meet(self):
        original = self._original()
        one = self._opened(original.action_draft_amendment())
        other = self._opened(original.action_draft_amendment())
        self._through(one)
        with self.assertRaisesRegex(UserError, "counts the amendments"):
            self._through(other, "188.44/3/2026")

    def test_revocation_takes_the_same_way(self):
        original = self._original()
        revocation = self._opened(original.action_draft_revocation())
        with self.assertRaisesRegex(UserError, "not filled in"):
            self.reading(revocation, self.approver).action_approve()
        with self.assertRaises(UserError):
            revocation.action_freeze()
        self.assertTrue(original._in_force())
        self._through(revocation)
        self.assertEqual(original.state, "revoked")
        self.assertEqual(original.revoked_by_decree_id, revocation)
        self.assertFalse(original._in_force())
        self.assertTrue(original._in_force(date(2026, 11, 20)))
        self.assertFalse(original._in_force(date(2026, 11, 21)))
        with self.assertRaisesRegex(UserError, "not in force"):
            original.action_draft_amendment()

    def test_of_two_revocations_one_is_frozen(self):
        original = self._original()
        for draft in ("one", "other"):
            decree = self._opened(original.action_draft_revocation())
            for clause in decree.clause_ids:
                clause.text = clause.text.replace("...", draft)
            self.reading(decree, self.approver).action_approve()
            if draft == "one":
                decree.action_freeze()
                continue
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(UniqueViolation, "revoked_once"),
                self.env.cr.savepoint(),
            ):
                decree.action_freeze()

    def test_amendment_falls_with_its_original(self):
        original = self._original()
        amendment = self._through(self._opened(original.action_draft_amendment()))
        self.assertTrue(amendment._in_force())
        self._through(self._opened(original.action_draft_revocation()), "188.44/3/2026")
        self.assertFalse(amendment._in_force())

    def test_follower_is_not_older_than_its_original(self):
        revocation = self._opened(self._original().action_draft_revocation())
        with self.assertRaisesRegex(UserError, "cannot be older"):
            self._through(revocation, day="2026-11-19")

    def test_excerpt_shows_the_lines_of_an_area(self):
        original = self._original()
        excerpt = self._opened(
            original.action_draft_excerpt(
                self.legal.id, area_id=self._area("62.06.01").id
            )
        )
        self.assertEqual(
            (excerpt.number, excerpt.decree_date), (NUMBER, original.decree_date)
        )
        self.assertEqual(excerpt.area_id.code, "62.06.01")
        self._through(excerpt, NUMBER, DATE)
        text = self._text(excerpt._file("pdf"))
        for part in (
            "PETIKAN KEPUTUSAN",
            NUMBER,
            "20 November 2026",
            "WARGA SATU",
            "WARGA DUA",
            "Petikan sesuai dengan aslinya",
            "NIP 19720112 199703 1 004",
            "AGUSTIAR CONTOH",
        ):
            self.assertIn(part, text)
        self.assertNotIn("WARGA TIGA", text)
        self.assertNotIn("WARGA EMPAT", text)
        self.assertTrue(excerpt._in_force())

    def test_excerpt_of_one_line_keeps_its_number(self):
        excerpt = self._opened(
            self._original().action_draft_excerpt(
                self.legal.id, line={"annex": 1, "group": "Katingan", "number": 3}
            )
        )
        annex = excerpt.annex_ids
        self.assertEqual(annex.row_count, 1)
        self.assertIn("3 WARGA TIGA", self._text(annex._file("pdf")))

    def test_excerpt_of_nothing_is_refused(self):
        original = self._original()
        with self.assertRaisesRegex(UserError, "No annex"):
            original.action_draft_excerpt(
                self.legal.id, line={"annex": 1, "group": "Katingan", "number": 9}
            )
        with self.assertRaises(UserError):
            original.action_draft_excerpt(self.legal.id)

    def test_who_may_follow(self):
        original = self._original()
        for draft in ("action_draft_amendment", "action_draft_revocation"):
            with self.assertRaises(AccessError):
                getattr(original.with_user(self.approver), draft)()

    def test_decree_holds_from_to(self):
        decree = self._decided(valid_from="2026-12-01", valid_to="2026-12-31")
        decree.action_freeze()
        decree.action_register_signature(NUMBER, DATE, SCAN)
        self.assertFalse(decree._in_force())
        self.assertTrue(decree._in_force(date(2026, 12, 1)))
        self.assertTrue(decree._in_force(date(2026, 12, 31)))
        self.assertFalse(decree._in_force(date(2027, 1, 1)))

    def test_decree_does_not_hold_before_its_date(self):
        decree = self._decided(valid_from="2026-11-01")
        decree.action_freeze()
        with self.assertRaisesRegex(UserError, "does not hold before its date|before"):
            decree.action_register_signature(NUMBER, DATE, SCAN)
        other = self._draft()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            other.write({"valid_from": "2026-12-02", "valid_to": DATE})
            other.flush_recordset()

    def _decided(self, **kwargs):
        validity = {
            name: kwargs.pop(name)
            for name in ("valid_from", "valid_to")
            if name in kwargs
        }
        decree = self._draft(**kwargs)
        decree.write(validity)
        self.reading(decree, self.approver).action_approve()
        return decree
