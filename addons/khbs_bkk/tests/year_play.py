# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A year of BKK, played through what the web client calls.

An office gives the session of a role: of users made by a test in its own transaction,
or of users of a running server. A session has ``create``, ``write``, ``search``,
``search_read``, ``read_one``, ``call`` and ``decide``.
"""

import base64
import collections

PDF = base64.b64encode(b"%PDF-1.4 signed on paper").decode()
PROPOSAL = "khbs.bkk.proposal"
LINE = "khbs.bkk.proposal.line"
CORRECTION = "khbs.bkk.correction"
DECREE = "khbs.decree"
PAYMENT = "khbs.bkk.payment"
PAYMENT_LINE = "khbs.bkk.payment.line"
REPORT = "khbs.bkk.accountability"
ROMAN = ("I", "II", "III", "IV")
ACCOUNT = "5.4.02.03.02.0001"


class Year:
    """One year: what is entered once, and four quarters.

    :param story: the module year_roster
    :param terms: the roster
    """

    def __init__(self, office, story, terms, year, today):
        self.office = office
        self.story = story
        self.terms = terms
        self.year = year
        self.today = today.isoformat()
        self.regencies = sorted({term.regency for term in terms})
        self.proposals = {}
        self.decrees = {}
        self.amendments = {}
        self.payments = {}
        self.reports = {}

    def play(self):
        """Play it all."""
        self.enter_rules()
        self.deliver_rosters()
        self.confirm_payees()
        for quarter in (1, 2, 3, 4):
            self.propose(quarter)
            self.verify(quarter)
            self.approve(quarter)
            self.decree(quarter)
            if quarter == 3:
                # Before the money: afterwards it would come back with the LPJ.
                self.correct("dropped", self.story.DROPPED, quarter)
            self.disburse(quarter)
            if quarter == 2:
                self.correct("held", self.story.CORRECTED, quarter)
            self.pay(quarter)
            self.account(quarter)

    def regency_of(self, code):
        return self.office.areas[code]

    def paper_of(self, model, record_id, kind):
        """Return the last paper of a kind that was issued of a record."""
        [paper] = self.office.session("auditor").search(
            "khbs.paper",
            [("model", "=", model), ("res_id", "=", record_id), ("kind", "=", kind)],
            order="id desc",
            limit=1,
        )
        return paper

    # ------------------------------------------------------------------
    # Once
    # ------------------------------------------------------------------

    def enter_rules(self):
        """Enter rates and the budget line."""
        administrator = self.office.session("administrator")
        rows = administrator.search_read("khbs.bkk.role", [], ["code"])
        self.roles = {row["code"]: row["id"] for row in rows}
        ends = self._rate_ends()
        for role, place, month, amount in self.story.RATES:
            administrator.create(
                "khbs.bkk.rate",
                {
                    "role_id": self.roles[role],
                    "area_id": place and self.regency_of(place),
                    "amount": amount,
                    "valid_from": f"{self.year}-{month:02d}-01",
                    "valid_to": ends.get((role, place, month)),
                    "basis": "CONTOH",
                },
            )
        self.budget_line = administrator.create(
            "khbs.budget.line",
            {
                "name": "Belanja Bantuan Keuangan Khusus kepada Kabupaten/Kota",
                "year": self.year,
                "account_code": ACCOUNT,
                "dpa_amount": 250_000_000_000,
            },
        )

    def _rate_ends(self):
        """Return the last day of the rates that another one follows."""
        months = collections.defaultdict(list)
        for role, place, month, _amount in self.story.RATES:
            months[role, place].append(month)
        ends = {}
        for (role, place), starts in months.items():
            starts.sort()
            for first, following in zip(starts, starts[1:], strict=False):
                last = self.story.last_day(self.year, following - 1)
                ends[role, place, first] = last.isoformat()
        return ends

    def deliver_rosters(self):
        """Import the roster of each regency from its file."""
        for code in self.regencies:
            proposer = self.office.session("bkk_proposer", code)
            own = [term for term in self.terms if term.regency == code]
            delivery = proposer.create(
                "khbs.bkk.roster.import",
                {
                    "area_id": self.regency_of(code),
                    "file": base64.b64encode(self.story.as_csv(own)).decode(),
                    "file_name": f"daftar-{code}.csv",
                },
            )
            proposer.call("khbs.bkk.roster.import", "action_check", [delivery])
            counts = proposer.read_one(
                "khbs.bkk.roster.import", delivery, ["new_count", "refused_count"]
            )
            assert (counts["new_count"], counts["refused_count"]) == (len(own), 0)
            proposer.call("khbs.bkk.roster.import", "action_apply", [delivery])
        self._know_holders()
        self.office.settle()

    def _know_holders(self):
        """Learn which holder of the roster is which term."""
        auditor = self.office.session("auditor")
        rows = auditor.search_read(
            "khbs.bkk.holder",
            [("appointment_letter", "=like", "SK/%")],
            ["appointment_letter", "regency_id"],
        )
        known = {
            (row["regency_id"][0], row["appointment_letter"]): row["id"] for row in rows
        }
        self.holders = [
            known[self.regency_of(term.regency), term.letter] for term in self.terms
        ]
        self.places = {holder: place for place, holder in enumerate(self.holders)}

    def confirm_payees(self):
        """Enter the treasury account of each regency; a second person confirms it."""
        verifier = self.office.session("bkk_verifier")
        for number, code in enumerate(self.regencies):
            proposer = self.office.session("bkk_proposer", code)
            payee = proposer.create("khbs.bkk.payee", self._payee(number, code))
            verifier.decide("khbs.bkk.payee", "action_confirm", payee)

    def _payee(self, number, code):
        return {
            "area_id": self.regency_of(code),
            "bank_name": "Bank Kalteng",
            "account_entry": f"10000{number:05d}",
            "account_holder": "RKUD",
            "valid_from": f"{self.year}-01-01",
            "basis": "CONTOH",
        }

    # ------------------------------------------------------------------
    # Every quarter
    # ------------------------------------------------------------------

    def propose(self, quarter):
        """Build, print nothing, send under the figures of a signed letter."""
        for code in self.regencies:
            proposer = self.office.session("bkk_proposer", code)
            proposal = proposer.create(
                PROPOSAL,
                {
                    "regency_id": self.regency_of(code),
                    "fiscal_year": self.year,
                    "quarter": str(quarter),
                    "letter_number": f"900/{quarter}/{code}",
                    "letter_date": f"{self.year}-01-05",
                    "letter_file": PDF,
                    "letter_file_name": "surat.pdf",
                },
            )
            proposer.call(PROPOSAL, "action_build", [proposal])
            built = proposer.read_one(
                PROPOSAL, proposal, ["holder_count", "proposed_amount"]
            )
            proposer.write(
                PROPOSAL,
                [proposal],
                {
                    "control_count": built["holder_count"],
                    "control_amount": built["proposed_amount"],
                },
            )
            proposer.call(PROPOSAL, "action_propose", [proposal])
            self.proposals[code, quarter] = proposal
        self.office.settle()

    def verify(self, quarter):
        """Cut, reject, accept the rest, answer the checklist, close."""
        verifier = self.office.session("bkk_verifier")
        for code in self.regencies:
            proposal = self.proposals[code, quarter]
            self._judge(verifier, proposal, quarter)
            verifier.call(PROPOSAL, "action_accept_pending", [proposal])
            checks = verifier.search("khbs.bkk.check", [("proposal_id", "=", proposal)])
            verifier.write("khbs.bkk.check", checks, {"answer": "yes"})
            values = {
                "minutes_number": f"900/BA/{quarter}/{code}",
                "minutes_date": f"{self.year}-01-06",
            }
            team = [("proposal_id", "=", proposal)]
            if not verifier.search("khbs.bkk.team.member", team):
                values["team_ids"] = [
                    (0, 0, {"name": "KETUA TIM CONTOH", "office": "BKAD"}),
                    (0, 0, {"name": "ANGGOTA TIM CONTOH", "office": "DPMD"}),
                ]
            verifier.write(PROPOSAL, [proposal], values)
            verifier.decide(PROPOSAL, "action_verify", proposal)

    def _judge(self, verifier, proposal, quarter):
        """Give the verdicts that the stories of the year tell."""
        verdicts = {
            ("cut", 1): {
                "verdict": "cut",
                "approved_months": 2,
                "reason": "Surat penugasan berakhir sebelum bulan ketiga",
            },
            ("rejected", 2): {"verdict": "rejected", "reason": "Surat tidak terbaca"},
        }
        for place, term in enumerate(self.terms):
            verdict = verdicts.get((term.story, quarter))
            if not verdict:
                continue
            lines = verifier.search(
                LINE,
                [
                    ("proposal_id", "=", proposal),
                    ("holder_id", "=", self.holders[place]),
                ],
            )
            if lines:
                verifier.write(LINE, lines, verdict)

    def approve(self, quarter):
        approver = self.office.session("approver")
        for code in self.regencies:
            approver.decide(PROPOSAL, "action_approve", self.proposals[code, quarter])

    def decree(self, quarter):
        """Bring one decree on all regencies in force."""
        officer = self.office.session("decree_officer")
        ids = [self.proposals[code, quarter] for code in self.regencies]
        action = officer.call(PROPOSAL, "action_draft_decree", ids, self.budget_line)
        self.decrees[quarter] = action["res_id"]
        self._bring_in_force(action["res_id"], f"188.44/{quarter}/{self.year}")

    def _bring_in_force(self, decree, number):
        officer = self.office.session("decree_officer")
        clauses = officer.search_read(
            f"{DECREE}.clause", [("decree_id", "=", decree)], ["text"]
        )
        for clause in clauses:
            if "..." in clause["text"]:
                text = clause["text"].replace("...", "5")
                officer.write(f"{DECREE}.clause", [clause["id"]], {"text": text})
        self.office.session("approver").decide(DECREE, "action_approve", decree)
        officer.call(DECREE, "action_freeze", [decree])
        officer.call(
            DECREE, "action_register_signature", [decree], number, self.today, PDF
        )

    def disburse(self, quarter):
        """Ask for the money and register its SP2D; one transfer comes back first."""
        bank = self.office.session("bank_officer")
        for code in self.regencies:
            proposal = self.proposals[code, quarter]
            proposer = self.office.session("bkk_proposer", code)
            request = proposer.create(
                "khbs.bkk.request",
                {
                    "proposal_id": proposal,
                    "number": f"900/P{quarter}/{code}",
                    "date": self.today,
                    "place": "Kota Contoh",
                    "signed_file": PDF,
                    "signed_filename": "permohonan.pdf",
                },
            )
            proposer.call("khbs.bkk.request", "action_submit", [request])
            amount = bank.read_one(PROPOSAL, proposal, ["decreed_amount"])
            number = f"{quarter}/{code}"
            payment = bank.create(
                "khbs.bkk.disbursement",
                self._sp2d(proposal, number, amount["decreed_amount"]),
            )
            if (code, quarter) == (self.story.BOUNCED, 1):
                self._bounce(bank, proposal, payment, number)

    def _sp2d(self, proposal, number, amount, **values):
        return {
            "proposal_id": proposal,
            "spp_number": f"SPP/{number}",
            "spp_date": self.today,
            "spm_number": f"SPM/{number}",
            "spm_date": self.today,
            "sp2d_number": f"SP2D/{number}",
            "sp2d_date": self.today,
            "amount": amount,
            **values,
        }

    def _bounce(self, bank, proposal, payment, number):
        """Let the transfer come back and be paid again."""
        [transfer] = bank.search_read(
            "khbs.bkk.transfer",
            [("disbursement_id", "=", payment)],
            ["area_id", "amount"],
        )
        bank.create(
            "khbs.bkk.transfer.return",
            {
                "transfer_id": transfer["id"],
                "date": self.today,
                "reason": "account_closed",
                "reference": f"RETUR/{number}",
            },
        )
        again = {
            "area_id": transfer["area_id"][0],
            "amount": transfer["amount"],
            "repays_id": transfer["id"],
        }
        bank.create(
            "khbs.bkk.disbursement",
            self._sp2d(
                proposal,
                f"{number}/ULANG",
                transfer["amount"],
                kind="repayment",
                transfer_ids=[(0, 0, again)],
            ),
        )

    def correct(self, story, code, quarter):
        """Amend the decree: a name as on the account, or one that leaves the list."""
        place = self._place(story, code)
        name = self.terms[place].account_name
        values = {"kind": "drop"}
        if story == "held":
            values = {"kind": "name", "new_name": name}
        proposer = self.office.session("bkk_proposer", code)
        verifier = self.office.session("bkk_verifier")
        # Two lines where the rate changed within the quarter.
        lines = proposer.search(
            "khbs.bkk.decree.line",
            [
                ("proposal_id", "=", self.proposals[code, quarter]),
                ("holder_id", "=", self.holders[place]),
            ],
        )
        corrections = []
        for line in lines:
            correction = proposer.create(
                CORRECTION,
                {
                    "decree_line_id": line,
                    "reason": "Menurut KTP-el dan buku tabungan",
                    "evidence": PDF,
                    **values,
                },
            )
            proposer.call(CORRECTION, "action_propose", [correction])
            verifier.decide(CORRECTION, "action_accept", correction)
            corrections.append(correction)
        officer = self.office.session("decree_officer")
        action = officer.call(CORRECTION, "action_draft_amendment", corrections)
        self.amendments[quarter] = action["res_id"]
        self._bring_in_force(action["res_id"], f"188.44/{quarter}A/{self.year}")
        if story == "held":
            proposer.write("khbs.bkk.holder", [self.holders[place]], {"name": name})

    def _place(self, story, code):
        [place] = [
            place
            for place, term in enumerate(self.terms)
            if (term.story, term.regency) == (story, code)
        ]
        return place

    def pay(self, quarter):
        """Make the payment lists, pay what can be paid, give the rest up."""
        for code in self.regencies:
            proposer = self.office.session("bkk_proposer", code)
            payment = proposer.create(
                PAYMENT,
                {
                    "proposal_id": self.proposals[code, quarter],
                    "area_id": self.regency_of(code),
                    "paid_on": self.today,
                    "place": "Kota Contoh",
                    "treasurer_name": "BENDAHARA CONTOH",
                },
            )
            proposer.call(PAYMENT, "action_generate", [payment])
            proposer.call(PAYMENT, "action_ready", [payment])
            proposer.call(PAYMENT, "action_pay_all", [payment])
            self.payments[code, quarter] = payment
            if (code, quarter) == (self.story.BOUNCED, 2):
                self._pay_again(proposer, payment)
            held = proposer.search(
                PAYMENT_LINE, [("payment_id", "=", payment), ("state", "=", "held")]
            )
            if held:
                proposer.call(
                    PAYMENT_LINE, "action_refund", held, "Nama berbeda dengan rekening"
                )

    def _pay_again(self, proposer, payment):
        """Let the first payment of a list come back from the bank, and pay it again."""
        [line] = proposer.search(
            PAYMENT_LINE, [("payment_id", "=", payment)], limit=1, order="sequence"
        )
        proposer.call(PAYMENT_LINE, "action_return", [line], "Rekening pasif")
        proposer.call(PAYMENT_LINE, "action_repay", [line])
        again = proposer.search(PAYMENT_LINE, [("repays_id", "=", line)])
        proposer.call(PAYMENT_LINE, "action_pay", again)

    def account(self, quarter):
        """Refund what is left, print, sign, submit and accept the LPJ."""
        verifier = self.office.session("bkk_verifier")
        for code in self.regencies:
            proposer = self.office.session("bkk_proposer", code)
            [report] = proposer.search(
                REPORT, [("proposal_id", "=", self.proposals[code, quarter])]
            )
            left = proposer.read_one(REPORT, report, ["left_amount"])["left_amount"]
            values = {
                "letter_number": f"900/LPJ{quarter}/{code}",
                "letter_date": self.today,
                "evidence_ids": [
                    (0, 0, {"kind": "signed", "name": "LPJ", "file": PDF})
                ],
            }
            if left:
                refund = {
                    "sts_number": f"STS/{quarter}/{code}",
                    "sts_date": self.today,
                    "amount": left,
                    "reason": "Tidak dapat dibayarkan",
                    "scan": PDF,
                }
                values["refund_ids"] = [(0, 0, refund)]
            proposer.write(REPORT, [report], values)
            proposer.call(REPORT, "action_print", [report])
            proposer.decide(REPORT, "action_submit", report)
            verifier.decide(REPORT, "action_accept", report)
            self.reports[code, quarter] = report
