# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Papers of a village deliberation: the list by name (DOMAIN 10 no. 1) and the minutes
(no. 2). Legal papers are written in Indonesian directly (DESIGN 7).
"""

from dataclasses import dataclass

from markupsafe import Markup

from . import letter, words
from .document import Column, Document, Letterhead, Signature

KINDS = {"musdes": "Musyawarah Desa", "muskel": "Musyawarah Kelurahan"}
HEADS = {"musdes": "Kepala Desa", "muskel": "Lurah"}
COUNCILS = {"musdes": "Ketua BPD", "muskel": "Ketua LPMK"}
GOVERNMENTS = {"musdes": "Pemerintah Desa", "muskel": "Kelurahan"}
REASONS = {
    "deceased": "Meninggal dunia",
    "moved": "Pindah tempat tinggal",
    "better_off": "Sudah mampu",
    "double": "Data ganda",
    "other_aid": "Menerima bantuan lain",
    "not_found": "Tidak ditemukan",
    "refuses": "Menolak atau mengundurkan diri",
}
DWELLINGS = {
    "owned": "Milik sendiri",
    "rented": "Kontrak/sewa",
    "free": "Bebas sewa",
    "official": "Rumah dinas",
    "shared": "Menumpang",
    "floating": "Rumah lanting",
    "field_hut": "Pondok ladang",
    "none": "Tidak punya rumah",
    "other": "Lainnya",
}
RESULTS = {"confirmed": "Layak", "removed": "Tidak layak", "added": "Diusulkan"}
UNKNOWN_NAME = "." * 32


@dataclass(frozen=True)
class Meeting:
    """What the papers say of one deliberation.

    :param moment: when it began
    :param village: village, district and regency in one line
    :param officials: (role, position, name, thumb print) of each who is named
    :param reasons: count of families by reason of removal
    :param proposed: names of the heads of the families that are proposed
    """

    kind: str
    number: str
    moment: object
    place: str
    village: str
    letterhead: Letterhead
    chair: str
    chair_office: str
    invitation: str
    invited: int
    present: int
    considered: int
    confirmed: int
    removed: int
    reasons: dict
    proposed: tuple
    resolutions: tuple
    objection_days: int
    officials: tuple
    list_sha256: str

    @property
    def day(self):
        return words.utc(self.moment).astimezone(words.WIB).date()


def candidate_list(meeting, rows, as_of):
    """Return the list by name and address as the village verified it.

    :param rows: callable yielding dicts part, kk, nik, name, address, rt_rw, members,
        decile, dwelling, result, reason, sorted by part
    """
    return Document(
        title="DAFTAR CALON PENERIMA KARTU HUMA BETANG SEJAHTERA (KHBS) "
        "MENURUT NAMA DAN ALAMAT",
        subtitle=[
            f"Hasil Verifikasi {KINDS[meeting.kind]}",
            meeting.village,
            f"Lampiran Berita Acara Nomor {meeting.number} "
            f"tanggal {words.date(meeting.day)}",
        ],
        letterhead=meeting.letterhead,
        columns=[
            Column("kk", "Nomor KK", 36),
            Column("nik", "NIK", 36),
            Column("name", "Nama Kepala Keluarga", 42),
            Column("address", "Alamat", 44),
            Column("rt_rw", "RT/RW", 19),
            Column("members", "Jml Anggota", 16, "integer", total=True),
            Column("decile", "Desil", 12, "share"),
            Column("dwelling", "Status Rumah", 23),
            Column("result", "Hasil", 20),
            Column("reason", "Alasan", 32),
        ],
        rows=rows,
        group_key="part",
        landscape=True,
        parties=_list_parties(meeting),
        as_of=as_of,
    )


def _list_parties(meeting):
    day = words.date(meeting.day)
    place = meeting.village.partition(",")[0].partition(" ")[2]
    return (
        Signature(
            place_and_date="Mengetahui,",
            office=("Camat,",),
            name=_name_of(meeting, "district_head"),
        ),
        Signature(
            place_and_date="\u00a0",
            office=("Pendamping,",),
            name=_name_of(meeting, "companion"),
        ),
        Signature(
            place_and_date="\u00a0",
            office=(f"{COUNCILS[meeting.kind]},",),
            name=_name_of(meeting, "bpd_chair"),
        ),
        Signature(
            place_and_date=f"{place}, {day}",
            office=(f"{HEADS[meeting.kind]},",),
            name=_name_of(meeting, "village_head"),
        ),
    )


def _name_of(meeting, wanted):
    for role, _position, name, _thumb in meeting.officials:
        if role == wanted:
            return name
    return UNKNOWN_NAME


def minutes(meeting, code=None, verify_url=None):
    """Return the minutes of the deliberation as a letter."""
    kind = KINDS[meeting.kind]
    return letter.Letter(
        title=f"Berita Acara {kind} {meeting.village}",
        heading=(
            f"BERITA ACARA {kind.upper()}",
            "VERIFIKASI DAN VALIDASI CALON PENERIMA",
            "KARTU HUMA BETANG SEJAHTERA (KHBS)",
            f"NOMOR {meeting.number}",
        ),
        letterhead=meeting.letterhead,
        body=_opening(meeting) + _decisions(meeting) + _ending(meeting),
        parties=(
            _signature("Pimpinan Musyawarah,", meeting.chair),
            _signature(f"{HEADS[meeting.kind]},", _name_of(meeting, "village_head")),
        ),
        code=code,
        verify_url=verify_url,
    )


def _signature(office, name):
    return Signature(place_and_date="", office=(office,), name=name)


def _counted(number):
    return f"{words.number(number)} ({words.terbilang(number)})"


def _opening(meeting):
    local = words.utc(meeting.moment).astimezone(words.WIB)
    kind = KINDS[meeting.kind]
    called = (
        f"berdasarkan Undangan {meeting.invitation}, " if meeting.invitation else ""
    )
    chair = meeting.chair
    if meeting.chair_office:
        chair += f" ({meeting.chair_office})"
    invited = f" dari {_counted(meeting.invited)} undangan" if meeting.invited else ""
    return letter.paragraph(
        f"Pada hari ini {words.date_in_words(meeting.day)} ({local:%d-%m-%Y}), pukul "
        f"{local:%H.%M} WIB, bertempat di {meeting.place}, {meeting.village}, telah "
        f"diselenggarakan {kind} dalam rangka verifikasi dan validasi calon penerima "
        "Kartu Huma Betang Sejahtera (KHBS)."
    ) + letter.paragraph(
        f"{kind} diselenggarakan {called}dipimpin oleh {chair}, dan dihadiri oleh "
        f"{_counted(meeting.present)} orang{invited} sebagaimana daftar hadir, di "
        "antaranya yang menandatangani berita acara ini."
    )


def _decisions(meeting):
    removed = Markup()
    if meeting.removed:
        removed = Markup(" Rincian keluarga yang tidak layak menurut alasannya:{}")
        removed = removed.format(
            letter.grid(
                ["Alasan", "Jumlah Keluarga"],
                [
                    [REASONS[reason], words.number(count)]
                    for reason, count in meeting.reasons.items()
                ]
                + [["Jumlah", words.number(meeting.removed)]],
                numbers=(1,),
            )
        )
    items = [
        Markup("{}{}").format(
            f"Dari {_counted(meeting.considered)} keluarga yang dibahas, "
            f"{_counted(meeting.confirmed)} keluarga dinyatakan layak dan "
            f"{_counted(meeting.removed)} keluarga dinyatakan tidak layak.",
            removed,
        ),
        _proposed(meeting),
        "Daftar calon penerima menurut nama dan alamat menjadi lampiran yang tidak "
        "terpisahkan dari berita acara ini.",
        f"Hasil musyawarah diumumkan kepada warga paling singkat "
        f"{_counted(meeting.objection_days)} hari di tempat yang mudah dibaca. Selama "
        "pengumuman, warga dapat menyampaikan usul dan sanggah kepada "
        f"{GOVERNMENTS[meeting.kind]}.",
        *meeting.resolutions,
    ]
    lead = letter.paragraph(
        "Setelah daftar keluarga dibacakan dan dibahas satu per satu, musyawarah "
        "menyepakati hal-hal sebagai berikut:"
    )
    return lead + letter.points(items)


def _proposed(meeting):
    if not meeting.proposed:
        return "Musyawarah tidak mengusulkan keluarga di luar daftar DTSEN."
    names = "; ".join(meeting.proposed)
    return (
        f"Mengusulkan {_counted(len(meeting.proposed))} keluarga di luar daftar DTSEN "
        f"sebagai calon penerima, dengan kepala keluarga: {names}."
    )


def _ending(meeting):
    signs = [
        [
            str(index),
            name,
            position,
            f"{index}. {'(cap jempol)' if thumb else ''}",
        ]
        for index, (_role, position, name, thumb) in enumerate(meeting.officials, 1)
    ]
    return (
        letter.paragraph(
            "Demikian berita acara ini dibuat dengan sebenarnya untuk dipergunakan "
            "sebagaimana mestinya."
        )
        + letter.grid(
            ["No", "Nama", "Jabatan/Unsur", "Tanda Tangan/Cap Jempol"],
            signs,
            signs=(3,),
        )
        + Markup('<p class="small">Sidik isi daftar (SHA-256): {}</p>').format(
            meeting.list_sha256
        )
    )
