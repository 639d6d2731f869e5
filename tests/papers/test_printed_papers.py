# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The papers of DOMAIN 10 no. 1-4, 11 and 12, looked into from outside."""

import io
import subprocess
from datetime import date, datetime

import openpyxl
import pytest
from papers import letter, pdf, recipients, statements, village, xlsx
from papers.document import Letterhead, Signature

AS_OF = datetime(2026, 11, 22, 1, 5)
CASH, FOOD = 250_000, 150_000
KOP = Letterhead(
    lines=("PEMERINTAH KABUPATEN KATINGAN", "KECAMATAN MENDAWAI", "DESA MENDAWAI"),
    address=("Jalan Sungai Katingan Nomor 1, Mendawai",),
)
NAME = "DJA'FAR BIN H. ABDUL GANI, S.Pd.I"
SIGNATURE = Signature(
    place_and_date="Palangka Raya, 22 November 2026",
    office=("Kepala Dinas Sosial", "Provinsi Kalimantan Tengah,"),
    name="KEPALA CONTOH",
    below=("NIP 19720112 199703 1 004",),
)
MEETING = village.Meeting(
    kind="musdes",
    number="140/3/MENDAWAI/2026",
    moment=AS_OF,
    place="Balai Desa Mendawai",
    village="Desa Mendawai, Kecamatan Mendawai, Kabupaten Katingan",
    letterhead=KOP,
    chair="KETUA CONTOH",
    chair_office="Kepala Desa",
    invitation="Nomor 5 tanggal 1 November 2026",
    invited=60,
    present=48,
    considered=3,
    confirmed=2,
    removed=1,
    reasons={"deceased": 1},
    proposed=(NAME,),
    resolutions=("Daftar diumumkan di balai desa.",),
    objection_days=7,
    officials=(
        ("village_head", "Kepala Desa", "KETUA CONTOH", False),
        ("bpd_chair", "Ketua BPD", "BPD CONTOH", False),
        ("companion", "Pendamping", "PENDAMPING CONTOH", True),
        ("figure", "Tokoh masyarakat", "TOKOH CONTOH", True),
    ),
    list_sha256="ab" * 32,
)
OFFICE = statements.Office(
    village="Desa Mendawai, Kecamatan Mendawai, Kabupaten Katingan",
    place="Mendawai",
    head="Kepala Desa Mendawai",
    letterhead=KOP,
    day=date(2026, 11, 22),
    rt="003",
    rw="001",
    rt_head="KETUA RT CONTOH",
)
FAMILY = statements.Person(
    name=NAME,
    nik="62************01",
    kk="62************02",
    address="Pondok Sei Bango, RT 003 RW 001",
    number="KEL-2026-000001",
)
AGENT = statements.Person(name="SITI CONTOH", relation="Tetangga")


def candidates():
    for number in range(60):
        yield {
            "part": "A. Keluarga dalam DTSEN" if number < 55 else "B. Usulan baru",
            "kk": "62************02",
            "nik": "62************01",
            "name": f"{NAME} {number}",
            "address": "Handil Bakti, seberang sungai, dekat dermaga lama",
            "rt_rw": "003/001",
            "members": number % 6 + 1,
            "decile": "1",
            "dwelling": "Rumah lanting",
            "result": "Layak",
            "reason": "",
        }


def families():
    for number in range(60):
        yield {
            "regency": "Kabupaten Katingan" if number < 40 else "Kabupaten Seruyan",
            "within": f"Kecamatan Contoh, Desa Contoh {number // 15}",
            "name": f"WARGA CONTOH {number}",
            "number": f"KEL-2026-{number:06}",
            "address": "Jalan Tjilik Riwut Km 5",
            "rt_rw": "003/001",
            "cash": CASH,
            "food": FOOD,
        }


def regencies():
    for name, count in (("Kabupaten Katingan", 27_000), ("Kota Palangka Raya", 18_000)):
        yield {
            "regency": name,
            "districts": 13,
            "villages": 161,
            "families": count,
            "cash": count * CASH,
            "food": count * FOOD,
            "total": count * (CASH + FOOD),
        }


FRAME = {"subtitle": ["Penerima KHBS"], "signature": SIGNATURE}
TABLES = {
    "1": village.candidate_list(MEETING, candidates, AS_OF),
    "3": recipients.recipients(families, CASH, FOOD, AS_OF, **FRAME),
    "4": recipients.recap(regencies, CASH, FOOD, AS_OF, **FRAME),
}
WORDS = {
    "1": ["DAFTAR CALON PENERIMA", "lanting", "BPD CONTOH", "Mengetahui"],
    "3": ["DAFTAR PENERIMA", "Jumlah Kabupaten Seruyan", "15.000.000", "9.000.000"],
    "4": ["REKAPITULASI", "11.250.000.000", "6.750.000.000", "18.000.000.000"],
    "2": ["BERITA ACARA", "dua puluh dua", "TOKOH CONTOH"],
    "11": ["SURAT PERNYATAAN TANGGUNG JAWAB MUTLAK", "materai", "KETUA RT CONTOH"],
    "12": ["SURAT KUASA", "SITI CONTOH", "Pemberi Kuasa"],
}


def letter_of(number):
    if number == "2":
        return village.minutes(MEETING)
    if number == "11":
        return statements.replacement(OFFICE, "1", FAMILY, "pindah", AGENT)
    return statements.power_of_attorney(
        OFFICE, FAMILY, AGENT, "Tunai", "November 2026", date(2026, 12, 31)
    )


@pytest.fixture(params=["1", "2", "3", "4", "11", "12"])
def number(request):
    return request.param


@pytest.fixture
def printed(number, tmp_path):
    """The path of the paper as PDF."""
    path = tmp_path / f"{number}.pdf"
    with path.open("wb") as file:
        if number in TABLES:
            pdf.render(TABLES[number], file)
        else:
            letter.render(letter.html(letter_of(number)), file)
    return path


def said_by(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def test_paper_is_sound_and_reads_as_text(number, printed):
    said_by("qpdf", "--check", printed)
    fonts = said_by("pdffonts", printed).splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts), "embedded"
    assert all(line.split()[-3] == "yes" for line in fonts), "with their characters"
    text = said_by("pdftotext", "-layout", printed, "-")
    for words in WORDS[number]:
        assert words in text


@pytest.mark.parametrize("table", sorted(TABLES))
def test_workbook_has_the_figures_of_the_paper(table):
    sums = pdf.render(TABLES[table], io.BytesIO()).totals
    book = io.BytesIO()
    assert xlsx.render(TABLES[table], book).totals == sums
    sheet = openpyxl.load_workbook(book, read_only=True)["Data"]
    *_rows, last = [row for row in sheet.values if row[0] is not None]
    assert [value for value in last if isinstance(value, int)] == list(sums.values())
