# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What stands for the scan of a paper that somebody signed."""

import io

from pypdf import PdfWriter

from .client import as_base64

# F4 in points.
WIDTH, HEIGHT = 609, 935


def scan(pages=1):
    """Return blank pages as the text that a Binary field takes."""
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(width=WIDTH, height=HEIGHT)
    file = io.BytesIO()
    writer.write(file)
    return as_base64(file.getvalue())
