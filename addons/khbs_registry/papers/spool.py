# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A reportlab canvas that keeps its finished pages on disk.

reportlab holds the operators of every page as text until the file is saved: 35 KB a
page. Here a page goes compressed into a temporary file as soon as it is finished, and
the PDF is written piece by piece, so memory hardly grows with the pages.
"""

import tempfile
import zlib

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream
from reportlab.pdfgen.canvas import Canvas


class _SpooledStream(PDFStream):
    """The content of one page, read from the spool when it is written."""

    def __init__(self, spool, offset, length, output):
        super().__init__(
            dictionary=PDFDictionary({"Filter": PDFArray([PDFName("FlateDecode")])})
        )
        self._place = (spool, offset, length)
        self._output = output

    def format(self, document):
        self._write_through(document.__accum__)
        spool, offset, length = self._place
        spool.seek(offset)
        self.content = spool.read(length)
        try:
            return super().format(document)
        finally:
            self.content = None

    def _write_through(self, file):
        """Let what reportlab collects of the PDF go to the output at once."""
        for piece in file.strings:
            self._output.write(piece)
        file.strings.clear()
        file.write = self._output.write


class SpooledCanvas(Canvas):
    """A canvas for papers of thousands of pages; close it after saving.

    It writes into a file object, which is its first argument.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._spool = tempfile.TemporaryFile()

    def showPage(self):  # noqa: N802 - reportlab's name
        """End the page and put its content on the spool."""
        result = super().showPage()
        page = self._doc.Pages.pages[-1]
        content = zlib.compress(page.stream.encode("latin-1"))
        page.Contents = _SpooledStream(
            self._spool, self._spool.tell(), len(content), self._filename
        )
        page.stream = None
        self._spool.write(content)
        return result

    def close(self):
        """Remove the spool."""
        self._spool.close()
