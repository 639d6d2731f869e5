# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

STATES = ("waiting", "leased", "certified", "done", "failed")
# What a change takes from one state and run and adds to another counts for the station
# that has the job after it. A run that gathers single cards changes their run alone.
CHANGED = """
    SELECT side.run_id, after.device_code, side.state, side.step
      FROM after
      JOIN before ON before.id = after.id
       AND (before.state, before.run_id) IS DISTINCT FROM (after.state, after.run_id)
     CROSS JOIN LATERAL (
         VALUES (before.run_id, before.state, -1), (after.run_id, after.state, 1)
     ) side(run_id, state, step)
"""
# What is counted: by which trigger, with which transition tables, and the query of
# (run, station, what, step) over them.
SOURCES = [
    {
        "name": "khbs_card_job_count_new",
        "table": "khbs_card_job",
        "event": "INSERT",
        "rows": "NEW TABLE AS after",
        "source": "SELECT run_id, device_code, state, 1 FROM after",
    },
    {
        "name": "khbs_card_job_count_changed",
        "table": "khbs_card_job",
        "event": "UPDATE",
        "rows": "NEW TABLE AS after OLD TABLE AS before",
        "source": CHANGED,
    },
    {
        "name": "khbs_card_job_count_spoiled",
        "table": "khbs_card_spoiled",
        "event": "INSERT",
        "rows": "NEW TABLE AS after",
        "source": "SELECT run_id, device_code, 'spoiled', 1 FROM after",
    },
]
COLUMNS = (*STATES, "spoiled")
_SUMS = ", ".join(
    f"coalesce(sum(step) FILTER (WHERE what = '{name}'), 0)" for name in COLUMNS
)
_ADDED = ", ".join(f"{name} = c.{name} + EXCLUDED.{name}" for name in COLUMNS)
COUNT = f"""
    CREATE OR REPLACE FUNCTION %(name)s() RETURNS trigger AS $$
    BEGIN
        INSERT INTO khbs_card_job_count AS c
               (day, began_at, changed_at, run_id, device_code, {", ".join(COLUMNS)})
        SELECT (now() AT TIME ZONE 'Asia/Pontianak')::date, now() AT TIME ZONE 'UTC',
               now() AT TIME ZONE 'UTC', run_id, coalesce(device_code, ''), {_SUMS}
          FROM (%(source)s) counted(run_id, device_code, what, step)
         GROUP BY run_id, coalesce(device_code, '')
        ON CONFLICT (day, device_code, coalesce(run_id, 0)) DO UPDATE
               SET changed_at = EXCLUDED.changed_at, {_ADDED};
        RETURN NULL;
    END
    $$ LANGUAGE plpgsql
"""
TRIGGER = """
    CREATE OR REPLACE TRIGGER %(name)s AFTER %(event)s ON %(table)s
        REFERENCING %(rows)s FOR EACH STATEMENT EXECUTE FUNCTION %(name)s()
"""
STATEMENTS = [
    (source["table"], statement % source)
    for source in SOURCES
    for statement in (COUNT, TRIGGER)
]


def install(cr, table):
    """Let PostgreSQL count with every change of *table*, however it is made.

    Call it from the ``init()`` of the model whose table it is.
    """
    for counted, statement in STATEMENTS:
        if counted == table:
            cr.execute(statement)


class KhbsCardJobCount(models.Model):
    """How many jobs came into and left each state: per day, run and station.

    Sums over the days are what there is now; PostgreSQL keeps them with the jobs
    themselves. Each station writes rows of its own, so no two wait for each other.
    """

    _name = "khbs.card.job.count"
    _description = "Personalisation in figures"
    _order = "day desc, run_id, device_code"
    _rec_name = "device_code"
    _log_access = False

    day = fields.Date(required=True, help="In WIB.")
    run_id = fields.Many2one(
        comodel_name="khbs.card.run", string="Print run", ondelete="cascade"
    )
    device_code = fields.Char(
        string="Station", required=True, default="", help="Empty: the office."
    )
    waiting = fields.Integer(required=True, default=0)
    leased = fields.Integer(string="At a station", required=True, default=0)
    certified = fields.Integer(required=True, default=0)
    done = fields.Integer(required=True, default=0)
    failed = fields.Integer(required=True, default=0)
    spoiled = fields.Integer(
        required=True, default=0, help="Blanks and cards that were lost."
    )
    began_at = fields.Datetime(required=True, help="First of what the row counts.")
    changed_at = fields.Datetime(required=True, help="Last of what the row counts.")

    _day_uniq = models.UniqueIndex("(day, device_code, coalesce(run_id, 0))")
    _run_idx = models.Index("(run_id, device_code)")
