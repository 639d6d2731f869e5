# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.khbs_registry.tests.two_connections import TwoConnectionsCase

from .. import decree_lines

YEAR = 2099
SHA256 = "0" * 64
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


class BkkTwoConnectionsCase(TwoConnectionsCase):
    """Proposals, decrees and payments that are committed, and the clerks at them."""

    tables = (
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
