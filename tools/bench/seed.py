# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Families and a decided list, put straight into the tables: only what is measured
goes through the programme."""

import base64

from odoo import Command


def households(env, number):
    """Make sure that *number* households with a head exist; return how many were new.

    They are spread evenly over all villages.
    """
    cr = env.cr
    cr.execute("SELECT count(*) FROM khbs_household")
    [present] = cr.fetchone()
    if present >= number:
        return 0
    cr.execute(
        """
        WITH village AS (
            SELECT a.id, r.id AS regency_id, row_number() OVER () - 1 AS place,
                   count(*) OVER () AS total
              FROM khbs_area a
              JOIN khbs_area r ON r.level IN ('regency', 'city')
                   AND a.parent_path LIKE r.parent_path || '%%'
             WHERE a.level IN ('village', 'urban_village')
        ), made AS (
            INSERT INTO khbs_household
                   (name, kk_number, area_id, regency_id, decile, state, active)
            SELECT 'KHBS-BENCH-' || n, '9' || lpad(n::text, 15, '0'), v.id,
                   v.regency_id, (1 + n %% 5)::text, 'decided', true
              FROM generate_series(%s + 1, %s) n
              JOIN village v ON v.place = n %% v.total
            RETURNING id, name
        )
        INSERT INTO khbs_person
               (household_id, name, nik, nik_status, relation, state, active)
        SELECT id, 'WARGA ' || name, '9' || lpad(substr(name, 12), 15, '0'), 'valid',
               '1', 'alive', true
          FROM made
        """,
        (present, number),
    )
    cr.execute("ANALYZE khbs_household")
    cr.execute("ANALYZE khbs_person")
    return number - present


def open_households(env):
    """Let every household be one that a run decides, a third above the limit."""
    env.cr.execute(
        "UPDATE khbs_household SET state = 'listed', decile = (1 + id % 8)::text"
        " WHERE state = 'decided'"
    )
    env.invalidate_all()


def close_households(env):
    """Let every household be as :func:`households` made it: other figures need them."""
    env.cr.execute(
        "UPDATE khbs_household SET state = 'decided', decile = (1 + id % 5)::text"
        " WHERE state = 'listed'"
    )
    env.invalidate_all()


def criteria(env):
    """Return criteria in force that exclude every programme."""
    found = env["khbs.criteria"].search([("name", "=", "Bench decide")], limit=1)
    if found:
        return found
    programmes = env["khbs.aid.programme"].search([])
    return env["khbs.criteria"].create(
        {
            "name": "Bench decide",
            "legal_basis": "Bench",
            "valid_from": "2026-01-01",
            "max_decile": "5",
            "excluding_programme_ids": [Command.set(programmes.ids)],
            "state": "in_force",
        }
    )


def aid_list(env):
    """Make sure that a loaded list names the NIK of every tenth head of family."""
    lists = env["khbs.aid.list"]
    if lists.search_count([("source", "=", "Bench")]):
        return
    made = lists.create(
        {
            "source": "Bench",
            "letter_number": "1",
            "letter_date": "2026-01-01",
            "date_from": "2026-01-01",
            "file": base64.b64encode(b"nik;no_kk;program"),
            "state": "loaded",
        }
    )
    env.cr.execute(
        """
        INSERT INTO khbs_aid_list_line (list_id, line, nik, programme_id)
        SELECT %s, row_number() OVER (), p.nik, %s
          FROM khbs_person p WHERE p.id %% 10 = 0 AND p.relation = '1'
        """,
        (made.id, env.ref("khbs_registry.aid_programme_pkh").id),
    )
    env.cr.execute("ANALYZE khbs_aid_list_line")


def decided_list(env):
    """Return a decided list of all households."""
    lists = env["khbs.recipient.list"]
    found = lists.search([("title", "=", "Bench")], limit=1)
    if found:
        return found
    criteria = env["khbs.criteria"].create(
        {
            "name": "Bench",
            "legal_basis": "Bench",
            "valid_from": "2026-01-01",
            "max_decile": "5",
        }
    )
    made = lists.create(
        {
            "title": "Bench",
            "area_id": env.ref("khbs_registry.area_62").id,
            "criteria_id": criteria.id,
        }
    )
    env.flush_all()
    env.cr.execute(
        """
        INSERT INTO khbs_recipient_line
               (list_id, household_id, area_id, regency_id, rank, decile, verified,
                member_count)
        SELECT %s, id, area_id, regency_id,
               row_number() OVER (PARTITION BY area_id ORDER BY id), decile, true, 1
          FROM khbs_household
        """,
        (made.id,),
    )
    env.cr.execute(
        "UPDATE khbs_recipient_list SET state = 'decided', sha256 = repeat('0', 64)"
        " WHERE id = %s",
        (made.id,),
    )
    env.cr.execute("ANALYZE khbs_recipient_line")
    env.invalidate_all()
    return made


def round_of_all(env, code):
    """Return a new draft round of cash and food for the whole province."""
    benefits = env["khbs.benefit"].search([("code", "in", ["CASH", "FOOD"])])
    return env["khbs.round"].create(
        {
            "code": code,
            "name": code,
            "date_from": "2026-12-01",
            "date_to": "2026-12-31",
            "ceiling": 400_000_000_000,
            "recipient_list_id": decided_list(env).id,
            "benefit_ids": [Command.set(benefits.ids)],
            "area_ids": [Command.set(env.ref("khbs_registry.area_62").ids)],
        }
    )
