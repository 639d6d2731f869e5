# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
from datetime import date

from odoo import Command
from odoo.tests import tagged

from odoo.addons.khbs_registry.tests.common import KhbsCase, today

TODAY = today()
YEAR = TODAY.year
SCAN = base64.b64encode(b"%PDF-1.4 signed on paper")


@tagged("post_install", "-at_install")
class BkkCase(KhbsCase):
    """The roster of one regency, its rates, and the users of the cycle."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regency = cls._area("62.06")
        cls.village = cls._area("62.06.01.2003")
        cls.roles = {role.code: role for role in cls.env["khbs.bkk.role"].search([])}
        cls.rt_rate = cls._rate("rt_head", 250000)
        cls.damang_rate = cls._rate("damang", 500000)
        cls.proposer = cls._role_user("bkk_proposer", areas=cls.regency)
        cls.verifier = cls._role_user("bkk_verifier")
        cls.approver = cls._role_user("approver")
        cls.decree_officer = cls._role_user("decree_officer")
        cls.bank_officer = cls._role_user("bank_officer")
        cls.damang = cls._holder("DAMANG CONTOH", role="damang")
        cls.rt = cls._holder("RT SATU")
        cls.rt_late = cls._holder("RT DUA", date_from=date(YEAR, 1, 2))
        # What the administrator enters once a year.
        for clause in cls.env["khbs.bkk.clause"].search([("text", "like", "...")]):
            clause.text = clause.text.replace("...", "1")
        cls.budget_line = cls.env["khbs.budget.line"].create(
            {
                "name": "Bantuan Keuangan Khusus kepada Kabupaten/Kota",
                "year": YEAR,
                "account_code": "5.4.02.03.01.0001",
                "dpa_amount": 100_000_000,
            }
        )

    @classmethod
    def _rate(cls, role, amount, **vals):
        return cls.env["khbs.bkk.rate"].create(
            {
                "role_id": cls.roles[role].id,
                "amount": amount,
                "valid_from": date(YEAR, 1, 1),
                "basis": "CONTOH",
                **vals,
            }
        )

    @classmethod
    def _holder(cls, name, role="rt_head", **vals):
        cls._serial += 1
        return cls.env["khbs.bkk.holder"].create(
            {
                "name": name,
                "nik_entry": f"620601010180{cls._serial:04d}",
                "role_id": cls.roles[role].id,
                "regency_id": cls.regency.id,
                "area_ids": [Command.set(cls._home(vals.get("regency_id")).ids)],
                "appointment_letter": "SK 1",
                "date_from": date(YEAR - 1, 1, 1),
                **vals,
            }
        )

    @classmethod
    def _home(cls, regency_id):
        """Return a village of a regency, by default that of the case."""
        if regency_id in (None, cls.regency.id):
            return cls.village
        return cls.env["khbs.area"].search(
            [
                ("id", "child_of", regency_id),
                ("level", "in", ("village", "urban_village")),
            ],
            limit=1,
        )

    def _proposal(self, quarter="1", **vals):
        """Return a draft with its lines built and the figures of its letter."""
        proposal = (
            self.env["khbs.bkk.proposal"]
            .with_user(self.proposer)
            .create(
                {
                    "regency_id": self.regency.id,
                    "fiscal_year": YEAR,
                    "quarter": quarter,
                    "letter_number": "900/1/BPKAD",
                    "letter_date": date(YEAR, 1, 5),
                    "letter_file": SCAN,
                    "letter_file_name": "surat.pdf",
                    **vals,
                }
            )
        )
        proposal.action_build()
        proposal.write(
            {
                "control_count": proposal.holder_count,
                "control_amount": proposal.proposed_amount,
            }
        )
        return proposal

    def _proposed(self, quarter="1", **vals):
        proposal = self._proposal(quarter, **vals)
        proposal.action_propose()
        return proposal

    def _examined(self, proposal, number="BA 1"):
        """Answer the checklist, name the team and number the minutes."""
        proposal = proposal.with_user(self.verifier)
        proposal._checks().write({"answer": "yes"})
        if not proposal._team():
            proposal.team_ids = [
                Command.create({"name": "KETUA TIM CONTOH", "office": "BKAD"}),
                Command.create({"name": "ANGGOTA CONTOH", "office": "DPMD"}),
            ]
        proposal.write({"minutes_number": number, "minutes_date": date(YEAR, 1, 6)})
        return proposal

    def _verified(self, quarter="1", **vals):
        proposal = self._examined(self._proposed(quarter, **vals))
        proposal.action_accept_pending()
        self.reading(proposal).action_verify()
        return proposal

    def _approved(self, quarter="1", **vals):
        proposal = self._verified(quarter, **vals)
        self.reading(proposal, self.approver).action_approve()
        return proposal

    def _bearing(self, proposal):
        """Return the budget line of whom *proposal* pays."""
        if proposal.payee_level == "regency":
            return self.budget_line
        return self.env["khbs.budget.line"].create(
            {
                "name": "Bantuan Keuangan Khusus kepada Desa",
                "year": YEAR,
                "account_code": "5.4.02.05.02.0003",
                "dpa_amount": 100_000_000,
            }
        )

    def _drafted(self, quarter="1", **vals):
        """Return the draft of the decree on an approved proposal."""
        proposal = self._approved(quarter, **vals).with_user(self.decree_officer)
        proposal.action_draft_decree(self._bearing(proposal).id)
        return proposal.decree_id

    def _payee(self, area=None, number="1250062060001", **vals):
        """Return the confirmed treasury account of *area*."""
        area = area or self.regency
        payee = (
            self.env["khbs.bkk.payee"]
            .with_user(self.proposer)
            .create(
                {
                    "area_id": area.id,
                    "bank_name": "Bank Kalteng",
                    "account_entry": number,
                    "account_holder": f"KAS {area.name}".upper(),
                    "valid_from": date(YEAR, 1, 1),
                    "basis": "Keputusan Bupati Nomor 1",
                    **vals,
                }
            )
        )
        self.reading(payee, self.verifier).action_confirm()
        return payee

    def _requested(self, proposal, **vals):
        """Return a request for *proposal* that was handed in."""
        request = (
            self.env["khbs.bkk.request"]
            .with_user(self.proposer)
            .create(
                {
                    "proposal_id": proposal.id,
                    "number": "900/2/BPKAD",
                    "date": TODAY,
                    "signed_file": SCAN,
                    **vals,
                }
            )
        )
        request.action_submit()
        return request

    def _payable(self, quarter="1"):
        """Return a proposal with a decree in force that is asked to be paid."""
        return self._ready(self._in_force(quarter).bkk_proposal_ids)

    def _ready(self, proposal):
        """Return *proposal* with the account of its regency and a request."""
        area = proposal.regency_id
        if not self.env["khbs.bkk.payee"].search([("area_id", "=", area.id)]):
            self._payee(area)
        self._requested(proposal)
        return proposal

    def _pay(self, proposal, amount, number="SP2D-1", user=None, day=TODAY, **vals):
        """Return the SP2D of *amount* for *proposal*, registered."""
        return (
            self.env["khbs.bkk.disbursement"]
            .with_user(user or self.bank_officer)
            .create(
                {
                    "proposal_id": proposal.id,
                    "spp_number": f"SPP {number}",
                    "spp_date": day,
                    "spm_number": f"SPM {number}",
                    "spm_date": day,
                    "sp2d_number": number,
                    "sp2d_date": day,
                    "amount": amount,
                    **vals,
                }
            )
        )

    def _in_force(self, quarter="1", **vals):
        decree = self._drafted(quarter, **vals)
        self.reading(decree, self.approver).action_approve()
        decree.action_freeze()
        decree.action_register_signature(f"188.44/{quarter}/{YEAR}", TODAY, SCAN)
        return decree

    def _revoke(self, decree):
        """Bring a decree in force that revokes *decree*."""
        decree.with_user(self.decree_officer).action_draft_revocation()
        revoking = decree.revoking_ids.with_user(self.decree_officer)
        self._fill_in(revoking)
        self._sign(revoking, f"188.44/{revoking.id}/{YEAR}")
        self.assertEqual(decree.state, "revoked")
        return revoking

    def _fill_in(self, draft):
        """Write what the clauses of a draft leave open."""
        for clause in draft.clause_ids.filtered(lambda one: "..." in one.text):
            clause.with_user(self.decree_officer).text = clause.text.replace("...", "1")

    def _sign(self, draft, number):
        """Decide, freeze and sign a draft."""
        self.reading(draft, self.approver).action_approve()
        draft.action_freeze()
        draft.action_register_signature(number, TODAY, SCAN)
