# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each row of the settlement table, and which of two rows wins."""

from dataclasses import replace

import pytest
from settlement.facts import Authorisation, Card, Claim, Line, ListVersion, Loss, Sync
from settlement_world import DAY, T0, Journal, facts, lease, line, moved


def one(world=None, **changes):
    """Return the code of one claim in an ordinary chain."""
    journal = Journal().start()
    journal.claim(**changes)
    journal.sync()
    [code] = journal.codes(world or facts())
    return code


def with_lease(**changes):
    return facts(leases={"L1": lease(**changes)})


def with_card(**changes):
    world = facts()
    card = replace(world.cards["C1"], **changes)
    return moved(world, cards={**world.cards, "C1": card})


def authorised(jti, granted=None, card_no="C1"):
    return facts(
        authorisations={(jti, "E-1"): Authorisation(card_no, granted or line())}
    )


def test_an_honest_claim():
    assert one() == "ACCEPTED"


def test_lost_terminal():
    reported = T0 + 4 * DAY
    assert one(facts(loss=Loss(reported, T0 - DAY))) == "TERMINAL_LOST"
    assert one(facts(loss=Loss(reported, T0 + DAY))) == "TERMINAL_REVIEW"
    assert one(facts(loss=Loss(T0 + 6 * DAY, T0 - DAY))) == "ACCEPTED"


def test_pin():
    assert one(with_lease(pin=frozenset({"FOOD"}))) == "PIN_MISSING"
    journal = Journal().start()
    signed = Claim("J", "C1", (line(),), with_pin=True)
    journal.add("claim", jti="J", claim=signed)
    assert journal.codes(with_lease(pin=frozenset({"FOOD"}))) == ["ACCEPTED"]


def test_a_clock_that_no_answer_supports():
    journal = Journal().start()
    journal.add("sync", sync=Sync(T0 + 6 * DAY, 10))
    journal.claim()
    assert journal.codes(facts()) == ["CLOCK_UNTRUSTED"]


def test_replay_gives_no_second_verdict():
    journal = Journal().start()
    journal.claim(jti="J")
    journal.claim(jti="J")
    assert journal.codes(facts()) == ["ACCEPTED"]


def test_card_that_was_not_handed_over():
    assert one(with_card(handed_over=None)) == "NOT_ACTIVE"
    assert one(with_card(handed_over=T0 + 6 * DAY)) == "NOT_ACTIVE"


def test_hand_over_in_the_chain():
    world = with_card(handed_over=None)
    journal = Journal().start()
    journal.add("activate", card_no="C1")
    journal.claim()
    assert journal.codes(world) == ["NOT_ACTIVE"], "the lease does not let it"
    world = moved(world, leases={"L1": lease(handover=frozenset({"C1"}))})
    assert journal.codes(world) == ["ACCEPTED"]


@pytest.mark.parametrize(
    "claimed",
    [
        Line("E-9", "FOOD", "P-1", 150_000),
        Line("E-2", "FOOD", "P-1", 150_000),
        Line("E-1", "CASH", "P-1", 150_000),
        Line("E-1", "FOOD", "P-2", 150_000),
        Line("E-1", "FOOD", "P-1", 150_001),
    ],
)
def test_mismatch(claimed):
    assert one(lines=(claimed,)) == "MISMATCH"


def test_authorised_online():
    assert one(authorised("J"), jti="J", lse=None) == "ACCEPTED_ONLINE"
    assert one(authorised("J", line(a=1)), jti="J") == "MISMATCH"
    assert one(authorised("J", card_no="C2"), jti="J") == "MISMATCH"


def test_authorisation_that_the_chain_gave_up():
    for event, values in (
        ("intent", {"jti": "OTHER", "card_no": "C2"}),
        ("close", {}),
        ("deny", {"jti": "J", "card_no": "C1"}),
    ):
        journal = Journal().start()
        journal.add("intent", jti="J", card_no="C1")
        journal.add(event, **values)
        journal.add("claim", jti="J", claim=Claim("J", "C1", (line(),)))
        assert journal.codes(authorised("J")) == ["ACCEPTED"], "by its lease alone"


def test_blocked_in_the_list_that_was_held():
    for status, code in ((1, "BLOCKED_KNOWN"), (2, "BLOCKED_KNOWN"), (3, "ACCEPTED")):
        world = facts(list_status=lambda card_no, version, status=status: status)
        assert one(world) == code


def test_blocked_in_a_list_that_the_server_knows_it_had():
    def status(card_no, version):
        return 2 if version >= 7 else 0

    known = facts(list_status=status, lists_reported=((T0 - 2 * DAY, 7),))
    assert one(known) == "BLOCKED_KNOWN"
    later = facts(list_status=status, lists_reported=((T0 + 4 * DAY, 7),))
    assert one(later) == "ACCEPTED"


def test_a_list_that_was_never_issued_hides_no_block():
    def status(card_no, version):
        return 2 if version == 1 else 0

    world = facts(list_status=status)
    assert one(world, lst=999) == "BLOCKED_KNOWN"
    journal = Journal().start()
    journal.add("lists", document=999)
    journal.claim(1)
    assert journal.codes(world) == ["BLOCKED_KNOWN"]


def test_blocked_by_the_terminal_itself():
    journal = Journal().start()
    journal.claim(1)
    journal.add("block", card_no="C1")
    journal.claim(1, jti="K")
    assert journal.codes(facts()) == ["ACCEPTED", "BLOCKED_KNOWN"]


def test_blocked_at_the_server_only():
    assert one(with_card(blocks=((T0 - DAY, None),))) == "BLOCKED_UNKNOWN"
    assert one(with_card(blocks=((T0 - 5 * DAY, T0 - 4 * DAY),))) == "ACCEPTED"


def test_expired_round():
    world = facts()
    over = replace(world.entitlements["E-1"], until=((0, T0 - 2 * DAY),))
    world = moved(world, entitlements={**world.entitlements, "E-1": over})
    assert one(world) == "EXPIRED"
    extended = replace(over, until=((0, T0 - 2 * DAY), (T0, T0 + 9 * DAY)))
    world = moved(world, entitlements={**world.entitlements, "E-1": extended})
    assert one(world) == "ACCEPTED"


def test_leases():
    assert one(lse="L2") == "NO_LEASE"
    assert one(with_lease(rows={})) == "NO_LEASE"
    assert one(with_lease(exp=T0 - DAY)) == "LEASE_EXPIRED"
    assert one(with_lease(nbf=T0 + DAY)) == "LEASE_EXPIRED"
    assert one(with_lease(lst_min=2)) == "STALE_LIST"
    assert one(with_lease(max_claims=0)) == "OVER_LIMIT"
    assert one(with_lease(max_sum=149_999)) == "OVER_LIMIT"


def test_successor_without_the_line():
    successor = lease(id="L2", number=2, rows={})
    world = facts(leases={"L1": lease(), "L2": successor})
    journal = Journal().start()
    journal.add("lease", document="L2", lse="L2")
    journal.claim(lse="L2")
    assert journal.codes(world) == ["LEASE_RELEASED"]


def test_an_older_lease_is_not_adopted_again():
    world = facts(leases={"L1": lease(), "L2": lease(id="L2", number=2)})
    journal = Journal().start()
    journal.add("lease", document="L2", lse="L2")
    journal.add("lease", document="L1")
    journal.claim()
    assert journal.codes(world) == ["NO_LEASE"]


def test_stale_list():
    assert one(facts(lists={1: ListVersion(T0 - 9 * DAY, T0 - DAY)})) == "STALE_LIST"
    assert one(facts(lists={})) == "STALE_LIST"


def test_cancelled_after_the_lease():
    world = facts()
    gone = replace(world.entitlements["E-1"], gone_at=T0)
    world = moved(world, entitlements={**world.entitlements, "E-1": gone})
    assert one(world) == "CANCELLED_AFTER_LEASE"


def test_decisions_reach_only_what_is_held():
    for decision, code in (("pay", "REVIEW_PAY"), ("no", "REVIEW_NO")):
        world = facts(leases={}, decisions={("J", "E-1"): decision})
        assert one(world, jti="J") == code
    world = facts(decisions={("J", "E-1"): "no"})
    assert one(world, jti="J") == "ACCEPTED"


def test_the_earlier_row_wins():
    blocked = with_card(blocks=((T0 - DAY, None),), handed_over=None)
    assert one(blocked) == "NOT_ACTIVE"
    lost = moved(blocked, loss=Loss(T0 + 4 * DAY, T0 - DAY))
    assert one(lost) == "TERMINAL_LOST"


def test_card_of_another_family():
    world = facts()
    cards = {**world.cards, "C1": Card(2, T0 - DAY)}
    assert one(moved(world, cards=cards, leases={})) == "MISMATCH"
