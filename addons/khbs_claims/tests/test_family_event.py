# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

from pypdf import PdfReader

from odoo.addons.khbs_registry.tests.family_common import FamilyMixin

from .common import ClaimsCase


class TestFamilyEvent(FamilyMixin, ClaimsCase):
    """What a family event does to aid and account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proposer = cls.operator
        cls.validator = cls._role_user("validator")
        cls.family, cls.members = cls._family("1", "3", "4", state="active")
        cls.recipients = cls._recipient_list(cls.households | cls.family)
        cls.round = cls._decided_round()

    def _open(self, household):
        self.env.invalidate_all()
        return self.env["khbs.entitlement"].search(
            [("household_id", "=", household.id), ("state", "=", "open")]
        )

    def _account(self, household, name):
        return self.env["khbs.bank.account"].create(
            {
                "household_id": household.id,
                "account_number": f"10{household.id:08d}",
                "account_name": name,
                "state": "active",
            }
        )

    def _transfer(self):
        """Return whom a transfer would pay that is prepared now and cancelled."""
        batch = self.env["khbs.bank.batch"].create(
            {
                "kind": "transfer",
                "round_id": self.round.id,
                "debit_account": "1000000001",
            }
        )
        batch.with_user(self.maker).action_prepare()
        paid = batch.line_ids.household_id
        batch.with_user(self.maker).action_cancel()
        return paid

    def test_case_12_04_no_second_package_after_the_death_of_the_head(self):
        head, wife, _child = self.members
        granted = self._open(self.family)
        self._carried_out(self.family, "death", [head], new_head_id=wife.id)
        self.assertEqual(self._open(self.family), granted)
        self.assertEqual(len(granted), 2)
        self.assertEqual(granted.household_id.state, "active")

    def test_case_12_05_cash_of_a_dead_head_waits_for_another_account(self):
        head, wife, _child = self.members
        account = self._account(self.family, head.name)
        neighbour = self.households[0]
        self._account(neighbour, neighbour.head_id.name)
        event = self._event(self.family, "death", [head], new_head_id=wife.id)
        self.assertIn("cash is held", event.effects)
        event.action_submit()
        self.reading(event, self.validator).action_accept()
        self.assertEqual((account.state, account.reason_code), ("failed", "05"))
        self.assertEqual(self._transfer(), neighbour)
        account.with_user(self.maker).action_close()
        opening = self.env["khbs.bank.batch"].create(
            {
                "kind": "opening",
                "round_id": self.round.id,
                "debit_account": "1000000001",
            }
        )
        opening.with_user(self.maker).action_prepare()
        self.assertIn(self.family, opening.line_ids.household_id)
        self.assertIn(wife.name, opening._file().decode())

    def test_case_12_05_the_heir_is_named_in_a_statement(self):
        """The letter of death leads to the heir; the SPTJM says who takes the place."""
        head, wife, _child = self.members
        self._carried_out(self.family, "death", [head], new_head_id=wife.id)
        letter = (
            self.env["khbs.household.letter"]
            .with_user(self.operator)
            .create(
                {
                    "kind": "replacement",
                    "household_id": self.family.id,
                    "reason": "deceased",
                    "successor_id": wife.id,
                }
            )
        )
        paper = self.env["khbs.paper"].browse(letter.action_print()["res_id"])
        pages = PdfReader(io.BytesIO(paper._file("pdf"))).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        for word in (head.name, head.nik_masked, wife.name, wife.nik_masked):
            self.assertIn(word, text)
        self.assertIn("Meninggal dunia", text)
        self.assertEqual(set(self._open(self.family).mapped("state")), {"open"})

    def test_an_account_in_the_name_of_the_new_head_stays(self):
        head, wife, _child = self.members
        account = self._account(self.family, wife.name)
        self._carried_out(self.family, "death", [head], new_head_id=wife.id)
        self.assertEqual(account.state, "active")

    def test_case_12_06_cash_of_a_family_that_died_lapses(self):
        account = self._account(self.family, self.members[0].name)
        event = self._event(self.family, "death", self.members)
        self.assertIn("lapse when their round closes", event.effects)
        event.action_submit()
        self.reading(event, self.validator).action_accept()
        self.assertEqual(account.state, "closed")
        neighbour = self.households[0]
        self._account(neighbour, neighbour.head_id.name)
        self.assertEqual(self._transfer(), neighbour)
        left = self._open(self.family)
        # The office opens and closes the round: what nobody claimed lapses.
        for step in ("action_open", "action_close", "action_finish"):
            getattr(self.round.with_user(self.operator), step)()
        self.env.invalidate_all()
        self.assertEqual(set(left.mapped("state")), {"lapsed"})

    def test_case_12_07_aid_of_this_period_stays_when_the_family_moves(self):
        elsewhere = self._area("62.06.01.2003")
        granted = self._open(self.family)
        self._carried_out(self.family, "relocate", to_area_id=elsewhere.id)
        self.assertEqual(self._open(self.family), granted)
        self.assertEqual(granted.area_id, self.village)
        self.assertEqual(self.family.area_id, elsewhere)
        # The next list takes the family where it lives now.
        following = self._decided_round(
            code="R-2026-2", recipient_list_id=self._recipient_list(self.family).id
        )
        self.assertEqual(self._entitlements(following).area_id, elsewhere)

    def test_case_12_15_what_was_received_stays_and_the_next_round_pays_nothing(self):
        """Suspended for other aid: nothing is taken back, nothing is given anew."""
        granted = self._open(self.family)
        received, waiting = granted
        received.state = "consumed"
        self.family._set_state("suspended", "OTHER_AID")
        self.assertEqual((received.state, waiting.state), ("consumed", "open"))
        self.assertEqual(received.amount, received.benefit_id.amount)
        following = self._decided_round(code="R-2026-2")
        self.assertEqual(self._entitlements(following).household_id, self.households)

    def test_who_exits_by_a_re_evaluation_keeps_no_account(self):
        account = self._account(self.family, self.members[0].name)
        decision = self.env["khbs.decision"].create(
            {
                "household_id": self.family.id,
                "criteria_id": self.recipients.criteria_id.id,
                "area_id": self.family.area_id.id,
                "decided_at": "2026-01-01",
                "decided_by_id": self.env.uid,
                "outcome": "not_eligible",
                "reasons": [{"code": "DECILE_ABOVE"}],
            }
        )
        self.env["khbs.reevaluation"].create(
            {
                "household_id": self.family.id,
                "area_id": self.family.area_id.id,
                "criteria_id": self.recipients.criteria_id.id,
                "decision_id": decision.id,
                "result": "exit",
                "state": "confirmed",
                "found_on": "2026-01-01",
                "notice_number": "400/1",
                "noticed_on": "2026-01-01",
                "objection_until": "2026-01-01",
                "effective_on": "2026-01-02",
            }
        )
        self.env["khbs.reevaluation"]._apply_due()
        self.assertEqual((self.family.state, account.state), ("exited", "closed"))

    def test_case_12_08_one_side_of_a_divorce_inherits_the_aid(self):
        head, wife, _child = self.members
        granted = self._open(self.family)
        event = self._carried_out(
            self.family,
            "divorce",
            [wife],
            other_head_id=wife.id,
            place_kept="leaving",
        )
        self.assertEqual(self._open(self.family), granted)
        self.assertEqual(self.family.head_id, wife)
        other = event.result_household_id
        self.assertEqual(other.head_id, head)
        self.assertFalse(self._open(other))
        self.assertEqual(other.state, "needs_verification")
