# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import LockError, UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger

from odoo.addons.khbs_registry.tests.common import reading

from .. import decree_lines

YEAR = 2099
SHA256 = "0" * 64
# Tables whose rows of this test are removed again, guards or not.
TABLES = (
    "khbs_bkk_payment_line",
    "khbs_bkk_payment",
    "khbs_bkk_transfer_return",
    "khbs_bkk_transfer",
    "khbs_bkk_correction",
    "khbs_bkk_decree_line",
    "khbs_bkk_month",
    "khbs_bkk_disbursement",
    "khbs_bkk_request",
    "khbs_bkk_payee",
    "khbs_bkk_verdict",
    "khbs_bkk_proposal_line",
    "khbs_bkk_proposal",
    "khbs_decree",
    "khbs_bkk_holder",
    "khbs_bkk_rate",
    "khbs_approval",
    "khbs_audit_event",
)
# What every proposal here has, and its one line of Rp750.000.
PROPOSAL = {
    "fiscal_year": YEAR,
    "quarter": "1",
    "date_from": f"{YEAR}-01-01",
    "date_to": f"{YEAR}-03-31",
    "payee_level": "regency",
    "supplement": 0,
    "digest_form": 2,
    "stage_since": f"{YEAR}-01-01",
    "letter_number": "900/1",
    "letter_date": f"{YEAR}-01-01",
    "minutes_number": "BA 1",
    "minutes_date": f"{YEAR}-01-01",
    "round_number": 1,
    "line_count": 1,
    "proposed_amount": 750_000,
    "approved_count": 1,
    "approved_amount": 750_000,
    "disbursed_amount": 0,
    "returned_amount": 0,
    "repaid_amount": 0,
    "revision": 1,
}
LINE = {
    "name": "RT CONTOH",
    "appointment_letter": "SK",
    "month_from": f"{YEAR}-01-01",
    "month_to": f"{YEAR}-03-01",
    "months": 3,
    "rate_amount": 250_000,
    "amount": 750_000,
    "previous_amount": 0,
    "difference": 750_000,
    "verdict": "accepted",
    "approved_from": f"{YEAR}-01-01",
    "approved_months": 3,
    "approved_amount": 750_000,
}


@tagged("post_install", "-at_install")
class TestTwoConnections(BaseCase):
    """What holds although two persons act in the same moment: real connections."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            last = {}
            for table in TABLES:
                cr.execute(
                    SQL("SELECT coalesce(max(id), 0) FROM %s", SQL.identifier(table))
                )
                [last[table]] = cr.fetchone()
        self.addCleanup(self._remove, last)

    def _remove(self, last):
        with self.registry.cursor() as cr:
            for table in TABLES:
                name = SQL.identifier(table)
                cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", name))
                cr.execute(SQL("DELETE FROM %s WHERE id > %s", name, last[table]))
                cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", name))

    def _connection(self):
        """Return the environment of a connection whose snapshot is taken now."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        cr.execute("SET LOCAL lock_timeout = '200ms'")
        cr.execute("SELECT 1 FROM khbs_bkk_proposal LIMIT 1")
        return api.Environment(cr, SUPERUSER_ID, {})

    def _insert(self, cr, table, **values):
        cr.execute(
            SQL(
                "INSERT INTO %s (%s) VALUES %s RETURNING id",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        return cr.fetchone()[0]

    def _verified(
        self, state="verified", decree=None, area="62_06", role="rt_head", nik=None
    ):
        """Return the id of a committed proposal of one line of Rp750.000.

        :param nik: of the holder; of nobody if none
        """
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            regency = env.ref(f"khbs_registry.area_{area}").id
            role = env.ref(f"khbs_bkk.role_{role}").id
            rate, holder = self._rate(cr, role), self._holder(cr, role, regency, nik)
            for table in ("khbs_bkk_proposal", "khbs_bkk_proposal_line"):
                self._guard(cr, table, "DISABLE")
            proposal = self._insert(
                cr,
                "khbs_bkk_proposal",
                **PROPOSAL,
                regency_id=regency,
                state=state,
                decree_id=decree,
                decreed_amount=750_000 if decree else 0,
            )
            self._insert(
                cr,
                "khbs_bkk_proposal_line",
                **LINE,
                proposal_id=proposal,
                holder_id=holder,
                role_id=role,
                rate_id=rate,
                payee_area_id=regency,
            )
            for table in ("khbs_bkk_proposal", "khbs_bkk_proposal_line"):
                self._guard(cr, table, "ENABLE")
            if state == "verified":
                self._verification(env, proposal)
            return proposal

    def _guard(self, cr, table, switch):
        cr.execute(
            SQL("ALTER TABLE %s %s TRIGGER USER", SQL.identifier(table), SQL(switch))
        )

    def _rate(self, cr, role):
        return self._insert(
            cr,
            "khbs_bkk_rate",
            role_id=role,
            amount=250_000,
            valid_from=f"{YEAR}-01-01",
            basis="CONTOH",
        )

    def _holder(self, cr, role, regency, nik):
        return self._insert(
            cr,
            "khbs_bkk_holder",
            name="RT CONTOH",
            nik=nik,
            role_id=role,
            regency_id=regency,
            appointment_letter="SK",
            date_from=f"{YEAR}-01-01",
            rank_group="none",
            active=True,
        )

    def _verification(self, env, proposal):
        """Record that another person has closed the verification."""
        self._insert(
            env.cr,
            "khbs_approval",
            model="khbs.bkk.proposal",
            res_id=proposal,
            step="verified",
            user_id=env.ref("base.user_admin").id,
            role="-",
            at=f"{YEAR}-01-01",
            sha256=env["khbs.bkk.proposal"].browse(proposal)._lines_sha256(),
            round_number=1,
        )

    def _decree(self, day="2099-01-01"):
        """Return the id of a committed decree in force."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return self._insert(
                cr,
                "khbs_decree",
                name="CONTOH",
                kind="bkk",
                year=YEAR,
                area_id=env.ref("khbs_registry.area_62").id,
                signatory_id=env["khbs.signatory"].search([], limit=1).id,
                track="wet",
                state="in_force",
                drafted_by_id=SUPERUSER_ID,
                approved_by_id=env.ref("base.user_admin").id,
                code="TWOCONNECTIONS",
                number="188.44/0/2099",
                decree_date=day,
                pdf_sha256=SHA256,
                annex_sha256=SHA256,
                frozen_sha256=SHA256,
                scan_sha256=SHA256,
            )

    def _asked_for(self, proposal):
        """Commit a confirmed account of the regency and a request; return its id."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute("ALTER TABLE khbs_bkk_payee DISABLE TRIGGER USER")
            payee = self._insert(
                cr,
                "khbs_bkk_payee",
                area_id=env.ref("khbs_registry.area_62_06").id,
                bank_name="Bank Kalteng",
                treasury_account="12345678",
                account_holder="KAS KATINGAN",
                valid_from="2099-01-01",
                basis="CONTOH",
                state="confirmed",
                proposed_by_id=SUPERUSER_ID,
                confirmed_by_id=env.ref("base.user_admin").id,
            )
            cr.execute("ALTER TABLE khbs_bkk_payee ENABLE TRIGGER USER")
            self._insert(
                cr,
                "khbs_bkk_request",
                proposal_id=proposal,
                number="900/1",
                date="2099-01-01",
                place="Kasongan",
                amount=750_000,
                state="submitted",
                signed_sha256=SHA256,
                submitted_by_id=SUPERUSER_ID,
            )
            return payee

    def _pay(
        self,
        env,
        proposal,
        amount,
        number,
        payee,
        kind="first",
        repays=None,
        transferred=None,
    ):
        """Insert an SP2D with its transfer, as the triggers see it; return both ids."""
        disbursement = self._insert(
            env.cr,
            "khbs_bkk_disbursement",
            proposal_id=proposal,
            kind=kind,
            spp_number=f"SPP {number}",
            spp_date="2099-01-02",
            spm_number=f"SPM {number}",
            spm_date="2099-01-02",
            sp2d_number=number,
            sp2d_date="2099-01-02",
            amount=amount,
        )
        return disbursement, self._insert(
            env.cr,
            "khbs_bkk_transfer",
            disbursement_id=disbursement,
            payee_id=payee,
            area_id=env.ref("khbs_registry.area_62_06").id,
            amount=transferred or amount,
            repays_id=repays,
        )

    def test_approving_twice_at_once_counts_once(self):
        proposal = self._verified()
        first, second = self._connection(), self._connection()
        reading(first["khbs.bkk.proposal"].browse(proposal)).action_approve()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            second.cr.execute(
                "SELECT 1 FROM khbs_bkk_proposal WHERE id = %s FOR UPDATE NOWAIT",
                [proposal],
            )
        second.cr.rollback()
        first.cr.commit()  # pylint: disable=invalid-commit
        late = self._connection()
        with self.assertRaises(UserError):
            reading(late["khbs.bkk.proposal"].browse(proposal)).action_approve()
        late.cr.execute(
            "SELECT count(*) FROM khbs_approval WHERE model = 'khbs.bkk.proposal' "
            "AND res_id = %s AND step = 'approved'",
            [proposal],
        )
        self.assertEqual(late.cr.fetchone(), (1,))

    def test_a_verdict_given_while_verification_closes_is_not_lost(self):
        proposal = self._verified(state="proposed")
        verifier, closer = self._connection(), self._connection()
        mine = verifier["khbs.bkk.proposal"].browse(proposal)
        mine.line_ids.write({"verdict": "rejected", "reason": "x"} | self._nothing())
        mine._update_totals()
        verifier.cr.commit()  # pylint: disable=invalid-commit
        # The other still sees the line accepted, and may not decide on that.
        theirs = closer["khbs.bkk.proposal"].browse(proposal)
        self.assertEqual(theirs.line_ids.verdict, "accepted")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.SerializationFailure),
        ):
            theirs._lock()
        closer.cr.rollback()

    def _nothing(self):
        return {"approved_from": None, "approved_months": 0, "approved_amount": 0}

    def test_two_payments_at_once_stay_within_the_decree(self):
        proposal = self._verified(state="decreed", decree=self._decree())
        payee = self._asked_for(proposal)
        first, second = self._connection(), self._connection()
        self._pay(first, proposal, 500_000, "SP2D-2099-1", payee)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.LockNotAvailable),
        ):
            self._pay(second, proposal, 500_000, "SP2D-2099-2", payee)
        first.cr.commit()  # pylint: disable=invalid-commit
        second.cr.rollback()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
        ):
            self._pay(second, proposal, 500_000, "SP2D-2099-2", payee)
        second.cr.rollback()
        second.cr.execute(
            "SELECT disbursed_amount FROM khbs_bkk_proposal WHERE id = %s", [proposal]
        )
        self.assertEqual(second.cr.fetchone(), (500_000,))
        second.cr.rollback()

    def test_of_two_decrees_with_one_proposal_one_is_drafted(self):
        proposal = self._verified(state="approved")
        decree = self._decree()
        first, second = self._connection(), self._connection()
        line = first["khbs.budget.line"].create(
            {
                "name": "CONTOH",
                "year": YEAR,
                "account_code": "5.4.02.03.01.0001",
                "dpa_amount": 10_000_000,
            }
        )
        first["khbs.bkk.proposal"].browse(proposal).action_draft_decree(line.id)
        first.flush_all()
        # While the first is drafting the second waits for the proposal.
        with mute_logger("odoo.sql_db"), self.assertRaises((LockError, psycopg2.Error)):
            second["khbs.bkk.proposal"].browse(proposal).action_draft_decree(line.id)
        first.cr.rollback()
        second.cr.rollback()
        # Whoever began before the other was done does not decide on the old state.
        late = self._connection()
        first.cr.execute(
            "UPDATE khbs_bkk_proposal SET decree_id = %s WHERE id = %s",
            [decree, proposal],
        )
        first.cr.commit()  # pylint: disable=invalid-commit
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.SerializationFailure),
        ):
            late["khbs.bkk.proposal"].browse(proposal).action_draft_decree(line.id)
        late.cr.rollback()
        with self.assertRaisesRegex(UserError, "There is a decree"):
            late["khbs.bkk.proposal"].browse(proposal).action_draft_decree(line.id)

    def test_of_two_approvals_with_one_persons_month_one_goes_through(self):
        nik = "6206010101809901"
        katingan = self._verified(nik=nik)
        city = self._verified(area="62_71", role="damang", nik=nik)
        first, second = self._connection(), self._connection()
        reading(first["khbs.bkk.proposal"].browse(katingan)).action_approve()
        first.cr.commit()  # pylint: disable=invalid-commit
        # The second cannot see the months of the first, and is refused all the same.
        second.cr.execute("SELECT count(*) FROM khbs_bkk_month")
        self.assertEqual(second.cr.fetchone(), (0,))
        with self.assertRaisesRegex(UserError, "this very moment"):
            reading(second["khbs.bkk.proposal"].browse(city)).action_approve()
        second.cr.rollback()
        with self.assertRaisesRegex(UserError, "reserved by BKK Kabupaten Katingan"):
            reading(second["khbs.bkk.proposal"].browse(city)).action_approve()
        second.cr.rollback()
        second.cr.execute("SELECT count(*), count(DISTINCT month) FROM khbs_bkk_month")
        self.assertEqual(second.cr.fetchone(), (3, 3))
        second.cr.execute(
            "SELECT count(*) FROM khbs_audit_event WHERE outcome = 'refused' "
            "AND model = 'khbs.bkk.proposal' AND res_id = %s",
            [city],
        )
        self.assertEqual(second.cr.fetchone(), (2,))

    def test_of_two_corrections_of_one_line_one_is_open(self):
        line = self._decreed_line()
        values = {"decree_line_id": line, "kind": "drop", "reason": "CONTOH"}
        first, second = self._connection(), self._connection()
        first["khbs.bkk.correction"].create(values)
        first.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.LockNotAvailable),
        ):
            second["khbs.bkk.correction"].create({**values, "kind": "months"})
            second.flush_all()
        first.cr.commit()  # pylint: disable=invalid-commit
        second.cr.rollback()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
        ):
            second["khbs.bkk.correction"].create({**values, "kind": "months"})
            second.flush_all()
        second.cr.rollback()

    def _decreed_line(self):
        """Return the id of the committed line of a decree in force."""
        decree = self._decree()
        proposal = self._verified(state="decreed", decree=decree)
        with self.registry.cursor() as cr:
            cr.execute("ALTER TABLE khbs_bkk_decree_line DISABLE TRIGGER USER")
            lines = decree_lines.of_proposals([proposal])
            cr.execute(decree_lines.insert(decree, lines))
            cr.execute("ALTER TABLE khbs_bkk_decree_line ENABLE TRIGGER USER")
            cr.execute(
                "SELECT id FROM khbs_bkk_decree_line WHERE decree_id = %s", [decree]
            )
            return cr.fetchone()[0]

    def _came_back(self):
        """Return (proposal, payee, transfer) of a committed payment that came back."""
        proposal = self._verified(state="decreed", decree=self._decree())
        payee = self._asked_for(proposal)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            _sp2d, transfer = self._pay(env, proposal, 500_000, "SP2D-2099-1", payee)
            self._insert(
                cr,
                "khbs_bkk_transfer_return",
                transfer_id=transfer,
                date="2099-01-02",
                reason="other",
                reference="CONTOH",
                amount=500_000,
            )
        return proposal, payee, transfer

    def test_two_repayments_at_once_pay_once(self):
        proposal, payee, transfer = self._came_back()
        again = {"kind": "repayment", "repays": transfer}
        first, second = self._connection(), self._connection()
        self._pay(first, proposal, 500_000, "SP2D-2099-2", payee, **again)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.LockNotAvailable),
        ):
            self._pay(second, proposal, 500_000, "SP2D-2099-3", payee, **again)
        second.cr.rollback()
        # One that began before the first was done and goes on after it.
        second.cr.execute("SELECT 1 FROM khbs_bkk_proposal LIMIT 1")
        first.cr.commit()  # pylint: disable=invalid-commit
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self._pay(second, proposal, 500_000, "SP2D-2099-3", payee, **again)
        second.cr.rollback()
        late = self._connection()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            self._pay(late, proposal, 500_000, "SP2D-2099-4", payee, **again)
        late.cr.rollback()
        late.cr.execute(
            "SELECT disbursed_amount, returned_amount, repaid_amount "
            "FROM khbs_bkk_proposal WHERE id = %s",
            [proposal],
        )
        self.assertEqual(late.cr.fetchone(), (500_000, 500_000, 500_000))
        late.cr.rollback()

    def test_transfers_that_are_not_their_sp2d_are_refused_at_the_end(self):
        proposal = self._verified(state="decreed", decree=self._decree())
        payee = self._asked_for(proposal)
        alone = self._connection()
        self._pay(alone, proposal, 500_000, "SP2D-2099-5", payee, transferred=499_999)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
        ):
            alone.cr.commit()  # pylint: disable=invalid-commit
        alone.cr.rollback()

    def _decreed(self):
        """Return the id of a committed proposal with one name in its decree."""
        decree = self._decree("2026-01-01")
        proposal = self._verified(state="decreed", decree=decree)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            line = env["khbs.bkk.proposal"].browse(proposal).line_ids
            cr.execute("ALTER TABLE khbs_bkk_decree_line DISABLE TRIGGER USER")
            self._insert(
                cr,
                "khbs_bkk_decree_line",
                decree_id=decree,
                proposal_id=proposal,
                line_id=line.id,
                holder_id=line.holder_id.id,
                role_id=line.role_id.id,
                rate_id=line.rate_id.id,
                regency_id=line.regency_id.id,
                payee_area_id=line.regency_id.id,
                name=line.name,
                role_name="Ketua RT",
                area_names="-",
                area_code="62.06",
                regency_name="Kabupaten Katingan",
                payee_name="Kabupaten Katingan",
                letter="SK",
                rate_amount=250_000,
                month_from="2099-01-01",
                months=3,
                amount=750_000,
            )
            cr.execute("ALTER TABLE khbs_bkk_decree_line ENABLE TRIGGER USER")
            cr.execute(
                "UPDATE khbs_bkk_proposal SET payable_decree_id = decree_id "
                "WHERE id = %s",
                [proposal],
            )
        return proposal

    def _new_list(self, env, proposal):
        values = {"proposal_id": proposal, "paid_on": f"{YEAR}-02-01"}
        payment = env["khbs.bkk.payment"].create(values)
        env.flush_all()
        return payment

    def test_two_generations_of_one_list_give_each_name_once(self):
        proposal = self._decreed()
        first, second = self._connection(), self._connection()
        payment = self._new_list(first, proposal)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self._new_list(second, proposal)
        second.cr.rollback()
        first.cr.commit()  # pylint: disable=invalid-commit
        # Both have the list open now, and press at once.
        both = [
            self._connection()["khbs.bkk.payment"].browse(payment.id) for _one in "12"
        ]
        self._generate(both[0])
        with mute_logger("odoo.sql_db"), self.assertRaises((LockError, psycopg2.Error)):
            self._generate(both[1])
        both[1].env.cr.rollback()
        both[1].env.cr.execute("SELECT 1 FROM khbs_bkk_payment LIMIT 1")
        both[0].env.cr.commit()  # pylint: disable=invalid-commit
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self._generate(both[1])
        both[1].env.cr.rollback()
        late = self._connection()["khbs.bkk.payment"].browse(payment.id)
        self._generate(late)
        self.assertEqual(len(late.line_ids), 1)
        self.assertEqual(late.gross, 750_000)
        late.env.cr.rollback()

    def _generate(self, payment):
        payment.action_generate()
        payment.env.flush_all()
