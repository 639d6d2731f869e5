# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./run: set up what is missing, then serve on loopback until Ctrl-C."""

import argparse
import os
import shutil
import signal
import sys

from . import credentials, keys, packages, server
from .bring import bring
from .cluster import Cluster
from .database import Database
from .state import State
from .step import SetupError, Steps, explain, report

LOCK = "requirements.lock"


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="./run",
        description="Set up KHBS in this folder and serve it on 127.0.0.1.",
    )
    parser.add_argument("--port", type=int, default=8069, help="default 8069")
    parser.add_argument(
        "--workers",
        type=int,
        default=0,
        help="processes that serve; 0 serves from one process with threads",
    )
    parser.add_argument(
        "--empty", action="store_true", help="a new database without demonstration"
    )
    parser.add_argument(
        "--reset", action="store_true", help="remove the database and make a new one"
    )
    return parser.parse_args(arguments)


def set_up(state, steps, options):
    """Bring everything that serving needs; return (cluster, odoo, database)."""
    python, library = bring(state, steps, packages.RUN, LOCK)
    with steps.step("keys"):
        keys.ensure(state, python)
    cluster = Cluster(state)
    with steps.step("cluster"):
        cluster.create()
    with steps.step("postgresql"):
        cluster.start()
    try:
        odoo = server.Odoo(state, python, library, cluster)
        name = os.environ.get("PGDATABASE", "khbs")
        database = Database(odoo, name)
        odoo.configure(
            db_name=name,
            http_port=options.port,
            # With several processes, live updates come from one of their own.
            gevent_port=options.port + 3,
            workers=options.workers,
        )
        _prepare_database(steps, database, options)
    except BaseException:
        cluster.stop()
        raise
    return cluster, odoo, database


def _prepare_database(steps, database, options):
    if options.reset:
        with steps.step("reset"):
            database.remove()
    if not database.exists():
        with steps.step("database"):
            database.build(demo=not options.empty)
    elif not database.is_current():
        with steps.step("upgrade"):
            database.upgrade()


def announce(state, options):
    """Tell the address and who may log in."""
    print(f"\nKHBS: http://127.0.0.1:{options.port}   (Ctrl-C stops it)")
    print(f"  admin        {credentials.ensure(state, 'admin')}")
    if (state.folder / "demo").exists() and not options.empty:
        from tools.journey.users import DEMO_USERS

        password = credentials.ensure(state, "demo")
        for login, (name, _roles, area) in DEMO_USERS.items():
            print(f"  {login:<12} {password}   {name} ({area})")
    sys.stdout.flush()


def serve(state, steps, odoo, database, options):
    """Serve until Ctrl-C, SIGTERM or the end of the server."""
    log = state.logfile("odoo-server")
    with steps.step("server"):
        child = odoo.start(database.name, options.port, log, workers=options.workers)
    announce(state, options)
    try:
        child.wait()
    except KeyboardInterrupt:
        print("\nStopping.")
        return 0
    finally:
        odoo.stop(child)
    raise SetupError(f"The server ended by itself: read {log}.")


def stop_on_signal(_number, _frame):
    raise KeyboardInterrupt


def main(arguments=None):
    options = parse(arguments)
    # A shell starts background jobs with Ctrl-C ignored; we obey it all the same.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_on_signal)
    state = State()
    steps = Steps(state)
    try:
        server.require_port(options.port)
        if options.workers:
            server.require_port(options.port + 3)
        state.prepare()
        state.lock()
        cluster, odoo, database = set_up(state, steps, options)
        try:
            return serve(state, steps, odoo, database, options)
        finally:
            cluster.stop()
    except KeyboardInterrupt:
        return 130
    except SetupError as error:
        return report(error)
    except (OSError, shutil.Error) as error:
        return report(explain(error, state.folder))


if __name__ == "__main__":
    sys.exit(main())
