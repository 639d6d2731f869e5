# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What may go wrong with a card, ordered beforehand by a test."""

import time
from dataclasses import dataclass


class CardGone(ConnectionError):
    """The card left the field; what it did last, nobody was told."""


@dataclass
class Faults:
    """Faults to inject, counted in command APDUs since the card was made.

    :param tear_at: number of the APDU (1 is the first) at which power fails
    :param tear: ``before`` the command acts, ``after`` it acted and before it
        answers, or ``half``: a data object is stored cut in the middle
    :param latency: seconds that every command takes
    """

    tear_at: int | None = None
    tear: str = "after"
    latency: float = 0.0
    count: int = 0

    def begin(self):
        """Count one command and return how it is torn, or None."""
        self.count += 1
        if self.latency:
            time.sleep(self.latency)
        if self.count != self.tear_at:
            return None
        if self.tear == "before":
            raise CardGone(f"power lost before command {self.count}")
        return self.tear
