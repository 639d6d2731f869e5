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
DECREE = "khbs.decree"
CEILING = "khbs.bkk.ceiling"
# What bears the money of regencies and of villages.
ACCOUNTS = {"regency": "5.4.02.03.02.0001", "village": "5.4.02.05.02.0003"}


class Year:
    """One year: what is entered once, and four quarters.

    A proposal is known by its key (regency, quarter, level that is paid), a decree by
    its quarter and level.

    :param story: the module year_roster
    :param money: the module year_pay: from the decree on
    :param terms: the roster
    """

    def __init__(self, office, story, money, terms, year, today):
        self.office = office
        self.story = story
        self.money = money.Money(self)
        self.terms = terms
        self.year = year
        self.today = today.isoformat()
        self.regencies = sorted({term.regency for term in terms})
        paid = {(term.regency, term.level) for term in terms}
        # In the order of verification.
        self.parts = [
            (code, level)
            for level in story.LEVELS
            for code in self.regencies
            if (code, level) in paid
        ]
        self.budget_lines = {}
        self.proposals = {}
        self.decrees = {}
        self.amendments = {}
        self.payments = {}
        self.reports = {}

    def play(self):
        """Play it all."""
        self.enter_rules()
        self.deliver_rosters()
        self.enter_local_pay()
        self.confirm_payees()
        for quarter in (1, 2, 3, 4):
            self.propose(quarter)
            self.verify(quarter)
            self.approve(quarter)
            self.decree(quarter)
            self.money.play(quarter)

    def keys(self, quarter):
        """Return the keys of a quarter's proposals."""
        return [(code, quarter, level) for code, level in self.parts]

    def ids(self, quarter, level=None):
        """Return the ids of a quarter's proposals, of all or of one level."""
        return [
            self.proposals[key] for key in self.keys(quarter) if level in (None, key[2])
        ]

    def mark(self, key):
        """Return a key as the numbers of letters have it: 62.01/1, 62.01/1/D."""
        code, quarter, level = key
        return f"{code}/{quarter}" + ("/D" if level == "village" else "")

    def area_of(self, code):
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
        """Enter rates, ceilings, who is paid, the second tier and the budget lines."""
        administrator = self.office.session("administrator")
        rows = administrator.search_read("khbs.bkk.role", [], ["code", "name"])
        self.roles = {row["code"]: row["id"] for row in rows}
        self.role_names = {row["code"]: row["name"] for row in rows}
        ends = self._rate_ends()
        for role, place, month, amount in self.story.RATES:
            administrator.create(
                "khbs.bkk.rate",
                {
                    "role_id": self.roles[role],
                    "area_id": place and self.area_of(place),
                    "amount": amount,
                    "valid_from": f"{self.year}-{month:02d}-01",
                    "valid_to": ends.get((role, place, month)),
                    "basis": "CONTOH",
                },
            )
        role = self.roles[self.story.VILLAGE_ROLE]
        administrator.write("khbs.bkk.role", [role], {"payee_level": "village"})
        for role, area, month, people in self.story.ceilings(self.terms, self.year):
            administrator.create(
                CEILING,
                {
                    "role_id": self.roles[role],
                    "area_id": self.area_of(area),
                    "people": people,
                    "valid_from": f"{self.year}-{month:02d}-01",
                    "basis": "CONTOH",
                },
            )
        for month, amount in self.story.second_tier(self.terms, self.year):
            administrator.create(
                "khbs.bkk.policy",
                {
                    "valid_from": f"{self.year}-{month:02d}-01",
                    "second_tier_amount": amount,
                    "basis": "CONTOH",
                },
            )
        for level, account in ACCOUNTS.items():
            self.budget_lines[level] = administrator.create(
                "khbs.budget.line",
                {
                    "name": f"Belanja Bantuan Keuangan Khusus {level}",
                    "year": self.year,
                    "account_code": account,
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
                    "area_id": self.area_of(code),
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
            known[self.area_of(term.regency), term.letter] for term in self.terms
        ]
        self.places = {holder: place for place, holder in enumerate(self.holders)}

    def enter_local_pay(self):
        """Enter whom a regency's own budget pays for a few months."""
        first, last = (
            f"{self.year}-{month:02d}-{day:02d}" for month, day in self.story.LOCAL_DAYS
        )
        for term in self.terms:
            if term.story != "local":
                continue
            self.office.session("bkk_proposer", term.regency).create(
                "khbs.bkk.local.pay",
                {
                    "name": term.name,
                    "nik_entry": term.nik,
                    "role_id": self.roles[term.role],
                    "regency_id": self.area_of(term.regency),
                    "funding_source": "APBD CONTOH",
                    "date_from": first,
                    "date_to": last,
                    "basis": "CONTOH",
                },
            )

    def confirm_payees(self):
        """Enter the account of each treasury; a second person confirms it."""
        verifier = self.office.session("bkk_verifier")
        payees = sorted({(term.payee, term.regency) for term in self.terms})
        for number, (area, regency) in enumerate(payees):
            proposer = self.office.session("bkk_proposer", regency)
            payee = proposer.create("khbs.bkk.payee", self._payee(number, area))
            verifier.decide("khbs.bkk.payee", "action_confirm", payee)

    def _payee(self, number, area):
        return {
            "area_id": self.area_of(area),
            "bank_name": "Bank Kalteng",
            "account_entry": f"10000{number:05d}",
            "account_holder": f"KAS {area}",
            "valid_from": f"{self.year}-01-01",
            "basis": "CONTOH",
        }

    # ------------------------------------------------------------------
    # Every quarter
    # ------------------------------------------------------------------

    def propose(self, quarter):
        """Build, print nothing, send under the figures of a signed letter."""
        for key in self.keys(quarter):
            code, _quarter, level = key
            proposer = self.office.session("bkk_proposer", code)
            proposal = proposer.create(
                PROPOSAL,
                {
                    "regency_id": self.area_of(code),
                    "fiscal_year": self.year,
                    "quarter": str(quarter),
                    "payee_level": level,
                    "letter_number": f"900/{self.mark(key)}",
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
            self.proposals[key] = proposal
        self.office.settle()

    def verify(self, quarter):
        """Cut, reject, accept the rest, answer the checklist, close.

        What is above a ceiling is cut when closing was refused for it.
        """
        verifier = self.office.session("bkk_verifier")
        refused = self.story.refused(self.terms, self.year, quarter)
        exceeded = self.story.exceeded(self.terms, self.year, quarter)
        for key in self.keys(quarter):
            proposal = self.proposals[key]
            told = {
                place: what
                for place, what in refused.items()
                if (self.terms[place].regency, self.terms[place].level) == key[::2]
            }
            over = {
                place: what
                for place, what in told.items()
                if self.terms[place].story == "over"
            }
            others = {place: told[place] for place in told.keys() - over.keys()}
            self._judge(verifier, proposal, others)
            verifier.call(PROPOSAL, "action_accept_pending", [proposal])
            self._examine(verifier, key)
            if key[::2] in exceeded:
                said = self.office.refusal(verifier, "action_verify", proposal)
                [role] = {self.terms[place].role for place in over}
                assert self.role_names[role] in said, said
            self._judge(verifier, proposal, over)
            verifier.decide(PROPOSAL, "action_verify", proposal)

    def _examine(self, verifier, key):
        """Answer the checklist and name the team, number the minutes."""
        proposal = self.proposals[key]
        checks = verifier.search("khbs.bkk.check", [("proposal_id", "=", proposal)])
        verifier.write("khbs.bkk.check", checks, {"answer": "yes"})
        values = {
            "minutes_number": f"900/BA/{self.mark(key)}",
            "minutes_date": f"{self.year}-01-06",
        }
        team = [("proposal_id", "=", proposal)]
        if not verifier.search("khbs.bkk.team.member", team):
            values["team_ids"] = [
                (0, 0, {"name": "KETUA TIM CONTOH", "office": "BKAD"}),
                (0, 0, {"name": "ANGGOTA TIM CONTOH", "office": "DPMD"}),
            ]
        verifier.write(PROPOSAL, [proposal], values)

    def _judge(self, verifier, proposal, refused):
        """Give the verdicts that the stories of the year tell.

        :param refused: {place of the term: (months that are left, reason)}
        """
        if not refused:
            return
        holders = [self.holders[place] for place in refused]
        lines = verifier.search_read(
            LINE,
            [("proposal_id", "=", proposal), ("holder_id", "in", holders)],
            ["holder_id", "month_from", "month_to"],
        )
        for line in lines:
            months, reason = refused[self.places[line["holder_id"][0]]]
            first, last = (
                int(str(line[f"month_{end}"])[5:7]) for end in ("from", "to")
            )
            left = [month for month in months if first <= month <= last]
            if len(left) > last - first:
                continue
            verdict = {"verdict": "rejected", "reason": reason}
            if left:
                verdict |= {
                    "verdict": "cut",
                    "approved_from": f"{self.year}-{left[0]:02d}-01",
                    "approved_months": len(left),
                }
            verifier.write(LINE, [line["id"]], verdict)

    def approve(self, quarter):
        """Approve; above the amount of the policy a second person does."""
        for key in self.keys(quarter):
            proposal = self.proposals[key]
            approver = self.office.session("approver")
            approver.decide(PROPOSAL, "action_approve", proposal)
            if approver.read_one(PROPOSAL, proposal, ["state"])["state"] == "endorsed":
                second = self.office.session("second_approver")
                second.decide(PROPOSAL, "action_approve", proposal)

    def decree(self, quarter):
        """Bring in force one decree on all regencies and one on all villages."""
        officer = self.office.session("decree_officer")
        for level in self.story.LEVELS:
            action = officer.call(
                PROPOSAL,
                "action_draft_decree",
                self.ids(quarter, level),
                self.budget_lines[level],
            )
            self.decrees[quarter, level] = action["res_id"]
            mark = "D" if level == "village" else ""
            self.bring_in_force(action["res_id"], f"188.44/{quarter}{mark}/{self.year}")

    def bring_in_force(self, decree, number):
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
