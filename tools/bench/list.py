# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Publish the card status list: 2 % of all cards suspended (DESIGN 6).

Sizes, so they are the same in each run: of the full list as it travels, and of the
delta of a day of 60 changes. The ratio is that of the list before base64 and signature
to the information bound, the binary logarithm of the number of lists with as many
suspended cards. The time is that of the snapshot, the packing and the signature.

Everything happens in one transaction that is rolled back; the cards are put straight
into a list of their own.
"""

import math
import time

from odoo.addons.khbs_cards.protocol import base64url, jws

from . import seed
from .context import Figure, stopwatch

LIST = "90"
BLOCKED = 0.02
CHANGES = 60


def measure(bench):
    with bench.env() as env:
        seed.households(env, bench.households)
    with bench.registry.cursor() as cr:
        env = bench.environment(cr)
        card_list = _fill(env, bench.households)
        _suspend(env, card_list, round(bench.households * BLOCKED))
        with stopwatch() as taken:
            full = _publish(env, card_list, 1)
        _suspend(env, card_list, CHANGES)
        delta = _publish(env, card_list, 2)._delta_from(full)
        packed = jws.parse(full.jws).payload["status_list"]["lst"]
        ratio = len(base64url.decode(packed)) / _bound(bench.households)
        sizes = len(full.jws) / 1000, len(delta) / 1000
        cr.rollback()
    bench.vacuum("khbs_card")
    yield Figure("list", sizes[0], "KB", ratio, "<=1.6")
    yield Figure("list-delta", sizes[1], "KB")
    yield Figure("list-time", 1000 * taken[0], "ms")


def _fill(env, number):
    """Return a new list with an active card of each of *number* families."""
    cr = env.cr
    card_list = env["khbs.card.list"].create({"code": LIST, "next_index": number})
    env.flush_all()
    # Nobody has two cards in use: those of other figures rest until the rollback.
    cr.execute("ALTER TABLE khbs_card DISABLE TRIGGER USER")
    cr.execute("UPDATE khbs_card SET state = 'revoked'")
    cr.execute(
        """
        INSERT INTO khbs_card (card_no, card_index, household_id, area_id, list_id,
                               list_no, guid, profile, state)
        SELECT 'BENCH' || place, place, id, area_id, %s, %s,
               gen_random_uuid()::text, 'card', 'active'
          FROM (SELECT id, area_id, row_number() OVER (ORDER BY id) - 1 AS place
                  FROM khbs_household ORDER BY id LIMIT %s) family
        """,
        [card_list.id, LIST, number],
    )
    return card_list


def _suspend(env, card_list, number):
    """Suspend *number* active cards, spread as by lot; the same in each run."""
    env.cr.execute(
        """
        UPDATE khbs_card SET state = 'suspended' WHERE id IN (
            SELECT id FROM khbs_card WHERE list_id = %s AND state = 'active'
             ORDER BY md5(card_no) LIMIT %s)
        """,
        [card_list.id, number],
    )
    env.invalidate_all()


def _publish(env, card_list, version):
    count, packed = card_list._snapshot()
    versions = env["khbs.card.list.version"]
    return versions._publish(card_list, version, count, packed, int(time.time()))


def _bound(number):
    """Return the bytes that no list with so many suspended cards goes below."""
    blocked = round(number * BLOCKED)
    ways = (
        math.lgamma(number + 1)
        - math.lgamma(blocked + 1)
        - math.lgamma(number - blocked + 1)
    )
    return ways / math.log(2) / 8
