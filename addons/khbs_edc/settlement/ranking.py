# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Rows 21 and 22: when several lines of one entitlement would be paid.

Offline, two honest terminals may both have served a family; the second did what its
own data told it to do and is paid too, and the family's next round is offset.
"""

from dataclasses import dataclass

from .meanings import MEANINGS, PAY


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line of an entitlement with its verdict before this step.

    :param key: what the caller knows the line by
    """

    key: object
    tid: str
    seq: int
    code: str
    online: bool = False
    nbf: int = 0

    @property
    def rank(self):
        reviewed = self.code == "REVIEW_PAY"
        by_terminal = self.code != "MANUAL"
        return (reviewed, by_terminal, not self.online, self.nbf, self.tid, self.seq)


def rank(candidates):
    """Return (codes by key, key of the primary line or None) of one entitlement."""
    codes = {candidate.key: candidate.code for candidate in candidates}
    payable = [line for line in candidates if MEANINGS[line.code].pay == PAY]
    by_terminal = {}
    for line in payable:
        by_terminal.setdefault(line.tid, []).append(line)
    firsts = []
    for lines in by_terminal.values():
        first, *others = sorted(
            lines, key=lambda line: (line.code == "REVIEW_PAY", line.seq)
        )
        firsts.append(first)
        for line in others:
            codes[line.key] = "DOUBLE_SAME_TERMINAL"
    if not firsts:
        return codes, None
    primary, *others = sorted(firsts, key=lambda line: line.rank)
    for line in others:
        codes[line.key] = "DOUBLE_GOOD_FAITH"
    return codes, primary.key
