# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
from datetime import date, timedelta

from psycopg2.errors import RestrictViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from odoo.addons.khbs_registry.papers import source
from odoo.addons.khbs_registry.papers.document import digest

from .. import decree_lines
from .common import SCAN, TODAY, YEAR, BkkCase

LETTER = base64.b64encode(b"%PDF-1.4 surat keterangan")


class TestCorrection(BkkCase):
    """What is wrong in a signed decree is mended by a decree that amends it."""

    def _line(self, decree, name="RT SATU"):
        return decree.bkk_line_ids.filtered(lambda line: line.name == name)

    def _asked(self, line, **vals):
        correction = (
            self.env["khbs.bkk.correction"]
            .with_user(self.proposer)
            .create(
                {
                    "decree_line_id": line.id,
                    "kind": "name",
                    "reason": "Keliru dibaca dari surat tugas",
                    "evidence": LETTER,
                    **vals,
                }
            )
        )
        correction.action_propose()
        return correction

    def _accepted(self, line, **vals):
        correction = self._asked(line, **vals)
        self.reading(correction, self.verifier).action_accept()
        return correction

    def _amendment(self, corrections):
        """Return the draft of the amendment that carries *corrections*."""
        corrections.with_user(self.decree_officer).action_draft_amendment()
        return corrections.decree_id.with_user(self.decree_officer)

    def _amended(self, corrections, number="2"):
        draft = self._amendment(corrections)
        self._sign(draft, f"188.44/{number}/{YEAR}")
        return draft

    def _text(self, decree, section="diktum"):
        clauses = decree.clause_ids.filtered(lambda one: one.section == section)
        return " ".join(clauses.mapped("text"))

    def test_case_12_43_another_spelling_is_mended_by_an_amendment(self):
        """The name in the decree is not that of the account: the decree is amended,
        not edited, and what is to be paid has the right name from then on."""
        decree = self._in_force()
        proposal = decree.bkk_proposal_ids
        pdf, scan = decree.pdf_sha256, decree.scan_sha256
        line = self._line(decree)
        correction = self._accepted(line, new_name="RT  SATU, S.Pd.")
        self.assertEqual(
            (correction.before, correction.after), ("RT SATU", "RT SATU, S.Pd.")
        )
        amendment = self._amended(correction)
        self.assertEqual(amendment.form, "amendment")
        self.assertEqual(amendment.amends_id, decree)
        self.assertEqual(amendment.amount, 0)
        self.assertIn(f"Nomor 188.44/1/{YEAR}", amendment.name)
        self.assertEqual(correction.state, "decreed")
        self.assertEqual(proposal.payable_decree_id, amendment)
        paid = proposal._payable_lines()
        self.assertEqual(len(paid), 3)
        self.assertEqual(
            paid.filtered(lambda one: one.line_id == line.line_id).name,
            "RT SATU, S.Pd.",
        )
        self.assertEqual(sum(paid.mapped("amount")), proposal.approved_amount)
        # The first decree says what it said.
        self.assertEqual(line.name, "RT SATU")
        self.assertFalse(line.payable)
        self.assertEqual((decree.pdf_sha256, decree.scan_sha256), (pdf, scan))
        self.assertEqual(decree.state, "in_force")

    def test_the_amendment_has_the_whole_list_and_what_changed(self):
        decree = self._in_force()
        draft = self._amendment(
            self._accepted(self._line(decree), new_name="RT SATU, S.Pd.")
        )
        recap, names, changes = draft.annex_ids.sorted("sequence")
        self.assertEqual(names.row_count, 3)
        self.assertEqual(recap.totals["amount"], decree.amount)
        self.assertEqual(changes.row_count, 1)
        self.assertIn("semula berjumlah Rp2.750.000,00", self._text(draft))
        self.assertIn("Lampiran III", self._text(draft))
        self.assertNotIn("$", self._text(draft))

    def test_a_name_has_no_digits(self):
        line = self._line(self._in_force())
        for name in ("RT 1", "3201010101010001"):
            with self._refused(ValidationError):
                self._asked(line, new_name=name)

    def test_fewer_months_lower_the_decree_and_the_budget(self):
        decree = self._in_force()
        proposal = decree.bkk_proposal_ids
        free = self.budget_line.free_amount
        correction = self._accepted(
            self._line(decree),
            kind="months",
            new_month_from=date(YEAR, 1, 15),
            new_months=2,
        )
        self.assertEqual(correction.amount, -250_000)
        self.assertEqual(correction.before, f"Januari s.d. Maret {YEAR}")
        self.assertEqual(correction.after, f"Januari s.d. Februari {YEAR}")
        draft = self._amendment(correction)
        self.assertEqual(draft.amount, -250_000)
        self.reading(draft, self.approver).action_approve()
        draft.action_freeze()
        self.env.invalidate_all()
        self.assertEqual(self.budget_line.free_amount, free, "not free until signed")
        self.assertEqual(proposal.decreed_amount, 2_500_000, "but not paid any more")
        draft.action_register_signature(f"188.44/2/{YEAR}", TODAY, SCAN)
        self.env.invalidate_all()
        self.assertEqual(self.budget_line.free_amount, free + 250_000)
        self.assertEqual(proposal.decreed_amount, 2_500_000)
        released = proposal.month_ids.filtered("released_at")
        self.assertEqual(released.mapped("month"), [date(YEAR, 3, 1)])
        self.assertEqual(released.release_reason, "corrected")

    def test_who_leaves_the_list_is_not_paid(self):
        decree = self._in_force()
        proposal = decree.bkk_proposal_ids
        line = self._line(decree)
        amendment = self._amended(self._accepted(line, kind="drop"))
        self.assertEqual(amendment.amount, -750_000)
        self.assertNotIn(line.line_id, proposal._payable_lines().line_id)
        self.assertEqual(proposal.decreed_amount, 2_000_000)
        released = proposal.month_ids.filtered("released_at")
        self.assertEqual(released.holder_id, self.rt)
        self.assertEqual(len(released), 3)

    def test_areas_and_letter_are_corrected_too(self):
        decree = self._in_force()
        line = self._line(decree)
        other = self._area("62.06.02.2001")
        both = self._accepted(line, kind="letter", new_letter="SK 2")
        both |= self._accepted(line, kind="area", new_area_ids=other.ids)
        self._amended(both)
        paid = decree.bkk_proposal_ids._payable_lines().filtered(
            lambda one: one.line_id == line.line_id
        )
        self.assertEqual((paid.letter, paid.area_names), ("SK 2", other.name))
        self.assertEqual(paid.area_code, other.code)
        self.assertEqual(paid.district_name, other.parent_id.name)

    def test_the_second_amendment_goes_on_from_the_first(self):
        decree = self._in_force()
        first = self._amended(
            self._accepted(self._line(decree), new_name="RT SATU, S.Pd.")
        )
        line = self._line(first, "RT SATU, S.Pd.")
        second = self._amended(
            self._accepted(line, kind="months", new_months=1), number="3"
        )
        self.assertIn("Perubahan Kedua", second.name)
        self.assertEqual(second.amends_id, decree)
        paid = self._line(second, "RT SATU, S.Pd.")
        self.assertEqual((paid.months, paid.amount), (1, 250_000))
        self.assertEqual(decree.bkk_proposal_ids.payable_decree_id, second)

    def test_more_months_are_a_proposal_and_no_correction(self):
        decree = self._in_force()
        line = self._line(decree, "RT DUA")
        for months, first in ((3, None), (2, date(YEAR, 3, 1)), (0, None)):
            with self.assertRaisesRegex(UserError, "further proposal"):
                self._asked(
                    line, kind="months", new_months=months, new_month_from=first
                )

    def test_a_correction_that_changes_nothing_is_refused(self):
        decree = self._in_force()
        with self.assertRaisesRegex(UserError, "says already"):
            self._asked(self._line(decree), new_name=" RT SATU ")
        with self.assertRaisesRegex(UserError, "Enter"):
            self._asked(self._line(decree), new_name=" ")

    def test_a_correction_needs_its_evidence(self):
        decree = self._in_force()
        with self.assertRaisesRegex(UserError, "proves it"):
            self._asked(self._line(decree), new_name="X", evidence=False)

    def test_who_asked_does_not_check_in_another_role_either(self):
        decree = self._in_force()
        correction = self._asked(self._line(decree), new_name="RT SATU, S.Pd.")
        self.proposer.group_ids -= self.env.ref("khbs_registry.group_bkk_proposer")
        self.proposer.group_ids += self.env.ref("khbs_registry.group_bkk_verifier")
        with self._refused():
            self.reading(correction, self.proposer).action_accept()
        refused = self.env["khbs.audit.event"].search(
            [("outcome", "=", "refused"), ("res_id", "=", correction.id)]
        )
        self.assertEqual(refused.act, "khbs.bkk.correction.accepted")
        self.assertEqual(refused.user_id, self.proposer)
        self.assertEqual(correction.state, "proposed")

    def test_only_the_regency_asks_and_only_the_province_checks(self):
        decree = self._in_force()
        correction = self._asked(self._line(decree), new_name="RT SATU, S.Pd.")
        for user in (self.proposer, self.approver, self.decree_officer):
            with self.assertRaises(AccessError):
                self.reading(correction, user).action_accept()
        with self.assertRaises(AccessError):
            self.env["khbs.bkk.correction"].with_user(self.verifier).create(
                {"decree_line_id": self._line(decree).id, "reason": "x"}
            )
        self.reading(correction, self.verifier).action_accept()
        for user in (self.proposer, self.verifier, self.approver):
            with self.assertRaises(AccessError):
                correction.with_user(user).action_draft_amendment()

    def test_nobody_sets_the_outcome_by_hand(self):
        decree = self._in_force()
        correction = self._asked(self._line(decree), new_name="RT SATU, S.Pd.")
        for values in (
            {"state": "accepted"},
            {"amount": 5},
            {"after": "LAIN"},
            {"checker_id": self.verifier.id},
        ):
            with self.assertRaises(AccessError):
                correction.with_user(self.proposer).write(values)
        with self.assertRaises(UserError):
            correction.with_user(self.proposer).write({"new_name": "LAIN"})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_bkk_correction SET after = 'LAIN' WHERE id = %s",
                [correction.id],
            )

    def test_one_open_correction_of_a_thing(self):
        decree = self._in_force()
        self._asked(self._line(decree), kind="months", new_months=1)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self._asked(self._line(decree), kind="drop")

    def test_a_refused_correction_says_why_and_frees_the_line(self):
        decree = self._in_force()
        correction = self._asked(self._line(decree), new_name="RT SATU, S.Pd.")
        with self.assertRaises(UserError):
            correction.with_user(self.verifier).action_refuse(" ")
        correction.with_user(self.verifier).action_refuse("KTP tidak terbaca")
        self.assertEqual(correction.refusal, "KTP tidak terbaca")
        self._asked(self._line(decree), new_name="RT SATU, S.Pd.")

    def test_a_dropped_or_withdrawn_amendment_gives_its_corrections_back(self):
        decree = self._in_force()
        proposal = decree.bkk_proposal_ids
        correction = self._accepted(self._line(decree), kind="drop")
        self._amendment(correction).unlink()
        self.assertFalse(correction.decree_id)
        draft = self._amendment(correction)
        self.reading(draft, self.approver).action_approve()
        draft.action_freeze()
        self.assertEqual(proposal.decreed_amount, 2_000_000)
        draft.with_user(self.approver).action_withdraw("Gubernur berhalangan")
        self.assertFalse(correction.decree_id)
        self.assertEqual(correction.state, "accepted")
        self.assertEqual(proposal.decreed_amount, 2_750_000)
        self.assertEqual(proposal.payable_decree_id, decree)
        self.assertFalse(proposal.month_ids.filtered("released_at"))
        again = self._amended(correction)
        self.assertEqual(proposal.payable_decree_id, again)

    def test_accepted_meanwhile_waits_for_the_next_amendment(self):
        decree = self._in_force()
        draft = self._amendment(
            self._accepted(self._line(decree), new_name="RT SATU X")
        )
        late = self._accepted(self._line(decree, "RT DUA"), new_name="RT DUA X")
        with self.assertRaisesRegex(UserError, "carries corrections already"):
            self._amendment(late)
        self._sign(draft, f"188.44/2/{YEAR}")
        second = self._amended(late, number="3")
        names = second.bkk_line_ids.mapped("name")
        self.assertIn("RT SATU X", names)
        self.assertIn("RT DUA X", names)

    def test_what_was_paid_is_not_taken_out_of_the_decree(self):
        decree = self._in_force()
        proposal = decree.bkk_proposal_ids
        draft = self._amendment(self._accepted(self._line(decree), kind="drop"))
        self.reading(draft, self.approver).action_approve()
        self._pay(self._ready(proposal), 2_500_000)
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "has left the treasury"):
            draft.action_freeze()

    def test_the_database_pays_signed_lists_alone(self):
        decree = self._in_force()
        proposal = decree.bkk_proposal_ids
        draft = self._amendment(self._accepted(self._line(decree), kind="drop"))
        self.reading(draft, self.approver).action_approve()
        draft.action_freeze()
        for query, value in (
            ("decreed_amount = %s", 2_750_001),
            ("payable_decree_id = %s", draft.id),
            ("payable_decree_id = %s", None),
        ):
            with (
                self.subTest(query=query),
                mute_logger("odoo.sql_db"),
                self.assertRaises(RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    f"UPDATE khbs_bkk_proposal SET {query} WHERE id = %s",
                    [value, proposal.id],
                )

    def test_what_waits_stands_in_the_queue_of_its_role(self):
        decree = self._in_force()
        tasks = self.env["khbs.bkk.task"]
        correction = self._asked(self._line(decree), new_name="RT SATU X")
        mine = [("model", "=", correction._name), ("res_id", "=", correction.id)]
        self.env.flush_all()
        waiting = tasks.with_user(self.verifier).search(mine)
        self.assertEqual(waiting.kind, "check_correction")
        self.assertFalse(tasks.with_user(self.decree_officer).search(mine))
        self.reading(correction, self.verifier).action_accept()
        self.env.flush_all()
        self.assertFalse(tasks.with_user(self.verifier).search(mine))
        waiting = tasks.with_user(self.decree_officer).search(mine)
        self.assertEqual(waiting.kind, "draft_amendment")
        self._amendment(correction)
        self.env.flush_all()
        self.assertFalse(tasks.with_user(self.decree_officer).search(mine))

    def test_nobodys_nik_stands_in_a_correction(self):
        decree = self._in_force()
        with self.assertRaises(ValidationError):
            self._asked(
                self._line(decree), new_name="RT SATU X", reason="NIK 6206010101801234"
            )

    def test_a_signed_decree_is_edited_by_nobody(self):
        decree = self._in_force()
        line = self._line(decree)
        without = self._amended(self._accepted(line, kind="drop"))
        keys = {"decree": decree.id, "line": line.id, "without": without.id}
        root = self.env.ref("base.user_admin")
        with self.assertRaisesRegex(UserError, "never changes"):
            decree.with_user(root).write({"amount": 1})
        with self.assertRaises(AccessError):
            line.with_user(root).write({"name": "LAIN"})
        for query in (
            "UPDATE khbs_decree SET amount = 1 WHERE id = %(decree)s",
            "UPDATE khbs_decree SET name = 'LAIN' WHERE id = %(decree)s",
            "UPDATE khbs_bkk_decree_line SET name = 'LAIN' WHERE id = %(line)s",
            "UPDATE khbs_bkk_decree_line SET amount = 1 WHERE id = %(line)s",
            "DELETE FROM khbs_bkk_decree_line WHERE id = %(line)s",
            "TRUNCATE khbs_bkk_decree_line CASCADE",
            "UPDATE khbs_decree_clause SET text = '' WHERE decree_id = %(decree)s",
            "UPDATE khbs_decree_annex SET totals = '{}' WHERE decree_id = %(decree)s",
            "INSERT INTO khbs_bkk_decree_line (decree_id, proposal_id, line_id, "
            "holder_id, role_id, rate_id, regency_id, payee_area_id, name, role_name, "
            "area_names, area_code, regency_name, payee_name, letter, rate_amount, "
            "month_from, months, amount) SELECT d.id, l.proposal_id, l.line_id, "
            "l.holder_id, l.role_id, l.rate_id, l.regency_id, l.payee_area_id, 'LAIN', "
            "role_name, area_names, area_code, regency_name, payee_name, letter, "
            "l.rate_amount, l.month_from, l.months, l.amount "
            "FROM khbs_bkk_decree_line l, khbs_decree d "
            "WHERE l.id = %(line)s AND d.id = %(without)s",
        ):
            with (
                self.subTest(query=query),
                mute_logger("odoo.sql_db"),
                self.assertRaises(RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, keys)

    def test_the_refused_attempts_stand_in_the_trail(self):
        decree = self._in_force()
        correction = self._asked(self._line(decree), new_name="RT SATU, S.Pd.")
        events = self.env["khbs.audit.event"]
        last = events.search([], limit=1).id
        with self._refused(AccessError):
            self.reading(correction, self.approver).action_accept()
        with self._refused(AccessError):
            decree.bkk_proposal_ids.with_user(self.proposer).action_draft_decree(
                self.budget_line.id
            )
        refused = events.search([("id", ">", last), ("outcome", "=", "refused")])
        self.assertEqual(
            set(refused.mapped("act")),
            {"khbs.bkk.correction.accepted", "khbs.bkk.proposal.decree"},
        )

    def test_an_amendment_in_force_is_not_revoked_alone(self):
        decree = self._in_force()
        amendment = self._amended(
            self._accepted(self._line(decree), new_name="RT SATU, S.Pd.")
        )
        with self.assertRaisesRegex(UserError, "Amend it once more"):
            amendment.action_draft_revocation()

    def test_the_excerpt_of_a_regency_has_its_lines_alone(self):
        city = self._area("62.71")
        village = self._area("62.71.01.1001")
        self._holder("RT KOTA", regency_id=city.id, area_ids=village.ids)
        first = self._approved()
        katingan = self.regency
        self.regency = city
        self.proposer.khbs_area_ids = city
        both = (first | self._approved()).with_user(self.decree_officer)
        both.action_draft_decree(self.budget_line.id)
        self._sign(both.decree_id, f"188.44/9/{YEAR}")
        line = self._line(both.decree_id, "RT KOTA")
        self.proposer.khbs_area_ids = city | katingan
        amendment = self._amended(
            self._accepted(line, new_name="RT KOTA, S.E."), number="10"
        )
        for decree, name in ((both.decree_id, "RT KOTA"), (amendment, "RT KOTA, S.E.")):
            decree.action_draft_excerpt(decree.signatory_id.id, area_id=city.id)
            excerpt = decree.excerpt_ids[:1]
            recap, names = excerpt.annex_ids.sorted("sequence")[:2]
            self.assertEqual(names.row_count, 1)
            self.assertEqual(names.totals["amount"], 750_000)
            self.assertEqual(recap.totals["amount"], 750_000)
            rows = source.load(names._source()).rows()
            self.assertEqual([row["name"] for row in rows], [name])
            self.assertFalse(excerpt.bkk_line_ids)

    def test_the_lines_drawn_again_have_the_hash_that_was_decided(self):
        decree = self._in_force()
        amendment = self._amended(
            self._accepted(self._line(decree), new_name="RT SATU, S.Pd.")
        )
        for one in (decree, amendment):
            proposals = (one.amends_id or one).bkk_proposal_ids
            drawn = proposals._annexes(decree_lines.of_decree(one.id))[:2]
            self.assertEqual(
                [digest(annex).content_sha256 for annex in drawn],
                one.annex_ids.sorted("sequence")[:2].mapped("content_sha256"),
            )

    def test_an_amendment_is_not_older_than_its_decree(self):
        decree = self._in_force()
        draft = self._amendment(
            self._accepted(self._line(decree), new_name="RT SATU X")
        )
        self.reading(draft, self.approver).action_approve()
        draft.action_freeze()
        with self.assertRaises(UserError):
            draft.action_register_signature(
                f"188.44/2/{YEAR}", TODAY - timedelta(days=1), SCAN
            )
