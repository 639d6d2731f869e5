# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What the codes of claims and cases mean to a person.

The codes travel and are stored as EDC_PROTOCOL 8 names them; people read the labels.
"""

OUTCOMES = [
    ("ACCEPTED", "Accepted"),
    ("ACCEPTED_ONLINE", "Accepted online"),
    ("MANUAL", "Handed over without a card"),
    ("REVIEW_PAY", "Paid after examination"),
    ("REVIEW_NO", "Not paid after examination"),
    ("DOUBLE_SAME_TERMINAL", "Double at the same terminal"),
    ("DOUBLE_GOOD_FAITH", "Double in good faith"),
    ("BLOCKED_KNOWN", "Card blocked, terminal knew"),
    ("BLOCKED_UNKNOWN", "Card blocked, terminal could not know"),
    ("CANCELLED_AFTER_LEASE", "Cancelled after the terminal fetched it"),
    ("NO_LEASE", "Not in the list of the terminal"),
    ("LEASE_EXPIRED", "List of the terminal expired"),
    ("LEASE_RELEASED", "List of the terminal given back"),
    ("STALE_LIST", "Card status list too old"),
    ("OVER_LIMIT", "Above the limit of the terminal"),
    ("EXPIRED", "After the round ended"),
    ("MISMATCH", "Differs from the entitlement"),
    ("REPLAY", "Sent before"),
    ("NOT_ACTIVE", "Card not in use"),
    ("PIN_MISSING", "PIN missing"),
    ("BAD_CARD_SIG", "Signature of the card is wrong"),
    ("WRONG_TERMINAL", "Signed for another terminal"),
    ("CLOCK_UNTRUSTED", "Clock of the terminal not trusted"),
    ("TERMINAL_REVIEW", "Terminal under examination"),
    ("TERMINAL_LOST", "After the terminal was lost"),
    ("HELD_GAP", "Waits for missing journal entries"),
    ("FORK", "Journal of the terminal is forked"),
    ("MALFORMED", "Unreadable"),
]

CASE_KINDS = [
    *OUTCOMES,
    ("POSTED_NOT_PAYABLE", "Paid, later found not payable"),
    ("ACTIVATION_REFUSED", "Hand-over by a terminal refused"),
    ("CARD_BLOCK_REQUEST", "A terminal asks to block a card"),
    ("BANK_RESULT", "Answer of the bank does not match"),
]
