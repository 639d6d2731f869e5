# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""One push: read, store, chain, settle, answer. Idempotent, in any order and split."""

import functools
import json
import time
from datetime import UTC, datetime

from odoo.addons.khbs_cards import authority
from odoo.addons.khbs_cards.exceptions import ProtocolError
from odoo.addons.khbs_cards.hand_over_receipt import said_relation
from odoo.addons.khbs_cards.protocol import base64url, jws, keys

from ..settlement import chain
from . import bulk, reader
from .answers import EntryAnswers

MAX_ENTRIES = 200
# A terminal may suspend so many cards of its lease a day without the card itself.
BLOCKS_A_DAY = 5


class Push:
    """A push of *texts* by *terminal*, whose row the caller has locked.

    :param public_keys: kid to public key of the terminal
    """

    def __init__(self, env, terminal, public_keys):
        self.env = env
        self.cr = env.cr
        self.terminal = terminal
        self.tid = terminal.code
        self.public_keys = public_keys
        self.prg = authority.prg(env)
        self.now = int(time.time())

    def run(self, texts):
        """Take *texts* in and return the result of edc.journal.push."""
        reads, rejected = self._read(texts)
        stored = self._stored_near(reads.values())
        fresh, duplicates, forks = self._sort(reads.values(), stored)
        self._verify_inner(fresh)
        self._store(fresh, forks)
        self._reject(rejected)
        head, known = self._advance(stored, fresh, {read.seq for read in forks})
        return {
            "acked_seq": head.seq,
            "head": head.identity,
            "results": self._results(texts, reads, rejected, head, fresh, duplicates),
            "missing": chain.missing(head.seq, known),
            "ack": self._ack(head),
        }

    def _read(self, texts):
        """Return (index to Read, index to Rejected)."""
        reads, rejected = {}, {}
        for index, text in enumerate(texts):
            try:
                reads[index] = reader.read_entry(
                    text, self.tid, self.prg, self.public_keys
                )
            except reader.Rejected as error:
                rejected[index] = error
        return reads, rejected

    def _stored_near(self, reads):
        """Return the links above the head, and of the numbers of *reads* below it."""
        head = self.terminal.acked_seq
        self.cr.execute(
            "SELECT seq, identity, prev FROM khbs_journal_entry "
            "WHERE terminal_id = %s AND (seq > %s OR seq = ANY(%s)) "
            "ORDER BY seq, branch",
            [self.terminal.id, head, [each.seq for each in reads if each.seq <= head]],
        )
        return [chain.Link(*row) for row in self.cr.fetchall()]

    def _sort(self, reads, stored):
        """Return the new entries, the known identities, the second branches."""
        numbers = {read.seq for read in reads}
        known = {}
        for link in stored:
            if link.seq in numbers:
                known.setdefault(link.seq, set()).add(link.identity)
        duplicates = {identity for found in known.values() for identity in found}
        fresh, forks = [], []
        for read in reads:
            branches = known.setdefault(read.seq, set())
            if read.identity in branches:
                continue
            if branches:
                forks.append(read)
            branches.add(read.identity)
            fresh.append(read)
        return fresh, duplicates, forks

    def _verify_inner(self, fresh):
        """Check what cards and the server signed inside the entries."""
        claims = [read for read in fresh if read.ev == "claim" and read.valid]
        activations = [read for read in fresh if read.ev == "activate" and read.valid]
        syncs = [read for read in fresh if read.ev == "sync" and read.valid]
        card_key = self._card_keys([*claims, *activations])
        for read in claims:
            reader.verify_claim(read, self.tid, self.prg, card_key)
        for read in activations:
            reader.verify_activation(read, self.tid, self.prg, card_key)
        if syncs:
            for read in syncs:
                reader.verify_sync(read, self.prg, authority.public_key)

    def _card_keys(self, reads):
        """Return a function of (card number, slot) to its stored public key."""
        self.cr.execute(
            "SELECT card_no, spki_9e, spki_9c FROM khbs_card WHERE card_no = ANY(%s)",
            [list({read.card_no for read in reads if read.card_no})],
        )
        stored = {}
        for card_no, spki_9e, spki_9c in self.cr.fetchall():
            stored[card_no, "9E"], stored[card_no, "9C"] = spki_9e, spki_9c

        def card_key(card_no, slot):
            spki = stored.get((card_no, slot))
            return load_key(spki) if spki else None

        return card_key

    def _store(self, fresh, forks):
        second = {id(read) for read in forks}
        received = _naive(self.now)
        bulk.insert(
            self.cr,
            "khbs_journal_entry",
            "terminal_id, seq, branch, identity, prev, kid, ev, valid, at, mono, boot,"
            " lst, lse, operator_code, jti, card_no, document, sync_now, sync_rtt,"
            " claim_check, with_pin, lines, received_at, jws",
            [
                (
                    self.terminal.id,
                    read.seq,
                    int(id(read) in second),
                    read.identity,
                    read.prev,
                    read.kid,
                    read.ev,
                    read.valid,
                    _naive(read.at),
                    read.mono,
                    read.boot,
                    read.lst,
                    read.lse,
                    read.operator,
                    read.jti,
                    read.card_no,
                    read.document,
                    _naive(read.sync_now),
                    read.sync_rtt,
                    read.claim_check,
                    read.with_pin,
                    _json(read.lines),
                    received,
                    read.text,
                )
                for read in fresh
            ],
        )

    def _reject(self, rejected):
        if not rejected:
            return
        self.cr.execute_values(
            """
            INSERT INTO khbs_journal_reject (terminal_id, received_at, sha256, seq,
                                             reason, text)
            VALUES %s ON CONFLICT DO NOTHING
            """,
            [
                (self.terminal.id, _naive(self.now), sha, seq, reason, text)
                for sha, seq, reason, text in {
                    error.sha: (error.sha, error.seq, error.reason, error.text)
                    for error in rejected.values()
                }.values()
            ],
        )

    def _advance(self, stored, fresh, forks):
        """Move the head, look for forks and settle what that changes.

        :return: the head, and the numbers of the entries above the one before, in order
        """
        terminal = self.terminal
        before = terminal._chain_head()
        links = [
            *stored,
            *(chain.Link(read.seq, read.identity, read.prev) for read in fresh),
        ]
        beyond = [link for link in links if link.seq > before.seq]
        # Of equal numbers the one that came first stays first.
        beyond.sort(key=lambda link: link.seq)
        after = chain.advance(before, beyond, forks)
        terminal.write(
            {
                "acked_seq": after.seq,
                "head": after.identity,
                "fork_seq": after.fork or 0,
                "last_contact_at": _naive(self.now),
            }
        )
        start = before.seq + 1
        if after.fork != before.fork:
            self._forked(after.fork)
            start = min(start, after.fork)
        if fresh:
            acting = self._acting(before.seq + 1, after.seq)
            self._apply(acting)
            if start <= before.seq or any(ev == "sync" for _seq, ev, *_rest in acting):
                start = self._settle_from(start, after.seq)
            if after.seq > before.seq or after.fork:
                self.env["khbs.settlement"]._settle(terminal, start, "push")
        return after, [link.seq for link in beyond]

    def _settle_from(self, start, head):
        """Return the first entry that the new ones have a bearing on.

        A sync dates the entries back to the sync before it.
        """
        self.cr.execute(
            """
            SELECT max(seq) FILTER (WHERE seq < %(start)s),
                   bool_or(seq >= %(start)s)
              FROM khbs_journal_entry
             WHERE terminal_id = %(terminal)s AND branch = 0 AND ev = 'sync'
               AND sync_now IS NOT NULL AND seq <= %(head)s
            """,
            {"terminal": self.terminal.id, "start": start, "head": head},
        )
        last, has_new = self.cr.fetchone()
        return (last or 0) + 1 if has_new else start

    def _forked(self, seq):
        """Two versions of one entry were signed: suspend, for a person to look."""
        terminal = self.terminal
        terminal._add_fact("forked", number=seq)
        if terminal.state == "active":
            terminal.state = "suspended"
            terminal._add_fact("suspended")
        self.env["khbs.audit.event"]._record("terminal.fork", terminal, {"seq": seq})

    def _acting(self, first, last):
        """Return those of the newly contiguous entries that change more than claims."""
        self.cr.execute(
            """
            SELECT seq, ev, document, card_no, operator_code, claim_check, jws,
                   extract(epoch FROM at)::bigint
              FROM khbs_journal_entry
             WHERE terminal_id = %s AND branch = 0 AND valid AND seq BETWEEN %s AND %s
               AND (ev IN ('lease', 'lists', 'activate', 'block', 'deny')
                    OR claim_check <> ''
                    OR ev = 'sync' AND sync_now IS NOT NULL)
             ORDER BY seq
            """,
            [self.terminal.id, first, last],
        )
        return self.cr.fetchall()

    def _apply(self, acting):
        shown = []
        for seq, event, document, card_no, operator, check, text, at in acting:
            if event == "deny":
                shown.append((jws.parse(text).payload["d"]["why"], card_no, at))
            elif check == "BAD_CARD_SIG":
                shown.append(("WRONG_KEY", card_no, at))
            if check:
                self._case(check, self.env["khbs.card"]._by_number(card_no), seq)
            elif event == "lease":
                self._adopt(document)
            elif event == "lists":
                self.terminal.list_version = int(document)
            elif event == "activate":
                self._activate(seq, card_no, operator, text)
            elif event == "block":
                self._block(seq, card_no)
        self.env["khbs.card.alert"]._notice_journal(self.terminal, shown)

    def _adopt(self, name):
        lease = self.env["khbs.lease"].search(
            [("terminal_id", "=", self.terminal.id), ("name", "=", name)]
        )
        if lease:
            lease._adopted()
            self.terminal.lease_held = name

    def _activate(self, seq, card_no, operator, text):
        """Put a card into use that the terminal handed over without a network."""
        card = self.env["khbs.card"]._by_number(card_no)
        if not self._may_hand_over(card_no, seq):
            return self._case("ACTIVATION_REFUSED", card, seq)
        payload = jws.parse(text).payload
        details = payload["d"]
        receipt = card._terminal_receipt(details.get("rep"))
        data = {"seq": seq, "op": operator, "gps": details.get("gps")}
        data |= {"jws": details["jws"], "rel": said_relation(receipt)}
        # By the terminal's clock, which may be ahead.
        at = _naive(min(payload["at"], self.now))
        try:
            card._activate(self.terminal.code, data, receipt, mode="offline", at=at)
        except ProtocolError:
            self._case("ACTIVATION_REFUSED", card, seq)
        return None

    def _may_hand_over(self, card_no, seq):
        """Tell whether the lease in force at *seq* lets it hand this card over."""
        self.cr.execute(
            """
            SELECT EXISTS (
                SELECT FROM khbs_lease_row r JOIN khbs_lease l ON l.id = r.lease_id
                 WHERE r.hand_over AND r.card_no = %(card)s
                   AND l.terminal_id = %(terminal)s AND l.number = (
                       SELECT max(n.number) FROM khbs_lease n
                         JOIN khbs_journal_entry j ON j.document = n.name
                        WHERE n.terminal_id = %(terminal)s AND j.ev = 'lease'
                          AND j.terminal_id = %(terminal)s AND j.seq < %(seq)s))
            """,
            {"card": card_no, "terminal": self.terminal.id, "seq": seq},
        )
        return self.cr.fetchone()[0]

    def _block(self, seq, card_no):
        """Suspend a card that the terminal blocked offline, as it may online."""
        card = self.env["khbs.card"]._by_number(card_no)
        if not card or card.state == "suspended":
            return
        allowed = self.terminal._may_block(card, BLOCKS_A_DAY)
        if card.state == "active" and allowed:
            card._suspend("other", device_code=self.terminal.code)
        else:
            self._case("CARD_BLOCK_REQUEST", card, seq)

    def _case(self, kind, card, seq):
        """Leave to a person what the journal asks for and may not do by itself."""
        reference = f"{self.terminal.code}/{seq}"
        cases = self.env["khbs.case"].sudo()
        if not cases.search([("kind", "=", kind), ("reference", "=", reference)]):
            cases.create(
                {
                    "kind": kind,
                    "reference": reference,
                    "household_id": card.household_id.id,
                    "terminal_code": self.terminal.code,
                    "evidence": f"{reference}, {card.card_no or ''}",
                }
            )

    def _results(self, texts, reads, rejected, head, fresh, duplicates):
        """Return what the terminal is told of each of *texts*, in their order."""
        answers = EntryAnswers(self.cr, self.terminal.id, self.tid, head)
        repeated = {read.identity for read in reads.values()} & duplicates
        by_identity = answers.of_reads(fresh)
        for identity, result in answers.of_identities(list(repeated)).items():
            by_identity[identity] = {**result, "status": "duplicate"}
        return [
            dict(by_identity[reads[index].identity])
            if index in reads
            else _rejection(rejected[index])
            for index in range(len(texts))
        ]

    def _ack(self, head):
        kid, key = authority.signer(self.env, "ack", "journal.ack", self.terminal)
        return jws.sign(
            key,
            kid,
            "khbs-ack+jwt",
            {
                "prg": self.prg,
                "tid": self.tid,
                "seq": head.seq,
                "head": head.identity,
                "gaps": [],
                "iat": self.now,
            },
        )


def _rejection(error):
    return {"seq": error.seq, "sha": error.sha, "status": "rejected", "lines": []}


@functools.lru_cache(maxsize=4096)
def load_key(spki):
    """Return the public key of a stored SPKI (base64url)."""
    return keys.load_spki(base64url.decode(spki))


def _json(value):
    return None if value is None else json.dumps(value)


def _naive(seconds):
    """Return Unix seconds as Odoo keeps them, or None for what no clock shows."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (OverflowError, ValueError, OSError):
        return None
