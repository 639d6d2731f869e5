# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""PostgreSQL: a private cluster on loopback, or the server PGHOST names."""

import contextlib
import os
import signal
import subprocess

from . import credentials, packages, process
from .state import discard
from .step import SetupError, command

OWNER = "odoo"
# A test database is made anew when it is lost, so its commits need not reach the disk.
THROWAWAY = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
# A statement that fails has people's names and numbers in it, and so has what the
# server says about it. Odoo logs the failure without them; the server need not.
DISCREET = [
    "log_min_messages=log",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_statement=none",
    "log_min_duration_statement=-1",
]


class Cluster:
    """A server and the way to reach it.

    :param name: folder of the private cluster below ``.khbs``
    :param throwaway: trade durability for speed; for tests only
    """

    def __init__(self, state, name="cluster", throwaway=False):
        self.state = state
        self.throwaway = throwaway
        self.name = name
        self.folder = state.folder / name
        self.external = "PGHOST" in os.environ
        self.programs = None
        self.host = os.environ.get("PGHOST", "127.0.0.1")
        self.port = os.environ.get("PGPORT", "5432")
        self.user = os.environ.get("PGUSER", OWNER)
        self.password = os.environ.get("PGPASSWORD", "")
        self._server = None

    @property
    def environment(self):
        """Variables for PostgreSQL's own clients."""
        return {
            **os.environ,
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGCONNECT_TIMEOUT": "10",
        }

    def create(self):
        """Make the private cluster if it is not there."""
        self.programs = packages.postgresql_bin("psql" if self.external else "postgres")
        if self.external:
            return
        self.password = credentials.ensure(self.state, "postgresql")
        with self.state.alone():
            self._make()

    def _make(self):
        making = self.state.folder / f"{self.name}.new"
        discard(making)
        if self.folder.exists():
            return
        making.mkdir(mode=0o700)
        self.state.own(making)
        pwfile = self.state.folder / "run" / "pwfile"
        pwfile.touch(mode=0o600)
        pwfile.write_text(self.password + "\n")
        self.state.own(pwfile)
        command(
            [f"{self.programs}/initdb", "-D", making, "-U", OWNER, "-E", "UTF8"]
            + ["--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={pwfile}"],
            self.state.logfile("cluster"),
            "The private PostgreSQL cluster could not be made.",
            **self.state.unprivileged(),
        )
        pwfile.unlink()
        making.rename(self.folder)

    @contextlib.contextmanager
    def running(self):
        """Serve for the time of the block; an external server only gets asked."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def start(self):
        if self.external:
            self._ask_external()
            return
        process.end_orphan(self.folder / "postmaster.pid", self.folder, signal.SIGINT)
        log = self.state.logfile("postgresql")
        self.port = process.free_port()
        settings = ["max_connections=200", "shared_buffers=256MB", "jit=off"]
        settings += DISCREET
        settings += THROWAWAY if self.throwaway else []
        self._server = process.start(
            [f"{self.programs}/postgres", "-D", self.folder, "-p", self.port]
            + ["-h", "127.0.0.1", "-k", ""]
            + [word for setting in settings for word in ("-c", setting)],
            log,
            signal.SIGINT,
            self.state.unprivileged(),
        )
        process.wait_until(
            self._answers,
            self._server,
            f"PostgreSQL did not start: read {log}; ./run --reset makes it anew.",
        )

    def stop(self):
        if self._server:
            process.stop(self._server, signal.SIGINT)

    def _answers(self):
        return not subprocess.run(
            [f"{self.programs}/pg_isready", "-q"], env=self.environment, check=False
        ).returncode

    def _ask_external(self):
        try:
            self.sql("postgres", "SELECT 1")
        except SetupError as error:
            raise SetupError(
                f"PostgreSQL at {self.host}:{self.port} refuses user {self.user}: "
                f"check PGHOST, PGPORT, PGUSER and PGPASSWORD. ({error})"
            ) from error

    def sql(self, database, statement, **variables):
        """Run one statement and return its rows as text, one value a line.

        *variables* are psql's: write :'name' in the statement.
        """
        args = [f"{self.programs}/psql", "-X", "-q", "-A", "-t", "-d", database]
        args += ["-v", "ON_ERROR_STOP=1"]
        for name, value in variables.items():
            args += ["-v", f"{name}={value}"]
        done = subprocess.run(
            args,
            input=statement,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SetupError(done.stderr.strip() or "PostgreSQL did not answer.")
        return done.stdout.strip()

    def databases(self):
        return self.sql("postgres", "SELECT datname FROM pg_database").splitlines()

    def drop(self, database):
        self.sql("postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def copy(self, source, target):
        self.drop(target)
        self.sql("postgres", f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
