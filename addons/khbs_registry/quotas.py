# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Places shared out in proportion, and places that fall free. Knows no Odoo.

Largest remainder (Hamilton): each area gets the whole part of its exact share; what
is left goes one by one to the largest remainders. Equal remainders go to the area
with more eligible families, then to the lower code: the same figures always give the
same places. Where the places are no more than the families, no area gets more places
than it has families.
"""

import dataclasses
from collections import defaultdict

# How far the next waiting family may live from the place that fell free.
SCOPES = ("village", "district", "regency")


def apportion(total, weights):
    """Return {key: places} that sum to *total* exactly.

    :param total: places to share out, not negative
    :param weights: {key: eligible families}; keys sort, as codes of areas do
    :raises ValueError: there is something to share out and nobody to give it to
    """
    whole = sum(weights.values())
    if total < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("places and families are not negative")
    if not whole:
        if total:
            raise ValueError("no eligible family")
        return dict.fromkeys(weights, 0)
    shares = {key: divmod(total * weight, whole) for key, weight in weights.items()}
    places = {key: share for key, (share, _rest) in shares.items()}
    order = sorted(weights, key=lambda key: (-shares[key][1], -weights[key], key))
    for key in order[: total - sum(places.values())]:
        places[key] += 1
    return places


@dataclasses.dataclass(frozen=True)
class Waiting:
    """A family of the waiting list.

    :param key: what identifies it
    :param village: code of its village; its first parts are kecamatan and kabupaten
    :param order: sorts families of several villages: decile, verified, members, draw
    """

    key: object
    village: str
    order: tuple


def promote(free, waiting, scope="regency"):
    """Return [(village of the free place, key of the promoted family)].

    First every village serves its own families; only then what is left goes to the
    kecamatan, then to the kabupaten, as far as *scope* allows.

    :param free: {code of a village: places that are free there}
    :param waiting: iterable of :class:`Waiting`
    """
    left = {village: places for village, places in sorted(free.items()) if places > 0}
    queue = sorted(waiting, key=lambda family: family.order)
    promoted = []
    for reach in SCOPES[: SCOPES.index(scope) + 1]:
        places = defaultdict(list)
        for village, count in left.items():
            places[_part(village, reach)] += [village] * count
        rest = []
        for family in queue:
            near = places[_part(family.village, reach)]
            if near:
                promoted.append((near.pop(0), family.key))
            else:
                rest.append(family)
        queue = rest
        left = defaultdict(int)
        for villages in places.values():
            for village in villages:
                left[village] += 1
    return promoted


def _part(code, reach):
    """Return the part of a Kemendagri code (62.06.01.2001) that names the area."""
    return ".".join(
        code.split(".")[: {"regency": 2, "district": 3, "village": 4}[reach]]
    )
