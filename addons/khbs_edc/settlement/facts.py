# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The facts that settlement reads. Times are Unix seconds."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a claim: entitlement, benefit, round, amount in rupiah."""

    e: str
    b: str
    p: str
    a: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim whose signature by its card has been verified."""

    jti: str
    card_no: str
    lines: tuple[Line, ...]
    with_pin: bool = False


@dataclass(frozen=True, slots=True)
class Sync:
    """A signed time of the server, proven to be asked for by this chain.

    :param now: the server's clock when it answered
    :param rtt: milliseconds between question and answer
    """

    now: int
    rtt: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A well-signed entry of a journal.

    :param mono: milliseconds since the boot numbered *boot*
    :param lst: version of the status list that the terminal held
    :param lse: id of the lease that it held
    :param received_at: first receipt
    :param claim: of an entry ``claim`` whose claim verified
    :param sync: of an entry ``sync`` whose answer verified
    """

    seq: int
    identity: str
    prev: str
    received_at: int
    ev: str
    mono: int = 0
    boot: int = 1
    lst: int = 0
    lse: str | None = None
    jti: str | None = None
    card_no: str | None = None
    document: str | int | None = None
    valid: bool = True
    claim: Claim | None = None
    sync: Sync | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease as it was signed.

    :param rows: entitlement number to [(card number, line)]; a family's old card and
        the one to be handed over both stand for it
    :param pin: the benefits that ask for a PIN
    :param handover: card numbers that the terminal may hand over
    """

    id: str
    number: int
    iat: int
    nbf: int
    exp: int
    lst_min: int
    max_claims: int
    max_sum: int
    rows: dict[str, list[tuple[str, Line]]]
    pin: frozenset = frozenset()
    handover: frozenset = frozenset()


@dataclass(frozen=True, slots=True)
class ListVersion:
    """A status list: when it was made and until when it may be relied on."""

    iat: int
    exp: int


@dataclass(frozen=True, slots=True)
class Card:
    """What the server knows of a card.

    :param handed_over: when it became active for the first time
    :param blocks: (from, to or None) for each time that it was blocked
    """

    household: int
    handed_over: int | None
    blocks: tuple[tuple[int, int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a family is entitled to.

    :param until: (committed at, last second) of each value that its round had
    :param gone_at: when it was cancelled or split
    """

    household: int
    line: Line
    until: tuple[tuple[int, int], ...]
    gone_at: int | None = None


@dataclass(frozen=True, slots=True)
class Authorisation:
    """The server's leave to hand over one line of one claim, while online."""

    card_no: str
    line: Line
    with_pin: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """A report that the terminal was lost, and not withdrawn since."""

    reported_at: int
    lost_at: int


@dataclass(slots=True)
class Facts:
    """All that the outcome of one terminal's claims depends on beside its chain.

    :param list_status: (card number, version) to its two bits in that version
    :param lists_reported: (received at, version) from authenticated requests
    :param decisions: (jti, entitlement number) to ``pay`` or ``no``
    """

    approved_at: int
    leases: dict[str, Lease] = field(default_factory=dict)
    lists: dict[int, ListVersion] = field(default_factory=dict)
    list_status: Callable[[str, int], int] = lambda card_no, version: 0
    lists_reported: tuple[tuple[int, int], ...] = ()
    cards: dict[str, Card] = field(default_factory=dict)
    entitlements: dict[str, Entitlement] = field(default_factory=dict)
    authorisations: dict[tuple[str, str], Authorisation] = field(default_factory=dict)
    decisions: dict[tuple[str, str], str] = field(default_factory=dict)
    loss: Loss | None = None
