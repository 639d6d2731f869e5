# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The checks of one row of a delivery, by itself (DOMAIN 2.3-2.5, 3.2)."""

import datetime
import hashlib
import re
from typing import NamedTuple

from .. import identity_numbers
from . import relations

COLUMNS = (
    "id_keluarga",
    "no_kk",
    "nik",
    "nama",
    "hubungan_keluarga",
    "jenis_kelamin",
    "tanggal_lahir",
    "kode_wilayah",
    "alamat",
    "rt",
    "rw",
    "desil",
    "status_rumah",
    "lintang",
    "bujur",
)
# What a file need not have; such a column reads as empty.
OPTIONAL = frozenset(
    ("id_keluarga", "alamat", "rt", "rw", "status_rumah", "lintang", "bujur")
)
SEXES = frozenset("12")
DECILES = frozenset(str(decile) for decile in range(1, 11))
# Regsosek's status of the house (DOMAIN 2.2), and families that have none.
DWELLINGS = {
    "1": "owned",
    "2": "rented",
    "3": "free",
    "4": "official",
    "5": "other",
    "none": "none",
}
KEMENDAGRI_VILLAGE = re.compile(r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}$")
BPS_VILLAGE = re.compile(r"^[0-9]{10}$")
SHORT_NUMBER = re.compile(r"^[0-9]{0,3}$")
DAY_FIRST = re.compile(r"^([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})$")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
OLDEST_BIRTH = "1900-01-01"
# Of a key of a family; DTSEN's own have about twenty characters.
LONGEST_KEY = 64


class StagedRow(NamedTuple):
    """One row as the staging table holds it; None where a cell says nothing."""

    line: int
    family_key: str
    kk_number: str | None
    nik: str | None
    nik_status: str
    name: str | None
    relation: str | None
    sex: str | None
    birth_date: str | None
    area_id: int | None
    address: str | None
    rt: str | None
    rw: str | None
    decile: str | None
    dwelling_kind: str | None
    latitude: str | None
    longitude: str | None
    relations: tuple | None
    warnings: tuple
    reasons: tuple


class RowForm(NamedTuple):
    """In which form a source writes what can be written in several.

    :ivar relation_codes: "shdk" (the KK's eleven) or "dtsen" (Regsosek's eight)
    :ivar date_form: "dmy" (DD/MM/YYYY, ISO dates too) or "iso"
    """

    relation_codes: str = "shdk"
    date_form: str = "dmy"


class AreaLookup:
    """The villages that a delivery may name.

    :param villages: dict of a village's code in the delivery's code system to its id
    :param in_scope: ids of the villages inside the delivery's area
    :param bps_regencies: BPS codes, four digits, of the regencies
    """

    def __init__(self, code_system, villages, in_scope, bps_regencies):
        self._form = KEMENDAGRI_VILLAGE if code_system == "kemendagri" else BPS_VILLAGE
        self._villages = villages
        self._in_scope = in_scope
        self._bps_regencies = bps_regencies

    def find(self, code):
        """Return (id of the village, None) or (None, reason)."""
        area_id = self._villages.get(code) if self._form.match(code) else None
        if area_id is None:
            # Eight regencies have another number with BPS: a BPS code is never
            # read as if it were a Kemendagri code without its dots.
            if BPS_VILLAGE.match(code) and code[:4] in self._bps_regencies:
                return None, "AREA_NO_CROSSWALK"
            return None, "AREA_UNKNOWN"
        if area_id not in self._in_scope:
            return None, "AREA_OUT_OF_SCOPE"
        return area_id, None


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class RowChecker:
    """Turns the cells of a row into a staged row with the reasons against it.

    :param areas: AreaLookup
    :param today: date after which nobody was born
    :param form: RowForm of the source
    :param districts: six-digit codes of the districts of province 62
    :param seal: returns a digest of a KK number that nobody undoes by trying them all
    """

    def __init__(self, areas, today, form=None, districts=frozenset(), seal=sha256):
        form = form or RowForm()
        self._seal = seal
        self._areas = areas
        self._today = today.isoformat()
        self._shdk = form.relation_codes == "shdk"
        self._day_first = form.date_form == "dmy"
        self._districts = districts

    def check(self, line, cells):
        """Return the StagedRow of *cells* in the order of COLUMNS.

        :param cells: list of stripped texts
        """
        if CONTROL.search("".join(cells)) or len(cells[0]) > LONGEST_KEY:
            return self.unreadable(line, cells, "ROW_UNREADABLE")
        reasons = []

        def value_of(checked):
            value, reason = checked
            if reason:
                reasons.append(reason)
            return value

        (key, kk, nik, name, relation, sex, born, area, address, rt, rw) = cells[:11]
        (decile, house, latitude, longitude) = cells[11:]
        kk_number = value_of(_kk(kk))
        nik_value, nik_status = value_of(_nik(nik))
        sex = value_of(_one_of(sex, SEXES, "SEX_UNKNOWN"))
        relation, meanings = value_of(self._relation(relation, sex))
        birth_date = value_of(self._birth_date(born))
        area_id = value_of(self._areas.find(area) if area else (None, "CELL_EMPTY"))
        if not name:
            reasons.append("NAME_EMPTY")
        if not (SHORT_NUMBER.match(rt) and SHORT_NUMBER.match(rw)):
            reasons.append("RT_RW_FORM")
        decile = value_of(_one_of(decile, DECILES, "DECILE_RANGE", optional=True))
        dwelling = value_of(_one_of(house, DWELLINGS, "DWELLING_UNKNOWN", True))
        place = value_of(_coordinates(latitude, longitude))
        warnings = []
        if nik_value:
            warnings = identity_numbers.nik_warnings(
                nik_value, birth_date, sex, self._districts
            )
            if warnings:
                nik_status = "warning"
        if kk_number and self._districts and kk_number[:6] not in self._districts:
            warnings.append("KK_REGION_UNKNOWN")
        return StagedRow(
            line=line,
            family_key=key or self._key_of_kk(kk, line),
            kk_number=kk_number,
            nik=nik_value,
            nik_status=nik_status,
            name=name or None,
            relation=relation,
            sex=sex,
            birth_date=birth_date,
            area_id=area_id,
            address=address or None,
            # A spreadsheet drops the leading zeros of 001.
            rt=rt.zfill(3) if rt else None,
            rw=rw.zfill(3) if rw else None,
            decile=decile,
            dwelling_kind=DWELLINGS.get(dwelling),
            latitude=place[0],
            longitude=place[1],
            relations=meanings,
            warnings=tuple(warnings),
            reasons=tuple(dict.fromkeys(reasons)),
        )

    def unreadable(self, line, cells, reason):
        """Return the StagedRow of a row of which only the family can be told.

        :param cells: what seems to stand under COLUMNS; the family of the row is
            refused with it
        """
        key, kk = (CONTROL.sub("", text) for text in cells[:2])
        empty = dict.fromkeys(StagedRow._fields)
        return StagedRow(
            **{
                **empty,
                "line": line,
                "family_key": key[:LONGEST_KEY] or self._key_of_kk(kk, line),
                # Its family is found by it, and so is not taken for gone.
                "kk_number": None if key else _kk(kk)[0],
                "nik_status": "missing",
                "warnings": (),
                "reasons": (reason,),
            }
        )

    def _key_of_kk(self, kk, line):
        """Return the key of a family that has none in the file: by its KK number.

        A key is shown where a KK number is not; so it is a digest of it.
        """
        if not kk:
            return f"line:{line}"
        return f"kk:{self._seal(kk)[:16]}"

    def _relation(self, code, sex):
        """Return ((SHDK, all SHDK that the code may mean or None), reason)."""
        if not code:
            return (None, None), "CELL_EMPTY"
        if self._shdk:
            known = code in relations.SHDK
            return (code, None) if known else (None, None), (
                None if known else "RELATION_UNKNOWN"
            )
        meanings = relations.SHDK_OF_DTSEN.get(code)
        if not meanings:
            return (None, None), "RELATION_UNKNOWN"
        return (relations.to_shdk(code, sex), meanings), None

    def _birth_date(self, text):
        """A date may be unknown, but never one that cannot have been."""
        if not text:
            return None, None
        written = self._day_first and DAY_FIRST.match(text)
        if written:
            day, month, year = written.groups()
            text = f"{year}-{month:0>2}-{day:0>2}"
        try:
            born = datetime.date.fromisoformat(text).isoformat()
        except ValueError:
            return None, "DATE_IMPOSSIBLE"
        if born != text or not OLDEST_BIRTH <= born <= self._today:
            return None, "DATE_IMPOSSIBLE"
        return born, None


def _kk(text):
    if not text:
        return None, "CELL_EMPTY"
    if identity_numbers.is_floated(text):
        return None, "KK_FLOAT"
    reason = identity_numbers.kk_form_error(text)
    return (None, reason) if reason else (text, None)


def _nik(text):
    """Return ((NIK or None, its status), reason).

    Without a NIK, or with BPS's sign for "none", a person is taken as one who has
    no NIK yet: it is a state of the person, no error of the row (DOMAIN 2.4).
    """
    if not text or identity_numbers.is_placeholder(text):
        return (None, "missing"), None
    if identity_numbers.is_floated(text):
        return (None, "missing"), "NIK_FLOAT"
    reason = identity_numbers.nik_form_error(text)
    return ((None, "missing"), reason) if reason else ((text, "valid"), None)


def _one_of(text, codes, reason, optional=False):
    if text in codes:
        return text, None
    if not text and not optional:
        return None, "CELL_EMPTY"
    return (None, None) if optional and not text else (None, reason)


def _coordinates(latitude, longitude):
    """Return ((latitude, longitude) as texts of six decimals, reason)."""
    if not latitude and not longitude:
        return (None, None), None
    try:
        place = float(latitude), float(longitude)
    except ValueError:
        return (None, None), "COORDINATE_FORM"
    if not (abs(place[0]) <= 90 and abs(place[1]) <= 180):
        return (None, None), "COORDINATE_FORM"
    return (f"{place[0]:.6f}", f"{place[1]:.6f}"), None
