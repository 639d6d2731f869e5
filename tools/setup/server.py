# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo: its configuration file, one-off runs and the server itself."""

import configparser
import os
import signal
import urllib.error
import urllib.request

from . import credentials, process
from .state import REPOSITORY
from .step import SetupError, command

# The whole of Odoo's start script: prefork starts its own children through a script,
# never through "python -m odoo".
SCRIPT = "import odoo.cli\n\nif __name__ == '__main__':\n    odoo.cli.main()\n"


class Odoo:
    """Odoo on one cluster, started as the account that owns the data."""

    def __init__(self, state, python, library, cluster, name="odoo"):
        self.state = state
        self.python = python
        self.library = library
        self.cluster = cluster
        self.config = state.folder / f"{name}.conf"
        self.data = state.folder / f"{name}-data"
        self.script = state.folder / "run" / "odoo"
        self.keys = state.folder / "keys"
        self.pid_file = state.folder / "run" / f"{name}.pid"

    def configure(self, **options):
        """Write the configuration of this machine: odoo.conf and what it lacks."""
        settings = configparser.RawConfigParser()
        settings.read(REPOSITORY / "odoo.conf")
        values = settings["options"]
        values["addons_path"] = f"{self.library}/odoo/addons,{self.state.code}/addons"
        values["data_dir"] = str(self.data)
        values["db_host"] = self.cluster.host
        values["db_port"] = str(self.cluster.port)
        values["db_user"] = self.cluster.user
        values["db_password"] = self.cluster.password
        values["admin_passwd"] = credentials.ensure(self.state, "odoo-master")
        values.update({key: str(value) for key, value in options.items()})
        making = self.config.with_suffix(".new")
        making.unlink(missing_ok=True)
        making.touch(mode=0o600)
        with open(making, "w", encoding="utf-8") as target:
            settings.write(target)
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.script.write_text(SCRIPT)
        self.state.own(making, self.data)
        making.rename(self.config)

    @property
    def address(self):
        """The address that people open, as the configuration says."""
        settings = configparser.RawConfigParser()
        settings.read(self.config)
        return f"http://127.0.0.1:{settings['options']['http_port']}"

    def arguments(self, *arguments):
        return [self.python, self.script, *arguments]

    @property
    def environment(self):
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": str(self.data),
            "KHBS_KEYS": str(self.keys),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def once(self, *arguments, log, failure, **kwargs):
        """Run an Odoo command to its end."""
        command(
            self.arguments(*arguments),
            log,
            failure,
            env=self.environment,
            **self.state.unprivileged(),
            **kwargs,
        )

    def shell(self, database, code, log):
        """Run Python *code* in Odoo's shell and commit."""
        self.once(
            *("shell", "-c", self.config, "-d", database, "--no-http"),
            log=log,
            failure="A command in Odoo's shell failed.",
            input=f"{code}\nenv.cr.commit()\n".encode(),
        )

    def start(self, database, port, log, **options):
        """Start serving *database* and wait until it answers."""
        process.end_orphan(self.pid_file, self.config, signal.SIGTERM)
        flags = [f"--{key.replace('_', '-')}={value}" for key, value in options.items()]
        child = process.start(
            self.arguments(
                "-c", self.config, "-d", database, "--http-port", port, *flags
            ),
            log,
            signal.SIGTERM,
            self.state.unprivileged(),
            env=self.environment,
        )
        self.pid_file.write_text(f"{child.pid}\n")
        process.wait_until(
            lambda: answers(port),
            child,
            f"Odoo did not start: read {log}.",
        )
        return child

    def stop(self, child):
        process.stop(child, signal.SIGTERM)
        self.pid_file.unlink(missing_ok=True)


def answers(port):
    """True if an Odoo with a database answers on the loopback *port*."""
    try:
        address = f"http://127.0.0.1:{port}/web/health"
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def require_port(port):
    if process.port_is_taken(port):
        raise SetupError(
            f"Port {port} is taken: stop the program that uses it or choose another "
            "with --port."
        )
