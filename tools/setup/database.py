# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The database: made whole under another name, then renamed; upgraded in place."""

import hashlib
import shutil
import subprocess

from . import credentials, process
from .keys import PROGRAMME
from .state import discard
from .step import SetupError

ADDONS = ["khbs_registry", "khbs_cards", "khbs_claims", "khbs_edc", "khbs_bkk"]
STAMP = "khbs.code_sha256"
SOURCES = {".py", ".xml", ".csv", ".po", ".js", ".scss", ".css"}


def code_sha256(folder):
    """Return a digest over the sources of all addons."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in SOURCES and path.is_file():
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Database:
    """The database that is served.

    It is built as *name*_new and renamed when it is complete, so a start that was
    killed half-way never leaves one that looks finished.
    """

    def __init__(self, odoo, name="khbs"):
        self.odoo = odoo
        self.cluster = odoo.cluster
        self.name = name
        self.making = f"{name}_new"
        self.filestore = odoo.data / "filestore"

    def exists(self):
        return self.name in self.cluster.databases()

    def remove(self):
        """Drop the database and its files."""
        for name in (self.name, self.making):
            self.cluster.drop(name)
            discard(self.filestore / name)

    def build(self, demo):
        """Install the five addons in a new database, play the journey, rename.

        :param demo: True to create the demonstration's users and play its journey
        """
        self.cluster.drop(self.making)
        discard(self.filestore / self.making)
        log = self.odoo.state.logfile("install")
        self.odoo.once(
            *("-c", self.odoo.config, "-d", self.making, "-i", ",".join(ADDONS)),
            *("--skip-auto-install", "--load-language", "id_ID"),
            *("--no-http", "--stop-after-init", "--max-cron-threads=0"),
            log=log,
            failure="The addons could not be installed.",
        )
        self._secure()
        if demo:
            self._demonstrate()
        self._stamp(self.making)
        # A filestore without its database is discarded at the next start; a database
        # without its filestore would be broken. So the files move first.
        discard(self.filestore / self.name)
        if (self.filestore / self.making).exists():
            shutil.move(self.filestore / self.making, self.filestore / self.name)
        self.cluster.sql(
            "postgres", f'ALTER DATABASE "{self.making}" RENAME TO "{self.name}"'
        )

    def _secure(self):
        """Give the administrator a generated password, and the programme its name."""
        password = credentials.ensure(self.odoo.state, "admin")
        self.odoo.shell(
            self.making,
            f"env.ref('base.user_admin').password = {password!r}\n"
            f"parameters = env['ir.config_parameter']\n"
            f"parameters.set_param('khbs.prg', {PROGRAMME!r})\n"
            # Papers print the address where they can be verified.
            f"parameters.set_param('web.base.url', {self.odoo.address!r})\n"
            f"parameters.set_param('web.base.url.freeze', 'True')",
            log=self.odoo.state.logfile("secure"),
        )

    def _demonstrate(self):
        state = self.odoo.state
        port = process.free_port()
        folder = state.folder / "demo"
        discard(folder)
        folder.mkdir(mode=0o700)
        state.own(folder)
        server = self.odoo.start(self.making, port, state.logfile("demo-server"))
        try:
            log = state.logfile("demo")
            with open(log, "ab") as output:
                done = subprocess.run(
                    [self.odoo.python, "-m", "tools.journey"]
                    + ["--url", f"http://127.0.0.1:{port}", "--database", self.making]
                    + ["--folder", folder],
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    check=False,
                    env={
                        **self.odoo.environment,
                        "PYTHONPATH": f"{state.code}:{state.code}/clients",
                        "KHBS_ADMIN_PASSWORD": credentials.ensure(state, "admin"),
                        "KHBS_DEMO_PASSWORD": credentials.ensure(state, "demo"),
                    },
                    **state.unprivileged(),
                )
            if done.returncode:
                raise SetupError(
                    f"The demonstration could not be played: read {log}; "
                    "./run --empty starts without it."
                )
        finally:
            self.odoo.stop(server)

    def _stamp(self, database):
        self.cluster.sql(
            database,
            """
            INSERT INTO ir_config_parameter (key, value) VALUES (:'key', :'value')
            ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
            """,
            key=STAMP,
            value=code_sha256(self.odoo.state.code / "addons"),
        )

    def is_current(self):
        """True if the database was made or upgraded with the present code."""
        stamp = self.cluster.sql(
            self.name,
            "SELECT value FROM ir_config_parameter WHERE key = :'key'",
            key=STAMP,
        )
        return stamp == code_sha256(self.odoo.state.code / "addons")

    def upgrade(self):
        """Bring the database to the present code; every row stays.

        Odoo upgrades each addon in its own transaction; the stamp is written last,
        so an interrupted upgrade is run again.
        """
        self.odoo.once(
            *("-c", self.odoo.config, "-d", self.name, "-u", "khbs_registry"),
            *("-i", ",".join(ADDONS), "--skip-auto-install"),
            # Without it the screens keep the former words.
            "--i18n-overwrite",
            *("--no-http", "--stop-after-init", "--max-cron-threads=0"),
            log=self.odoo.state.logfile("upgrade"),
            failure="The database could not be upgraded; its rows are all there and "
            "the next start tries again.",
        )
        self._stamp(self.name)
