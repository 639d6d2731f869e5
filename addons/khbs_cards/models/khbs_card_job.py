# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import life_cycle
from . import khbs_card_job_count

_logger = logging.getLogger(__name__)

OPEN_STATES = ("waiting", "leased", "certified")
LIVE_STATES = ("leased", "certified")


class KhbsCardJob(models.Model):
    """One card to be personalised, leased to one card station at a time.

    The station calls through the terminals' endpoint; ``device_code`` is the
    station that signed the request (EDC_PROTOCOL 3).
    """

    _name = "khbs.card.job"
    _inherit = "khbs.guarded"
    _description = "Personalisation job"
    _order = "id desc"

    _editable_states = ()

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
    # Which job is next in a run; the single cards, which have no run, are run 0.
    _turn_idx = models.Index("(coalesce(run_id, 0), id) WHERE state = 'waiting'")
    _done_idx = models.Index("(done_at, device_code) WHERE state = 'done'")

    def init(self):
        khbs_card_job_count.install(self.env.cr, self._table)

    def _compute_name(self):
        for job in self:
            job.name = f"J{job.id:07d}" if job.id else False

    def action_give_back(self):
        """Take jobs from stations that will not finish them.

        A job without a certificate waits again under its number. A card that has one
        is written off: nobody knows what is on the chip; its family gets a new number.
        """
        jobs = self._checked(life_cycle.CARD_OFFICER, "card.job.give_back", "read")
        jobs.invalidate_recordset()
        jobs._require_state(*LIVE_STATES)
        for job in jobs:
            self.env["khbs.audit.event"]._record(
                "card.job.give_back",
                job,
                {
                    "device": job.device_code,
                    "state": job.state,
                    "card_no": job.card_id.card_no,
                },
            )
            why = self.env._("Taken back by the card officer.")
            job._take_back(job.device_code, why)
        return True

    def action_view_spoiled(self):
        """Open what these jobs cost in plastic."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_cards.khbs_card_spoiled_action"
        )
        return action | {"domain": [("job_id", "in", self.ids)], "context": {}}

    # The life of a job

    @api.model
    def _cron_release_overdue(self):
        """Release overdue jobs although no station asks for work any more."""
        self.sudo()._release_overdue()

    @api.model
    def _release_overdue(self):
        """Give up the jobs whose station has not finished in time.

        One that cannot be given up is left to the log: it keeps no other station
        from its work.
        """
        overdue = self.search(
            [
                ("state", "in", LIVE_STATES),
                ("leased_until", "<", fields.Datetime.now()),
            ]
        ).try_lock_for_update()
        for job in overdue:
            why = self.env._("The station did not finish in time.")
            try:
                with self.env.cr.savepoint():
                    job._take_back(job.device_code, why)
            except (UserError, psycopg2.IntegrityError):
                _logger.exception("Overdue job %s cannot be given up", job.id)

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
        self._tell_monitor()
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
        jobs._tell_monitor()
