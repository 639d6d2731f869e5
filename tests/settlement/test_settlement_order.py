# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Arrival order, splits and repetition never change an outcome."""

from hypothesis import given, settings
from hypothesis import strategies as st
from settlement import chain, judge
from settlement.chain_state import ChainState
from settlement.facts import Authorisation, Card
from settlement.ranking import Candidate, rank
from settlement_world import DAY, ROOT, T0, Journal, Server, facts, lease, line

FAMILIES = 5
EVENTS = ("claim", "claim", "claim", "sync", "close", "block", "activate", "deny")


@st.composite
def journals(draw, most=25):
    """A chain with claims, blocks, hand-overs and syncs in any order."""
    journal = Journal().start()
    for _entry in range(draw(st.integers(1, most))):
        event = draw(st.sampled_from(EVENTS))
        n = draw(st.integers(1, FAMILIES))
        if event == "claim":
            jti = draw(st.sampled_from((None, None, None, "J1", "J2")))
            journal.claim(n, jti=jti)
        elif event == "sync":
            journal.sync()
        else:
            journal.add(event, card_no=f"C{n}", jti="J1" if event == "deny" else None)
    return journal


def world():
    found = facts(
        FAMILIES,
        authorisations={("J1", "E-1"): Authorisation("C1", line("E-1"))},
    )
    found.cards["C2"] = Card(2, None)
    found.cards["C3"] = Card(3, T0 - DAY, ((T0 + 300, None),))
    found.leases["L1"] = lease(FAMILIES, max_claims=6, handover=frozenset({"C2"}))
    return found


@st.composite
def deliveries(draw, entries):
    """The entries in pieces, in any order, some of them twice."""
    order = draw(st.permutations(entries))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=6)))
    pieces = [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    again = draw(st.lists(st.sampled_from(pieces), max_size=3))
    return [*pieces, *again]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_order_split_and_repetition(data):
    journal = data.draw(journals())
    whole = Server(world())
    whole.push(journal.entries)
    pieces = Server(world())
    for piece in data.draw(deliveries(journal.entries)):
        pieces.push(piece)
    assert (
        pieces.head
        == whole.head
        == chain.Head(len(journal.entries), journal.entries[-1].identity)
    )
    assert pieces.outcome() == whole.outcome()


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_fork_is_the_same_whichever_branch_comes_first(data):
    one = data.draw(journals(12))
    other = data.draw(journals(12))
    both = {e.identity: e for e in [*one.entries, *other.entries]}
    entries = list(both.values())
    whole = Server(world())
    whole.push(entries)
    pieces = Server(world())
    for piece in data.draw(deliveries(entries)):
        pieces.push(piece)
    assert pieces.head.fork == whole.head.fork
    assert pieces.outcome() == whole.outcome()


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_judging_in_steps_is_judging_at_once(data):
    """The state of the chain below a place is all that the entries above need."""
    journal = data.draw(journals())
    entries = journal.entries
    at = data.draw(st.integers(0, len(entries)))
    state = ChainState()
    first = judge.judge(entries[:at], world(), state)
    second = judge.judge(entries[at:], world(), state)
    at_once = judge.judge(entries, world(), ChainState())
    # A later sync dates what lies before it, so only what lies above is compared.
    assert second == at_once[len(first) :]


@given(st.lists(st.integers(1, 40), unique=True))
def test_missing_ranges_are_what_is_not_there(known):
    known = sorted(known)
    absent = {seq for a, b in chain.missing(0, known) for seq in range(a, b + 1)}
    assert absent == set(range(1, max(known, default=0) + 1)) - set(known)


def test_an_entry_that_names_a_foreign_predecessor_forks():
    head = chain.Head(0, ROOT)
    links = [chain.Link(1, "a", ROOT), chain.Link(2, "b", "a"), chain.Link(3, "c", "x")]
    assert chain.advance(head, links) == chain.Head(2, "b", 3)
    assert chain.advance(head, links[:1]).fork is None
    assert chain.advance(head, [chain.Link(1, "a", "other")]).fork == 1


candidates = st.lists(
    st.builds(
        Candidate,
        key=st.integers(),
        tid=st.sampled_from(["T000001", "T000002", "T000003"]),
        seq=st.integers(1, 99),
        code=st.sampled_from(
            ["ACCEPTED", "ACCEPTED_ONLINE", "BLOCKED_UNKNOWN", "NO_LEASE", "REVIEW_PAY"]
        ),
        online=st.booleans(),
        nbf=st.integers(0, 3),
    ),
    unique_by=(lambda line: line.key, lambda line: (line.tid, line.seq)),
    max_size=8,
)


@given(candidates, st.randoms())
def test_ranking_does_not_depend_on_order(lines, random):
    shuffled = list(lines)
    random.shuffle(shuffled)
    assert rank(shuffled) == rank(lines)


@given(candidates)
def test_at_most_one_line_is_paid_in_its_own_right(lines):
    codes, primary = rank(lines)
    own = [
        key
        for key, code in codes.items()
        if code not in ("NO_LEASE", "DOUBLE_SAME_TERMINAL", "DOUBLE_GOOD_FAITH")
    ]
    assert own == ([primary] if primary is not None else [])


def test_online_comes_before_offline():
    lines = [
        Candidate("off", "T000001", 1, "ACCEPTED", nbf=1),
        Candidate("on", "T000002", 9, "ACCEPTED_ONLINE", online=True, nbf=2),
        Candidate("second", "T000001", 5, "ACCEPTED", nbf=1),
    ]
    codes, primary = rank(lines)
    assert primary == "on"
    assert codes == {
        "on": "ACCEPTED_ONLINE",
        "off": "DOUBLE_GOOD_FAITH",
        "second": "DOUBLE_SAME_TERMINAL",
    }
