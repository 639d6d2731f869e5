# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measure the figures named on the command line."""

import argparse
import importlib

from .context import Bench


def main():
    parser = argparse.ArgumentParser(prog="python -m tools.bench")
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--households", type=int, required=True)
    parser.add_argument("name", nargs="+")
    options = parser.parse_args()
    bench = Bench(options.config, options.database, options.households)
    for name in options.name:
        for figure in importlib.import_module(f"tools.bench.{name}").measure(bench):
            print(figure, flush=True)


if __name__ == "__main__":
    main()
