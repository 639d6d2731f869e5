# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import contextlib
import re
from datetime import timedelta

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from .. import authority, personalisation, province_day
from ..exceptions import ProtocolError
from ..protocol import base64url, chuid, perso
from .khbs_card_job import LIVE_STATES

UNKNOWN_JOB = 1501
# Batch of blanks of the cards that belong to no run.
DEFAULT_BATCH = "default"
LAST_STEP = 10
# What is on the card's chip, as the invitation to make it says.
VALIDITY = timedelta(days=5 * 365)
# What the steps need of the card: its row is wide.
CARD_FIELDS = (
    "card_no",
    "guid",
    "profile",
    "state",
    "spki_9e",
    "spki_9c",
    "spki_9e_sha256",
    "spki_9c_sha256",
    "certificate_9e",
    "certificate_9c",
)
JOB_FIELDS = ("card_id", "run_id", "state", "device_code", "nonce", "leased_until")
# Both, of the tables ``job`` and ``card``.
ROW = SQL(
    ", ".join(
        ["job.id"]
        + [f"job.{name}" for name in JOB_FIELDS]
        + [f"card.{name}" for name in CARD_FIELDS]
    )
)


class KhbsCardJob(models.Model):
    # The job and what stations do with it.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.job"

    @api.model
    def _station_next(self, device_code):
        """Return the station's live job, or lease it the next waiting one."""
        jobs = self.sudo()
        self.env.flush_all()
        stations = jobs.env["khbs.card.station"]
        assigned, own, overdue = stations._seen(device_code)
        if overdue:
            jobs._release_overdue()
            self.env.flush_all()
            assigned, own, _overdue = stations._seen(device_code)
        if own:
            job = jobs.browse(own)._read_row()
            waiting = jobs._count_waiting(assigned)
        else:
            job, waiting = jobs._lease(device_code, assigned)
        if not job:
            return {"job": None}
        return job._invitation() | {"waiting": waiting}

    @api.model
    def _count_waiting(self, run_id):
        """Return how many jobs wait, of one run or of all (None)."""
        [[count]] = self.env.execute_query(count_waiting(run_id))
        return int(count)

    @api.model
    def _station_certify(self, device_code, params):
        """Check the card's proofs and return its certificates and its secrets."""
        job = self._own_job(device_code, params)
        job._require_live(*LIVE_STATES)
        card = job.card_id
        card_keys = personalisation.read_keys(card.profile, params.get("spki"))
        certified = job.state == "certified" and card._has_keys(card_keys)
        personalisation.verify(
            params.get("perso"),
            card_keys,
            authority.prg(self.env),
            job.name,
            job.nonce,
            card.card_no,
            certified=certified,
        )
        if certified:
            master = authority.master(self.env, "card.secrets", card)
        else:
            if job.state == "certified":
                card._require_few_certificates(device_code)
            card._take_keys(card_keys, device_code)
            with job._changed(state="certified") as change:
                master = card._certify(card_keys, device_code, change)
        return card._secrets_for_station(master)

    @api.model
    def _station_done(self, device_code, params):
        """Accept the finished card once it has signed with what was read back."""
        job = self._own_job(device_code, params)
        card = job.card_id
        certs_sha = params.get("certs_sha")
        if job.state == "done" and certs_sha == card._certificates_sha():
            return {"state": card.state.upper()}
        job._require_live("certified")
        personalisation.check_texts(certs_sha, len(card._slots()))
        if certs_sha != card._certificates_sha():
            raise ProtocolError(
                personalisation.BAD_PROOF, "not the certificates of this card"
            )
        atr = personalisation.read_atr(params)
        personalisation.verify(
            params.get("transcript"),
            card._stored_keys(),
            authority.prg(self.env),
            job.name,
            perso.done_nonce(job.nonce, certs_sha),
            card.card_no,
        )
        finished = {
            "state": "done",
            "atr": atr,
            "transcript": Json(params["transcript"]),
            "done_at": fields.Datetime.now(),
            "nonce": None,
        }
        with job._changed(**finished) as change:
            card._transition(
                "locked", "PERSONALISED", device_code=device_code, job_change=change
            )
        return {"state": "LOCKED"}

    @api.model
    def _station_fail(self, device_code, params):
        """Give the job up: before certification it waits again, after it is spoiled."""
        job = self._own_job(device_code, params)
        step, why = params.get("step"), personalisation.read_text(params, "why", 200)
        if type(step) is not int or not 1 <= step <= LAST_STEP:
            raise ProtocolError(personalisation.BAD_PARAMS, "step: 1 to 10")
        if job.state in ("waiting", "failed"):
            # It was given up already and the answer got lost.
            return {"state": job.card_id.state.upper()}
        job._require_live(*LIVE_STATES)
        job.write({"last_step": step, "last_why": why})
        job._give_up(device_code, step, why)
        return {"state": job.card_id.state.upper()}

    def _invitation(self):
        """Return what the station is told of this job, which was just read."""
        card = self.card_id
        today = province_day.day_of()
        return {
            "job": self.name,
            "card_no": card.card_no,
            "guid": card.guid,
            "chuid": base64url.encode(chuid.build(card.guid, today + VALIDITY)),
            "slots": list(card._slots()),
            "transport_ref": self.run_id.transport_ref or DEFAULT_BATCH,
            "nonce": self.nonce,
            "until": int(self.leased_until.timestamp()),
        }

    @api.model
    def _own_job(self, device_code, params):
        """Return the job named by the station, locked.

        :raises ProtocolError: no such job, or another station's
        """
        name = params.get("job") if isinstance(params, dict) else None
        match = re.fullmatch(r"J([0-9]{7,9})", name) if isinstance(name, str) else None
        job = self.sudo().browse(int(match[1]) if match else 0)._lock_row()
        if not job or job.device_code != device_code:
            raise ProtocolError(UNKNOWN_JOB, "job unknown or not yours")
        return job

    def _lock_row(self):
        """Lock this job against every other caller and return it, if there is one."""
        return self._read_row("FOR UPDATE OF job")

    def _read_row(self, locking=""):
        """Read this job and its card anew, by one statement; return the job, if any."""
        self.flush_recordset(JOB_FIELDS)
        self.env["khbs.card"].flush_model(CARD_FIELDS)
        query = SQL(
            "SELECT %s FROM khbs_card_job job JOIN khbs_card card"
            " ON card.id = job.card_id WHERE job.id = ANY(%s) %s",
            ROW,
            self.ids,
            SQL(locking),
        )
        return self._keep(self.env.execute_query(query))

    @api.model
    def _keep(self, rows):
        """Keep what a statement of ours read of one job by ``ROW``; return the job."""
        if not rows:
            return self.browse()
        [[job_id, *row]] = rows
        job = self.browse(job_id)
        keep_read(job, zip(JOB_FIELDS, row, strict=False))
        keep_read(job.card_id, zip(CARD_FIELDS, row[len(JOB_FIELDS) :], strict=True))
        return job

    def _require_live(self, *states):
        """Raise unless the job is in one of *states* and its lease has not run out."""
        self.ensure_one()
        if self.state not in states or self.leased_until < fields.Datetime.now():
            raise ProtocolError(UNKNOWN_JOB, "job not open at this step, or expired")

    @contextlib.contextmanager
    def _changed(self, **values):
        """Yield the statement that writes *values*, for its caller to carry out.

        Past the ORM; the caller holds the row.
        """
        values |= {"write_uid": self.env.uid, "write_date": fields.Datetime.now()}
        yield SQL(
            "UPDATE khbs_card_job SET %s WHERE id = %s",
            SQL(", ").join(
                SQL("%s = %s", SQL.identifier(name), value)
                for name, value in values.items()
            ),
            self.id,
        )
        self.invalidate_recordset(values, flush=False)
        self._tell_monitor()


def count_waiting(run_id):
    """Return the query of how many jobs wait, of one run or of all (None)."""
    return SQL(
        "SELECT coalesce(sum(waiting), 0)::bigint FROM khbs_card_job_count "
        "WHERE %s::integer IS NULL OR run_id = %s",
        run_id,
        run_id,
    )


def keep_read(record, values):
    """Keep what a statement of ours read of *record*, as a fetch of the ORM does."""
    for name, value in values:
        if isinstance(value, memoryview):
            value = bytes(value)
        record._fields[name]._update_cache(record, value)
