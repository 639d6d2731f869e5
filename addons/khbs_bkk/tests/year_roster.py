# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A year's roster of the province, made by rule, and the money it must come to.

The same rows feed the roster import and, counted month by month in plain Python, the
figures that every screen and paper of the year is compared with. Nothing here knows
how KHBS computes.
"""

import csv
import functools
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
# Whose money goes to the treasury of a desa; a kelurahan has none.
VILLAGE_ROLE = "mantir_village"
# In how many villages of a regency the Mantir Desa serve, three to a council.
COUNCILS = 8
# Where they serve desa; in the other regencies kelurahan alone.
OF_DESA = ("62.01", "62.05", "62.06", "62.08", "62.11", "62.12")
# Of whom a proposal is paid to, in the order in which it is verified: of two roles of
# one person the one that is verified first stands.
LEVELS = ("village", "regency")
# How many fewer a ceiling pays than serve: (role, regency, first month, fewer). That of
# the Mantir Desa is of one desa.
CEILINGS = (
    ("babinsa", "62.01", 1, 2),
    ("bhabinkamtibmas", "62.04", 6, 1),
    ("mantir_village", "62.05", 1, 1),
)
# Until the last quarter a second person approves what is above an amount.
NO_SECOND_TIER = 4
# Where a regency's own budget pays a Bhabinkamtibmas, and from when to when: the
# first month begins before, and is not paid twice for that.
PAID_LOCALLY = ("62.02", "62.13", "62.71")
LOCAL_DAYS = ((5, 11), (8, 31))
LOCAL_MONTHS = (5, 6, 7, 8)
# Where a name differs from the account: corrected by an amendment, or never.
CORRECTED, NEVER_CORRECTED = "62.06", "62.10"
HELD = (CORRECTED, NEVER_CORRECTED)
# Where a name leaves the list after the money came.
DROPPED = "62.03"
# Where the first transfer came back and went out again; and one to a desa.
BOUNCED = "62.08"
BOUNCED_VILLAGE = "62.12"
FIRST_NAMES = ("AHMAD", "SITI", "YOHANES", "RANGKAP", "MARIA", "UNTUNG", "LEWI", "I")
LAST_NAMES = (
    *("TUMON", "SAHAY", "DJAGA", "NYAHU", "ANTANG", "BINTI HJ. ASMAH", "RAHMAN"),
    *("MADE SUARTA", "USOP", "PENYANG", "O'BRIEN LAMBUNG"),
)


@dataclass(eq=False)
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

    @property
    def level(self):
        """Of whom the money goes to: where the first area is a desa, to it."""
        through = self.role == VILLAGE_ROLE and is_desa(min(self.areas))
        return "village" if through else "regency"

    @property
    def payee(self):
        """The code of the area whose treasury is paid."""
        return min(self.areas) if self.level == "village" else self.regency


def is_desa(code):
    """Return whether the code of a village is a desa's, and no kelurahan's."""
    return code.rpartition(".")[2].startswith("2")


def roster(year, count, regencies):
    """Return the terms of *count* persons, spread over the regencies.

    :param regencies: {code: (codes of its districts, codes of its villages)}
    """
    terms = []
    codes = sorted(regencies)
    for place, code in enumerate(codes):
        share = count // len(codes) + (place < count % len(codes))
        terms += _regency(year, code, share, *regencies[code], first=len(terms))
    # A tuple: what it comes to is counted once.
    return tuple(terms)


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
    if terms[0].regency in PAID_LOCALLY:
        terms[10].story = "local"
    for role, regency, _month, fewer in CEILINGS:
        if terms[0].regency == regency:
            for term in _whole_year(year, terms, role)[-fewer:]:
                term.story = "over"
    terms += successors


def _whole_year(year, terms, role):
    """Return who holds a role of the ceilings all year, of the one desa if it is one's.

    The desa is the first that pays Mantir Desa.
    """
    found = [
        term
        for term in terms
        if (term.role, term.date_to, term.story) == (role, None, "")
        and term.date_from < date(year, 1, 1)
    ]
    if role == VILLAGE_ROLE:
        desa = min(term.payee for term in found if term.level == "village")
        found = [term for term in found if term.payee == desa]
    return found


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
    if role == VILLAGE_ROLE:
        if villages[0][:5] not in OF_DESA:
            villages = [code for code in villages if not is_desa(code)]
        return (villages[turn // 3 % COUNCILS * 4 % len(villages)],)
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


@functools.cache
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


def refusal(term, month):
    """Return why verification takes a month of a term away, or nothing."""
    if term.story == "rejected" and 4 <= month <= 6:
        return "Surat tidak terbaca"
    if term.story == "cut" and month == 3:
        return "Surat penugasan berakhir sebelum bulan ketiga"
    if term.story == "local" and month in LOCAL_MONTHS:
        return "Bulan ini dibayar APBD kabupaten/kota"
    if term.story == "over":
        [first] = [
            first
            for role, regency, first, _fewer in CEILINGS
            if (role, regency) == (term.role, term.regency)
        ]
        return "Melebihi pagu" if month >= first else None
    return None


def refused(terms, year, quarter):
    """Return {place of the term: (months that are left, reason)} of who loses some."""
    found = {}
    for place, month in proposed(terms, year, quarter):
        months, reason = found.setdefault(place, ([], []))
        why = refusal(terms[place], month)
        if why:
            reason.append(why)
        else:
            months.append(month)
    return {
        place: (months, reasons[0])
        for place, (months, reasons) in found.items()
        if reasons
    }


@functools.cache
def approved(terms, year, quarter, but=()):
    """Return of what is proposed that which verification leaves.

    Not what is refused, and one role of a person in a month: what is verified first,
    and of one proposal the higher one.

    :param but: stories that count as not told
    """
    left = {
        (place, month): amount
        for (place, month), amount in proposed(terms, year, quarter).items()
        if terms[place].story in but or not refusal(terms[place], month)
    }
    best = {}
    for (place, month), amount in left.items():
        key = (terms[place].nik, month)
        first = -LEVELS.index(terms[place].level)
        best[key] = max(best.get(key, (-9, 0, 0)), (first, amount, -place))
    return {
        (place, month): amount
        for (place, month), amount in left.items()
        if -best[terms[place].nik, month][2] == place
    }


@functools.cache
def second_tier(terms, year):
    """Return [(first month, amount above which a second person approves)].

    The amount is such that half of the regencies are above it in the first quarter.
    """
    sums = sorted(amounts(terms, approved(terms, year, 1), "regency").values())
    return [(1, sums[len(sums) // 2 - 1]), (3 * NO_SECOND_TIER - 2, 0)]


def amounts(terms, months, level=None):
    """Return {regency: rupiah} of months, of all that is paid or at one level."""
    sums = {}
    for (place, _month), amount in months.items():
        if level in (None, terms[place].level):
            code = terms[place].regency
            sums[code] = sums.get(code, 0) + amount
    return sums


def above_second_tier(terms, year, quarter):
    """Return {(regency, level)} of the proposals that two persons approve."""
    told = approved(terms, year, quarter)
    limit = max(
        (first, amount)
        for first, amount in second_tier(terms, year)
        if first <= 3 * quarter - 2
    )[1]
    return {
        (code, level)
        for level in LEVELS
        for code, amount in amounts(terms, told, level).items()
        if 0 < limit < amount
    }


@functools.cache
def ceilings(terms, year):
    """Return [(role, area, first month, people)]: who is not over it fills it."""
    told = {}
    for quarter in (1, 2, 3, 4):
        told |= approved(terms, year, quarter)
    found = []
    for role, regency, first, _fewer in CEILINGS:
        area = regency
        if role == VILLAGE_ROLE:
            [area] = {
                term.payee
                for term in terms
                if (term.role, term.regency, term.story) == (role, regency, "over")
            }
        people = max(
            serving(terms, told, role, area, month) for month in range(first, 13)
        )
        found.append((role, area, first, people))
    return found


def serving(terms, months, role, area, month):
    """Return how many persons of a role are paid a month in an area."""
    return len(
        {
            terms[place].nik
            for place, one in months
            if one == month
            and terms[place].role == role
            and any(f"{code}.".startswith(f"{area}.") for code in terms[place].areas)
        }
    )


def exceeded(terms, year, quarter):
    """Return {(regency, level)} of the proposals whose roster is above a ceiling."""
    told = approved(terms, year, quarter, but=("over",))
    return {
        (area[:5], "village" if role == VILLAGE_ROLE else "regency")
        for role, area, first, people in ceilings(terms, year)
        for month in range(3 * quarter - 2, 3 * quarter + 1)
        if month >= first and serving(terms, told, role, area, month) > people
    }


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
