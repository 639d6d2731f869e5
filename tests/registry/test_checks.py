# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

import pytest
from khbs_registry.dtsen.checks import COLUMNS, AreaLookup, RowChecker
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
VILLAGES = {"62.06.01.1001": 5, "62.06.01.1002": 6}


def check(system="kemendagri", villages=VILLAGES, **cells):
    areas = AreaLookup(system, villages, {5}, {"6209"})
    checker = RowChecker(areas, date(2026, 1, 31))
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
        ({"no_kk": ""}, "KK_FORM"),
        ({"no_kk": "6.20601E+15"}, "KK_FLOAT"),
        ({"kode_wilayah": "62.06.99.2999"}, "AREA_UNKNOWN"),
        ({"kode_wilayah": ""}, "AREA_UNKNOWN"),
        ({"kode_wilayah": "6206011001"}, "AREA_UNKNOWN"),
        ({"kode_wilayah": "6209011001"}, "AREA_NO_CROSSWALK"),
        ({"kode_wilayah": "62.06.01.1002"}, "AREA_OUT_OF_SCOPE"),
        ({"desil": "0"}, "DECILE_RANGE"),
        ({"desil": "11"}, "DECILE_RANGE"),
        ({"tanggal_lahir": "1991-02-30"}, "DATE_IMPOSSIBLE"),
        ({"tanggal_lahir": "05/06/1991"}, "DATE_IMPOSSIBLE"),
        ({"tanggal_lahir": "2026-02-01"}, "DATE_IMPOSSIBLE"),
        ({"tanggal_lahir": "19910605"}, "DATE_IMPOSSIBLE"),
        ({"nama": ""}, "NAME_EMPTY"),
        ({"hubungan_keluarga": "12"}, "RELATION_UNKNOWN"),
        ({"jenis_kelamin": "P"}, "SEX_UNKNOWN"),
        ({"rt": "0001"}, "RT_RW_FORM"),
        ({"status_rumah": "6"}, "DWELLING_UNKNOWN"),
        ({"bujur": ""}, "COORDINATE_FORM"),
        ({"lintang": "nan"}, "COORDINATE_FORM"),
        ({"nama": "A\x00B"}, "ROW_UNREADABLE"),
    ],
)
def test_what_a_row_shows_by_itself(cells, reason):
    assert check(**cells).reasons == (reason,)


def test_a_row_of_another_width_is_unreadable():
    row = RowChecker(None, date(2026, 1, 1)).check(9, None)
    assert row.reasons == ("ROW_UNREADABLE",)


@pytest.mark.parametrize("nik", ["", "9999999999999995", "0000000000000000"])
def test_a_person_without_nik_is_taken_as_such(nik):
    row = check(nik=nik)
    assert (row.nik, row.nik_status, row.reasons) == (None, "missing", ())


def test_a_nik_of_another_birth_date_is_only_remarked():
    row = check(tanggal_lahir="1991-06-06")
    assert (row.nik_status, row.reasons) == ("warning", ())


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
