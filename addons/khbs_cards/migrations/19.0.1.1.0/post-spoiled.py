# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Enter what was spoiled before each piece of plastic had a row of its own.

    Of several blanks that one job spoiled the last alone has its cause.
    """
    cr.execute(
        """
        INSERT INTO khbs_card_spoiled
            (at, user_id, device_code, kind, card_id, run_id, job_id, step, why)
        SELECT job.write_date, job.write_uid, job.device_code, 'blank', job.card_id,
               job.run_id, job.id,
               CASE WHEN piece = job.blanks_spoiled THEN job.last_step END,
               CASE WHEN piece = job.blanks_spoiled THEN job.last_why END
          FROM khbs_card_job job
         CROSS JOIN LATERAL generate_series(1, job.blanks_spoiled) piece
         WHERE job.blanks_spoiled > 0
         ORDER BY job.id, piece
        """
    )
    cr.execute(
        """
        INSERT INTO khbs_card_spoiled
            (at, user_id, device_code, kind, card_id, run_id, job_id, step, why)
        SELECT event.at, event.user_id, event.device_code,
               CASE WHEN event.from_state IN ('keyed', 'certified') THEN 'card'
                    ELSE 'misprint' END,
               card.id, card.run_id, job.id, job.last_step,
               coalesce(job.last_why, event.reason_code)
          FROM khbs_card_event event
          JOIN khbs_card card ON card.id = event.card_id
          LEFT JOIN khbs_card_job job ON job.id = (
               SELECT max(id) FROM khbs_card_job WHERE card_id = card.id)
         WHERE event.to_state = 'destroyed'
           AND event.from_state IN
               ('keyed', 'certified', 'locked', 'printed', 'returned')
         ORDER BY event.id
        """
    )
