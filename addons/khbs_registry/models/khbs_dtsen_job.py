# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
import time

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL

from .khbs_dtsen_apply import CHUNK
from .khbs_dtsen_family import RegistryClash

_logger = logging.getLogger(__name__)
# Seconds of one turn; Odoo grants ten turns before the other crons have theirs. Each
# reads the file anew up to where the last one ended: a short turn does little else.
SLICE = 20
# First key of the advisory locks, the second is the id of the job.
LOCK = 0x4B484253
AGAIN = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
    ConcurrencyError,
)
UNFINISHED = ("queued", "running")
STATES = [
    ("queued", "Waiting"),
    ("running", "Running"),
    ("done", "Done"),
    ("stopped", "Stopped"),
    ("failed", "Failed"),
]
PHASES = [
    ("read", "Reading the file"),
    ("compare", "Comparing with the registry"),
    ("write", "Writing into the registry"),
]


class KhbsDtsenJob(models.Model):
    """Long work on a delivery, in chunks of one transaction each.

    How far it is stands in the row and is committed with the chunk: whatever ends the
    server, the next run goes on behind the last whole chunk. The lock is one of the
    transaction, so none outlives the server that held it.
    """

    _name = "khbs.dtsen.job"
    _description = "Work on a delivery"
    _order = "id desc"
    _rec_name = "import_id"

    import_id = fields.Many2one(
        comodel_name="khbs.dtsen.import", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection=[
            ("stage", "Read and compare"),
            ("compare", "Compare anew"),
            ("apply", "Apply"),
        ],
        required=True,
    )
    phase = fields.Selection(
        selection=PHASES,
        required=True,
    )
    state = fields.Selection(
        selection=STATES,
        required=True,
        default="queued",
        index=True,
    )
    processed = fields.Integer(aggregator=None)
    total = fields.Integer(aggregator=None, help="0: not known yet.")
    position = fields.Integer(
        aggregator=None, help="Line, or id of the family, up to which all is done."
    )
    message = fields.Char()
    stop_requested = fields.Boolean()
    requested_by_id = fields.Many2one(comodel_name="res.users", required=True)
    ended_at = fields.Datetime()

    _unfinished_uniq = models.UniqueIndex(
        "(import_id) WHERE state IN ('queued', 'running')",
        "This delivery is being worked on already.",
    )

    @api.model
    def _cron_run(self):
        """Go on with the jobs, oldest first, as long as the cron may run."""
        cron = self.env["ir.cron"]
        while job := self.search([("state", "in", UNFINISHED)], order="id", limit=1):
            if not job._run_slice():
                break
        waiting = self.search_count([("state", "in", UNFINISHED)])
        cron._commit_progress(remaining=waiting)

    def _run_slice(self):
        """Do chunk after chunk, each committed; return whether the job has ended."""
        self.ensure_one()
        cron = self.env["ir.cron"]
        end = time.monotonic() + SLICE
        try:
            # A server that was killed may hold it until its last statement is over.
            if not self._take():
                self._rollback()
                return False
            for _chunk in self._steps():
                reached = self.position
                self.env.flush_all()
                cron._commit_progress(1, remaining=1)
                if time.monotonic() > end:
                    # Go on as soon as the others are done, not in a minute.
                    self.env.ref("khbs_registry.cron_dtsen_job")._trigger()
                    return False
                self.env.invalidate_all()
                # Whoever else took the job meanwhile goes on with it alone.
                if not self._take() or self.position != reached:
                    return False
                if self.stop_requested:
                    self._stop()
                    break
            cron._commit_progress(1)
        except AGAIN:
            self._rollback()
            return False
        except UserError as error:
            self._rollback()
            self._fail(str(error))
        except Exception as error:
            # A message of PostgreSQL may quote the row, and rows hold NIK.
            self._rollback()
            _logger.error("Job %s of a delivery failed: %s", self.id, type(error))
            self._fail(self.env._("An unexpected error ended the work."))
        return True

    def _run_at_once(self):
        """Do all of it in the present transaction."""
        for _chunk in self._steps():
            pass

    def _rollback(self):
        self.env.cr.rollback()
        self.env.invalidate_all()

    def _take(self):
        """Lock the job for this transaction; tell whether it is ours and unfinished."""
        [(locked,)] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK, self.id)
        )
        self.invalidate_recordset()
        return locked and self.state in UNFINISHED

    def _steps(self):
        """Yield after each chunk, when what is done may be committed."""
        self.ensure_one()
        if not self._take():
            return
        if self.stop_requested:
            self._stop()
            return
        self.state = "running"
        delivery = self.import_id.with_user(self.requested_by_id).sudo()
        if self.kind == "apply":
            yield from self._apply_steps(delivery)
            return
        if self.phase == "read":
            yield from self._read_steps(delivery)
            self.write({"phase": "compare", "processed": 0, "total": 0})
            yield
        delivery._compare()
        if self.kind == "stage":
            delivery._finish_stage()
        self._end("done")

    def _read_steps(self, delivery):
        if not self.position:
            delivery._take_stock()
        for line, count, lines in delivery._stage_rows(self.position):
            self.write(
                {
                    "position": line,
                    "processed": self.processed + count,
                    "total": max(lines - 1, 0),
                }
            )
            yield

    def _apply_steps(self, delivery):
        """Write chunk by chunk; a chunk that clashes is halved down to the family."""
        families = self.env["khbs.dtsen.family"].with_env(delivery.env)
        limit = CHUNK
        while True:
            try:
                with self.env.cr.savepoint(flush=False):
                    position, count = families._next_chunk(
                        delivery, self.position, limit
                    )
                    if not count and self.position >= 0:
                        break
                    families._apply_chunk(delivery)
            except RegistryClash:
                if self.position >= 0 and limit > 1:
                    limit = max(1, limit // 8)
                    continue
                position, count = families._next_chunk(delivery, self.position, limit)
                families._hold_back_chunk(delivery)
            limit = min(CHUNK, limit * 8)
            self.write({"position": position, "processed": self.processed + count})
            delivery.applied_up_to = position
            yield
        delivery._finish_apply("applied")
        self._end("done")

    def _stop(self):
        """End by the wish of a person: what is applied stays, the rest waits."""
        delivery = self.import_id.with_user(self.requested_by_id).sudo()
        if self.kind == "stage":
            delivery._clear_staging()
            delivery.state = "draft"
        self._end("stopped")
        self.env["khbs.audit.event"].with_env(delivery.env)._record(
            "dtsen.stopped", delivery, {"processed": self.processed}
        )

    def _end(self, state):
        self.write({"state": state, "ended_at": fields.Datetime.now()})

    def _fail(self, message):
        self.write({"message": message})
        self._end("failed")
        self.env.cr.commit()  # pylint: disable=invalid-commit

    @api.autovacuum
    def _gc_staged_rows(self):
        """Keep of a written delivery only the rows that are still needed.

        Those are the refused ones and those of members who are still to be decided.
        """
        self.env["khbs.dtsen.import"].flush_model(["state"])
        self.env["khbs.dtsen.conflict"].flush_model()
        self.env.cr.execute(
            """
            DELETE FROM khbs_dtsen_row r
            WHERE NOT EXISTS (
                SELECT FROM khbs_dtsen_import i WHERE i.id = r.import_id
            ) OR (reasons = '{}' AND EXISTS (
                SELECT FROM khbs_dtsen_import i
                WHERE i.id = r.import_id AND i.state IN ('applied', 'partly')
            ) AND NOT EXISTS (
                SELECT FROM khbs_dtsen_conflict c
                WHERE c.import_id = r.import_id AND c.line = r.line
                    AND c.state = 'pending'
            ));
            DELETE FROM khbs_dtsen_pair p
            WHERE NOT EXISTS (
                SELECT FROM khbs_dtsen_import i
                WHERE i.id = p.import_id AND i.state IN ('staged', 'applying')
            )
            """
        )
