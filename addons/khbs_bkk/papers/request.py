# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a regency signs to be paid (DOMAIN 10 no. 24): letter, receipt, statement of
liability (SPTJM) and integrity pact. What is not known stays dots, to be written by
hand.
"""

from dataclasses import dataclass, field

from markupsafe import Markup

from odoo.addons.khbs_registry.papers import letter, words
from odoo.addons.khbs_registry.papers.document import Letterhead, Signature

KINDS = ("letter", "receipt", "liability", "integrity")
STAMP = "meterai"
_FROM = "Pemerintah Provinsi Kalimantan Tengah"
_PROGRAMME = (
    "tambahan penghasilan unsur pendukung Program Kartu Huma Betang Sejahtera (KHBS)"
)


_ADDRESSEE = Markup(
    "<p>Yth. Gubernur Kalimantan Tengah<br/>c.q. Kepala Badan Keuangan dan Aset Daerah "
    "Provinsi Kalimantan Tengah<br/>di Palangka Raya</p><p>&#160;</p>"
)


@dataclass(frozen=True)
class Account:
    """A treasury account that is to be credited."""

    area: str
    bank: str
    number: str
    holder: str
    amount: int


@dataclass(frozen=True)
class Request:
    """What the four papers say.

    :ivar regency: Kabupaten Katingan, Kota Palangka Raya
    :ivar head: Bupati Katingan, Wali Kota Palangka Raya
    :ivar decree: as another paper cites it
    :ivar period: Triwulan I Tahun Anggaran 2026
    :ivar people: how many the decree names
    :ivar villages: the money goes to the treasuries of villages
    """

    number: str
    day: object
    place: str
    regency: str
    head: str
    decree: str
    period: str
    amount: int
    people: int
    accounts: list[Account] = field(default_factory=list)
    villages: bool = False
    head_name: str = ""
    finance_name: str = ""
    finance_nip: str = ""
    treasurer_name: str = ""
    treasurer_nip: str = ""

    @property
    def place_and_date(self):
        place = "" if self.place in ("", "-") else self.place
        return f"{place or '.' * 20}, {words.date(self.day)}"

    @property
    def assistance(self):
        return (
            f"Bantuan Keuangan Khusus untuk {_PROGRAMME} {self.period} pada "
            f"{self.regency}"
        )

    @property
    def treasury(self):
        if self.villages:
            return "Rekening Kas Desa"
        return "Rekening Kas Umum Daerah"


def build(kind, request, code=None, verify_url=None):
    """Return the :class:`Letter` of one of ``KINDS``."""
    makers = {
        "letter": _letter,
        "receipt": _receipt,
        "liability": _liability,
        "integrity": _integrity,
    }
    return letter.Letter(
        **makers[kind](request),
        # Whoever signs sees the whole of it on one sheet.
        compact=kind != "letter",
        code=code,
        verify_url=verify_url,
    )


def title(kind, request):
    """Return what the paper is called where papers are listed."""
    titles = {
        "letter": "Surat Permohonan Pencairan BKK",
        "receipt": "Kuitansi BKK",
        "liability": "Surat Pernyataan Tanggung Jawab Mutlak BKK",
        "integrity": "Pakta Integritas BKK",
    }
    return f"{titles[kind]} {request.regency} {request.period}"


def _account_grid(request):
    """Return the accounts that the money goes to, summed where they are many."""
    rows = [
        [
            number,
            account.area,
            account.bank,
            account.number,
            account.holder,
            words.number(account.amount),
        ]
        for number, account in enumerate(request.accounts, start=1)
    ]
    if len(rows) > 1:
        rows.append(["", "Jumlah", "", "", "", words.number(request.amount)])
    return letter.grid(
        ["No", "Kas", "Bank", "Nomor Rekening", "Atas Nama", "Jumlah (Rp)"],
        rows,
        numbers=(0, 5),
        summed=len(request.accounts) > 1,
    )


def _letter(request):
    body = (
        _ADDRESSEE
        + letter.paragraph(
            f"Berdasarkan {request.decree}, bersama ini kami memohon pencairan "
            f"{request.assistance} bagi {words.number(request.people)} "
            f"({words.terbilang(request.people)}) orang sebesar "
            f"{words.rupiah_legal(request.amount)}, dengan pemindahbukuan dari "
            "Rekening Kas Umum Daerah Provinsi Kalimantan Tengah ke "
            f"{request.treasury} berikut:"
        )
        + _account_grid(request)
        + letter.paragraph("Sebagai kelengkapan kami lampirkan:")
        + letter.points(
            [
                "kuitansi bermeterai cukup;",
                "Surat Pernyataan Tanggung Jawab Mutlak;",
                "Pakta Integritas;",
                "salinan Keputusan Gubernur tersebut beserta lampirannya; dan",
                f"bukti kepemilikan {request.treasury} yang masih aktif.",
            ]
        )
    )
    return {
        "title": title("letter", request),
        "heading": (
            "SURAT PERMOHONAN PENCAIRAN",
            "BANTUAN KEUANGAN KHUSUS",
            f"NOMOR {request.number}",
        ),
        "letterhead": Letterhead(lines=(request.head.upper(),)),
        "body": body,
        "ending": letter.paragraph(
            "Demikian permohonan ini kami sampaikan. Atas perhatian dan perkenan "
            "Bapak Gubernur kami ucapkan terima kasih."
        ),
        "parties": (_head(request, request.place_and_date),),
    }


def _receipt(request):
    return {
        "title": title("receipt", request),
        "heading": ("KUITANSI", f"NOMOR {letter.DOTS}"),
        "letterhead": _office(request),
        "body": letter.facts(
            [
                ("Sudah terima dari", f"Kuasa Bendahara Umum Daerah {_FROM}"),
                ("Uang sejumlah", f"{words.terbilang(request.amount)} rupiah"),
                (
                    "Untuk pembayaran",
                    f"{request.assistance}, sesuai dengan {request.decree}",
                ),
                ("Ke rekening", _accounts_in_short(request)),
                ("Jumlah", f"{words.rupiah(request.amount)},00"),
            ]
        ),
        "parties": (
            _finance(request, "Mengetahui,"),
            _treasurer(request, request.place_and_date, stamp=True),
        ),
        "witness": _head(request, "Menyetujui,"),
    }


def _liability(request):
    return {
        "title": title("liability", request),
        "heading": (
            "SURAT PERNYATAAN TANGGUNG JAWAB MUTLAK",
            "PENERIMA BANTUAN KEUANGAN KHUSUS",
        ),
        "letterhead": Letterhead(lines=(request.head.upper(),)),
        "body": letter.paragraph("Yang bertanda tangan di bawah ini:")
        + letter.facts([("Nama", request.head_name), ("Jabatan", request.head)])
        + letter.paragraph(
            f"sebagai penerima {request.assistance} sebesar "
            f"{words.rupiah_legal(request.amount)} berdasarkan {request.decree}, "
            "menyatakan dengan sebenarnya bahwa:"
        )
        + letter.points(
            [
                "kami bertanggung jawab penuh, secara formal dan material, atas "
                "penggunaan bantuan tersebut dan atas kebenaran data penerima yang "
                "kami usulkan;",
                "bantuan tersebut kami anggarkan dan tatausahakan dalam anggaran "
                f"pendapatan dan belanja {_receiver(request)} serta kami gunakan hanya "
                "untuk membayar orang yang namanya tercantum dalam lampiran Keputusan "
                "Gubernur, sebesar yang tercantum di dalamnya;",
                "atas pembayaran itu kami potong Pajak Penghasilan Pasal 21 sesuai "
                "dengan ketentuan peraturan perundang-undangan dan kami setor ke kas "
                "negara, tanpa potongan lain dengan nama atau alasan apa pun;",
                "bagian yang tidak dapat dibayarkan kepada yang berhak kami setor "
                "kembali ke Rekening Kas Umum Daerah Provinsi Kalimantan Tengah dengan "
                "surat tanda setoran;",
                "laporan pertanggungjawaban beserta buktinya kami sampaikan kepada "
                "Gubernur Kalimantan Tengah tepat pada waktu yang ditetapkan dalam "
                "Keputusan Gubernur; bukti pengeluaran yang asli kami simpan untuk "
                "keperluan pemeriksaan; dan",
                "apabila di kemudian hari pernyataan ini tidak benar atau terjadi "
                "penyimpangan yang menimbulkan kerugian keuangan daerah, kami bersedia "
                "mengembalikan kerugian tersebut dan dikenai sanksi sesuai dengan "
                "ketentuan peraturan perundang-undangan.",
            ]
        ),
        "ending": letter.paragraph(
            "Demikian pernyataan ini dibuat dengan sebenarnya dan penuh tanggung jawab "
            "untuk dipergunakan sebagaimana mestinya."
        ),
        "parties": (_head(request, request.place_and_date, stamp=True),),
    }


def _integrity(request):
    return {
        "title": title("integrity", request),
        "heading": (
            "PAKTA INTEGRITAS",
            "PENGELOLAAN BANTUAN KEUANGAN KHUSUS",
        ),
        "letterhead": _office(request),
        "body": letter.paragraph(
            "Kami yang bertanda tangan di bawah ini, dalam pengelolaan "
            f"{request.assistance} sebesar {words.rupiah_legal(request.amount)}, "
            "menyatakan bahwa kami:"
        )
        + letter.points(
            [
                "tidak akan melakukan korupsi, kolusi, dan nepotisme, serta tidak "
                "memberi atau menerima suap, gratifikasi, atau imbalan dalam bentuk "
                "apa pun;",
                "mengelola bantuan secara tertib, efisien, transparan, dan bertanggung "
                "jawab, serta taat pada ketentuan peraturan perundang-undangan;",
                "membayarkan bantuan utuh kepada yang berhak, selain potongan Pajak "
                "Penghasilan Pasal 21, dan tidak meminta kembali sebagian pun darinya;",
                "membuka data dan bukti kepada aparat pengawasan, serta melaporkan "
                "kepada yang berwajib apabila mengetahui penyimpangan; dan",
                "bersedia dikenai sanksi moral, administratif, perdata, dan pidana "
                "sesuai dengan ketentuan peraturan perundang-undangan apabila "
                "melanggar pakta ini.",
            ]
        ),
        "ending": letter.paragraph(
            "Demikian Pakta Integritas ini kami buat dengan sadar dan tanpa paksaan."
        ),
        "parties": (
            _finance(request, "\u00a0"),
            _treasurer(request, request.place_and_date),
        ),
        "witness": _head(request, "Mengetahui,", stamp=True),
    }


def _receiver(request):
    return "desa" if request.villages else "daerah"


def _accounts_in_short(request):
    if len(request.accounts) == 1:
        [account] = request.accounts
        return f"{account.bank} {account.number} atas nama {account.holder}"
    return (
        f"{request.treasury} pada {words.number(len(request.accounts))} desa, sesuai "
        "dengan surat permohonan"
    )


def _office(request):
    return Letterhead(
        lines=(
            f"PEMERINTAH {request.regency}".upper(),
            "BADAN PENGELOLA KEUANGAN DAN ASET DAERAH",
        )
    )


def _head(request, over, stamp=False):
    return Signature(
        place_and_date=over,
        office=(f"{request.head},",),
        name=request.head_name or letter.DOTS,
        mark=f"({STAMP})" if stamp else "",
    )


def _finance(request, over):
    return Signature(
        place_and_date=over,
        office=("Kepala Badan Pengelola Keuangan", "dan Aset Daerah,"),
        name=request.finance_name or letter.DOTS,
        below=_nip(request.finance_nip),
    )


def _treasurer(request, over, stamp=False):
    return Signature(
        place_and_date=over,
        office=("Bendahara Umum Daerah/", "Bendahara Pengeluaran,"),
        name=request.treasurer_name or letter.DOTS,
        below=_nip(request.treasurer_nip),
        mark=f"({STAMP})" if stamp else "",
    )


def _nip(number):
    return (f"NIP {words.nip(number)}",) if number else ()
