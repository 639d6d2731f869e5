# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .. import append_only


class KhbsAuditEvent(models.Model):
    """One business act: who did what to which record, never a name or NIK.

    The event is inserted in the act's own transaction; the sealer links it to the
    chain afterwards in a table beside it (DESIGN 4.10).
    """

    _name = "khbs.audit.event"
    _inherit = ["khbs.act.label", "khbs.audit.limit"]
    _description = "Audit event"
    _order = "id desc"
    _rec_name = "act_label"
    _log_access = False

    at = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="restrict"
    )
    role = fields.Char(required=True)
    act = fields.Char(string="Code of the act", required=True, index=True)
    outcome = fields.Selection(
        selection=[("done", "Done"), ("refused", "Refused")],
        required=True,
        default="done",
    )
    model = fields.Char(string="Kind of document")
    res_id = fields.Many2oneReference(
        string="Document", model_field="model", index=True
    )
    data = fields.Json(help="Keys, counts and hashes; never a name or NIK.")

    _user_at = models.Index("(user_id, act, at)")

    def init(self):
        append_only.install(self.env.cr, self._table)

    def _register_hook(self):
        # Loading is over: what an upgrade had to fill in new columns is filled.
        append_only.seal(self.env.cr)
        return super()._register_hook()

    @api.model
    def _record(self, act, record=None, data=None, outcome="done"):
        """Add the event of an act of the present user.

        :param act: code such as ``card.block``
        :param record: the record acted on, several of one model, or none
        :param data: dict of keys, counts and hashes
        """
        user = self.env.user
        data = dict(data or {})
        if record and len(record) > 1:
            data["ids"] = record.ids
        return self.sudo().create(
            {
                "user_id": user.id,
                "role": user._khbs_role(),
                "act": act,
                "outcome": outcome,
                "model": record._name if record else False,
                "res_id": record.id if record and len(record) == 1 else False,
                "data": data,
            }
        )

    @api.model
    def _record_each(self, act, data):
        """Add one event of an act for each document.

        :param data: {document: dict of keys, counts and hashes}
        """
        user = self.env.user
        role = user._khbs_role()
        return self.sudo().create(
            [
                {
                    "user_id": user.id,
                    "role": role,
                    "act": act,
                    "model": document._name,
                    "res_id": document.id,
                    "data": facts,
                }
                for document, facts in data.items()
            ]
        )

    @api.model
    def _record_refused(self, act, record=None, data=None):
        """Add the event of a refused attempt through a cursor of its own.

        The refusal raises, and the rollback must not erase its record (DESIGN 3).
        """
        with self.env.registry.cursor() as cr:
            events = self.with_env(self.env(cr=cr))
            events._record(act, record=record, data=data, outcome="refused")

    @api.model
    def _require_group(self, group, act, record=None):
        """Raise AccessError, and leave its trace, unless the user has *group*."""
        if self.env.su or self.env.user.has_group(group):
            return
        self._record_refused(act, record=record, data={"needs": group})
        raise AccessError(
            self.env._(
                "Only the role %(role)s may do this. Ask a colleague who has it.",
                role=self.env.ref(group).sudo().name,
            )
        )
