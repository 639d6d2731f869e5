# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sealed slip with a card's PIN: it goes to the printer and nowhere else.

The printer is a command that takes the text on its standard input, or a device. No
part of a PIN is shown, kept in a file or named in a message.
"""

import os
import select
import shlex
import stat
import subprocess
import time
from dataclasses import dataclass

from .issued import wipe

# Seconds in which a slip must be out.
PATIENCE = 60
AGAIN = (
    "Musnahkan slip yang telanjur tercetak, periksa pencetak dan kertasnya, lalu "
    "masukkan lagi kartu yang sama: kartu itu mendapat PIN baru."
)
LAYOUT = """

    KARTU HUMA BETANG SEJAHTERA
    Provinsi Kalimantan Tengah

    SLIP PIN - RAHASIA

    Nomor kartu : {card_no}
    PIN         : {pin}

    Simpan terpisah dari kartu. Jangan beritahukan
    kepada siapa pun; petugas tidak pernah bertanya.
    Salah tiga kali mengunci PIN: mintalah PIN baru
    di kantor. Slip terbaru yang berlaku.

    Dicetak {when} di stasiun {tid}
\f"""
TRIAL = b"UJI CETAK"


class SlipError(Exception):
    """The slip was not printed; the text says what to do."""


@dataclass
class SlipPrinter:
    """Where slips come out.

    :ivar tid: station, printed on the slip
    :ivar command: program with its arguments, or empty
    :ivar device: path of a printer's device, or empty
    """

    tid: str
    command: str = ""
    device: str = ""
    patience: float = PATIENCE

    def print(self, card_no, pin):
        """Print the slip of one card.

        :param pin: bytes of digits
        :raises SlipError: it did not come out, or nobody can tell
        """
        self._put(
            self._text(card_no, b" ".join(pin[at : at + 1] for at in range(len(pin))))
        )

    def trial(self):
        """Print a slip without a PIN."""
        self._put(self._text("KH00 0000000 00", TRIAL))

    def _text(self, card_no, pin):
        when = time.strftime("%d-%m-%Y %H.%M")
        before, after = LAYOUT.format(
            card_no=card_no, pin="\0", when=when, tid=self.tid
        ).split("\0")
        return bytearray(before.encode("ascii") + pin + after.encode("ascii"))

    def _put(self, text):
        try:
            (self._run if self.command else self._write)(text)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            # The error names the program or the device, never what was sent to it.
            raise SlipError(
                f"Slip PIN tidak tercetak ({_brief(error)}). {AGAIN}"
            ) from None
        finally:
            wipe(text)

    def _run(self, text):
        done = subprocess.run(
            shlex.split(self.command),
            input=text,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=self.patience,
            check=False,
        )
        if done.returncode:
            raise OSError(f"perintah cetak berakhir dengan {done.returncode}")

    def _write(self, text):
        handle = os.open(self.device, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            if stat.S_ISREG(os.fstat(handle).st_mode) or os.isatty(handle):
                raise OSError(f"{self.device} bukan pencetak")
            limit = time.monotonic() + self.patience
            rest = memoryview(text)
            while rest:
                _readable, ready, _failed = select.select(
                    [], [handle], [], max(0, limit - time.monotonic())
                )
                if not ready:
                    raise OSError(f"{self.device} tidak menerima data")
                rest = rest[os.write(handle, rest) :]
            rest.release()
        finally:
            os.close(handle)


def _brief(error):
    if isinstance(error, subprocess.TimeoutExpired):
        return f"pencetak tidak selesai dalam {error.timeout:.0f} detik"
    return getattr(error, "strerror", None) or str(error)
