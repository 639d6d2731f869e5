# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Several PDF files as one."""

from pypdf import PdfReader, PdfWriter


def join(parts, fileobj, title=None):
    """Write the pages of *parts*, in order, as one PDF into *fileobj*.

    :param parts: readable binary files
    :return: number of pages
    """
    writer = PdfWriter()
    for part in parts:
        writer.append(part, import_outline=False)
    if title:
        writer.add_metadata({"/Title": title})
    writer.write(fileobj)
    return len(writer.pages)


def page_count(fileobj):
    """Return the number of pages of a PDF file."""
    return len(PdfReader(fileobj).pages)
