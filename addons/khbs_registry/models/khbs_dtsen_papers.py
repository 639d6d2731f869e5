# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError

from ..papers import delivery, words

READERS = (
    "khbs_registry.group_registry_operator",
    "khbs_registry.group_validator",
    "khbs_registry.group_approver",
    "khbs_registry.group_auditor",
)


class KhbsDtsenPapers(models.AbstractModel):
    """The preview of a delivery on paper, for those who decide to apply it."""

    _name = "khbs.dtsen.papers"
    _description = "DTSEN delivery: the paper"

    def action_print_preview(self):
        """Issue the figures of the preview by regency as PDF and XLSX."""
        self.ensure_one()
        if not any(self.env.user.has_group(group) for group in READERS):
            self.env["khbs.audit.event"]._require_group(
                READERS[0], "dtsen.preview", self
            )
        self.check_access("read")
        if not self.staged_at:
            raise UserError(self.env._("Check the delivery before it is printed."))
        paper = self.env["khbs.paper"]._issue(
            "dtsen.preview", self._preview_document(), record=self
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.paper",
            "res_id": paper.id,
            "views": [(False, "form")],
        }

    def _preview_document(self):
        record = self.sudo()
        letter = record.letter_number
        if record.letter_date:
            letter = f"{letter} tanggal {words.date(record.letter_date)}"
        subtitle = [
            f"Kiriman {record.name}, triwulan {record.quarter} tahun {record.year}",
            f"Surat sumber: {letter}",
            f"Wilayah: {record.area_id.name}",
        ]
        if record.state in ("staged", "applying"):
            subtitle.append("PRATINJAU: kiriman belum seluruhnya diterapkan.")
        closing = [
            f"Diperiksa {words.moment(record.staged_at)}; baris ditolak "
            f"{words.number(record.rejected_row_count)}, baris dengan catatan "
            f"{words.number(record.warning_row_count)}.",
            f"Sidik berkas (SHA-256): {record.file_sha256}",
        ]
        return delivery.preview(
            subtitle, record._preview_rows, fields.Datetime.now(), closing
        )

    def _preview_rows(self):
        """Yield the counts of each regency, as the screen shows them."""
        for count in self.count_ids:
            yield {
                "regency": count.regency_id.name or delivery.UNKNOWN_REGENCY,
                **{
                    name.removesuffix("_count"): count[name]
                    for name in count._fields
                    if name.endswith("_count")
                },
            }
