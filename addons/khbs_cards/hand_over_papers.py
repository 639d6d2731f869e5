# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Papers of hand-over and return (DOMAIN 10 no. 5-7), written in Indonesian directly.

No. 5: minutes of a session, before it to be signed, after it with what was entered.
No. 6: receipt of card and PIN of one family. No. 7: minutes of returned cards.
"""

from collections import Counter
from dataclasses import dataclass

from odoo.addons.khbs_registry.papers import letter, words
from odoo.addons.khbs_registry.papers.document import Column, Document, Signature

from .artwork.layout import grouped

DOTS = "." * 30
# Empty lines in a cell that a person signs in.
ROOM = "\n\n"
NOTICE = (
    "Data pribadi keluarga (nama, alamat, nomor KK dan NIK, foto, serta lokasi "
    "penyerahan) diproses Pemerintah Provinsi Kalimantan Tengah hanya untuk "
    "penyaluran dan pengawasan bantuan Kartu Huma Betang Sejahtera, disimpan selama "
    "diperlukan untuk itu, dan tidak diberikan kepada pihak lain di luar keperluan "
    "tersebut. Keluarga berhak meminta salinan, perbaikan, dan penjelasan atas datanya "
    "(Undang-Undang Nomor 27 Tahun 2022)."
)
RELATIONS = {
    "family": "keluarga dekat",
    "neighbour": "tetangga",
    "rt": "Ketua RT",
    "rw": "Ketua RW",
    "village": "aparat desa/kelurahan",
    "other": "lainnya",
}
RECEIVERS = {
    "head": "kepala keluarga",
    "member": "anggota keluarga",
    "family": "keluarga",
}
SIGNS = {"signature": "tanda tangan", "thumb_print": "cap jempol"}
REASONS = {
    "undeliverable": "Tidak terserahkan",
    "damaged": "Rusak",
    "lost": "Hilang",
    "stolen": "Dicuri",
    "deceased": "Pemegang meninggal dunia",
    "moved": "Keluarga pindah",
    "found": "Ditemukan orang lain",
    "missing": "Tidak ada dalam kiriman",
}
ACTIONS = {
    "return": "Dikembalikan ke perangkat daerah",
    "ship_again": "Dikirim ulang",
    "destroy": "Dimusnahkan",
    "replace": "Diblokir dan diganti",
    "block": "Diblokir",
}
RESULTS = {"moved": "", "kept": "tanpa perubahan", "not_possible": "tidak terlaksana"}


def counted(number):
    """Return a number in digits and words: 12 (dua belas)."""
    return f"{words.number(number)} ({words.terbilang(number)})"


def head_of(area):
    """Return what the head of a village is called there."""
    return "Lurah" if area.level == "urban_village" else "Kepala Desa"


def received(hand_over):
    """Return who took a card, in a few words."""
    if hand_over.received_by != "representative":
        return RECEIVERS[hand_over.received_by]
    return f"diwakili {RELATIONS[hand_over.relation]}"


def party(role, office, *names):
    """Return the block of who signs, each name on lines of its own; dots for none."""
    lines = [words.capitals(name) for name in filter(None, names)] or [DOTS]
    return Signature(
        place_and_date=role, office=(office,), name=lines[0], below=tuple(lines[1:])
    )


@dataclass(frozen=True)
class Counts:
    """What the closing lines of a session say."""

    listed: int
    handed_over: int
    represented: int

    def lines(self, blank):
        if blank:
            return [
                f"Kartu dalam daftar: {counted(self.listed)}. Diserahkan: "
                ".............. Tidak terserahkan: ..............",
                "Cap jempol dibubuhkan di hadapan saksi yang disebut namanya pada "
                "kolom keterangan.",
            ]
        left = self.listed - self.handed_over
        return [
            f"Kartu dalam daftar: {counted(self.listed)}; diserahkan: "
            f"{counted(self.handed_over)}, di antaranya diwakili: "
            f"{counted(self.represented)}; tidak terserahkan: {counted(left)}.",
        ]


def session_list(session, rows, counts, as_of):
    """Return paper no. 5 of a session.

    :param rows: callable yielding dicts card_no, name, date, sign, note
    """
    blank = not counts.handed_over
    return Document(
        title="BERITA ACARA SERAH TERIMA KARTU HUMA BETANG SEJAHTERA (KHBS)",
        subtitle=[
            f"Nomor {session.name}",
            session.area_id._full_title(),
            f"Pada hari {words.date_in_words(session.date)}, bertempat di "
            f"{session.place}",
        ],
        columns=[
            Column("card_no", "No. Kartu", 38),
            Column("name", "Nama Kepala Keluarga", 48),
            Column("date", "Tanggal", 24, kind="date"),
            Column("sign", "Tanda Tangan/ Cap Jempol", 36),
            Column("note", "Keterangan (diwakili)", 36),
        ],
        rows=rows,
        as_of=as_of,
        closing=counts.lines(blank),
        parties=(
            party("Dinas Sosial,", "Petugas", session.opd_officer),
            party(
                "Yang menyerahkan,",
                "Relawan KHBS",
                *session.officer_ids.mapped("name"),
            ),
            party("Mengetahui,", head_of(session.area_id), session.village_head),
        ),
    )


@dataclass(frozen=True)
class Receipt:
    """What paper no. 6 says of one hand-over.

    :param receiver: name of who signs
    :param witness: who saw a thumb print
    :param with_pin: a sealed PIN slip came with the card
    """

    card_no: str
    family: str
    village: str
    moment: object
    received: str
    receiver: str
    acknowledged: str
    witness: str
    officer: str
    way: str
    position: str
    photo: str
    with_pin: bool


def receipt(facts, letterhead, code=None, verify_url=None):
    """Return paper no. 6 as a letter; the PIN itself is never printed."""
    pin = (
        "Amplop PIN diterima tertutup dan utuh; PIN hanya diketahui pemegang kartu."
        if facts.with_pin
        else "Kartu ini digunakan tanpa PIN."
    )
    # On one sheet, whoever signs.
    body = (
        letter.paragraph(
            "Telah diserahkan Kartu Huma Betang Sejahtera (KHBS) kepada keluarga "
            "penerima dengan keterangan sebagai berikut:"
        )
        + letter.facts(
            [
                ("Nomor kartu", grouped(facts.card_no)),
                ("Nama kepala keluarga", facts.family),
                ("Desa/Kelurahan", facts.village),
                ("Waktu penyerahan", words.moment(facts.moment)),
                ("Diterima oleh", facts.received),
                (
                    "Ditandai dengan",
                    facts.acknowledged or "tanda tangan / cap jempol",
                ),
                ("Diserahkan melalui", facts.way),
                ("Lokasi penyerahan", facts.position),
                ("Referensi foto", facts.photo),
            ]
        )
        + letter.points(
            [
                "Kartu telah dicocokkan dengan KTP/KK dan kartu sendiri telah "
                "membuktikan keasliannya secara elektronik pada saat penyerahan.",
                pin,
                "Kartu tidak dapat dipindahtangankan dan bukan kartu ATM. Kehilangan "
                "segera dilaporkan kepada petugas agar kartu diblokir.",
                f"Pemberitahuan pelindungan data pribadi: {NOTICE}",
            ]
        )
    )
    parties = [
        Signature(
            place_and_date="",
            office=("Yang menerima,",),
            name=words.capitals(facts.receiver or DOTS),
            mark="(cap jempol)" if facts.acknowledged == "cap jempol" else "",
        ),
        Signature(
            place_and_date="",
            office=("Yang menyerahkan,",),
            name=words.capitals(facts.officer or DOTS),
        ),
    ]
    witness = facts.witness and Signature(
        place_and_date="",
        office=("Saksi cap jempol,",),
        name=words.capitals(facts.witness),
    )
    return letter.Letter(
        title=f"Tanda Terima Kartu {facts.card_no}",
        heading=("TANDA TERIMA KARTU DAN PIN", "KARTU HUMA BETANG SEJAHTERA (KHBS)"),
        letterhead=letterhead,
        body=body,
        parties=tuple(parties),
        witness=witness or None,
        compact=True,
        code=code,
        verify_url=verify_url,
    )


def return_minutes(minutes, rows, lines, as_of):
    """Return paper no. 7.

    :param rows: callable yielding dicts card_no, name, reason, action, note
    :param lines: (reason, action) of each card, for the sums
    """
    reasons = Counter(reason for reason, _action in lines)
    actions = Counter(action for _reason, action in lines)
    return Document(
        title="BERITA ACARA KARTU TIDAK TERSERAHKAN, RUSAK, ATAU HILANG",
        subtitle=[
            f"Nomor {minutes.name}",
            minutes.area_id._full_title(),
            f"Pada hari {words.date_in_words(minutes.date)}, bertempat di "
            f"{minutes.place}",
        ],
        columns=[
            Column("card_no", "No. Kartu", 38),
            Column("name", "Nama Kepala Keluarga", 44),
            Column("reason", "Alasan", 32),
            Column("action", "Tindakan", 36),
            Column("note", "Keterangan", 32),
        ],
        rows=rows,
        as_of=as_of,
        closing=[
            f"Jumlah kartu: {counted(len(lines))}.",
            f"Menurut alasan: {_summed(reasons, REASONS)}.",
            f"Menurut tindakan: {_summed(actions, ACTIONS)}.",
        ],
        parties=(
            party("Yang menyerahkan,", "Relawan KHBS", minutes.volunteer),
            party("Saksi pemusnahan,", "Petugas", minutes.witnessed_by_id.name)
            if minutes.destroy_count
            else party("Yang menerima,", "Petugas Dinas Sosial", None),
            party("Mengetahui,", head_of(minutes.area_id), minutes.village_head),
        ),
    )


def _summed(counts, labels):
    return "; ".join(
        f"{labels[code].lower()} {counted(counts[code])}"
        for code in labels
        if counts[code]
    )
