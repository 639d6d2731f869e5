# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What the codes of the EDC protocol are called on the screen."""

# Outcomes of a claim line, in the order of the settlement table.
OUTCOMES = [
    ("ACCEPTED", "Accepted"),
    ("ACCEPTED_ONLINE", "Accepted, authorised online"),
    ("MANUAL", "Handed over without a card"),
    ("FORK", "Held: the journal is forked"),
    ("HELD_GAP", "Held: an earlier entry is missing"),
    ("MALFORMED", "Malformed entry"),
    ("TERMINAL_LOST", "Made after the loss of the terminal"),
    ("BAD_CARD_SIG", "The card's signature is wrong"),
    ("WRONG_TERMINAL", "Signed for another terminal"),
    ("PIN_MISSING", "Without the PIN"),
    ("CLOCK_UNTRUSTED", "Held: the clock cannot be trusted"),
    ("REPLAY", "Sent a second time"),
    ("TERMINAL_REVIEW", "Held: terminal reported lost"),
    ("NOT_ACTIVE", "Held: card not handed over"),
    ("MISMATCH", "Differs from the entitlement"),
    ("BLOCKED_KNOWN", "Card blocked, known to the terminal"),
    ("EXPIRED", "Round ended"),
    ("LEASE_RELEASED", "Lease given back before"),
    ("NO_LEASE", "Held: without a lease"),
    ("LEASE_EXPIRED", "Held: lease ended"),
    ("STALE_LIST", "Held: card list too old"),
    ("OVER_LIMIT", "Held: over the limit of the lease"),
    ("BLOCKED_UNKNOWN", "Accepted: terminal could not know of the block"),
    ("CANCELLED_AFTER_LEASE", "Accepted: cancelled after the lease"),
    ("DOUBLE_SAME_TERMINAL", "Second time at the same terminal"),
    ("DOUBLE_GOOD_FAITH", "Accepted: second time in good faith"),
    ("REVIEW_PAY", "Decided: pay"),
    ("REVIEW_NO", "Decided: do not pay"),
]
UNKNOWN_EVENT = "other"
# What a terminal writes into its journal.
EVENTS = [
    ("open", "Counter opened"),
    ("close", "Counter closed"),
    ("intent", "Claim begun"),
    ("claim", "Claim"),
    ("activate", "Card handed over"),
    ("deny", "Refused at the counter"),
    ("block", "Card blocked"),
    ("sync", "Contact with the server"),
    ("lists", "Card list received"),
    ("lease", "Lease received"),
    ("clock", "Clock set"),
    ("cfg", "Configuration applied"),
    (UNKNOWN_EVENT, "Unknown event"),
]
# Why a text was not taken into a journal; the reader's words on the left.
UNREADABLE = "unreadable"
REJECTIONS = [
    ("oversize or not a text", "Too long, or no text"),
    ("not of this terminal", "Signed for another terminal"),
    (UNREADABLE, "Unreadable, or not properly signed"),
]
