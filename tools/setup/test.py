# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./test: set up what is missing, then lint and run every test."""

import argparse
import os
import shutil
import signal
import sys

from . import packages
from .bring import bring
from .cluster import Cluster
from .proof import Proof
from .state import REPOSITORY, State
from .step import SetupError, Steps, explain, report

LOCK = "requirements-test.lock"


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="./test",
        description="Prove KHBS: lint, plain tests, addons, journeys, Odoo's runner.",
        epilog="Quick loop: ./test addons/khbs_claims -k double. "
        "What is not named here goes to pytest.",
    )
    parser.add_argument(
        "--full",
        nargs="?",
        const="all",
        metavar="PART",
        help="the long proofs, or one part of them: a folder of tests/full",
    )
    return parser.parse_known_args(arguments)


def parts(wanted):
    """Return the folders of the long proofs that *wanted* names."""
    root = REPOSITORY / "tests" / "full"
    known = sorted(path.name for path in root.iterdir() if path.is_dir())
    if wanted != "all" and wanted not in known:
        raise SetupError(f"No such part: {wanted}. There are: {', '.join(known)}.")
    return [root / name for name in known if wanted in ("all", name)]


def prove(proof, options, rest):
    """Run what was asked for."""
    if options.full:
        proof.install(quick=True)
        proof.plain([str(path) for path in parts(options.full)] + rest)
        return
    paths = [argument for argument in rest if os.path.exists(argument.split("::")[0])]
    if not rest:
        proof.everything()
        return
    if not paths:
        raise SetupError("Name a file or folder: ./test addons/khbs_claims -k double")
    proof.install(quick=True)
    if all(path.startswith("addons") for path in paths):
        proof.addons(rest)
    else:
        proof.plain(rest)


def main(arguments=None):
    options, rest = parse(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    state = State()
    steps = Steps(state)
    try:
        state.prepare()
        state.lock("test")
        python, library = bring(state, steps, packages.RUN | packages.TEST, LOCK)
        cluster = Cluster(state, "test-cluster", throwaway=True)
        with steps.step("cluster"):
            cluster.create()
        with cluster.running():
            proof = Proof(state, cluster, python, library)
            prove(proof, options, rest)
            return proof.conclude()
    except KeyboardInterrupt:
        return 130
    except SetupError as error:
        return report(error)
    except (OSError, shutil.Error) as error:
        return report(explain(error, state.folder))


if __name__ == "__main__":
    sys.exit(main())
