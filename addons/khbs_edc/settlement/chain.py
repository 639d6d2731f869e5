# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Which entries are contiguous, behind a gap, or forked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """Place of an entry in the chain: its number, its identity, its predecessor's."""

    seq: int
    identity: str
    prev: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain is contiguous.

    :param seq: 0 before the first entry
    :param identity: of that entry; before the first, the hash of the device's key
    :param fork: number of the first forked entry, if there is one
    """

    seq: int
    identity: str
    fork: int | None = None


def advance(head, beyond, forks=()):
    """Return the head after the entries *beyond* it have been taken in.

    :param beyond: the links known with numbers above the head
    :param forks: numbers where a second identity or a foreign predecessor was seen
    """
    by_seq = {}
    found = set(forks)
    if head.fork is not None:
        found.add(head.fork)
    for link in beyond:
        if by_seq.setdefault(link.seq, link).identity != link.identity:
            found.add(link.seq)
    identities = {link.seq: link.identity for link in beyond}
    identities[head.seq] = head.identity
    for link in beyond:
        if identities.get(link.seq - 1, link.prev) != link.prev:
            found.add(link.seq)
    fork = min(found, default=None)
    seq, identity = head.seq, head.identity
    while seq + 1 in by_seq and (fork is None or seq + 1 < fork):
        seq += 1
        identity = by_seq[seq].identity
    return Head(seq, identity, fork)


def missing(head_seq, known, limit=100):
    """Return the ranges [first, last] that lie below the highest known number.

    :param known: sorted numbers above the head
    """
    ranges = []
    expected = head_seq + 1
    for seq in known:
        if seq > expected:
            ranges.append([expected, seq - 1])
            if len(ranges) == limit:
                break
        expected = max(expected, seq + 1)
    return ranges


def status(seq, head):
    """Return what the terminal is told of its entry: stored, gap or fork."""
    if head.fork is not None and seq >= head.fork:
        return "fork"
    return "stored" if seq <= head.seq else "gap"
