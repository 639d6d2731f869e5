# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Child processes that end when we end, however we end."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from .parent import tied_by
from .step import SetupError


def start(args, log, stop_signal, privileges, **kwargs):
    """Start a child that the kernel sends *stop_signal* when this process dies."""
    with open(log, "ab") as output:
        return subprocess.Popen(
            [str(arg) for arg in args],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=tied_by(stop_signal),
            **privileges,
            **kwargs,
        )


def stop(child, stop_signal, seconds=60):
    """Ask a child to stop; kill it only if it does not within *seconds*."""
    if child.poll() is not None:
        return
    child.send_signal(stop_signal)
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def wait_until(ready, child, failure, seconds=120):
    """Wait until *ready()* is true; raise *failure* if the child ends before."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None or time.monotonic() > deadline:
            raise SetupError(failure)
        time.sleep(0.1)


def end_orphan(pid_file, mark, stop_signal):
    """End what an earlier, killed start left running.

    :param pid_file: file whose first line is the process number
    :param mark: text that the process's command line must hold to be ours
    """
    try:
        pid = int(Path(pid_file).read_text().split()[0])
        cmdline = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
        return
    if str(mark) not in cmdline:
        return
    os.kill(pid, stop_signal)
    deadline = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists() and not _is_zombie(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            deadline += 60
        time.sleep(0.1)


def _is_zombie(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def free_port():
    """Return a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_is_taken(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
