# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Statement of a replaced recipient (DOMAIN 10 no. 11) and power of attorney (no. 12).

Legal papers are written in Indonesian directly (DESIGN 7). What is not known stays
dots, to be written by hand.
"""

from dataclasses import dataclass

from markupsafe import Markup

from . import letter, words
from .document import Letterhead, Signature

THUMB = "cap jempol"
STAMP = "materai"
RELATIONS = {
    "family": "Keluarga dekat",
    "neighbour": "Tetangga",
    "rt": "Ketua RT",
    "rw": "Ketua RW",
    "village": "Kepala atau perangkat desa/kelurahan",
    "other": "Lainnya",
}
_CARD = "Kartu Huma Betang Sejahtera (KHBS)"


@dataclass(frozen=True)
class Person:
    """Somebody whom a paper names; empty values become dots."""

    name: str = ""
    nik: str = ""
    kk: str = ""
    address: str = ""
    number: str = ""
    relation: str = ""


@dataclass(frozen=True)
class Office:
    """Who signs for the neighbourhood and the village.

    :param village: the village with district and regency, ``head`` its head's title
    """

    village: str
    place: str
    head: str
    letterhead: Letterhead | None
    day: object = None
    rt: str = ""
    rw: str = ""
    rt_head: str = ""
    rw_head: str = ""
    village_head: str = ""

    @property
    def place_and_date(self):
        day = words.date(self.day) if self.day else "." * 28
        return f"{self.place}, {day}"


def replacement(office, number, old, reason, new, code=None, verify_url=None):
    """Return the statement (SPTJM) that a recipient is replaced.

    :param old: the recipient who leaves
    :param reason: why, in Indonesian
    :param new: who takes the place; ``relation`` says how they stand to each other
    """
    return letter.Letter(
        title=f"SPTJM Penggantian Penerima {old.number}",
        heading=(
            "SURAT PERNYATAAN TANGGUNG JAWAB MUTLAK",
            "PENGGANTIAN PENERIMA KARTU HUMA BETANG SEJAHTERA (KHBS)",
            f"NOMOR {number or '.' * 36}",
        ),
        letterhead=office.letterhead,
        body=_signers(office) + _replaced(old, reason, new),
        ending=_liability(office)
        + letter.paragraph(
            "Demikian surat pernyataan ini dibuat dengan sebenarnya untuk dipergunakan "
            "sebagaimana mestinya."
        ),
        parties=(
            _party("", f"Ketua RW {office.rw}", office.rw_head),
            _party(office.place_and_date, f"Ketua RT {office.rt}", office.rt_head),
        ),
        witness=Signature(
            place_and_date="Mengetahui,",
            office=(f"{office.head},",),
            name=office.village_head or letter.DOTS,
            mark=f"({STAMP})",
        ),
        compact=True,
        code=code,
        verify_url=verify_url,
    )


def _signers(office):
    return letter.paragraph("Kami yang bertanda tangan di bawah ini:") + letter.grid(
        ["No", "Nama", "Jabatan"],
        [
            ["1", office.rt_head or letter.DOTS, f"Ketua RT {office.rt}".strip()],
            ["2", office.rw_head or letter.DOTS, f"Ketua RW {office.rw}".strip()],
            ["3", office.village_head or letter.DOTS, office.head],
        ],
    )


def _replaced(old, reason, new):
    return (
        letter.paragraph(
            f"menyatakan dengan sebenarnya bahwa penerima {_CARD} berikut ini:"
        )
        + letter.facts(_identity(old, number=True))
        + letter.facts([("Alasan penggantian", reason)])
        + letter.paragraph("diganti dengan:")
        + letter.facts([*_identity(new), ("Hubungan/dasar", new.relation)])
    )


def _liability(office):
    return letter.paragraph(
        "Sehubungan dengan itu kami menyatakan bahwa:"
    ) + letter.points(
        [
            f"pengganti tersebut benar berdomisili di {office.village}, tergolong "
            "keluarga miskin atau rentan miskin, dan tidak sedang menerima "
            "bantuan lain yang mengecualikannya dari KHBS;",
            "data dan keterangan dalam surat pernyataan ini benar dan dapat "
            "dipertanggungjawabkan;",
            "apabila di kemudian hari ternyata pernyataan ini tidak benar dan "
            "menimbulkan kerugian keuangan daerah, kami bertanggung jawab mutlak, "
            "bersedia mengembalikan kerugian tersebut, dan bersedia dikenai sanksi "
            "sesuai dengan ketentuan peraturan perundang-undangan.",
        ]
    )


def power_of_attorney(
    office, principal, agent, benefit, period, until=None, code=None, verify_url=None
):
    """Return the power of attorney to collect aid; blank where nothing is known.

    :param principal: the recipient who cannot come
    :param agent: who comes instead
    :param until: last day of its validity
    """
    return letter.Letter(
        title=f"Surat Kuasa Pengambilan Bantuan {principal.number}".strip(),
        heading=("SURAT KUASA", "PENGAMBILAN BANTUAN", _CARD.upper()),
        body=_powers(office, principal, agent, benefit, period, until),
        parties=(
            _party("", "Penerima Kuasa", agent.name),
            Signature(
                place_and_date=office.place_and_date,
                office=("Pemberi Kuasa,",),
                name=principal.name or letter.DOTS,
                mark=f"({STAMP} / {THUMB})",
            ),
        ),
        witness=Signature(
            place_and_date="Mengetahui,",
            office=(f"Ketua RT {office.rt or '.....'} / RW {office.rw or '.....'},",),
            name=office.rt_head or letter.DOTS,
        ),
        compact=True,
        code=code,
        verify_url=verify_url,
    )


def _powers(office, principal, agent, benefit, period, until):
    return (
        letter.paragraph("Yang bertanda tangan di bawah ini:")
        + letter.facts(_identity(principal, number=True))
        + letter.paragraph("selanjutnya disebut Pemberi Kuasa, memberi kuasa kepada:")
        + letter.facts(
            [
                ("Nama", agent.name),
                ("NIK", agent.nik),
                ("Alamat", agent.address),
                ("Hubungan dengan Pemberi Kuasa", agent.relation),
            ]
        )
        + letter.paragraph(
            f"selanjutnya disebut Penerima Kuasa, khusus untuk mengambil bantuan "
            f"{_CARD} atas nama Pemberi Kuasa di {office.village}:"
        )
        + letter.facts(
            [
                ("Jenis bantuan", benefit),
                ("Masa penyaluran", period),
                ("Kuasa berlaku sampai dengan", words.date(until) if until else ""),
            ]
        )
        + letter.points(
            [
                "Penerima Kuasa menunjukkan KTP asli, fotokopi Kartu Keluarga Pemberi "
                "Kuasa, dan surat kuasa ini kepada petugas penyalur.",
                "Bantuan diserahkan seluruhnya kepada Pemberi Kuasa, tanpa potongan "
                "dengan alasan apa pun.",
                "Surat kuasa ini tidak dapat dialihkan kepada orang lain.",
            ]
        )
        + Markup('<div class="keep">{}{}</div>').format(
            letter.paragraph(
                "Apabila Pemberi Kuasa membubuhkan cap jempol, cap jempol disaksikan "
                "oleh:"
            ),
            letter.grid(
                ["No", "Nama Saksi", "Tanda Tangan"],
                [["1", letter.DOTS, "1."], ["2", letter.DOTS, "2."]],
                signs=(2,),
            ),
        )
    )


def _identity(person, number=False):
    pairs = [
        ("Nama", person.name),
        ("NIK", person.nik),
        ("Nomor KK", person.kk),
        ("Alamat", person.address),
    ]
    return [("Nomor keluarga KHBS", person.number), *pairs] if number else pairs


def _party(place_and_date, office, name):
    return Signature(
        # Both hands on one line: who has no place and date keeps its room.
        place_and_date=place_and_date or "\u00a0",
        office=(f"{office.strip()},",),
        name=name or letter.DOTS,
    )
