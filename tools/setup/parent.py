# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Children that the kernel ends when their parent dies, however it dies."""

import contextlib
import ctypes
import functools
import os
import select
import signal
from pathlib import Path

PR_SET_PDEATHSIG = 1
# In the environment of all that a set-up starts, with the folder it sets up.
MARK = "KHBS_SETUP"


def tied_by(stop_signal):
    """Return a preexec_fn: the child receives *stop_signal* when its parent dies.

    The child also leaves the parent's process group: Ctrl-C reaches the parent alone,
    which ends its children in order.
    """
    return functools.partial(_tie, stop_signal)


def _tie(stop_signal):
    end_with_parent(stop_signal)
    os.setpgid(0, 0)


def end_with_parent(stop_signal):
    """Have the kernel send us *stop_signal* when our parent dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop_signal)


def end_strays(folder):
    """End what a killed set-up of *folder* left at work; return when all are gone.

    The kernel ends only the children themselves: their own children (dpkg-deb's tar,
    a compiler under pip) work on, in the folders that are about to be made anew.
    """
    while strays := [pid for pid in _processes() if _is_marked(pid, folder)]:
        for pid in strays:
            with contextlib.suppress(ProcessLookupError):
                _kill(pid)


def _kill(pid):
    """Kill a process; return when the kernel has ended it."""
    handle = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        select.select([handle], [], [])
    finally:
        os.close(handle)


def _processes():
    return [
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()
    ]


def _is_marked(pid, folder):
    """True if the process runs and carries the mark of *folder*; a zombie does not."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return f"{MARK}={folder}".encode() in environment.split(b"\0")
