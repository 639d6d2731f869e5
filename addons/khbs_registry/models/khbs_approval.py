# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from .. import append_only


class KhbsApproval(models.Model):
    """A person's decision: who, when, in which role, on which content (DESIGN 4.8)."""

    _name = "khbs.approval"
    _inherit = "khbs.act.label"
    _description = "Approval"
    _order = "id"
    _rec_name = "act_label"
    _log_access = False
    _act_field = "step"

    model = fields.Char(string="Kind of document", required=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="model", required=True, index=True
    )
    step = fields.Char(required=True, help="Code of the step: proposed, verified ..")
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="restrict"
    )
    role = fields.Char(required=True)
    at = fields.Datetime(required=True, default=fields.Datetime.now)
    sha256 = fields.Char(
        string="SHA-256", required=True, help="Of the content that was decided on."
    )
    note = fields.Char(
        string="Note as given",
        groups=NO_ACCESS,  # ``remark`` shows it to whoever may read the document
    )
    remark = fields.Char(string="Note", compute="_compute_remark")
    round_number = fields.Integer(
        string="Submission",
        required=True,
        default=1,
        help="Counts anew when a document was sent back and comes again.",
    )

    _sha256_form = models.Constraint(
        "CHECK (sha256 ~ '^[0-9a-f]{64}$')", "A SHA-256 has 64 hexadecimal digits."
    )
    _step_uniq = models.Constraint(
        "UNIQUE (model, res_id, step, round_number)",
        "This step has been decided already. Open the document anew to see by whom.",
    )
    # One person never takes two steps of one document, administrators included.
    _person_uniq = models.Constraint(
        "UNIQUE (model, res_id, user_id, round_number)",
        "You have taken another step of this document; a second person must do this.",
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.depends("model", "res_id")
    @api.depends_context("uid")
    def _compute_remark(self):
        """Show why a document was sent back to its readers alone."""
        for model, approvals in self.sudo().grouped("model").items():
            readable = set()
            if model in self.env:
                documents = self.env[model].browse(approvals.mapped("res_id"))
                readable = set(documents.exists()._filtered_access("read").ids)
            for approval in approvals:
                shown = approval.res_id in readable and approval.note
                approval.with_env(self.env).remark = shown

    @api.model
    def _decide(self, record, step, group, sha256, note=None, round_number=1):
        """Record the decision of the present user on *record*.

        :param record: a document (khbs.approvable); what the user's form showed of it
            must be what it is now, unless the step is one of its ``_unread_steps``
        :param step: code of the step
        :param group: external id of the group that may take it
        :param sha256: hexadecimal digest of what is decided
        :raises AccessError: the user lacks the group
        :raises UserError: the user has taken another step of this document, or it
            changed since the user opened it
        """
        record.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(group, f"{record._name}.{step}", record)
        mine = [
            ("model", "=", record._name),
            ("res_id", "=", record.id),
            ("user_id", "=", self.env.uid),
            ("round_number", "=", round_number),
        ]
        if self.sudo().search_count(mine, limit=1):
            self._refuse_own_work(record, step)
        if step not in record._unread_steps:
            record._require_seen()
        approval = self.sudo().create(
            {
                "model": record._name,
                "res_id": record.id,
                "step": step,
                "user_id": self.env.uid,
                "role": self.env.user._khbs_role(),
                "sha256": sha256,
                "note": note,
                "round_number": round_number,
            }
        )
        events._record(f"{record._name}.{step}", record, {"sha256": sha256})
        return approval

    @api.model
    def _refuse_maker(self, record, step):
        """Refuse *step* to whoever took another one in any round of *record*.

        Sending a document back makes nobody its maker.
        """
        made = [
            ("model", "=", record._name),
            ("res_id", "=", record.id),
            ("user_id", "=", self.env.uid),
            ("step", "not in", [step, "returned"]),
        ]
        if self.sudo().search_count(made, limit=1):
            self._refuse_own_work(record, step)

    @api.model
    def _refuse_author(self, record, step):
        """Refuse *step* to whoever had a hand in *record*, in any round: who entered
        it, changed it by hand or took another step. Pressing the button that hands it
        in can be left to a colleague.
        """
        written = [
            ("user_id", "=", self.env.uid),
            ("act", "=", record._change_act),
            ("model", "=", record._name),
            ("res_id", "=", record.id),
        ]
        author = record.sudo().create_uid
        events = self.env["khbs.audit.event"].sudo()
        if author == self.env.user or events.search_count(written, limit=1):
            self._refuse_own_work(record, step)
        self._refuse_maker(record, step)

    @api.model
    def _refuse_own_work(self, record, step):
        """Raise UserError, and leave its trace: a second person takes *step*."""
        self.env["khbs.audit.event"]._record_refused(
            f"{record._name}.{step}", record, {"own": True}
        )
        raise UserError(
            self.env._(
                "You have taken another step of this document; "
                "a second person must do this."
            )
        )
