# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What each code means for money, entitlement and stock."""

from dataclasses import dataclass

PAY, HOLD, NO = "pay", "hold", "no"
OPEN, RESERVED, CONSUMED, LAPSED = "open", "reserved", "consumed", "lapsed"
UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The consequences of a code.

    :param pay: is the point reimbursed, or do its goods count as delivered
    :param entitlement: what becomes of the entitlement
    :param stock: issue, hold, short (charged to the point) or none
    :param borne_by: who bears the loss, if there is one
    """

    pay: str
    entitlement: str
    stock: str
    borne_by: str = "none"
    case: bool = False


MEANINGS = {
    "FORK": Meaning(HOLD, RESERVED, "hold", "operator", case=True),
    "HELD_GAP": Meaning(HOLD, RESERVED, "hold", "operator"),
    "MALFORMED": Meaning(NO, UNCHANGED, "none", "operator"),
    "TERMINAL_LOST": Meaning(NO, OPEN, "short", "operator"),
    "BAD_CARD_SIG": Meaning(NO, OPEN, "short", "operator", case=True),
    "WRONG_TERMINAL": Meaning(NO, OPEN, "short", "operator", case=True),
    "PIN_MISSING": Meaning(NO, OPEN, "short", "operator"),
    "CLOCK_UNTRUSTED": Meaning(HOLD, RESERVED, "hold", "supervisor", case=True),
    "REPLAY": Meaning(NO, UNCHANGED, "none", "operator"),
    "TERMINAL_REVIEW": Meaning(HOLD, RESERVED, "hold", "supervisor", case=True),
    "NOT_ACTIVE": Meaning(HOLD, RESERVED, "hold", "operator", case=True),
    "MISMATCH": Meaning(NO, OPEN, "short", "operator", case=True),
    "ACCEPTED_ONLINE": Meaning(PAY, CONSUMED, "issue"),
    "BLOCKED_KNOWN": Meaning(NO, OPEN, "short", "operator"),
    "EXPIRED": Meaning(NO, LAPSED, "short", "operator"),
    "LEASE_RELEASED": Meaning(NO, OPEN, "short", "operator"),
    "NO_LEASE": Meaning(HOLD, RESERVED, "hold", "operator", case=True),
    "LEASE_EXPIRED": Meaning(HOLD, RESERVED, "hold", "operator", case=True),
    "STALE_LIST": Meaning(HOLD, RESERVED, "hold", "operator", case=True),
    "OVER_LIMIT": Meaning(HOLD, RESERVED, "hold", "operator", case=True),
    "BLOCKED_UNKNOWN": Meaning(PAY, CONSUMED, "issue", "programme", case=True),
    "CANCELLED_AFTER_LEASE": Meaning(PAY, CONSUMED, "issue", "programme", case=True),
    "ACCEPTED": Meaning(PAY, CONSUMED, "issue"),
    "DOUBLE_SAME_TERMINAL": Meaning(NO, CONSUMED, "short", "operator"),
    "DOUBLE_GOOD_FAITH": Meaning(PAY, CONSUMED, "issue", "programme", case=True),
    # A person's decision, made while no terminal held the entitlement.
    "MANUAL": Meaning(PAY, CONSUMED, "issue"),
    "REVIEW_PAY": Meaning(PAY, CONSUMED, "issue"),
    "REVIEW_NO": Meaning(NO, OPEN, "short", "operator"),
}


def entitlement_state(effects):
    """Return what several lines together make of their entitlement.

    :param effects: the ``entitlement`` consequences of all its lines
    """
    for effect in (CONSUMED, RESERVED, LAPSED):
        if effect in effects:
            return effect
    return OPEN
