# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from odoo.addons.khbs_registry import append_only

_logger = logging.getLogger(__name__)
# Who moves on a proposal that stands in a state.
MOVERS = {
    "proposed": "group_bkk_verifier",
    "verified": "group_approver",
    "endorsed": "group_approver",
    "approved": "group_decree_officer",
    "decreed": "group_bank_officer",
    "disbursed": "group_bkk_proposer",
}
# From so many days before it is due a stage is called to mind.
AHEAD = 2


class KhbsBkkReminder(models.Model):
    """That a proposal was called to mind: once a day and stage, while it is due.

    Where an outgoing mail server is set up, those who can move it on get a letter;
    the list of what is overdue is there for everybody.
    """

    _name = "khbs.bkk.reminder"
    _inherit = ["khbs.bkk.round"]
    _description = "BKK reminder"
    _order = "day desc, id desc"
    _rec_name = "proposal_id"
    _log_access = False

    stage = fields.Char(required=True, help="State of the proposal on that day.")
    day = fields.Date(required=True)
    due_date = fields.Date(required=True)
    days_late = fields.Integer(required=True, aggregator=None)
    user_ids = fields.Many2many(comodel_name="res.users", string="Reminded")
    mailed = fields.Integer(string="E-mails handed over", required=True, default=0)

    _day_uniq = models.Constraint(
        "UNIQUE (proposal_id, stage, round_number, day)",
        "A proposal is called to mind once a day.",
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.model
    def _cron_remind(self):
        """Call to mind what is due within two days or late."""
        today = fields.Date.context_today(self)
        crons = self.env["ir.cron"]
        for proposal in self._due_proposals(today):
            self._remind(proposal, today)
            # Nobody is written to twice because a later one fails.
            crons._commit_progress(1)

    @api.model
    def _remind(self, proposal, today):
        """Call *proposal* to mind of those who can move it on."""
        movers = self._movers(proposal)
        return self.create(
            {
                "proposal_id": proposal.id,
                "stage": proposal.state,
                "round_number": proposal.round_number,
                "day": today,
                "due_date": proposal.due_date,
                "days_late": (today - proposal.due_date).days,
                "user_ids": movers.ids,
                "mailed": self._mail(proposal, movers),
            }
        )

    @api.model
    def _due_proposals(self, today):
        """Return the proposals that are due and not yet called to mind today."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT p.id FROM khbs_bkk_proposal p
                 WHERE p.due_date <= %(today)s::date + %(ahead)s
                   AND p.state = ANY(%(stages)s)
                   AND NOT EXISTS (
                           SELECT FROM khbs_bkk_reminder r
                            WHERE r.proposal_id = p.id AND r.stage = p.state
                              AND r.round_number = p.round_number AND r.day = %(today)s
                       )
              ORDER BY p.due_date, p.id
                """,
                today=today,
                ahead=AHEAD,
                stages=list(MOVERS),
            )
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        return self.env["khbs.bkk.proposal"].browse(ids)

    @api.model
    def _movers(self, proposal):
        """Return the users whose role and area can move the proposal on."""
        group = self.env.ref(f"khbs_registry.{MOVERS[proposal.state]}")
        path = proposal.regency_id.parent_path
        above = [int(part) for part in path.split("/") if part]
        return self.env["res.users"].search(
            [("all_group_ids", "in", group.ids), ("khbs_area_ids", "in", above)]
        )

    @api.model
    def _mail(self, proposal, movers):
        """Hand one letter for each mover to the mail server; return how many went."""
        servers = self.env["ir.mail_server"]
        sender = servers._get_default_from_address() or self.env.company.email
        if not sender or not servers.search_count([], limit=1):
            return 0
        sent = 0
        for user in movers.filtered("email"):
            said = self.with_context(lang=user.lang).env
            try:
                message = servers._build_email__(
                    email_from=sender,
                    email_to=[user.email],
                    subject=said._("BKK: %(what)s", what=proposal.display_name),
                    body=said._(
                        "%(what)s waits for your role and is due on %(day)s. Open BKK, "
                        "My queue.",
                        what=proposal.display_name,
                        day=format_date(said, proposal.due_date),
                    ),
                )
                servers.send_email(message)
            except Exception:
                # A mail server that is down must not keep the others from the list.
                _logger.exception("BKK reminder of proposal %s not mailed", proposal.id)
                continue
            sent += 1
        return sent
