# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A shift at the reader: job after job, card after card, and what the operator sees.

A *reader* has ``wait(present)``, which returns when a card is there or has been
taken out, and ``connect()``, which returns the connection to the card.
"""

import contextlib
import time

from . import aside, personalise
from .progress import Progress
from .screen import Screen
from .slip import SlipError

INSERT = "Masukkan kartu kosong."
REMOVE = "Keluarkan kartu."
FINISHED = "Tidak ada pekerjaan lagi."
RESULTS = {
    personalise.DONE: "selesai",
    personalise.REFUSED: "kartu ditolak, pakai kartu lain",
    personalise.QUARANTINED: "kartu dikarantina, simpan terpisah, pakai kartu lain",
    personalise.REJECTED: "kartu rusak, musnahkan bersama slip PIN-nya",
}
GONE = "kartu terlepas; masukkan lagi kartu yang sama."


@contextlib.contextmanager
def connected(reader):
    """Connect to the card in *reader*; others may have it afterwards."""
    connection = reader.connect()
    try:
        yield connection
    finally:
        with contextlib.suppress(ConnectionError):
            connection.close()


class Shift:
    """One run of the station.

    :param screen: ``screen.Screen``
    """

    def __init__(self, server, personaliser, reader, screen=None):
        self.server = server
        self.personaliser = personaliser
        self.reader = reader
        self.screen = screen or Screen()
        self.progress = Progress(RESULTS)

    def run(self, limit=None):
        """Work until no job is left or *limit* cards are finished.

        :return: dict of counts by kind of outcome
        """
        self.progress.limit = limit
        while limit is None or self.progress.done < limit:
            note = self._settle()
            job = self.server.next_job()
            if job is None:
                self.screen.show("end", FINISHED + note)
                break
            self.progress.heard(job.get("waiting"))
            self._one(job, note)
        return self.progress.counts

    def _settle(self):
        """Tell of the blanks put away; return what the operator is to know of it.

        What the server cannot take now stops nobody.
        """
        store = self.personaliser.store
        hindrance = aside.settle(store, self.server)
        if hindrance is None:
            return ""
        return (
            f" {len(store.owed())} laporan kartu yang dikarantina belum diterima "
            f"server ({hindrance}); laporan disimpan dan dikirim lagi pada giliran "
            f"berikutnya. {hindrance.advice}"
        )

    def _one(self, job, note):
        number = job["card_no"]
        self.screen.show("insert", f"{number}: {INSERT}{note}")
        self.reader.wait(True)
        start = time.monotonic()
        self.screen.show("work", f"{number}: jangan cabut kartu.")
        try:
            with connected(self.reader) as connection:
                outcome = self.personaliser.personalise(connection, job)
        except ConnectionError:
            self.screen.show("gone", f"{number}: {GONE} {REMOVE}")
        except SlipError as error:
            self.screen.show("slip", f"{number}: {error} {REMOVE}")
        else:
            self._tell(outcome, time.monotonic() - start)
        self.reader.wait(False)

    def _tell(self, outcome, seconds):
        self.progress.count(outcome.kind)
        text = f"{outcome.card_no}: {RESULTS[outcome.kind]}"
        if outcome.why:
            text += f" ({outcome.why})"
        if outcome.kind == personalise.DONE:
            text += f" dalam {seconds:.1f} detik"
        self.screen.show(outcome.kind, f"{text}. {REMOVE}", self.progress)
