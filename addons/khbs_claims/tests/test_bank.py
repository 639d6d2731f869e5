# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import csv
import hashlib
import io
import re
from pathlib import Path

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .. import bank_layouts, bank_messages
from ..bank_layouts.records import LayoutError
from .common import ClaimsCase


class TestBank(ClaimsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.round = cls._decided_round()

    def _batch(self, kind, **values):
        batch = self.env["khbs.bank.batch"].create(
            {
                "kind": kind,
                "round_id": self.round.id,
                "debit_account": "1000000001",
                **values,
            }
        )
        batch.with_user(self.maker).action_prepare()
        return batch

    def _sent(self, kind, **values):
        batch = self._batch(kind, **values)
        self.reading(batch, self.checker).action_release()
        return batch

    def _rows(self, batch):
        """Return the lines of the batch's file, as the bank reads them."""
        text = batch._file().decode()
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
        return [dict(zip(rows[1], row, strict=True)) for row in rows[2:]]

    def _answer(self, batch, lines, count=None, total=None, number=None):
        """Import the bank's answer; *lines* = (reference, account, amount, code)."""
        count = len(lines) if count is None else count
        total = sum(int(line[2]) for line in lines) if total is None else total
        rows = [
            ["KHBS-RESULT", "1", number or batch.name, count, total],
            ["reference", "account", "name", "amount", "code", "message"],
            *(
                [ref, account, "SITI", amount, code, ""]
                for ref, account, amount, code in lines
            ),
        ]
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows(rows)
        result = (
            self.env["khbs.bank.result"]
            .with_user(self.maker)
            .create(
                {
                    "batch_id": batch.id,
                    "file": base64.b64encode(text.getvalue().encode()),
                    "file_name": "hasil.csv",
                }
            )
        )
        result.action_import()
        return result

    def _open_accounts(self):
        batch = self._sent("opening")
        self._answer(
            batch,
            [
                (line.reference, f"620000{number}", 0, "00")
                for number, line in enumerate(batch.line_ids, start=1)
            ],
        )
        return batch

    def _answers(self, batch, codes):
        return [
            (row["reference"], row["account"], row["amount"], code)
            for row, code in zip(self._rows(batch), codes, strict=True)
        ]

    def test_accounts_arrive_by_the_answer_to_an_opening(self):
        batch = self._open_accounts()
        self.assertEqual(batch.state, "closed")
        accounts = self.env["khbs.bank.account"].search(
            [("household_id", "in", self.households.ids)]
        )
        self.assertEqual(len(accounts), 3)
        self.assertEqual(set(accounts.mapped("state")), {"active"})
        self.assertEqual(accounts[0].account_masked, "***0001")

    def test_who_has_left_gets_no_account_and_is_asked_for_no_more(self):
        opening = self._sent("opening")
        left = self.households[0]
        left._set_state("exited", "MOVED_OUT")
        lines = opening.line_ids
        self._answer(
            opening,
            [
                (line.reference, f"62000{line.id}", 0, "00")
                if line.household_id == left
                else (line.reference, "", 0, "08")
                for line in lines
            ],
        )
        accounts = self.env["khbs.bank.account"].search([])
        mine = accounts.filtered(lambda one: one.household_id == left)
        self.assertEqual(mine.state, "closed")
        closing = self.env["khbs.audit.event"].search(
            [("act", "=", "bank.account.close"), ("res_id", "=", mine.id)]
        )
        self.assertEqual(len(closing), 1)

        self.households[1]._set_state("exited", "MOVED_OUT")
        again = self.env["khbs.bank.batch"].browse(
            opening.with_user(self.maker).action_reissue()["res_id"]
        )
        again.with_user(self.maker).action_prepare()
        self.assertEqual(again.line_ids.household_id, self.households[2])

    def test_opening_file_names_the_head_and_a_transfer_does_not(self):
        opening = self._sent("opening")
        head = self.households[0].head_id
        row = next(row for row in self._rows(opening) if row["nik"] == head.nik)
        self.assertEqual(row["name"], head.name)
        self._answer(
            opening,
            [(line.reference, f"62000{line.id}", 0, "00") for line in opening.line_ids],
        )
        transfer = self._sent("transfer")
        self.assertEqual({row["nik"] for row in self._rows(transfer)}, {""})

    def test_a_failed_opening_is_ordered_again_in_one_batch_only(self):
        opening = self._sent("opening")
        self._answer(
            opening,
            [(line.reference, "", 0, "08") for line in opening.line_ids],
        )
        first, second = (
            self.env["khbs.bank.batch"].browse(
                opening.with_user(self.maker).action_reissue()["res_id"]
            )
            for _number in range(2)
        )
        first.with_user(self.maker).action_prepare()
        self.assertEqual(first.line_count, 3)
        with self.assertRaisesRegex(UserError, "nothing to send"):
            second.with_user(self.maker).action_prepare()

    def test_success_pays_and_consumes_once(self):
        self._open_accounts()
        batch = self._sent("transfer")
        self.assertEqual((batch.line_count, batch.total), (3, 750000))
        entitlements = batch.line_ids.entitlement_id
        self.assertEqual(set(entitlements.mapped("state")), {"reserved"})
        self._answer(batch, self._answers(batch, ["00", "00", "00"]))
        self.assertEqual(set(entitlements.mapped("state")), {"consumed"})
        self.assertEqual(batch.state, "closed")
        self.assertEqual(batch.paid_amount, 750000)
        postings = self.env["khbs.bank.posting"].search(
            [("entitlement_id", "in", entitlements.ids)]
        )
        self.assertEqual(sum(postings.mapped("amount")), 750000)
        # Nothing is left to pay: a second batch finds no line.
        with self.assertRaises(UserError):
            self._batch("transfer")

    def test_failed_line_alone_is_reissued(self):
        self._open_accounts()
        batch = self._sent("transfer")
        self._answer(batch, self._answers(batch, ["00", "03", "00"]))
        failed = batch.line_ids.filtered(lambda line: line.state == "failed")
        self.assertEqual(failed.code, "03")
        self.assertEqual(failed.entitlement_id.state, "open")
        self.assertEqual(failed.account_id.state, "failed")
        action = batch.with_user(self.maker).action_reissue()
        again = self.env["khbs.bank.batch"].browse(action["res_id"])
        # The account is not used before it is mended.
        with self.assertRaises(UserError):
            again.with_user(self.maker).action_prepare()
        failed.account_id.with_user(self.maker).action_confirm()
        again.with_user(self.maker).action_prepare()
        self.assertEqual(again.line_ids.entitlement_id, failed.entitlement_id)
        self.reading(again, self.checker).action_release()
        self._answer(again, self._answers(again, ["00"]))
        self.assertEqual(failed.entitlement_id.state, "consumed")

    def test_the_same_answer_twice_changes_nothing(self):
        self._open_accounts()
        batch = self._sent("transfer")
        lines = self._answers(batch, ["00", "00", "01"])
        self._answer(batch, lines)
        before = self.env["khbs.bank.posting"].search_count([])
        with self.assertRaises(UserError):
            self._answer(batch, lines)
        # The same lines in another order are another file, and known already.
        again = self._answer(batch, lines[::-1])
        self.assertEqual(set(again.line_ids.mapped("state")), {"repeated"})
        self.assertEqual(self.env["khbs.bank.posting"].search_count([]), before)

    def test_only_what_matches_counts(self):
        self._open_accounts()
        batch = self._sent("transfer")
        first, second, third = self._answers(batch, ["00", "00", "00"])
        result = self._answer(
            batch,
            [
                (first[0], "999", first[2], "00"),
                (second[0], second[1], second[2], "77"),
                ("BTR-UNKNOWN", "1", "250000", "00"),
                third,
                third,
            ],
        )
        self.assertEqual(
            result.line_ids.mapped("state"),
            ["mismatch", "unclear", "unknown", "success", "repeated"],
        )
        self.assertEqual(batch.answered_count, 1)
        self.assertEqual(batch.state, "sent")
        case = self.env["khbs.case"].search([("kind", "=", "BANK_RESULT")])
        self.assertIn("unknown: 1", case.evidence)

    def test_an_answer_that_contradicts_itself_or_an_earlier_one_changes_nothing(self):
        self._open_accounts()
        batch = self._sent("transfer")
        first, second, _third = self._answers(batch, ["00", "00", "00"])
        other = (second[0], second[1], second[2], "01")
        wrong = (first[0], first[1], "1", "00")
        result = self._answer(batch, [wrong, second, other])
        self.assertEqual(
            result.line_ids.mapped("state"), ["mismatch", "conflict", "conflict"]
        )
        self._answer(batch, [second])
        later = self._answer(batch, [other])
        self.assertEqual(later.line_ids.state, "conflict")
        line = batch.line_ids.filtered(lambda item: item.reference == second[0])
        self.assertEqual(
            (line.state, line.entitlement_id.state), ("success", "consumed")
        )

    def test_counts_that_differ_keep_the_batch_open(self):
        self._open_accounts()
        batch = self._sent("transfer")
        lines = self._answers(batch, ["00", "00", "00"])
        self._answer(batch, lines[:2], count=3, total=750000)
        self.assertEqual(batch.state, "sent")
        self._answer(batch, lines, count=4)
        self.assertEqual((batch.answered_count, batch.state), (3, "sent"))
        self._answer(batch, lines)
        self.assertEqual(batch.state, "closed")

    def test_whatever_is_wrong_with_a_file_has_a_sentence(self):
        folder = Path(bank_layouts.__file__).parent
        source = "".join(path.read_text() for path in sorted(folder.glob("*.py")))
        codes = set(re.findall(r'LayoutError\(\s*"(\w+)"', source))
        self.assertGreater(len(codes), 10)
        values = dict.fromkeys(
            "row text count total found_count found_total mark version found expected"
            " names column reference".split(),
            1,
        )
        for code in codes:
            error = LayoutError(code, **values)
            self.assertTrue(bank_messages.describe(self.env, error))

    def test_an_answer_to_another_order_is_refused(self):
        self._open_accounts()
        batch = self._sent("transfer")
        with self.assertRaises(UserError):
            self._answer(batch, self._answers(batch, ["00"] * 3), number="BTR-X")

    def test_two_families_do_not_get_one_account(self):
        batch = self._sent("opening")
        result = self._answer(
            batch, [(line.reference, "6200001", 0, "00") for line in batch.line_ids]
        )
        self.assertEqual(set(result.line_ids.mapped("state")), {"mismatch"})
        self.assertEqual(batch.state, "sent")

    def test_a_second_officer_releases_the_very_file(self):
        self._open_accounts()
        batch = self._batch("transfer")
        with self.assertRaises(UserError):
            self.reading(batch, self.maker).action_release()
        with self.assertRaises(AccessError):
            self.reading(batch, self.operator).action_release()
        self.reading(batch, self.checker).action_release()
        content = batch._file()
        self.assertEqual(hashlib.sha256(content).hexdigest(), batch.file_sha256)
        steps = self.env["khbs.approval"].search(
            [("model", "=", batch._name), ("res_id", "=", batch.id)]
        )
        self.assertEqual(steps.mapped("sha256"), [batch.file_sha256] * 2)

    def test_the_file_is_given_out_by_the_download_of_a_released_batch_alone(self):
        self._open_accounts()
        batch = self._batch("transfer")
        attachment = batch.attachment_id
        for user in (self.maker, self.auditor, self.approver):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                attachment.with_user(user).read(["raw"])
        with self.assertRaises(AccessError):
            batch.with_user(self.maker).read(["attachment_id"])

    def test_an_imported_answer_stays_as_it_is(self):
        batch = self._open_accounts()
        result = batch.result_ids.with_user(self.maker)
        with self.assertRaises(UserError):
            result.write({"file": base64.b64encode(b"other")})
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", result._name), ("res_field", "=", "file")]
        )
        self.assertTrue(attachment.khbs_sealed)

    def test_a_batch_is_sent_once(self):
        self._open_accounts()
        batch = self._sent("transfer")
        for action in ("action_prepare", "action_release", "action_cancel"):
            with self.subTest(action=action), self.assertRaises(UserError):
                getattr(batch.with_user(self.checker), action)()

    def test_cancelled_batch_gives_its_entitlements_back(self):
        self._open_accounts()
        batch = self._batch("transfer")
        batch.with_user(self.maker).action_cancel()
        self.assertEqual(set(batch.line_ids.entitlement_id.mapped("state")), {"open"})
        self.assertEqual(self._batch("transfer").line_count, 3)

    def test_bulk_p_layout_declares_count_and_total_first(self):
        self._open_accounts()
        batch = self._sent("transfer", layout="p")
        text = batch._file().decode()
        self.assertRegex(text.splitlines()[0], r"^P,\d{8},1000000001,3,750000\.00$")
        self.assertEqual(len(text.splitlines()), 4)
        with self.assertRaises(UserError):
            self._batch("opening", layout="p")

    def test_nothing_is_paid_before_the_round_is_decided(self):
        found = self._round(code="R-2", benefits=self.cash)
        found.with_user(self.operator).action_generate()
        with self.assertRaises(UserError):
            self._batch("transfer", round_id=found.id)

    def test_database_refuses_a_bank_line_for_goods_or_a_sent_batch(self):
        self._open_accounts()
        batch = self._sent("transfer")
        food = self.env["khbs.entitlement"].search(
            [("round_id", "=", self.round.id), ("channel", "=", "goods")], limit=1
        )
        draft = self.env["khbs.bank.batch"].create(
            {"kind": "transfer", "round_id": self.round.id, "name": "BTR-D"}
        )
        food.state = "reserved"
        account = self.env["khbs.bank.account"].search(
            [("household_id", "=", food.household_id.id)]
        )
        self.env.flush_all()
        for entitlement, to_batch in ((food, draft), (food.browse(), batch)):
            with (
                self.subTest(batch=to_batch),
                self.assertRaises(psycopg2.errors.CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env["khbs.bank.line"].create(
                    {
                        "batch_id": to_batch.id,
                        "reference": "X",
                        "household_id": account.household_id.id,
                        "account_id": account.id,
                        "entitlement_id": entitlement.id,
                        "amount": entitlement.amount,
                    }
                )

    def test_lines_and_answers_are_append_only(self):
        batch = self._open_accounts()
        for table in ("khbs_bank_line", "khbs_bank_result_line"):
            with (
                self.subTest(table=table),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(f"DELETE FROM {table}")
        self.assertTrue(batch.line_ids)

    def test_state_of_a_line_can_be_searched(self):
        self._open_accounts()
        batch = self._sent("transfer")
        self._answer(batch, self._answers(batch, ["00", "08", "00"])[:2])
        lines = self.env["khbs.bank.line"]
        counts = {
            state: lines.search_count(
                [("batch_id", "=", batch.id), ("state", "=", state)]
            )
            for state in ("success", "failed", "waiting")
        }
        self.assertEqual(counts, {"success": 1, "failed": 1, "waiting": 1})

    def test_an_answer_for_nobody_is_seen_in_the_areas_of_its_round(self):
        batch = self._sent("opening")
        result = self._answer(batch, [("NEVER-SENT", "620001", 0, "00")])
        self.assertEqual(result.line_ids.state, "unknown")
        away = self._role_user(
            "bank_officer", areas=self._area("62.06"), login="bank-away"
        )
        lines = self.env["khbs.bank.result.line"]
        mine = [("result_id", "=", result.id)]
        self.assertTrue(lines.with_user(self.maker).search(mine))
        self.assertFalse(lines.with_user(away).search(mine))
