# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Terminals: enrolled by the office, weeks without a network, then settled.

Needs cards in ``journey.facts["cards"]``, a point for their villages and an open
round. Two terminals share the families. One card is reported lost in the field, one at
the office while its terminal is offline; cards still on their way are handed over.
"""

import contextlib

from tools.virtual_card import VirtualCard

from . import terminal as field

OFFICER = "edc"
OPERATOR_NAME = "Petugas Loket"
# What a claim is worth to its point without a doubt.
PLAIN = {"ACCEPTED", "ACCEPTED_ONLINE"}


def run(journey):
    """Enrol two terminals, let them serve offline and settle what they push."""
    point, count = _busiest_point(journey)
    with contextlib.ExitStack() as stack:
        terminals = []
        for _number in range(2):
            # The first leaves half of the families to the second.
            terminal, record_id = _enrol(journey, point, most=(count + 1) // 2)
            stack.enter_context(terminal)
            status = field.prepare(terminal)
            fact = {"id": record_id, "tid": status["tid"], "lease": status["lease"]}
            terminals.append((terminal, fact))
        for number, (terminal, fact) in enumerate(terminals):
            fact |= _work_offline(journey, terminal, with_blocks=number == 0)
        for terminal, fact in terminals:
            fact["outcomes"] = _deliver(terminal)
    journey.facts["terminals"] = [fact for _terminal, fact in terminals]
    _check(journey)


def _deliver(terminal):
    """Push the journal, and once more, and return the outcomes of its claims."""
    outcomes = field.push(terminal)["outcomes"]
    if field.push(terminal)["outcomes"] != outcomes:
        raise AssertionError("a repeated push changed an outcome")
    return outcomes


def _busiest_point(journey):
    """Return (id, cards) of the point that serves the most families with a card."""
    officer = journey.erp(OFFICER)
    households = officer.search_read(
        "khbs.household",
        [("id", "in", [card["household_id"] for card in journey.facts["cards"]])],
        ["area_id"],
    )
    villages = [row["area_id"][0] for row in households]
    counts = {
        point["id"]: sum(village in point["village_ids"] for village in villages)
        for point in officer.search_read("khbs.point", [], ["village_ids"])
    }
    point = max(counts, key=counts.get, default=None)
    if not point or not counts[point]:
        raise AssertionError("no point serves the villages of the cards")
    return point, counts[point]


def _enrol(journey, point, most):
    """Create a terminal with its operator, enrol it and approve its fingerprint."""
    officer = journey.erp(OFFICER)
    record = officer.create(
        "khbs.terminal", {"point_id": point, "lease_families": most}
    )
    officer.create(
        "khbs.operator",
        {
            "terminal_id": record,
            "code": field.OPERATOR,
            "name": OPERATOR_NAME,
            "secret": field.PASSWORD,
        },
    )
    sheet = officer.call("khbs.terminal", "issue_code", [record])
    terminal = field.enrol(journey, sheet["tid"], sheet["code"], sheet["root"])
    shown = journey.facts["terminal_fingerprints"][sheet["tid"]]
    known = officer.read_one("khbs.terminal", record, ["fingerprint"])["fingerprint"]
    if shown != known:
        terminal.close()
        raise AssertionError(f"{sheet['tid']} shows {shown}, the office {known}")
    officer.decide("khbs.terminal", "action_approve_key", record)
    return terminal, record


def _work_offline(journey, terminal, with_blocks):
    """Hand over, block and serve without the network; return what happened.

    :param with_blocks: report one card lost in the field and one at the office
    """
    leased = terminal.held.lease().rows
    families = [c for c in journey.facts["cards"] if c["card_no"] in leased]
    shipped = [card for card in families if _state(journey, card) == "shipped"]
    active = [card for card in families if card not in shipped]
    result = {"handed_over": [card["card_no"] for card in shipped]}
    terminal.open(field.OPERATOR, field.PASSWORD)
    for card in shipped:
        terminal.activate(VirtualCard.open(card["path"]), gps=field.PLACE)
    if with_blocks and len(active) > 2:
        lost, suspended = active[:2]
        terminal.block(lost["card_no"], "lost", online=False)
        journey.erp("kartu").call(
            "khbs.card", "action_suspend", [suspended["id"]], "lost"
        )
        result |= {"lost": lost["card_no"], "suspended": suspended["card_no"]}
    terminal.close_shift()
    channels = [VirtualCard.open(card["path"]) for card in families]
    return result | field.serve_offline(terminal, channels)


def _state(journey, card):
    return journey.erp(OFFICER).read_one("khbs.card", card["id"], ["state"])["state"]


def _check(journey):
    """Compare what the terminals did with what the server made of it."""
    served = {
        e: terminal
        for terminal in journey.facts["terminals"]
        for claim in terminal["served"]
        for e in claim["e"]
    }
    codes = {
        e: code
        for terminal in journey.facts["terminals"]
        for _seq, e, code in terminal["outcomes"]
    }
    if not served or set(codes) != set(served):
        raise AssertionError(f"served {sorted(served)}, settled {sorted(codes)}")
    doubtful = {e: code for e, code in codes.items() if code not in PLAIN}
    if set(doubtful.values()) - {"BLOCKED_UNKNOWN"}:
        raise AssertionError(f"not plainly accepted: {doubtful}")
    rows = journey.erp(OFFICER).search_read(
        "khbs.entitlement", [("number", "in", list(served))], ["state"]
    )
    if {row["state"] for row in rows} != {"consumed"}:
        raise AssertionError("a served entitlement is not consumed")
    journey.facts["settled"] = codes
