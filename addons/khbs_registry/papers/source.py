# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The rows of a table paper, kept so that it can be drawn once more.

An annex is decided with dots for number and date and signed with both; an excerpt
shows some of its lines. Neither may ask the registry again, which lives on: they are
drawn from the rows that were decided.
"""

import gzip
import io
import json
from datetime import date, datetime

from . import words
from .document import NUMBER, Column, Document

# What belongs to the table itself; head, foot and signature are of each rendering.
_PLAIN = (
    *("title", "subtitle", "paper", "landscape", "group_key", "subgroup_key"),
    *("numbered", "closing"),
)


def dump(document, fileobj):
    """Write *document*'s table into *fileobj*; a row keeps keys of no column too."""
    with gzip.GzipFile(fileobj=fileobj, mode="wb", mtime=0) as file:
        file.write(_line(_frame(document)))
        for row in document.rows():
            file.write(_line(row))


def load(content, keep=None):
    """Return the :class:`Document` that *content*, bytes of :func:`dump`, holds.

    :param keep: takes (number in its group, row, group) and says whether the row
        stays; it stays under its number
    """
    with _lines(content) as lines:
        frame = json.loads(next(lines))
    columns = [Column(**column) for column in frame.pop("columns")]
    as_of = datetime.fromisoformat(frame.pop("as_of"))
    dates = [column.key for column in columns if column.kind == "date"]
    group_key = frame["group_key"]

    def rows():
        group, number = None, 0
        with _lines(content) as file:
            next(file)
            for line in file:
                row = json.loads(line)
                if group_key and row[group_key] != group:
                    group, number = row[group_key], 0
                number += 1
                if keep:
                    if not keep(number, row, group):
                        continue
                    row[NUMBER] = number
                for key in dates:
                    row[key] = row[key] and date.fromisoformat(row[key])
                yield row

    return Document(columns=columns, rows=rows, as_of=as_of, letterhead=None, **frame)


def _lines(content):
    return gzip.GzipFile(fileobj=io.BytesIO(content), mode="rb")


def _frame(document):
    return {
        **{name: getattr(document, name) for name in _PLAIN},
        "as_of": words.utc(document.as_of).isoformat(),
        "columns": [
            {
                "key": column.key,
                "label": column.label,
                "width": column.width,
                "kind": column.kind,
                "total": column.total,
            }
            for column in document.columns
        ],
    }


def _line(value):
    return (json.dumps(value, ensure_ascii=False, default=_plain) + "\n").encode()


def _plain(value):
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is not a value of a paper")
