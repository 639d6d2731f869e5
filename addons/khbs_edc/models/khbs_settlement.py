# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.khbs_registry import append_only

from ..journal.facts_loader import FactsLoader
from ..journal.outcome_writer import OutcomeWriter
from ..settlement import judge
from .labels import OUTCOMES


class KhbsSettlement(models.Model):
    """Why a claim line has the outcome that it has: one row for each judgement.

    The outcome itself, as money and stock read it, stands in ``khbs.claim.outcome``
    under the same line and version.
    """

    _name = "khbs.settlement"
    _description = "Settlement of a claim line"
    _order = "id desc"
    _rec_name = "code"
    _log_access = False

    line_id = fields.Many2one(
        comodel_name="khbs.claim.line", required=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="line_id.claim_id.area_id")
    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", required=True, index=True, ondelete="restrict"
    )
    seq = fields.Integer(string="Journal entry", required=True, aggregator=None)
    entitlement_id = fields.Many2one(
        comodel_name="khbs.entitlement", index="btree_not_null", ondelete="restrict"
    )
    version = fields.Integer(required=True, aggregator=None)
    at = fields.Datetime(required=True, default=fields.Datetime.now)
    cause = fields.Selection(
        selection=[
            ("push", "Pushed"),
            ("fact", "New fact"),
            ("rank", "Other claim of this entitlement"),
        ],
        required=True,
    )
    verdict = fields.Selection(
        selection=OUTCOMES,
        required=True,
        help="Before other claims of the entitlement were looked at.",
    )
    code = fields.Selection(selection=OUTCOMES, string="Outcome", required=True)
    online = fields.Boolean()
    lease_from = fields.Float(
        aggregator=None, help="Begin of the lease in Unix seconds; ranks claims."
    )
    not_before = fields.Datetime(help="The claim was certainly made after this.")
    not_after = fields.Datetime(help="The claim was certainly made before this.")

    _version_uniq = models.Constraint(
        "UNIQUE (line_id, version)", "This line was judged again meanwhile."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.depends("line_id.e", "code")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for row in self:
            row.display_name = f"{row.line_id.e}: {labels.get(row.code, row.code)}"

    @api.model
    def _list_version(self):
        """Return the newest version of list 01, 0 before the first."""
        self.env.cr.execute(
            """
            SELECT COALESCE(max(v.version), 0)
              FROM khbs_card_list_version v JOIN khbs_card_list l ON l.id = v.list_id
             WHERE l.code = '01'
            """
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _settle(self, terminal, start, cause):
        """Judge the claims of *terminal* from entry *start* on, and what follows.

        From a fork on every claim is held; what lies behind a gap waits.

        :param cause: push or fact
        """
        self.env.flush_all()
        cr = self.env.cr
        loader = FactsLoader(cr, terminal)
        entries = loader.entries(start)
        fork = terminal.fork_seq or float("inf")
        head = min(terminal.acked_seq, fork - 1)
        contiguous = [
            entry for entry, branch in entries if entry.seq <= head and not branch
        ]
        writer = OutcomeWriter(cr, terminal, cause)
        writer.recall([entry.claim.jti for entry, _branch in entries if entry.claim])
        facts, state = loader.load(contiguous, start, writer.used(start))
        verdicts = judge.judge(contiguous, facts, state)
        if terminal.fork_seq:
            forked = [entry for entry, _branch in entries if entry.seq >= fork]
            # A jti below the fork, or of another terminal, is a replay here too.
            known = {verdict.jti for verdict in verdicts} | writer.used(fork)
            held = judge.forked(forked, loader.decisions(forked))
            verdicts += [verdict for verdict in held if verdict.jti not in known]
        writer.apply(verdicts)
        authorised = {jti for jti, _e in facts.authorisations}
        ended = state.ended | {
            verdict.jti
            for verdict in verdicts
            if verdict.jti in authorised or terminal.fork_seq
        }
        self._end_authorisations(terminal, ended)
        final = any(entry.ev in ("close", "sync") for entry in contiguous)
        if final or start < terminal.posted_below:
            self._post(terminal, writer, start, head)
        self.env.invalidate_all()

    def _end_authorisations(self, terminal, ended):
        """End the holds of authorisations whose claim has come, or was given up."""
        if not ended:
            return
        self.env.cr.execute(
            """
            DELETE FROM khbs_lease_hold h USING khbs_authorisation a
             WHERE h.terminal_id = %(terminal)s AND h.kind = 'auth'
               AND a.terminal_id = %(terminal)s AND a.jti = ANY(%(ended)s)
               AND a.entitlement_id = h.entitlement_id AND a.ended_at IS NULL
            """,
            {"terminal": terminal.id, "ended": list(ended)},
        )

    def _post(self, terminal, writer, start, head):
        """Book what a later close and a later sync have made final."""
        self.env.cr.execute(
            """
            SELECT LEAST(max(seq) FILTER (WHERE ev = 'close' AND valid),
                         max(seq) FILTER (WHERE ev = 'sync' AND sync_now IS NOT NULL)),
                   count(DISTINCT ev)
              FROM khbs_journal_entry
             WHERE terminal_id = %s AND branch = 0 AND seq <= %s
               AND (ev = 'close' AND valid OR ev = 'sync' AND sync_now IS NOT NULL)
            """,
            [terminal.id, head],
        )
        bound, kinds = self.env.cr.fetchone()
        if kinds == 2:
            writer.post(min(start, terminal.posted_below), bound)
            terminal.posted_below = bound
