# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from psycopg2.extras import Json

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
        data = dict(data or {})
        model = record._name if record else None
        single = record.id if record and len(record) == 1 else None
        if record and len(record) > 1:
            data["ids"] = record.ids
        return self._insert(outcome, [(act, model, single, data)])

    @api.model
    def _record_all(self, record, acts):
        """Add the events of several acts, all on one record or on none.

        :param acts: [(act, dict of keys, counts and hashes)]
        """
        model, res_id = (record._name, record.id) if record else (None, None)
        return self._insert(
            "done", [(act, model, res_id, facts) for act, facts in acts]
        )

    @api.model
    def _record_each(self, act, data):
        """Add one event of an act for each document.

        :param data: {document: dict of keys, counts and hashes}
        """
        rows = [
            (act, document._name, document.id, facts)
            for document, facts in data.items()
        ]
        return self._insert("done", rows)

    @api.model
    def _insert(self, outcome, rows):
        """Add events; every act does, so none pays for the ORM's detours.

        :param rows: (act, model, id, facts) of each
        """
        if not rows:
            return self.browse()
        user = self.env.user
        common = (fields.Datetime.now(), user.id, user._khbs_role(), outcome)
        found = self.env.cr.execute_values(
            """
            INSERT INTO khbs_audit_event
                (at, user_id, role, outcome, act, model, res_id, data)
            VALUES %s RETURNING id
            """,
            [(*common, *row, Json(facts)) for *row, facts in rows],
            fetch=True,
        )
        return self.sudo().browse(id_ for (id_,) in found)

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
