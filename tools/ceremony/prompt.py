# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What the custodians are asked at the keyboard, and never on the command line."""

import getpass
import sys

from protocol.keystore import KeyStoreError, halves

TRIES = 3
_CLEAR = "\033[2J\033[3J\033[H"


def hidden(question):
    """Return what is typed, without showing it."""
    if sys.stdin.isatty():
        return getpass.getpass(question)
    print(question, flush=True)
    return sys.stdin.readline().rstrip("\n")


def confirm(question):
    """Raise unless the answer is ``yes``."""
    print(f"{question} Type yes: ", end="", flush=True)
    if sys.stdin.readline().strip() != "yes":
        raise KeyStoreError("Nothing was done.", "settings")


def half(number):
    """Return the half that custodian *number* types, as text."""
    for left in reversed(range(TRIES)):
        text = hidden(f"Half of custodian {number}: ")
        try:
            halves.read(number, text)
            return text
        except KeyStoreError as error:
            if not left:
                raise
            print(error, flush=True)
    raise AssertionError("a try returns or raises")


def secret():
    """Return the passphrase (bytes) that both custodians type."""
    return halves.secret(half(1), half(2))


def new_secret():
    """Show each custodian a new half, alone; return the passphrase they make."""
    made = []
    for number in (1, 2):
        text = halves.make(number)
        print(
            f"Custodian {number} alone before the screen: write this down on the two "
            f"sheets\nof custodian {number}, then type it back.\n\n    {text}\n",
            flush=True,
        )
        while halves.read(number, half(number)) != halves.read(number, text):
            print("That is another half: type the one above.", flush=True)
        made.append(text)
        if sys.stdout.isatty():
            print(_CLEAR, end="", flush=True)
    return halves.secret(*made)


def pin_halves():
    """Return the PIN (bytes) of a root's token, each custodian typing one half."""
    first = hidden("PIN half of custodian 1: ")
    second = hidden("PIN half of custodian 2: ")
    if len(first) < 4 or len(second) < 4:
        raise KeyStoreError("Each half of the PIN has four characters at least.", "pin")
    return (first + second).encode("utf-8")
