# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where the set-up keeps what it made, and under which account it runs."""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from .parent import MARK, end_strays
from .step import SetupError

REPOSITORY = Path(__file__).resolve().parents[2]
ACCOUNT = "khbs"


class State:
    """The folder ``.khbs`` of a working copy.

    Started as root, PostgreSQL and Odoo run as the account ``khbs``. Where that
    account cannot enter the working copy (a home of mode 0700), the folder is moved
    below /var/lib/khbs with a link in its place, and the code is copied beside it.
    """

    def __init__(self):
        self.root = os.geteuid() == 0
        self.link = REPOSITORY / ".khbs"
        self.folder = self.link
        self.code = REPOSITORY
        self.log = None
        self._lock = None

    def prepare(self):
        """Make the folders, and the account where we are root."""
        if self.root:
            self._make_account()
        if self.root and not self._account_can_enter(REPOSITORY):
            self._move_out()
        self.folder.mkdir(exist_ok=True)
        self.log = self.folder / "log"
        for name in ("log", "run", "download"):
            (self.folder / name).mkdir(exist_ok=True)
        self.own(self.folder, self.folder / "run", self.folder / "log")

    def _make_account(self):
        try:
            pwd.getpwnam(ACCOUNT)
        except KeyError:
            subprocess.run(
                ["useradd", "--system", "--no-create-home", "--user-group"]
                + ["--shell", "/usr/sbin/nologin", ACCOUNT],
                check=True,
                capture_output=True,
            )

    def _account_can_enter(self, folder):
        """True if the account can reach and read *folder* and its addons."""
        check = ["test", "-r", str(folder / "addons"), "-a", "-x", str(folder)]
        return not subprocess.run(check, check=False, **self.unprivileged()).returncode

    def _move_out(self):
        digest = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:12]
        base = Path("/var/lib/khbs") / digest
        base.mkdir(parents=True, exist_ok=True)
        self.folder = base / "state"
        self.code = base / "code"
        if not self.link.is_symlink():
            if self.link.exists():
                shutil.move(self.link, self.folder)
            self.link.symlink_to(self.folder)
        for name in ("addons", "clients", "tools"):
            shutil.rmtree(self.code / name, ignore_errors=True)
            shutil.copytree(REPOSITORY / name, self.code / name)

    def unprivileged(self):
        """Return the keyword arguments that make subprocess leave root behind."""
        if not self.root:
            return {}
        account = pwd.getpwnam(ACCOUNT)
        return {
            "user": account.pw_uid,
            "group": account.pw_gid,
            "extra_groups": [],
            "cwd": "/",
        }

    def own(self, *paths):
        """Give *paths* to the account that the servers run under."""
        if self.root:
            account = pwd.getpwnam(ACCOUNT)
            for path in paths:
                os.chown(path, account.pw_uid, account.pw_gid)

    def lock(self, name="lock"):
        """Refuse a second set-up of the same working copy at the same time."""
        self._lock = open(self.folder / "run" / name, "w")  # noqa: SIM115
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupError(
                "KHBS is already being set up or running from this folder: "
                "stop it with Ctrl-C there, or use it."
            ) from error

    @contextmanager
    def alone(self):
        """Bring what ./run, ./test and ./bench share; wait where another one does.

        What an earlier, killed one left at work is ended first.
        """
        with open(self.folder / "run" / "shared", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Waiting for another set-up of this folder.", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            end_strays(self.folder)
            os.environ[MARK] = str(self.folder)
            try:
                yield
            finally:
                del os.environ[MARK]

    def logfile(self, name):
        """Return a fresh log file for the step *name*."""
        path = self.log / f"{name}.log"
        path.unlink(missing_ok=True)
        path.touch()
        self.own(path)
        return path


def discard(*paths):
    """Remove half-made folders of an earlier, interrupted start."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
