# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the operator sees: one line after the other, or large on a terminal.

A *sign* is what can be read from a metre: a word or two in letters five lines high,
in the colour of what is to be done.
"""

import shutil
import sys
import termios
import textwrap

RED, GREEN, YELLOW, BLUE = 41, 42, 43, 44
# The sign and colour of each kind of message.
SIGNS = {
    "insert": ("MASUKKAN KARTU", BLUE),
    "work": ("TUNGGU", YELLOW),
    "done": ("SELESAI", GREEN),
    "refused": ("TUKAR KARTU", YELLOW),
    "quarantined": ("KARANTINA", RED),
    "rejected": ("KARTU RUSAK", RED),
    "gone": ("KARTU LEPAS", YELLOW),
    "slip": ("SLIP GAGAL", RED),
    "offline": ("SERVER PUTUS", YELLOW),
    "ask": ("PINDAI NOMOR", BLUE),
    "misprint": ("SALAH CETAK", RED),
    "end": ("HABIS", GREEN),
}
# Four columns of each letter as a hexadecimal digit a row; M and W need a fifth.
_FONT = {
    "A": "69f99",
    "B": "e9e9e",
    "C": "78887",
    "D": "e999e",
    "E": "f8e8f",
    "F": "f8e88",
    "G": "78b97",
    "H": "99f99",
    "I": "e444e",
    "K": "9aca9",
    "L": "8888f",
    "N": "9dbb9",
    "O": "69996",
    "P": "e9e88",
    "R": "e9ea9",
    "S": "7861e",
    "T": "e4444",
    "U": "99996",
    "V": "999a4",
    "Y": "99711",
    " ": "00000",
}
_WIDE = {"M": (17, 27, 21, 17, 17), "W": (17, 17, 21, 27, 17)}


class Screen:
    """Plain lines: for a log, a pipe, or whoever wants them.

    :param out: text stream
    """

    def __init__(self, out=None):
        self._out = out or sys.stdout

    def show(self, kind, text, progress=None):
        """Show a message of *kind* (of ``SIGNS``) and how far the shift is."""
        self._print(text if progress is None else f"{text} [{summary(progress)}]")

    def step(self, number, total, name):
        """Show which step of a card's work has begun."""

    def ask(self, question):
        """Return the line that the operator scans or types, or None at the end."""
        if sys.stdin.isatty():
            # What was scanned before it was asked for belongs to another card.
            termios.tcflush(sys.stdin, termios.TCIFLUSH)
        self._print(question)
        line = sys.stdin.readline()
        return line.strip() if line else None

    def _print(self, text):
        print(text, file=self._out, flush=True)


class BigScreen(Screen):
    """A terminal, cleared at every message."""

    _kind = None

    def show(self, kind, text, progress=None):
        self._kind = kind
        word, colour = SIGNS[kind]
        columns = shutil.get_terminal_size().columns
        lines = ["\x1b[2J\x1b[H", f"\x1b[1;97;{colour}m"]
        lines += [row.ljust(columns) for row in ["", *sign(word, columns), ""]]
        lines += ["\x1b[0m", ""]
        lines += [
            f"\x1b[1m  {line}\x1b[0m" for line in textwrap.wrap(text, columns - 4)
        ]
        if progress is not None:
            lines += ["", *self._progress(progress, columns)]
        self._print("\n".join(lines))

    @staticmethod
    def _progress(progress, columns):
        rows = textwrap.wrap(summary(progress), columns - 4)
        total = progress.limit or (progress.done + (progress.waiting or 0))
        if total:
            filled = min(columns - 4, progress.done * (columns - 4) // total)
            rows.append("█" * filled + "░" * (columns - 4 - filled))
        return ["  " + row for row in rows]

    def step(self, number, total, name):
        if self._kind == "offline":
            self.show("work", "Server menjawab lagi. Jangan cabut kartu.")
        text = f"  {number}/{total} {name}"
        print(f"\r{text:<60}", end="", file=self._out, flush=True)


def choose(plain=False):
    """Return the screen that fits where the program runs."""
    return Screen() if plain or not sys.stdout.isatty() else BigScreen()


NAMES = {
    "done": "selesai",
    "refused": "ditukar",
    "quarantined": "karantina",
    "rejected": "rusak",
    "misprint": "salah cetak",
}


def summary(progress):
    """Return counts, rate and expected end in one line."""
    parts = [
        f"{count} {NAMES[kind]}"
        for kind, count in progress.counts.items()
        if count or kind == "done"
    ]
    if progress.limit:
        parts[0] += f" dari {progress.limit}"
    if progress.waiting is not None:
        parts.append(f"{progress.waiting} menunggu")
    if progress.per_hour:
        parts.append(f"{progress.per_hour} kartu/jam")
    if progress.end:
        parts.append(f"kira-kira selesai pukul {progress.end}")
    return ", ".join(parts)


def sign(word, columns):
    """Return *word* in large letters, or as it is where it does not fit."""
    rows = [" ".join(_letter(letter, row) for letter in word) for row in range(5)]
    if len(rows[0]) + 2 > columns:
        return [f"  {word}"]
    return ["  " + row for row in rows]


def _letter(letter, row):
    if letter in _WIDE:
        bits, width = _WIDE[letter][row], 5
    else:
        bits, width = int(_FONT[letter][row], 16), 4
    return f"{bits:0{width}b}".replace("0", " ").replace("1", "█")
