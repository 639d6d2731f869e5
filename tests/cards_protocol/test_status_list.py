# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import random
import zlib

import pytest
from protocol import base64url, status_list

# The 2-bit example of draft-ietf-oauth-status-list: twelve states in three bytes.
DRAFT_STATES = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
DRAFT_BYTES = bytes.fromhex("c944f9")


def test_packs_as_the_draft_does():
    assert status_list.pack(DRAFT_STATES) == DRAFT_BYTES
    assert [status_list.state_at(DRAFT_BYTES, i) for i in range(12)] == DRAFT_STATES


def test_zlib_alone_opens_the_list():
    packed = status_list.pack(DRAFT_STATES)
    lst = status_list.deflate(packed)
    padded = lst + "=" * (-len(lst) % 4)
    assert zlib.decompress(base64.urlsafe_b64decode(padded)) == packed


@pytest.mark.parametrize("n", [0, 1, 3, 4, 5, 1000])
def test_a_list_comes_back_whole(n):
    states = [random.Random(n + i).randrange(4) for i in range(n)]
    packed = status_list.pack(states)
    assert len(packed) == status_list.size(n)
    assert status_list.inflate(status_list.deflate(packed), n) == packed


def test_a_list_of_another_length_is_refused():
    lst = status_list.deflate(bytes(10))
    for n in (36, 44):
        with pytest.raises(status_list.StatusListError):
            status_list.inflate(lst, n)
    with pytest.raises(status_list.StatusListError):
        status_list.inflate(status_list.deflate(b"\xff"), 3)


def test_a_bomb_is_not_unpacked():
    bomb = base64url.encode(zlib.compress(bytes(50_000_000), 9))
    with pytest.raises(status_list.StatusListError):
        status_list.inflate(bomb, 100)


@pytest.mark.parametrize("tail", [b"x", b""])
def test_bytes_behind_or_missing_are_refused(tail):
    body = zlib.compress(bytes(10))
    body = body + tail if tail else body[:-1]
    with pytest.raises(status_list.StatusListError):
        status_list.inflate(base64url.encode(body), 40)


def test_deltas_lead_from_any_list_to_any_later_one():
    chance = random.Random(42)
    for _case in range(200):
        old_n = chance.randrange(30)
        n = old_n + chance.randrange(30)
        old = status_list.pack([chance.randrange(4) for _i in range(old_n)])
        new = status_list.pack([chance.randrange(4) for _i in range(n)])
        delta = status_list.delta_payload(
            "KHBS", "01", (4, old_n, old), (9, n, new), iat=1, exp=2
        )
        assert status_list.apply(old, old_n, delta) == new
        assert (delta["from"], delta["ver"], delta["n"]) == (4, 9, n)


def test_new_positions_begin_as_invalid_and_cost_nothing():
    old = status_list.pack([0, 2])
    new = status_list.grow(old, 2, 7)
    assert [status_list.state_at(new, i) for i in range(7)] == [0, 2, 1, 1, 1, 1, 1]
    assert status_list.difference(old, 2, new, 7) == {}


@pytest.mark.parametrize(
    "change", [{"sha": "x"}, {"set": {"0": [99]}}, {"set": {"4": [0]}}, {"n": 1}]
)
def test_a_delta_that_does_not_fit_is_refused(change):
    old = status_list.pack([0, 2])
    new = status_list.pack([2, 2])
    delta = status_list.delta_payload("KHBS", "01", (1, 2, old), (2, 2, new), 1, 2)
    with pytest.raises(status_list.StatusListError):
        status_list.apply(old, 2, {**delta, **change})


def test_two_percent_of_300000_stay_near_the_information_bound():
    chance = random.Random(7)
    states = bytearray(300_000)
    for index in chance.sample(range(300_000), 6_000):
        states[index] = chance.choice((1, 2))
    full = zlib.compress(status_list.pack(states), 9)
    # 5,304 bytes for which cards, 750 more for one of two states each.
    assert len(full) <= 1.6 * (5_304 + 750)
