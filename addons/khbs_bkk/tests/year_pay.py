# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A year of BKK from the decree on: requests, SP2D, amendments, payment lists, LPJ."""

import base64

PDF = base64.b64encode(b"%PDF-1.4 signed on paper").decode()
PROPOSAL = "khbs.bkk.proposal"
CORRECTION = "khbs.bkk.correction"
PAYMENT = "khbs.bkk.payment"
PAYMENT_LINE = "khbs.bkk.payment.line"
REPORT = "khbs.bkk.accountability"


class Money:
    """What is played of a year once a decree is in force.

    :param year: a Year of year_play
    """

    def __init__(self, year):
        self.year = year
        self.office = year.office

    def play(self, quarter):
        """Play a quarter from its decrees to its LPJ."""
        story = self.year.story
        if quarter == 3:
            # Before the money: afterwards it would come back with the LPJ.
            self.correct("dropped", story.DROPPED, quarter)
        self.disburse(quarter)
        if quarter == 2:
            self.correct("held", story.CORRECTED, quarter)
        self.pay(quarter)
        self.account(quarter)

    def disburse(self, quarter):
        """Ask for the money and register its SP2D; one transfer comes back first."""
        bank = self.office.session("bank_officer")
        story = self.year.story
        bounced = (
            (story.BOUNCED, 1, "regency"),
            (story.BOUNCED_VILLAGE, 3, "village"),
        )
        for key in self.year.keys(quarter):
            proposal = self.year.proposals[key]
            proposer = self.office.session("bkk_proposer", key[0])
            request = proposer.create(
                "khbs.bkk.request",
                {
                    "proposal_id": proposal,
                    "number": f"900/P/{self.year.mark(key)}",
                    "date": self.year.today,
                    "place": "Kota Contoh",
                    "signed_file": PDF,
                    "signed_filename": "permohonan.pdf",
                },
            )
            proposer.call("khbs.bkk.request", "action_submit", [request])
            amount = bank.read_one(PROPOSAL, proposal, ["decreed_amount"])
            payment = bank.create(
                "khbs.bkk.disbursement",
                self._sp2d(key, amount["decreed_amount"]),
            )
            if key in bounced:
                self._bounce(bank, key, payment)

    def _sp2d(self, key, amount, again="", **values):
        number = f"{self.year.mark(key)}{again}"
        today = self.year.today
        return {
            "proposal_id": self.year.proposals[key],
            "spp_number": f"SPP/{number}",
            "spp_date": today,
            "spm_number": f"SPM/{number}",
            "spm_date": today,
            "sp2d_number": f"SP2D/{number}",
            "sp2d_date": today,
            "amount": amount,
            **values,
        }

    def _bounce(self, bank, key, payment):
        """Let the first transfer of an SP2D come back and be paid again."""
        [transfer] = bank.search_read(
            "khbs.bkk.transfer",
            [("disbursement_id", "=", payment)],
            ["area_id", "amount"],
            order="area_id",
            limit=1,
        )
        bank.create(
            "khbs.bkk.transfer.return",
            {
                "transfer_id": transfer["id"],
                "date": self.year.today,
                "reason": "account_closed",
                "reference": f"RETUR/{self.year.mark(key)}",
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
                key,
                transfer["amount"],
                "/ULANG",
                kind="repayment",
                transfer_ids=[(0, 0, again)],
            ),
        )

    def correct(self, story, code, quarter):
        """Amend the decree: a name as on the account, or one that leaves the list."""
        year = self.year
        place = self._place(story, code)
        name = year.terms[place].account_name
        values = {"kind": "drop"}
        if story == "held":
            values = {"kind": "name", "new_name": name}
        proposer = self.office.session("bkk_proposer", code)
        verifier = self.office.session("bkk_verifier")
        # Two lines where the rate changed within the quarter.
        lines = proposer.search(
            "khbs.bkk.decree.line",
            [
                ("proposal_id", "=", year.proposals[code, quarter, "regency"]),
                ("holder_id", "=", year.holders[place]),
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
        year.amendments[quarter, "regency"] = action["res_id"]
        year.bring_in_force(action["res_id"], f"188.44/{quarter}A/{year.year}")
        if story == "held":
            proposer.write("khbs.bkk.holder", [year.holders[place]], {"name": name})

    def _place(self, story, code):
        [place] = [
            place
            for place, term in enumerate(self.year.terms)
            if (term.story, term.regency) == (story, code)
        ]
        return place

    def pay(self, quarter):
        """Make the payment lists, pay what can be paid, give the rest up."""
        for key in self.year.keys(quarter):
            proposer = self.office.session("bkk_proposer", key[0])
            areas = self._paid_areas(key)
            payments = proposer.call(
                PAYMENT, "create", [self._list_values(key, area) for area in areas]
            )
            for step in ("action_generate", "action_ready", "action_pay_all"):
                proposer.call(PAYMENT, step, payments)
            self.year.payments[key] = dict(zip(areas, payments, strict=True))
            if key == (self.year.story.BOUNCED, 2, "regency"):
                self._pay_again(proposer, payments)
            held = proposer.search(
                PAYMENT_LINE, [("payment_id", "in", payments), ("state", "=", "held")]
            )
            if held:
                proposer.call(
                    PAYMENT_LINE, "action_refund", held, "Nama berbeda dengan rekening"
                )

    def _paid_areas(self, key):
        """Return the codes of the areas whose treasury the decree pays."""
        code, quarter, level = key
        story, terms = self.year.story, self.year.terms
        places = {place for place, _m in story.decreed(terms, self.year.year, quarter)}
        return sorted(
            {
                terms[place].payee
                for place in places
                if (terms[place].regency, terms[place].level) == (code, level)
            }
        )

    def _list_values(self, key, area):
        return {
            "proposal_id": self.year.proposals[key],
            "area_id": self.year.area_of(area),
            "paid_on": self.year.today,
            "place": "Kota Contoh",
            "treasurer_name": "BENDAHARA CONTOH",
        }

    def _pay_again(self, proposer, payments):
        """Let the first payment of a list come back from the bank, and pay it again."""
        [line] = proposer.search(
            PAYMENT_LINE, [("payment_id", "in", payments)], limit=1, order="sequence"
        )
        proposer.call(PAYMENT_LINE, "action_return", [line], "Rekening pasif")
        proposer.call(PAYMENT_LINE, "action_repay", [line])
        again = proposer.search(PAYMENT_LINE, [("repays_id", "=", line)])
        proposer.call(PAYMENT_LINE, "action_pay", again)

    def account(self, quarter):
        """Refund what is left, print, sign, submit and accept the LPJ."""
        verifier = self.office.session("bkk_verifier")
        for key in self.year.keys(quarter):
            proposer = self.office.session("bkk_proposer", key[0])
            [report] = proposer.search_read(
                REPORT,
                [("proposal_id", "=", self.year.proposals[key])],
                ["left_amount"],
            )
            values = self._report_values(key, report["left_amount"])
            report = report["id"]
            proposer.write(REPORT, [report], values)
            proposer.call(REPORT, "action_print", [report])
            signed = {"kind": "signed", "name": "LPJ", "file": PDF}
            proposer.write(REPORT, [report], {"evidence_ids": [(0, 0, signed)]})
            proposer.decide(REPORT, "action_submit", report)
            verifier.decide(REPORT, "action_accept", report)
            self.year.reports[key] = report

    def _report_values(self, key, left):
        mark = self.year.mark(key)
        values = {
            "letter_number": f"900/LPJ/{mark}",
            "letter_date": self.year.today,
        }
        if left:
            refund = {
                "sts_number": f"STS/{mark}",
                "sts_date": self.year.today,
                "amount": left,
                "reason": "Tidak dapat dibayarkan",
                "scan": PDF,
            }
            values["refund_ids"] = [(0, 0, refund)]
        return values
