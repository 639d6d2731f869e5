# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What the minutes of returned cards do to each card, as one table.

The steps themselves are those of ``life_cycle.TRANSITIONS``; here stands which of
them a reason and an action ask for, by the state in which the card is found.
"""

REASONS = [
    ("undeliverable", "Could not be handed over"),
    ("damaged", "Damaged"),
    ("lost", "Lost"),
    ("stolen", "Stolen"),
    ("deceased", "Holder deceased"),
    ("moved", "Family moved away"),
    ("found", "Found by another"),
    ("missing", "Missing from the shipment"),
]
ACTIONS = [
    ("return", "Goes back to the office"),
    ("ship_again", "Is sent anew"),
    ("destroy", "Is destroyed"),
    ("replace", "Is blocked and replaced"),
    ("block", "Is blocked"),
]
# Where nobody holds the plastic, nobody can send or destroy it.
ABSENT = ("lost", "stolen", "missing")
HELD_ACTIONS = ("return", "ship_again", "destroy")
# Reason of the minutes to that of the card's event, where they differ.
EVENT_REASONS = {"deceased": "death", "missing": "lost"}

# What leaves an entitled family without a card although it has a right to one: a new
# one is made.
ANEW = (("damaged", "destroy"),)

# Action and state to the states that the card goes through; what is not here cannot be.
_STEPS = {
    "return": {
        "shipped": ("returned",),
        "returned": (),
        "active": ("suspended",),
        "suspended": (),
        "revoked": (),
        "expired": (),
    },
    "ship_again": {"shipped": ("returned", "shipped"), "returned": ("shipped",)},
    "destroy": {
        "printed": ("destroyed",),
        "shipped": ("returned", "destroyed"),
        "returned": ("destroyed",),
        "active": ("revoked",),
        "suspended": ("revoked",),
        "revoked": (),
        "expired": (),
    },
    "replace": {
        "printed": ("revoked",),
        "shipped": ("revoked",),
        "returned": ("revoked",),
        "active": ("suspended",),
        "suspended": (),
        "revoked": (),
        "expired": (),
    },
    "block": {
        "printed": ("revoked",),
        "shipped": ("revoked",),
        "returned": ("revoked",),
        "active": ("revoked",),
        "suspended": ("revoked",),
        "revoked": (),
    },
}
# Reasons that speak of a card that never reached its family: if it did meanwhile, the
# minutes are behind the times, and a card in use stays as it is.
_NOT_IN_USE = ("undeliverable", "missing")


def steps(reason, action, state):
    """Return the states that a card in *state* goes through, or None if it cannot."""
    if reason in _NOT_IN_USE and state in ("active", "suspended"):
        return None
    return _STEPS[action].get(state)
