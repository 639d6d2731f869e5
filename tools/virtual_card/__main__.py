# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Make a virtual card, put it into a virtual reader, take it out.

::

    python -m tools.virtual_card new card.json
    python -m tools.virtual_card insert card.json --port 35963
    python -m tools.virtual_card eject card.json
"""

import argparse
import contextlib
import os
import signal
import sys
from pathlib import Path

from . import Memory, Slot, VirtualCard, memory, vpcd

ALGORITHMS = {
    "3des": memory.TRIPLE_DES,
    "aes128": memory.AES_128,
    "aes192": memory.AES_192,
    "aes256": memory.AES_256,
}


def main(arguments=None):
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    return options.action(options)


def _parser():
    parser = argparse.ArgumentParser(prog="virtual_card", description=__doc__)
    actions = parser.add_subparsers(required=True)
    new = actions.add_parser("new", help="make a blank card")
    new.add_argument("card", type=Path)
    new.add_argument("--algorithm", choices=ALGORITHMS, default="3des")
    new.add_argument("--key", default=memory.FACTORY_KEY, help="9B in hex")
    new.add_argument("--profile", choices=["nist", "yubico"], default="nist")
    new.set_defaults(action=_new)
    insert = actions.add_parser("insert", help="put it in until it is ejected")
    insert.add_argument("card", type=Path)
    insert.add_argument("--port", type=int, default=vpcd.DEFAULT_PORT)
    insert.set_defaults(action=_insert)
    eject = actions.add_parser("eject", help="take it out")
    eject.add_argument("card", type=Path)
    eject.set_defaults(action=_eject)
    return parser


def _new(options):
    if options.card.exists():
        print(f"{options.card} exists", file=sys.stderr)
        return 1
    Memory.blank(
        options.card,
        algorithm=ALGORITHMS[options.algorithm],
        key=options.key,
        profile=options.profile,
    )
    return 0


def _insert(options):
    slot = Slot(options.port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    holder = _holder(options.card)
    holder.write_text(str(os.getpid()))
    try:
        slot.insert(VirtualCard.open(options.card))
        slot.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        slot.eject()
        holder.unlink(missing_ok=True)
    return 0


def _eject(options):
    try:
        process = int(_holder(options.card).read_text())
    except (FileNotFoundError, ValueError):
        print("not in a reader", file=sys.stderr)
        return 1
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
    return 0


def _holder(card):
    return card.with_suffix(".pid")


if __name__ == "__main__":
    sys.exit(main())
