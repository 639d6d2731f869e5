# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a terminal is told of its entries: status and outcome of each line."""

from collections import defaultdict

from ..settlement import chain


class EntryAnswers:
    """The answers on entries of a terminal as they are now.

    :param cr: cursor
    :param terminal_id: of the terminal whose code is *tid*
    :param head: :class:`..settlement.chain.Head` of its chain
    """

    def __init__(self, cr, terminal_id, tid, head):
        self.cr = cr
        self.terminal_id = terminal_id
        self.tid = tid
        self.head = head

    def of_reads(self, reads):
        """Return identity to {seq, sha, status, lines} of entries stored just now."""
        return self._by_identity(
            (
                *(read.seq, read.identity, read.ev, read.valid),
                *(read.claim_check, read.jti, read.lines),
            )
            for read in reads
        )

    def of_identities(self, identities):
        """Return the same of the entries with these identities."""
        if not identities:
            return {}
        return self._by_identity(self._rows("identity = ANY(%s)", [identities]))

    def of_range(self, first, last):
        """Return the results of the entries from *first* to *last* that are here."""
        return self._results(self._rows("seq BETWEEN %s AND %s", [first, last]))

    def _rows(self, condition, arguments):
        self.cr.execute(
            "SELECT seq, identity, ev, valid, claim_check, jti, lines "
            "  FROM khbs_journal_entry "
            f"WHERE terminal_id = %s AND {condition} ORDER BY seq, branch",
            [self.terminal_id, *arguments],
        )
        return self.cr.fetchall()

    def _by_identity(self, rows):
        return {result["sha"]: result for result in self._results(list(rows))}

    def _results(self, rows):
        outcomes = self._outcomes([row[5] for row in rows if row[6]])
        return [
            {
                "seq": seq,
                "sha": identity,
                "status": chain.status(seq, self.head),
                "lines": self._lines(seq, ev, valid, check, items, outcomes[jti]),
            }
            for seq, identity, ev, valid, check, jti, items in rows
        ]

    def _lines(self, seq, ev, valid, check, items, outcomes):
        status = chain.status(seq, self.head)
        if not valid:
            return [{"e": None, "code": "MALFORMED"}]
        if ev != "claim":
            return []
        if status == "gap":
            return [{"e": None, "code": "HELD_GAP"}]
        if not items:
            return [{"e": None, "code": check if status == "stored" else "FORK"}]
        numbers = [item[0] for item in items]
        if status == "fork" or outcomes.get("seq") == seq:
            return [{"e": e, "code": outcomes.get(e, "FORK")} for e in numbers]
        return [{"e": e, "code": "REPLAY"} for e in numbers]

    def _outcomes(self, jtis):
        """Return jti to {entitlement number: code, "seq": the claim's entry}."""
        self.cr.execute(
            """
            SELECT c.jti, c.seq, l.e, o.code
              FROM khbs_claim c
              JOIN khbs_claim_line l ON l.claim_id = c.id
              JOIN LATERAL (
                   SELECT code FROM khbs_claim_outcome o
                    WHERE o.line_id = l.id ORDER BY version DESC LIMIT 1
              ) o ON TRUE
             WHERE c.terminal_code = %s AND c.jti = ANY(%s)
            """,
            [self.tid, jtis],
        )
        outcomes = defaultdict(dict)
        for jti, seq, e, code in self.cr.fetchall():
            outcomes[jti].update({"seq": seq, e: code})
        return outcomes
