# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generate a round of two benefits for every household (DESIGN 6).

Reference: the same rows, computed before, put into the same table with the same
indexes and triggers by a bare INSERT..SELECT.
"""

from . import seed
from .context import Figure, stopwatch

RUNS = 2
COLUMNS = """id, number, round_id, benefit_id, household_id, area_id, regency_id,
             amount, channel, state"""


def measure(bench):
    with bench.env() as env:
        seed.households(env, bench.households)
        seed.decided_list(env)
    bench.vacuum("khbs_household", "khbs_recipient_line", "khbs_entitlement")
    ours, bare = [], []
    for _run in range(RUNS):
        bare.append(_bare(bench))
        bench.vacuum("khbs_entitlement")
        ours.append(_generate(bench))
        bench.vacuum("khbs_entitlement")
    yield Figure("generate", min(ours), "s", min(ours) / min(bare), "<=2.0")


def _generate(bench):
    with bench.registry.cursor() as cr:
        env = bench.environment(cr)
        record = seed.round_of_all(env, "BENCH-OURS")
        env.flush_all()
        with stopwatch() as taken:
            record.action_generate()
            env.flush_all()
        assert record.entitlement_count == 2 * bench.households
        cr.rollback()
    return taken[0]


def _bare(bench):
    with bench.registry.cursor() as cr:
        env = bench.environment(cr)
        record = seed.round_of_all(env, "BENCH-BARE")
        env.flush_all()
        cr.execute(
            """
            CREATE TEMP TABLE wanted ON COMMIT DROP AS
            SELECT id, 'E' || lpad(id::text, 12, '0') AS number, round_id, benefit_id,
                   household_id, area_id, regency_id, amount, channel, 'open' AS state
              FROM (
                SELECT nextval('khbs_entitlement_id_seq') AS id, %s AS round_id,
                       b.id AS benefit_id, l.household_id, l.area_id, l.regency_id,
                       b.amount, b.channel
                  FROM khbs_recipient_line l
                  JOIN khbs_round_benefit_rel rel ON rel.khbs_round_id = %s
                  JOIN khbs_benefit b ON b.id = rel.khbs_benefit_id
                 WHERE l.list_id = %s
                 ORDER BY l.id) granted
            """,
            (record.id, record.id, record.recipient_list_id.id),
        )
        with stopwatch() as taken:
            cr.execute(
                f"INSERT INTO khbs_entitlement ({COLUMNS}) SELECT {COLUMNS} FROM wanted"
            )
        assert cr.rowcount == 2 * bench.households
        cr.rollback()
    return taken[0]
