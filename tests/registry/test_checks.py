# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

import pytest
from khbs_registry.dtsen.checks import (
    COLUMNS,
    AreaLookup,
    RowChecker,
    RowForm,
)
from khbs_registry.dtsen.copy_stream import CopyStream
from khbs_registry.dtsen.reasons import REASONS, sentence

GOOD = {
    "id_keluarga": "62001",
    "no_kk": "6206010506159012",
    "nik": "6206014506919012",
    "nama": "SITI",
    "hubungan_keluarga": "1",
    "jenis_kelamin": "2",
    "tanggal_lahir": "1991-06-05",
    "kode_wilayah": "62.06.01.1001",
    "alamat": "JL. PASAK",
    "rt": "001",
    "rw": "",
    "desil": "3",
    "status_rumah": "1",
    "lintang": "-1.7",
    "bujur": "113.1",
}
DISTRICTS = {"620601", "627101"}
VILLAGES = {"62.06.01.1001": 5, "62.06.01.1002": 6}


def check(system="kemendagri", villages=VILLAGES, form=None, **cells):
    areas = AreaLookup(system, villages, {5}, {"6209"})
    checker = RowChecker(areas, date(2026, 1, 31), form, DISTRICTS)
    return checker.check(2, [{**GOOD, **cells}[name] for name in COLUMNS])


def test_a_good_row_has_no_reason_and_keeps_its_values():
    row = check()
    assert row.reasons == ()
    assert (row.nik, row.nik_status, row.area_id) == (GOOD["nik"], "valid", 5)
    assert (row.latitude, row.longitude) == ("-1.700000", "113.100000")
    assert (row.dwelling_kind, row.rw) == ("owned", None)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"nik": "62060145069190"}, "NIK_FORM"),
        ({"nik": "6.20601E+15"}, "NIK_FLOAT"),
        ({"no_kk": ""}, "CELL_EMPTY"),
        ({"no_kk": "62060105061590"}, "KK_FORM"),
        ({"no_kk": "6206014506159012"}, "KK_FORM"),
        ({"no_kk": "6206010506150000"}, "KK_FORM"),
        ({"no_kk": "6.20601E+15"}, "KK_FLOAT"),
        ({"kode_wilayah": "62.06.99.2999"}, "AREA_UNKNOWN"),
        ({"kode_wilayah": ""}, "CELL_EMPTY"),
        ({"kode_wilayah": "6206011001"}, "AREA_UNKNOWN"),
        ({"kode_wilayah": "6209011001"}, "AREA_NO_CROSSWALK"),
        ({"kode_wilayah": "62.06.01.1002"}, "AREA_OUT_OF_SCOPE"),
        ({"desil": "0"}, "DECILE_RANGE"),
        ({"desil": "11"}, "DECILE_RANGE"),
        ({"tanggal_lahir": "1991-02-30"}, "DATE_IMPOSSIBLE"),
        ({"tanggal_lahir": "31/02/1991"}, "DATE_IMPOSSIBLE"),
        ({"tanggal_lahir": "06/25/1991"}, "DATE_IMPOSSIBLE"),
        ({"tanggal_lahir": "2026-02-01"}, "DATE_IMPOSSIBLE"),
        ({"tanggal_lahir": "19910605"}, "DATE_IMPOSSIBLE"),
        ({"nama": ""}, "NAME_EMPTY"),
        ({"hubungan_keluarga": "12"}, "RELATION_UNKNOWN"),
        ({"hubungan_keluarga": ""}, "CELL_EMPTY"),
        ({"jenis_kelamin": "P"}, "SEX_UNKNOWN"),
        ({"jenis_kelamin": ""}, "CELL_EMPTY"),
        ({"rt": "0001"}, "RT_RW_FORM"),
        ({"status_rumah": "6"}, "DWELLING_UNKNOWN"),
        ({"bujur": ""}, "COORDINATE_FORM"),
        ({"lintang": "nan"}, "COORDINATE_FORM"),
        ({"nama": "A\x00B"}, "ROW_UNREADABLE"),
    ],
)
def test_what_a_row_shows_by_itself(cells, reason):
    assert check(**cells).reasons == (reason,)


def test_a_row_that_cannot_be_read_takes_its_family_along():
    checker = RowChecker(AreaLookup("kemendagri", {}, set(), set()), date(2026, 1, 31))
    row = checker.unreadable(9, ["62001", "6206010506159012"], "ROW_UNREADABLE")
    assert (row.reasons, row.family_key) == (("ROW_UNREADABLE",), "62001")
    other = checker.unreadable(9, ["", "6206010506159012"], "CELL_MERGED")
    assert other.family_key == check(id_keluarga="").family_key
    assert "6206010506159012" not in other.family_key
    assert checker.unreadable(9, ["", ""], "CELL_MERGED").family_key == "line:9"


@pytest.mark.parametrize("nik", ["", "9999999999999995", "0000000000000000"])
def test_a_person_without_nik_is_taken_as_such(nik):
    row = check(nik=nik)
    assert (row.nik, row.nik_status, row.reasons) == (None, "missing", ())


@pytest.mark.parametrize(
    ("cells", "warning"),
    [
        ({"tanggal_lahir": "1991-06-06"}, "NIK_DATE_DIFFERS"),
        ({"jenis_kelamin": "1"}, "NIK_SEX_DIFFERS"),
        ({"nik": "6206017102919012", "tanggal_lahir": ""}, "NIK_DATE_IMPOSSIBLE"),
        ({"nik": "6209994506919012"}, "NIK_REGION_UNKNOWN"),
        ({"no_kk": "3505010506159012"}, "KK_REGION_UNKNOWN"),
    ],
)
def test_what_is_only_remarked(cells, warning):
    row = check(**cells)
    assert (row.warnings, row.reasons) == ((warning,), ())
    assert (row.nik_status == "warning") == warning.startswith("NIK")


def test_a_nik_of_another_province_is_not_even_remarked():
    assert check(nik="3505014506919012").warnings == ()


@pytest.mark.parametrize("text", ["05/06/1991", "5/6/1991", "05-06-1991"])
def test_a_date_with_the_day_first_where_the_source_writes_so(text):
    assert check(tanggal_lahir=text).birth_date == "1991-06-05"
    strict = check(form=RowForm(date_form="iso"), tanggal_lahir=text)
    assert strict.reasons == ("DATE_IMPOSSIBLE",)


@pytest.mark.parametrize(
    ("code", "sex", "shdk", "meanings"),
    [
        ("1", "2", "1", ("1",)),
        ("2", "1", "2", ("3", "2")),
        ("2", "2", "3", ("3", "2")),
        ("6", "2", "7", ("7", "8")),
        ("7", "2", "10", ("10",)),
        ("8", "2", "11", ("11", "9")),
    ],
)
def test_the_eight_relations_of_dtsen(code, sex, shdk, meanings):
    form = RowForm(relation_codes="dtsen")
    row = check(form=form, hubungan_keluarga=code, jenis_kelamin=sex)
    assert (row.relation, row.relations) == (shdk, meanings)
    assert check(form=form, hubungan_keluarga="9").reasons == ("RELATION_UNKNOWN",)


def test_leading_zeros_that_a_spreadsheet_dropped_are_back():
    assert (check(rt="1", rw="02").rt, check(rt="1", rw="02").rw) == ("001", "002")


def test_no_decile_is_a_state_of_its_own():
    assert (check(desil="").decile, check(desil="").reasons) == (None, ())


def test_a_bps_delivery_knows_only_bps_codes():
    villages = {"6209011001": 5}
    good = check("bps", villages, kode_wilayah="6209011001")
    assert (good.area_id, good.reasons) == (5, ())
    for code, reason in [
        ("6209019999", "AREA_NO_CROSSWALK"),
        ("6299011001", "AREA_UNKNOWN"),
        ("62.06.01.1001", "AREA_UNKNOWN"),
    ]:
        assert check("bps", villages, kode_wilayah=code).reasons == (reason,)


def test_every_reason_has_a_sentence():
    assert all(sentence([code]).endswith(".") for code in REASONS)


def test_the_stream_gives_every_row_in_pieces_of_any_size():
    rows = [(number, None, "a;b", ("X", "Y")) for number in range(1200)]
    expected = "".join(f'{number},,a;b,"{{X,Y}}"\n' for number in range(1200))
    for size in (1, 7, 8192, 10**6):
        stream = CopyStream(rows)
        pieces = iter(lambda: stream.read(size), b"")  # noqa: B023
        assert b"".join(pieces).decode() == expected
        assert stream.count == 1200
