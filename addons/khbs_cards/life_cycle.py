# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The life of a card as one table: from which state to which, and who may do it.

docs/edc-protocol.md (card states). PostgreSQL keeps the same table by a trigger on
``khbs_card``; docs/panduan/24-daur-hidup.md shows it (``python -m tools.life_cycle``).
"""

from dataclasses import dataclass

STATES = [
    ("allocated", "Allocated"),
    ("keyed", "Keyed"),
    ("certified", "Certified"),
    ("locked", "Locked"),
    ("printed", "Printed"),
    ("shipped", "Shipped"),
    ("active", "Active"),
    ("suspended", "Suspended"),
    ("returned", "Returned"),
    ("revoked", "Revoked"),
    ("expired", "Expired"),
    ("destroyed", "Destroyed"),
]

# Not yet in the hands of the family.
IN_PRODUCTION = (
    "allocated",
    "keyed",
    "certified",
    "locked",
    "printed",
    "shipped",
    "returned",
)
# In the hands of the family.
IN_USE = ("active", "suspended")

# Of those, not yet printed: nothing on them names the family.
BLANK = ("allocated", "keyed", "certified", "locked")
ON_THE_WAY = ("printed", "shipped", "returned")


def names_somebody(card):
    """Tell whether *card* bears the name of a head, and is not done with."""
    return card.state in (*ON_THE_WAY, *IN_USE)


# Its certificates count; from these states a card is revoked, not written off.
FINAL = ("revoked", "expired", "destroyed")

# States of a household that may have a card.
ENTITLED = ("decided", "active")

# Who moves a card. The program itself acts where a card, a clock, a family's change or
# the count of a box has decided, whoever entered that.
SYSTEM = "system"
CARD_OFFICER = "khbs_registry.group_card_officer"
FIELD_OFFICER = "khbs_registry.group_field_officer"
TERMINAL_OFFICER = "khbs_registry.group_terminal_officer"

TRANSITIONS = {
    ("allocated", "keyed"): {SYSTEM},
    ("allocated", "destroyed"): {SYSTEM, CARD_OFFICER},
    ("keyed", "certified"): {SYSTEM},
    ("keyed", "destroyed"): {SYSTEM, CARD_OFFICER},
    ("certified", "keyed"): {SYSTEM},
    ("certified", "locked"): {SYSTEM},
    ("certified", "destroyed"): {SYSTEM, CARD_OFFICER},
    # The station reads the printed number back; who prints elsewhere enters it.
    ("locked", "printed"): {SYSTEM, CARD_OFFICER},
    ("locked", "destroyed"): {SYSTEM, CARD_OFFICER},
    ("printed", "shipped"): {CARD_OFFICER},
    ("printed", "destroyed"): {SYSTEM, CARD_OFFICER},
    # Also a card whose family has left or has another head, or that was missing from
    # its box when a field officer took that over.
    ("printed", "revoked"): {SYSTEM, CARD_OFFICER},
    ("shipped", "active"): {SYSTEM, FIELD_OFFICER},
    # By minutes that the village signed; destroyed with their witness.
    ("shipped", "returned"): {SYSTEM},
    ("shipped", "revoked"): {SYSTEM, CARD_OFFICER},
    ("returned", "shipped"): {CARD_OFFICER},
    ("returned", "destroyed"): {SYSTEM},
    ("returned", "revoked"): {SYSTEM, CARD_OFFICER},
    ("active", "suspended"): {SYSTEM, CARD_OFFICER, FIELD_OFFICER, TERMINAL_OFFICER},
    ("active", "revoked"): {SYSTEM, CARD_OFFICER},
    ("active", "expired"): {SYSTEM},
    ("suspended", "active"): {CARD_OFFICER},
    ("suspended", "revoked"): {SYSTEM, CARD_OFFICER},
    ("suspended", "expired"): {SYSTEM},
}

REASONS = [
    ("lost", "Lost"),
    ("stolen", "Stolen"),
    ("found", "Found"),
    ("damaged", "Damaged"),
    ("fraud", "Suspected fraud"),
    ("death", "Holder deceased"),
    ("moved", "Family moved away"),
    ("complaint", "Complaint"),
    ("replaced", "Replaced by a newer card"),
    ("misprint", "Misprinted"),
    ("spoiled", "Spoiled in personalisation"),
    ("undeliverable", "Could not be handed over"),
    ("mistake", "Block was a mistake"),
    ("cleared", "Examined and cleared"),
    ("other", "Other"),
]


# Reasons of the program's own: a step of the work was done.
STEPS = [
    ("ALLOCATED", "Number allocated"),
    ("KEYS_MADE", "Keys made on the card"),
    ("CERTIFIED", "Certificates issued"),
    ("PERSONALISED", "Personalised and locked"),
    ("PRINTED", "Printed and read back"),
    ("SHIPPED", "Sent to the village"),
    ("CANCELLED", "Given up before it was begun"),
    ("MISSING", "Missing from its shipment"),
    ("CARD_HANDED_OVER", "Handed over to the family"),
    ("EXPIRED", "Validity ended"),
]


@dataclass(frozen=True)
class Act:
    """What a person does to chosen cards.

    :param target: the state that they come to
    :param reasons: codes of REASONS that fit
    :param starts: states from which it is done, and who may: a dict
    """

    target: str
    reasons: tuple
    starts: dict

    @property
    def movers(self):
        """Who may do it from at least one state."""
        return frozenset().union(*self.starts.values())


def _starts(target, but=()):
    return {
        start: who - {SYSTEM}
        for (start, end), who in TRANSITIONS.items()
        if end == target and start not in but and who - {SYSTEM}
    }


_STOPPED = ("lost", "stolen", "found", "damaged", "fraud", "death", "moved")
ACTS = {
    "suspend": Act(
        "suspended", (*_STOPPED, "complaint", "other"), _starts("suspended")
    ),
    # The hand-over, which is no choice of a list, makes a shipped card active.
    "lift": Act(
        "active",
        ("mistake", "cleared", "found", "other"),
        _starts("active", but=("shipped",)),
    ),
    "revoke": Act(
        "revoked", (*_STOPPED, "complaint", "replaced", "other"), _starts("revoked")
    ),
    "spoil": Act(
        "destroyed",
        ("misprint", "spoiled", "damaged", "found", "undeliverable", "death", "moved")
        + ("other",),
        _starts("destroyed"),
    ),
    # A new card is made; one in use is suspended until it is handed over.
    "replace": Act(
        "suspended",
        (*_STOPPED, "other"),
        {state: {CARD_OFFICER} for state in (*IN_USE, *FINAL)},
    ),
}


def movers(source, target):
    """Return who may move a card from *source* to *target*: nobody if no one."""
    return TRANSITIONS.get((source, target), frozenset())


def movers_to(target):
    """Return who may bring a card to *target* from at least one state."""
    allowed = (who for (_start, end), who in TRANSITIONS.items() if end == target)
    return frozenset().union(*allowed)
