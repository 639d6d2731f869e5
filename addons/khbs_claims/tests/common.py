# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command

from odoo.addons.khbs_registry.tests.common import KhbsCase

CASH_ACCOUNT = "5.1.06.02.01.0001"
FOOD_ACCOUNT = "5.1.06.02.02.0001"


class ClaimsCase(KhbsCase):
    """A decided list of three families, its round and the people who handle it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls.env.ref("khbs_claims.benefit_cash")
        cls.food = cls.env.ref("khbs_claims.benefit_food")
        cls.operator = cls._role_user("registry_operator")
        cls.approver = cls._role_user("approver")
        cls.maker = cls._role_user("bank_officer", login="bank-maker")
        cls.checker = cls._role_user("bank_officer", login="bank-checker")
        cls.distribution = cls._role_user("distribution_officer")
        cls.auditor = cls._role_user("auditor")
        cls._budget(CASH_ACCOUNT, 10**9)
        cls._budget(FOOD_ACCOUNT, 10**9)
        cls.households = cls.env["khbs.household"].union(
            *(cls._household(state="active") for _number in range(3))
        )
        cls.recipients = cls._recipient_list(cls.households)

    @classmethod
    def _budget(cls, account_code, amount, year=2026):
        lines = cls.env["khbs.budget.line"]
        line = lines.search([("year", "=", year), ("account_code", "=", account_code)])
        values = {"dpa_amount": amount}
        if line:
            line.write(values)
            return line
        return lines.create(
            {
                "name": account_code,
                "year": year,
                "account_code": account_code,
                **values,
            }
        )

    @classmethod
    def _recipient_list(cls, households):
        """Return a decided list that holds *households*."""
        criteria = cls.env["khbs.criteria"].create(
            {
                "name": "Kriteria contoh",
                "legal_basis": "Keputusan contoh",
                "valid_from": "2026-01-01",
                "max_decile": "5",
            }
        )
        found = cls.env["khbs.recipient.list"].create(
            {
                "title": "Daftar contoh",
                "area_id": cls.province.id,
                "criteria_id": criteria.id,
            }
        )
        cls.env["khbs.recipient.line"].create(
            [
                {
                    "list_id": found.id,
                    "household_id": household.id,
                    "area_id": household.area_id.id,
                    "regency_id": household.regency_id.id,
                    "rank": rank,
                }
                for rank, household in enumerate(households, start=1)
            ]
        )
        found.write({"state": "decided", "sha256": "0" * 64})
        return found

    @classmethod
    def _round(cls, code="R-2026-1", benefits=None, **values):
        return cls.env["khbs.round"].create(
            {
                "code": code,
                "name": "Putaran contoh",
                "benefit_ids": [Command.set((benefits or cls.cash + cls.food).ids)],
                "area_ids": [Command.set(cls.province.ids)],
                "recipient_list_id": cls.recipients.id,
                "date_from": "2026-03-01",
                "date_to": "2026-03-31",
                "ceiling": 10_000_000,
                **values,
            }
        )

    @classmethod
    def _decided_round(cls, **values):
        found = cls._round(**values)
        found.with_user(cls.operator).action_generate()
        cls.reading(found, cls.approver).action_decide()
        return found

    def _entitlements(self, found, benefit=None):
        """Return the entitlements of a round, of one benefit or of all."""
        domain = [("round_id", "=", found.id)]
        if benefit:
            domain.append(("benefit_id", "=", benefit.id))
        return self.env["khbs.entitlement"].search(domain)

    def _claim(self, entitlements, point=None, amounts=None, **values):
        """Return a claim of *entitlements* as a terminal brings it."""
        ClaimsCase._jti = getattr(ClaimsCase, "_jti", 0) + 1
        first = entitlements[:1]
        return self.env["khbs.claim"].create(
            {
                "jti": f"01JCONTOH{self._jti:017d}",
                "card_no": "KH01012345642",
                "household_id": first.household_id.id,
                "area_id": first.area_id.id or self.village.id,
                "point_id": point.id if point else False,
                "terminal_code": "T000001",
                "seq": self._jti,
                "mode": "off",
                "signed_at": "2026-03-02 03:00:00",
                "jws": "a.b.c",
                "line_ids": [
                    Command.create(
                        {
                            "entitlement_id": entitlement.id,
                            "e": entitlement.number,
                            "benefit_code": entitlement.benefit_id.code,
                            "round_code": entitlement.round_id.code,
                            "amount": entitlement.amount,
                        }
                    )
                    for entitlement in entitlements
                ],
                **values,
            }
        )

    def _judge(self, line, code="ACCEPTED", pay="pay", stock="issue", version=1):
        """Return the outcome of a claim's line, as settlement writes it."""
        return self.env["khbs.claim.outcome"].create(
            {
                "line_id": line.id,
                "version": version,
                "code": code,
                "pay": pay,
                "entitlement_effect": "consumed" if pay == "pay" else "open",
                "stock": stock,
            }
        )

    def _post(self, line, amount=None):
        """Return the posting of a payable line."""
        return self.env["khbs.claim.posting"].create(
            {
                "line_id": line.id,
                "entitlement_id": line.entitlement_id.id,
                "amount": line.amount if amount is None else amount,
            }
        )
