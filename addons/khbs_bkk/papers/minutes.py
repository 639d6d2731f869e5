# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The minutes of verification and their annex by name (DOMAIN 10 no. 22)."""

from dataclasses import dataclass

from markupsafe import Markup

from odoo.addons.khbs_registry.papers import letter, words
from odoo.addons.khbs_registry.papers.document import Column, Document, Signature

from ..terms import LETTERHEAD

VERDICT_WORDS = {
    "accepted": "Disetujui",
    "cut": "Dikurangi",
    "rejected": "Ditolak",
    "returned": "Dikembalikan",
    "pending": "-",
}
ANSWERS = {"yes": "Ya", "no": "Tidak", "not_applicable": "Tidak berlaku"}


@dataclass(frozen=True)
class Verified:
    """What the minutes say.

    :param letterhead: of the office that leads the team
    :param head: Bupati Katingan, Wali Kota Palangka Raya
    :param checks: (item, answer, note)
    :param roles: (role, people asked, amount asked, people left, amount left)
    :param changed: (name, role, area, asked, left, verdict, reason) of each line that
        is cut or rejected
    :param team: (name, NIP, office, position) of each member
    """

    letterhead: object
    head: str
    regency: str
    period: str
    number: str
    date: object
    letter_number: str
    letter_date: object
    lines: int
    proposed: int
    approved_lines: int
    approved: int
    checks: tuple
    roles: tuple
    changed: tuple
    team: tuple
    list_sha256: str

    @property
    def asked(self):
        return (
            f"Usulan {self.head} Nomor {self.letter_number} "
            f"tanggal {words.date(self.letter_date)}"
        )


def minutes_list(verified, rows, as_of):
    """Return every line with what was asked, what is left and why.

    :param rows: callable yielding dicts name, role, area, proposed, approved,
        verdict, reason
    """
    return Document(
        title="DAFTAR HASIL VERIFIKASI USULAN BANTUAN KEUANGAN KHUSUS",
        subtitle=[
            f"{verified.regency}, {verified.period}",
            f"Lampiran Berita Acara Nomor {verified.number} "
            f"tanggal {words.date(verified.date)}",
            verified.asked,
        ],
        columns=[
            Column("name", "Nama", 54),
            Column("role", "Peran", 36),
            Column("area", "Wilayah Tugas", 48),
            Column("proposed", "Diusulkan", 30, "rupiah", total=True),
            Column("approved", "Disetujui", 30, "rupiah", total=True),
            Column("verdict", "Hasil", 20),
            Column("reason", "Alasan", 46),
        ],
        rows=rows,
        letterhead=LETTERHEAD,
        landscape=True,
        closing=[
            f"Disetujui {words.number(verified.approved_lines)} dari "
            f"{words.number(verified.lines)} baris, sejumlah "
            f"{words.rupiah_legal(verified.approved)}."
        ],
        signature=_party(verified.team[0]),
        as_of=as_of,
    )


def minutes(verified, code=None, verify_url=None):
    """Return the minutes as a letter that the whole team signs."""
    return letter.Letter(
        title=f"Berita Acara Verifikasi {verified.regency}",
        heading=(
            "BERITA ACARA VERIFIKASI",
            "USULAN BANTUAN KEUANGAN KHUSUS",
            f"{verified.regency}, {verified.period}".upper(),
            f"NOMOR {verified.number}",
        ),
        letterhead=verified.letterhead,
        body=_opening(verified)
        + _checklist(verified)
        + _outcome(verified)
        + _changes(verified),
        ending=letter.paragraph(
            "Daftar hasil verifikasi menurut nama menjadi lampiran yang tidak "
            "terpisahkan dari berita acara ini (SHA-256 daftar: "
            f"{verified.list_sha256[:16]}…). Demikian berita acara ini dibuat dengan "
            "sebenarnya untuk dipergunakan sebagaimana mestinya."
        ),
        parties=tuple(_party(member) for member in verified.team),
        code=code,
        verify_url=verify_url,
    )


def _party(member):
    name, nip, office, position = member
    lines = tuple(filter(None, (position, f"{office},")))
    return Signature(
        place_and_date="",
        office=lines,
        name=name,
        below=(f"NIP {words.nip(nip)}",) if nip else (),
    )


def _opening(verified):
    return letter.paragraph(
        f"Pada hari ini {words.date_in_words(verified.date)}, kami yang bertanda "
        "tangan di bawah ini selaku Tim Verifikasi Bantuan Keuangan Khusus telah "
        f"melakukan verifikasi atas {verified.asked} untuk {verified.period}, dengan "
        "hasil sebagai berikut:"
    )


def _checklist(verified):
    if not verified.checks:
        return Markup()
    rows = [
        [words.number(place), item, ANSWERS[answer], note or "-"]
        for place, (item, answer, note) in enumerate(verified.checks, start=1)
    ]
    return letter.paragraph("A. Pemeriksaan kelengkapan") + letter.grid(
        ["No", "Butir yang diperiksa", "Hasil", "Catatan"], rows, numbers=(0,)
    )


def _outcome(verified):
    rows = [
        [
            role,
            words.number(asked),
            words.rupiah(asked_amount),
            words.number(left),
            words.rupiah(left_amount),
            words.rupiah(asked_amount - left_amount),
        ]
        for role, asked, asked_amount, left, left_amount in verified.roles
    ]
    rows.append(
        [
            "Jumlah",
            words.number(sum(row[1] for row in verified.roles)),
            words.rupiah(verified.proposed),
            words.number(sum(row[3] for row in verified.roles)),
            words.rupiah(verified.approved),
            words.rupiah(verified.proposed - verified.approved),
        ]
    )
    return (
        letter.paragraph("B. Hasil verifikasi menurut peran")
        + letter.grid(
            [
                "Peran",
                "Orang diusulkan",
                "Jumlah diusulkan",
                "Orang disetujui",
                "Jumlah disetujui",
                "Tidak disetujui",
            ],
            rows,
            numbers=(1, 2, 3, 4, 5),
            summed=True,
        )
        + letter.paragraph(
            f"Disetujui {words.number(verified.approved_lines)} dari "
            f"{words.number(verified.lines)} baris sejumlah "
            f"{words.rupiah_legal(verified.approved)}."
        )
    )


def _changes(verified):
    title = letter.paragraph("C. Usulan yang dikurangi atau ditolak beserta alasannya")
    if not verified.changed:
        return title + letter.paragraph("Tidak ada.")
    rows = [
        [
            name,
            role,
            area,
            words.rupiah(asked),
            words.rupiah(left),
            f"{VERDICT_WORDS[verdict]}: {reason}",
        ]
        for name, role, area, asked, left, verdict, reason in verified.changed
    ]
    return title + letter.grid(
        [
            "Nama",
            "Peran",
            "Wilayah Tugas",
            "Diusulkan",
            "Disetujui",
            "Hasil dan alasan",
        ],
        rows,
        numbers=(3, 4),
    )
