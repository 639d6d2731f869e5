# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Blanks that a station puts away: written down here, and told to the server.

The server counts the blanks that came. What it cannot be told now is kept in the
station's folder and told before the next job.
"""

import contextlib
import uuid

from . import jose
from .server import BAD_PARAMS, JOB_UNKNOWN, NO_METHOD, WHY_LENGTH, Offline, RpcError


def write_down(store, connection, job, reason):
    """Keep a line on a card that was set aside or spoiled."""
    store.quarantine(
        atr=connection.atr.hex().upper(),
        job=job["job"],
        kind=reason.kind,
        step=reason.step,
        why=reason.why,
    )


def put_away(store, server, work, refusal):
    """Keep the report of a blank and its line; send the report if that can be done.

    The report first: a station that is killed between them tells of the blank when
    it starts again, and the server counts a blank that is met again only once.
    """
    store.owe(_report_of(work, refusal))
    write_down(store, work.connection, work.job, refusal)
    with contextlib.suppress(Offline):
        settle(store, server)


def settle(store, server):
    """Tell the server of the blanks that it has not heard of.

    :return: what the server says of the first report that it could not take now, an
        ``RpcError``, or None; such a report is kept and hinders no other
    :raises Offline: it cannot be reached; they stay in the folder
    """
    hindrance = None
    for report in store.owed():
        try:
            server.set_aside(report)
        except RpcError as error:
            if error.code == NO_METHOD:
                # An older server: it is told when it knows how.
                return None
            # What it will never take is forgotten.
            if error.code not in (BAD_PARAMS, JOB_UNKNOWN):
                hindrance = hindrance or error
                continue
        store.settle(report)
    return hindrance


def _report_of(work, refusal):
    report = {
        "report": jose.ulid(),
        "job": work.job["job"],
        "step": refusal.step,
        "why": refusal.why[:WHY_LENGTH],
        "atr": work.connection.atr.hex().upper(),
    }
    # A chip with this job's guid is no card of ours either, if neither key opens it.
    foreign = work.guid and work.guid != uuid.UUID(work.job["guid"])
    return report | ({"guid": str(work.guid)} if foreign else {})
