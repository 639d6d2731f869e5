# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A line of a claim, as it is stored and as it is judged now."""

from dataclasses import dataclass
from datetime import datetime

# Columns of a Line.
LINES = """
    SELECT l.id, l.entitlement_id, t.id, c.terminal_code, c.seq, c.jti, l.e,
           l.benefit_code, l.amount, c.received_at,
           COALESCE(s.verdict, m.code, ''), COALESCE(s.code, m.code, ''),
           COALESCE(s.version, m.version, 0), COALESCE(s.online, FALSE),
           COALESCE(s.lease_from, 0)::bigint,
           extract(epoch FROM s.not_before)::bigint,
           extract(epoch FROM s.not_after)::bigint,
           EXISTS (SELECT FROM khbs_claim_posting p WHERE p.line_id = l.id)
      FROM khbs_claim_line l
      JOIN khbs_claim c ON c.id = l.claim_id
      LEFT JOIN khbs_terminal t ON t.code = c.terminal_code
      LEFT JOIN LATERAL (
           SELECT * FROM khbs_settlement s
            WHERE s.line_id = l.id ORDER BY s.version DESC LIMIT 1
      ) s ON TRUE
      -- Claims without a card are of no terminal and are never judged anew.
      LEFT JOIN khbs_claim_outcome m ON m.line_id = l.id AND m.code = 'MANUAL'
"""


@dataclass(slots=True)
class Line:
    """A claim line with its last judgement and the new one."""

    line_id: int
    entitlement_id: int | None
    terminal_id: int
    tid: str
    seq: int
    jti: str
    e: str
    benefit_code: str
    amount: int
    received_at: datetime
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

    def __post_init__(self):
        if self.version:
            self.before = self.now()

    def now(self):
        return (self.verdict, self.code, self.online, self.nbf)

    def judge(self, verdict):
        """Take *verdict* over; return whether it differs from the last one."""
        present = (self.version > 0, self.verdict, self.online, self.nbf)
        self.judged = True
        self.verdict = self.code = verdict.code
        self.online, self.nbf = verdict.online, verdict.nbf
        self.lo, self.hi = verdict.interval.lo, verdict.interval.hi
        return present != (True, self.verdict, self.online, self.nbf)
