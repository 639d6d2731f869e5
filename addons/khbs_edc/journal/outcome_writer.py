# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""From verdicts to rows: claims, outcomes, entitlements, postings, cases, counters.

Every step is one statement for all lines, and only what a verdict changes is touched.
The entitlements of these lines are locked, in order, before the other claims of theirs
are read, and all are updated, so that a second terminal's settlement of the same family
fails and starts anew.
"""

import base64
import json
from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ..models.khbs_card_alert import OUTCOMES
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
from . import bulk
from .line import LINES, Line

WIB = ZoneInfo("Asia/Pontianak")
POSTED_NOT_PAYABLE = "POSTED_NOT_PAYABLE"
# From which states a line may bring its entitlement to another one.
REACHED_FROM = {
    CONSUMED: ("open", "reserved", "lapsed", "cancelled", "consumed"),
    RESERVED: ("open", "reserved", "lapsed", "consumed"),
    LAPSED: ("open", "reserved", "lapsed", "consumed"),
    OPEN: ("open", "reserved", "consumed"),
}


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
        self.known = {}

    def recall(self, jtis):
        """Read what is stored of these claims; done before they are judged."""
        rows = self._rows(f"{LINES} WHERE c.jti = ANY(%s)", jtis) if jtis else []
        lines = (Line(*row) for row in rows)
        self.known = {(line.jti, line.e): line for line in lines}

    def used(self, bound):
        """Return the jtis of claims made below entry *bound*, or elsewhere."""
        own = self.terminal.code
        return {
            line.jti
            for line in self.known.values()
            # A claim without an entry yet waits for its entry.
            if line.tid != own or (line.seq is not None and line.seq < bound)
        }

    def apply(self, verdicts):
        """Bring everything in line with *verdicts*, on claims that were read."""
        if not verdicts:
            return
        new, differing = [], {}
        for verdict in verdicts:
            line = self.known.get((verdict.jti, verdict.line.e))
            if line is None:
                new.append(verdict)
            elif line.judge(verdict):
                differing[line.line_id] = line
        granted = self._lock(differing.values(), new)
        entitlement_ids = sorted(granted.values())
        lines = self._lines_of(entitlement_ids)
        for line in self.known.values():
            if line.line_id in lines:
                lines[line.line_id] = line
        lines |= differing
        lines |= self._store_claims(new, granted)
        primaries = self._rank(lines.values())
        changed = [line for line in lines.values() if line.now() != line.before]
        self._store_outcomes(changed)
        self._update_entitlements(entitlement_ids, lines.values())
        self._update_primaries(entitlement_ids, primaries)
        self._open_cases(changed)
        self._raise_alerts(changed)
        self._count(changed)

    def _rows(self, query, *arguments):
        self.cr.execute(query, arguments)
        return self.cr.fetchall()

    def _values(self, query, rows):
        if rows:
            self.cr.execute_values(query, rows, page_size=1000)

    # Claims and their lines

    def _lock(self, lines, verdicts):
        """Lock the entitlements of *lines* and *verdicts*; return number to id."""
        ids = [line.entitlement_id for line in lines if line.entitlement_id]
        numbers = [verdict.line.e for verdict in verdicts]
        if not ids and not numbers:
            return {}
        return dict(
            self._rows(
                "SELECT number, id FROM khbs_entitlement "
                "WHERE id = ANY(%s) OR number = ANY(%s) "
                "ORDER BY id FOR NO KEY UPDATE",
                ids,
                numbers,
            )
        )

    def _lines_of(self, entitlement_ids):
        """Return id to :class:`Line` of all claims of these entitlements."""
        if not entitlement_ids:
            return {}
        rows = self._rows(f"{LINES} WHERE l.entitlement_id = ANY(%s)", entitlement_ids)
        return {row[0]: Line(*row) for row in rows}

    def _store_claims(self, verdicts, granted):
        """Store the claims that are judged for the first time.

        :param granted: entitlement number to id
        :return: id to :class:`Line`, judged
        """
        if not verdicts:
            return {}
        claims = self._claim_entries(verdicts)
        claim_ids = dict(
            zip(claims, bulk.next_ids(self.cr, "khbs_claim", len(claims)), strict=True)
        )
        line_ids = bulk.next_ids(self.cr, "khbs_claim_line", len(verdicts))
        lines = {}
        for line_id, verdict in zip(line_ids, verdicts, strict=True):
            seq, received_at = claims[verdict.jti][1], claims[verdict.jti][7]
            lines[line_id] = Line(
                line_id=line_id,
                entitlement_id=granted.get(verdict.line.e),
                terminal_id=self.terminal.id,
                tid=self.terminal.code,
                seq=seq,
                jti=verdict.jti,
                e=verdict.line.e,
                benefit_code=verdict.line.b,
                amount=verdict.line.a,
                received_at=received_at,
            )
            lines[line_id].judge(verdict)
        bulk.insert(
            self.cr,
            "khbs_claim",
            "id, jti, seq, card_no, card_id, household_id, area_id, operator_code,"
            " received_at, terminal_code, point_id, mode, signed_at, jws",
            self._claim_rows(claims.values(), claim_ids),
        )
        bulk.insert(
            self.cr,
            "khbs_claim_line",
            "id, claim_id, e, benefit_code, round_code, amount, entitlement_id",
            [
                (
                    line.line_id,
                    claim_ids[line.jti],
                    line.e,
                    line.benefit_code,
                    verdict.line.p,
                    line.amount,
                    line.entitlement_id,
                )
                for line, verdict in zip(lines.values(), verdicts, strict=True)
            ],
        )
        return lines

    def _claim_entries(self, verdicts):
        """Return jti to what is stored of the entry that made the claim."""
        rows = self._rows(
            """
            SELECT j.jti, j.seq, j.card_no, c.id, c.household_id, h.area_id,
                   j.operator_code, j.received_at, j.jws
              FROM khbs_journal_entry j
              JOIN khbs_card c ON c.card_no = j.card_no
              JOIN khbs_household h ON h.id = c.household_id
             WHERE j.terminal_id = %s AND j.seq = ANY(%s) AND j.jti = ANY(%s)
               AND j.ev = 'claim' AND j.claim_check = ''
             ORDER BY j.branch DESC, j.seq DESC
            """,
            self.terminal.id,
            list({verdict.seq for verdict in verdicts}),
            list({verdict.jti for verdict in verdicts}),
        )
        # Of a fork the branch that came first, of replays the lowest seq: read last,
        # it made the claim.
        return {row[0]: row for row in rows}

    def _claim_rows(self, entries, claim_ids):
        code, point_id = self.terminal.code, self.terminal.point_id.id or None
        rows = []
        for jti, *columns, text in entries:
            details = _payload(text)["d"]
            signed = details["jws"]
            signed_at = _naive(_payload(signed)["iat"])
            rows.append(
                (claim_ids[jti], jti, *columns, code, point_id)
                + (details["mode"], signed_at, signed)
            )
        return rows

    # Outcomes

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
        bulk.insert(
            self.cr,
            "khbs_settlement",
            "line_id, entitlement_id, terminal_id, seq, version, at, cause, verdict,"
            " code, online, lease_from, not_before, not_after",
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
        bulk.insert(
            self.cr,
            "khbs_claim_outcome",
            "line_id, version, at, code, pay, entitlement_effect, stock, borne_by",
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
        by_state = defaultdict(list)
        for entitlement_id, found in effects.items():
            by_state[entitlement_state(found)].append(entitlement_id)
        for state, ids in by_state.items():
            self.cr.execute(
                """
                UPDATE khbs_entitlement
                   SET state = CASE WHEN state = ANY(%s) AND channel <> 'account'
                                    THEN %s ELSE state END
                 WHERE id = ANY(%s)
                """,
                [list(REACHED_FROM[state]), state, ids],
            )
        if CONSUMED in by_state:
            self.cr.execute(
                "DELETE FROM khbs_lease_hold WHERE entitlement_id = ANY(%s)",
                [by_state[CONSUMED]],
            )

    def _update_primaries(self, entitlement_ids, primaries):
        if primaries:
            self.cr.execute(
                """
                INSERT INTO khbs_claim_primary AS p (entitlement_id, line_id)
                SELECT * FROM unnest(%s, %s)
                ON CONFLICT (entitlement_id) DO UPDATE SET line_id = EXCLUDED.line_id
                 WHERE p.line_id <> EXCLUDED.line_id
                """,
                [list(primaries), list(primaries.values())],
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

    def _raise_alerts(self, changed):
        """Note the cards that were taken although they did not count, once a claim."""
        codes = {
            line.jti: line.code
            for line in changed
            if line.code in OUTCOMES and line.code not in line.before
        }
        if not codes:
            return
        rows = self._rows(
            "SELECT jti, card_no, extract(epoch FROM signed_at)::bigint "
            "FROM khbs_claim WHERE jti = ANY(%s)",
            list(codes),
        )
        self.terminal.env["khbs.card.alert"]._notice_journal(
            self.terminal, [(codes[jti], *rest) for jti, *rest in rows]
        )

    def _count(self, changed):
        """Move the counters of the day of first receipt by what has changed."""
        counters = defaultdict(lambda: [0, 0, 0, 0])
        for line in changed:
            paid = _moved(line, PAY)
            counter = counters[
                _day(line.received_at), line.terminal_id, line.benefit_code
            ]
            counter[0] += not line.before
            counter[1] += paid
            counter[2] += _moved(line, HOLD)
            counter[3] += paid * line.amount
        self._values(
            """
            INSERT INTO khbs_claim_counter AS k (day, terminal_id, benefit_code, lines,
                                                 paid_lines, held_lines, paid_amount)
            VALUES %s
            ON CONFLICT (day, terminal_id, benefit_code) DO UPDATE
               SET lines = k.lines + EXCLUDED.lines,
                   paid_lines = k.paid_lines + EXCLUDED.paid_lines,
                   held_lines = k.held_lines + EXCLUDED.held_lines,
                   paid_amount = k.paid_amount + EXCLUDED.paid_amount
            """,
            [(*key, *counters[key]) for key in sorted(counters)],
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


def _moved(line, pay):
    """Return by how much the line moves the count of lines that are *pay*."""
    before = bool(line.before) and MEANINGS[line.before[1]].pay == pay
    return int(MEANINGS[line.code].pay == pay) - int(before)


def _day(received_at):
    """Return the day in WIB of a datetime as Odoo keeps it."""
    return received_at.replace(tzinfo=UTC).astimezone(WIB).date()


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
