# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Children that the kernel ends when their parent dies, however it dies."""

import ctypes
import functools
import os

PR_SET_PDEATHSIG = 1


def tied_by(stop_signal):
    """Return a preexec_fn: the child receives *stop_signal* when its parent dies.

    The child also leaves the parent's process group: Ctrl-C reaches the parent alone,
    which ends its children in order.
    """
    return functools.partial(_tie, stop_signal)


def _tie(stop_signal):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop_signal)
    os.setpgid(0, 0)
