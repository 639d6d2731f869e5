# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError

from .khbs_reveal import _PERSONAL_NUMBER, PURPOSES


class KhbsNumbersPurpose(models.AbstractModel):
    """A dialogue that prints numbers masked, or in full for a purpose on record."""

    _name = "khbs.numbers.purpose"
    _description = "Purpose of full numbers"

    # Whether the paper is a list of many families, which has a limit of its own.
    _listed = False

    full_numbers = fields.Boolean(
        string="Print NIK and KK in full",
        help="Only for a paper that demands it; the purpose is recorded, and readers "
        "of personal data alone open the paper.",
    )
    purpose = fields.Selection(
        selection=PURPOSES, help="Why the paper needs the numbers; it is recorded."
    )
    reference = fields.Char(help="Number of the letter, complaint or assignment.")

    def _record_full_numbers(self, record, households, candidates=None):
        """Record for what the numbers of each of *households* go on paper, if they do.

        :param record: the document that is printed
        :param candidates: families outside the registry that stand on it too
        """
        self.ensure_one()
        if not self.full_numbers:
            return
        events = self.env["khbs.audit.event"]
        events._require_group(
            "khbs_registry.group_pii_reader", "paper.full_numbers", record
        )
        reference = " ".join((self.reference or "").split())
        if not self.purpose or not reference:
            raise UserError(self.env._("Enter why the paper needs the numbers."))
        if _PERSONAL_NUMBER.search(reference):
            raise UserError(
                self.env._("The reference is kept on record: no NIK or KK in it.")
            )
        suspended = households.filtered("processing_suspended_on")
        if suspended and self.purpose not in ("subject", "audit"):
            raise UserError(
                self.env._(
                    "The processing of the data of %(families)s is suspended at their "
                    "request. They are shown for their own request or an audit only.",
                    families=", ".join(suspended.mapped("name")),
                )
            )
        facts = {
            "purpose": self.purpose,
            "reference": reference,
            "document": f"{record._name},{record.id}",
        }
        for families in filter(None, (households, candidates)):
            events._record_seen("paper.full_numbers", families, facts, self._listed)
