# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import secrets
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from .. import life_cycle
from ..protocol import base64url

LEASE = timedelta(hours=2)
# A run that stands for the cards without one: those that replace a single card.
SINGLE_CARDS = 0
SINGLE_CARDS_PRIORITY = 2**31 - 1
# Jobs at the head of a run that other stations may be taking at this moment.
HEAD = 16


class KhbsCardJob(models.Model):
    # The job and whose turn it is.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.job"

    @api.model
    def _lease(self, device_code, run_id):
        """Lease the job whose turn it is, or return none.

        :param run_id: the run that the station is to work on; None: any
        """
        for turn in self._runs_in_turn(run_id):
            if job := self._lease_of_run(turn, device_code):
                self._tell_monitor()
                return job
        return self.browse()

    @api.model
    def _runs_in_turn(self, run_id):
        """Return the ids of the runs with waiting jobs in the order of their turn.

        A family that waits for its single card is not kept behind a run of thousands.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT turn.id
                  FROM (SELECT id, coalesce(priority, 0) AS priority
                          FROM khbs_card_run WHERE is_paused IS NOT TRUE
                         UNION ALL SELECT %(single)s, %(priority)s) turn
                 WHERE coalesce(turn.id = %(run_id)s, true)
                   AND EXISTS (SELECT FROM khbs_card_job job
                                WHERE job.state = 'waiting'
                                  AND coalesce(job.run_id, 0) = turn.id)
                 ORDER BY turn.priority DESC, turn.id
                """,
                single=SINGLE_CARDS,
                priority=SINGLE_CARDS_PRIORITY,
                run_id=run_id,
            )
        )
        return [turn for [turn] in rows]

    @api.model
    def _lease_of_run(self, turn, device_code):
        """Lease the oldest waiting job of a run that nobody is taking just now.

        Where another station took the same job since this transaction began, the
        head of the queue is left to the others.
        """
        try:
            with self.env.cr.savepoint(flush=False):
                return self._take_waiting(turn, device_code)
        except psycopg2.errors.SerializationFailure:
            job = self._take_waiting(turn, device_code, behind=HEAD)
            if not job:
                raise
            return job

    @api.model
    def _take_waiting(self, turn, device_code, behind=0):
        """Lease the first waiting job of a run, or the first *behind* so many others.

        A family that lost its place since the order keeps its job waiting, in sight
        of the card officer.
        """
        now = fields.Datetime.now()
        place = SQL("true")
        if behind:
            # An OFFSET of the query that locks would lock what it leaves out.
            place = SQL(
                """
                job.id > (SELECT id FROM khbs_card_job
                           WHERE state = 'waiting' AND coalesce(run_id, 0) = %s
                           ORDER BY id OFFSET %s LIMIT 1)
                """,
                turn,
                behind - 1,
            )
        query = SQL(
            """
            UPDATE khbs_card_job
               SET state = 'leased', device_code = %(device)s, nonce = %(nonce)s,
                   leased_until = %(until)s, write_uid = %(uid)s, write_date = %(now)s
             WHERE id = (
                   SELECT job.id
                     FROM khbs_card_job job
                     JOIN khbs_card card ON card.id = job.card_id
                     JOIN khbs_household household
                       ON household.id = card.household_id
                    WHERE job.state = 'waiting' AND coalesce(job.run_id, 0) = %(turn)s
                      AND household.state IN %(entitled)s AND %(place)s
                    ORDER BY job.id LIMIT 1
                      FOR UPDATE OF job SKIP LOCKED)
            RETURNING id
            """,
            device=device_code,
            nonce=base64url.encode(secrets.token_bytes(32)),
            until=now + LEASE,
            uid=self.env.uid,
            now=now,
            turn=turn,
            entitled=life_cycle.ENTITLED,
            place=place,
        )
        self.env.cr.execute(query, log_exceptions=False)
        job = self.browse([job_id for [job_id] in self.env.cr.fetchall()])
        job.invalidate_recordset()
        return job
