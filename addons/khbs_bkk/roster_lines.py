# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The lines of a roster that a regency delivers, judged one by one. Knows no Odoo.

A line is one person in one role between two days, in all areas that the person serves
for it. What can be found out without the roster is judged here; whether the line is new
there, changed or the same is asked of the database afterwards.
"""

import dataclasses
import datetime
import re

# Column -> what it holds, in the words of the template.
COLUMNS = {
    "nama": "Nama sesuai surat pengangkatan.",
    "nik": "16 angka sesuai KTP-el, sebagai teks.",
    "peran": "Nama atau kode peran, lihat lembar peran.",
    "kode_wilayah": "Kode Kemendagri wilayah tugas. Beberapa wilayah: pisahkan dengan "
    "titik koma, dalam satu baris.",
    "nomor_sk": "Nomor keputusan atau surat perintah yang mengangkat.",
    "tanggal_sk": "Tanggal surat itu, TTTT-BB-HH atau HH/BB/TTTT.",
    "mulai": "Hari pertama menjabat.",
    "selesai": "Hari terakhir menjabat. Kosong: belum ditentukan.",
    "pangkat": "Pangkat atau golongan seperti tertulis, misalnya Sersan Dua.",
    "golongan": "Kelompok pangkat yang menentukan PPh 21, lihat lembar golongan. "
    "Wajib untuk Babinsa dan Bhabinkamtibmas.",
    "npwp": "15 atau 16 angka, sebagai teks.",
    "bank": "Nama bank.",
    "rekening": "Nomor rekening, angka saja, sebagai teks.",
    "nama_rekening": "Nama pada rekening.",
}
OPTIONAL = (
    "selesai",
    "pangkat",
    "golongan",
    "npwp",
    "bank",
    "rekening",
    "nama_rekening",
)

# What a sheet writes -> rank group.
RANKS = {
    "BUKAN PNS": "none",
    "NON PNS": "none",
    "-": "none",
    "I": "grade_1",
    "II": "grade_2",
    "III": "grade_3",
    "IV": "grade_4",
    "TAMTAMA": "enlisted",
    "BINTARA": "sergeant",
    "PAMA": "junior_officer",
    "PAMEN": "middle_officer",
    "PATI": "senior_officer",
    "PEJABAT NEGARA": "state_official",
}

# code -> (label on the screen, sentence in the reject file)
REFUSALS = {
    "ROW_UNREADABLE": (
        "Row cannot be read",
        "Jumlah sel tidak sama dengan judul kolom. Samakan dengan contoh berkas.",
    ),
    "CELL_MERGED": (
        "Merged cells",
        "Sel digabung dengan baris atau kolom lain. Pisahkan dan isi tiap baris.",
    ),
    "NAME_MISSING": ("Name empty", "Nama kosong. Isi sesuai surat pengangkatan."),
    "NAME_FORM": (
        "Name is no name",
        "Nama hanya berisi huruf, titik, koma, petik, dan tanda hubung, dan tidak "
        "terlalu panjang. Periksa apakah kolom tertukar.",
    ),
    "NIK_MISSING": ("NIK empty", "NIK kosong. Isi 16 angka sesuai KTP-el."),
    "NIK_FLOAT": (
        "NIK became a number",
        "NIK diubah menjadi bilangan oleh Excel. Isi ulang sebagai teks.",
    ),
    "NIK_FORM": (
        "NIK malformed",
        "NIK bukan 16 angka yang sah. Perbaiki sesuai KTP-el.",
    ),
    "TEXT_LONG": (
        "Text too long",
        "Nomor surat, pangkat, bank atau nama rekening lebih dari 150 huruf. Periksa "
        "apakah kolom tertukar.",
    ),
    "TEXT_NUMBER": (
        "Number in a text",
        "Nomor surat, pangkat, bank atau nama rekening berisi NIK atau nomor rekening. "
        "Periksa apakah kolom tertukar.",
    ),
    "TEXT_FORMULA": (
        "Formula in a text",
        "Nomor surat, pangkat, bank atau nama rekening diawali tanda rumus (= + - @). "
        "Hapus tanda itu.",
    ),
    "ROLE_UNKNOWN": (
        "Unknown role",
        "Peran tidak dikenal. Tulis seperti pada lembar peran di contoh berkas.",
    ),
    "ROLE_INACTIVE": (
        "Role not in use",
        "Peran ini belum digunakan. Hubungi pengelola KHBS.",
    ),
    "AREA_MISSING": (
        "Area empty",
        "Kode wilayah tugas kosong. Isi kode Kemendagri wilayahnya.",
    ),
    "AREA_UNKNOWN": (
        "Unknown area",
        "Kode wilayah tidak dikenal. Lihat lembar wilayah di contoh berkas.",
    ),
    "AREA_OUTSIDE": (
        "Area of another regency",
        "Wilayah di luar kabupaten/kota pengusul. Hapus dari berkas ini.",
    ),
    "AREA_LEVEL": (
        "Area of another level",
        "Tingkat wilayah tidak sesuai peran: Damang, Sekretaris dan Mantir Kecamatan "
        "pada kecamatan, peran lain pada desa atau kelurahan.",
    ),
    "AREAS_APART": (
        "Areas of two regencies",
        "Wilayah tugas terletak di dua kabupaten/kota. Satu baris untuk satu "
        "kabupaten/kota.",
    ),
    "LETTER_MISSING": (
        "Letter empty",
        "Nomor surat pengangkatan kosong. Isi nomor keputusan atau surat perintah.",
    ),
    "LETTER_DATE": (
        "Date of the letter",
        "Tanggal surat kosong atau tidak sah. Tulis TTTT-BB-HH atau HH/BB/TTTT.",
    ),
    "START_FORM": (
        "First day",
        "Hari pertama menjabat kosong atau tidak sah. Tulis TTTT-BB-HH atau "
        "HH/BB/TTTT.",
    ),
    "END_FORM": (
        "Last day",
        "Hari terakhir menjabat tidak sah. Tulis TTTT-BB-HH atau HH/BB/TTTT.",
    ),
    "TERM_ORDER": (
        "Term ends before it begins",
        "Masa jabatan berakhir sebelum dimulai. Periksa kolom mulai dan selesai.",
    ),
    "RANK_UNKNOWN": (
        "Unknown rank group",
        "Golongan tidak dikenal. Tulis seperti pada lembar golongan di contoh berkas.",
    ),
    "RANK_MISSING": (
        "Rank group empty",
        "Golongan wajib diisi untuk peran ini, karena menentukan PPh 21.",
    ),
    "NPWP_FORM": (
        "NPWP malformed",
        "NPWP bukan 15 atau 16 angka. Isi kolomnya sebagai teks, atau kosongkan.",
    ),
    "ACCOUNT_FORM": (
        "Account malformed",
        "Nomor rekening bukan 5 sampai 35 angka, atau diubah menjadi bilangan oleh "
        "Excel. Isi kolomnya sebagai teks, atau kosongkan.",
    ),
    "DUPLICATE_IN_FILE": (
        "Twice in the file",
        "NIK dan peran ini sudah ada pada baris sebelumnya untuk masa yang sama. "
        "Beberapa wilayah ditulis dalam satu baris, dipisah titik koma.",
    ),
    "TERM_OVERLAPS": (
        "Holds the role already",
        "Orang ini sudah memangku peran ini pada masa yang beririsan, dengan tanggal "
        "mulai lain. Akhiri dahulu masa jabatan lama dengan tombol Ganti atau akhiri, "
        "atau samakan tanggal mulai.",
    ),
    "HELD_ELSEWHERE": (
        "Holds the role in another regency",
        "Orang ini tercatat memangku peran ini di kabupaten/kota lain pada masa yang "
        "sama. Masa jabatan di sana harus diakhiri dahulu.",
    ),
}
LONGEST_NAME = 100
LONGEST_TEXT = 150
YEARS = range(1950, 2101)
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .,'\u2019\u0060-])*")
# So many digits in a row are no part of a letter's number, and so many in all no part
# of a bank's or a person's name.
LETTER_NUMBER = re.compile(r"[0-9]{12,}")
NAME_NUMBER = re.compile(r"(?:[0-9][ .-]?){8,}")
_GAP = re.compile(r"[ .-]")
_FRACTION = re.compile(r"[0-9]+[.,]0+")
_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


def sentence(codes):
    """Return the Indonesian text of *codes* for the reject file."""
    return " ".join(REFUSALS[code][1] for code in codes)


@dataclasses.dataclass(frozen=True)
class Role:
    """What a line is held against of its role.

    :ivar level: "district" or "village"
    """

    id: int
    level: str
    rank_required: bool = False


@dataclasses.dataclass(frozen=True)
class Area:
    """What a line is held against of an area.

    :ivar level: as in khbs.area
    :ivar inside: whether it lies where the file is of
    """

    id: int
    level: str
    regency_id: int
    inside: bool = True


@dataclasses.dataclass
class Line:
    """What a line says, as far as it can be read; a refused one has codes.

    :ivar area_key: ids of the areas, sorted, with commas; so two sets compare as texts
    """

    codes: list = dataclasses.field(default_factory=list)
    name: str = ""
    nik: str = ""
    role_id: int | None = None
    regency_id: int | None = None
    area_key: str = ""
    letter: str = ""
    letter_date: datetime.date | None = None
    date_from: datetime.date | None = None
    date_to: datetime.date | None = None
    rank: str = ""
    rank_group: str = ""
    npwp: str = ""
    bank: str = ""
    account: str = ""
    account_name: str = ""


class Judge:
    """Reads a line, or says by codes why it is refused.

    :param roles: {name or code in capitals: :class:`Role`} of those in use
    :param inactive: names and codes in capitals of those that are not
    :param areas: {code: :class:`Area`} of the province
    :param numbers: the module identity_numbers
    """

    def __init__(self, roles, inactive, areas, numbers):
        self._roles = roles
        self._inactive = frozenset(inactive)
        self._areas = areas
        self._numbers = numbers

    def judge(self, values):
        """Return the :class:`Line` of *values*, which are those of COLUMNS."""
        cells = dict(zip(COLUMNS, map(_plain, values), strict=True))
        line = Line()
        role = self._read_role(line, cells["peran"])
        self._read_person(line, cells)
        self._read_areas(line, cells["kode_wilayah"], role)
        self._read_letter(line, cells)
        self._read_rank(line, cells, role)
        self._read_account(line, cells)
        texts = (line.letter, line.rank, line.bank, line.account_name)
        code = self._text_code(line, texts)
        if code:
            # What is refused for its content is shown nowhere.
            line.codes.append(code)
            line.letter = line.rank = line.bank = line.account_name = ""
        return line

    def _text_code(self, line, texts):
        """Return why the texts of *line* are refused, or None."""
        if any(len(text) > LONGEST_TEXT for text in texts):
            return "TEXT_LONG"
        if self._numbered(line):
            return "TEXT_NUMBER"
        return "TEXT_FORMULA" if any(map(is_formula, texts)) else None

    def _numbered(self, line):
        """Tell whether a text has a NIK or an account number in it."""
        return bool(
            LETTER_NUMBER.search(line.letter)
            or self._numbers.PERSONAL_NUMBER.search(line.rank)
            or NAME_NUMBER.search(line.bank)
            or NAME_NUMBER.search(line.account_name)
        )

    def _read_person(self, line, cells):
        name, nik = cells["nama"], cells["nik"]
        line.name = name[:LONGEST_NAME]
        if not name:
            line.codes.append("NAME_MISSING")
        elif len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
            # A number may be a NIK: it must not stand where names are shown.
            line.name = ""
            line.codes.append("NAME_FORM")
        if not nik:
            line.codes.append("NIK_MISSING")
        elif self._numbers.is_floated(nik):
            line.codes.append("NIK_FLOAT")
        elif self._numbers.nik_form_error(nik):
            line.codes.append("NIK_FORM")
        else:
            line.nik = nik

    def _read_role(self, line, text):
        role = self._roles.get(text.upper())
        if role:
            line.role_id = role.id
        else:
            known = text.upper() in self._inactive
            line.codes.append("ROLE_INACTIVE" if known else "ROLE_UNKNOWN")
        return role

    def _read_areas(self, line, text, role):
        codes = [code for code in re.split(r"[;,\s]+", text) if code]
        areas = {self._areas.get(code) for code in codes}
        if not codes:
            line.codes.append("AREA_MISSING")
        elif None in areas:
            line.codes.append("AREA_UNKNOWN")
        elif not all(area.inside for area in areas):
            line.codes.append("AREA_OUTSIDE")
        elif len({area.regency_id for area in areas}) > 1:
            line.codes.append("AREAS_APART")
        elif role and any(not _serves(role, area) for area in areas):
            line.codes.append("AREA_LEVEL")
        else:
            line.regency_id = next(iter(areas)).regency_id
            ids = sorted(area.id for area in areas)
            line.area_key = ",".join(map(str, ids))

    def _read_letter(self, line, cells):
        line.letter = cells["nomor_sk"]
        if not line.letter:
            line.codes.append("LETTER_MISSING")
        line.letter_date = _day(cells["tanggal_sk"])
        if not line.letter_date:
            line.codes.append("LETTER_DATE")
        line.date_from, line.date_to = _day(cells["mulai"]), _day(cells["selesai"])
        if not line.date_from:
            line.codes.append("START_FORM")
        if cells["selesai"] and not line.date_to:
            line.codes.append("END_FORM")
        if line.date_from and line.date_to and line.date_to < line.date_from:
            line.codes.append("TERM_ORDER")

    def _read_rank(self, line, cells, role):
        line.rank = cells["pangkat"]
        text = cells["golongan"].upper().removeprefix("GOLONGAN ").strip()
        if text:
            # III/a is of the third grade.
            group = RANKS.get(text) or RANKS.get(text.partition("/")[0].strip())
            line.rank_group = group or ""
            if not group:
                line.codes.append("RANK_UNKNOWN")
        if role and role.rank_required and line.rank_group in ("", "none"):
            if "RANK_UNKNOWN" not in line.codes:
                line.codes.append("RANK_MISSING")

    def _read_account(self, line, cells):
        npwp, account = (_GAP.sub("", cells[name]) for name in ("npwp", "rekening"))
        if cells["npwp"]:
            if _is_whole(cells["npwp"], npwp, 15, 16):
                line.npwp = npwp
            else:
                line.codes.append("NPWP_FORM")
        if cells["rekening"]:
            if _is_whole(cells["rekening"], account, 5, 35):
                line.account = account
            else:
                line.codes.append("ACCOUNT_FORM")
        line.bank = cells["bank"]
        line.account_name = cells["nama_rekening"]


def is_formula(text):
    """Tell whether a spreadsheet would compute *text*; a lone dash is none."""
    return text[:1] in ("=", "+", "@") or (text[:1] == "-" and len(text) > 1)


def _is_whole(cell, number, least, most):
    """Tell whether *number* is all that its *cell* was; of 900123.0 it is not."""
    whole = number.isascii() and number.isdigit() and least <= len(number) <= most
    return whole and not _FRACTION.fullmatch(cell)


def _plain(text):
    """Return *text* with single spaces, without the apostrophe that makes it a text."""
    return " ".join(text.split()).removeprefix("'")


def _day(text):
    """Return the date that *text* is, or None."""
    match = _DAY.fullmatch(text)
    try:
        if match:
            day, month, year = map(int, match.groups())
            found = datetime.date(year, month, day)
        else:
            found = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _serves(role, area):
    if role.level == "district":
        return area.level == "district"
    return area.level in ("village", "urban_village")
