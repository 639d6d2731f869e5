# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decide every household by the criteria in force, then rank a list of them (DESIGN 6).

Reference: the same decisions, computed before, put into the same table with the same
indexes and constraints by a bare INSERT..SELECT.
"""

from . import seed
from .context import Figure, stopwatch

RUNS = 2
COLUMNS = """household_id, area_id, criteria_id, decided_at, decided_by_id, outcome,
             reasons, current"""
TABLES = (
    "khbs_household",
    "khbs_decision",
    "khbs_recipient_line",
    "khbs_aid_list_line",
)


def measure(bench):
    with bench.env() as env:
        seed.households(env, bench.households)
        seed.open_households(env)
        seed.aid_list(env)
        seed.criteria(env)
    bench.vacuum(*TABLES)
    ours, bare, ranked = [], [], []
    for _run in range(RUNS):
        bare.append(_bare(bench))
        bench.vacuum(*TABLES)
        decided, listed = _decide(bench)
        ours.append(decided)
        ranked.append(listed)
        bench.vacuum(*TABLES)
    yield Figure("decide", min(ours), "s", min(ours) / min(bare), "<=3.0")
    yield Figure("rank", min(ranked), "s")
    with bench.env() as env:
        seed.close_households(env)


def _decide(bench):
    with bench.registry.cursor() as cr:
        env = bench.environment(cr)
        criteria = seed.criteria(env)
        areas = env.ref("khbs_registry.area_62")
        with stopwatch() as decided:
            counts = env["khbs.decision"]._decide_families(criteria, areas)
            env.flush_all()
        assert sum(counts.values()) == bench.households
        assert all(counts[outcome] for outcome in ("eligible", "not_eligible"))
        ranked = _rank(env, criteria, areas, counts["eligible"])
        cr.rollback()
    return decided[0], ranked


def _rank(env, criteria, area, eligible):
    """Return the seconds that collecting, quotas and ranking take."""
    made = env["khbs.recipient.list"].create(
        {
            "title": "Bench rank",
            "area_id": area.id,
            "criteria_id": criteria.id,
            "places": eligible * 9 // 10,
        }
    )
    env.flush_all()
    with stopwatch() as taken:
        made.action_collect()
        made.action_propose_quotas()
        made.action_rank()
        env.flush_all()
    assert made.line_count == eligible
    assert made.selected_count == made.places
    return taken[0]


def _bare(bench):
    """Return the seconds of the bare INSERT of the decisions, computed before."""
    with bench.registry.cursor() as cr:
        env = bench.environment(cr)
        criteria = seed.criteria(env)
        env["khbs.decision"]._judge(criteria._rules(), env.ref("khbs_registry.area_62"))
        cr.execute(
            """
            CREATE TEMP TABLE wanted ON COMMIT DROP AS
            SELECT household_id, area_id, %s AS criteria_id,
                   now() AT TIME ZONE 'UTC' AS decided_at, 1 AS decided_by_id,
                   outcome, reasons, true AS current
              FROM khbs_decision_result
            """,
            (criteria.id,),
        )
        assert cr.rowcount == bench.households
        with stopwatch() as taken:
            cr.execute(
                f"INSERT INTO khbs_decision ({COLUMNS}) SELECT {COLUMNS} FROM wanted"
            )
        cr.rollback()
    return taken[0]
