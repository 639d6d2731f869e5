# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..terms import PROPOSER

END_REASONS = [
    ("replaced", "Replaced"),
    ("moved", "Moved to another post"),
    ("resigned", "Resigned"),
    ("died", "Died"),
    ("term_over", "Term is over"),
    ("dismissed", "Dismissed"),
    ("abolished", "Post abolished"),
]


class KhbsBkkHolderSuccession(models.AbstractModel):
    """How a term ends, and who holds the office next (DOMAIN 12.40, 12.41)."""

    _name = "khbs.bkk.holder.succession"
    _description = "BKK holder: end of a term"

    end_letter = fields.Char(
        readonly=True, copy=False, help="Number of the letter that ends the term."
    )
    end_letter_date = fields.Date(readonly=True, copy=False)
    end_reason = fields.Selection(selection=END_REASONS, readonly=True, copy=False)
    predecessor_id = fields.Many2one(
        comodel_name="khbs.bkk.holder",
        string="Follows",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Whose term ended when this one began.",
    )
    successor_ids = fields.One2many(
        comodel_name="khbs.bkk.holder",
        inverse_name="predecessor_id",
        string="Followed by",
        readonly=True,
    )

    def action_change(self):
        """Ask how the term ends and who follows."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replace or end"),
            "res_model": "khbs.bkk.holder.change",
            "view_mode": "form",
            "target": "new",
            "context": {"default_holder_id": self.id},
        }

    def _end_term(self, last_day, reason, letter, following):
        """End the term by a letter and begin the next one in the same act.

        :param last_day: of the term that ends
        :param letter: dict of number and date, as of an appointment
        :param following: values of whoever follows; None: the post is vacant
        :return: who follows, or no record
        """
        self.ensure_one()
        self.env["khbs.audit.event"]._require_group(PROPOSER, "bkk.holder.ended", self)
        self.check_access("write")
        self.sudo().lock_for_update()
        self._check_last_day(last_day, following)
        successor = self.browse()
        holder = self.sudo()
        holder.write(
            {
                "date_to": last_day,
                "end_reason": reason,
                "end_letter": letter["appointment_letter"],
                "end_letter_date": letter["appointment_date"],
            }
        )
        # Two terms of one person may not meet: the first ends before the next begins.
        holder.flush_recordset()
        if following is not None:
            successor = holder.create(
                {
                    "role_id": self.role_id.id,
                    "regency_id": self.regency_id.id,
                    "predecessor_id": self.id,
                    **letter,
                    **following,
                }
            )
            successor.flush_recordset()
        self.env["khbs.audit.event"]._record(
            "bkk.holder.ended",
            self,
            {
                "reason": reason,
                "last_day": str(last_day),
                "letter": letter["appointment_letter"],
                "successor": successor.id,
            },
        )
        return successor.with_env(self.env)

    def _refuse_ended(self, last_day):
        """Refuse another last day of a term that was ended by a letter."""
        for holder in self.sudo():
            if holder.end_letter and holder.date_to != last_day:
                raise UserError(
                    self.env._(
                        "The term of %(name)s was ended by letter %(letter)s: its last "
                        "day stays.",
                        name=holder.name,
                        letter=holder.end_letter,
                    )
                )

    def _check_last_day(self, last_day, following):
        """Refuse a last day that the term cannot have."""
        if not self.active or self.end_letter:
            raise UserError(
                self.env._("The term of %(name)s was ended before.", name=self.name)
            )
        if last_day < self.date_from:
            raise UserError(
                self.env._(
                    "%(name)s is in office from %(day)s on: the last day lies before.",
                    name=self.name,
                    day=format_date(self.env, self.date_from),
                )
            )
        if self.date_to and last_day > self.date_to:
            raise UserError(
                self.env._(
                    "The term of %(name)s ends on %(day)s by its letter. Enter that "
                    "day or an earlier one.",
                    name=self.name,
                    day=format_date(self.env, self.date_to),
                )
            )
        if following and following["date_from"] <= last_day:
            raise UserError(
                self.env._("Whoever follows begins after the last day of the other.")
            )

    def _person_vals(self):
        """Return what belongs to the person and not to the term."""
        self.ensure_one()
        names = (
            *("name", "nik", "rank", "rank_group", "npwp", "bank_name"),
            *("bank_account", "bank_account_name"),
        )
        person = self.sudo()
        return {name: person[name] for name in names}
