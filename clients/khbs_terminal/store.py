# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The terminal's database: one SQLite file whose every commit is on the disk."""

import contextlib
import fcntl
import json
import sqlite3
from pathlib import Path

from .errors import TerminalError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);

-- The journal. prev of the first entry is the hash of the device key.
CREATE TABLE IF NOT EXISTS entry (
    seq INTEGER PRIMARY KEY CHECK (seq >= 1),
    prev BLOB NOT NULL CHECK (length(prev) = 32),
    identity BLOB NOT NULL UNIQUE CHECK (length(identity) = 32),
    ev TEXT NOT NULL,
    jws TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS entry_follows BEFORE INSERT ON entry
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entry)
  OR (NEW.seq > 1
      AND NEW.prev IS NOT (SELECT identity FROM entry WHERE seq = NEW.seq - 1))
BEGIN SELECT RAISE(ABORT, 'the entry does not follow the last one'); END;
CREATE TRIGGER IF NOT EXISTS entry_keeps BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS entry_stays BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- Signatures asked of a card that no claim or deny has answered yet.
CREATE TABLE IF NOT EXISTS intent (
    jti TEXT PRIMARY KEY,
    card_no TEXT NOT NULL
);
-- Claims made here; an entitlement is given offline at most once.
CREATE TABLE IF NOT EXISTS claim (
    seq INTEGER PRIMARY KEY REFERENCES entry (seq),
    jti TEXT NOT NULL UNIQUE,
    lease TEXT,
    total INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS given (
    e TEXT PRIMARY KEY,
    seq INTEGER NOT NULL REFERENCES claim (seq)
);
-- What this chain says of a card, whatever the list says: activated or blocked.
CREATE TABLE IF NOT EXISTS card_note (
    card_no TEXT NOT NULL,
    note TEXT NOT NULL CHECK (note IN ('activated', 'blocked')),
    PRIMARY KEY (card_no, note)
);
-- What the server last said of the lines of an entry.
CREATE TABLE IF NOT EXISTS outcome (
    seq INTEGER NOT NULL,
    e TEXT,
    code TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS outcome_seq ON outcome (seq);
"""


class Store:
    """Open database of one terminal; one process at a time.

    :param folder: the terminal's folder, made if it is not there
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Set before anything is opened, for close() on the way out.
        self._database = None
        self._lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise TerminalError("Terminal ini sedang dipakai program lain.") from error
        path = self.folder / "journal.sqlite"
        # Names stand in it; the files that SQLite puts beside it take its mode.
        path.touch(mode=0o600)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        # FULL: a commit returns when the write-ahead log is on the disk.
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten: a lost terminal erases the names it holds.
        self._database.execute("PRAGMA secure_delete = ON")
        self._database.executescript(_SCHEMA)

    def close(self):
        if self._database is not None:
            self._database.close()
            self._database = None
        self._lock.close()

    def execute(self, statement, *values):
        return self._database.execute(statement, values)

    def one(self, statement, *values):
        """Return the first column of the first row, or None."""
        row = self.execute(statement, *values).fetchone()
        return row[0] if row else None

    @contextlib.contextmanager
    def transaction(self):
        """All that is written inside is on the disk when this ends, or none of it."""
        if self._database.in_transaction:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    def scrub(self):
        """Leave nothing of deleted rows in the write-ahead log either."""
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def get(self, key, default=None):
        value = self.one("SELECT value FROM setting WHERE key = ?", key)
        return default if value is None else json.loads(value)

    def put(self, key, value):
        self.execute(
            "INSERT INTO setting VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key,
            json.dumps(value),
        )

    def drop(self, *keys):
        for key in keys:
            self.execute("DELETE FROM setting WHERE key = ?", key)
