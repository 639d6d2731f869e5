# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The journal: signed entries, each naming the one before it."""

from . import encoding, identifiers, jws
from .errors import TerminalError, VerificationError

MAX_ENTRY = 8 * 1024
MAX_BATCH = 200
# Room for the frame of the request within the 1 MiB of a body.
MAX_BATCH_BYTES = 2**20 - 4096


class Journal:
    """Append-only journal of one terminal.

    :param store: the terminal's Store
    :param key: the device key
    :param clock: object with ``wall()``, ``mono()`` and ``boot_id()``
    """

    def __init__(self, store, tid, prg, key, clock):
        self._store = store
        self._tid = tid
        self._prg = prg
        self._key = key
        self._clock = clock
        self.genesis = encoding.sha256(identifiers.spki(key.public_key()))
        self.kid = f"{tid}.1"

    @property
    def last_seq(self):
        return self._store.one("SELECT max(seq) FROM entry") or 0

    @property
    def head(self):
        """Identity of the last entry; before the first, what it has to name."""
        return self.identity(self.last_seq)

    def identity(self, seq):
        """Return the identity of entry *seq*; 0 is the hash of the device key."""
        if seq == 0:
            return self.genesis
        return self._store.one("SELECT identity FROM entry WHERE seq = ?", seq)

    def now(self):
        """Return the terminal's time: the wall clock, set right by the last sync."""
        return self._clock.wall() + self._store.get("clock_offset", 0)

    def append(self, ev, d, mono=None):
        """Sign and store one entry; return its seq.

        It is on the disk when the transaction that it stands in has ended.

        :param mono: milliseconds since boot of the event, now by default
        """
        with self._store.transaction():
            seq, prev = self.last_seq + 1, self.head
            payload = {
                "prg": self._prg,
                "tid": self._tid,
                "seq": seq,
                "prev": encoding.b64url(prev),
                "at": self.now(),
                "mono": self._clock.mono() if mono is None else mono,
                "boot": self._boot(),
                "lst": self._store.get("lst", 0),
                "lse": self._store.get("lse"),
                "ev": ev,
                "d": d,
            }
            text = jws.sign(self._key, self.kid, "khbs-jrn+jwt", payload)
            if len(text) > MAX_ENTRY:
                raise TerminalError("Catatan jurnal terlalu besar.")
            self._store.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
                seq,
                prev,
                jws.parse(text).identity,
                ev,
                text,
            )
        return seq

    def batch(self, start, end=None):
        """Return the texts of entries from *start* on that fit one push."""
        texts, size = [], 0
        for (text,) in self._store.execute(
            "SELECT jws FROM entry WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?",
            start,
            self.last_seq if end is None else end,
            MAX_BATCH,
        ):
            size += len(text) + 3
            if size > MAX_BATCH_BYTES:
                break
            texts.append(text)
        return texts

    def entries(self, start=1):
        """Yield the parsed entries from *start* on."""
        for (text,) in self._store.execute(
            "SELECT jws FROM entry WHERE seq >= ? ORDER BY seq", start
        ):
            yield jws.parse(text)

    def verify(self):
        """Raise VerificationError unless every entry is signed and chained."""
        prev, key = self.genesis, self._key.public_key()
        for seq, entry in enumerate(self.entries(), start=1):
            jws.check_signature(entry, key)
            if (
                entry.payload["seq"] != seq
                or entry.payload["prev"] != encoding.b64url(prev)
                or entry.identity != self.identity(seq)
            ):
                raise VerificationError(f"jurnal putus pada catatan {seq}")
            prev = entry.identity

    def _boot(self):
        """Return the number of this boot, counted by this terminal."""
        boot_id = self._clock.boot_id()
        counter, last = self._store.get("boot", [0, None])
        if boot_id != last:
            counter += 1
            self._store.put("boot", [counter, boot_id])
        return counter
