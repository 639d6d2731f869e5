# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
import io

import openpyxl
import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..dtsen.checks import COLUMNS
from .deliberation_common import DeliberationCase

WITHOUT_NIK = [
    {"name": "INDU", "relation": "1", "sex": "2", "nik_entry": "9999999999999996"},
    {"name": "UNTUNG", "relation": "4", "sex": "1"},
]


@tagged("post_install", "-at_install")
class TestCandidate(DeliberationCase):
    def codes(self, candidate):
        return [finding["code"] for finding in candidate.sudo().findings]

    def test_case_12_13_an_accepted_candidate_waits_for_a_decile(self):
        candidate = self._accepted(self._candidate())
        household = candidate.household_id
        self.assertEqual(candidate.state, "accepted")
        self.assertEqual(
            (household.state, household.reason_code, household.decile),
            ("needs_verification", "CANDIDATE_ACCEPTED", False),
        )
        self.assertEqual(household.area_id, self.village)
        self.assertEqual(household.dwelling_kind, "field_hut")
        self.assertEqual(household.sudo().kk_ids.kk_number, household.sudo().kk_number)
        self.assertEqual(
            household.person_ids.sorted("relation").mapped("name"),
            ["D'ARCY SALEH BINTI IMBAN", "UNTUNG"],
        )
        self.assertFalse(household.dtsen_key)
        # Nobody took its position: it shares no house with others of whom that is so.
        self.env.flush_all()
        query = "SELECT latitude, longitude FROM khbs_household WHERE id = %s"
        self.env.cr.execute(query, [household.id])
        self.assertEqual(self.env.cr.fetchone(), (None, None))

    def test_case_12_13_families_without_decile_are_proposed_for_dtsen(self):
        household = self._accepted(
            self._candidate(kk_entry="6206012003200077")
        ).household_id
        self._household(self.village, state="eligible")
        proposals = self.env["khbs.dtsen.proposal"]
        values = {
            "area_id": self._area("62.06.01").id,
            "quarter": "2",
            "letter_number": "400.9/1",
            "letter_date": "2026-03-02",
        }
        for user in (self.officer, self.validator):
            with self.assertRaises(AccessError):
                proposals.with_user(user).create(values)
        proposal = proposals.with_user(self.operator).create(values)
        proposal.action_issue()
        self.assertEqual((proposal.household_count, proposal.row_count), (1, 2))
        content = base64.b64decode(proposal.sudo().with_context(bin_size=False).file)
        self.assertEqual(hashlib.sha256(content).hexdigest(), proposal.file_sha256)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        head, *rows = book.active.iter_rows(values_only=True)
        self.assertEqual(head, COLUMNS)
        self.assertEqual(rows[0][1], "6206012003200077")
        self.assertEqual(rows[0][2], household.sudo().head_id.nik)
        self.assertEqual(rows[0][3], "D'ARCY SALEH BINTI IMBAN")
        self.assertEqual(rows[0][7], self.village.code)
        # Nobody reads the numbers by the field: it answers with a size.
        self.assertNotEqual(proposal.read(["file"])[0]["file"], content)
        with self.assertRaises(UserError):
            proposal.action_issue()
        with self.assertRaises(AccessError):
            proposal.write({"file": b"x"})
        empty = proposals.with_user(self.operator).create(
            {**values, "area_id": self._area("62.06.01.2002").id}
        )
        with self.assertRaisesRegex(UserError, "has a decile"):
            empty.action_issue()

    def test_case_12_12_a_family_without_nik_is_referred(self):
        candidate = self._candidate(persons=WITHOUT_NIK, kk_entry=False)
        self.assertTrue(candidate.without_nik)
        self.assertIn("NIK_MISSING", self.codes(candidate))
        self.assertIn("KK_MISSING", self.codes(candidate))
        self.assertFalse(candidate.blocked)
        self._accepted(candidate)
        head = candidate.household_id.head_id
        self.assertEqual((head.nik_status, head.sudo().nik), ("missing", False))
        # The referral goes on after the family is in the registry.
        candidate.write(
            {"referral_number": "470/3/GLG/2026", "referral_date": "2026-03-02"}
        )
        candidate.write(
            {"referral_result": "recorded", "referral_result_date": "2026-04-02"}
        )
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            candidate.referral_result_date = "2026-01-02"
            candidate.flush_recordset()

    def test_numbers_are_written_once_and_shown_masked(self):
        candidate = self._candidate(kk_entry="6206012003200001")
        person = candidate.person_ids[0]
        self.assertFalse(candidate.kk_entry)
        self.assertEqual(candidate.kk_masked, "6206********0001")
        self.assertIn("*", person.nik_masked)
        for record, name in ((candidate, "kk_number"), (person, "nik")):
            with self.assertRaises(AccessError):
                record.read([name])
        for wrong in ("123", "6206012003200000", "6.20601E+15"):
            with self.assertRaises(ValidationError):
                candidate.kk_entry = wrong
        for wrong in ("123", "6206010000000001"):
            with self.assertRaises(ValidationError):
                person.nik_entry = wrong

    def test_a_known_family_is_no_candidate(self):
        known = self._household(self.village, members=2)
        candidate = self._candidate()
        candidate.person_ids[0].nik_entry = known.person_ids[1].nik
        self.assertEqual(self.codes(candidate)[0], "NIK_WARNING")
        self.assertIn("NIK_REGISTERED", self.codes(candidate))
        self.assertIn(known.name, candidate.finding_text)
        self.assertTrue(candidate.blocked)
        with self.assertRaisesRegex(UserError, known.name):
            candidate.action_propose()
        other = self._candidate(kk_entry=known.kk_number)
        self.assertIn("KK_REGISTERED", self.codes(other))
        # Where it is, is told only to who may see it.
        far = self._household(self._area("62.71.01.1001"))
        other.kk_entry = far.kk_number
        self.assertNotIn(far.name, other.finding_text)
        self.assertIn(far.name, other.with_user(self.operator).finding_text)
        self.assertNotIn(far.kk_number, str(other.sudo().findings))

    def test_entered_numbers_that_others_have_are_searches(self):
        """A draft with any number, read and thrown away, was a search without trace."""
        far = self._household(self._area("62.71.01.1001"))
        found = [("act", "=", "household.find"), ("user_id", "=", self.officer.id)]
        events = self.env["khbs.audit.event"]
        self._candidate().unlink()
        self.assertEqual(events.search_count(found), 0)
        head = {"name": "A", "relation": "1", "sex": "1"}
        candidate = self._candidate(
            persons=[{**head, "nik_entry": far.person_ids.nik}],
            kk_entry=far.kk_number,
        )
        with self.assertRaises(AccessError), mute_logger("odoo.addons"):
            candidate.read(["findings"])
        self.assertIn("another area", candidate.finding_text)
        candidate.unlink()
        self.assertEqual(events.search_count(found), 2)
        self.env["ir.config_parameter"].set_param("khbs.number_searches_per_hour", "2")
        with self.assertRaisesRegex(UserError, "limit"):
            self._candidate(kk_entry=self._household().kk_number)

    def test_a_family_that_came_meanwhile_is_not_taken_twice(self):
        candidate = self._candidate()
        candidate.action_propose()
        self.env["khbs.person"].create(
            {
                "household_id": self._household(self.village).id,
                "name": "SALEH",
                "nik": candidate.person_ids.sudo()[0].nik,
                "relation": "4",
            }
        )
        with self.assertRaisesRegex(UserError, "registry already"):
            self.reading(candidate, self.validator).action_accept()
        self.assertFalse(candidate.household_id)

    def test_an_aid_list_in_force_is_remarked_at_once(self):
        candidate = self._candidate()
        aid_list = self.env["khbs.aid.list"].create(
            {
                "source": "Dinas Sosial",
                "letter_number": "1",
                "letter_date": "2026-01-01",
                "date_from": "2026-01-01",
                "file": b"bmlr",
            }
        )
        programme = self.env["khbs.aid.programme"].search([], limit=1)
        self.env["khbs.aid.list.line"].create(
            {
                "list_id": aid_list.id,
                "line": 2,
                "nik": candidate.person_ids.sudo()[0].nik,
                "programme_id": programme.id,
            }
        )
        aid_list.sudo().state = "loaded"
        candidate.rw = "001"
        self.assertIn("AID_RECEIVED", self.codes(candidate))
        self.assertIn(programme.name, candidate.finding_text)
        self.assertFalse(candidate.blocked)

    def test_a_family_has_one_head(self):
        heads = [{"name": name, "relation": "1"} for name in ("SATU", "DUA")]
        two = self._candidate(persons=heads)
        self.assertIn("HEAD_TWO", self.codes(two))
        with self.assertRaisesRegex(UserError, "two heads"):
            two.action_propose()
        none = self._candidate(persons=[{"name": "SATU", "relation": "4"}])
        with self.assertRaisesRegex(UserError, "no head"):
            none.action_propose()

    def test_two_candidates_do_not_share_a_number(self):
        first = self._candidate()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self._candidate(kk_entry=first.sudo().kk_number)
        nik = first.person_ids.sudo()[0].nik
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self._candidate(
                persons=[{"name": "LAIN", "relation": "1", "nik_entry": nik}]
            )
        first.action_propose()
        first.with_user(self.validator).action_refuse("Sudah mampu.")
        self._candidate(persons=[{"name": "LAIN", "relation": "1", "nik_entry": nik}])

    def test_what_was_proposed_stays_as_it_is(self):
        candidate = self._candidate()
        candidate.action_propose()
        for change in (
            lambda: candidate.write({"address": "lain"}),
            lambda: candidate.person_ids[0].write({"name": "LAIN"}),
            lambda: candidate.person_ids[0].unlink(),
            lambda: candidate.unlink(),
            lambda: candidate.action_propose(),
        ):
            with self.assertRaises(UserError):
                change()
        candidate.with_user(self.validator).action_return("Alamat kurang jelas.")
        self.assertEqual((candidate.state, candidate.round_number), ("draft", 2))
        candidate.address = "Sei Bango, hulu"
        self._accepted(candidate)

    def test_the_validator_refuses_with_a_reason(self):
        candidate = self._candidate()
        candidate.action_propose()
        wizard = (
            self.env["khbs.turn.down"]
            .with_user(self.validator)
            .with_context(
                active_model=candidate._name,
                active_id=candidate.id,
                default_step="refused",
            )
        )
        form = Form(wizard)
        form.note = "Tinggal di desa lain."
        form.save().action_apply()
        self.assertEqual(candidate.state, "refused")
        self.assertEqual(candidate.return_note, "Tinggal di desa lain.")
        with self.assertRaises(UserError):
            candidate.with_user(self.validator).action_return("lagi")

    def test_a_second_person_of_the_right_role_accepts(self):
        both = self._role_user("field_officer", "validator")
        candidate = self._candidate(user=both)
        candidate.action_propose()
        with self.assertRaisesRegex(UserError, "second person"):
            self.reading(candidate, both).action_accept()
        for user in (self.officer, self.operator):
            with self.assertRaises(AccessError):
                self.reading(candidate, user).action_accept()
        with self.assertRaises(AccessError):
            candidate.with_user(self.operator).write({"state": "accepted"})
        elsewhere = self._role_user(
            "validator", areas=self._area("62.71"), login="elsewhere"
        )
        with self.assertRaises(AccessError):
            candidate.with_user(elsewhere).action_accept()
        with self.assertRaisesRegex(UserError, "not what you opened"):
            candidate.with_user(self.validator).action_accept()

    def test_candidates_of_a_deliberation_wait_for_its_end(self):
        household = self._household(self.village, state="eligible")
        deliberation = self._deliberation([household])
        candidate = self._candidate(
            origin="deliberation", deliberation_id=deliberation.id
        )
        self.assertEqual(deliberation.candidate_count, 1)
        self._announced(deliberation)
        self.assertEqual(candidate.state, "proposed")
        with self.assertRaisesRegex(UserError, "not closed yet"):
            self.reading(candidate, self.validator).action_accept()
        with self.assertRaisesRegex(UserError, "Send the deliberation back"):
            candidate.with_user(self.validator).action_return("Perbaiki.")
        with self.assertRaises(UserError):
            self._candidate(origin="deliberation", deliberation_id=deliberation.id)
        self.reading(deliberation, self.validator).action_close()
        self.reading(candidate, self.validator).action_accept()
        self.assertEqual(candidate.household_id.state, "needs_verification")
        elsewhere = self._area("62.06.01.2002")
        with self.assertRaises(ValidationError):
            self._candidate(
                origin="deliberation",
                deliberation_id=self._deliberation([household]).id,
                area_id=elsewhere.id,
            )

    def test_several_candidates_at_once(self):
        both = self._candidate() + self._candidate()
        both.action_propose()
        self.reading(both, self.validator).action_accept()
        self.assertEqual(len(both.household_id), 2)
        self.assertTrue(both.browse().action_propose())

    def test_who_had_a_hand_in_it_in_any_round_does_not_accept_it(self):
        """Entered, sent back, handed in by a colleague: it is still one's own."""
        author = self._role_user("registry_operator", "validator", login="author")
        editor = self._role_user("registry_operator", "validator", login="editor")
        candidate = self._candidate(user=author)
        candidate.with_user(editor).ground = "Rumah hanyut."
        candidate.action_propose()
        self.reading(candidate, self.validator).action_return("lengkapi")
        candidate.with_user(self.operator).action_propose()
        for user in (author, editor):
            with self.assertRaisesRegex(UserError, "second person"):
                self.reading(candidate, user).action_accept()
        self.reading(candidate, self.validator).action_accept()
        self.assertEqual(candidate.state, "accepted")
