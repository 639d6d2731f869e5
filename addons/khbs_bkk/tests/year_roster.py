# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A year's roster of the province, made by rule, and the money it must come to.

The same rows feed the roster import and, counted month by month in plain Python, the
figures that every screen and paper of the year is compared with. Nothing here knows
how KHBS computes.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta

# Which holders serve a round of posts, again and again until a regency is full.
ROUND = (
    *("damang", "damang_secretary", "mantir_district"),
    *("mantir_village", "rt_head", "rt_head", "rt_head", "babinsa"),
    *("rt_head", "rt_head", "bhabinkamtibmas", "religious_leader", "rt_head"),
)
DISTRICT_ROLES = ("damang", "damang_secretary", "mantir_district")
# Rupiah a month: (role, regency or None, first month, amount).
RATES = (
    ("damang", None, 1, 500_000),
    ("damang_secretary", None, 1, 400_000),
    ("mantir_district", None, 1, 350_000),
    ("mantir_village", None, 1, 300_000),
    ("rt_head", None, 1, 250_000),
    ("rt_head", None, 8, 275_000),
    ("rt_head", "62.12", 1, 310_000),
    ("babinsa", None, 1, 300_000),
    ("bhabinkamtibmas", None, 1, 300_000),
    ("religious_leader", None, 1, 250_000),
)
# Where a name differs from the account: corrected by an amendment, or never.
CORRECTED, NEVER_CORRECTED = "62.06", "62.10"
HELD = (CORRECTED, NEVER_CORRECTED)
# Where a name leaves the list after the money came.
DROPPED = "62.03"
# Where the first transfer came back and went out again.
BOUNCED = "62.08"
FIRST_NAMES = ("AHMAD", "SITI", "YOHANES", "RANGKAP", "MARIA", "UNTUNG", "LEWI", "I")
LAST_NAMES = (
    *("TUMON", "SAHAY", "DJAGA", "NYAHU", "ANTANG", "BINTI HJ. ASMAH", "RAHMAN"),
    *("MADE SUARTA", "USOP", "PENYANG", "O'BRIEN LAMBUNG"),
)


@dataclass
class Term:
    """One person in one post between two days."""

    regency: str
    name: str
    nik: str
    role: str
    areas: tuple
    date_from: date
    date_to: date | None = None
    rank: str = ""
    account_name: str = ""
    account: str = ""
    letter: str = ""
    story: str = ""

    def holds(self, day):
        """Return whether the post is held on *day*."""
        return self.date_from <= day and (self.date_to is None or day <= self.date_to)


def roster(year, count, regencies):
    """Return the terms of *count* persons, spread over the regencies.

    :param regencies: {code: (codes of its districts, codes of its villages)}
    """
    terms = []
    codes = sorted(regencies)
    for place, code in enumerate(codes):
        share = count // len(codes) + (place < count % len(codes))
        terms += _regency(year, code, share, *regencies[code], first=len(terms))
    return terms


def _regency(year, code, share, districts, villages, first):
    """Return the terms of one regency; one in ten posts has a story."""
    terms = []
    for number in range(share):
        role = ROUND[number % len(ROUND)]
        turn = number // len(ROUND)
        term = Term(
            regency=code,
            name=_name(first + number),
            nik=_nik(code, first + number),
            role=role,
            areas=_areas(role, turn, number, districts, villages),
            date_from=date(year - 1, 1, 1),
            rank=_rank(role, turn),
            account=f"9{code.replace('.', '')}{number:06d}",
            letter=f"SK/{number + 1:04d}/{year - 1}",
        )
        term.account_name = term.name
        terms.append(term)
    _tell_stories(year, terms)
    return terms


def _tell_stories(year, terms):
    """Replace, end, begin late, double: what happens in a year, by place in it."""
    successors = []
    for number, term in enumerate(terms):
        if number % 40 == 0:
            # Replaced in mid-quarter: January and February are the predecessor's.
            term.date_to = date(year, 2, 14)
            successors.append(_successor(year, term, number))
        elif number % 40 == 7:
            # The post falls vacant at the end of April and stays so.
            term.date_to = date(year, 4, 30)
        elif number % 40 == 9:
            # In office from the second of a month: paid from the next one.
            term.date_from = date(year, 5, 2)
    # The same person holds two posts: the Mantir of the village is RT too.
    terms[12].nik, terms[12].name = terms[3].nik, terms[3].name
    terms[12].account_name = terms[3].name
    terms[5].story = "cut"
    terms[11].story = "rejected"
    if terms[0].regency in HELD:
        # Spelled otherwise by the bank.
        terms[6].story = "held"
        terms[6].account_name = f"{terms[6].name} ALIAS"
    if terms[0].regency == DROPPED:
        terms[8].story = "dropped"
    terms += successors


def _successor(year, term, number):
    name = f"PENGGANTI {term.name}"
    return Term(
        regency=term.regency,
        name=name,
        nik=f"{term.nik[:6]}1512{80 + number % 19:02d}{(5000 + number):04d}",
        role=term.role,
        areas=term.areas,
        date_from=date(year, 2, 15),
        rank=term.rank,
        account=f"8{term.account[1:]}",
        account_name=name,
        letter=f"SK/P{number:04d}/{year}",
    )


def _areas(role, turn, number, districts, villages):
    if role in DISTRICT_ROLES:
        return (districts[turn % len(districts)],)
    place = number % len(villages)
    if role == "bhabinkamtibmas":
        return tuple(
            sorted({villages[(place + step) % len(villages)] for step in (0, 1, 2)})
        )
    return (villages[place],)


def _rank(role, turn):
    if role in ("babinsa", "bhabinkamtibmas"):
        # An officer in the post now and then (DOMAIN 12.46).
        return "junior_officer" if turn % 5 == 4 else "sergeant"
    if role == "religious_leader":
        return ("", "grade_3", "", "grade_4")[turn % 4]
    return ""


def _name(number):
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    last = LAST_NAMES[number // len(FIRST_NAMES) % len(LAST_NAMES)]
    return f"{first} {last} {_letters(number)}"


def _letters(number):
    """Return a number as letters: names have no digits."""
    text = ""
    while True:
        text = chr(65 + number % 26) + text
        number //= 26
        if not number:
            return text.rjust(3, "A")


def _nik(code, number):
    """Return a NIK of the regency: a birthday and a serial."""
    day, month, born = 1 + number % 28, 1 + number // 28 % 12, 60 + number // 336 % 35
    serial = 1 + number // 11760
    return f"{code.replace('.', '')}01{day:02d}{month:02d}{born:02d}{serial:04d}"


def last_day(year, month):
    """Return the last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def rate(role, regency, month):
    """Return the rupiah of a month: a regency's own rate goes before."""
    fitting = [
        (place is not None, first, amount)
        for known, place, first, amount in RATES
        if known == role and place in (None, regency) and first <= month
    ]
    return max(fitting)[2]


def proposed(terms, year, quarter):
    """Return {(place of the term, month): rupiah} of what a quarter proposes.

    A month is of whoever holds the post on its first day.
    """
    return {
        (place, month): rate(term.role, term.regency, month)
        for place, term in enumerate(terms)
        for month in range(3 * quarter - 2, 3 * quarter + 1)
        if term.holds(date(year, month, 1))
    }


def approved(terms, year, quarter):
    """Return of what is proposed that which verification leaves.

    One role of a person in a month, the higher one; what is cut in the first quarter
    and what is rejected in the second.
    """
    left = proposed(terms, year, quarter)
    best = {}
    for (place, month), amount in left.items():
        key = (terms[place].nik, month)
        best[key] = max(best.get(key, (0, 0)), (amount, -place))
    left = {
        (place, month): amount
        for (place, month), amount in left.items()
        if best[terms[place].nik, month] == (amount, -place)
    }
    for place, month in list(left):
        story = terms[place].story
        if (story, quarter) == ("rejected", 2) or (
            (story, quarter) == ("cut", 1) and month == 3
        ):
            del left[place, month]
    return left


def decreed(terms, year, quarter):
    """Return of what is approved that which the decree in force has at the end."""
    return {
        (place, month): amount
        for (place, month), amount in approved(terms, year, quarter).items()
        if not (terms[place].story == "dropped" and quarter == 3)
    }


def paid(terms, year, quarter):
    """Return of what is decreed that which reached its people."""
    return {
        (place, month): amount
        for (place, month), amount in decreed(terms, year, quarter).items()
        if not is_held(terms[place], quarter)
    }


def is_held(term, quarter):
    """Return whether the payment of a term is held for good in a quarter."""
    return term.story == "held" and (term.regency == NEVER_CORRECTED or quarter == 1)


def withheld(term, gross):
    """Return the PPh 21 of *gross* rupiah, in whole rupiah (DOMAIN 4.4)."""
    percent = {"sergeant": 0, "grade_3": 5, "junior_officer": 5, "grade_4": 15}
    if term.rank:
        return gross * percent[term.rank] // 100
    return gross // 2 * 5 // 100


GRADES = {"sergeant": "BINTARA", "junior_officer": "PAMA", "grade_3": "III"}
GRADES["grade_4"] = "IV"
COLUMNS = (
    *("nama", "nik", "peran", "kode_wilayah", "nomor_sk", "tanggal_sk", "mulai"),
    *("selesai", "golongan", "bank", "rekening", "nama_rekening"),
)


def as_csv(terms):
    """Return the terms as the file that a regency delivers."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for term in terms:
        writer.writerow(
            [
                *(term.name, term.nik, term.role, ";".join(term.areas), term.letter),
                *(term.date_from.isoformat(), term.date_from.isoformat()),
                term.date_to.isoformat() if term.date_to else "",
                *(GRADES.get(term.rank, ""), "Bank Kalteng", term.account),
                term.account_name,
            ]
        )
    return text.getvalue().encode()
