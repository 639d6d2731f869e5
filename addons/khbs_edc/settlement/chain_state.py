# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What the entries below a place of the chain leave behind for those above it."""

from dataclasses import dataclass, field

from .trusted_time import Anchor


@dataclass(slots=True)
class ChainState:
    """The chain up to a place, folded; the journal can give it from any place.

    :param list_version: the highest version that a ``lists`` entry named
    :param lease: id of the lease in force
    :param adopted: ids of all leases ever in force, in order
    :param floor: iat of the document that the nearest ``lists``/``lease`` entry named
    :param jtis: claims already made
    :param blocked: card numbers that this terminal blocked
    :param activated: household to card that this terminal handed over
    :param claims: claims and rupiah since the lease in force was adopted
    :param open_jti: intent without a claim so far
    :param ended: authorised claims that the chain itself gave up
    """

    floor: int = 0
    list_version: int = 0
    lease: str | None = None
    adopted: list[str] = field(default_factory=list)
    sync: Anchor | None = None
    jtis: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    activated: dict[int, str] = field(default_factory=dict)
    claims: int = 0
    sum: int = 0
    open_jti: str | None = None
    ended: set[str] = field(default_factory=set)

    def take(self, entry, facts):
        """Fold *entry* in; called in the order of the chain."""
        fold = getattr(self, f"_take_{entry.ev}", None)
        if fold and entry.valid:
            fold(entry, facts)

    def _take_sync(self, entry, facts):
        if entry.sync:
            self.sync = Anchor.of(entry)

    def _take_lists(self, entry, facts):
        held = facts.lists.get(entry.document)
        if held:
            self.floor = held.iat
            self.list_version = max(self.list_version, entry.document)

    def _take_lease(self, entry, facts):
        lease = facts.leases.get(entry.document)
        if lease is None:
            return
        self.floor = lease.iat
        present = facts.leases.get(self.lease)
        if present is None or lease.number > present.number:
            self.lease = lease.id
            self.adopted.append(lease.id)
            self.claims = self.sum = 0

    def _take_block(self, entry, facts):
        self.blocked.add(entry.card_no)

    def _take_activate(self, entry, facts):
        card = facts.cards.get(entry.card_no)
        lease = facts.leases.get(self.lease)
        if card and lease and entry.card_no in lease.handover:
            self.activated[card.household] = entry.card_no

    def _take_intent(self, entry, facts):
        self._give_up()
        self.open_jti = entry.jti

    def _take_close(self, entry, facts):
        self._give_up()

    def _take_deny(self, entry, facts):
        if entry.jti and entry.jti == self.open_jti:
            self._give_up()

    def _take_claim(self, entry, facts):
        claim = entry.claim
        if entry.jti == self.open_jti:
            self.open_jti = None
        if claim is None or claim.jti in self.jtis:
            return
        self.jtis.add(claim.jti)
        if not authorised(claim, facts):
            self.claims += 1
            self.sum += sum(line.a for line in claim.lines)

    def _give_up(self):
        if self.open_jti:
            self.ended.add(self.open_jti)
        self.open_jti = None


def authorised(claim, facts):
    """Return whether the server ever authorised this claim."""
    return any((claim.jti, line.e) in facts.authorisations for line in claim.lines)
