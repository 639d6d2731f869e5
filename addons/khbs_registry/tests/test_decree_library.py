# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Clause libraries, signatories and initials: what a draft is made of."""

from psycopg2.errors import ExclusionViolation, RestrictViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .decree_common import DATE, NUMBER, SCAN, DecreeCase

TERMS = {"area": "Kabupaten Katingan", "families": "3 (tiga)", "list_number": "DP/1"}


@freeze_time("2026-11-22 01:05:00")
class TestDecreeLibrary(DecreeCase):
    def _of_library(self, **kwargs):
        return self._draft(clauses=None, terms=TERMS, **kwargs)

    def test_draft_takes_the_clauses_of_its_kind(self):
        decree = self._of_library()
        text = "\n".join(decree.clause_ids.mapped("text"))
        self.assertIn("Undang-Undang Nomor 14 Tahun 2023", text)
        self.assertNotIn("Nomor 21 Tahun 1958", text)
        self.assertIn("di Kabupaten Katingan Tahun 2026 sebanyak 3 (tiga)", text)
        self.assertIn("tentang Penetapan Penerima KHBS;", text)
        sections = set(decree.clause_ids.mapped("section"))
        self.assertEqual(len(sections), 5)

    def test_place_left_open_is_not_decided(self):
        """The number of the Perda, and a placeholder that nobody knew."""
        decree = self._of_library()
        with self.assertRaisesRegex(UserError, r"Mengingat 7.*\.\.\."):
            self.reading(decree, self.approver).action_approve()
        for clause in decree.clause_ids:
            clause.text = clause.text.replace("...", "5")
        decree.clause_ids[0].text = "bahwa $area perlu dibantu;"
        with self.assertRaisesRegex(UserError, r"Menimbang 1.*\$area"):
            self.reading(decree, self.approver).action_approve()
        decree.clause_ids[0].text = "bahwa keluarga perlu dibantu;"
        self.reading(decree, self.approver).action_approve()
        self.assertTrue(decree.decided)

    def test_draft_is_edited_without_the_library(self):
        decree = self._of_library()
        library = self.env["khbs.decree.library"]._for("recipient_list", "decision")
        before = library.clause_ids.mapped("text")
        decree.clause_ids[0].text = "bahwa lain;"
        self.assertEqual(library.clause_ids.mapped("text"), before)

    def test_libraries_follow_one_another(self):
        libraries = self.env["khbs.decree.library"].with_user(self.officer)
        old = libraries._for("recipient_list", "decision").with_user(self.officer)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            old.copy({"valid_from": "2026-06-01"})
        old.valid_to = "2026-12-31"
        new = old.copy({"valid_from": "2027-01-01", "valid_to": False})
        self.assertEqual(len(new.clause_ids), len(old.clause_ids))
        day = new.valid_from
        self.assertEqual(libraries._for("recipient_list", "decision", day), new)
        self.assertEqual(libraries._for("recipient_list", "decision"), old)
        self.assertEqual(libraries._for("bkk", "revocation").kind, False)

    def test_unknown_placeholder_is_refused_in_the_library(self):
        clause = self.env["khbs.decree.library.clause"].search([], limit=1)
        with self.assertRaisesRegex(ValidationError, "daerah"):
            clause.text = "bahwa $daerah;"

    def test_auditor_reads_the_library_and_does_not_write(self):
        auditor = self._role_user("auditor")
        library = self.env["khbs.decree.library"].search([], limit=1)
        self.assertTrue(library.with_user(auditor).clause_ids)
        with self.assertRaises(AccessError):
            library.with_user(auditor).valid_to = "2027-01-01"


@freeze_time("2026-11-22 01:05:00")
class TestSignatory(DecreeCase):
    def _signatory(self, **vals):
        values = {
            "name": "NAMA CONTOH",
            "role": "secretary",
            "title": "SEKRETARIS DAERAH,",
            "valid_from": "2026-01-01",
        }
        return self.env["khbs.signatory"].create({**values, **vals})

    def test_prefixes_over_the_signature(self):
        lines = "GUBERNUR KALIMANTAN TENGAH\nSEKRETARIS DAERAH\nASISTEN CONTOH,"
        on_behalf = self._signatory(prefix="u.b.", title=lines)
        self.assertEqual(
            on_behalf._office(),
            (
                "a.n. GUBERNUR KALIMANTAN TENGAH",
                "SEKRETARIS DAERAH",
                "u.b.",
                "ASISTEN CONTOH,",
            ),
        )
        acting = self._signatory(prefix="Plt.", role="finance")
        self.assertEqual(acting._office(), ("Plt. SEKRETARIS DAERAH,",))

    def test_nip_is_taken_with_its_spaces(self):
        signatory = self._signatory(nip="19720112 199703 1 004", rank="Pembina")
        self.assertEqual(signatory.nip, "197201121997031004")
        self.assertEqual(signatory._below(), ("Pembina", "NIP 19720112 199703 1 004"))

    def test_one_holder_of_an_office_at_a_time(self):
        first = self._signatory(valid_to="2026-06-30")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self._signatory(valid_from="2026-06-30")
        self._signatory(valid_from="2026-07-01")
        # On behalf of the Governor the Secretary signs beside the own office.
        self._signatory(prefix="a.n.", title="GUBERNUR,\nSEKRETARIS DAERAH,")
        self.assertEqual(first._find("secretary", first.valid_to), first)

    def test_a_paper_names_its_office_before_anybody_is_entered(self):
        signatories = self.env["khbs.signatory"]
        signatories.search([("role", "=", "finance")]).valid_to = "2020-12-31"
        open_block = signatories._block_or_dots("finance")
        self.assertEqual(open_block.office[0], "Kepala Badan Keuangan dan Aset Daerah")
        self.assertRegex(open_block.name, r"^\.+$")
        self._signatory(role="finance", name="HEAD OF FINANCE", valid_from="2021-01-01")
        self.assertEqual(signatories._block_or_dots("finance").name, "HEAD OF FINANCE")

    def test_signatory_signs_only_within_the_office(self):
        self.env.ref("khbs_registry.signatory_governor").valid_to = "2026-11-15"
        decree = self._frozen(
            signatory=self.env.ref("khbs_registry.signatory_governor")
        )
        with self.assertRaisesRegex(UserError, "may not sign on 20 November 2026"):
            decree.action_register_signature(NUMBER, DATE, SCAN)
        decree.action_register_signature(NUMBER, "2026-11-15", SCAN)
        self.assertTrue(decree._in_force())


@freeze_time("2026-11-22 01:05:00")
class TestDecreeInitials(DecreeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.section = cls._role_user("decree_officer", login="kasubbag")
        cls.head = cls._role_user("validator", login="kadis")
        cls.law = cls._role_user("auditor", login="biro")
        cls.administrator = cls._role_user("administrator")
        steps = cls.env["khbs.decree.paraf.step"].with_user(cls.administrator)
        cls.steps = steps.create(
            [
                {
                    "kind": "recipient_list",
                    "sequence": number,
                    "office": office,
                    "user_ids": [(6, 0, users.ids)],
                }
                for number, office, users in (
                    (1, "section", cls.section),
                    (2, "division", cls.env["res.users"]),
                    (3, "office", cls.head),
                    (4, "legal", cls.law),
                )
            ]
        )

    def _initial(self, decree, *users):
        for user in users:
            self.reading(decree, user).action_initial()

    def test_initials_in_order_then_the_decision(self):
        decree = self._draft()
        self.assertEqual(decree.next_office, "section")
        self.assertTrue(decree.with_user(self.section).may_initial)
        with self.assertRaisesRegex(AccessError, "Kasubbag"):
            self._initial(decree, self.head)
        with self.assertRaisesRegex(UserError, "not initialled yet"):
            self.reading(decree, self.approver).action_approve()
        self._initial(decree, self.section, self.head, self.law)
        self.assertFalse(decree.next_office)
        self.assertEqual(
            decree.paraf_ids.mapped("office"), ["section", "office", "legal"]
        )
        self.assertEqual(
            set(decree.paraf_ids.mapped("sha256")), {decree.content_sha256}
        )
        with self.assertRaises(UserError):
            self._initial(decree, self.law)
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        self.assertEqual(decree.state, "frozen")

    def test_changed_content_begins_the_chain_anew(self):
        decree = self._draft()
        opened = self.reading(decree, self.section)
        decree.clause_ids[0].text = "bahwa lain;"
        with self.assertRaisesRegex(UserError, "not what you opened"):
            opened.action_initial()
        self._initial(decree, self.section, self.head)
        decree.clause_ids[0].text = "bahwa lain lagi;"
        self.assertEqual(decree.next_office, "section")
        self.assertEqual(decree.paraf_ids.mapped("stands"), [False, False])
        self._initial(decree, self.section, self.head, self.law)
        self.assertEqual(len(decree.paraf_ids), 5)

    def test_one_person_initials_for_one_office(self):
        self.steps[2].user_ids |= self.section
        decree = self._draft()
        self._initial(decree, self.section)
        with self.assertRaisesRegex(UserError, "another office"):
            self._initial(decree, self.section)

    def test_who_initialled_does_not_decide(self):
        both = self._role_user("approver", "validator", login="both")
        self.steps[2].user_ids = both
        decree = self._draft()
        self._initial(decree, self.section, both, self.law)
        with self.assertRaisesRegex(UserError, "initialled this draft"):
            self.reading(decree, both).action_approve()

    def test_initials_stand_on_the_draft_alone(self):
        decree = self._draft()
        self._initial(decree, self.section, self.head, self.law)
        draft = self._text(decree._file("draft"))
        for part in ("RANCANGAN", "Biro Hukum", "22 November 2026 pukul"):
            self.assertIn(part, draft)
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        self.assertIsNone(decree._file("draft"))
        final = self._text(decree._file("pdf"))
        self.assertNotIn("Biro Hukum", final)
        self.assertNotIn("RANCANGAN", final)

    def test_administrator_alone_keeps_the_chain(self):
        with self.assertRaises(AccessError):
            self.steps.with_user(self.officer)[0].user_ids = self.officer
        outsider = self._role_user("field_officer")
        with self.assertRaisesRegex(ValidationError, "may not read decrees"):
            self.steps[0].user_ids = outsider

    def test_database_keeps_initials(self):
        decree = self._draft()
        self._initial(decree, self.section)
        self.env.flush_all()
        for query in (
            "UPDATE khbs_decree_paraf SET office = 'legal'",
            "DELETE FROM khbs_decree_paraf",
            "TRUNCATE khbs_decree_paraf",
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query)
        decree.unlink()
        self.assertFalse(self.env["khbs.decree.paraf"].search([]))
