# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Named steps, their logs, and failures that say what to do."""

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import time

from .parent import MARK, tied_by

NEEDED_BYTES = 3 * 1024**3


class SetupError(Exception):
    """A failure, as one sentence that says what to do."""


class Steps:
    """Runs steps one after the other and tells the person which one is on."""

    def __init__(self, state):
        self.state = state
        self.number = 0

    @contextlib.contextmanager
    def step(self, name):
        """Print the step's name as it begins and the seconds it took."""
        self.number += 1
        print(f"[{self.number}] {name}", end="", flush=True)
        begin = time.monotonic()
        try:
            yield
        except OSError as error:
            print()
            raise explain(error, self.state.folder) from error
        except BaseException:
            print()
            raise
        print(f" ({time.monotonic() - begin:.1f} s)", flush=True)


def explain(error, folder):
    """Turn an operating system's error into a sentence that says what to do."""
    if error.errno == errno.ENOSPC:
        return SetupError(f"The disk is full: make room under {folder}, start again.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return SetupError(
            f"No permission for {error.filename}: start as the user who owns {folder}."
        )
    return SetupError(f"{error}: mend this and start again.")


def require_space(folder):
    """Raise unless *folder* has room for Odoo, the libraries and a database."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise SetupError(
            f"Only {free // 1024**2} MiB are free under {folder}: "
            f"make room for {NEEDED_BYTES // 1024**2} MiB, then start again."
        )


def command(args, log, failure, outlives=False, **kwargs):
    """Run a command with its output in the file *log*; raise *failure* if it fails.

    :param outlives: let it end its work even if we are killed: what it changes is not
        ours to throw away (Debian's packages)
    """
    tie = None if outlives else tied_by(signal.SIGKILL)
    if outlives:
        kwargs.setdefault("env", dict(os.environ)).pop(MARK, None)
    with open(log, "ab") as output:
        try:
            done = subprocess.run(
                args,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                preexec_fn=tie,
                **kwargs,
            )
        except FileNotFoundError as error:
            raise SetupError(f"{args[0]} is missing: {failure}") from error
    if done.returncode:
        if shutil.disk_usage(os.path.dirname(log)).free < 16 * 1024**2:
            raise SetupError(
                f"The disk is full: make room under {os.path.dirname(log)}, "
                "then start again."
            )
        raise SetupError(f"{failure} Details: {log}")


def report(error):
    """Print the one sentence of a failed set-up and return the exit code."""
    print(f"{error}", file=sys.stderr)
    return 1
