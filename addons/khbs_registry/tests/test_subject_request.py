# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import io
from datetime import timedelta

from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, freeze_time, tagged

from .common import KhbsCase


@tagged("post_install", "-at_install")
class TestSubjectRequest(KhbsCase, HttpCase):
    """A person learns what is stored about him and who looked, in 3 x 24 hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls._role_user("pii_reader", "exporter", login="pembaca-12")
        cls.reader.password = "pembaca-12"
        cls.operator = cls._role_user("registry_operator", login="operator-12")
        cls.household = cls._household(members=2)
        cls.neighbour = cls._household()
        cls.env["khbs.household.kk"].create(
            {
                "household_id": cls.household.id,
                "kk_number": "6271010101207777",
                "valid_from": "2019-01-01",
                "valid_to": "2023-05-01",
                "reason": "Pecah KK",
            }
        )

    def _request(self, **vals):
        request = (
            self.env["khbs.subject.request"]
            .with_user(self.operator)
            .create(
                {
                    "household_id": self.household.id,
                    "applicant": "Kepala keluarga",
                    **vals,
                }
            )
        )
        return request.with_user(self.reader)

    def _identified(self, **vals):
        request = self._request(**vals)
        request.write({"identity_kind": "ktp", "identity_note": "Loket 2, Sampit"})
        request.action_identify()
        return request

    def _text(self, request):
        pages = PdfReader(io.BytesIO(request._report_pdf())).pages
        return "\n".join(page.extract_text() for page in pages)

    def _events(self, act):
        return self.env["khbs.audit.event"].search([("act", "=", act)])

    def test_case_12_50_what_is_stored_and_who_looked(self):
        self.env["khbs.complaint"].create(
            {
                "kind": "extortion",
                "area_id": self.village.id,
                "household_id": self.household.id,
                "text": "Dipungut RAHASIA",
                "reporter": "PELAPOR RAHASIA",
            }
        )
        looker = self._role_user("pii_reader", login="pembuka-lain")
        reveal = self.env["khbs.reveal"].with_user(looker)
        reveal.create(
            {
                "household_id": self.household.id,
                "purpose": "bank",
                "reference": "SURAT/77",
            }
        ).action_reveal()
        searcher = self._role_user("validator", login="pencari")
        families = self.env["khbs.household"].with_user(searcher)
        families.find_families(self.household.person_ids[1].nik)
        families.find_families(self.neighbour.kk_number)
        self.household.person_ids.with_user(self.reader).export_data(["name"])
        self.neighbour.with_user(self.reader).export_data(["name"])

        request = self._identified()
        self.assertEqual(request.due_at - request.received_at, timedelta(hours=72))
        text = self._text(request)
        self.assertIn("LAPORAN DATA PRIBADI SUBJEK", text)
        for number in (
            self.household.kk_number,
            "6271010101207777",
            *self.household.person_ids.mapped("nik"),
        ):
            self.assertIn(number, text)
        for number in (self.neighbour.kk_number, self.neighbour.person_ids.nik):
            self.assertNotIn(number, text)
        self.assertNotIn("RAHASIA", text)
        # Long names are broken in the table.
        whole = "".join(text.split())
        for word in (looker.name, "SURAT/77", searcher.name, self.reader.name):
            self.assertIn("".join(word.split()), whole)
        looks = request.sudo()._looks()
        self.assertEqual(len(looks.filtered(lambda e: e.act == "household.find")), 1)
        self.assertEqual(len(looks.filtered(lambda e: e.act == "data.export")), 1)

    def test_the_paper_is_not_kept_but_its_hash_is(self):
        request = self._identified()
        before = self.env["ir.attachment"].sudo().search_count([])
        self.authenticate("pembaca-12", "pembaca-12")
        action = request.action_report()
        answer = self.url_open(action["url"])
        self.assertEqual(answer.headers["Cache-Control"], "private, no-store")
        self.assertTrue(answer.content.startswith(b"%PDF"))
        self.assertEqual(self.env["ir.attachment"].sudo().search_count([]), before)
        request.invalidate_recordset()
        digest = hashlib.sha256(answer.content).hexdigest()
        self.assertEqual(request.report_sha256, digest)
        event = self._events("subject.paper")
        self.assertEqual(event.data["sha256"], digest)
        self.assertEqual(
            (event.model, event.res_id), ("khbs.household", self.household.id)
        )

    def test_one_person_gets_his_own_numbers_alone(self):
        child = self.household.person_ids[1]
        text = self._text(self._identified(person_id=child.id))
        self.assertIn(child.nik, text)
        self.assertNotIn(self.household.person_ids[0].nik, text)
        with self.assertRaises(UserError):
            self._request(person_id=self.neighbour.person_ids.id)

    def test_another_persons_number_is_not_told(self):
        representative = self.env["khbs.representative"].create(
            {
                "household_id": self.household.id,
                "name": "WAKIL KELUARGA",
                "nik": "6271010101901234",
                "relation": "neighbour",
                "letter_number": "SK/1",
                "letter_date": "2026-01-01",
                "valid_from": "2026-01-01",
                "valid_to": "2026-12-31",
            }
        )
        text = self._text(self._identified())
        self.assertIn("WAKIL KELUARGA", text)
        self.assertIn(representative.nik_masked, text)
        self.assertNotIn(representative.nik, text)

    def test_the_clock_runs_three_times_twenty_four_hours(self):
        request = self._request()
        self.assertEqual(request.due_at - request.received_at, timedelta(hours=72))
        self.assertFalse(request.overdue)
        late = fields.Datetime.now() + timedelta(hours=73)
        with freeze_time(late):
            request.invalidate_recordset()
            self.assertTrue(request.overdue)
            found = self.env["khbs.subject.request"].search([("overdue", "=", True)])
            self.assertIn(request, found)
        with self.assertRaises(UserError):
            self._request(received_at=late)

    def test_the_steps_come_in_their_order(self):
        request = self._request()
        with self.assertRaises(UserError):
            request.action_report()
        with self.assertRaises(UserError):
            request.action_identify()
        request.write({"identity_kind": "ktp", "identity_note": "Loket"})
        with self.assertRaises(UserError):
            request.action_answer()
        request.action_identify()
        request.handed_to = "Kepala keluarga, di loket"
        with self.assertRaises(UserError):
            request.action_answer()
        request._report_pdf()
        request.action_answer()
        self.assertEqual(request.state, "answered")
        self.assertEqual(self._events("subject.answer").data["late"], False)
        with self.assertRaises(UserError):
            request.handed_to = "Orang lain"

    def test_only_readers_of_the_area_answer(self):
        request = self._identified()
        for act in ("action_report", "action_answer", "action_refuse", "_report_pdf"):
            with self._refused(AccessError):
                getattr(request.with_user(self.operator), act)()
        away = self._role_user("pii_reader", areas=self._area("62.06"), login="jauh")
        for act in ("action_report", "_report_pdf", "action_identify"):
            with self.assertRaises(AccessError):
                getattr(request.with_user(away), act)()
        with self.assertRaises(AccessError):
            request.state = "answered"
        with self.assertRaises(AccessError):
            request.report_sha256 = "0" * 64

    def test_suspension_and_resumption(self):
        for kind, suspended in (("suspension", True), ("resumption", False)):
            request = self._identified(kind=kind)
            with self.assertRaises(UserError):
                request.action_report()
            request.handed_to = "Kepala keluarga"
            request.action_answer()
            self.assertEqual(bool(self.household.processing_suspended_on), suspended)
        self.assertEqual(
            self._events("household.leave_alone").res_id, self.household.id
        )
        with self.assertRaises(AccessError):
            self.household.with_user(self.operator).processing_suspended_on = False

    def test_who_is_identified_gets_no_other_familys_data(self):
        request = self._identified()
        person = self.neighbour.person_ids
        for vals in (
            {"household_id": self.neighbour.id},
            {"household_id": self.neighbour.id, "person_id": person.id},
            {"person_id": self.household.person_ids[1].id},
            {"kind": "suspension"},
            {"applicant": "Orang lain"},
            {"identity_note": "Tidak dilihat"},
        ):
            for user in (self.reader, self.operator):
                with self.assertRaisesRegex(UserError, "identified"):
                    request.with_user(user).write(vals)
        request.handed_to = "Kepala keluarga"
        self.assertEqual(request.household_id, self.household)

    def test_one_reader_alone_opens_no_family(self):
        values = {"identity_kind": "ktp", "identity_note": "Loket"}
        own = (
            self.env["khbs.subject.request"]
            .with_user(self.reader)
            .create(
                {"household_id": self.household.id, "applicant": "Kepala", **values}
            )
        )
        with self.assertRaisesRegex(UserError, "colleague"):
            own.action_identify()
        # Nor does he turn what a colleague entered to a family that he chooses.
        other = self._request()
        with self.assertRaisesRegex(UserError, "alone"):
            other.household_id = self.neighbour
        colleague = self._role_user("pii_reader", login="pembaca-13")
        own.with_user(colleague).action_identify()
        self.assertEqual(own.state, "identified")

    def test_reports_count_among_the_reveals_of_an_hour(self):
        self.env["ir.config_parameter"].set_param("khbs.reveals_per_hour", "2")
        request = self._identified()
        request._report_pdf()
        self.env["khbs.reveal"].with_user(self.reader).create(
            {
                "household_id": self.neighbour.id,
                "purpose": "bank",
                "reference": "SURAT/78",
            }
        ).action_reveal()
        with self._refused():
            request._report_pdf()
        self.assertEqual(self._events("subject.paper")[0].outcome, "refused")

    def test_a_refusal_has_a_reason_and_nothing_holds_a_number(self):
        request = self._request()
        with self.assertRaises(UserError):
            request.action_refuse()
        for name in ("reason", "applicant", "identity_note", "handed_to"):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                request.write({name: f"NIK {self.household.kk_number}"})
        request.reason = "Bukan subjek data"
        request.action_refuse()
        self.assertEqual(request.state, "refused")
