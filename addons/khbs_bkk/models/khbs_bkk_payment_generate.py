# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.identity_numbers import mask_account

from .. import tax
from ..person_names import same_name
from ..terms import PROPOSER


class KhbsBkkPaymentGenerate(models.AbstractModel):
    """How a payment list comes from the decree that is paid from."""

    _name = "khbs.bkk.payment.generate"
    _description = "BKK payment list: its lines"

    def action_generate(self):
        """Take the lines from the decree in force.

        What was paid, came back or is refunded stays; the other lines are made anew,
        with the names of the last amendment and the accounts of today.
        """
        for payment in self:
            payment._checked(PROPOSER, "khbs.bkk.payment.generate")
            payment._require_state("draft", "ready")
            payment._generate()
        return True

    def _generate(self):
        self.ensure_one()
        payment = self.sudo()
        proposal = payment.proposal_id
        proposal._check_decree_in_force()
        decree = proposal.payable_decree_id
        # From here on there is no paper with the figures of the list.
        payment.paper_id = False
        payment.flush_recordset()
        opened = payment.line_ids.filtered(
            lambda line: line.state in ("to_pay", "held")
        )
        returned = opened.repays_id
        opened.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        rules = self.env["khbs.bkk.tax.rule"]._rules()
        treatments = self.env["khbs.bkk.tax.treatment"]._by_role(self.paid_on)
        rows = payment._decreed_rows(decree)
        if not rows and not payment.line_ids:
            raise UserError(
                self.env._(
                    "The decree gives %(area)s nothing to pay of %(proposal)s.",
                    area=self.area_id.name,
                    proposal=proposal.display_name,
                )
            )
        lines = self.env["khbs.bkk.payment.line"].sudo()
        lines.create([payment._line_values(row, rules, treatments) for row in rows])
        # One that stands in no decree any more stays as it came back, to be given up.
        for line in returned.filtered(lambda line: line._listed_now()):
            line._repay()
        payment.write({"decree_id": decree.id, "generated_at": fields.Datetime.now()})
        self.env.flush_all()
        self.env.invalidate_all()
        payment._check_whole(decree)
        payment._follow_lines()
        if payment.state != "draft":
            self._issue_list()
        self.env["khbs.audit.event"]._record(
            "khbs.bkk.payment.generate",
            self,
            {"decree": decree.id, "lines": len(rows), "held": self.held_count},
        )

    def _decreed_rows(self, decree):
        """Return the decree's lines of this treasury that are in no list yet."""
        self.env.cr.execute(
            SQL(
                """
                SELECT d.id AS decree_line_id, d.line_id AS proposal_line_id,
                       d.proposal_id, d.holder_id, d.role_id, d.name, d.role_name,
                       d.area_names, d.amount AS gross, d.place AS sequence,
                       h.rank_group, h.bank_name, h.bank_account,
                       h.bank_account_name,
                       h.account_changed_by_id IS NOT NULL
                       AND h.account_confirmed_by_id IS NULL AS account_pending
                  FROM (
                    SELECT *, row_number() OVER (
                               ORDER BY area_code COLLATE "C", upper(name) COLLATE "C",
                                        line_id) AS place
                      FROM khbs_bkk_decree_line
                     WHERE decree_id = %s AND proposal_id = %s AND payee_area_id = %s
                  ) AS d
                  JOIN khbs_bkk_holder h ON h.id = d.holder_id
                 WHERE NOT EXISTS (
                    SELECT FROM khbs_bkk_payment_line l
                     WHERE l.proposal_line_id = d.line_id AND l.repays_id IS NULL)
              ORDER BY d.place
                """,
                decree.id,
                self.proposal_id.id,
                self.area_id.id,
            )
        )
        return self.env.cr.dictfetchall()

    def _line_values(self, row, rules, treatments):
        """Return the values of the line of one name of the decree."""
        treatment = treatments.get(row["role_id"], tax.NOT_EMPLOYEE)
        account = self._account_values(row)
        values = {
            "payment_id": self.id,
            "state": "to_pay",
            "treatment": tax.kind_of(row["rank_group"], treatment),
            "net": row["gross"],
            **{
                name: row[name]
                for name in (
                    "decree_line_id",
                    "proposal_line_id",
                    "proposal_id",
                    "holder_id",
                    "role_id",
                    "name",
                    "role_name",
                    "area_names",
                    "gross",
                    "sequence",
                    "rank_group",
                )
            },
            **account,
        }
        try:
            rule = tax.find_rule(row["rank_group"], self.paid_on, rules, treatment)
            withheld = tax.withhold(row["gross"], rule)
        except LookupError:
            return {**values, "state": "held", "hold_reason": "NO_TAX_RULE"}
        values.update(
            rule_id=rule.key,
            base=withheld.base,
            rate=int(withheld.rate * 10_000),
            tax=withheld.tax,
            net=withheld.net,
            tax_object=withheld.tax_object,
        )
        reason = self._account_hold(row)
        if reason:
            values.update(state="held", hold_reason=reason)
        return values

    def _account_values(self, row):
        """Return the account of the holder as it is now, fit to be seen."""
        return {
            "bank_name": row["bank_name"],
            "bank_account": row["bank_account"],
            "account_masked": mask_account(row["bank_account"]),
            "account_name": row["bank_account_name"],
            "account_sha256": self._account_sha256(row),
        }

    def _account_sha256(self, row):
        """Return the digest of what the money is sent to."""
        parts = [
            row[name] or ""
            for name in ("bank_name", "bank_account", "bank_account_name")
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _account_hold(self, row):
        """Return why the account of *row* cannot be paid, or nothing (12.43).

        The name is the decree's: where it is spelled wrongly there, an amendment
        mends it and the list is generated anew.
        """
        if row["account_pending"]:
            return "ACCOUNT_CHANGED"
        if not row["bank_account"]:
            return "NO_ACCOUNT"
        if not row["bank_account_name"]:
            return "NO_ACCOUNT_NAME"
        if not same_name(row["name"], row["bank_account_name"]):
            return "ACCOUNT_NAME"
        return None

    def _check_whole(self, decree):
        """Refuse a list that is not what the decree gives, to the rupiah.

        Lines paid under an earlier list keep what they were paid.
        """
        [[missing]] = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FROM khbs_bkk_decree_line d
                 WHERE d.decree_id = %s AND d.proposal_id = %s
                   AND d.payee_area_id = %s AND NOT EXISTS (
                    SELECT FROM khbs_bkk_payment_line l
                     WHERE l.payment_id = %s AND l.proposal_line_id = d.line_id)
                """,
                decree.id,
                self.proposal_id.id,
                self.area_id.id,
                self.id,
            )
        )
        if missing:
            raise UserError(
                self.env._(
                    "%(count)s names of the decree are in another payment list.",
                    count=missing,
                )
            )
