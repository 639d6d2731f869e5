# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The journal of a terminal."""

import contextlib
import gc
import random

from odoo.tools import config

from ...journal.answers import EntryAnswers
from ...journal.push import MAX_ENTRIES, Push
from .. import params as read
from ..dispatcher import Busy, InvalidParams, RpcError
from .registry import BLOCKED_STATES, method

# Class of the advisory locks that limit how many pushes run at once.
SLOTS = 0x4B484253
RANGE = 500


@method("edc.journal.push", states=BLOCKED_STATES)
def push(call, params):
    """Take in entries of the caller's own journal."""
    read.only(params, "entries")
    texts = params.get("entries")
    if not isinstance(texts, list):
        raise InvalidParams("entries: list")
    if not 1 <= len(texts) <= MAX_ENTRIES:
        raise RpcError(1201, f"1 to {MAX_ENTRIES} entries")
    _take_slot(call.env.cr)
    _lock(call.env.cr, call.sender.terminal_id)
    terminal = call.terminal
    with _gc_paused():
        return Push(call.env, terminal, terminal._public_keys()).run(texts)


@contextlib.contextmanager
def _gc_paused():
    """Let the garbage collector rest.

    A push makes thousands of objects and no cycle to speak of; each would let the
    collector walk through the millions of the registry again and again.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _take_slot(cr):
    """Leave at least one worker to those who wait at a counter."""
    workers = config["workers"] or 4
    for slot in range(max(1, workers - 1)):
        cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [SLOTS, slot])
        if cr.fetchone()[0]:
            return
    raise Busy(random.randint(1, 5))


def _lock(cr, terminal_id):
    """Lock the terminal's row; a push of the same terminal is under way: busy."""
    cr.execute(
        "SELECT id FROM khbs_terminal WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED",
        [terminal_id],
    )
    if not cr.fetchone():
        raise Busy(random.randint(1, 5))


@method("edc.journal.status", states=BLOCKED_STATES)
def status(call, params):
    """Return the outcomes of a range of entries as they are now."""
    read.only(params, "from", "to")
    first = read.integer(params, "from", 1, 2**31 - 1)
    last = read.integer(params, "to", first, first + RANGE - 1)
    terminal = call.terminal
    answers = EntryAnswers(
        call.env.cr, terminal.id, terminal.code, terminal._chain_head()
    )
    return {
        "acked_seq": terminal.acked_seq,
        "results": answers.of_range(first, last),
    }
