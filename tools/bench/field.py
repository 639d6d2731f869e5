# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cards, a round and terminals in the field, most of it put straight into the tables.

The keys are real and enrolment and lease go through the programme.
"""

import time

from odoo import Command, fields

from odoo.addons.khbs_cards import life_cycle
from odoo.addons.khbs_cards.protocol import base64url, card_number, keys

from .device import Device, card_key

STEPS = [
    ("allocated", "ALLOCATED"),
    ("keyed", "KEYS_MADE"),
    ("certified", "CERTIFIED"),
    ("locked", "PERSONALISED"),
    ("printed", "PRINTED"),
    ("shipped", "SHIPPED"),
    ("active", "CARD_HANDED_OVER"),
]


def families(env, number):
    """Return the ids of *number* families, village by village, with a card in use."""
    env.cr.execute(
        "SELECT id FROM khbs_household ORDER BY area_id, id LIMIT %s", [number]
    )
    ids = [household for (household,) in env.cr.fetchall()]
    if len(ids) < number:
        raise SystemExit(f"This figure needs --households of {number} at least.")
    _give_cards(env, ids)
    return ids


def _give_cards(env, households):
    env.cr.execute(
        f"""
        SELECT h.id, h.area_id FROM khbs_household h
         WHERE h.id = ANY(%s) AND NOT EXISTS (
               SELECT FROM khbs_card c
                WHERE c.household_id = h.id AND c.state IN {life_cycle.IN_USE})
         ORDER BY h.area_id, h.id
        """,
        [households],
    )
    without = env.cr.fetchall()
    if not without:
        return
    card_list = env.ref("khbs_cards.list_01")
    first = card_list._take(len(without))
    made = env.cr.execute_values(
        """
        INSERT INTO khbs_card (card_no, card_index, household_id, area_id, spki_9e,
            spki_9e_sha256, list_id, list_no, guid, profile, state, handed_over_at,
            valid_until)
        SELECT v.card_no, v.index, v.household, v.area, v.spki, v.sha256, l.id, l.code,
               gen_random_uuid()::text, 'card', 'active',
               now() AT TIME ZONE 'UTC' - interval '30 days', now() + interval '5 years'
          FROM (VALUES %s) AS v (card_no, index, household, area, spki, sha256)
          JOIN khbs_card_list l ON l.code = '01'
        RETURNING id
        """,
        [
            _card(card_list.code, first + place, *family)
            for place, family in enumerate(without)
        ],
        page_size=1000,
        fetch=True,
    )
    _tell_story(env, [card_id for (card_id,) in made])


def _card(list_no, index, household, area):
    card_no = card_number.make(list_no, index)
    spki = keys.spki(card_key(card_no).public_key())
    sha256 = keys.spki_sha256(spki).hex()
    return card_no, index, household, area, base64url.encode(spki), sha256


def _tell_story(env, cards):
    env.cr.execute_values(
        """
        INSERT INTO khbs_card_event (card_id, at, user_id, from_state, to_state,
                                     reason_code, data)
        SELECT c.id, now() AT TIME ZONE 'UTC' - interval '30 days', 1, v.origin,
               v.target, v.reason, '{}'::json
          FROM khbs_card c,
               (VALUES %s) AS v (place, origin, target, reason, cards)
         WHERE c.id = ANY(v.cards)
         ORDER BY c.id, v.place
        """,
        [
            (place, STEPS[place - 1][0] if place else None, *step, cards)
            for place, step in enumerate(STEPS)
        ],
    )


def open_round(env, households):
    """Grant food to *households* in a new open round; return the round.

    The rounds of earlier runs are closed, so that no lease takes them up.
    """
    env.cr.execute(
        "UPDATE khbs_round SET state = 'closed' WHERE code LIKE 'BENCH-%%'"
        " AND state = 'open'"
    )
    today = fields.Date.context_today(env.user)
    food = env.ref("khbs_claims.benefit_food")
    code = f"BENCH-{time.time_ns() // 1_000_000 % 10**10}"
    made = env["khbs.round"].create(
        {
            "code": code,
            "name": code,
            "benefit_ids": [Command.set(food.ids)],
            "area_ids": [Command.set(env.ref("khbs_registry.area_62").ids)],
            "date_from": fields.Date.subtract(today, days=1),
            "date_to": fields.Date.add(today, days=60),
            "ceiling": food.amount * len(households),
        }
    )
    env.flush_all()
    env.cr.execute(
        """
        INSERT INTO khbs_entitlement (id, number, round_id, benefit_id, household_id,
            area_id, regency_id, amount, channel, state)
        SELECT n, 'E' || lpad(n::text, 12, '0'), %s, %s, id, area_id, regency_id, %s,
               'goods', 'open'
          FROM (SELECT nextval('khbs_entitlement_id_seq') AS n, h.*
                  FROM khbs_household h WHERE id = ANY(%s)) granted
        """,
        [made.id, food.id, food.amount, households],
    )
    env.cr.execute("UPDATE khbs_round SET state = 'open' WHERE id = %s", [made.id])
    env.invalidate_all()
    return made


def point(env, households):
    """Return a point that serves the villages of *households*."""
    env.cr.execute(
        "SELECT DISTINCT area_id FROM khbs_household WHERE id = ANY(%s)", [households]
    )
    villages = [area for (area,) in env.cr.fetchall()]
    code = f"B{time.time_ns() // 1000 % 10**14}"
    return env["khbs.point"].create(
        {
            "code": code,
            "name": code,
            "area_id": villages[0],
            "village_ids": [Command.set(villages)],
        }
    )


def terminal(env, at):
    """Return (record, device) of a terminal at the point *at*, enrolled."""
    record = env["khbs.terminal"].create({"kind": "terminal", "point_id": at.id})
    device = Device(env)
    device.tid = record.code
    fingerprint = keys.fingerprint(record.code, device.spki)
    record._take_key(device.spki, fingerprint, {})
    seen = record._content_sha256()
    record.with_context(khbs_seen=seen).action_approve_key()
    return record, device


def lease(env, record):
    """Return (lease, its rows as dicts) cut for the terminal *record*."""
    env["khbs.card.list.version"]._current()
    env.flush_all()
    cut = env["khbs.lease"]._cut(record)
    env.flush_all()
    env.cr.execute(
        """
        SELECT card_no, e, benefit_code AS b, round_code AS p, amount AS a
          FROM khbs_lease_row WHERE lease_id = %s ORDER BY id
        """,
        [cut.id],
    )
    return cut, env.cr.dictfetchall()
