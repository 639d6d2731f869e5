# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json
import time
from datetime import UTC, datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.khbs_cards import authority
from odoo.addons.khbs_cards.protocol import card_number, jws, keys, status_list
from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.rupiah import Rupiah

DAY = 86400
TAP_LINES = 6
TAP_SUM = 1_200_000
# Days after a lease's end before a silent terminal's families are free again.
SILENCE_DAYS = 7


class KhbsLease(models.Model):
    """What one terminal alone may pay, offline, until a date: signed and immutable.

    A change is a successor; the terminal adopts it by an entry of its journal.
    """

    _name = "khbs.lease"
    _description = "Lease"
    _order = "id desc"
    _log_access = False

    name = fields.Char(string="Number", required=True)
    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", required=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="terminal_id.area_id")
    number = fields.Integer(
        string="Count", required=True, aggregator=None, help="Of this terminal, from 1."
    )
    issued_at = fields.Datetime(required=True)
    valid_from = fields.Datetime(required=True)
    valid_until = fields.Datetime(required=True)
    list_min = fields.Integer(string="List at least", required=True, aggregator=None)
    max_claims = fields.Integer(required=True, aggregator=None)
    max_sum = Rupiah(string="Sum", required=True, aggregator=None)
    pin_benefits = fields.Json(help="Codes of the benefits that ask for a PIN.")
    content_sha256 = fields.Char(
        string="SHA-256 of the rows", required=True, help="A change makes a successor."
    )
    jws = fields.Text(string="Signed lease", required=True, groups="base.group_system")
    row_ids = fields.One2many(
        comodel_name="khbs.lease.row", inverse_name="lease_id", string="Lines"
    )

    _number_uniq = models.Constraint(
        "UNIQUE (terminal_id, number)", "The terminal was given another lease."
    )
    _list_idx = models.Index("(list_min)")
    _name_uniq = models.Constraint("UNIQUE (name)", "A lease with this number exists.")

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.model
    def _newest(self, terminal):
        return self.search(
            [("terminal_id", "=", terminal.id)], order="number desc", limit=1
        )

    @api.model
    def _current(self, terminal, now):
        """Return the terminal's newest lease after cutting a successor if one is due.

        A successor is due when the rows have changed or less than half of the
        offline days remain.
        """
        newest = self._newest(terminal)
        return self._cut(terminal, newest=newest, now=now) or newest

    @api.model
    def _cut(self, terminal, newest=None, now=None):
        """Hold what the terminal may pay and issue a lease of it.

        :return: the new lease, or an empty recordset if there is nothing to lease or
            nothing new in it
        """
        now = now or int(time.time())
        newest = self._newest(terminal) if newest is None else newest
        self.env.flush_all()
        held_list = self.env["khbs.card.list.version"]._current()
        rows = _with_known_cards(self._hold(terminal), held_list)
        self._let_go(terminal, rows)
        if not rows and not newest:
            return self.browse()
        digest = _digest(rows)
        exp = min(now + terminal.offline_days * DAY, held_list.exp)
        if rows:
            exp = min(exp, max(row["until"] for row in rows))
        unchanged = newest.content_sha256 == digest and not newest._is_due(now, exp)
        if unchanged and not newest._is_disbelieved():
            return self.browse()
        lease = self._issue(terminal, newest, rows, digest, now, exp, held_list.version)
        lease._store_rows(rows)
        self._extend_holds(terminal, rows, exp)
        return lease

    def _hold(self, terminal):
        """Hold the open entitlements of the point's villages and return their rows.

        Only what no other terminal holds; only families with a card in their hands,
        or on its way so that the terminal can hand it over.
        """
        households = SQL(
            HOUSEHOLDS,
            terminal=terminal.id,
            villages=terminal.point_id.village_ids.ids,
            most=terminal.lease_families,
        )
        # Locked, so that one which is being claimed just now is not taken for open.
        self.env.cr.execute(
            SQL(
                """
                WITH free AS (
                    SELECT e.id
                      FROM khbs_entitlement e
                      JOIN khbs_round r ON r.id = e.round_id
                      JOIN khbs_benefit b ON b.id = e.benefit_id
                     WHERE e.household_id IN (%s) AND %s
                       AND NOT EXISTS (SELECT FROM khbs_lease_hold x
                                        WHERE x.entitlement_id = e.id)
                     ORDER BY e.id FOR NO KEY UPDATE OF e
                )
                INSERT INTO khbs_lease_hold (entitlement_id, kind, terminal_id)
                SELECT id, 'lease', %s FROM free ORDER BY id
                ON CONFLICT (entitlement_id) DO NOTHING
                """,
                households,
                SQL(LEASABLE),
                terminal.id,
            )
        )
        villages = terminal.point_id.village_ids.ids
        self.env.cr.execute(ROWS, {"terminal": terminal.id, "villages": villages})
        columns = [column.name for column in self.env.cr.description]
        return [dict(zip(columns, row, strict=True)) for row in self.env.cr.fetchall()]

    def _let_go(self, terminal, rows):
        """Free what was held for a lease and has come into none.

        Nothing would ever free it: ``free_at`` is set by the lease.
        """
        self.env.cr.execute(
            """
            DELETE FROM khbs_lease_hold
             WHERE terminal_id = %s AND kind = 'lease' AND free_at IS NULL
               AND entitlement_id <> ALL (%s)
            """,
            [terminal.id, [row["entitlement_id"] for row in rows]],
        )

    def _issue(self, terminal, newest, rows, digest, now, exp, list_min):
        number = newest.number + 1
        name = f"{terminal.code}-L{number}"
        amounts = {row["e"]: row["amount"] for row in rows}
        cards = {row["card_no"] for row in rows}
        benefits = self._benefits({row["benefit_id"] for row in rows})
        payload = {
            "iss": "khbs",
            "prg": authority.prg(self.env),
            "id": name,
            "tid": terminal.code,
            "iat": now,
            "nbf": now,
            "exp": exp,
            "lst_min": list_min,
            "lim": {
                "claims": len(cards),
                "sum": sum(amounts.values()),
                "lines": TAP_LINES,
            },
            "rnd": {row["round_code"]: row["until"] for row in rows},
            "ben": benefits,
            "rows": _payload_rows(rows),
        }
        if newest:
            payload["prev"] = newest.name
        kid, key = authority.signer(self.env, "lease", "lease", terminal)
        lease = self.create(
            {
                "name": name,
                "terminal_id": terminal.id,
                "number": number,
                "issued_at": _naive(now),
                "valid_from": _naive(now),
                "valid_until": _naive(exp),
                "list_min": list_min,
                "max_claims": len(cards),
                "max_sum": sum(amounts.values()),
                "pin_benefits": [b for b in benefits if benefits[b]["cvm"] == "pin"],
                "content_sha256": digest,
                "jws": jws.sign(key, kid, "khbs-lease+jwt", payload),
            }
        )
        self.env["khbs.audit.event"]._record(
            "lease.issue", lease, {"name": name, "rows": len(rows), "sha256": digest}
        )
        return lease

    def _benefits(self, ids):
        """Return ``ben`` of the lease: label, check of the holder and goods by code."""
        benefits = self.env["khbs.benefit"].with_context(lang="id_ID").browse(ids)
        return {
            benefit.code: {
                "label": benefit.name,
                "cvm": benefit.cvm,
                "goods": [
                    {
                        "code": line.code,
                        "name": line.name,
                        "unit": line.unit,
                        "qty": line.quantity,
                    }
                    for line in benefit.line_ids
                ],
            }
            for benefit in benefits
        }

    def _store_rows(self, rows):
        self.ensure_one()
        self.env.cr.execute_values(
            """
            INSERT INTO khbs_lease_row (lease_id, entitlement_id, card_no, hand_over,
                                        e, benefit_code, round_code, amount)
            VALUES %s
            """,
            [
                (
                    self.id,
                    row["entitlement_id"],
                    row["card_no"],
                    row["hand_over"],
                    row["e"],
                    row["benefit_code"],
                    row["round_code"],
                    row["amount"],
                )
                for row in rows
            ],
            page_size=1000,
        )
        self.invalidate_recordset(["row_ids"])

    def _extend_holds(self, terminal, rows, exp):
        free_at = _naive(exp) + timedelta(days=SILENCE_DAYS)
        self.env.cr.execute(
            """
            UPDATE khbs_lease_hold SET free_at = greatest(free_at, %s)
             WHERE terminal_id = %s AND kind = 'lease' AND entitlement_id = ANY(%s)
            """,
            [free_at, terminal.id, [row["entitlement_id"] for row in rows]],
        )

    def _is_due(self, now, exp):
        """Tell whether less than half of the offline days remain, and more can be had.

        :param exp: until when a successor cut now would be valid
        """
        self.ensure_one()
        half = timedelta(days=self.terminal_id.offline_days) / 2
        return self.valid_until - _naive(now) < half and self.valid_until < _naive(exp)

    def _is_disbelieved(self):
        """Tell whether terminals believe its key no more, so that they drop it."""
        self.ensure_one()
        return authority.is_revoked(jws.kid_of(self.sudo().jws))

    def _is_over(self, now):
        self.ensure_one()
        return self.valid_until < _naive(now)

    def _adopted(self):
        """Free what this lease, now in force, and its successors lack."""
        self.ensure_one()
        self.env.cr.execute(
            """
            DELETE FROM khbs_lease_hold h
             WHERE h.terminal_id = %(terminal)s AND h.kind = 'lease'
               AND NOT EXISTS (
                   SELECT FROM khbs_lease_row r JOIN khbs_lease l ON l.id = r.lease_id
                    WHERE l.terminal_id = %(terminal)s AND l.number >= %(number)s
                      AND r.entitlement_id = h.entitlement_id)
            """,
            {"terminal": self.terminal_id.id, "number": self.number},
        )


# What may be given offline, without the bank and without a PIN. A lease says until
# when a round lasts, not from when: before its first day it is in no lease.
LEASABLE = """
    e.state = 'open' AND e.channel <> 'account' AND b.cvm <> 'pin' AND r.state = 'open'
    AND (now() AT TIME ZONE 'Asia/Pontianak')::date BETWEEN r.date_from AND r.date_to
"""

# Families of the villages with something that no other terminal holds; those that
# the terminal has already come first, so that a limit never trades one for another.
HOUSEHOLDS = f"""
    SELECT h.id
      FROM khbs_household h
      JOIN khbs_entitlement e ON e.household_id = h.id
      JOIN khbs_round r ON r.id = e.round_id
      JOIN khbs_benefit b ON b.id = e.benefit_id
      LEFT JOIN khbs_lease_hold x ON x.entitlement_id = e.id
     WHERE h.area_id = ANY(%(villages)s) AND h.active AND {LEASABLE}
       AND h.state IN ('decided', 'active')
       AND (x.id IS NULL OR x.terminal_id = %(terminal)s)
       AND EXISTS (SELECT FROM khbs_card c
                    WHERE c.household_id = h.id AND c.state IN ('active', 'shipped'))
     GROUP BY h.id, h.area_id
     ORDER BY count(x.id) = 0, h.area_id, h.id LIMIT %(most)s
"""

# One row for each card and entitlement that the terminal holds by lease.
ROWS = f"""
    SELECT e.id AS entitlement_id, e.number AS e, b.id AS benefit_id,
           b.code AS benefit_code, r.code AS round_code, e.amount,
           extract(epoch FROM (r.date_to + 1)::timestamp
                              AT TIME ZONE 'Asia/Pontianak')::bigint - 1 AS until,
           c.card_no, c.spki_9e_sha256, c.spki_9c_sha256,
           c.state = 'shipped' AS hand_over, p.name AS holder
      FROM khbs_lease_hold x
      JOIN khbs_entitlement e ON e.id = x.entitlement_id
      JOIN khbs_round r ON r.id = e.round_id
      JOIN khbs_benefit b ON b.id = e.benefit_id
      JOIN khbs_household h ON h.id = e.household_id
      JOIN khbs_card c ON c.household_id = h.id AND c.state IN ('active', 'shipped')
      LEFT JOIN khbs_person p ON p.household_id = h.id AND p.relation = '1'
                             AND p.state = 'alive' AND p.active
     WHERE x.terminal_id = %(terminal)s AND x.kind = 'lease'
       AND {LEASABLE} AND h.area_id = ANY(%(villages)s)
       AND h.active AND h.state IN ('decided', 'active')
       AND c.spki_9e_sha256 IS NOT NULL
     ORDER BY h.area_id, h.id, c.id, e.number
"""


def _with_known_cards(rows, held_list):
    """Leave out cards to be handed over that the list does not show as shipped yet.

    The next version does, and a successor brings them.
    """
    packed = held_list._packed()

    def is_shipped(card_no):
        _list_no, index = card_number.parse(card_no)
        return (
            index < held_list.card_count
            and status_list.state_at(packed, index) == status_list.SHIPPED
        )

    return [row for row in rows if not row["hand_over"] or is_shipped(row["card_no"])]


def _payload_rows(rows):
    """Return ``rows`` of the lease: one for each card, with its entitlements."""
    by_card = {}
    for row in rows:
        by_card.setdefault(row["card_no"], []).append(row)
    return [
        [
            card_no,
            _key_hash(group[0]["spki_9e_sha256"]),
            _key_hash(group[0]["spki_9c_sha256"]),
            group[0]["holder"] or "",
            int(group[0]["hand_over"]),
            [
                [row["e"], row["benefit_code"], row["round_code"], row["amount"]]
                for row in group
            ],
        ]
        for card_no, group in by_card.items()
    ]


def _key_hash(sha256):
    return keys.key_hash(bytes.fromhex(sha256)) if sha256 else None


def _digest(rows):
    """Return the hash of what a lease grants; names are part of it."""
    content = json.dumps([list(row.values()) for row in rows], separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _naive(seconds):
    """Return Unix seconds as Odoo keeps them: UTC without a zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
