# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""From verdicts to rows: claims, outcomes, entitlements, postings, cases, counters.

Every step is one statement for all lines. The entitlements are locked, in order,
before the other claims of theirs are read, and all are updated, so that a second
terminal's settlement of the same family fails and starts anew.
"""

import base64
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from ..settlement.meanings import (
    CONSUMED,
    HOLD,
    LAPSED,
    MEANINGS,
    OPEN,
    PAY,
    RESERVED,
    entitlement_state,
)
from ..settlement.ranking import Candidate, rank

POSTED_NOT_PAYABLE = "POSTED_NOT_PAYABLE"
# From which states a line may bring its entitlement to another one.
REACHED_FROM = {
    CONSUMED: ("open", "reserved", "lapsed", "cancelled", "consumed"),
    RESERVED: ("open", "reserved", "lapsed", "consumed"),
    LAPSED: ("open", "reserved", "lapsed", "consumed"),
    OPEN: ("open", "reserved", "consumed"),
}


@dataclass(slots=True)
class _Line:
    """A claim line with its last judgement and the new one."""

    line_id: int
    entitlement_id: int | None
    terminal_id: int
    tid: str
    seq: int
    jti: str
    verdict: str = ""
    code: str = ""
    version: int = 0
    online: bool = False
    nbf: int = 0
    lo: int | None = None
    hi: int | None = None
    posted: bool = False
    judged: bool = False
    before: tuple = ()

    def now(self):
        return (self.verdict, self.code, self.online, self.nbf)


class OutcomeWriter:
    """Writes the verdicts on claims of one terminal.

    :param cr: cursor
    :param terminal: record of khbs.terminal
    :param cause: why they are judged: push or fact
    """

    def __init__(self, cr, terminal, cause):
        self.cr = cr
        self.terminal = terminal
        self.cause = cause

    def apply(self, verdicts):
        """Bring everything in line with *verdicts*; return the changed line ids."""
        if not verdicts:
            return []
        self._store_claims(verdicts)
        own = self._own_lines(verdicts)
        entitlement_ids = sorted({e for _id, e in own.values() if e})
        self._lock(entitlement_ids)
        lines = self._lines(entitlement_ids, [line_id for line_id, _e in own.values()])
        for verdict in verdicts:
            line = lines[own[verdict.jti, verdict.line.e][0]]
            line.judged = True
            line.verdict = line.code = verdict.code
            line.online, line.nbf = verdict.online, verdict.nbf
            line.lo, line.hi = verdict.interval.lo, verdict.interval.hi
        primaries = self._rank(lines.values())
        changed = [line for line in lines.values() if line.now() != line.before]
        self._store_outcomes(changed)
        self._update_entitlements(entitlement_ids, lines.values())
        self._update_primaries(entitlement_ids, primaries)
        self._open_cases(changed)
        self._count(changed)
        return [line.line_id for line in changed]

    def _rows(self, query, *arguments):
        self.cr.execute(query, arguments)
        return self.cr.fetchall()

    def _values(self, query, rows, fetch=False):
        if not rows:
            return []
        return self.cr.execute_values(query, rows, page_size=1000, fetch=fetch) or []

    # Claims and their lines

    def _store_claims(self, verdicts):
        """Store the claims that are judged for the first time."""
        first = {}
        for verdict in verdicts:
            first.setdefault(verdict.jti, []).append(verdict)
        known = self._rows(
            "SELECT jti FROM khbs_claim WHERE jti = ANY(%s)", list(first)
        )
        for (jti,) in known:
            del first[jti]
        if not first:
            return
        entries = self._rows(
            """
            SELECT j.jti, j.seq, j.card_no, c.id, c.household_id, h.area_id,
                   j.operator_code, j.received_at, j.jws
              FROM khbs_journal_entry j
              JOIN khbs_card c ON c.card_no = j.card_no
              JOIN khbs_household h ON h.id = c.household_id
             WHERE j.terminal_id = %s AND j.jti = ANY(%s) AND j.ev = 'claim'
               AND j.claim_check = ''
             ORDER BY j.seq DESC, j.branch DESC
            """,
            self.terminal.id,
            list(first),
        )
        # The last row read, of the lowest number, is the claim; others are replays.
        by_jti = {row[0]: row for row in entries}
        ids = self._values(
            """
            INSERT INTO khbs_claim (jti, seq, card_no, card_id, household_id, area_id,
                                    operator_code, received_at, terminal_code, point_id,
                                    mode, signed_at, jws)
            VALUES %s RETURNING jti, id
            """,
            self._claim_rows(by_jti.values()),
            fetch=True,
        )
        claim_ids = dict(ids)
        self._values(
            """
            INSERT INTO khbs_claim_line (claim_id, e, benefit_code, round_code, amount,
                                         entitlement_id)
            SELECT v.claim_id, v.e, v.b, v.p, v.a, n.id
              FROM (VALUES %s) AS v (claim_id, e, b, p, a)
              LEFT JOIN khbs_entitlement n ON n.number = v.e
            """,
            [
                (claim_ids[jti], each.line.e, each.line.b, each.line.p, each.line.a)
                for jti, group in first.items()
                for each in group
            ],
        )

    def _claim_rows(self, entries):
        code, point_id = self.terminal.code, self.terminal.point_id.id or None
        rows = []
        for *columns, entry in entries:
            details = _payload(entry)["d"]
            signed_at = _naive(_payload(details["jws"])["iat"])
            rows.append(
                (*columns, code, point_id, details["mode"], signed_at, details["jws"])
            )
        return rows

    def _own_lines(self, verdicts):
        """Return (jti, e) to (line id, entitlement id)."""
        rows = self._rows(
            """
            SELECT c.jti, l.e, l.id, l.entitlement_id
              FROM khbs_claim c JOIN khbs_claim_line l ON l.claim_id = c.id
             WHERE c.jti = ANY(%s)
            """,
            list({verdict.jti for verdict in verdicts}),
        )
        return {(jti, e): (line, entitlement) for jti, e, line, entitlement in rows}

    # Outcomes

    def _lock(self, entitlement_ids):
        self.cr.execute(
            "SELECT id FROM khbs_entitlement WHERE id = ANY(%s) "
            "ORDER BY id FOR NO KEY UPDATE",
            [entitlement_ids],
        )

    def _lines(self, entitlement_ids, line_ids):
        """Return id to :class:`_Line` of these lines and all of these entitlements."""
        rows = self._rows(
            """
            SELECT l.id, l.entitlement_id, t.id, t.code, c.seq, c.jti,
                   COALESCE(s.verdict, ''), COALESCE(s.code, ''),
                   COALESCE(s.version, 0), COALESCE(s.online, FALSE),
                   COALESCE(s.lease_from, 0)::bigint,
                   extract(epoch FROM s.not_before)::bigint,
                   extract(epoch FROM s.not_after)::bigint,
                   EXISTS (SELECT FROM khbs_claim_posting p WHERE p.line_id = l.id)
              FROM khbs_claim_line l
              JOIN khbs_claim c ON c.id = l.claim_id
              JOIN khbs_terminal t ON t.code = c.terminal_code
              LEFT JOIN LATERAL (
                   SELECT * FROM khbs_settlement s
                    WHERE s.line_id = l.id ORDER BY s.version DESC LIMIT 1
              ) s ON TRUE
             WHERE l.id = ANY(%s) OR l.entitlement_id = ANY(%s)
            """,
            line_ids,
            entitlement_ids,
        )
        lines = {row[0]: _Line(*row) for row in rows}
        for line in lines.values():
            line.before = line.now() if line.version else ()
        return lines

    def _rank(self, lines):
        """Set the codes that depend on other claims; return the primary lines."""
        by_entitlement = defaultdict(list)
        for line in lines:
            if line.entitlement_id and line.verdict:
                by_entitlement[line.entitlement_id].append(line)
        primaries = {}
        for entitlement_id, group in by_entitlement.items():
            candidates = [
                Candidate(
                    each.line_id,
                    each.tid,
                    each.seq,
                    each.verdict,
                    each.online,
                    each.nbf,
                )
                for each in group
            ]
            codes, primary = rank(candidates)
            for each in group:
                each.code = codes[each.line_id]
            if primary:
                primaries[entitlement_id] = primary
        return primaries

    def _store_outcomes(self, changed):
        for line in changed:
            line.version += 1
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        self._values(
            """
            INSERT INTO khbs_settlement (line_id, entitlement_id, terminal_id, seq,
                version, at, cause, verdict, code, online, lease_from, not_before,
                not_after) VALUES %s
            """,
            [
                (
                    line.line_id,
                    line.entitlement_id,
                    line.terminal_id,
                    line.seq,
                    line.version,
                    now,
                    self.cause if line.judged else "rank",
                    line.verdict,
                    line.code,
                    line.online,
                    line.nbf,
                    _naive(line.lo),
                    _naive(line.hi),
                )
                for line in changed
            ],
        )
        self._values(
            """
            INSERT INTO khbs_claim_outcome (line_id, version, at, code, pay,
                entitlement_effect, stock, borne_by) VALUES %s
            """,
            [
                (line.line_id, line.version, now, line.code, *_consequences(line.code))
                for line in changed
            ],
        )

    # What follows from them

    def _update_entitlements(self, entitlement_ids, lines):
        """Set the state of each; of the channel *account* the bank's result decides."""
        effects = {entitlement_id: set() for entitlement_id in entitlement_ids}
        for line in lines:
            if line.entitlement_id and line.code:
                effect = CONSUMED if line.posted else MEANINGS[line.code].entitlement
                effects[line.entitlement_id].add(effect)
        rows = [
            (entitlement_id, state, list(REACHED_FROM[state]))
            for entitlement_id, found in effects.items()
            for state in [entitlement_state(found)]
        ]
        self._values(
            """
            UPDATE khbs_entitlement e
               SET state = CASE WHEN e.state = ANY(v.origins)
                                 AND e.channel <> 'account'
                                THEN v.state ELSE e.state END
              FROM (VALUES %s) AS v (id, state, origins) WHERE e.id = v.id
            """,
            rows,
        )
        consumed = [row[0] for row in rows if row[1] == CONSUMED]
        if consumed:
            self.cr.execute(
                "DELETE FROM khbs_lease_hold WHERE entitlement_id = ANY(%s)", [consumed]
            )

    def _update_primaries(self, entitlement_ids, primaries):
        self._values(
            """
            INSERT INTO khbs_claim_primary AS p (entitlement_id, line_id) VALUES %s
            ON CONFLICT (entitlement_id) DO UPDATE SET line_id = EXCLUDED.line_id
             WHERE p.line_id <> EXCLUDED.line_id
            """,
            list(primaries.items()),
        )
        none = [each for each in entitlement_ids if each not in primaries]
        if none:
            self.cr.execute(
                "DELETE FROM khbs_claim_primary WHERE entitlement_id = ANY(%s)", [none]
            )

    def _open_cases(self, changed):
        """Open a case where a person must decide; one for each line and kind."""
        rows = []
        for line in changed:
            evidence = f"{line.tid} {line.seq}, {line.jti}, {_span(line)}"
            if MEANINGS[line.code].case:
                rows.append((line.code, line.line_id, line.tid, evidence))
            if line.posted and MEANINGS[line.code].pay != PAY:
                evidence = f"{evidence}, {line.code}"
                rows.append((POSTED_NOT_PAYABLE, line.line_id, line.tid, evidence))
        self._values(
            """
            INSERT INTO khbs_case (kind, claim_line_id, entitlement_id, household_id,
                area_id, terminal_code, evidence, state, opened_at, deadline,
                create_uid, create_date, write_uid, write_date)
            SELECT v.kind, l.id, l.entitlement_id,
                   COALESCE(e.household_id, c.household_id),
                   COALESCE(e.area_id, c.area_id), v.tid, v.evidence, 'open',
                   now() AT TIME ZONE 'UTC',
                   (now() AT TIME ZONE 'Asia/Pontianak')::date + 14,
                   1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
              FROM (VALUES %s) AS v (kind, line_id, tid, evidence)
              JOIN khbs_claim_line l ON l.id = v.line_id
              JOIN khbs_claim c ON c.id = l.claim_id
              LEFT JOIN khbs_entitlement e ON e.id = l.entitlement_id
            ON CONFLICT DO NOTHING
            """,
            rows,
        )

    def _count(self, changed):
        """Move the counters of the day of first receipt by what has changed."""
        self._values(
            """
            INSERT INTO khbs_claim_counter AS k (day, terminal_id, benefit_code, lines,
                                                 paid_lines, held_lines, paid_amount)
            SELECT (c.received_at AT TIME ZONE 'UTC'
                                  AT TIME ZONE 'Asia/Pontianak')::date,
                   v.terminal_id, l.benefit_code, sum(v.added), sum(v.paid),
                   sum(v.held), sum(v.paid * l.amount)
              FROM (VALUES %s) AS v (line_id, terminal_id, added, paid, held)
              JOIN khbs_claim_line l ON l.id = v.line_id
              JOIN khbs_claim c ON c.id = l.claim_id
             GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            ON CONFLICT (day, terminal_id, benefit_code) DO UPDATE
               SET lines = k.lines + EXCLUDED.lines,
                   paid_lines = k.paid_lines + EXCLUDED.paid_lines,
                   held_lines = k.held_lines + EXCLUDED.held_lines,
                   paid_amount = k.paid_amount + EXCLUDED.paid_amount
            """,
            [
                (
                    line.line_id,
                    line.terminal_id,
                    int(not line.before),
                    _is(line, PAY),
                    _is(line, HOLD),
                )
                for line in changed
            ],
        )

    def post(self, since, bound):
        """Book the payable lines of the entries from *since* to below *bound*, once."""
        self.cr.execute(
            """
            INSERT INTO khbs_claim_posting (line_id, entitlement_id, amount, posted_at)
            SELECT l.id, l.entitlement_id,
                   CASE e.channel WHEN 'account' THEN 0 ELSE l.amount END,
                   now() AT TIME ZONE 'UTC'
              FROM khbs_claim c
              JOIN khbs_claim_line l ON l.claim_id = c.id
              JOIN khbs_entitlement e ON e.id = l.entitlement_id
              JOIN LATERAL (
                   SELECT o.pay FROM khbs_claim_outcome o
                    WHERE o.line_id = l.id ORDER BY o.version DESC LIMIT 1
              ) o ON o.pay = 'pay'
             WHERE c.terminal_code = %s AND c.seq >= %s AND c.seq < %s
             ORDER BY l.id
            ON CONFLICT (line_id) DO NOTHING
            """,
            [self.terminal.code, since, bound],
        )


def _is(line, pay):
    """Return by how much the line moves the count of lines that are *pay*."""
    before = bool(line.before) and MEANINGS[line.before[1]].pay == pay
    return int(MEANINGS[line.code].pay == pay) - int(before)


def _consequences(code):
    meaning = MEANINGS[code]
    borne_by = meaning.borne_by if meaning.borne_by != "none" else None
    return meaning.pay, meaning.entitlement, meaning.stock, borne_by


def _span(line):
    return f"{_naive(line.lo)} .. {_naive(line.hi)} UTC"


def _payload(text):
    """Return the payload of a JWS that was read strictly before."""
    part = text.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _naive(seconds):
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
