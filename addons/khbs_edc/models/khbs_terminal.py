# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_cards import authority
from odoo.addons.khbs_cards.protocol import base64url

from ..rpc.authentication import audience

GROUP = "khbs_registry.group_terminal_officer"
# What an officer types in; all else is set by actions or by the device.
EDITABLE = {
    "kind",
    "point_id",
    "area_id",
    "serial",
    "offline_days",
    "lease_families",
    "operator_ids",
}
STATES = [
    ("invited", "Invited"),
    ("pending", "Pending"),
    ("active", "Active"),
    ("suspended", "Suspended"),
    ("lost", "Lost"),
    ("retired", "Retired"),
]


class KhbsTerminal(models.Model):
    """A device that talks to the endpoint: an EDC terminal or a card station."""

    _name = "khbs.terminal"
    _inherit = ["khbs.approvable", "khbs.terminal.device"]
    _description = "Terminal"
    _order = "code"
    _rec_name = "code"

    _reading_actions = ("action_approve_key",)
    _content_fields = ("state", "code", "kind", "point_id")

    code = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        default="/",
        help="T000123 for a terminal, S0001 for a card station.",
    )
    kind = fields.Selection(
        selection=[("terminal", "Terminal"), ("station", "Card station")],
        required=True,
        default="terminal",
    )
    state = fields.Selection(
        selection=STATES, required=True, default="invited", readonly=True, index=True
    )
    point_id = fields.Many2one(
        comodel_name="khbs.point",
        index=True,
        ondelete="restrict",
        help="Where the terminal serves; its leases hold the families of the villages "
        "of this point.",
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        compute="_compute_area_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        readonly=True,
        ondelete="restrict",
        default=lambda self: self.env.ref("khbs_edc.user_device"),
        help="In whose name the requests of the device act.",
    )
    serial = fields.Char(
        string="Hardware serial",
        help="When given, only the device with this serial can enrol.",
    )
    hw_model = fields.Char(string="Model", readonly=True)
    hw_serial = fields.Char(string="Serial reported", readonly=True)
    hw_os = fields.Char(string="System", readonly=True)
    hw_app = fields.Char(string="App version", readonly=True)
    hw_pin = fields.Boolean(string="Reads PIN", readonly=True)
    offline_days = fields.Integer(
        required=True,
        default=14,
        aggregator=None,
        help="How long the terminal may work without contact.",
    )
    lease_families = fields.Integer(
        string="Families at most",
        required=True,
        default=1000,
        aggregator=None,
        help="In one lease. Terminals that share a village share its families by this.",
    )
    key_ids = fields.One2many(
        comodel_name="khbs.terminal.key", inverse_name="terminal_id", string="Keys"
    )
    fingerprint = fields.Char(compute="_compute_fingerprint", compute_sudo=True)
    operator_ids = fields.One2many(
        comodel_name="khbs.operator", inverse_name="terminal_id", string="Operators"
    )
    lease_ids = fields.One2many(
        comodel_name="khbs.lease", inverse_name="terminal_id", string="Leases"
    )
    lease_count = fields.Integer(compute="_compute_counts")
    entry_count = fields.Integer(compute="_compute_counts", string="Journal entries")
    outcome_count = fields.Integer(compute="_compute_counts", string="Claim lines")
    approved_at = fields.Datetime(readonly=True)
    last_contact_at = fields.Datetime(string="Last contact", readonly=True)
    unsent = fields.Integer(
        readonly=True, aggregator="sum", help="Entries that it has not sent yet."
    )
    list_version = fields.Integer(string="List held", readonly=True, aggregator=None)
    lease_held = fields.Char(readonly=True)
    battery = fields.Integer(string="Battery (%)", readonly=True, aggregator=None)
    acked_seq = fields.Integer(
        string="Acknowledged up to", readonly=True, aggregator=None
    )
    head = fields.Char(readonly=True, help="Identity of the last acknowledged entry.")
    fork_seq = fields.Integer(
        string="Forked at",
        readonly=True,
        aggregator=None,
        help="First entry of which two versions were signed; 0: none.",
    )
    posted_below = fields.Integer(
        readonly=True,
        default=1,
        aggregator=None,
        help="Payable claims below this entry are booked.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "A terminal with this number exists."
    )
    _code_form = models.Constraint(
        "CHECK (CASE kind WHEN 'terminal' THEN code ~ '^T[0-9]{6}$' "
        "ELSE code ~ '^S[0-9]{4}$' END)",
        "A terminal's number is T and six digits, a station's S and four.",
    )
    _point_of_terminal = models.Constraint(
        "CHECK (kind <> 'terminal' OR point_id IS NOT NULL)",
        "Choose the point where the terminal serves.",
    )
    _offline_days_range = models.Constraint(
        "CHECK (offline_days BETWEEN 1 AND 31)",
        "A terminal may work offline for 1 to 31 days.",
    )
    _lease_families_range = models.Constraint(
        "CHECK (lease_families BETWEEN 1 AND 1000)",
        "A lease holds 1 to 1,000 families.",
    )
    _acked_seq_positive = models.Constraint(
        "CHECK (acked_seq >= 0 AND fork_seq >= 0)", "Entries count from 1."
    )

    @api.depends("point_id", "kind")
    def _compute_area_id(self):
        province = self.env.ref("khbs_registry.area_62")
        for terminal in self:
            own = terminal.area_id or province
            terminal.area_id = terminal.point_id.area_id or own

    @api.depends("key_ids.fingerprint", "key_ids.state")
    def _compute_fingerprint(self):
        for terminal in self:
            live = terminal.key_ids.filtered(lambda key: key.state != "refused")
            terminal.fingerprint = live[:1].fingerprint

    def _compute_counts(self):
        for field, model in (
            ("lease_count", "khbs.lease"),
            ("entry_count", "khbs.journal.entry"),
            ("outcome_count", "khbs.settlement"),
        ):
            # One count serves them all: a role that may not read the rows of one gets
            # nought there and the others none the less.
            rows = self.env[model]
            groups = rows.has_access("read") and rows._read_group(
                [("terminal_id", "in", self.ids)], ["terminal_id"], ["__count"]
            )
            counts = dict(groups or [])
            for terminal in self:
                terminal[field] = counts.get(terminal, 0)

    @api.model_create_multi
    def create(self, vals_list):
        self.env["khbs.audit.event"]._require_group(GROUP, "terminal.create")
        for vals in vals_list:
            self._refuse_protected(vals)
            kind = vals.get("kind", "terminal")
            vals.update(
                code=self.env["ir.sequence"].sudo().next_by_code(f"khbs.edc.{kind}"),
                state="invited",
            )
        terminals = super().create(vals_list)
        for terminal in terminals:
            self.env["khbs.audit.event"]._record("terminal.create", terminal)
        return terminals

    def write(self, vals):
        self._refuse_protected(vals)
        if "kind" in vals:
            raise UserError(self.env._("The kind of a device never changes."))
        return super().write(vals)

    def _refuse_protected(self, vals):
        """What a device or an action sets is not typed in."""
        names = sorted(set(vals) - EDITABLE)
        if names and not self.env.su:
            raise UserError(
                self.env._(
                    "%(fields)s is set by the buttons of the form or by the device.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env)
                        for name in names
                        if name in self._fields
                    ),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A terminal is never deleted. Suspend it or report its loss.")
        )

    def action_issue_code(self):
        """Show the enrolment sheet with a new one-time code."""
        sheet = self.issue_code()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enrolment sheet"),
            "res_model": "khbs.enrolment.sheet",
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{name}": value for name, value in sheet.items()},
        }

    def action_approve_key(self):
        """Accept the fingerprint that the officer compared with the device's."""
        for terminal in self:
            terminal._require_officer("terminal.approve")
            terminal._require_seen()
            key = terminal._pending_key()
            now = fields.Datetime.now()
            key.sudo().write({"state": "active", "approved_at": now})
            head = base64url.encode(bytes.fromhex(key.spki_sha256))
            terminal.sudo().write({"state": "active", "approved_at": now, "head": head})
            terminal._record("terminal.approve", {"spki": key.spki_sha256})
        return True

    def action_refuse_key(self):
        """Drop the pending key: the device enrols anew with a new code."""
        for terminal in self:
            terminal._require_officer("terminal.refuse")
            key = terminal._pending_key()
            key.sudo().state = "refused"
            terminal.sudo().state = "invited"
            terminal._record("terminal.refuse", {"spki": key.spki_sha256})
        return True

    def action_suspend(self):
        return self._move("active", "suspended", "terminal.suspend")

    def action_resume(self):
        if self.filtered("fork_seq"):
            raise UserError(
                self.env._(
                    "A forked terminal stays suspended; the device enrols under a "
                    "new number."
                )
            )
        return self._move("suspended", "active", "terminal.resume")

    def action_report_lost(self):
        """Record the loss; claims received later are judged by it."""
        return self.report_lost(fields.Datetime.now())

    def action_withdraw_loss(self):
        """Undo an erroneous report of loss."""
        for terminal in self:
            terminal._require_officer("terminal.found")
            if terminal.state != "lost":
                raise UserError(self.env._("No loss of this terminal is reported."))
            terminal.sudo().state = "suspended"
            terminal._add_fact("found")
            terminal._record("terminal.found")
            terminal.sudo()._settle_again()
        return True

    def action_cut_lease(self):
        """Cut a lease of the families of the terminal's point, or its successor."""
        for terminal in self:
            terminal._require_officer("terminal.lease")
            if terminal.kind != "terminal" or terminal.state != "active":
                raise UserError(self.env._("Only an active terminal takes a lease."))
            leases = self.env["khbs.lease"].sudo()
            if leases._cut(terminal.sudo()):
                continue
            if leases._newest(terminal):
                raise UserError(
                    self.env._(
                        "Nothing has changed: the newest lease of %(code)s stands.",
                        code=terminal.code,
                    )
                )
            raise UserError(
                self.env._(
                    "No family of the villages of this point has an open, unheld "
                    "entitlement and a card in hand. Open a round or hand over "
                    "cards first."
                )
            )
        return True

    def action_open_leases(self):
        return self._open("khbs_edc.khbs_lease_action")

    def action_open_entries(self):
        return self._open("khbs_edc.khbs_journal_entry_action")

    def action_open_settlements(self):
        return self._open("khbs_edc.khbs_settlement_action")

    def issue_code(self):
        """Make the one-time code of an enrolment and return what its sheet says.

        :return: dict of tid, code, root (SHA-256 of the root key), valid_until, and
            the programme and audience that the device signs for
        """
        self.ensure_one()
        self._require_officer("terminal.invite")
        if self.state != "invited":
            raise UserError(self.env._("%(code)s is enrolled already.", code=self.code))
        code, until = self.env["khbs.enrolment.code"].sudo()._issue(self)
        self._record("terminal.invite")
        return {
            "tid": self.code,
            "code": code,
            "root": authority.root_sha256(self.env),
            "valid_until": fields.Datetime.to_string(until),
            "prg": authority.prg(self.env),
            "aud": audience(self.env),
        }

    def report_lost(self, lost_at):
        """Report the terminal lost since *lost_at* (datetime or its text)."""
        lost_at = self._past(lost_at)
        for terminal in self:
            terminal._require_officer("terminal.lost")
            if terminal.state not in ("active", "suspended"):
                raise UserError(
                    self.env._("Only an enrolled terminal can be reported lost.")
                )
            terminal.sudo().state = "lost"
            seconds = int(lost_at.replace(tzinfo=datetime.UTC).timestamp())
            terminal._add_fact("lost", number=seconds)
            terminal._record("terminal.lost", {"lost_at": seconds})
            terminal.sudo()._settle_again()
        return True

    @api.model
    def _past(self, moment):
        """Return *moment* as a datetime that is not in the future."""
        try:
            moment = fields.Datetime.to_datetime(moment)
        except (TypeError, ValueError):
            moment = None
        if not moment or moment > fields.Datetime.now():
            raise UserError(
                self.env._("Enter when the terminal was lost: a moment in the past.")
            )
        return moment

    def _require_officer(self, act):
        self.ensure_one()
        self.check_access("read")
        self.env["khbs.audit.event"]._require_group(GROUP, act, self)

    def _record(self, act, data=None):
        self.env["khbs.audit.event"]._record(act, self, data)

    def _move(self, origin, target, act):
        for terminal in self:
            terminal._require_officer(act)
            if terminal.state != origin:
                raise UserError(
                    self.env._(
                        "%(code)s has moved on meanwhile. Open it anew.",
                        code=terminal.code,
                    )
                )
            terminal.sudo().state = target
            terminal._add_fact(target)
            terminal._record(act)
        return True

    def _content_parts(self):
        """Return the keys that wait: the officer compares one with the device's."""
        waiting = self.key_ids.filtered(lambda key: key.state == "pending")
        return sorted(waiting.mapped("spki_sha256"))

    def _pending_key(self):
        key = self.key_ids.filtered(lambda key: key.state == "pending")
        if self.state != "pending" or len(key) != 1:
            raise UserError(
                self.env._(
                    "%(code)s has no key that waits for approval.", code=self.code
                )
            )
        return key

    def _open(self, action):
        self.ensure_one()
        window = self.env["ir.actions.act_window"]._for_xml_id(action)
        window["domain"] = [("terminal_id", "=", self.id)]
        return window

    def _add_fact(self, kind, number=0, data=None):
        """Add a dated fact that settlement reads (khbs.server.fact)."""
        self.ensure_one()
        return (
            self.env["khbs.server.fact"]
            .sudo()
            .create(
                {
                    "terminal_id": self.id,
                    "kind": kind,
                    "number": number,
                    "data": data or {},
                }
            )
        )

    def _lock(self):
        """Wait for a push of this terminal that is under way."""
        self.flush_recordset()
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()

    def _settle_again(self):
        """Judge all claims of these terminals anew, as a new fact demands."""
        for terminal in self:
            terminal._lock()
            self.env["khbs.settlement"]._settle(terminal, 1, "fact")
