# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What may be given to a family, and why not, with a network or without."""

import dataclasses

from .errors import said_state
from .status_list import REVOKED, SHIPPED, SUSPENDED

REFUSED_STATUS = {
    # The list does not tell a revoked card from one that ended or was never sent.
    REVOKED: ("REVOKED", said_state("REVOKED")),
    SUSPENDED: ("SUSPENDED", said_state("SUSPENDED")),
    SHIPPED: ("NOT_ACTIVE", said_state("SHIPPED")),
}


@dataclasses.dataclass(frozen=True)
class Offer:
    """What may be given to the family of a card now.

    :ivar labels: dict of benefit code to (label, list of commodities)
    """

    name: str
    lines: tuple
    labels: dict
    cvm: str
    online: bool


def commodity(row):
    return f"{row['name']} {row['qty']} {row['unit']}"


def cvm(identity_seen):
    return "id" if identity_seen else "none"
