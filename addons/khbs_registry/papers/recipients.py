# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The papers of a list of recipients. Knows no Odoo; the rows come from the list."""

from .document import Column, Document

HOW_TO_REPEAT = (
    "Cara mengulang undian: peringkat di setiap desa/kelurahan disusun menurut (1) "
    "desil terendah, (2) keluarga yang sudah diverifikasi lapangan, (3) anggota "
    "keluarga terbanyak, (4) undian. Angka undian keluarga adalah SHA-256 dari benih "
    "yang langsung diikuti nomor keluarga (UTF-8, tanpa spasi); angka yang lebih kecil "
    "mendapat peringkat lebih dahulu. Contoh di komputer mana pun: "
    "printf '%s' 'BENIH' 'KHBS-62.06.01-000123' | sha256sum.",
    "Sidik benih diumumkan sebelum undian. Benih yang kemudian dibuka harus "
    "menghasilkan sidik yang sama: printf '%s' 'BENIH' | sha256sum.",
)


def announcement(subtitle, facts, as_of, signature):
    """Return the announcement of a draw: what is bound before anyone is ranked.

    :param facts: list of (label, text)
    """
    return Document(
        title="PENGUMUMAN UNDIAN PERINGKAT PENERIMA KHBS",
        subtitle=subtitle,
        columns=[Column("label", "Uraian", 50), Column("text", "Keterangan", 115)],
        rows=lambda: ({"label": label, "text": text} for label, text in facts),
        as_of=as_of,
        numbered=False,
        closing=list(HOW_TO_REPEAT),
        signature=signature,
    )


def ranking(subtitle, rows, as_of, closing):
    """Return the ranking without a name: anybody can repeat it from this paper."""
    return Document(
        title="HASIL PERINGKAT DAN UNDIAN PENERIMA KHBS",
        subtitle=subtitle,
        columns=[
            Column("number", "Nomor keluarga", 40),
            Column("decile", "Desil", 12, kind="integer"),
            Column("verified", "Verifikasi", 23),
            Column("members", "Anggota", 16, kind="integer"),
            Column("lot", "Angka undian (16 digit pertama)", 42),
            Column("rank", "Peringkat", 18, kind="integer"),
            Column("status", "Hasil", 25),
        ],
        rows=rows,
        group_key="village",
        as_of=as_of,
        numbered=False,
        closing=[*closing, *HOW_TO_REPEAT],
    )


def quotas(subtitle, rows, as_of, signature):
    """Return the quotas of villages, grouped by regency."""
    return Document(
        title="KUOTA PENERIMA KHBS PER KABUPATEN/KOTA DAN DESA/KELURAHAN",
        subtitle=subtitle,
        columns=[
            Column("code", "Kode", 26),
            Column("district", "Kecamatan", 40),
            Column("village", "Desa/kelurahan", 44),
            Column("eligible", "Keluarga layak", 20, kind="integer", total=True),
            Column("proposed", "Usulan", 18, kind="integer", total=True),
            Column("places", "Kuota", 18, kind="integer", total=True),
            Column("reason", "Alasan perubahan", 40),
        ],
        rows=rows,
        group_key="regency",
        as_of=as_of,
        landscape=True,
        signature=signature,
    )


def recipients(rows, cash, food, as_of, subtitle=(), **frame):
    """Return paper 3: the families that receive the card, by village and name.

    :param rows: callable yielding dicts regency, within, name, number, address, rt_rw,
        cash, food, sorted by regency and village
    :param cash: rupiah per family and round; without it there is no such column
    :param food: value of the food package in rupiah, likewise
    :param frame: letterhead and signature, which an annex gets from its decree
    """
    return Document(
        title="DAFTAR PENERIMA KARTU HUMA BETANG SEJAHTERA",
        subtitle=list(subtitle),
        columns=[
            Column("name", "Nama Kepala Keluarga", 68),
            Column("number", "Nomor Keluarga", 42),
            Column("address", "Alamat", 76),
            Column("rt_rw", "RT/RW", 19),
            *_money([("cash", "Tunai", cash), ("food", "Pangan", food)], 30),
        ],
        rows=rows,
        group_key="regency",
        subgroup_key="within",
        landscape=True,
        as_of=as_of,
        **frame,
    )


def recap(rows, cash, food, as_of, subtitle=(), **frame):
    """Return paper 4: the decided families and rupiah of each regency.

    :param rows: callable yielding dicts regency, districts, villages, families, cash,
        food, total
    """
    both = cash and food
    return Document(
        title="REKAPITULASI PENETAPAN PENERIMA KARTU HUMA BETANG SEJAHTERA "
        "PER KABUPATEN/KOTA",
        subtitle=list(subtitle),
        columns=[
            Column("regency", "Kabupaten/Kota", 56),
            Column("districts", "Kecamatan", 24, kind="integer", total=True),
            Column("villages", "Desa/ Kelurahan", 24, kind="integer", total=True),
            Column("families", "KPM", 22, kind="integer", total=True),
            *_money(
                [("cash", "Tunai", cash), ("food", "Pangan", food)]
                + [("total", "Jumlah", both)],
                36,
            ),
        ],
        rows=rows,
        landscape=True,
        as_of=as_of,
        **frame,
    )


def _money(amounts, width):
    """Return a column for each (key, label, amount) that there is."""
    return [
        Column(key, label, width, kind="rupiah", total=True)
        for key, label, amount in amounts
        if amount
    ]


def changes(subtitle, rows, as_of, signature):
    """Return the families that leave and those that take their places."""
    return Document(
        title="PERUBAHAN DAFTAR PENERIMA KARTU HUMA BETANG SEJAHTERA",
        subtitle=subtitle,
        columns=[
            Column("number", "Nomor keluarga", 40),
            Column("name", "Nama kepala keluarga", 52),
            Column("village", "Desa/kelurahan", 46),
            Column("reason", "Keterangan", 52),
        ],
        rows=rows,
        group_key="kind",
        as_of=as_of,
        signature=signature,
    )


def eligibility(subtitle, rows, as_of, closing):
    """Return the answer to why a family is or is not eligible."""
    return Document(
        title="KETERANGAN HASIL PENETAPAN KELUARGA",
        subtitle=subtitle,
        columns=[
            Column("reason", "Alasan", 100),
            Column("source", "Sumber", 65),
        ],
        rows=rows,
        group_key="part",
        as_of=as_of,
        closing=closing,
    )
