# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The treasurer's payment list with PPh 21 (DOMAIN 10 no. 25)."""

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.papers.document import Column, Document

from ..terms import LETTERHEAD

RANKS = {
    "none": "-",
    "grade_1": "PNS gol. I",
    "grade_2": "PNS gol. II",
    "grade_3": "PNS gol. III",
    "grade_4": "PNS gol. IV",
    "enlisted": "Tamtama",
    "sergeant": "Bintara",
    "junior_officer": "Pama",
    "middle_officer": "Pamen",
    "senior_officer": "Pati",
    "state_official": "Pejabat negara",
}
HOLDS = {
    "NO_ACCOUNT": "Ditahan: tanpa rekening",
    "NO_ACCOUNT_NAME": "Ditahan: nama pada rekening belum diisi",
    "ACCOUNT_NAME": "Ditahan: nama berbeda dengan rekening",
    "NO_TAX_RULE": "Ditahan: aturan pajak belum ada",
    "ACCOUNT_CHANGED": "Ditahan: perubahan rekening belum dikonfirmasi",
    "OTHER": "Ditahan",
}


def percent(points):
    """Return basis points as papers write a rate: 250 is 2,5%."""
    return f"{points / 100:g}%".replace(".", ",")


def payment_list(rows, subtitle, closing, parties, as_of):
    """Return the list by name: gross, base, rate, tax, net and room to sign.

    :param rows: callable yielding dicts name, role, rank, account, gross, base, rate,
        tax, net, sign
    """
    return Document(
        title="DAFTAR PEMBAYARAN TAMBAHAN PENGHASILAN "
        "BANTUAN KEUANGAN KHUSUS DAN PEMOTONGAN PPh PASAL 21",
        subtitle=subtitle,
        columns=[
            Column("name", "Nama", 48),
            Column("role", "Peran", 36),
            Column("rank", "Golongan/ Pangkat", 23),
            Column("account", "Bank dan Rekening", 38),
            Column("gross", "Bruto", 26, "rupiah", total=True),
            Column("base", "Dasar Pengenaan", 26, "rupiah", total=True),
            Column("rate", "Tarif", 13, "share"),
            Column("tax", "PPh 21", 22, "rupiah", total=True),
            Column("net", "Netto", 26, "rupiah", total=True),
            Column("sign", "Tanda Tangan", 36),
        ],
        rows=rows,
        letterhead=None,
        landscape=True,
        closing=closing,
        parties=parties,
        as_of=as_of,
    )


def sums(listed, to_pay, held, returned):
    """Return the sentences on what the list comes to and what of it may be paid.

    :param listed: dict people, gross, tax, net of the table
    :param to_pay: the same of who is paid or may be paid
    :param held: the same of who must not be paid yet
    :param returned: the same of what came back and is not paid again yet
    """
    lines = [f"Jumlah dalam daftar: {_figures(listed)}."]
    if held["people"] or returned["people"]:
        lines.append(f"Dapat dibayarkan: {_figures(to_pay)}.")
    if held["people"]:
        lines.append(f"Ditahan dan tidak boleh dibayarkan: {_figures(held)}.")
    if returned["people"]:
        lines.append(
            f"Kembali dari bank dan belum dibayarkan ulang: {_figures(returned)}."
        )
    lines.append(f"Jumlah yang dibayarkan {words.rupiah_legal(to_pay['net'])}.")
    return lines


def _figures(part):
    return (
        f"{words.number(part['people'])} orang, bruto {words.rupiah(part['gross'])}, "
        f"PPh Pasal 21 {words.rupiah(part['tax'])}, netto {words.rupiah(part['net'])}"
    )


def slip_lines(slips):
    """Return one sentence for each tax object and rate, and their sum.

    :param slips: dicts tax_object, rate, people, gross, base, tax
    """
    if not slips:
        return []
    lines = ["Rekapitulasi PPh Pasal 21 (kode akun pajak 411121):"]
    for slip in slips:
        lines.append(
            f"Kode objek pajak {slip['tax_object']}, tarif {percent(slip['rate'])}: "
            f"{words.number(slip['people'])} orang, "
            f"bruto {words.rupiah(slip['gross'])}, "
            f"dasar {words.rupiah(slip['base'])}, PPh {words.rupiah(slip['tax'])}."
        )
    total = sum(slip["tax"] for slip in slips)
    lines.append(f"Jumlah PPh Pasal 21 {words.rupiah_legal(total)}.")
    return lines


def given_up(lines):
    """Return the sentence on what nobody is paid, which is not in the list above."""
    if not lines:
        return []
    return [
        "Tidak dibayarkan dan disetor kembali ke Kas Daerah Provinsi: "
        f"{words.number(len(lines))} orang, "
        f"bruto {words.rupiah(sum(line.gross for line in lines))}."
    ]


def register(rows, subtitle, as_of, signature=None):
    """Return the register of SP2D by date and number.

    :param rows: callable yielding dicts date, number, spp, spm, regency, decree, kind,
        amount, returned
    """
    return Document(
        title="REGISTER SP2D BANTUAN KEUANGAN KHUSUS",
        subtitle=subtitle,
        columns=[
            Column("date", "Tanggal SP2D", 23, "date"),
            Column("number", "Nomor SP2D", 42),
            Column("spp", "SPP", 38),
            Column("spm", "SPM", 38),
            Column("area", "Kas Penerima", 38),
            Column("decree", "Keputusan Gubernur", 30),
            Column("kind", "Jenis", 19),
            Column("amount", "Jumlah", 28, "rupiah", total=True),
            Column("returned", "Diretur", 26, "rupiah", total=True),
            Column("net", "Diterima", 28, "rupiah", total=True),
        ],
        rows=rows,
        letterhead=LETTERHEAD,
        landscape=True,
        signature=signature,
        as_of=as_of,
    )
