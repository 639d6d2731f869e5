# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Rows on their way into COPY, a buffer at a time."""

import csv
import io


class CopyStream:
    """What psycopg2's copy_expert reads from: the rows of an iterable as CSV.

    None and the empty text become NULL; a tuple becomes a text array.

    :ivar count: rows read so far
    :ivar error: what the iterable raised; PostgreSQL's own error hides it
    """

    def __init__(self, rows):
        self._rows = iter(rows)
        self._rest = b""
        self.count = 0
        self.error = None

    # A stream's read, not that of a model.
    def read(self, size):  # pylint: disable=method-required-super
        """Return at most *size* bytes, none when the rows have ended."""
        while len(self._rest) < size:
            try:
                more = self._next_bytes()
            except Exception as error:
                self.error = error
                raise
            if not more:
                break
            self._rest += more
        chunk, self._rest = self._rest[:size], self._rest[size:]
        return chunk

    def _next_bytes(self, rows=500):
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\n")
        for _number, row in zip(range(rows), self._rows, strict=False):
            writer.writerow([_cell(value) for value in row])
            self.count += 1
        return buffer.getvalue().encode()


def _cell(value):
    if isinstance(value, tuple):
        return "{" + ",".join(value) + "}"
    return value
