# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError

from ..papers import recipients, words
from .khbs_decree_sign import OFFICER


class KhbsRecipientDecree(models.AbstractModel):
    """The decree that names the families of a decided list."""

    _name = "khbs.recipient.decree"
    _description = "Recipient list: the decree"

    decree_id = fields.Many2one(
        comodel_name="khbs.decree",
        compute="_compute_decree_id",
        compute_sudo=True,
    )

    def _compute_decree_id(self):
        for recipient_list in self:
            recipient_list.decree_id = recipient_list._decree()

    def action_draft_decree(self):
        """Draft the decree on this decided list and open it."""
        self.ensure_one()
        self.env["khbs.audit.event"]._require_group(
            OFFICER, "recipient_list.decree", self
        )
        self.check_access("read")
        recipient_list = self.sudo()
        recipient_list._lock()
        recipient_list._require_state("decided")
        if recipient_list._decree():
            raise UserError(
                self.env._(
                    "There is a decree on this list already: %(decree)s. Open it from "
                    "here, amend it or revoke it first.",
                    decree=recipient_list._decree().display_name,
                )
            )
        decree = self.env["khbs.decree"]._draft(
            "recipient_list",
            recipient_list._decree_title(),
            self,
            annexes=recipient_list._decree_annexes(),
            terms=recipient_list._decree_terms(),
        )
        return self._open_decree(decree)

    def action_view_decree(self):
        """Open the decree on this list."""
        self.ensure_one()
        return self._open_decree(self.decree_id)

    def _open_decree(self, decree):
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.decree",
            "view_mode": "form",
            "res_id": decree.id,
        }

    # Business

    def _decree(self):
        """Return the decree on this list, unless it was revoked or withdrawn."""
        return (
            self.env["khbs.decree"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("amends_id", "=", False),
                    ("revokes_id", "=", False),
                    ("excerpt_of_id", "=", False),
                    ("state", "not in", ("revoked", "withdrawn")),
                ],
                limit=1,
            )
        )

    def _is_revoked(self):
        """Return whether the decree on this list was revoked, with no other since."""
        revoked = [
            ("model", "=", self._name),
            ("res_id", "=", self.id),
            ("amends_id", "=", False),
            ("excerpt_of_id", "=", False),
            ("state", "=", "revoked"),
        ]
        decrees = self.env["khbs.decree"].sudo()
        return not self._decree() and bool(decrees.search_count(revoked, limit=1))

    def _decree_title(self):
        year = fields.Date.context_today(self).year
        return (
            "Penetapan Penerima Kartu Huma Betang Sejahtera di "
            f"{self._decree_area()} Tahun {year}"
        )

    def _decree_area(self):
        """Return the area as a decree says it."""
        area = self.area_id
        return f"Provinsi {area.name}" if area.level == "province" else area.name

    def _decree_terms(self):
        count = sum(row["families"] for row in self._decree_recap_rows())
        return {
            "area": self._decree_area(),
            "families": f"{words.number(count)} ({words.terbilang(count)})",
            "list_number": self.name,
            "criteria": self.criteria_id.name,
        }

    def _decree_annexes(self):
        """Return annex I, the recapitulation, and annex II, the families.

        Whoever entered no amounts decides the families alone.
        """
        now = fields.Datetime.now()
        amounts = self.cash_amount, self.food_amount
        return [
            recipients.recap(self._decree_recap_rows, *amounts, now, letterhead=None),
            recipients.recipients(self._annex_rows, *amounts, now, letterhead=None),
        ]

    def _decree_recap_rows(self):
        """Yield the recapitulation, each row with the code of its regency."""
        codes = {area.name: area.code for area in self._regencies()}
        for row in self._recap_rows():
            yield {**row, "area_code": codes[row["regency"]]}

    def _regencies(self):
        return self.env["khbs.area"].search(
            [("parent_id", "=", self.env.ref("khbs_registry.area_62").id)]
        )
