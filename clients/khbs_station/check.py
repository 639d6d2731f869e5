# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Step 10: the number on the printed card is that of its chip.

The card lies in a second reader and proves itself; the number comes from a scanner
that types like a keyboard, or from the operator.
"""

from .genuine import GenuineCard, NotGenuine, is_number
from .progress import Progress
from .screen import Screen
from .server import MISPRINT, RpcError
from .shift import GONE, REMOVE, connected

INSERT = "Masukkan kartu yang sudah dicetak."
# What the operator types where neither QR code nor number can be read.
UNREADABLE = "?"
ASK = (
    "Pindai QR pada kartu, atau ketik nomor tercetak (kosong = lewati kartu ini, "
    f"{UNREADABLE} = cetakan tidak terbaca):"
)
NO_NUMBER = "{text} bukan nomor kartu: salah pindai atau salah ketik. Ulangi."
CONFIRMATION = "MUSNAHKAN"
DIFFERENT = (
    "Nomor tercetak {printed}, chip {chip}: tidak sama. Pastikan yang dipindai kartu "
    "di pembaca ini. Bila cetakannya memang salah, kartu harus dimusnahkan dan dibuat "
    f"ulang: ketik {CONFIRMATION}. Selain itu tidak ada yang diubah:"
)
NOT_READ = (
    "{chip}: cetakan dinyatakan tidak terbaca, QR maupun nomornya. Kartu harus "
    f"dimusnahkan dan dibuat ulang: ketik {CONFIRMATION}. Selain itu tidak ada yang "
    "diubah:"
)
KEPT = "{chip}: tidak ada yang diubah. Sisihkan kartu, periksa lagi nanti."
SPOILED = (
    "{chip}: tercatat salah cetak. Gunting chipnya, simpan untuk berita acara; "
    "penggantinya sudah mengantre."
)
PRINTED = "done"
SKIPPED = "refused"
MISPRINTED = "misprint"


class Check:
    """One run of the second reader."""

    def __init__(self, server, trust, reader, screen=None):
        self.server = server
        self.trust = trust
        self.reader = reader
        self.screen = screen or Screen()
        self.progress = Progress((PRINTED, SKIPPED, MISPRINTED))

    def run(self, limit=None):
        """Check cards until the input ends or *limit* of them were right.

        :return: dict of counts by kind of outcome
        """
        self.progress.limit = limit
        while limit is None or self.progress.done < limit:
            self.screen.show("insert", INSERT)
            self.reader.wait(True)
            try:
                with connected(self.reader) as connection:
                    if not self._one(GenuineCard(connection, self.trust)):
                        break
            except NotGenuine as error:
                self._tell(SKIPPED, str(error))
            except ConnectionError:
                self.screen.show("gone", f"Nomor belum diperiksa: {GONE} {REMOVE}")
            self.reader.wait(False)
        return self.progress.counts

    def _one(self, card):
        """Compare one card; return False when there is nothing more to read."""
        number = self._number(card)
        if number is None:
            return False
        if not number:
            self._tell(SKIPPED, f"{card.card_no}: dilewati, belum diperiksa.")
            return True
        if number == UNREADABLE:
            return self._spoil(card, None, NOT_READ.format(chip=card.card_no))
        try:
            answer = self._compare(card, number)
        except RpcError as error:
            if error.code == MISPRINT:
                text = DIFFERENT.format(printed=number, chip=card.card_no)
                return self._spoil(card, number, text)
            text = f"{card.card_no}: ditolak server ({error}). {error.advice}"
            self._tell(SKIPPED, text)
            return True
        self._tell(PRINTED, f"{number}: cocok, tercatat {answer['state']}.")
        return True

    def _number(self, card):
        """Return what the plastic bears: a number, or ``UNREADABLE``.

        :return: "" to skip the card, None at the end of the input
        """
        self.screen.show("ask", f"Chip terbaca dan sah. {ASK}")
        while (text := self.screen.ask("Nomor tercetak:")) is not None:
            number = "".join(text.upper().split())
            if number in ("", UNREADABLE) or is_number(number):
                return number
            self.screen.show("ask", NO_NUMBER.format(text=text[:40]))
        return None

    def _spoil(self, card, number, text):
        """Write a misprint off if the operator confirms it; False at the input's end.

        :param number: on the plastic, None if it cannot be read
        """
        self.screen.show("misprint", text)
        answer = self.screen.ask(f"Ketik {CONFIRMATION} atau kosongkan:")
        if answer is None or answer.upper() != CONFIRMATION:
            self._tell(SKIPPED, KEPT.format(chip=card.card_no))
            return answer is not None
        try:
            self._compare(card, number, spoil=True)
        except RpcError as error:
            text = f"{card.card_no}: ditolak server ({error}). {error.advice}"
            self._tell(SKIPPED, text)
        else:
            self._tell(MISPRINTED, SPOILED.format(chip=card.card_no))
        return True

    def _compare(self, card, number, spoil=False):
        # Signed only now: the operator may have taken a while.
        proof = card.prove(self.server.settings)
        return self.server.card_check(number, proof, spoil)

    def _tell(self, kind, text):
        self.progress.count(kind)
        self.screen.show(kind, f"{text} {REMOVE}", self.progress)
