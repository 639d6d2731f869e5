# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

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
            payment._require_current()
            payment._require_listed()
            mine._require_standing()
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
        stuck = lines.filtered("is_stuck")
        if stuck:
            raise UserError(
                self.env._(
                    "%(names)s: mend the account in the roster, where a second person "
                    "confirms it, the name by an amendment of the decree or the tax "
                    "rule, then renew the list.",
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
        for payment in lines.payment_id:
            payment._require_state("ready", "paid")
        for line in lines:
            line._repay()
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

    def action_view_holder(self):
        """Open the person in the roster, where the account is mended."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.bkk.holder",
            "view_mode": "form",
            "res_id": self.holder_id.id,
        }

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

    def _repay(self):
        """Make the line that pays again, as the decree names the person now.

        Where an amendment cut the months since, it pays those that stay. What it took
        away stays in the treasury: if nobody else is paid of it, it goes back by STS.
        """
        self.ensure_one()
        values = {
            name: self[name].id if self._fields[name].relational else self[name]
            for name in FIGURES
        }
        self.proposal_id._check_decree_in_force()
        decreed = self._listed_now()
        if not decreed:
            raise UserError(self._fallen([self.name]))
        values.update(decree_line_id=decreed.id, name=decreed.name)
        values["area_names"] = decreed.area_names
        if decreed.amount < self.gross:
            values.update(self._part_figures(decreed.amount))
        row = {**self._holder_row(), "name": decreed.name}
        reason = self.payment_id._account_hold(row)
        again = (
            self.env["khbs.bkk.payment.line"]
            .sudo()
            .create(
                {
                    **values,
                    **self.payment_id._account_values(row),
                    "state": "held" if reason else "to_pay",
                    "hold_reason": reason,
                    "repays_id": self.id,
                }
            )
        )
        again.flush_recordset()
        self.settled = True

    def _part_figures(self, gross):
        """Return the figures of *gross*, a part of this line, by the rule it had."""
        rules = self.env["khbs.bkk.tax.rule"]._rules()
        [rule] = [rule for rule in rules if rule.key == self.rule_id.id]
        part = tax.withhold(gross, rule)
        return {"gross": gross, "base": part.base, "tax": part.tax, "net": part.net}

    def _listed_now(self):
        """Return the line of the decree that gives this money now, or part of it."""
        self.ensure_one()
        decreed = self.proposal_id._payable_lines().filtered(
            lambda one: one.line_id == self.proposal_line_id
        )
        amount = min(self.gross, decreed.amount)
        return decreed[:0] if self._fallen_lines(decreed.name, amount) else decreed

    def _fallen_lines(self, name=None, gross=None):
        """Return the lines that decree and pending amendments do not give any more.

        :param name: as the person is to be paid; as the line has it if none
        :param gross: what is to be paid; what the line has if none
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT l.id FROM khbs_bkk_payment_line l
                  JOIN khbs_bkk_payment y ON y.id = l.payment_id
                 WHERE l.id = ANY(%s) AND NOT khbs_bkk_stands(
                       l.proposal_id, l.proposal_line_id, y.area_id,
                       coalesce(%s, l.name), coalesce(%s, l.gross))
                """,
                self.ids,
                name or None,
                gross or None,
            )
        )
        return self.browse([line for [line] in self.env.cr.fetchall()])

    def _require_standing(self):
        """Refuse to pay whom the decree, or an amendment of it, names no more."""
        self.proposal_id._check_decree_in_force()
        fallen = self._fallen_lines()
        if fallen:
            raise UserError(self._fallen(fallen.mapped("name")))

    def _fallen(self, names):
        return self.env._(
            "%(names)s: the decree, or an amendment that is to be signed, does not "
            "give this amount under this name. Renew the list once the amendment is in "
            "force; give up what nobody is to be paid any more.",
            names=", ".join(names),
        )

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
        """Refuse to pay to another account than the listed one, or one unconfirmed."""
        pending = self.filtered(lambda line: line.holder_id.account_pending)
        if pending:
            raise UserError(
                self.env._(
                    "The account of %(names)s was changed after the decree. A second "
                    "person confirms it in the roster; then renew the list.",
                    names=", ".join(pending.mapped("name")),
                )
            )
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
            "account_pending": holder.account_pending,
        }
