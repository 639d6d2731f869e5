# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The kinds of test, each run by its own tool, and their one count."""

import os
import re
import subprocess
import time
import xml.etree.ElementTree as ElementTree

from . import keys, process, server
from .database import ADDONS, code_sha256
from .lane import Lane
from .state import REPOSITORY, State
from .step import SetupError

LOG_LINE = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")
RUNNER_LINE = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
PYLINT = ["--rcfile=.pylintrc", "--score=n", "--jobs=2"]


class Proof:
    """Runs tests and counts what passed and what failed; a skip is a failure.

    :param name: prefix of its configuration, keys and database
    """

    def __init__(self, state, cluster, python, library, name="test"):
        self.state = state
        self.cluster = cluster
        self.python = python
        self.bin = python.parent
        self.passed = 0
        self.failed = 0
        # Tests run as whoever started them; only PostgreSQL has to leave root.
        mine = State()
        mine.folder, mine.log, mine.root = state.folder, state.log, False
        self.odoo = server.Odoo(mine, python, library, cluster, name)
        self.odoo.keys = state.folder / f"{name}-keys"
        self.database = f"khbs_{name}"

    def _count(self, name, passed, failed, seconds):
        self.passed += passed
        self.failed += failed
        print(
            f"== {name}: {passed} passed, {failed} failed ({seconds:.0f} s)", flush=True
        )

    def _check(self, name, *arguments, cwd=REPOSITORY):
        """Run one linter; it counts as one test."""
        begin = time.monotonic()
        done = subprocess.run(
            [str(argument) for argument in arguments],
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
        )
        if done.returncode:
            print(done.stdout + done.stderr)
        failed = int(bool(done.returncode))
        self._count(name, 1 - failed, failed, time.monotonic() - begin)

    @property
    def environment(self):
        return {
            **self.cluster.environment,
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY}/clients",
            "PYTHONDONTWRITEBYTECODE": "1",
            "KHBS_KEYS": str(self.odoo.keys),
            "KHBS_TEST_DATABASE": self.database,
            "KHBS_ODOO_LIBRARY": str(self.odoo.library),
            "TZ": "UTC",
        }

    def lint(self):
        """ruff, pylint-odoo with its mandatory list, and the OCA's XML checks."""
        self._check("ruff check", "ruff", "check", ".")
        self._check("ruff format", "ruff", "format", "--check", ".")
        modules = [f"addons/{name}" for name in ADDONS]
        self._check("pylint-odoo", "pylint", *PYLINT, *modules)
        self._check("oca-checks", "oca-checks-odoo-module", *modules)

    def install(self, quick=False):
        """Install the addons in the test database; the log may hold no warning.

        :param quick: keep a database that was made with the present code
        """
        begin = time.monotonic()
        keys.ensure(self.odoo.state, self.python, self.odoo.keys)
        self.odoo.configure(db_name=self.database)
        digest = code_sha256(REPOSITORY / "addons")
        stamp = self.state.folder / "run" / self.database
        current = self.database in self.cluster.databases() and (
            stamp.exists() and stamp.read_text() == digest
        )
        if quick and current:
            return
        stamp.unlink(missing_ok=True)
        self.cluster.drop(self.database)
        log = self.state.logfile(f"install-{self.database}")
        self.odoo.once(
            *("-c", self.odoo.config, "-d", self.database, "-i", ",".join(ADDONS)),
            *("--skip-auto-install", "--load-language", "id_ID"),
            *("--no-http", "--stop-after-init", "--max-cron-threads=0"),
            log=log,
            failure="The addons could not be installed.",
        )
        complaints = complaints_in(log)
        print("".join(complaints), end="")
        failed = int(bool(complaints))
        self._count("install log", 1 - failed, failed, time.monotonic() - begin)
        stamp.write_text(digest)

    def everything(self):
        """Run all but the long proofs, in two processes where the work allows it.

        The tests that share the journey's server are half of the time. What needs
        neither that server nor its template database runs beside them.
        """
        self.install()
        beside = Lane(self._beside, self.state.logfile("beside"))
        folders = ["tests", "--ignore=tests/full"]
        self.plain([*folders, "-m", "served"], "tests with the server")
        passed, failed = beside.join()
        self.passed += passed
        self.failed += failed

    def _beside(self):
        """Return (passed, failed) of what runs beside the tests with the server."""
        self.passed = self.failed = 0
        self.lint()
        self.plain(["tests", "--ignore=tests/full", "-m", "not served"])
        database = "khbs_runner"
        self.odoo_runner(database)
        self.addons(["addons"], database)
        self.cluster.drop(database)
        return self.passed, self.failed

    def plain(self, arguments, name="tests"):
        """Tests that import no Odoo: protocol, clients, journeys, browser."""
        self._pytest(name, ["-p", "no:odoo", *arguments])

    def addons(self, arguments, database=None):
        """The addons' own tests, HTTP and browser included, by pytest-odoo."""
        self._pytest(
            "addons",
            [f"--odoo-config={self.odoo.config}", "--odoo-http"]
            + [f"--odoo-database={database or self.database}", *arguments],
        )

    def _pytest(self, name, arguments):
        begin = time.monotonic()
        result = self.state.folder / "run" / f"{name.replace(' ', '-')}.xml"
        result.unlink(missing_ok=True)
        done = subprocess.run(
            [self.bin / "pytest", "-q", "-rs", "--strict-markers"]
            + ["-p", "no:cacheprovider", "--durations=10", "--durations-min=5"]
            + [f"--junitxml={result}", *arguments],
            cwd=REPOSITORY,
            check=False,
            env=self.environment,
        )
        if not result.exists():
            raise SetupError(f"pytest ended without a result (exit {done.returncode}).")
        passed, failed = counts_of(result)
        if done.returncode and not failed:
            failed = 1
        self._count(name, passed, failed, time.monotonic() - begin)

    def odoo_runner(self, database):
        """Odoo's own test runner on a fresh *database*: its order, its assets."""
        begin = time.monotonic()
        self.cluster.drop(database)
        log = self.state.logfile("odoo-runner")
        tags = ",".join(f"/{name}" for name in ADDONS)
        try:
            self.odoo.once(
                *("-c", self.odoo.config, "-d", database, "-i", ",".join(ADDONS)),
                *("--skip-auto-install", "--load-language", "id_ID"),
                *("--http-port", str(process.free_port()), "--stop-after-init"),
                *("--max-cron-threads=0", "--test-tags", tags),
                log=log,
                failure="Odoo's runner failed.",
            )
            ended_well = True
        except SetupError:
            ended_well = False
        lines = log.read_text(errors="replace").splitlines()
        found = [match for line in lines if (match := RUNNER_LINE.search(line))]
        failed = errors = total = 0
        if found:
            failed, errors, total = map(int, found[-1].groups())
        bad = failed + errors
        if not ended_well or not total:
            bad = max(bad, 1)
            print("\n".join(lines[-80:]))
        self._count("odoo runner", max(total - bad, 0), bad, time.monotonic() - begin)

    def conclude(self):
        """Print the closing line and return the exit code."""
        print(f"{self.passed} passed, {self.failed} failed")
        return int(bool(self.failed) or not self.passed)


def complaints_in(log):
    """Return the lines of an Odoo log that are warnings or worse."""
    with open(log, encoding="utf-8", errors="replace") as source:
        return [line for line in source if LOG_LINE.match(line)]


def counts_of(result):
    """Return (passed, failed) of a JUnit file; skipped counts as failed."""
    passed = failed = 0
    for case in ElementTree.parse(result).iter("testcase"):
        if any(case.find(tag) is not None for tag in ("failure", "error", "skipped")):
            failed += 1
        else:
            passed += 1
    return passed, failed
