# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The files of a delivery, written line by line."""

import csv
from datetime import datetime

import xlsxwriter

from .faults import FLOAT_MARK

DELIVERY_HEADER = (
    "id_keluarga;no_kk;nik;nama;hubungan_keluarga;jenis_kelamin;tanggal_lahir;"
    "kode_wilayah;alamat;rt;rw;desil;status_rumah;lintang;bujur"
).split(";")
AID_HEADER = ["nik", "no_kk", "program"]
ANSWER_HEADER = ["line", "id_keluarga", "code"]
XLSX_ROWS = 1_048_576


class CsvFile:
    """A semicolon-separated file, the first line its header."""

    def __init__(self, path, header, bom=False):
        encoding = "utf-8-sig" if bom else "utf-8"
        self._file = open(path, "w", encoding=encoding, newline="")  # noqa: SIM115
        writer = csv.writer(self._file, delimiter=";", lineterminator="\n")
        self.write = writer.writerow
        self.write(header)

    def merge(self, column, rows):
        raise ValueError("A CSV has no merged cells.")

    def close(self):
        self._file.close()


class XlsxFile:
    """A workbook of one sheet in constant memory; numbers stand as text.

    A NIK or KK that became a float is written as the number it became.
    """

    def __init__(self, path, header):
        self._book = xlsxwriter.Workbook(
            path, {"constant_memory": True, "strings_to_numbers": False}
        )
        # The same request gives the same bytes, whenever it is made.
        self._book.set_properties({"created": datetime(2026, 1, 1)})
        self._sheet = self._book.add_worksheet("delivery")
        self._row = 0
        self.write(header)

    def write(self, row):
        if self._row >= XLSX_ROWS:
            raise ValueError("A sheet holds 1,048,576 rows; write this one as CSV.")
        for column, value in enumerate(row):
            if value.endswith(FLOAT_MARK):
                self._sheet.write_number(self._row, column, float(value))
            elif value:
                self._sheet.write_string(self._row, column, value)
        self._row += 1

    def merge(self, column, rows):
        """Merge *column* over the next *rows* rows, of which the first has the text.

        The writer's own method would write cells of rows that are not there yet, which
        constant memory forbids; so only the range itself is noted.
        """
        self._sheet.merge.append([self._row, column, self._row + rows - 1, column])

    def close(self):
        self._book.close()
