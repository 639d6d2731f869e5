# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.papers import words

from .labels import EVENTS, UNKNOWN_EVENT


class KhbsJournalEntry(models.Model):
    """An entry of a terminal's journal, as it was signed.

    The columns are what settlement reads; the signed text beside them is the evidence.
    Of a fork, the branch that arrived first has number 0.
    """

    _name = "khbs.journal.entry"
    _description = "Journal entry"
    _order = "terminal_id, seq desc, branch"
    _rec_name = "identity"
    _log_access = False

    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", required=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="terminal_id.area_id")
    seq = fields.Integer(string="Entry", required=True, aggregator=None)
    branch = fields.Integer(required=True, default=0, aggregator=None)
    identity = fields.Char(required=True, help="SHA-256 of what was signed.")
    prev = fields.Char(string="Previous", required=True)
    kid = fields.Char(string="Key", required=True)
    ev = fields.Char(string="Event code", required=True)
    event = fields.Selection(selection=EVENTS, compute="_compute_event")
    valid = fields.Boolean(string="Well-formed", required=True, default=True)
    at = fields.Datetime(string="Terminal's clock", help="Not believed alone.")
    mono = fields.Float(aggregator=None, help="Milliseconds since the device started.")
    boot = fields.Integer(string="Start", aggregator=None)
    lst = fields.Integer(string="List held", aggregator=None)
    lse = fields.Char(string="Lease held")
    operator_code = fields.Char(string="Operator")
    jti = fields.Char(string="Claim identity")
    card_no = fields.Char(string="Card number")
    document = fields.Char(help="Version or lease that the entry names.")
    sync_now = fields.Datetime(string="Proven time")
    sync_rtt = fields.Integer(string="Round trip (ms)", aggregator=None)
    claim_check = fields.Char(help="Empty: the card's signature is good.")
    with_pin = fields.Boolean()
    lines = fields.Json(help="Entitlement, benefit, round and amount of each line.")
    lines_text = fields.Char(string="Claimed", compute="_compute_lines_text")
    received_at = fields.Datetime(required=True, help="First receipt.")
    # The text names the representative of a hand-over, and it cannot be redacted.
    jws = fields.Text(
        string="Signed entry", required=True, groups="khbs_registry.group_auditor"
    )

    _seq_uniq = models.UniqueIndex(
        "(terminal_id, seq) WHERE branch = 0", "The terminal has sent this entry."
    )
    _identity_uniq = models.Constraint(
        "UNIQUE (terminal_id, seq, identity)", "This entry is stored already."
    )
    _event_idx = models.Index("(terminal_id, ev, seq)")
    # Which versions of the list some terminal held; see khbs.card.list.version.
    _list_idx = models.Index("(lst)")
    _list_named_idx = models.Index("(document) WHERE ev = 'lists'")

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.depends("ev")
    def _compute_event(self):
        known = dict(EVENTS)
        for entry in self:
            entry.event = entry.ev if entry.ev in known else UNKNOWN_EVENT

    @api.depends("lines")
    def _compute_lines_text(self):
        for entry in self:
            entry.lines_text = ", ".join(
                f"{number} {benefit} {words.rupiah(amount)}"
                for number, benefit, _round, amount in entry.lines or []
            )

    @api.depends("terminal_id.code", "seq", "branch", "event")
    def _compute_display_name(self):
        labels = dict(self._fields["event"]._description_selection(self.env))
        for entry in self:
            number = f"{entry.seq}/{entry.branch}" if entry.branch else entry.seq
            entry.display_name = (
                f"{entry.terminal_id.code} #{number} {labels[entry.event]}"
            )
