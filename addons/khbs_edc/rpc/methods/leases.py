# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The card status list and the lease: what a terminal needs to work offline."""

from .. import params as read
from ..dispatcher import InvalidParams
from .registry import method


@method("edc.blocklist.get")
def blocklist_get(call, params):
    """Return the status list, whole or as what changed since *have*."""
    read.only(params, "list", "have")
    list_no = read.text(params, "list", 2)
    have = read.integer(params, "have", 0, 2**31 - 1, optional=True)
    if list_no != "01":
        raise InvalidParams(f"list: no list {list_no}")
    call.terminal._holds_list(have or 0)
    answer = call.env["khbs.card"]._status_list(have)
    call.terminal._given_list(answer["version"])
    return answer


@method("edc.lease.get")
def lease_get(call, params):
    """Return the newest lease unless the terminal has it."""
    read.only(params, "have")
    have = read.text(params, "have", 64, optional=True)
    terminal = call.terminal
    # First the terminal's row, then entitlements: the order of a push.
    terminal._contact()
    lease = call.env["khbs.lease"]._current(terminal, call.now)
    if not lease or lease.name == have or lease._is_over(call.now):
        return {"lease": None}
    return {"lease": lease.jws}
