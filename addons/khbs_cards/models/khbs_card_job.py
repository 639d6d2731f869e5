# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .. import authority, life_cycle, personalisation
from ..exceptions import ProtocolError
from ..protocol import base64url, chuid

LEASE = timedelta(hours=2)
UNKNOWN_JOB = 1501
OPEN_STATES = ("waiting", "leased", "certified")
LIVE_STATES = ("leased", "certified")
LAST_STEP = 10


class KhbsCardJob(models.Model):
    """One card to be personalised, leased to one card station at a time.

    The station calls through the terminals' endpoint; ``device_code`` is the
    station that signed the request (EDC_PROTOCOL 3).
    """

    _name = "khbs.card.job"
    _description = "Personalisation job"
    _order = "id desc"

    name = fields.Char(string="Job", compute="_compute_name")
    card_id = fields.Many2one(
        comodel_name="khbs.card",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    area_id = fields.Many2one(related="card_id.area_id", string="Village")
    run_id = fields.Many2one(related="card_id.run_id", store=True, index=True)
    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("leased", "At a station"),
            ("certified", "Certified"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    device_code = fields.Char(string="Station", readonly=True)
    nonce = fields.Char(readonly=True, groups="base.group_system")
    leased_until = fields.Datetime(readonly=True)
    blanks_spoiled = fields.Integer(
        readonly=True, help="Blank cards given up before they had a certificate."
    )
    last_step = fields.Integer(string="Failed at step", readonly=True, aggregator=None)
    last_why = fields.Char(string="Why", readonly=True)
    atr = fields.Char(string="ATR", readonly=True, help="Answer to reset of the chip.")
    done_at = fields.Datetime(readonly=True)
    transcript = fields.Json(
        readonly=True,
        groups="base.group_system",
        help="The last proofs of the card, as it signed them.",
    )

    _card_open_uniq = models.UniqueIndex(
        f"(card_id) WHERE state IN {OPEN_STATES}", "This card has an open job."
    )
    _device_live_uniq = models.UniqueIndex(
        f"(device_code) WHERE state IN {LIVE_STATES}",
        "This station has another card in work.",
    )
    _waiting_idx = models.Index("(id) WHERE state = 'waiting'")

    def _compute_name(self):
        for job in self:
            job.name = f"J{job.id:07d}" if job.id else False

    # What stations ask for

    @api.model
    def _station_next(self, device_code):
        """Return the station's live job, or lease it the next waiting one."""
        jobs = self.sudo()
        jobs._release_overdue()
        job = jobs.search(
            [("device_code", "=", device_code), ("state", "in", LIVE_STATES)]
        )
        job = job or jobs._lease_waiting(device_code)
        return job._invitation() if job else {"job": None}

    @api.model
    def _station_certify(self, device_code, params):
        """Check the card's proofs and return its certificates and its secrets."""
        job = self._live_job(device_code, params)
        card = job.card_id
        card_keys = personalisation.read_keys(card.profile, params.get("spki"))
        personalisation.verify(
            params.get("perso"),
            card_keys,
            authority.prg(self.env),
            job.name,
            job.nonce,
            card.card_no,
        )
        if not card._has_keys(card_keys):
            card._take_keys(card_keys, device_code)
            card._certify(card_keys, device_code)
            job.state = "certified"
        return card._secrets_for_station()

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
        atr = params.get("atr")
        if not isinstance(atr, str) or not re.fullmatch(r"([0-9A-Fa-f]{2}){1,33}", atr):
            raise ProtocolError(personalisation.BAD_PARAMS, "atr: hexadecimal text")
        personalisation.verify(
            params.get("transcript"),
            card._stored_keys(),
            authority.prg(self.env),
            job.name,
            personalisation.done_nonce(job.nonce, certs_sha),
            card.card_no,
        )
        card._transition("locked", "PERSONALISED", device_code=device_code)
        job.write(
            {
                "state": "done",
                "atr": atr.upper(),
                "transcript": params["transcript"],
                "done_at": fields.Datetime.now(),
                "nonce": False,
            }
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

    # The life of a job

    @api.model
    def _lease_waiting(self, device_code):
        """Lease the oldest waiting job that nobody is taking just now.

        A family that lost its place since the order keeps its job waiting, in sight
        of the card officer.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT job.id
                  FROM khbs_card_job job
                  JOIN khbs_card card ON card.id = job.card_id
                  JOIN khbs_household household ON household.id = card.household_id
                 WHERE job.state = 'waiting' AND household.state IN %s
                 ORDER BY job.id LIMIT 1 FOR UPDATE OF job SKIP LOCKED
                """,
                life_cycle.ENTITLED,
            )
        )
        job = self.browse([row[0] for row in self.env.cr.fetchall()])
        if job:
            job.write(
                {
                    "state": "leased",
                    "device_code": device_code,
                    "nonce": base64url.encode(secrets.token_bytes(32)),
                    "leased_until": fields.Datetime.now() + LEASE,
                }
            )
        return job

    @api.model
    def _cron_release_overdue(self):
        """Release overdue jobs although no station asks for work any more."""
        self.sudo()._release_overdue()

    @api.model
    def _release_overdue(self):
        """Give up the jobs whose station has not finished in time."""
        overdue = self.search(
            [
                ("state", "in", LIVE_STATES),
                ("leased_until", "<", fields.Datetime.now()),
            ]
        ).try_lock_for_update()
        for job in overdue:
            why = self.env._("The station did not finish in time.")
            job._take_back(job.device_code, why)

    def _take_back(self, device_code, why):
        """End the lease of a station that fell silent.

        A blank without a certificate bears nothing of this card: it may be used again
        and counts as spoiled only when a station says so.
        """
        self.ensure_one()
        self.last_why = why
        if self.state == "leased":
            self._wait_again()
        else:
            self.card_id._spoil("spoiled", device_code, why=why)

    def _give_up(self, device_code, step, why):
        """Free the number if no key was certified for it, else spoil the card."""
        self.ensure_one()
        if self.state == "leased":
            self.env["khbs.card.spoiled"]._tell("blank", self, device_code, step, why)
            self._wait_again(spoiled=1)
        else:
            self.card_id._spoil("spoiled", device_code, step, why)

    def _wait_again(self, spoiled=0):
        self.write(
            {
                "state": "waiting",
                "nonce": False,
                "leased_until": False,
                "blanks_spoiled": self.blanks_spoiled + spoiled,
            }
        )

    def _close_open(self):
        """End what is still open of these jobs: their cards are written off."""
        jobs = self.filtered(lambda job: job.state in OPEN_STATES)
        jobs.write({"state": "failed", "nonce": False})

    def _invitation(self):
        self.ensure_one()
        card = self.card_id
        expiry = fields.Date.context_today(self) + timedelta(days=5 * 365)
        return {
            "job": self.name,
            "card_no": card.card_no,
            "guid": card.guid,
            "chuid": base64url.encode(chuid.build(card.guid, expiry)),
            "slots": list(card._slots()),
            "transport_ref": self.run_id.transport_ref or "default",
            "nonce": self.nonce,
            "until": int(self.leased_until.timestamp()),
        }

    @api.model
    def _own_job(self, device_code, params):
        """Return the job named by the station, locked.

        :raises ProtocolError: no such job, or another station's
        """
        name = params.get("job") if isinstance(params, dict) else None
        match = re.fullmatch(r"J([0-9]{7,10})", name) if isinstance(name, str) else None
        job = self.sudo().browse(int(match[1]) if match else 0).exists()
        if not job or job.device_code != device_code:
            raise ProtocolError(UNKNOWN_JOB, "job unknown or not yours")
        job._lock()
        return job

    def _lock(self):
        self.flush_recordset()
        self.env.cr.execute(
            SQL("SELECT id FROM khbs_card_job WHERE id = %s FOR UPDATE", self.id)
        )
        self.invalidate_recordset()

    @api.model
    def _live_job(self, device_code, params):
        job = self._own_job(device_code, params)
        job._require_live(*LIVE_STATES)
        return job

    def _require_live(self, *states):
        """Raise unless the job is in one of *states* and its lease has not run out."""
        self.ensure_one()
        if self.state not in states or self.leased_until < fields.Datetime.now():
            raise ProtocolError(UNKNOWN_JOB, "job not open at this step, or expired")
