# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The refused rows as the sender gets them back: own columns, code, sentence."""

import xlsxwriter

from .reasons import sentence

CODE_COLUMN = "kode_penolakan"
SENTENCE_COLUMN = "alasan_penolakan"
# A sheet has 1,048,576 rows, the first is the head; xlsxwriter drops what lies below.
MOST_ROWS = 1_048_575


def write(file, table, refused, say=sentence):
    """Write an XLSX into *file* in constant memory; return the number of its rows.

    :param table: DeliveredTable of the delivery
    :param refused: iterable of (line, reason codes) in the order of the file, at most
        MOST_ROWS
    :param say: returns the sentence of reason codes
    """
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    try:
        sheet = book.add_worksheet("ditolak")
        # Texts stay texts: a NIK must not become a number on its way back.
        as_text = book.add_format({"num_format": "@"})
        written = 0
        width = _own_width(table.header)
        head = [*table.header[:width], CODE_COLUMN, SENTENCE_COLUMN]
        _write_row(sheet, 0, head, as_text)
        rows = table.rows()
        for line, codes in refused:
            cells = _cells_of(line, rows)
            written += 1
            padded = cells[:width] + [""] * (width - len(cells))
            # What a row has too many stands behind the reason.
            row = [*padded, ", ".join(codes), say(codes), *cells[len(table.header) :]]
            _write_row(sheet, written, row, as_text)
        sheet.freeze_panes(1, 0)
    finally:
        book.close()
    return written


def _own_width(header):
    """Return how many columns are the sender's; a corrected reject file has ours."""
    if header[-2:] == [CODE_COLUMN, SENTENCE_COLUMN]:
        return len(header) - 2
    return len(header)


def _cells_of(wanted, rows):
    """Return the cells of line *wanted*, reading *rows* on until there."""
    for line, cells, _values in rows:
        if line == wanted:
            return cells
    raise ValueError(f"line {wanted} is not in the file")


def _write_row(sheet, number, cells, as_text):
    for column, cell in enumerate(cells):
        sheet.write_string(number, column, cell, as_text)
