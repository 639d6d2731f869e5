# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The proposal of a regency: the letter and its list by name (DOMAIN 10 no. 21)."""

from dataclasses import dataclass

from markupsafe import Markup

from odoo.addons.khbs_registry.papers import letter, words
from odoo.addons.khbs_registry.papers.document import (
    Column,
    Document,
    Letterhead,
    Signature,
)


@dataclass(frozen=True)
class Asked:
    """What the letter says.

    :param head: Bupati Katingan, Wali Kota Palangka Raya
    :param period: Triwulan I Susulan 1 Tahun Anggaran 2026
    :param villages: the treasuries of villages are paid, not that of the regency
    :param roles: (role, people, months, amount) in the order of the roles
    :param list_sha256: digest of the list by name as it was printed
    """

    head: str
    regency: str
    period: str
    number: str
    date: object
    people: int
    amount: int
    villages: bool
    roles: tuple
    list_sha256: str

    @property
    def place_and_date(self):
        """Return where and when it is signed; the seat of a regency is its own word."""
        day = words.date(self.date) if self.date else "." * 20
        return f"{'.' * 16}, {day}"


def nominative_list(asked, rows, as_of):
    """Return the list by name: who, in which role, on what ground, how much.

    :param rows: callable yielding dicts name, nik, role, area, letter, account, rate,
        months, amount, sorted as the annexes of the decree are
    """
    return Document(
        title="DAFTAR NOMINATIF USULAN PENERIMA BANTUAN KEUANGAN KHUSUS",
        subtitle=[
            asked.regency,
            asked.period,
            f"Lampiran Surat {asked.head} Nomor {asked.number or letter.DOTS}",
        ],
        letterhead=_kop(asked),
        columns=[
            Column("name", "Nama", 46),
            Column("nik", "NIK", 34),
            Column("role", "Peran", 32),
            Column("area", "Wilayah Tugas", 40),
            Column("letter", "Dasar (SK/Sprin)", 38),
            Column("account", "Rekening", 30),
            Column("rate", "Besaran per Bulan", 24, "rupiah"),
            Column("months", "Bulan", 13, "integer"),
            Column("amount", "Jumlah", 28, "rupiah", total=True),
        ],
        rows=rows,
        landscape=True,
        closing=[
            f"Jumlah: {words.number(asked.people)} orang, "
            f"{words.rupiah_legal(asked.amount)}."
        ],
        signature=_signature(asked),
        as_of=as_of,
    )


def proposal_letter(asked, code=None, verify_url=None):
    """Return the letter of the regency's head to the Governor."""
    return letter.Letter(
        title=f"Surat Usulan {asked.head}",
        heading=(),
        letterhead=_kop(asked),
        body=_address(asked) + _asking(asked) + _roles(asked) + _statements(asked),
        ending=letter.paragraph(
            "Demikian disampaikan, atas perkenan Gubernur diucapkan terima kasih."
        ),
        parties=(_signature(asked),),
        code=code,
        verify_url=verify_url,
    )


def _kop(asked):
    return Letterhead(lines=(asked.head.upper(),))


def _signature(asked):
    return Signature(
        place_and_date=asked.place_and_date,
        office=(f"{asked.head},",),
        name=letter.DOTS,
    )


def _address(asked):
    return letter.facts(
        [
            ("Nomor", asked.number),
            ("Sifat", "Penting"),
            ("Lampiran", "1 (satu) berkas daftar nominatif"),
            (
                "Hal",
                "Usulan Bantuan Keuangan Khusus untuk Tambahan Penghasilan Unsur "
                f"Pendukung Program Kartu Huma Betang Sejahtera {asked.period}",
            ),
        ]
    ) + Markup(
        "<p>Yth. Gubernur Kalimantan Tengah</p><p>c.q. Kepala Badan Keuangan dan Aset "
        'Daerah</p><p style="margin-bottom: 5mm">di Palangka Raya</p>'
    )


def _asking(asked):
    treasury = "Rekening Kas Umum Daerah"
    if asked.villages:
        treasury = "Rekening Kas Desa masing-masing"
    return letter.paragraph(
        "Dalam rangka penyaluran Bantuan Keuangan Khusus untuk tambahan penghasilan "
        f"unsur pendukung Program Kartu Huma Betang Sejahtera (KHBS) {asked.period}, "
        f"bersama ini kami mengusulkan {words.number(asked.people)} "
        f"({words.terbilang(asked.people)}) orang penerima di {asked.regency} dengan "
        f"besaran seluruhnya {words.rupiah_legal(asked.amount)}, disalurkan melalui "
        f"{treasury}, dengan rincian:"
    )


def _roles(asked):
    rows = [
        [role, words.number(people), words.number(months), words.rupiah(amount)]
        for role, people, months, amount in asked.roles
    ]
    rows.append(
        [
            "Jumlah",
            words.number(asked.people),
            words.number(
                sum(months for _role, _people, months, _amount in asked.roles)
            ),
            words.rupiah(asked.amount),
        ]
    )
    return letter.grid(
        ["Peran", "Jumlah Orang", "Jumlah Bulan", "Jumlah"],
        rows,
        numbers=(1, 2, 3),
        summed=True,
    )


def _statements(asked):
    return letter.paragraph(
        "Nama penerima, wilayah tugas, dasar penugasan, dan besaran masing-masing "
        "tercantum dalam daftar nominatif terlampir yang merupakan bagian tidak "
        "terpisahkan dari surat ini (SHA-256 daftar: "
        f"{asked.list_sha256[:16]}…). Bulan dibayarkan kepada pemangku jabatan "
        "pada hari pertama bulan tersebut."
    ) + letter.paragraph(
        "Kami menyatakan bahwa data penerima benar, yang bersangkutan masih "
        "menjalankan tugas, dan tidak terdapat pembayaran ganda untuk peran dan "
        "bulan yang sama."
    )
