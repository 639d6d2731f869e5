# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Count the jobs and losses that there were before they were counted.

    It runs after ``post-spoiled``, whose rows were counted as of today. What stations
    did is counted on the day it ended, the rest on the day it was last changed.
    """
    cr.execute("DELETE FROM khbs_card_job_count")
    cr.execute(
        """
        INSERT INTO khbs_card_job_count
            (day, run_id, device_code, began_at, changed_at,
             waiting, leased, certified, done, failed, spoiled)
        SELECT (at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Pontianak')::date, run_id,
               coalesce(device_code, ''), min(at), max(at),
               count(*) FILTER (WHERE what = 'waiting'),
               count(*) FILTER (WHERE what = 'leased'),
               count(*) FILTER (WHERE what = 'certified'),
               count(*) FILTER (WHERE what = 'done'),
               count(*) FILTER (WHERE what = 'failed'),
               count(*) FILTER (WHERE what = 'spoiled')
          FROM (SELECT coalesce(done_at, write_date) AS at, run_id, device_code,
                       state AS what
                  FROM khbs_card_job
                 UNION ALL
                SELECT at, run_id, device_code, 'spoiled' FROM khbs_card_spoiled) one
         GROUP BY 1, 2, 3
        """
    )
