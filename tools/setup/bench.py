# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./bench: set up what is missing, then measure in a database of its own."""

import argparse
import shutil
import subprocess
import sys

from . import packages
from .bring import bring
from .cluster import Cluster
from .proof import Proof
from .state import REPOSITORY, State
from .step import SetupError, Steps, explain, report
from .test import LOCK

NAMES = sorted(
    path.stem
    for path in (REPOSITORY / "tools" / "bench").glob("*.py")
    if "\ndef measure(" in path.read_text(encoding="utf-8")
)


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="./bench",
        description="Measure; each figure on a line: name value unit ratio budget. "
        "The ratio is to the reference in tools/bench, taken in the same run.",
    )
    parser.add_argument("name", nargs="*", help=f"{', '.join(NAMES)}; default all")
    parser.add_argument("--households", type=int, default=300_000)
    options = parser.parse_args(arguments)
    unknown = set(options.name) - set(NAMES)
    if unknown:
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    return options


def main(arguments=None):
    options = parse(arguments)
    state = State()
    try:
        state.prepare()
        state.lock("bench")
        python, library = bring(state, Steps(state), packages.RUN | packages.TEST, LOCK)
        # A cluster that commits for good: what is measured is what is served.
        cluster = Cluster(state, "bench-cluster")
        cluster.create()
        with cluster.running():
            proof = Proof(state, cluster, python, library, "bench")
            proof.install(quick=True)
            return subprocess.run(
                [python, "-m", "tools.bench", "--config", proof.odoo.config]
                + ["--database", proof.database]
                + ["--households", str(options.households)]
                + (options.name or NAMES),
                check=False,
                cwd=REPOSITORY,
                env=proof.environment,
            ).returncode
    except KeyboardInterrupt:
        return 130
    except SetupError as error:
        return report(error)
    except (OSError, shutil.Error) as error:
        return report(explain(error, state.folder))


if __name__ == "__main__":
    sys.exit(main())
