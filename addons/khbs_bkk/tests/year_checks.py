# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What must be true after a year of BKK: every month explained, every total equal.

The figures of screens are read as the web client reads them, the figures of papers
from the files: the PDF by pdftotext, the workbook by openpyxl.
"""

import collections
import io
import re
import subprocess
from datetime import date

import openpyxl

PROPOSAL = "khbs.bkk.proposal"
MONEY = re.compile(r"\d{1,3}(?:\.\d{3})+|\b0\b")


def expected(year, quarter, step, level=None):
    """Return what the story says of a quarter, by regency; of all that is paid or of
    one level.
    """
    return year.story.amounts(year.terms, told(year, quarter, step), level)


def told(year, quarter, step):
    """Return {(place, month): rupiah} that the story says of a step of a quarter."""
    return getattr(year.story, step)(year.terms, year.year, quarter)


def by_proposal(year, quarter, step):
    """Return {id of the proposal: rupiah} that the story says of a quarter."""
    sums = {level: expected(year, quarter, step, level) for level in year.story.LEVELS}
    return {
        year.proposals[key]: sums[key[2]].get(key[0], 0) for key in year.keys(quarter)
    }


def by_payee(year, months):
    """Return {id of the area whose treasury is paid: rupiah} of months."""
    sums = collections.Counter()
    for (place, _month), amount in months.items():
        sums[year.area_of(year.terms[place].payee)] += amount
    return dict(sums)


def shown(year, model, figure, group, domain, session="auditor"):
    """Return {id of the group: sum} as a list or a pivot shows it."""
    rows = year.office.session(session).call(
        model,
        "formatted_read_group",
        domain,
        groupby=[group],
        aggregates=[f"{figure}:sum"],
    )
    return {row[group][0]: row[f"{figure}:sum"] for row in rows}


# ----------------------------------------------------------------------
# Months
# ----------------------------------------------------------------------


def decreed_months(year, quarter):
    """Return {(place, month): (rupiah, line, treasury)} of the list to be paid."""
    rows = year.office.session("auditor").search_read(
        "khbs.bkk.decree.line",
        [("proposal_id", "in", year.ids(quarter)), ("payable", "=", True)],
        [
            *("holder_id", "line_id", "rate_id", "decree_id", "rate_amount"),
            *("month_from", "months", "amount", "payee_area_id"),
        ],
    )
    months = {}
    for row in rows:
        first = date.fromisoformat(str(row["month_from"])).month
        for month in range(first, first + row["months"]):
            key = (year.places[row["holder_id"][0]], month)
            assert key not in months, f"{key} stands in the decree twice"
            months[key] = (row["rate_amount"], row["id"], row["payee_area_id"][0])
        assert row["amount"] == row["rate_amount"] * row["months"]
        assert row["line_id"] and row["decree_id"] and row["rate_id"]
    return months


def paid_lines(year, quarter):
    """Return {line of the decree: its payment} of what reached its people."""
    rows = year.office.session("auditor").search_read(
        "khbs.bkk.payment.line",
        [("proposal_id", "in", year.ids(quarter)), ("state", "=", "paid")],
        [
            *("decree_line_id", "holder_id", "gross", "tax", "net", "paid_on"),
            "payment_id",
        ],
    )
    paid = {row["decree_line_id"][0]: row for row in rows}
    assert len(paid) == len(rows), "a name of the decree is paid twice"
    return paid


def every_month_is_explained(year, quarter):
    """Hold that each month's money has its line, rate, decree and payment.

    And that the treasury that pays it is the one that the role is paid through.
    """
    story = year.story
    decreed = told(year, quarter, "decreed")
    months = decreed_months(year, quarter)
    assert {key: found[0] for key, found in months.items()} == decreed
    paid = paid_lines(year, quarter)
    reached = {key for key, found in months.items() if found[1] in paid}
    assert reached == set(told(year, quarter, "paid"))
    lists = {
        payment: year.area_of(area)
        for key in year.keys(quarter)
        for area, payment in year.payments[key].items()
    }
    gross = collections.Counter()
    for (place, _month), (amount, line, treasury) in months.items():
        gross[place, line, treasury] += amount
        assert treasury == year.area_of(year.terms[place].payee)
    for (place, line, treasury), amount in gross.items():
        if line in paid:
            row = paid[line]
            tax = story.withheld(year.terms[place], amount)
            assert (row["gross"], row["tax"], row["net"]) == (amount, tax, amount - tax)
            assert row["paid_on"] and lists[row["payment_id"][0]] == treasury
    reserved = year.office.session("auditor").search_read(
        "khbs.bkk.month",
        [("proposal_id", "in", year.ids(quarter)), ("released_at", "=", False)],
        ["holder_id", "month", "amount"],
    )
    assert {
        (
            year.places[row["holder_id"][0]],
            date.fromisoformat(str(row["month"])).month,
        ): row["amount"]
        for row in reserved
    } == decreed


# ----------------------------------------------------------------------
# Rules
# ----------------------------------------------------------------------


def second_tier_is_kept(year, quarter):
    """Hold that two persons approved what is above the amount, and one the rest."""
    ids = year.ids(quarter)
    rows = year.office.session("auditor").search_read(
        "khbs.approval",
        [
            ("model", "=", PROPOSAL),
            ("res_id", "in", ids),
            ("step", "in", ["endorsed", "approved"]),
        ],
        ["res_id", "step", "user_id"],
    )
    deciders = {(row["res_id"], row["step"]): row["user_id"][0] for row in rows}
    assert len(deciders) == len(rows)
    above = {
        year.proposals[code, quarter, level]
        for code, level in year.story.above_second_tier(year.terms, year.year, quarter)
    }
    assert bool(above) == (quarter < year.story.NO_SECOND_TIER)
    assert {one for one, step in deciders if step == "endorsed"} == above
    assert {one for one, step in deciders if step == "approved"} == set(ids)
    for one in above:
        assert deciders[one, "endorsed"] != deciders[one, "approved"]


def ceilings_are_kept(year, quarter):
    """Hold that no month pays more people than its ceiling, and who is over is warned.

    In every quarter a ceiling holds somebody back.
    """
    story = year.story
    months = decreed_months(year, quarter)
    full = 0
    for role, area, first, people in story.ceilings(year.terms, year.year):
        for month in range(3 * quarter - 2, 3 * quarter + 1):
            if month >= first:
                serving = story.serving(year.terms, months, role, area, month)
                assert serving <= people, (role, area, month)
                full += serving == people
    assert full
    exceeded = story.exceeded(year.terms, year.year, quarter)
    assert exceeded
    warned = warnings(year, quarter, "OVER_CEILING", "proposal_id")
    assert {year.proposals[code, quarter, level] for code, level in exceeded} <= warned


def local_pay_is_warned_of(year, quarter):
    """Hold that exactly who is paid by a regency's own budget is warned of."""
    local = {
        year.holders[place]
        for place, month in told(year, quarter, "proposed")
        if year.terms[place].story == "local" and month in year.story.LOCAL_MONTHS
    }
    assert bool(local) == (quarter in (2, 3))
    assert warnings(year, quarter, "PAID_LOCALLY", "holder_id") == local


def warnings(year, quarter, rule, field):
    """Return the ids in *field* of the warnings of a rule."""
    rows = year.office.session("auditor").search_read(
        "khbs.bkk.warning",
        [("proposal_id", "in", year.ids(quarter)), ("rule", "=", rule)],
        [field],
    )
    return {row[field][0] for row in rows}


# ----------------------------------------------------------------------
# Screens
# ----------------------------------------------------------------------


def screens_agree(year, quarter):
    """Hold that every screen of a quarter shows what the story says."""
    here = [("fiscal_year", "=", year.year), ("quarter", "=", str(quarter))]
    for figure, step in (
        ("proposed_amount", "proposed"),
        ("approved_amount", "approved"),
        ("decreed_amount", "decreed"),
    ):
        sums = shown(year, PROPOSAL, figure, "regency_id", here)
        assert named(year, sums) == expected(year, quarter, step), figure
        sums = shown(year, PROPOSAL, figure, "id", here)
        assert sums == by_proposal(year, quarter, step), figure
    mine = [("proposal_id", "in", year.ids(quarter))]
    for model, figure, domain, step in (
        ("khbs.bkk.proposal.line", "amount", [], "proposed"),
        ("khbs.bkk.proposal.line", "approved_amount", [], "approved"),
        ("khbs.bkk.decree.line", "amount", [("payable", "=", True)], "decreed"),
        ("khbs.bkk.disbursement", "amount", [("kind", "=", "first")], "decreed"),
        ("khbs.bkk.payment.line", "gross", [("state", "=", "paid")], "paid"),
    ):
        sums = shown(year, model, figure, "proposal_id", [*mine, *domain])
        assert sums == by_proposal(year, quarter, step), (model, figure)
    decreed = expected(year, quarter, "decreed")
    paid = expected(year, quarter, "paid")
    refunded = {code: decreed[code] - amount for code, amount in paid.items()}
    for figure, sums in (
        ("received_amount", decreed),
        ("paid_amount", paid),
        ("refunded_amount", refunded),
    ):
        reports = [*here, ("state", "=", "accepted")]
        seen = shown(*(year, "khbs.bkk.accountability", figure, "regency_id"), reports)
        assert named(year, seen) == sums, figure


def treasuries_agree(year, quarter):
    """Hold that each treasury was sent what is decreed through it, once for good."""
    story = year.story
    decreed = by_payee(year, told(year, quarter, "decreed"))
    of_proposal = [("disbursement_id.proposal_id", "in", year.ids(quarter))]
    transfers = ("khbs.bkk.transfer", "amount", "area_id")
    first = [*of_proposal, ("repays_id", "=", False)]
    assert shown(year, *transfers, first) == decreed
    again = shown(year, *transfers, [*of_proposal, ("repays_id", "!=", False)])
    villages = year.payments[story.BOUNCED_VILLAGE, 3, "village"]
    back = {1: year.area_of(story.BOUNCED), 3: min(map(year.area_of, villages))}
    assert again == ({back[quarter]: decreed[back[quarter]]} if quarter in back else {})


def named(year, sums):
    """Return sums by the code of the regency instead of its id."""
    codes = {year.area_of(code): code for code in year.regencies}
    return {codes[area]: amount for area, amount in sums.items()}


def budget_agrees(year):
    """Hold that the budget screen shows the whole year, account by account."""
    auditor = year.office.session("auditor")
    for level, budget_line in year.budget_lines.items():
        [sums] = auditor.call(
            "khbs.bkk.budget",
            "formatted_read_group",
            [("year", "=", year.year), ("budget_line_id", "=", budget_line)],
            groupby=["budget_line_id"],
            aggregates=[f"{figure}_amount:sum" for figure in BUDGET],
        )
        seen = {figure: sums[f"{figure}_amount:sum"] for figure in BUDGET}
        whole = {step: total(year, step, level=level) for step in STEPS}
        left = whole["decreed"] - whole["paid"]
        assert {step: seen[step] for step in STEPS[:3]} == {
            step: whole[step] for step in STEPS[:3]
        }
        assert seen["ceiling"] == ceiling_amount(year, level)
        assert seen["disbursed"] - seen["returned"] == whole["decreed"]
        assert seen["returned"] > 0
        assert (seen["accounted"], seen["refunded"]) == (whole["paid"], left)
        line = auditor.read_one(
            "khbs.budget.line",
            budget_line,
            ["decided_amount", "sp2d_amount", "realised_amount", "sts_amount"],
        )
        assert line["decided_amount"] == line["sp2d_amount"] == whole["decreed"]
        assert line["realised_amount"] == whole["paid"]
        assert line["sts_amount"] == left


STEPS = ("proposed", "approved", "decreed", "paid")
BUDGET = (
    *("ceiling", "proposed", "approved", "decreed", "disbursed", "returned"),
    *("accounted", "refunded"),
)


def ceiling_amount(year, level):
    """Return the rupiah of the ceilings of a level: people by the rate of a month."""
    story = year.story
    return sum(
        people * story.rate(role, area[:5], month)
        for role, area, first, people in story.ceilings(year.terms, year.year)
        for month in range(first, 13)
        if (role == story.VILLAGE_ROLE) == (level == "village")
    )


def total(year, step, quarters=(1, 2, 3, 4), level=None):
    """Return the rupiah of a step of the story in these quarters."""
    return sum(
        sum(expected(year, quarter, step, level).values()) for quarter in quarters
    )


# ----------------------------------------------------------------------
# Papers
# ----------------------------------------------------------------------


def amounts_of(pdf):
    """Return every amount that stands on a PDF."""
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return [int(found.replace(".", "")) for found in MONEY.findall(text)]


def rows_of(book):
    """Return the rows of a workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(book), read_only=True)["Data"]
    return [row for row in sheet.values if any(cell is not None for cell in row)]


def column(rows, heading):
    """Return (values of the rows, grand total) of a column of a table paper."""
    [head] = [row for row in rows if heading in row]
    place = head.index(heading)
    below = rows[rows.index(head) + 1 :]
    values = [row[place] or 0 for row in below if isinstance(row[0], int)]
    return values, below[-1][place]


def annexes_agree(year, quarter):
    """Hold that annexes I and II, PDF and workbook, come to what was approved.

    Of an amendment: to what is decreed at the end.
    """
    for level in year.story.LEVELS:
        decrees = [(year.decrees[quarter, level], "approved")]
        if (quarter, level) in year.amendments:
            decrees.append((year.amendments[quarter, level], "decreed"))
        for decree, step in decrees:
            decree_agrees(year, decree, expected(year, quarter, step, level))


def decree_agrees(year, decree, sums):
    """Hold that a decree and its annexes come to the sums of the regencies."""
    money = sum(sums.values())
    annexes = year.office.session("auditor").search_read(
        "khbs.decree.annex",
        [("decree_id", "=", decree)],
        ["totals", "row_count"],
        order="sequence",
    )
    recap, names = annexes[:2]
    for annex in (recap, names):
        assert annex["totals"]["amount"] == money
        rows = rows_of(year.office.annex(annex["id"], "xlsx"))
        values, last = column(rows, "Jumlah (Rp)")
        assert (sum(values), last) == (money, money)
        amounts = amounts_of(year.office.annex(annex["id"], "pdf"))
        assert money in amounts and set(sums.values()) <= set(amounts)
    assert money in amounts_of(year.office.decree(decree))


def minutes_agree(year, quarter, parts):
    """Hold that minutes of verification say what was proposed and what is left."""
    asked = by_proposal(year, quarter, "proposed")
    left = by_proposal(year, quarter, "approved")
    for code, level in parts:
        proposal = year.proposals[code, quarter, level]
        shown_papers = year.office.session("auditor").read_one(
            PROPOSAL, proposal, ["minutes_id", "minutes_list_id"]
        )
        figures = {asked[proposal], left[proposal]}
        minutes = year.office.paper(shown_papers["minutes_id"][0], "pdf")
        assert figures <= set(amounts_of(minutes))
        listed = shown_papers["minutes_list_id"][0]
        assert figures <= set(amounts_of(year.office.paper(listed, "pdf")))
        rows = rows_of(year.office.paper(listed, "xlsx"))
        for heading, money in (
            ("Diusulkan (Rp)", asked[proposal]),
            ("Disetujui (Rp)", left[proposal]),
        ):
            values, last = column(rows, heading)
            assert (sum(values), last) == (money, money), heading


def payment_lists_agree(year, quarter, parts):
    """Hold that the printed payment lists come to what is decreed, each treasury's."""
    decreed = by_payee(year, told(year, quarter, "decreed"))
    for code, level in parts:
        for area, payment in year.payments[code, quarter, level].items():
            money = decreed[year.area_of(area)]
            paper = year.paper_of("khbs.bkk.payment", payment, "bkk.payment")
            rows = rows_of(year.office.paper(paper, "xlsx"))
            values, last = column(rows, "Bruto (Rp)")
            assert (sum(values), last) == (money, money)
            assert money in amounts_of(year.office.paper(paper, "pdf"))


def reports_agree(year, quarter, parts):
    """Hold that the printed LPJ say what was received, paid and refunded."""
    decreed = by_proposal(year, quarter, "decreed")
    paid = by_proposal(year, quarter, "paid")
    for code, level in parts:
        key = (code, quarter, level)
        shown_report = year.office.session("auditor").read_one(
            "khbs.bkk.accountability", year.reports[key], ["paper_id"]
        )
        paper = shown_report["paper_id"][0]
        received, reached = (sums[year.proposals[key]] for sums in (decreed, paid))
        figures = {received, reached, received - reached}
        assert figures <= set(amounts_of(year.office.paper(paper, "pdf")))
        rows = rows_of(year.office.paper(paper, "xlsx"))
        cells = {cell for row in rows for cell in row if isinstance(cell, int)}
        assert figures <= cells


def recap_agrees(year, quarter=None, code=None):
    """Hold that report 27 comes to what is decreed and paid."""
    session = year.office.session("bkk_verifier")
    record = session.create(
        "khbs.bkk.report",
        {
            "year": year.year,
            "quarter": str(quarter) if quarter else False,
            "regency_id": year.area_of(code) if code else False,
        },
    )
    paper = session.call("khbs.bkk.report", "action_issue", [record])["res_id"]
    said = {"decreed": 0, "paid": 0}
    for one in (quarter,) if quarter else (1, 2, 3, 4):
        for step in said:
            sums = expected(year, one, step)
            said[step] += sums[code] if code else sum(sums.values())
    rows = rows_of(year.office.paper(paper, "xlsx"))
    for heading, money in (
        ("Ditetapkan (Rp)", said["decreed"]),
        ("Dibayarkan (Rp)", said["paid"]),
    ):
        values, last = column(rows, heading)
        assert (sum(values), last) == (money, money), heading
    assert set(said.values()) <= set(amounts_of(year.office.paper(paper, "pdf")))
    text = " ".join(str(row[0]) for row in rows)
    assert "LPJ diterima" in text and "SP2D/" in text
    return paper


def telling_parts(year, quarter):
    """Return (regency, level) of the proposals whose quarter has a story, and of one
    that has none.
    """
    story = year.story
    village = (story.BOUNCED_VILLAGE, "village")
    over = [(area, "village") for _r, area, *_n in story.CEILINGS if area == "62.05"]
    regencies = {
        1: [story.CORRECTED, story.NEVER_CORRECTED, story.BOUNCED, "62.12"],
        2: [story.CORRECTED, story.NEVER_CORRECTED, story.BOUNCED, "62.04"],
        3: [story.DROPPED, story.NEVER_CORRECTED, "62.71"],
        4: [story.NEVER_CORRECTED, "62.71"],
    }
    villages = {1: over, 2: [], 3: [village], 4: over}
    return [(code, "regency") for code in regencies[quarter]] + villages[quarter]
