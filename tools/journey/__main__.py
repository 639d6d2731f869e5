# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Play the journey against a running server."""

import argparse
import importlib
import os
import time

from .client import Journey
from .users import DEMO_USERS

# A module's run(), or the function that stands after the dot.
STATIONS = [
    "users",
    "registry",
    "claims.round",
    "cards",
    "claims.transfer",
    "claims.delivery",
    "edc",
    "documents",
    "bkk",
    "claims.recap",
    "audit",
]


def play(journey, stations=None):
    """Run the stations in order."""
    for name in stations or STATIONS:
        begin = time.monotonic()
        module, _dot, function = name.partition(".")
        station = importlib.import_module(f"tools.journey.{module}")
        getattr(station, function or "run")(journey)
        print(f"{name}: {time.monotonic() - begin:.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="python -m tools.journey")
    parser.add_argument("--url", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--folder", required=True)
    options = parser.parse_args()
    # Its people have the day of the province, whatever the machine's.
    os.environ["TZ"] = "Asia/Pontianak"
    time.tzset()
    passwords = dict.fromkeys(DEMO_USERS, os.environ["KHBS_DEMO_PASSWORD"])
    passwords["admin"] = os.environ["KHBS_ADMIN_PASSWORD"]
    play(Journey(options.url, options.database, passwords, options.folder))


if __name__ == "__main__":
    main()
