# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small world for settlement: one terminal, a lease, cards and a chain."""

import hashlib
from dataclasses import replace

from settlement import chain, judge
from settlement.chain_state import ChainState
from settlement.facts import (
    Card,
    Claim,
    Entitlement,
    Entry,
    Facts,
    Lease,
    Line,
    ListVersion,
    Sync,
)

T0 = 1_800_000_000
DAY = 86400
ROOT = "root"


def line(e="E-1", a=150_000):
    return Line(e, "FOOD", "P-1", a)


def facts(families=5, **changes):
    """Return the facts of a terminal with a lease of *families* families."""
    numbers = range(1, families + 1)
    values = {
        "approved_at": T0 - DAY,
        "leases": {"L1": lease(families)},
        "lists": {1: ListVersion(T0 - DAY, T0 + 15 * DAY)},
        "cards": {f"C{n}": Card(n, T0 - 10 * DAY) for n in numbers},
        "entitlements": {
            f"E-{n}": Entitlement(n, line(f"E-{n}"), ((0, T0 + 60 * DAY),))
            for n in numbers
        },
    }
    return Facts(**{**values, **changes})


def lease(families=5, **changes):
    numbers = range(1, families + 1)
    values = {
        "id": "L1",
        "number": 1,
        "iat": T0 - DAY,
        "nbf": T0 - DAY,
        "exp": T0 + 13 * DAY,
        "lst_min": 1,
        "max_claims": 100,
        "max_sum": 10**9,
        "rows": {f"E-{n}": [(f"C{n}", line(f"E-{n}"))] for n in numbers},
    }
    return Lease(**{**values, **changes})


class Journal:
    """Writes a chain; every entry a minute after the one before."""

    def __init__(self, received_at=T0 + 5 * DAY):
        self.entries = []
        self.received_at = received_at
        self.at = T0

    def add(self, event, **values):
        self.at += 60
        seq = len(self.entries) + 1
        prev = self.entries[-1].identity if self.entries else ROOT
        content = f"{seq}{prev}{event}{sorted(values.items(), key=str)}"
        entry = Entry(
            seq=seq,
            identity=hashlib.sha256(content.encode()).hexdigest(),
            prev=prev,
            ev=event,
            mono=(self.at - T0) * 1000,
            **{
                "received_at": self.received_at,
                "lst": 1,
                "lse": "L1",
                **values,
            },
        )
        self.entries.append(entry)
        return entry

    def start(self):
        self.add("lists", document=1, lse=None)
        self.add("lease", document="L1")
        self.add("open")
        return self

    def claim(self, n=1, jti=None, **changes):
        lines = changes.pop("lines", (line(f"E-{n}"),))
        jti = jti or f"J{len(self.entries)}"
        card_no = f"C{n}"
        self.add("intent", jti=jti, card_no=card_no)
        made = Claim(jti, card_no, lines)
        return self.add("claim", jti=jti, card_no=card_no, claim=made, **changes)

    def sync(self):
        return self.add("sync", sync=Sync(self.at + 60, 100))

    def codes(self, world):
        """Return the codes of the lines, in the order of the chain."""
        return [verdict.code for verdict in verdicts(self.entries, world)]


def verdicts(entries, world):
    return judge.judge(entries, world, ChainState())


class Server:
    """Takes entries in like a push does: in any order and split."""

    def __init__(self, world, root=ROOT):
        self.world = world
        self.head = chain.Head(0, root)
        self.stored = {}

    def push(self, entries):
        forks = set()
        for entry in entries:
            branches = self.stored.setdefault(entry.seq, {})
            if branches and entry.identity not in branches:
                forks.add(entry.seq)
            branches[entry.identity] = entry
        beyond = [
            chain.Link(entry.seq, entry.identity, entry.prev)
            for seq, branches in self.stored.items()
            if seq > self.head.seq
            for entry in branches.values()
        ]
        self.head = chain.advance(self.head, beyond, forks)

    def outcome(self):
        """Return (jti, entitlement) to code."""
        fork = self.head.fork or float("inf")
        contiguous = [
            next(iter(self.stored[seq].values()))
            for seq in range(1, self.head.seq + 1)
            if seq < fork
        ]
        found = verdicts(contiguous, self.world)
        known = {verdict.jti for verdict in found}
        forked = [
            entry
            for seq, branches in self.stored.items()
            if seq >= fork
            for entry in branches.values()
        ]
        found += [
            v for v in judge.forked(forked, self.world.decisions) if v.jti not in known
        ]
        return {(v.jti, v.line.e): v.code for v in found}


def moved(world, **changes):
    return replace(world, **changes)
