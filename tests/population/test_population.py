# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import csv
import hashlib
from collections import Counter, defaultdict
from datetime import date

import openpyxl
import pytest

from tools.population import Request, generate
from tools.population.areas import read_villages, share_out
from tools.population.faults import ALONE, IN_PAIRS, WITH_NUMBERS

FOCUS = ("62.06.01", 100)


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";", restkey="further"))


def families(rows):
    result = defaultdict(list)
    for row in rows:
        result[row["id_keluarga"]].append(row)
    return result


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean")
    generate(Request(seed=1, households=1500, focus=FOCUS), folder)
    return folder


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    generate(Request(seed=2, households=1000, errors=0.01, focus=FOCUS), folder)
    return folder


def test_the_areas_of_the_province_are_complete():
    villages = read_villages()
    assert len(villages) == 1571
    assert len({village.district_code for village in villages}) == 136
    assert len({village.regency.code for village in villages}) == 14


def test_shares_sum_to_the_whole():
    assert sum(share_out(1000, [1, 1, 1])) == 1000
    assert share_out(10, [3, 1]) == [8, 2]


def test_the_same_request_gives_the_same_bytes(tmp_path):
    for kind in ("csv", "xlsx"):
        digests = set()
        for name in ("a", "b"):
            folder = tmp_path / kind / name
            request = Request(seed=7, households=150, errors=0.01, format=kind)
            generate(request, folder)
            digests.add(
                tuple(
                    hashlib.sha256(file.read_bytes()).hexdigest()
                    for file in sorted(folder.iterdir())
                )
            )
        assert len(digests) == 1


def test_another_seed_gives_other_families(tmp_path, clean):
    generate(Request(seed=2, households=100), tmp_path)
    earlier = {row["id_keluarga"] for row in read(clean / "delivery.csv")}
    assert not earlier & {row["id_keluarga"] for row in read(tmp_path / "delivery.csv")}


def test_numbers_are_well_formed_and_nobodys(clean):
    rows = read(clean / "delivery.csv")
    niks = [row["nik"] for row in rows]
    assert len(set(niks)) == len(niks)
    kks = {key: {row["no_kk"] for row in own} for key, own in families(rows).items()}
    assert all(len(own) == 1 for own in kks.values())
    assert len(set().union(*kks.values())) == len(kks)
    for row in rows:
        assert len(row["nik"]) == len(row["no_kk"]) == 16
        assert 9000 <= int(row["nik"][12:]) < 9990 and int(row["no_kk"][12:]) >= 9000
        born = date.fromisoformat(row["tanggal_lahir"])
        day = born.day + (40 if row["jenis_kelamin"] == "2" else 0)
        assert row["nik"][6:12] == f"{day:02d}{born:%m%y}"
        assert date(1920, 1, 1) < born < date(2026, 1, 1)


def test_every_family_is_whole(clean):
    own = families(read(clean / "delivery.csv"))
    assert len(own) == 1500
    assert {len(rows) for rows in own.values()} == set(range(1, 10))
    for rows in own.values():
        relations = Counter(row["hubungan_keluarga"] for row in rows)
        assert relations["1"] == 1
        assert relations["2"] + relations["3"] <= 1
        assert all(row["nama"].strip() for row in rows)
        assert len({row["kode_wilayah"] for row in rows}) == 1


def test_families_live_where_people_do(clean):
    heads = [row for row in read(clean / "delivery.csv")]
    by_regency = Counter(row["kode_wilayah"][:5] for row in heads)
    assert len(by_regency) == 14
    assert by_regency["62.02"] > by_regency["62.08"] * 4
    for row in heads:
        if row["lintang"]:
            assert -3.7 <= float(row["lintang"]) <= 0.85
            assert 110.6 <= float(row["bujur"]) <= 115.95
    assert {row["status_rumah"] for row in heads} >= {"", "none", "1"}
    assert {row["desil"] for row in heads} == {"", *map(str, range(1, 11))}


def test_the_focus_stands_in_one_village_without_aid(clean):
    own = families(read(clean / "delivery.csv"))
    first = min(v.code for v in read_villages() if v.district_code == FOCUS[0])
    there = [rows for rows in own.values() if rows[0]["kode_wilayah"] == first]
    assert len(there) >= FOCUS[1]
    poor = [rows for rows in there if rows[0]["desil"] in ("1", "2", "3", "4", "5")]
    assert len(poor) > 0.8 * FOCUS[1]


def test_names_take_the_forms_of_real_names(clean):
    names = [row["nama"] for row in read(clean / "delivery.csv")]
    assert any("'" in name for name in names)
    assert any(" " not in name for name in names)
    assert any(" BINTI " in name for name in names)
    assert any(" BIN " in name for name in names)
    assert any(name.startswith("H. ") for name in names)


def test_aid_names_families_of_the_delivery(clean):
    rows = read(clean / "delivery.csv")
    niks = {row["nik"] for row in rows}
    kks = {row["no_kk"] for row in rows}
    aid = read(clean / "aid.csv")
    assert {row["program"] for row in aid} == {"PKH", "SEMBAKO", "BLT-DD"}
    assert all(row["nik"] in niks or row["no_kk"] in kks for row in aid)


def test_each_fault_is_planted_in_its_share_and_apart(faulty):
    answers = read(faulty / "answers.csv")
    codes = defaultdict(set)
    for answer in answers:
        codes[answer["code"]].add(answer["id_keluarga"])
    assert {code: len(own) for code, own in codes.items()} == dict.fromkeys(
        (*ALONE, *WITH_NUMBERS, *IN_PAIRS), 10
    )
    assert sum(map(len, codes.values())) == len(set().union(*codes.values()))


def test_an_answer_names_the_line_of_its_fault(faulty):
    rows = read(faulty / "delivery.csv")
    holds = {
        "NIK_FORM": lambda row: not (len(row["nik"]) == 16 and row["nik"].isdigit()),
        "NIK_FLOAT": lambda row: row["nik"].endswith("E+15"),
        "NIK_PLACEHOLDER": lambda row: row["nik"].startswith("9" * 15),
        "KK_FORM": lambda row: not (len(row["no_kk"]) == 16 and row["no_kk"].isdigit()),
        "KK_FLOAT": lambda row: row["no_kk"].endswith("E+15"),
        "AREA_UNKNOWN": lambda row: row["kode_wilayah"].endswith(".99.2999"),
        "DECILE_RANGE": lambda row: row["desil"] in ("0", "11", "-1", "99"),
        "NAME_EMPTY": lambda row: not row["nama"].strip(),
        "RELATION_UNKNOWN": lambda row: row["hubungan_keluarga"] in ("12", "0", "X"),
        "SEX_UNKNOWN": lambda row: row["jenis_kelamin"] in ("3", "0", "P/L"),
    }
    for answer in read(faulty / "answers.csv"):
        row = rows[int(answer["line"]) - 2]
        assert row["id_keluarga"] == answer["id_keluarga"]
        if answer["code"] in holds:
            assert holds[answer["code"]](row), (answer, row)


def test_household_faults_concern_the_head_and_the_numbers_of_two(faulty):
    rows = read(faulty / "delivery.csv")
    own = families(rows)
    niks = Counter(row["nik"] for row in rows)
    kks = defaultdict(set)
    for row in rows:
        kks[row["no_kk"]].add(row["id_keluarga"])
    heads = {"HEAD_NONE": 0, "HEAD_TWO": 2}
    for answer in read(faulty / "answers.csv"):
        row = rows[int(answer["line"]) - 2]
        relations = [one["hubungan_keluarga"] for one in own[row["id_keluarga"]]]
        if answer["code"] in heads:
            assert relations.count("1") == heads[answer["code"]]
        if answer["code"] in ("NIK_DUPLICATE_FILE", "NIK_TWO_KK"):
            assert niks[row["nik"]] == 2
        if answer["code"] == "KK_DUPLICATE":
            assert len(kks[row["no_kk"]]) == 2
        if answer["code"] == "DATE_IMPOSSIBLE":
            with pytest.raises(ValueError):
                date.fromisoformat(row["tanggal_lahir"])


def test_an_earlier_delivery_and_bps_codes_are_met_on_request(tmp_path, clean):
    request = Request(
        seed=3, households=600, errors=0.01, registered=clean, mixed_codes=0.01
    )
    generate(request, tmp_path)
    rows = read(tmp_path / "delivery.csv")
    earlier = {row["nik"] for row in read(clean / "delivery.csv")}
    answers = read(tmp_path / "answers.csv")
    met = [
        rows[int(answer["line"]) - 2]
        for answer in answers
        if answer["code"] == "NIK_DUPLICATE_REGISTRY"
    ]
    assert len(met) == 6 and all(row["nik"] in earlier for row in met)
    bps = [
        rows[int(answer["line"]) - 2]["kode_wilayah"]
        for answer in answers
        if answer["code"] == "AREA_NO_CROSSWALK"
    ]
    assert bps and all(len(code) == 10 and code.isdigit() for code in bps)


def test_a_workbook_holds_the_same_delivery_with_floats_as_numbers(tmp_path):
    for kind in ("csv", "xlsx"):
        generate(Request(seed=4, households=200, errors=0.01, format=kind), tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "delivery.xlsx", read_only=True).active
    lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    rows = read(tmp_path / "delivery.csv")
    width = len(rows[0])
    assert lines[0][:width] == list(rows[0])
    assert len(lines) == len(rows) + 1
    numbers = 0
    for line, row in zip(lines[1:], rows, strict=True):
        for cell, text in zip(line[:width], list(row.values())[:width], strict=True):
            if isinstance(cell, (int, float)):
                numbers += 1
                assert text.endswith("E+15")
            else:
                assert (cell or "") == text
    assert numbers >= 4


def test_too_many_faults_are_refused(tmp_path):
    with pytest.raises(ValueError, match="smaller share"):
        generate(Request(seed=1, households=100, errors=0.2), tmp_path)
    with pytest.raises(ValueError, match="no district"):
        generate(Request(seed=1, households=100, focus=("62.06", 5)), tmp_path)
