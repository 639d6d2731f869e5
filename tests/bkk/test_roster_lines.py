# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import datetime

import khbs_bkk_identity_numbers as numbers
import khbs_bkk_roster_lines as roster_lines
import pytest

AREAS = {
    "62.06.01": roster_lines.Area(1, "district", 9),
    "62.06.01.2003": roster_lines.Area(2, "village", 9),
    "62.06.01.1001": roster_lines.Area(3, "urban_village", 9),
    "62.71.01.1001": roster_lines.Area(4, "urban_village", 8),
    "62.01.01.2001": roster_lines.Area(5, "village", 7, inside=False),
}
ROLES = {
    "KETUA RT": roster_lines.Role(1, "village"),
    "DAMANG": roster_lines.Role(2, "district"),
    "BABINSA": roster_lines.Role(3, "village", rank_required=True),
}
ROW = {
    "nama": "Rangkap Tumon",
    "nik": "6206010101800001",
    "peran": "Ketua RT",
    "kode_wilayah": "62.06.01.2003",
    "nomor_sk": "141/1",
    "tanggal_sk": "2026-01-02",
    "mulai": "2026-01-05",
}


def judged(**cells):
    judge = roster_lines.Judge(ROLES, ["BASIR"], AREAS, numbers)
    row = {**dict.fromkeys(roster_lines.COLUMNS, ""), **ROW, **cells}
    return judge.judge(list(row.values()))


def test_a_plain_line_is_read():
    line = judged(golongan="III/a", selesai="31/12/2026", npwp="09.254.294.3-407.000")
    assert not line.codes
    assert (line.role_id, line.regency_id, line.area_key) == (1, 9, "2")
    assert line.rank_group == "grade_3"
    assert line.date_to == datetime.date(2026, 12, 31)
    assert line.npwp == "092542943407000"


def test_several_areas_are_one_sorted_set():
    for text in (
        "62.06.01.1001;62.06.01.2003",
        "62.06.01.2003, 62.06.01.1001",
        "62.06.01.1001 62.06.01.2003 62.06.01.1001",
    ):
        assert judged(kode_wilayah=text).area_key == "2,3"


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"nama": ""}, ["NAME_MISSING"]),
        ({"nama": "6206010101800001"}, ["NAME_FORM"]),
        ({"nama": "=CMD()|A"}, ["NAME_FORM"]),
        ({"nama": "-A"}, ["NAME_FORM"]),
        ({"nik": ""}, ["NIK_MISSING"]),
        ({"nik": "6.20601010180000E+15"}, ["NIK_FLOAT"]),
        ({"nik": "6206010101800001.0"}, ["NIK_FLOAT"]),
        ({"nik": "6206013201800001"}, ["NIK_FORM"]),
        ({"peran": "Camat"}, ["ROLE_UNKNOWN"]),
        ({"peran": "basir"}, ["ROLE_INACTIVE"]),
        ({"kode_wilayah": ";"}, ["AREA_MISSING"]),
        ({"kode_wilayah": "62.06.01.2003;62.99"}, ["AREA_UNKNOWN"]),
        ({"kode_wilayah": "62.01.01.2001"}, ["AREA_OUTSIDE"]),
        ({"kode_wilayah": "62.06.01"}, ["AREA_LEVEL"]),
        ({"peran": "Damang"}, ["AREA_LEVEL"]),
        ({"kode_wilayah": "62.06.01.2003;62.71.01.1001"}, ["AREAS_APART"]),
        ({"nomor_sk": " "}, ["LETTER_MISSING"]),
        ({"nomor_sk": "1" * 151}, ["TEXT_LONG"]),
        ({"nomor_sk": "SK 6206010101800001"}, ["TEXT_NUMBER"]),
        ({"pangkat": "6206 0101 0180 0001"}, ["TEXT_NUMBER"]),
        ({"bank": "Bank 9001-234-567"}, ["TEXT_NUMBER"]),
        ({"nama_rekening": "6206010101800001"}, ["TEXT_NUMBER"]),
        ({"bank": "=HYPERLINK(1)"}, ["TEXT_FORMULA"]),
        ({"nama_rekening": "-2+3"}, ["TEXT_FORMULA"]),
        ({"tanggal_sk": "31/02/2026"}, ["LETTER_DATE"]),
        ({"mulai": "Januari 2026"}, ["START_FORM"]),
        ({"mulai": "05/01/0026"}, ["START_FORM"]),
        ({"selesai": "-"}, ["END_FORM"]),
        ({"selesai": "2025-12-31"}, ["TERM_ORDER"]),
        ({"golongan": "V"}, ["RANK_UNKNOWN"]),
        ({"peran": "Babinsa"}, ["RANK_MISSING"]),
        ({"peran": "Babinsa", "golongan": "bukan PNS"}, ["RANK_MISSING"]),
        ({"peran": "Babinsa", "golongan": "kolonel"}, ["RANK_UNKNOWN"]),
        ({"npwp": "123"}, ["NPWP_FORM"]),
        ({"rekening": "9.00123E+9"}, ["ACCOUNT_FORM"]),
        ({"rekening": "900123.0"}, ["ACCOUNT_FORM"]),
        ({"nik": "1", "mulai": ""}, ["NIK_FORM", "START_FORM"]),
    ],
)
def test_what_is_refused(cells, codes):
    line = judged(**cells)
    assert line.codes == codes
    assert set(codes) <= set(roster_lines.REFUSALS)


def test_a_number_in_the_name_is_not_shown():
    assert not judged(nama="6206010101800001").name


def test_every_refusal_says_how_to_mend_it():
    for code, (label, text) in roster_lines.REFUSALS.items():
        assert label and text.endswith("."), code
    assert roster_lines.sentence(["NIK_FORM", "NAME_MISSING"]).count(".") >= 3
