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


def by_regency(year, months):
    """Return {regency: rupiah} of {(place, month): rupiah}."""
    sums = collections.Counter(dict.fromkeys(year.regencies, 0))
    for (place, _month), amount in months.items():
        sums[year.terms[place].regency] += amount
    return dict(sums)


def expected(year, quarter, step):
    """Return what the story says of a quarter, by regency."""
    told = getattr(year.story, step)(year.terms, year.year, quarter)
    return by_regency(year, told)


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
    """Return {(place, month): (rupiah, line, rate, decree)} of the list to be paid."""
    ids = [year.proposals[code, quarter] for code in year.regencies]
    rows = year.office.session("auditor").search_read(
        "khbs.bkk.decree.line",
        [("proposal_id", "in", ids), ("payable", "=", True)],
        [
            *("holder_id", "line_id", "rate_id", "decree_id", "rate_amount"),
            *("month_from", "months", "amount"),
        ],
    )
    months = {}
    for row in rows:
        first = date.fromisoformat(str(row["month_from"])).month
        for month in range(first, first + row["months"]):
            key = (year.places[row["holder_id"][0]], month)
            assert key not in months, f"{key} stands in the decree twice"
            months[key] = (row["rate_amount"], row["id"], row["rate_id"][0])
        assert row["amount"] == row["rate_amount"] * row["months"]
        assert row["line_id"] and row["decree_id"]
    return months


def paid_lines(year, quarter):
    """Return {line of the decree: its payment} of what reached its people."""
    ids = [year.proposals[code, quarter] for code in year.regencies]
    rows = year.office.session("auditor").search_read(
        "khbs.bkk.payment.line",
        [("proposal_id", "in", ids), ("state", "=", "paid")],
        ["decree_line_id", "holder_id", "gross", "tax", "net", "paid_on"],
    )
    paid = {row["decree_line_id"][0]: row for row in rows}
    assert len(paid) == len(rows), "a name of the decree is paid twice"
    return paid


def every_month_is_explained(year, quarter):
    """Hold that each month's money has its line, rate, decree and payment."""
    story = year.story
    told = story.decreed(year.terms, year.year, quarter)
    months = decreed_months(year, quarter)
    assert {key: found[0] for key, found in months.items()} == told
    paid = paid_lines(year, quarter)
    reached = {key for key, found in months.items() if found[1] in paid}
    assert reached == set(story.paid(year.terms, year.year, quarter))
    gross = collections.Counter()
    for (place, _month), (amount, line, _rate) in months.items():
        gross[place, line] += amount
    for (place, line), amount in gross.items():
        if line in paid:
            row = paid[line]
            tax = story.withheld(year.terms[place], amount)
            assert (row["gross"], row["tax"], row["net"]) == (amount, tax, amount - tax)
            assert row["paid_on"]
    reserved = year.office.session("auditor").search_read(
        "khbs.bkk.month",
        [
            ("proposal_id", "in", [year.proposals[c, quarter] for c in year.regencies]),
            ("released_at", "=", False),
        ],
        ["holder_id", "month", "amount"],
    )
    assert {
        (
            year.places[row["holder_id"][0]],
            date.fromisoformat(str(row["month"])).month,
        ): row["amount"]
        for row in reserved
    } == told


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
    of_proposal = [("proposal_id.fiscal_year", "=", year.year)]
    of_proposal.append(("proposal_id.quarter", "=", str(quarter)))
    lines = shown(
        *(year, "khbs.bkk.proposal.line", "approved_amount", "proposal_id"),
        of_proposal,
    )
    approved = expected(year, quarter, "approved")
    assert {
        code: lines[year.proposals[code, quarter]] for code in year.regencies
    } == approved
    decreed = expected(year, quarter, "decreed")
    money = shown(
        *(year, "khbs.bkk.disbursement", "amount", "proposal_id"),
        [*of_proposal, ("kind", "=", "first")],
    )
    assert {
        code: money[year.proposals[code, quarter]] for code in year.regencies
    } == decreed
    reports = [*here, ("state", "=", "accepted")]
    received = shown(
        *(year, "khbs.bkk.accountability", "received_amount", "regency_id"), reports
    )
    assert named(year, received) == decreed
    paid = shown(
        *(year, "khbs.bkk.accountability", "paid_amount", "regency_id"), reports
    )
    assert named(year, paid) == expected(year, quarter, "paid")
    refunded = shown(
        *(year, "khbs.bkk.accountability", "refunded_amount", "regency_id"), reports
    )
    assert named(year, refunded) == {
        code: decreed[code] - paid for code, paid in named(year, paid).items()
    }


def named(year, sums):
    """Return sums by the code of the regency instead of its id."""
    codes = {year.regency_of(code): code for code in year.regencies}
    return {codes[area]: amount for area, amount in sums.items()}


def budget_agrees(year):
    """Hold that the budget screen shows the whole year."""
    rows = year.office.session("auditor").call(
        "khbs.bkk.budget",
        "formatted_read_group",
        [("year", "=", year.year), ("budget_line_id", "=", year.budget_line)],
        groupby=["budget_line_id"],
        aggregates=[
            f"{figure}_amount:sum"
            for figure in (
                *("proposed", "approved", "decreed", "disbursed", "returned"),
                *("accounted", "refunded"),
            )
        ],
    )
    [sums] = rows
    totals = {step: total(year, step) for step in STEPS}
    assert sums["proposed_amount:sum"] == totals["proposed"]
    assert sums["approved_amount:sum"] == totals["approved"]
    assert sums["decreed_amount:sum"] == totals["decreed"]
    assert (
        sums["disbursed_amount:sum"] - sums["returned_amount:sum"] == totals["decreed"]
    )
    assert sums["accounted_amount:sum"] == totals["paid"]
    assert sums["refunded_amount:sum"] == totals["decreed"] - totals["paid"]
    line = year.office.session("auditor").read_one(
        "khbs.budget.line",
        year.budget_line,
        ["decided_amount", "sp2d_amount", "realised_amount", "sts_amount"],
    )
    assert line["decided_amount"] == totals["decreed"]
    assert line["sp2d_amount"] == totals["decreed"]
    assert line["realised_amount"] == totals["paid"]
    assert line["sts_amount"] == totals["decreed"] - totals["paid"]


STEPS = ("proposed", "approved", "decreed", "paid")


def total(year, step, quarters=(1, 2, 3, 4)):
    """Return the rupiah of a step of the story in these quarters."""
    return sum(sum(expected(year, quarter, step).values()) for quarter in quarters)


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
    approved = expected(year, quarter, "approved")
    decrees = [(year.decrees[quarter], approved)]
    if quarter in year.amendments:
        decrees.append((year.amendments[quarter], expected(year, quarter, "decreed")))
    for decree, sums in decrees:
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


def payment_lists_agree(year, quarter, codes):
    """Hold that the printed payment lists come to what is decreed."""
    decreed = expected(year, quarter, "decreed")
    for code in codes:
        payment = year.payments[code, quarter]
        paper = year.paper_of("khbs.bkk.payment", payment, "bkk.payment")
        values, last = column(rows_of(year.office.paper(paper, "xlsx")), "Bruto (Rp)")
        assert (sum(values), last) == (decreed[code], decreed[code])
        assert decreed[code] in amounts_of(year.office.paper(paper, "pdf"))


def reports_agree(year, quarter, codes):
    """Hold that the printed LPJ say what was received, paid and refunded."""
    decreed = expected(year, quarter, "decreed")
    paid = expected(year, quarter, "paid")
    for code in codes:
        shown_report = year.office.session("auditor").read_one(
            "khbs.bkk.accountability", year.reports[code, quarter], ["paper_id"]
        )
        paper = shown_report["paper_id"][0]
        figures = {decreed[code], paid[code], decreed[code] - paid[code]}
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
            "regency_id": year.regency_of(code) if code else False,
        },
    )
    paper = session.call("khbs.bkk.report", "action_issue", [record])["res_id"]
    told = {"decreed": 0, "paid": 0}
    for one in (quarter,) if quarter else (1, 2, 3, 4):
        for step in told:
            sums = expected(year, one, step)
            told[step] += sums[code] if code else sum(sums.values())
    rows = rows_of(year.office.paper(paper, "xlsx"))
    for heading, money in (
        ("Ditetapkan (Rp)", told["decreed"]),
        ("Dibayarkan (Rp)", told["paid"]),
    ):
        values, last = column(rows, heading)
        assert (sum(values), last) == (money, money), heading
    assert set(told.values()) <= set(amounts_of(year.office.paper(paper, "pdf")))
    text = " ".join(str(row[0]) for row in rows)
    assert "LPJ diterima" in text and "SP2D/" in text
    return paper


def telling_regencies(year, quarter):
    """Return the regencies whose quarter has a story, and one that has none."""
    story = year.story
    return {
        1: [story.CORRECTED, story.NEVER_CORRECTED, story.BOUNCED, "62.12"],
        2: [story.CORRECTED, story.NEVER_CORRECTED, story.BOUNCED],
        3: [story.DROPPED, story.NEVER_CORRECTED, "62.71"],
        4: [story.NEVER_CORRECTED, "62.71"],
    }[quarter]
