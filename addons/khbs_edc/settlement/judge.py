# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Rows 4 to 20 of the settlement table: first match wins.

The order of the rows is the order of the functions in ``CLAIM_ROWS`` (for a whole
claim) and ``LINE_ROWS`` (for each line of it).
"""

from dataclasses import dataclass

from .chain_state import authorised
from .facts import Claim, Entry, Facts, Lease, Line
from .meanings import HOLD, MEANINGS
from .trusted_time import Anchor, Interval, interval

DAY = 86400
HOUR = 3600
# An honest clock is not further off than this.
CLOCK_TOLERANCE = 300
BLOCKED = (1, 2)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one line before other lines of its entitlement are looked at.

    :param online: it was authorised, so it ranks before what was not
    :param nbf: beginning of the lease it was made under; ranks the others
    """

    seq: int
    jti: str
    line: Line
    code: str
    interval: Interval
    online: bool
    nbf: int


@dataclass(slots=True)
class _Case:
    """One claim entry on the bench."""

    entry: Entry
    claim: Claim
    facts: Facts
    state: object
    interval: Interval
    lease: Lease | None
    count: int
    sum: int


def judge(entries, facts, state):
    """Return the verdicts on the claims of *entries*.

    :param entries: contiguous, in the order of the chain, up to its head
    :param state: the chain below them; folded further in place
    """
    afters = _anchors_after(entries)
    verdicts = []
    for entry, after in zip(entries, afters, strict=True):
        if entry.claim is not None and entry.claim.jti not in state.jtis:
            verdicts += _judge_claim(entry, facts, state, after)
        state.take(entry, facts)
    return verdicts


def forked(entries, decisions):
    """Return the verdicts on the claims from a fork on (row 2).

    :param decisions: (jti, entitlement number) to ``pay`` or ``no``
    """
    verdicts, jtis = [], set()
    for entry in sorted(entries, key=lambda entry: (entry.seq, entry.identity)):
        claim = entry.claim
        if claim is None or claim.jti in jtis:
            continue
        jtis.add(claim.jti)
        span = Interval(0, entry.received_at)
        for line in claim.lines:
            code = _decided("FORK", claim.jti, line, decisions)
            verdicts.append(Verdict(entry.seq, claim.jti, line, code, span, False, 0))
    return verdicts


def _decided(code, jti, line, decisions):
    """Return the code after a person's decision, which reaches only what is held."""
    if MEANINGS[code].pay != HOLD:
        return code
    decision = decisions.get((jti, line.e))
    return {"pay": "REVIEW_PAY", "no": "REVIEW_NO"}.get(decision, code)


def _anchors_after(entries):
    afters, nearest = [], None
    for entry in reversed(entries):
        afters.append(nearest)
        if entry.sync and entry.valid:
            nearest = Anchor.of(entry)
    return reversed(afters)


def _judge_claim(entry, facts, state, after):
    claim = entry.claim
    span = interval(entry, max(facts.approved_at, state.floor), state.sync, after)
    counted = not authorised(claim, facts)
    case = _Case(
        entry=entry,
        claim=claim,
        facts=facts,
        state=state,
        interval=span,
        lease=facts.leases.get(state.lease),
        count=state.claims + counted,
        sum=state.sum + (sum(line.a for line in claim.lines) if counted else 0),
    )
    whole = _first(CLAIM_ROWS, case)
    verdicts = []
    for line in claim.lines:
        code = whole or _first(LINE_ROWS, case, line) or "ACCEPTED"
        code = _decided(code, claim.jti, line, facts.decisions)
        verdicts.append(
            Verdict(
                seq=entry.seq,
                jti=claim.jti,
                line=line,
                code=code,
                interval=span,
                online=code == "ACCEPTED_ONLINE",
                nbf=case.lease.nbf if case.lease else 0,
            )
        )
    return verdicts


def _first(rows, *arguments):
    for row in rows:
        code = row(*arguments)
        if code:
            return code
    return None


# Rows 4 to 9c: the whole claim.


def _lost(case):
    loss = case.facts.loss
    if loss and case.entry.received_at > loss.reported_at:
        return "TERMINAL_LOST" if case.interval.lo > loss.lost_at else None
    return None


def _pin_missing(case):
    if case.claim.with_pin:
        return None
    for line in case.claim.lines:
        authorisation = case.facts.authorisations.get((case.claim.jti, line.e))
        asked = authorisation and authorisation.with_pin
        if asked or (case.lease and line.b in case.lease.pin):
            return "PIN_MISSING"
    return None


def _clock_untrusted(case):
    span = case.interval
    return "CLOCK_UNTRUSTED" if span.lo > span.hi + CLOCK_TOLERANCE else None


def _lost_review(case):
    loss = case.facts.loss
    if loss and case.entry.received_at > loss.reported_at:
        return "TERMINAL_REVIEW"
    return None


def _not_active(case):
    card = case.facts.cards[case.claim.card_no]
    # Both ends are whole seconds, so the same second counts as before.
    if card.handed_over is not None and card.handed_over <= case.interval.hi:
        return None
    if case.state.activated.get(card.household) == case.claim.card_no:
        return None
    return "NOT_ACTIVE"


CLAIM_ROWS = (_lost, _pin_missing, _clock_untrusted, _lost_review, _not_active)


# Rows 10 to 19: each line.


def _mismatch(case, line):
    facts = case.facts
    entitlement = facts.entitlements.get(line.e)
    card = facts.cards[case.claim.card_no]
    if entitlement is None:
        return "MISMATCH"
    authorisation = facts.authorisations.get((case.claim.jti, line.e))
    if authorisation:
        expected = [(authorisation.card_no, authorisation.line)]
    elif case.lease and line.e in case.lease.rows:
        expected = case.lease.rows[line.e]
    else:
        same = entitlement.household == card.household
        expected = [(case.claim.card_no, entitlement.line)] if same else []
    return None if (case.claim.card_no, line) in expected else "MISMATCH"


def _accepted_online(case, line):
    if (case.claim.jti, line.e) not in case.facts.authorisations:
        return None
    return None if case.claim.jti in case.state.ended else "ACCEPTED_ONLINE"


def _known_version(case):
    """Return the newest list that the terminal had; one never issued is none."""
    held = case.entry.lst if case.entry.lst in case.facts.lists else 0
    reported = (
        version for at, version in case.facts.lists_reported if at < case.interval.lo
    )
    return max(held, case.state.list_version, *reported, 0)


def _blocked_known(case, line):
    card_no = case.claim.card_no
    household = case.facts.cards[card_no].household
    newer = case.state.activated.get(household, card_no)
    if card_no in case.state.blocked or newer != card_no:
        return "BLOCKED_KNOWN"
    known = case.facts.list_status(card_no, _known_version(case)) in BLOCKED
    return "BLOCKED_KNOWN" if known else None


def _expired(case, line):
    values = [
        until
        for committed_at, until in case.facts.entitlements[line.e].until
        if committed_at <= case.entry.received_at
    ]
    return "EXPIRED" if values and case.interval.lo > values[-1] + DAY else None


def _lease_held(case, line):
    lease = case.lease
    if lease is None or case.entry.lse != lease.id:
        return "NO_LEASE"
    if line.e in lease.rows:
        return None
    earlier = (case.facts.leases[known] for known in case.state.adopted[:-1])
    if any(line.e in known.rows for known in earlier):
        return "LEASE_RELEASED"
    return "NO_LEASE"


def _lease_expired(case, line):
    span, lease = case.interval, case.lease
    outside = span.lo > lease.exp + HOUR or span.hi < lease.nbf - CLOCK_TOLERANCE
    return "LEASE_EXPIRED" if outside else None


def _stale_list(case, line):
    held = case.facts.lists.get(case.entry.lst)
    if held is None or case.entry.lst < case.lease.lst_min:
        return "STALE_LIST"
    return "STALE_LIST" if case.interval.lo > held.exp else None


def _over_limit(case, line):
    over = case.count > case.lease.max_claims or case.sum > case.lease.max_sum
    return "OVER_LIMIT" if over else None


def _blocked_unknown(case, line):
    span = case.interval
    for since, until in case.facts.cards[case.claim.card_no].blocks:
        if since <= span.hi and (until is None or until > span.lo):
            return "BLOCKED_UNKNOWN"
    return None


def _cancelled_after_lease(case, line):
    gone_at = case.facts.entitlements[line.e].gone_at
    if gone_at is not None and gone_at >= case.lease.iat:
        return "CANCELLED_AFTER_LEASE"
    return None


LINE_ROWS = (
    _mismatch,
    _accepted_online,
    _blocked_known,
    _expired,
    _lease_held,
    _lease_expired,
    _stale_list,
    _over_limit,
    _blocked_unknown,
    _cancelled_after_lease,
)
