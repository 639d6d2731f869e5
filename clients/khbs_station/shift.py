# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A shift at the reader: job after job, card after card, and what the operator sees.

A *reader* has ``wait(present)``, which returns when a card is there or has been
taken out, and ``connect()``, which returns the connection to the card.
"""

import contextlib
import time

from . import personalise

INSERT = "Masukkan kartu kosong."
REMOVE = "Keluarkan kartu."
FINISHED = "Tidak ada pekerjaan lagi."
RESULTS = {
    personalise.DONE: "selesai",
    personalise.REFUSED: "kartu ditolak, pakai kartu lain",
    personalise.QUARANTINED: "kartu dikarantina, pakai kartu lain",
    personalise.REJECTED: "kartu rusak, pekerjaan dibatalkan",
}


class Shift:
    """Counts and rate of one run of the station.

    :param say: prints one line
    """

    def __init__(self, server, personaliser, reader, say=print):
        self.server = server
        self.personaliser = personaliser
        self.reader = reader
        self.say = say
        self.counts = dict.fromkeys(RESULTS, 0)
        self._busy = 0.0

    def run(self, limit=None):
        """Work until no job is left or *limit* cards are finished.

        :return: dict of counts by kind of outcome
        """
        while limit is None or self.counts[personalise.DONE] < limit:
            job = self.server.next_job()
            if job is None:
                self.say(FINISHED)
                break
            self._one(job)
        return self.counts

    def _one(self, job):
        self.say(f"{job['card_no']}: {INSERT}")
        self.reader.wait(True)
        start = time.monotonic()
        try:
            outcome = self._personalise(job)
        except ConnectionError:
            self.say(
                f"{job['card_no']}: kartu terlepas; masukkan lagi kartu yang sama. "
                + REMOVE
            )
        else:
            self._busy += time.monotonic() - start
            self._tell(outcome, time.monotonic() - start)
        self.reader.wait(False)

    def _personalise(self, job):
        connection = self.reader.connect()
        try:
            return self.personaliser.personalise(connection, job)
        finally:
            with contextlib.suppress(ConnectionError):
                connection.close()

    def _tell(self, outcome, seconds):
        self.counts[outcome.kind] += 1
        text = f"{outcome.card_no}: {RESULTS[outcome.kind]}"
        if outcome.why:
            text += f" ({outcome.why})"
        done = self.counts[personalise.DONE]
        if outcome.kind == personalise.DONE:
            text += f" dalam {seconds:.1f} detik"
        if done:
            rate = round(done * 3600 / self._busy)
            text += f"; {done} kartu, {rate} kartu/jam tanpa waktu tunggu"
        self.say(f"{text}. {REMOVE}")
