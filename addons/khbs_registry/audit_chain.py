# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How one audit event is linked to the chain (DESIGN 4.10).

The link of event *n* is SHA-256 over one line of JSON: keys sorted, no spaces,
UTF-8, with the members ``prev`` (the link before, sixty-four zeros for the first),
``seq``, and of the event ``id``, ``at`` (UTC, microseconds), ``user``, ``role``,
``act``, ``outcome``, ``model``, ``res_id`` and ``data``. ``tools/verify_audit``
computes the same from this description with code of its own.
"""

import hashlib
import json

GENESIS = "0" * 64
# The order in which a query gives an event's columns to link().
COLUMNS = (
    "id",
    "at",
    "user_id",
    "role",
    "act",
    "outcome",
    "model",
    "res_id",
    "data",
)


def link(prev_hash, seq, event):
    """Return the hexadecimal link of *event* as number *seq* of the chain.

    :param event: values in the order of :data:`COLUMNS`
    """
    number, at, user, role, act, outcome, model, res_id, data = event
    line = json.dumps(
        {
            "prev": prev_hash,
            "seq": seq,
            "id": number,
            "at": at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
            "user": user,
            "role": role,
            "act": act,
            "outcome": outcome,
            "model": model,
            "res_id": res_id,
            "data": data,
        },
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )
    return hashlib.sha256(line.encode()).hexdigest()
