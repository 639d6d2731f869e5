# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""From the tables to the facts of one terminal's settlement, in a few statements."""

import datetime
import time
from collections import defaultdict

from odoo.addons.khbs_cards.protocol import card_number, status_list

from ..settlement import facts as f
from ..settlement.chain_state import ChainState

ENTRY_COLUMNS = """
    seq, branch, identity, prev, extract(epoch FROM received_at)::bigint, ev, mono,
    boot, lst, lse, jti, card_no, document, valid,
    extract(epoch FROM sync_now)::bigint, sync_rtt, claim_check, with_pin, lines
"""
# What leaves something behind for the entries above it, whatever its age.
LASTING = ("lease", "block", "activate")
COUNTER = ("intent", "claim", "close", "deny")
GONE = ("cancelled", "split")
# States in which a card may not be used, after it was active.
OUT_OF_USE = ("suspended", "revoked", "expired")


def entry_of(row):
    """Return (entry, branch) of a row of ENTRY_COLUMNS."""
    (seq, branch, identity, prev, received_at, ev, mono, boot, lst, lse, jti) = row[:11]
    card_no, document, valid, now, rtt, check, with_pin, lines = row[11:]
    claim = None
    if ev == "claim" and check == "" and lines:
        items = tuple(f.Line(*line) for line in lines)
        claim = f.Claim(jti, card_no, items, bool(with_pin))
    return (
        f.Entry(
            seq=seq,
            identity=identity,
            prev=prev,
            received_at=received_at,
            ev=ev,
            mono=int(mono or 0),
            boot=boot,
            lst=lst,
            lse=lse,
            jti=jti,
            card_no=card_no,
            document=int(document) if ev == "lists" and document else document,
            valid=valid,
            claim=claim,
            sync=f.Sync(now, rtt) if now is not None else None,
        ),
        branch,
    )


class FactsLoader:
    """Reads what the settlement of *entries* of one terminal depends on.

    :param cr: cursor
    :param terminal: record of khbs.terminal
    """

    def __init__(self, cr, terminal):
        self.cr = cr
        self.terminal = terminal
        self._lists_packed = {}

    def _rows(self, query, *arguments):
        self.cr.execute(query, arguments)
        return self.cr.fetchall()

    def entries(self, start):
        """Return [(entry, branch)] of the journal from *start* on."""
        rows = self._rows(
            f"SELECT {ENTRY_COLUMNS} FROM khbs_journal_entry "
            "WHERE terminal_id = %s AND seq >= %s ORDER BY seq, branch",
            self.terminal.id,
            start,
        )
        return [entry_of(row) for row in rows]

    def load(self, entries, start, used):
        """Return (facts, state of the chain below *start*) for *entries*.

        :param used: jtis of claims made before *start* or elsewhere
        """
        claims = [entry.claim for entry in entries if entry.claim]
        jtis = [entry.jti for entry in entries if entry.jti]
        earlier = self._earlier(start, jtis) if start > 1 else []
        numbers = {line.e for claim in claims for line in claim.lines}
        card_nos = {claim.card_no for claim in claims}
        card_nos |= {e.card_no for e in [*earlier, *entries] if e.ev == "activate"}
        facts = f.Facts(
            approved_at=_seconds(self.terminal.approved_at),
            leases=self._leases(list(numbers)),
            lists=self._lists([*earlier, *entries]),
            list_status=self.list_status,
            cards=self._cards(list(card_nos)),
            entitlements=self._entitlements(list(numbers)),
            authorisations=self._authorisations(jtis),
            **self._dated_facts([claim.jti for claim in claims]),
        )
        return facts, self._state(facts, earlier, start, used)

    def _earlier(self, start, jtis):
        """Return the entries below *start* that still matter, in order."""
        rows = self._rows(
            f"""
            SELECT {ENTRY_COLUMNS} FROM khbs_journal_entry j
             WHERE terminal_id = %s AND branch = 0 AND seq < %s AND valid
               AND (ev = ANY(%s)
                    OR seq IN (
                        SELECT max(seq) FROM khbs_journal_entry
                         WHERE terminal_id = %s AND branch = 0 AND seq < %s AND valid
                           AND (ev = 'lists' OR ev = 'sync' AND sync_now IS NOT NULL)
                         GROUP BY ev)
                    OR ev = ANY(%s) AND seq >= (
                        SELECT COALESCE(min(seq), 0) FROM (
                            SELECT max(seq) AS seq FROM khbs_journal_entry
                             WHERE terminal_id = %s AND branch = 0 AND seq < %s
                               AND ev = 'intent'
                            UNION ALL
                            SELECT min(i.seq) FROM khbs_journal_entry i
                             WHERE i.terminal_id = %s AND i.seq < %s
                               AND i.ev = 'intent' AND i.jti IN (
                                   SELECT a.jti FROM khbs_authorisation a
                                    WHERE a.terminal_id = %s AND a.jti = ANY(%s))
                        ) first))
             ORDER BY seq
            """,
            *(self.terminal.id, start, list(LASTING)),
            *(self.terminal.id, start, list(COUNTER)),
            *(self.terminal.id, start, self.terminal.id, start),
            *(self.terminal.id, jtis),
        )
        return [entry_of(row)[0] for row in rows]

    def _state(self, facts, earlier, start, used):
        """Return the chain below *start*, folded."""
        state = ChainState()
        adopted_at = 0
        for entry in earlier:
            present = state.lease
            # Claims below are counted by one statement, not one by one.
            if entry.ev == "claim":
                if entry.jti == state.open_jti:
                    state.open_jti = None
                continue
            state.take(entry, facts)
            if state.lease != present:
                adopted_at = entry.seq
        if start > 1:
            self._count(state, adopted_at, start)
        state.jtis = set(used)
        return state

    def _count(self, state, adopted_at, start):
        [(version, state.claims, state.sum)] = self._rows(
            """
            SELECT (SELECT COALESCE(max(v.version), 0)
                      FROM khbs_journal_entry j
                      JOIN khbs_card_list_version v ON v.version::text = j.document
                      JOIN khbs_card_list l ON l.id = v.list_id AND l.code = '01'
                     WHERE j.terminal_id = %s AND j.branch = 0 AND j.ev = 'lists'
                       AND j.valid AND j.seq < %s),
                   count(DISTINCT c.id), COALESCE(sum(l.amount), 0)::bigint
              FROM khbs_claim c
              JOIN khbs_claim_line l ON l.claim_id = c.id
             WHERE c.terminal_code = %s AND c.seq > %s AND c.seq < %s
               AND NOT EXISTS (SELECT FROM khbs_authorisation a
                                WHERE a.terminal_id = %s AND a.jti = c.jti)
            """,
            *(self.terminal.id, start),
            *(self.terminal.code, adopted_at, start, self.terminal.id),
        )
        state.list_version = max(state.list_version, version)

    def _dated_facts(self, jtis):
        """Return loss, lists_reported and decisions (of the claims *jtis*)."""
        rows = self._rows(
            """
            SELECT kind, extract(epoch FROM at)::bigint, number, data
              FROM khbs_server_fact
             WHERE terminal_id = %s
               AND (kind IN ('lost', 'found', 'list_reported')
                    OR kind = 'decision' AND data->>'jti' = ANY(%s))
             ORDER BY id
            """,
            self.terminal.id,
            jtis,
        )
        loss, reported, decisions = None, [], {}
        for kind, at, number, data in rows:
            if kind == "list_reported":
                reported.append((at, number))
            elif kind == "decision":
                decisions[data["jti"], data["e"]] = data["decision"]
            else:
                lost = kind == "lost"
                loss = f.Loss(reported_at=at, lost_at=number) if lost else None
        return {
            "loss": loss,
            "lists_reported": tuple(reported),
            "decisions": decisions,
        }

    def _leases(self, numbers):
        granted, handover = {}, {}
        rows = self._rows(
            """
            SELECT r.lease_id, r.card_no, r.e, r.benefit_code, r.round_code, r.amount
              FROM khbs_lease_row r JOIN khbs_lease l ON l.id = r.lease_id
             WHERE l.terminal_id = %s AND r.e = ANY(%s)
             UNION ALL
            SELECT r.lease_id, r.card_no, NULL, NULL, NULL, NULL
              FROM khbs_lease_row r JOIN khbs_lease l ON l.id = r.lease_id
             WHERE l.terminal_id = %s AND r.hand_over
            """,
            self.terminal.id,
            numbers,
            self.terminal.id,
        )
        for lease_id, card_no, *line in rows:
            if line[0] is None:
                handover.setdefault(lease_id, set()).add(card_no)
                continue
            # An old and a new card of one family may both stand for the line.
            granted.setdefault(lease_id, {}).setdefault(line[0], []).append(
                (card_no, f.Line(*line))
            )
        rows = self._rows(
            """
            SELECT id, name, number, extract(epoch FROM issued_at)::bigint,
                   extract(epoch FROM valid_from)::bigint,
                   extract(epoch FROM valid_until)::bigint,
                   list_min, max_claims, max_sum, pin_benefits
              FROM khbs_lease WHERE terminal_id = %s
            """,
            self.terminal.id,
        )
        return {
            name: f.Lease(
                name,
                *values,
                rows=granted.get(lease_id, {}),
                pin=frozenset(pin or ()),
                handover=frozenset(handover.get(lease_id, ())),
            )
            for lease_id, name, *values, pin in rows
        }

    def _lists(self, entries):
        versions = {entry.lst for entry in entries}
        versions |= {entry.document for entry in entries if entry.ev == "lists"}
        rows = self._rows(
            """
            SELECT v.version, v.iat, v.exp
              FROM khbs_card_list_version v JOIN khbs_card_list l ON l.id = v.list_id
             WHERE l.code = '01' AND v.version = ANY(%s)
            """,
            [version for version in versions if version],
        )
        return {version: f.ListVersion(iat, exp) for version, iat, exp in rows}

    def list_status(self, card_no, version):
        """Return the two bits of a card in a version; 0 where neither is known."""
        list_no, index = card_number.parse(card_no)
        count, packed = self._packed(list_no, version)
        if version == 0 or index >= count:
            return status_list.VALID
        return status_list.state_at(packed, index)

    def _packed(self, list_no, version):
        """Return (cards, packed array) of a version; read once for a settlement."""
        key = (list_no, version)
        if key not in self._lists_packed:
            versions = self.terminal.env["khbs.card.list.version"].sudo()
            found = versions.search_fetch(
                [("list_id.code", "=", list_no), ("version", "=", version)],
                ["card_count", "states"],
            )
            self._lists_packed[key] = (
                (found.card_count, found._packed()) if found else (0, b"")
            )
        return self._lists_packed[key]

    def _cards(self, card_nos):
        rows = self._rows(
            """
            SELECT c.card_no, c.household_id,
                   floor(extract(epoch FROM c.handed_over_at))::bigint,
                   floor(extract(epoch FROM e.at))::bigint, e.to_state
              FROM khbs_card c
              LEFT JOIN khbs_card_event e
                     ON e.card_id = c.id
                    AND (e.to_state IN ('suspended', 'revoked', 'expired')
                         OR e.from_state = 'suspended')
             WHERE c.card_no = ANY(%s) ORDER BY e.id
            """,
            card_nos,
        )
        cards, events = {}, defaultdict(list)
        for card_no, household, handed_over, at, state in rows:
            cards[card_no] = (household, handed_over)
            events[card_no].append((at, state))
        return {
            card_no: f.Card(*card, _blocks(events[card_no]))
            for card_no, card in cards.items()
        }

    def _entitlements(self, numbers):
        rows = self._rows(
            """
            SELECT e.number, e.household_id, b.code, r.code, e.amount, e.state,
                   extract(epoch FROM (r.date_to + 1)::timestamp
                                      AT TIME ZONE 'Asia/Pontianak')::bigint - 1
              FROM khbs_entitlement e
              JOIN khbs_benefit b ON b.id = e.benefit_id
              JOIN khbs_round r ON r.id = e.round_id
             WHERE e.number = ANY(%s)
            """,
            numbers,
        )
        now = int(time.time())
        return {
            e: f.Entitlement(
                household=household,
                line=f.Line(e, b, p, a),
                until=((0, until),),
                gone_at=now if state in GONE else None,
            )
            for e, household, b, p, a, state, until in rows
        }

    def _authorisations(self, jtis):
        rows = self._rows(
            """
            SELECT jti, e, card_no, benefit_code, round_code, amount, with_pin
              FROM khbs_authorisation WHERE terminal_id = %s AND jti = ANY(%s)
            """,
            self.terminal.id,
            jtis,
        )
        return {
            (jti, e): f.Authorisation(card_no, f.Line(e, b, p, a), bool(with_pin))
            for jti, e, card_no, b, p, a, with_pin in rows
        }

    def decisions(self, entries):
        """Return what persons decided on the claims of *entries*."""
        jtis = [entry.claim.jti for entry in entries if entry.claim]
        return self._dated_facts(jtis)["decisions"]


def _seconds(moment):
    """Return an Odoo datetime (UTC without a zone) as Unix seconds."""
    return int(moment.replace(tzinfo=datetime.UTC).timestamp()) if moment else 0


def _blocks(events):
    """Return (from, to or None) of each time that a card was out of use."""
    blocks, since = [], None
    for at, state in events:
        blocked = state in OUT_OF_USE
        if blocked and since is None:
            since = at
        elif state == "active" and since is not None:
            blocks.append((since, at))
            since = None
    if since is not None:
        blocks.append((since, None))
    return tuple(blocks)
