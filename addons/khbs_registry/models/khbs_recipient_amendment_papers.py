# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError

from ..papers import recipients, words

KINDS = {"release": "Dikeluarkan dari daftar", "promotion": "Naik dari daftar tunggu"}
REASONS = {
    "death": "meninggal tanpa pengganti",
    "refusal": "menolak atau mengundurkan diri",
    "moved": "pindah",
    "other_aid": "menerima bantuan lain",
    "not_eligible": "tidak lagi memenuhi kriteria",
    "not_found": "tidak ditemukan",
    "duplicate": "data ganda",
    "other": "lainnya",
}


class KhbsRecipientAmendmentPapers(models.AbstractModel):
    """An amendment on paper: its annex and the decree that amends that of the list."""

    _name = "khbs.recipient.amendment.papers"
    _description = "Amendment of a recipient list: the papers"

    def _annex(self):
        """Return the families that leave and those that take their places."""
        record = self.sudo()
        return recipients.changes(
            [f"{record.list_id.title} ({record.list_id.name})", f"Nomor {record.name}"],
            record._annex_rows,
            fields.Datetime.now(),
            None,
        )

    def _annex_rows(self):
        for change in self.change_ids:
            if change.kind == "release":
                reason = REASONS[change.release_reason]
            else:
                reason = f"kuota {change.quota_id.area_id.name}"
            household = change.household_id
            yield {
                "kind": KINDS[change.kind],
                "number": household.name,
                "name": household.head_id.name or "-",
                "village": change.area_id.name,
                "reason": reason,
            }

    def _draft_decree(self):
        """Return the draft of the decree that amends the one of the list."""
        self.ensure_one()
        original = self.list_id.sudo()._decree()
        if not original or original.state != "in_force":
            raise UserError(
                self.env._(
                    "The decree of %(list)s is not in force yet; there is nothing to "
                    "amend.",
                    list=self.list_id.display_name,
                )
            )
        return self.env["khbs.decree"]._draft(
            "recipient_list",
            None,
            self,
            clauses=self._decree_clauses(original),
            annexes=[self._annex()],
            amends=original,
        )

    def _decree_clauses(self, original):
        counts = (
            f"{words.number(self.release_count)} keluarga dikeluarkan dan "
            f"{words.number(self.promotion_count)} keluarga naik dari daftar tunggu"
        )
        return {
            "menimbang": [
                f"bahwa dalam daftar penerima {self.list_id.name} terdapat tempat yang "
                f"kosong karena {self.grounds};",
                "bahwa berdasarkan pertimbangan tersebut perlu menetapkan perubahan "
                f"atas {original._named()};",
            ],
            "diktum": [
                f"Mengubah Lampiran {original._named()}, dengan {counts} sebagaimana "
                "tercantum dalam Lampiran yang merupakan bagian tidak terpisahkan dari "
                "Keputusan ini.",
                "Ketentuan lain tetap berlaku.",
                "Keputusan ini mulai berlaku pada tanggal ditetapkan.",
            ],
        }
