# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Several PDF files as one."""

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject


def join(parts, fileobj, title=None, signable=False):
    """Write the pages of *parts*, in order, as one PDF into *fileobj*.

    :param parts: readable binary files
    :param signable: with an empty form, to which a signature is the first change
    :return: number of pages
    """
    writer = PdfWriter()
    for part in parts:
        writer.append(part, import_outline=False)
    if title:
        writer.add_metadata({"/Title": title})
    if signable:
        form = DictionaryObject({NameObject("/Fields"): ArrayObject()})
        writer.root_object[NameObject("/AcroForm")] = form
    writer.write(fileobj)
    return len(writer.pages)


def page_count(fileobj):
    """Return the number of pages of a PDF file."""
    return len(PdfReader(fileobj).pages)
