# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An installation with a running server, shared by the tests that cross addons."""

import os
import shutil
import sys
import time
from pathlib import Path

import pytest
from played import DATABASE, PASSWORD
from playwright.sync_api import sync_playwright

from tools.journey.__main__ import play
from tools.journey.client import Journey
from tools.journey.users import DEMO_USERS
from tools.setup import keys, process, server
from tools.setup.cluster import Cluster
from tools.setup.state import State

# The people whom the tests play have the day of the province, whatever the machine's.
os.environ["TZ"] = "Asia/Pontianak"
time.tzset()


def pytest_collection_modifyitems(items):
    """Mark what shares the one server: the rest may run beside it."""
    for item in items:
        if "installation" in item.fixturenames:
            item.add_marker("served")


class Installation:
    """The test cluster and Odoo as ``./test`` set them up (by its environment)."""

    def __init__(self):
        self.state = State()
        self.state.root = False
        self.state.log = self.state.folder / "log"
        self.cluster = Cluster(self.state)
        self.cluster.create()
        library = Path(os.environ["KHBS_ODOO_LIBRARY"])
        self.odoo = server.Odoo(
            self.state, Path(sys.executable), library, self.cluster, "test"
        )
        self.odoo.keys = Path(os.environ["KHBS_KEYS"])
        self.template = os.environ["KHBS_TEST_DATABASE"]

    def copy_database(self, name):
        """Copy the database with the addons installed, its files included."""
        self.cluster.copy(self.template, name)
        files = self.odoo.data / "filestore"
        shutil.rmtree(files / name, ignore_errors=True)
        if (files / self.template).exists():
            shutil.copytree(files / self.template, files / name)

    def serve(self, database, **options):
        """Start a server on a free port; return (child, address)."""
        port = process.free_port()
        log = self.state.logfile(f"test-server-{database}")
        child = self.odoo.start(database, port, log, **options)
        return child, f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def installation():
    return Installation()


@pytest.fixture(scope="session")
def journey(installation, tmp_path_factory):
    """The whole programme played once on a server of its own."""
    installation.copy_database(DATABASE)
    installation.odoo.shell(
        DATABASE,
        f"env.ref('base.user_admin').password = {PASSWORD!r}\n"
        f"env['ir.config_parameter'].set_param('khbs.prg', {keys.PROGRAMME!r})",
        log=installation.state.logfile("test-shell"),
    )
    child, address = installation.serve(DATABASE)
    try:
        played = Journey(
            address,
            DATABASE,
            dict.fromkeys([*DEMO_USERS, "admin"], PASSWORD),
            tmp_path_factory.mktemp("journey"),
            use_pcsc=True,
        )
        play(played)
        yield played
    finally:
        installation.odoo.stop(child)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        yield running
        running.close()
