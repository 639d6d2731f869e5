# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.papers.document import Column, Document, Signature

from ..artwork.layout import grouped

_DOTS = "." * 32


class KhbsCardShipmentPapers(models.AbstractModel):
    """The papers of a shipment: packing list and BAST, with the figures of its rows."""

    _name = "khbs.card.shipment.papers"
    _inherit = "khbs.papered"
    _description = "Shipment of cards: papers"

    paper_id = fields.Many2one(
        comodel_name="khbs.paper",
        string="Packing list",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    bast_id = fields.Many2one(
        comodel_name="khbs.paper",
        string="BAST",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )

    def action_packing_list(self):
        """Download the packing list."""
        self.ensure_one()
        return self.paper_id.action_pdf()

    def action_bast(self):
        """Download the minutes of the reception."""
        self.ensure_one()
        self._require_state("received")
        return self.bast_id.action_pdf()

    def _issue_packing_list(self):
        return self.env["khbs.paper"]._issue(
            "card.packing_list", self._packing_list(), record=self
        )

    def _issue_bast(self):
        return self.env["khbs.paper"]._issue("card.bast", self._bast(), record=self)

    def _packing_list(self):
        """Return the cards in the box, one section a village."""
        self.ensure_one()
        return Document(
            title="DAFTAR KEMAS KARTU HUMA BETANG SEJAHTERA (KHBS)",
            subtitle=[
                f"Nomor {self.name}",
                self.area_id._full_title(),
                f"Gelombang cetak {self.run_id.name or '-'}",
            ],
            columns=[
                Column("card_no", "Nomor kartu", 38),
                Column("name", "Nama kepala keluarga", 62),
                Column("rt_rw", "RT/RW", 20),
                Column("cards", "Kartu", 14, kind="integer", total=True),
                Column("note", "Ket.", 22),
            ],
            rows=self._packing_rows,
            group_key="village",
            closing=[f"Jumlah kartu dalam kiriman: {_counted(self.packed_count)}."],
            parties=(
                Signature(
                    place_and_date="Dikemas oleh,",
                    office=("Petugas Kartu,",),
                    name=_DOTS,
                ),
                Signature(
                    place_and_date="Dibawa oleh,",
                    office=("Kurir,",),
                    name=_DOTS,
                ),
            ),
            as_of=fields.Datetime.now(),
        )

    def _packing_rows(self):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT village.level, village.name, card.card_no,
                       COALESCE(head.name, household.name),
                       household.rt, household.rw
                  FROM khbs_card_shipment_item item
                  JOIN khbs_card card ON card.id = item.card_id
                  JOIN khbs_area village ON village.id = item.area_id
                  JOIN khbs_household household ON household.id = card.household_id
                  LEFT JOIN LATERAL (
                      SELECT person.name FROM khbs_person person
                       WHERE person.household_id = household.id
                         AND person.active AND person.relation = '1'
                       ORDER BY person.state = 'alive' DESC, person.id DESC LIMIT 1
                  ) head ON true
                 WHERE item.shipment_id = %s
                 ORDER BY village.code, card.card_index
                """,
                self.id,
            )
        )
        for level, village, card_no, name, rt, rw in self.env.cr.fetchall():
            kind = "Kelurahan" if level == "urban_village" else "Desa"
            yield {
                "village": f"{kind} {village}",
                "card_no": grouped(card_no),
                "name": name,
                "rt_rw": "/".join(filter(None, (rt, rw))) or "-",
                "cards": 1,
                "note": "",
            }

    def _bast(self):
        """Return the minutes by which the district took the cards over."""
        self.ensure_one()
        day = words.date_in_words(self.received_on)
        opening = f"Pada hari {day} ({self.received_on:%d-%m-%Y})"
        missing = self.missing_count
        if missing:
            rest = (
                f"{_counted(missing)} kartu tidak ditemukan dalam kiriman; kartu itu "
                "dicabut dan tidak dapat dipakai, dan kartu pengganti dipesan."
            )
        else:
            rest = "Semua kartu dalam daftar kemas ditemukan dalam kiriman."
        return Document(
            title="BERITA ACARA SERAH TERIMA KARTU HUMA BETANG SEJAHTERA (KHBS)",
            subtitle=[
                f"Nomor {self.name}/BAST",
                self.area_id._full_title(),
                f"Daftar kemas nomor {self.name}, dikirim "
                f"{words.date(self.shipped_on)} dengan {self.carrier}, kurir "
                f"{self.courier_name}",
            ],
            columns=[
                Column("village", "Desa/Kelurahan", 50),
                Column("packed", "Dikirim", 20, kind="integer", total=True),
                Column("received", "Diterima", 20, kind="integer", total=True),
                Column("missing", "Tidak ditemukan", 22, kind="integer", total=True),
                Column("note", "Nomor kartu yang tidak ditemukan, keterangan", 54),
            ],
            rows=self._bast_rows,
            closing=[
                f"{opening} telah diserahterimakan kartu KHBS sebagaimana tabel di "
                f"atas: dikirim {_counted(self.packed_count)} kartu, diterima "
                f"{_counted(self.received_count)} kartu. {rest}",
                "Penerima menyimpan kartu di tempat yang aman sampai diserahkan kepada "
                "keluarga yang namanya tercetak, satu per satu, oleh petugas KHBS.",
            ],
            parties=(
                Signature(
                    place_and_date="Yang menyerahkan,",
                    office=("Kurir,",),
                    name=words.capitals(self.courier_name),
                ),
                Signature(
                    place_and_date="Yang menerima,",
                    office=(f"{self.receiver_office},",),
                    name=words.capitals(self.receiver_name),
                ),
            ),
            as_of=fields.Datetime.now(),
        )

    def _bast_rows(self):
        for line in self.line_ids:
            numbers = line.missing_item_ids.card_id.mapped("card_no")
            remarks = [", ".join(grouped(number) for number in numbers), line.note]
            yield {
                "village": line.area_id._title(),
                "packed": line.packed_count,
                "received": line.received_count,
                "missing": len(numbers),
                "note": "; ".join(filter(None, remarks)),
            }


def _counted(number):
    return f"{words.number(number)} ({words.terbilang(number)})"
