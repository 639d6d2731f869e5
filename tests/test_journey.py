# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The programme from end to end: what each station of the journey left behind."""

import re
import subprocess
from collections import Counter
from datetime import date

import openpyxl
import pytest
import requests
from jsonrpcclient import Ok, parse
from jsonrpcclient import request as rpc_request
from num2words import num2words


@pytest.fixture(scope="module")
def auditor(journey):
    return journey.erp("auditor")


def pdf_text(path):
    """Return the text of a PDF as poppler reads it."""
    return subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout


def rupiah(amount):
    return f"{amount:,}".replace(",", ".")


def entitlements(auditor, journey, *domain):
    return auditor.search_read(
        "khbs.entitlement",
        [("round_id", "=", journey.facts["round"]), *domain],
        ["number", "state", "amount", "channel", "household_id", "regency_id"],
    )


def test_round_is_the_decided_list_times_the_benefits(journey, auditor):
    families = auditor.call(
        "khbs.recipient.line",
        "search_count",
        [("list_id", "=", journey.facts["recipient_list"])],
    )
    granted = Counter(row["amount"] for row in entitlements(auditor, journey))
    assert granted == {250_000: families, 150_000: families}
    steps = auditor.search_read(
        "khbs.approval",
        [("model", "=", "khbs.round"), ("res_id", "=", journey.facts["round"])],
        ["step", "user_id", "sha256"],
    )
    assert {step["step"] for step in steps} == {"generated", "decided"}
    assert len({step["user_id"][0] for step in steps}) == 2
    assert len({step["sha256"] for step in steps}) == 1


def test_personalised_cards_are_handed_over_once(journey, auditor):
    made = auditor.search_read(
        "khbs.card",
        [("id", "in", [card["id"] for card in journey.facts["cards"]])],
        ["card_no", "state", "household_id"],
    )
    assert len(made) == len({row["card_no"] for row in made}) >= 20
    assert len({row["household_id"][0] for row in made}) == len(made)
    assert {row["state"] for row in made} <= {"active", "suspended"}


def test_every_transfer_ends_in_a_named_state_and_one_failed(journey, auditor):
    lines = auditor.search_read(
        "khbs.bank.line",
        [("batch_id", "=", journey.facts["transfer_batch"])],
        ["state", "reference", "amount", "entitlement_id"],
    )
    failed = [line for line in lines if line["state"] == "failed"]
    assert [line["reference"] for line in failed] == [journey.facts["failed_reference"]]
    paid = [line for line in lines if line["state"] == "success"]
    assert len(paid) == len(lines) - 1
    cash = entitlements(auditor, journey, ("channel", "=", "account"))
    consumed = [row for row in cash if row["state"] == "consumed"]
    assert sum(line["amount"] for line in paid) == sum(r["amount"] for r in consumed)
    assert {line["entitlement_id"][0] for line in paid} == {r["id"] for r in consumed}


def test_bast_adds_up(journey, auditor):
    lines = auditor.search_read(
        "khbs.delivery.line",
        [("delivery_id", "=", journey.facts["delivery"])],
        ["sent", "good", "damaged", "short"],
    )
    assert len(lines) == 3
    for line in lines:
        assert line["sent"] == line["good"] + line["damaged"] + line["short"]
    assert sum(line["damaged"] for line in lines) == 10
    assert "BERITA ACARA SERAH TERIMA" in pdf_text(journey.folder / "bast.pdf")


def test_terminals_served_offline_and_settled_once(journey, auditor):
    first, second = journey.facts["terminals"]
    served = [e for t in (first, second) for claim in t["served"] for e in claim["e"]]
    assert first["served"] and second["served"]
    assert len(served) == len(set(served))
    food = entitlements(auditor, journey, ("channel", "=", "goods"))
    consumed = {row["number"] for row in food if row["state"] == "consumed"}
    assert consumed == {e for e in served if e in {row["number"] for row in food}}
    postings = auditor.call("khbs.claim.posting", "search_count", [])
    primaries = auditor.call("khbs.claim.primary", "search_count", [])
    assert primaries == len(served)
    assert postings <= primaries


def test_blocked_cards(journey, auditor):
    """Lost in the field: refused there. Suspended at the office unknown to the field:
    served, the programme bears it (EDC_PROTOCOL 8 row 18)."""
    terminal = journey.facts["terminals"][0]
    cards = {
        row["card_no"]: row
        for row in auditor.search_read(
            "khbs.card",
            [("card_no", "in", [terminal["lost"], terminal["suspended"]])],
            ["card_no", "state", "household_id"],
        )
    }
    assert cards[terminal["lost"]]["state"] == "suspended"
    assert cards[terminal["suspended"]]["state"] == "suspended"
    codes = journey.facts["settled"]

    def of_family(card_no):
        family = cards[card_no]["household_id"][0]
        rows = entitlements(auditor, journey, ("household_id", "=", family))
        return {codes[row["number"]] for row in rows if row["number"] in codes}

    assert of_family(terminal["lost"]) == set()
    assert of_family(terminal["suspended"]) == {"BLOCKED_UNKNOWN"}


def test_complaint_suspends_the_card(journey, auditor):
    [card] = auditor.search_read(
        "khbs.card", [("card_no", "=", journey.facts["suspended_card_no"])], ["state"]
    )
    assert card["state"] == "suspended"


def test_bkk_amounts_agree_from_proposal_to_paper(journey, auditor):
    facts = journey.facts
    proposal = auditor.read_one(
        "khbs.bkk.proposal",
        facts["bkk_proposal"],
        ["state", "proposed_amount", "approved_amount"],
    )
    assert proposal["state"] == "disbursed"
    assert (
        proposal["proposed_amount"] - facts["bkk_cut_amount"]
        == (proposal["approved_amount"])
    )
    decree = auditor.read_one("khbs.decree", facts["bkk_decree"], ["state"])
    assert decree["state"] == "in_force"
    paper = journey.folder / "keputusan-bkk.pdf"
    text = re.sub(r"\s+", " ", pdf_text(paper))
    amount = proposal["approved_amount"]
    assert f"Rp{rupiah(amount)},00 ({num2words(amount, lang='id')} rupiah)" in text
    assert "Undang-Undang Nomor 14 Tahun 2023" in text
    assert "Nomor 21 Tahun 1958" not in text
    assert text.count(rupiah(amount)) >= 3
    lines = auditor.search_read(
        "khbs.bkk.proposal.line",
        [("proposal_id", "=", facts["bkk_proposal"])],
        ["approved_amount"],
    )
    assert sum(line["approved_amount"] for line in lines) == amount


def test_bkk_is_played_to_its_end(journey, auditor):
    """A roster with its rejects, a repaid return, tax, and an LPJ in each state."""
    facts = journey.facts
    delivery = auditor.read_one(
        "khbs.bkk.roster.import",
        facts["bkk_roster_import"],
        ["state", "new_count", "refused_count"],
    )
    delivery.pop("id")
    assert delivery == {"state": "applied", "new_count": 30, "refused_count": 3}
    rejects = openpyxl.load_workbook(journey.folder / "daftar-ditolak.xlsx").active
    assert rejects.max_row == 1 + delivery["refused_count"]

    transfer = auditor.read_one("khbs.bkk.transfer", facts["bkk_bounced"], ["state"])
    assert transfer["state"] == "repaid"
    payment = auditor.read_one(
        "khbs.bkk.payment",
        facts["bkk_paid_list"],
        ["state", "received_amount", "paid_gross", "paid_tax"],
    )
    assert payment["state"] == "paid"
    assert payment["paid_tax"] > 0

    fields = ["state", "left_amount", "refunded_amount", "return_reason", "due_date"]
    accepted, sent_back, due = (
        auditor.read_one("khbs.bkk.accountability", facts[name], fields)
        for name in ("bkk_accepted", "bkk_sent_back", "bkk_due")
    )
    assert accepted["state"] == "accepted"
    assert accepted["refunded_amount"] == accepted["left_amount"] > 0
    assert accepted["left_amount"] == payment["received_amount"] - payment["paid_gross"]
    assert sent_back["state"] == due["state"] == "draft"
    assert "STS" in sent_back["return_reason"]
    assert sent_back["left_amount"] > sent_back["refunded_amount"] == 0
    assert due["due_date"] > f"{date.today()}"
    assert not due["return_reason"]


@pytest.mark.parametrize("name", ["keputusan-bkk", "recap", "bast"])
def test_papers_are_sound(journey, name):
    """Another reader finds no fault, and every font is in the file."""
    path = journey.folder / f"{name}.pdf"
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)
    fonts = subprocess.run(
        ["pdffonts", path], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    assert fonts
    for line in fonts:
        embedded = line.split()[-5]
        assert embedded == "yes", line


def test_recap_agrees_with_the_database_to_the_rupiah(journey, auditor):
    ceiling, spent = Counter(), Counter()
    for row in entitlements(auditor, journey):
        name = row["regency_id"][1].rpartition(" (")[0]
        ceiling[name] += row["amount"]
        if row["state"] == "consumed" and row["channel"] == "account":
            spent[name] += row["amount"]
    posted = auditor.search_read("khbs.claim.posting", [], ["line_id", "amount"])
    spent["Kabupaten Katingan"] += sum(row["amount"] for row in posted)
    sheet = openpyxl.load_workbook(journey.folder / "recap.xlsx", read_only=True).active
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] is not None]
    head = next(row for row in rows if row[0] == "No")
    columns = {label: place for place, label in enumerate(head)}
    body = [row for row in rows if isinstance(row[0], int)]
    assert len(body) == 14
    pdf = re.sub(r"[ \n]+", " ", pdf_text(journey.folder / "recap.pdf"))
    for row in body:
        name = row[columns["Kabupaten/Kota"]]
        assert row[columns["Pagu (Rp)"]] == ceiling[name]
        assert row[columns["Realisasi (Rp)"]] == spent[name]
        assert rupiah(row[columns["Realisasi (Rp)"]]) in pdf
    [total] = [row for row in rows if row[0] == "JUMLAH"]
    assert total[columns["Pagu (Rp)"]] == sum(ceiling.values())
    assert total[columns["Realisasi (Rp)"]] == sum(spent.values())
    assert rupiah(sum(spent.values())) in pdf


def test_audit_chain_holds(journey):
    found = journey.facts["audit"]
    assert found["count"] > 100
    assert not found["broken_seq"]


@pytest.mark.parametrize("path", ["/xmlrpc/2/common", "/xmlrpc/common", "/jsonrpc"])
def test_legacy_endpoints_are_not_there(journey, path):
    assert requests.post(journey.url + path, json={}, timeout=30).status_code == 404


def test_database_manager_is_closed(journey):
    answer = requests.post(
        f"{journey.url}/web/database/drop",
        data={"master_pwd": "admin", "name": journey.database},
        timeout=30,
    )
    assert journey.erp("auditor").call("khbs.area", "search_count", []) > 1
    assert "Access Denied" in answer.text or answer.status_code in (403, 404)


def test_endpoint_speaks_to_a_stock_client(journey):
    answer = requests.post(
        f"{journey.url}/edc/v1",
        json=rpc_request("edc.time", params={"nonce": "stock-client"}),
        timeout=30,
    )
    parsed = parse(answer.json())
    assert isinstance(parsed, Ok)
    assert parsed.result["jws"].count(".") == 2
