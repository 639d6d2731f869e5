# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import secrets
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from .. import life_cycle
from ..protocol import base64url
from .khbs_card_job_station import ROW, count_waiting

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
        """Lease the job whose turn it is.

        Where another station took the same job since this transaction began, the head
        of the queue is left to the others.

        :param run_id: the run that the station is to work on; None: any
        :return: (the job or none, how many wait besides it)
        """
        try:
            with self.env.cr.savepoint(flush=False):
                taken = self._take_waiting(device_code, run_id)
        except psycopg2.errors.SerializationFailure:
            taken = self._take_waiting(device_code, run_id, behind=HEAD)
            if not taken:
                raise
        if not taken:
            return self.browse(), 0
        self._tell_monitor()
        *row, waiting = taken
        self.browse(row[0]).invalidate_recordset()
        return self._keep([row]), int(waiting) - 1

    @api.model
    def _take_waiting(self, device_code, run_id, behind=0):
        """Lease the first waiting job of the runs in their turn.

        A family that waits for its single card is not kept behind a run of thousands.
        One that lost its place since the order keeps its job waiting, in sight of the
        card officer.

        :param behind: leave so many jobs at the head of the run that is first to the
            stations that are there; no job of a later run is taken in their stead
        :return: ``ROW`` of the job and how many waited before; None if none does
        """
        now = fields.Datetime.now()
        place, has_work, limit = SQL("true"), SQL("true"), SQL()
        if behind:
            limit = SQL("LIMIT 1")
            has_work = SQL(
                """
                EXISTS (SELECT FROM khbs_card_job
                         WHERE state = 'waiting' AND coalesce(run_id, 0) = run.id)
                """
            )
            # An OFFSET of the query that locks would lock what it leaves out.
            place = SQL(
                """
                job.id > (SELECT id FROM khbs_card_job
                           WHERE state = 'waiting' AND coalesce(run_id, 0) = turn.id
                           ORDER BY id OFFSET %s LIMIT 1)
                """,
                behind - 1,
            )
        query = SQL(
            """
            UPDATE khbs_card_job job
               SET state = 'leased', device_code = %(device)s, nonce = %(nonce)s,
                   leased_until = %(until)s, write_uid = %(uid)s, write_date = %(now)s
              FROM khbs_card card
             WHERE card.id = job.card_id AND job.id = (
                   SELECT first.id
                     FROM (SELECT *
                             FROM (SELECT id, coalesce(priority, 0) AS priority
                                     FROM khbs_card_run WHERE is_paused IS NOT TRUE
                                    UNION ALL SELECT %(single)s, %(priority)s) run
                            WHERE coalesce(id = %(run_id)s, true) AND %(has_work)s
                            ORDER BY priority DESC, id %(limit)s) turn
                    CROSS JOIN LATERAL (
                          SELECT job.id
                            FROM khbs_card_job job
                            JOIN khbs_card card ON card.id = job.card_id
                            JOIN khbs_household household
                              ON household.id = card.household_id
                           WHERE job.state = 'waiting'
                             AND coalesce(job.run_id, 0) = turn.id
                             AND household.state IN %(entitled)s AND %(place)s
                           ORDER BY job.id LIMIT 1
                             FOR UPDATE OF job SKIP LOCKED) first
                    ORDER BY turn.priority DESC, turn.id LIMIT 1)
            RETURNING %(row)s, (%(waiting)s)
            """,
            device=device_code,
            nonce=base64url.encode(secrets.token_bytes(32)),
            until=now + LEASE,
            uid=self.env.uid,
            now=now,
            single=SINGLE_CARDS,
            priority=SINGLE_CARDS_PRIORITY,
            run_id=run_id,
            entitled=life_cycle.ENTITLED,
            place=place,
            has_work=has_work,
            limit=limit,
            row=ROW,
            waiting=count_waiting(run_id),
        )
        self.env.cr.execute(query, log_exceptions=False)
        return self.env.cr.fetchone()
