# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import datetime
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL

from .. import append_only
from ..audit_chain import COLUMNS, GENESIS, link

# Of the advisory lock that lets one sealer work at a time ("KHBS audit").
_LOCK_KEY = 0x4B484253
_BATCH = 2000
# No transaction lives this long: the usual pass looks no further back. Once a day
# a pass looks at everything.
_LOOK_BACK = datetime.timedelta(days=2)


class KhbsAuditSeal(models.Model):
    """One link of the audit chain: it gives a committed event its number.

    Events are sealed in the order in which they become visible: one that commits
    late is sealed late, whatever its id, and none is passed over.
    """

    _name = "khbs.audit.seal"
    _description = "Link of the audit chain"
    _order = "seq desc"
    _rec_name = "seq"
    _log_access = False

    event_id = fields.Many2one(
        comodel_name="khbs.audit.event", required=True, ondelete="restrict"
    )
    seq = fields.Integer(string="No.", required=True, aggregator=None)
    prev_hash = fields.Char(string="Link before", required=True)
    hash = fields.Char(string="Link", required=True)
    sealed_at = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    act_label = fields.Char(related="event_id.act_label")
    user_id = fields.Many2one(related="event_id.user_id")

    _event_uniq = models.Constraint(
        "UNIQUE (event_id)", "This event is in the chain already."
    )
    _seq_uniq = models.Constraint("UNIQUE (seq)", "This number is given already.")
    _prev_hash_uniq = models.Constraint(
        "UNIQUE (prev_hash)", "The chain does not fork."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    def action_verify(self):
        """Recompute the whole chain, whatever is selected, and show what was found."""
        events = self.env["khbs.audit.event"]
        if not self.env.user.has_group("khbs_registry.group_administrator"):
            events._require_group("khbs_registry.group_auditor", "audit.verify")
        found = self.sudo()._verify()
        if found["unsealed"]:
            # The tail is sealed in a moment instead of in a minute.
            self.env.ref("khbs_registry.cron_audit_seal").sudo()._trigger()
        check = self.env["khbs.audit.check"].sudo().create(found)
        events._record(
            "audit.verify",
            data={
                "count": found["count"],
                "head": found["head"],
                "broken_seq": found["broken_seq"],
            },
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Verification of the audit chain"),
            "res_model": check._name,
            "res_id": check.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _cron_seal(self):
        """Seal what has been committed; one sealer at a time."""
        cron = self.env["ir.cron"]
        with self.env.registry.cursor() as lock:
            lock.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK_KEY])
            if not lock.fetchone()[0]:
                return
            # A new snapshot: one taken before the lock may not show the head.
            cron._commit_progress()
            seconds_left = sealed = _BATCH
            while sealed == _BATCH and seconds_left:
                sealed = self._seal_batch(_BATCH)
                # Only whether there is more matters; counting would read it all.
                seconds_left = cron._commit_progress(
                    sealed, remaining=sealed if sealed == _BATCH else 0
                )

    @api.model
    def _seal_batch(self, limit):
        """Link up to *limit* events to the chain and return how many."""
        self.env.flush_all()
        midnight = fields.Datetime.now().replace(hour=0, minute=0, second=0)
        since = None
        if self.sudo().search_count([("sealed_at", ">=", midnight)], limit=1):
            since = fields.Datetime.now() - _LOOK_BACK
        self.env.cr.execute(
            SQL(
                """
                SELECT %s FROM khbs_audit_event e
                WHERE %s AND NOT EXISTS (
                    SELECT FROM khbs_audit_seal s WHERE s.event_id = e.id
                )
                ORDER BY e.id LIMIT %s
                """,
                _columns(),
                SQL("e.at > %s", since) if since else SQL("TRUE"),
                limit,
            )
        )
        rows = self.env.cr.fetchall()
        seq, prev_hash = self._head()
        seals = []
        for row in rows:
            seq += 1
            own_hash = link(prev_hash, seq, row)
            seals.append((row[0], seq, prev_hash, own_hash, fields.Datetime.now()))
            prev_hash = own_hash
        if seals:
            self.env.cr.execute_values(
                "INSERT INTO khbs_audit_seal "
                "(event_id, seq, prev_hash, hash, sealed_at) VALUES %s",
                seals,
            )
            self.invalidate_model()
        return len(seals)

    @api.model
    def _head(self):
        """Return (number, link) of the last seal."""
        self.env.cr.execute(
            "SELECT seq, hash FROM khbs_audit_seal ORDER BY seq DESC LIMIT 1"
        )
        return self.env.cr.fetchone() or (0, GENESIS)

    @api.model
    def _day_head(self, day):
        """Return (number, link) of the last seal that *day* (local) saw, or None.

        It is what the papers of the day print: whoever keeps one proves with it that
        nothing before was taken out (``tools/verify_audit --known``).
        """
        zone = ZoneInfo(self.env.user.tz or "Asia/Pontianak")
        midnight = datetime.datetime.combine(
            day + datetime.timedelta(days=1), datetime.time(), zone
        )
        seal = self.sudo().search(
            [
                (
                    "sealed_at",
                    "<",
                    midnight.astimezone(datetime.UTC).replace(tzinfo=None),
                )
            ],
            order="seq desc",
            limit=1,
        )
        return (seal.seq, seal.hash) if seal else None

    @api.model
    def _unsealed(self):
        """Return (count, time of the oldest) of the events not yet sealed."""
        self.env.cr.execute(
            """
            SELECT count(*), min(at) FROM khbs_audit_event e WHERE NOT EXISTS (
                SELECT FROM khbs_audit_seal s WHERE s.event_id = e.id
            )
            """
        )
        return self.env.cr.fetchone()

    @api.model
    def _verify(self):
        """Recompute every link and return what was found.

        :return: dict of count, head, broken_seq (0: none), reason, unsealed,
            unsealed_since
        """
        self.env.flush_all()
        seq, prev_hash, broken, reason = 0, GENESIS, 0, False
        while not broken and (rows := self._links_after(seq)):
            for found_seq, found_prev, found_hash, *event in rows:
                reason = self._fault(
                    seq, prev_hash, found_seq, found_prev, found_hash, event
                )
                if reason:
                    broken = seq + 1
                    break
                seq, prev_hash = found_seq, found_hash
        unsealed, since = self._unsealed()
        return {
            "count": seq,
            "head": prev_hash,
            "broken_seq": broken,
            "reason": reason or False,
            "unsealed": unsealed,
            "unsealed_since": since or False,
        }

    def _links_after(self, seq):
        self.env.cr.execute(
            SQL(
                """
                SELECT s.seq, s.prev_hash, s.hash, %s
                FROM khbs_audit_seal s
                LEFT JOIN khbs_audit_event e ON e.id = s.event_id
                WHERE s.seq > %s ORDER BY s.seq LIMIT %s
                """,
                _columns(),
                seq,
                _BATCH,
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _fault(self, seq, prev_hash, found_seq, found_prev, found_hash, event):
        """Return the code of what is wrong with the link after *seq*, or None."""
        if found_seq != seq + 1:
            return "link_missing"
        if event[0] is None:
            return "event_missing"
        if found_prev != prev_hash:
            return "order_changed"
        if link(prev_hash, found_seq, event) != found_hash:
            return "event_changed"
        return None


def _columns():
    return SQL(", ").join(SQL.identifier("e", column) for column in COLUMNS)
