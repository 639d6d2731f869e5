# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.khbs_registry import append_only

from ..life_cycle import REASONS, STATES, STEPS


class KhbsCardEvent(models.Model):
    """One step of a card's story; never a name or NIK."""

    _name = "khbs.card.event"
    _inherit = ["khbs.card.device"]
    _description = "Card event"
    _order = "id desc"
    _rec_name = "to_state"
    _log_access = False

    card_id = fields.Many2one(
        comodel_name="khbs.card", required=True, index=True, ondelete="restrict"
    )
    at = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="restrict"
    )
    device_code = fields.Char(help="The terminal or card station that asked for it.")
    from_state = fields.Selection(selection=STATES)
    to_state = fields.Selection(selection=STATES, required=True)
    reason_code = fields.Selection(selection=REASONS + STEPS, string="Reason")
    data = fields.Json(help="Keys, hashes and coordinates.")
    detail = fields.Char(
        string="Document or circumstance", compute="_compute_detail", compute_sudo=True
    )

    # When a card was out of use: asked for each claim, and hardly a card ever was.
    _block_idx = models.Index(
        "(card_id) WHERE to_state IN ('suspended', 'revoked', 'expired') "
        "OR from_state = 'suspended'"
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.depends("data")
    def _compute_detail(self):
        """Say what the event knows beside state and reason: a document, a place."""
        for event in self:
            data = event.data if isinstance(event.data, dict) else {}
            # An officer in the backend is the user, whom the next column names.
            if data.get("op") == event.user_id.login:
                data = {**data, "op": None}
            said = (say(data[key]) for key, say in self._sayings() if data.get(key))
            event.detail = "; ".join(said) or False

    @api.model
    def _sayings(self):
        """Return (key of ``data``, function of its value to words), in order.

        Addons that put more into ``data`` extend it.
        """
        env = self.env
        return [
            ("complaint", lambda name: env._("complaint %(name)s", name=name)),
            ("family_event", lambda name: env._("family event %(name)s", name=name)),
            ("delivery", lambda name: env._("delivery %(name)s", name=name)),
            ("minutes", lambda name: env._("minutes %(name)s", name=name)),
            ("op", lambda code: env._("operator %(code)s", code=code)),
            ("rel", self._said_relation),
            ("gps", _said_place),
            ("seq", lambda number: env._("journal entry %(number)s", number=number)),
            ("serial", lambda them: env._("certificate %(no)s", no=_joined(them))),
        ]

    @api.model
    def _said_relation(self, relation):
        rows = self.env["khbs.card.hand.over"]
        labels = {
            code: label
            for name in ("received_by", "relation")
            for code, label in rows._fields[name]._description_selection(self.env)
        }
        return self.env._("received by: %(who)s", who=labels.get(relation, relation))


def _joined(values):
    return ", ".join(map(str, values.values() if isinstance(values, dict) else values))


def _said_place(place):
    """Return coordinates as the protocol has them, in degrees."""
    if not isinstance(place, list) or len(place) != 3:
        return ""
    latitude, longitude, accuracy = place
    return f"{latitude / 1e6:.5f}, {longitude / 1e6:.5f} (± {accuracy} m)"
