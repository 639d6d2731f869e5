# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Places in proportion: exact at each level, the same every time."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from khbs_registry import draw
from khbs_registry.quotas import Waiting, apportion, promote

AREAS = st.dictionaries(
    st.from_regex(r"62\.[0-9]{2}\.[0-9]{2}\.2[0-9]{3}", fullmatch=True),
    st.integers(0, 5000),
    min_size=1,
    max_size=40,
)


@given(AREAS, st.integers(0, 300_000))
def test_the_sum_is_exact_and_each_share_is_its_quota_rounded(weights, total):
    whole = sum(weights.values())
    if not whole:
        if total:
            with pytest.raises(ValueError, match="eligible"):
                apportion(total, weights)
            return
        total = 0
    places = apportion(total, weights)
    assert sum(places.values()) == total
    for area, count in places.items():
        exact = total * weights[area] / whole if whole else 0
        assert math.floor(exact) <= count <= math.ceil(exact)
        if total <= whole:
            assert count <= weights[area]


@given(AREAS, st.integers(0, 300_000), st.randoms())
def test_the_order_of_the_areas_does_not_matter(weights, total, chance):
    if not sum(weights.values()):
        return
    shuffled = list(weights.items())
    chance.shuffle(shuffled)
    assert apportion(total, weights) == apportion(total, dict(shuffled))


@given(AREAS, st.integers(0, 10_000))
def test_two_levels_sum_to_the_whole(weights, total):
    """Regencies first, then the villages of each: nothing is lost between them."""
    if not sum(weights.values()):
        return
    regencies = {}
    for village, count in weights.items():
        regencies.setdefault(village[:5], {})[village] = count
    shares = apportion(total, {r: sum(v.values()) for r, v in regencies.items()})
    places = {}
    for regency, villages in regencies.items():
        if shares[regency]:
            places |= apportion(shares[regency], villages)
    assert sum(places.values()) == total


def test_ties_go_to_more_families_then_to_the_lower_code():
    assert apportion(1, {"b": 1, "a": 1}) == {"a": 1, "b": 0}
    # 2 x 3/6 = 1.0, 2 x 2/6 = 0.67, 2 x 1/6 = 0.33
    assert apportion(2, {"a": 1, "b": 2, "c": 3}) == {"a": 0, "b": 1, "c": 1}
    # Remainders of one half each: the larger area first.
    assert apportion(2, {"a": 1, "b": 3}) == {"a": 0, "b": 2}


def test_negative_places_are_refused():
    with pytest.raises(ValueError, match="negative"):
        apportion(-1, {"a": 1})


def waiting(key, village, *order):
    return Waiting(key=key, village=village, order=order)


def test_a_place_goes_to_the_village_then_the_district_then_the_regency():
    free = {"62.06.01.2001": 1, "62.06.01.2002": 1, "62.06.02.2001": 1}
    families = [
        waiting("other regency", "62.07.01.2001", 1),
        waiting("same regency", "62.06.09.2001", 2),
        waiting("same district", "62.06.01.2009", 3),
        waiting("second of the village", "62.06.01.2001", 9),
        waiting("first of the village", "62.06.01.2001", 4),
    ]
    promoted = dict(promote(free, families))
    assert promoted == {
        "62.06.01.2001": "first of the village",
        "62.06.01.2002": "same district",
        "62.06.02.2001": "same regency",
    }
    assert dict(promote(free, families, scope="district")) == {
        "62.06.01.2001": "first of the village",
        "62.06.01.2002": "same district",
    }
    assert promote(free, families, scope="village") == [
        ("62.06.01.2001", "first of the village")
    ]


@given(
    st.dictionaries(
        st.sampled_from(["62.06.01.2001", "62.06.01.2002", "62.06.02.2001"]),
        st.integers(0, 4),
    ),
    st.lists(
        st.tuples(
            st.sampled_from(["62.06.01.2001", "62.06.02.2001", "62.07.01.2001"]),
            st.integers(0, 9),
        ),
        max_size=12,
    ),
)
def test_no_place_twice_and_no_family_twice(free, families):
    queue = [waiting(n, village, o) for n, (village, o) in enumerate(families)]
    promoted = promote(free, queue)
    keys = [key for _village, key in promoted]
    assert len(keys) == len(set(keys))
    for village, places in free.items():
        assert [v for v, _key in promoted].count(village) <= places


def test_the_draw_is_the_digest_of_seed_and_number():
    number = "KHBS-62.06.01-000123"
    # printf '%s' 'benih' 'KHBS-62.06.01-000123' | sha256sum
    assert draw.lot("benih", number) == (
        "2909237f6da865b8385c3f26ac104fccd728d4f6c48ed62e37c9306544013158"
    )
    assert draw.order("s", number, 1, True, 4) < draw.order("s", number, 1, True, 3)
    assert draw.order("s", number, 1, True, 1) < draw.order("s", number, 1, False, 9)
    assert draw.order("s", number, 1, False, 1) < draw.order("s", number, 2, True, 9)
