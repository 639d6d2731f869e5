# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from .. import tasks

# Rows of the queue number a document by its id and the slot of its task.
SLOTS = 64


class KhbsBkkTask(models.Model):
    """What waits for one of the user's roles, and is not his to decide twice.

    One list over all documents of BKK; rows are made when they are read. An auditor
    sees what waits for anybody.
    """

    _name = "khbs.bkk.task"
    _description = "BKK task"
    _order = "due_date, since, id"
    _rec_name = "title"
    _auto = False

    model = fields.Char(string="Kind of document", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="model", readonly=True
    )
    title = fields.Char(compute="_compute_title")
    kind = fields.Selection(
        selection="_kinds", string="What is to be done", readonly=True
    )
    regency_id = fields.Many2one(comodel_name="khbs.area", string="Area", readonly=True)
    since = fields.Datetime(string="Waiting since", readonly=True)
    due_date = fields.Date(string="Due", readonly=True)
    overdue = fields.Boolean(readonly=True)

    @api.model
    def _kinds(self):
        """Return the kinds of tasks in the reader's language."""
        said = {
            "propose": self.env._("Propose"),
            "mend": self.env._("Mend what was sent back"),
            "verify": self.env._("Verify"),
            "approve": self.env._("Approve"),
            "approve_second": self.env._("Approve as the second"),
            "draft_decree": self.env._("Draft the decree"),
            "decide_decree": self.env._("Decide the decree"),
            "freeze_decree": self.env._("Freeze the decree"),
            "register_decree": self.env._("Register the signature"),
            "check_correction": self.env._("Check the correction"),
            "draft_amendment": self.env._("Draft the amendment"),
            "account": self.env._("Submit the LPJ"),
            "mend_report": self.env._("Mend the LPJ that was sent back"),
            "accept_report": self.env._("Accept the LPJ"),
            "confirm_payee": self.env._("Confirm the treasury account"),
            "request_money": self.env._("Ask for the transfer"),
            "submit_request": self.env._("Hand in the signed request"),
            "register_sp2d": self.env._("Register the SP2D"),
            "repay_transfer": self.env._("Repay what came back"),
            "make_payment_list": self.env._("Make the payment list"),
            "pay_people": self.env._("Pay by name"),
            "confirm_accounts": self.env._("Confirm accounts of holders"),
        }
        return list(said.items())

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT t.res_id * %(slots)s + t.slot AS id, t.model, t.res_id, t.kind,
                   t.regency_id, t.since, t.due_date,
                   coalesce(t.due_date < %(today)s, false) AS overdue
              FROM (%(tasks)s) t
             WHERE %(mine)s
            """,
            slots=SLOTS,
            today=fields.Date.context_today(self),
            tasks=SQL(" UNION ALL ").join(query() for query in tasks.QUERIES),
            mine=self._mine(),
        )

    def _mine(self):
        """Return the condition on a task that waits for the user."""
        user = self.env.user
        if self.env.su or user.has_group("khbs_registry.group_auditor"):
            return SQL("TRUE")
        kinds = [
            kind
            for kind, group in tasks.ROLES.items()
            if user.has_group(f"khbs_registry.{group}")
        ]
        return SQL(
            """
            t.kind = ANY(%(kinds)s) AND NOT (t.step IS NOT NULL AND EXISTS (
                SELECT FROM khbs_approval a
                 WHERE a.model = t.model AND a.res_id = t.res_id
                   AND a.user_id = %(user)s AND a.step NOT IN (t.step, 'returned')
            )) AND (t.makers IS NULL OR NOT %(user)s = ANY(t.makers))
            """,
            kinds=kinds,
            user=user.id,
        )

    @api.depends("model", "res_id", "kind")
    def _compute_title(self):
        together = self.filtered(lambda task: task.kind == "confirm_accounts")
        together._name_accounts()
        for model, queued in (self - together).grouped("model").items():
            documents = self.env[model].browse(queued.mapped("res_id"))
            titles = {one.id: one.display_name for one in documents}
            for task in queued:
                task.title = titles[task.res_id]

    def _name_accounts(self):
        """Say of how many people of a regency the account waits."""
        waiting = dict(
            self.env["khbs.bkk.holder"]
            .with_context(active_test=False)
            ._read_group(
                [
                    ("account_pending", "=", True),
                    ("regency_id", "in", self.regency_id.ids),
                ],
                ["regency_id"],
                ["__count"],
            )
        )
        for task in self:
            task.title = self.env._(
                "Accounts of %(count)s holders, %(regency)s",
                count=waiting.get(task.regency_id, 0),
                regency=task.regency_id.name,
            )

    def action_open(self):
        """Open the document that waits, or the list of what waits together."""
        self.ensure_one()
        if self.kind == "confirm_accounts":
            return self.env["khbs.bkk.holder"]._pending_accounts(self.regency_id)
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model,
            "view_mode": "form",
            "res_id": self.res_id,
        }
