# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Whatever happens to cards, every way to a version ends in the same list."""

from hypothesis import given
from hypothesis import strategies as st
from protocol import status_list

STATES = st.lists(st.integers(0, 3), max_size=60)
# One step of a list's life: positions that change, and cards that are added.
STEP = st.tuples(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3)), max_size=12), STATES
)
HISTORY = st.lists(STEP, min_size=1, max_size=8)


def versions(first, history):
    """Return [(version, n, packed)] of a list that begins as *first*."""
    states = list(first)
    made = [(1, len(states), status_list.pack(states))]
    for changes, added in history:
        for index, state in changes:
            if states:
                states[index % len(states)] = state
        states += added
        made.append((len(made) + 1, len(states), status_list.pack(states)))
    return made


def delta(old, new):
    return status_list.delta_payload("KHBS", "01", old, new, iat=1, exp=2)


@given(STATES, HISTORY, st.data())
def test_any_chain_of_deltas_is_the_full_list(first, history, data):
    made = versions(first, history)
    held = made[0]
    place = 0
    while place < len(made) - 1:
        # Any version may be skipped: a delta leads from each to each later one.
        place = data.draw(st.integers(place + 1, len(made) - 1))
        payload = delta(held, made[place])
        packed = status_list.apply(held[2], held[1], payload)
        held = (payload["ver"], payload["n"], packed)
        assert held == made[place]
    full = status_list.deflate(made[-1][2])
    assert status_list.inflate(full, made[-1][1]) == held[2]


@given(STATES, HISTORY)
def test_a_delta_names_each_change_once_and_nothing_else(first, history):
    made = versions(first, history)
    old, new = made[0], made[-1]
    grown = status_list.grow(old[2], old[1], new[1])
    named = {}
    for state, positions in delta(old, new)["set"].items():
        for index in positions:
            assert index not in named
            named[index] = int(state)
    for index in range(new[1]):
        before = status_list.state_at(grown, index)
        after = status_list.state_at(new[2], index)
        assert named.get(index, before) == after
        assert (index in named) == (before != after)


@given(STATES)
def test_the_counts_are_those_of_the_states(states):
    packed = status_list.pack(states)
    expected = [states.count(state) for state in range(4)]
    assert status_list.count(packed, len(states)) == expected


@given(STATES, st.integers(0, 400))
def test_growing_adds_only_cards_that_do_not_count(states, more):
    n = len(states) + more
    grown = status_list.grow(status_list.pack(states), len(states), n)
    assert [status_list.state_at(grown, index) for index in range(n)] == [
        *states,
        *[status_list.INVALID] * more,
    ]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), STATES, st.data())
def test_a_delta_on_another_list_is_noticed(states, added, data):
    """The digest is of the result: a holder with another list must fetch it whole."""
    index = data.draw(st.integers(0, len(states) - 1))
    other = list(states)
    other[index] = (other[index] + 1) % 4
    new = (2, len(states) + len(added), status_list.pack([*states, *added]))
    payload = delta((1, len(states), status_list.pack(states)), new)
    try:
        status_list.apply(status_list.pack(other), len(other), payload)
    except status_list.StatusListError:
        return
    raise AssertionError("it was not noticed")
