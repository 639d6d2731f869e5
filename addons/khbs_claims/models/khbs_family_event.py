# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from .khbs_household import BLOCKED


class KhbsFamilyEvent(models.Model):
    """What becomes of the aid and the account of the families of an event.

    Entitlements belong to the household's record and stay as they are: the family
    changes, and receives no second package. What a family that left has not claimed
    lapses with its round, as all that nobody claims.
    """

    _inherit = "khbs.family.event"

    def _effects(self):
        return [*super()._effects(), *self._said_aid()]

    def _said_aid(self):
        ending = {self.household_id: 0} if self._ends() else {}
        ending |= self._ending_others()
        for household in ending:
            if self._open_aid(household):
                yield self.env._(
                    "%(count)s entitlements of %(household)s can no longer be claimed; "
                    "they lapse when their round closes.",
                    count=self._open_aid(household),
                    household=household.name,
                )
        household = self.household_id
        if household not in ending and self._open_aid(household):
            yield self.env._(
                "%(count)s open entitlements stay with %(household)s.",
                count=self._open_aid(household),
                household=household.name,
            )
        if self._changes_head() and self._others_account(household):
            yield self.env._(
                "The bank account is in another name: cash is held until the bank has "
                "opened an account for the new head."
            )

    def _open_aid(self, household):
        """Return how many entitlements the household has not used yet."""
        return (
            self.env["khbs.entitlement"]
            .sudo()
            .search_count([("household_id", "=", household.id), ("state", "=", "open")])
        )

    def _head_changed(self, household):
        result = super()._head_changed(household)
        accounts = self._others_account(household)
        accounts.write({"state": "failed", "reason_code": BLOCKED})
        self._record_accounts("bank.account.block", accounts)
        return result

    def _accounts(self, household):
        return (
            self.env["khbs.bank.account"]
            .sudo()
            .search([("household_id", "=", household.id)])
        )

    def _others_account(self, household):
        """Return the account in use, if it is not in the name of the new head."""
        name = (self._head_afterwards().name or "").casefold()
        return self._accounts(household).filtered(
            lambda account: (
                account.state == "active"
                and (account.account_name or "").casefold() != name
            )
        )

    def _record_accounts(self, act, accounts):
        for account in accounts:
            self.env["khbs.audit.event"]._record(
                act, account, {"family_event": self.name}
            )
