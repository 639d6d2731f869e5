# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.papers import words

from .. import tax
from ..terms import PROPOSER

FIGURES = (
    "payment_id",
    "sequence",
    "proposal_id",
    "decree_line_id",
    "proposal_line_id",
    "holder_id",
    "role_id",
    "name",
    "role_name",
    "area_names",
    "rank_group",
    "treatment",
    "rule_id",
    "gross",
    "base",
    "rate",
    "tax",
    "net",
    "tax_object",
)


class KhbsBkkPaymentLineSteps(models.AbstractModel):
    """What becomes of a line: paid, held, come back, repaid, refunded."""

    _name = "khbs.bkk.payment.line.steps"
    _description = "Line of a BKK payment list: its steps"

    def action_pay(self, day=None):
        """Mark these lines as paid on *day*, today by default."""
        day = fields.Date.to_date(day) or fields.Date.context_today(self)
        lines = self._open("pay", "to_pay")
        for payment, mine in lines.grouped("payment_id").items():
            payment._require_state("ready", "paid")
            payment._require_received(mine, day)
            mine._require_rules(day)
            mine._require_accounts()
        lines.write({"state": "paid", "paid_on": day})
        return self._moved("pay", {"on": str(day)})

    def action_hold(self, note):
        """Hold these lines back; *note* says why."""
        lines = self._open("hold", "to_pay")
        lines.write(
            {"state": "held", "hold_reason": "OTHER", "note": self._reason(note)}
        )
        return self._moved("hold")

    def action_release(self, note):
        """Let held lines be paid all the same: in cash, or what held them is mended.

        A name that differs from the account is mended by an amendment of the decree
        or in the roster, and the list renewed; no button goes around it (12.43).
        """
        lines = self._open("release", "held")
        stuck = lines.filtered(
            lambda line: line.hold_reason in ("ACCOUNT_NAME", "NO_TAX_RULE")
        )
        if stuck:
            raise UserError(
                self.env._(
                    "%(names)s: mend the account in the roster, the name by an "
                    "amendment of the decree or the tax rule, then renew the list.",
                    names=", ".join(stuck.mapped("name")),
                )
            )
        note = self._reason(note)
        lines.write({"state": "to_pay", "hold_reason": False, "note": note})
        return self._moved("release")

    def action_return(self, note, day=None):
        """Register that payments came back from the bank; *note* says why."""
        day = fields.Date.to_date(day) or fields.Date.context_today(self)
        lines = self._open("return", "paid")
        if day > fields.Date.context_today(self) or any(
            day < line.paid_on for line in lines
        ):
            raise UserError(
                self.env._("A payment comes back after it was paid, not in the future.")
            )
        lines.write(
            {"state": "returned", "returned_on": day, "note": self._reason(note)}
        )
        return self._moved("return", {"on": str(day)})

    def action_repay(self):
        """Make the lines that pay again what came back, each linked to its first."""
        lines = self._open("repay", "returned")
        if any(lines.mapped("settled")):
            raise UserError(self.env._("What came back is repaid already."))
        for line in lines:
            row = line._holder_row()
            reason = line.payment_id._account_hold(row)
            again = (
                self.env["khbs.bkk.payment.line"]
                .sudo()
                .create(
                    {
                        **{
                            name: line[name].id
                            if line._fields[name].relational
                            else line[name]
                            for name in FIGURES
                        },
                        **line.payment_id._account_values(row),
                        "state": "held" if reason else "to_pay",
                        "hold_reason": reason,
                        "repays_id": line.id,
                    }
                )
            )
            again.flush_recordset()
            line.settled = True
        return self._moved("repay")

    def action_refund(self, note):
        """Give these lines up: the money goes back to the province with an STS."""
        lines = self._open("refund", "to_pay", "held", "returned")
        if any(lines.mapped("settled")):
            raise UserError(self.env._("What came back is repaid already."))
        for payment in lines.payment_id:
            payment._require_state("ready", "paid")
        lines.write(
            {"state": "refunded", "hold_reason": False, "note": self._reason(note)}
        )
        return self._moved("refund")

    def action_ask(self):
        """Open the dialogue that asks what became of the lines."""
        method = self.env.context.get("khbs_bkk_method")
        return self.env["khbs.bkk.payment.mark"]._ask(self, method)

    # Business

    def _open(self, act, *states):
        """Return these lines as superuser, held, after checking role and state."""
        if not self:
            raise UserError(self.env._("Choose the lines first."))
        payments = self.payment_id
        payments._checked(PROPOSER, f"khbs.bkk.payment.{act}")
        lines = self.sudo()
        lines.lock_for_update()
        lines.invalidate_recordset()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for line in lines:
            if line.state not in states:
                raise UserError(
                    self.env._(
                        "%(line)s is in the state %(state)s; this step needs "
                        "%(needed)s.",
                        line=line.display_name,
                        state=labels[line.state],
                        needed=", ".join(labels[state] for state in states),
                    )
                )
        return lines

    def _moved(self, act, facts=None):
        """Record an act on these lines and let their lists follow."""
        self.env.flush_all()
        self.env.invalidate_all()
        payments = self.payment_id
        for payment, lines in self.grouped("payment_id").items():
            self.env["khbs.audit.event"]._record(
                f"khbs.bkk.payment.{act}",
                payment,
                {
                    "lines": lines.ids,
                    "gross": sum(lines.mapped("gross")),
                    **(facts or {}),
                },
            )
        payments._follow_lines()
        return True

    def _reason(self, note):
        note = " ".join((note or "").split())
        if not note:
            raise UserError(self.env._("Write why."))
        return note

    def _require_rules(self, day):
        """Refuse to pay on a day on which another tax rule would hold."""
        rules = self.env["khbs.bkk.tax.rule"]._rules()
        treatments = self.env["khbs.bkk.tax.treatment"]._by_role(day)
        for line in self:
            treatment = treatments.get(line.role_id.id, tax.NOT_EMPLOYEE)
            try:
                rule = tax.find_rule(line.rank_group, day, rules, treatment)
            except LookupError:
                rule = None
            # A re-payment keeps the tax that was withheld the first time.
            if not line.repays_id and (rule is None or rule.key != line.rule_id.id):
                raise UserError(
                    self.env._(
                        "On %(day)s %(name)s is taxed by another rule than the list "
                        "was made with. Set the day on the list and renew it.",
                        day=words.date(day),
                        name=line.name,
                    )
                )

    def _require_accounts(self):
        """Refuse to pay where the account in the roster is no longer the listed one."""
        changed = self.filtered(
            lambda line: (
                line.account_sha256
                != line.payment_id._account_sha256(line._holder_row())
            )
        )
        if changed:
            raise UserError(
                self.env._(
                    "The account of %(names)s changed after the list was made. Renew "
                    "the list.",
                    names=", ".join(changed.mapped("name")),
                )
            )

    def _holder_row(self):
        """Return name and account as the list is generated with."""
        self.ensure_one()
        holder = self.sudo().holder_id
        return {
            "name": self.name,
            "bank_name": holder.bank_name or None,
            "bank_account": holder.bank_account or None,
            "bank_account_name": holder.bank_account_name or None,
        }
