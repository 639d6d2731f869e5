# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A decree that comes back signed: taken as it is, or refused with its reason."""

import io
import re
import subprocess

import pytest
from papers import decree, signed
from papers.join import join
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from signing_common import CA_NAME, NAME, SigningService
from test_prose_papers import TEXT


def frozen_with(**changes):
    body, whole = io.BytesIO(), io.BytesIO()
    text = decree.DecreeText(**{**TEXT, "electronic": True, **changes})
    decree.render(text, body)
    body.seek(0)
    join([body], whole, signable=True)
    return whole.getvalue()


@pytest.fixture(scope="module")
def frozen():
    return frozen_with()


@pytest.fixture(scope="module")
def service():
    return SigningService()


@pytest.fixture(scope="module")
def back(frozen, service):
    return service.sign(frozen)


def refusal(frozen, content, roots=()):
    with pytest.raises(signed.SignatureRefused) as refused:
        signed.check(frozen, content, roots)
    return refused.value.reason


def updated(content, change):
    """Return *content* with an incremental update that *change* makes."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def paint(writer):
    """Put other words over the first page."""
    stream = generic.StreamObject(stream_data=b"0 0 300 300 re f")
    writer.add_stream_to_page(0, writer.add_object(stream))


def test_signed_file_says_by_whom(frozen, back, service):
    by = signed.check(frozen, back)
    assert back.startswith(frozen)
    assert (by.name, by.issuer) == (NAME, CA_NAME)
    assert by.certificate_sha256 == service.fingerprint
    assert by.at is not None
    assert not by.trusted


def test_trust_leads_to_the_given_root(frozen, back, service):
    roots = signed.roots_of(service.ca_pem.encode())
    assert signed.check(frozen, back, roots).trusted
    others = signed.roots_of(SigningService().ca_pem.encode())
    assert refusal(frozen, back, others) == "untrusted"


def test_the_same_pages_drawn_anew_are_refused(frozen, service):
    other = frozen_with(title="Penetapan Lain")
    assert refusal(frozen, service.sign(other)) == "other_file"


def test_unsigned_file_is_refused(frozen):
    assert refusal(frozen, frozen) == "not_signed"
    assert refusal(frozen, updated(frozen, paint)) == "not_signed"


def test_tampered_file_is_refused(frozen, back):
    """A byte of the pages, of the update, of the signature itself."""
    place = len(frozen) // 2
    pages = back[:place] + bytes([back[place] ^ 1]) + back[place + 1 :]
    assert refusal(frozen, pages) == "other_file"
    begin = back.index(b"/Contents <")
    value = back[begin : back.index(b">", begin)].rstrip(b"0")
    for place in (len(frozen) + 20, begin + len(value) - 10):
        other = bytes([back[place] ^ 1])
        assert refusal(frozen, back[:place] + other + back[place + 1 :]) in (
            "broken",
            "unreadable",
            "not_whole",
            "not_signed",
            "changed",
        )


def test_truncated_file_is_refused(frozen, back):
    for length in (len(frozen) + 100, len(back) - 600, len(back) - 40):
        assert refusal(frozen, back[:length]) in (
            "unreadable",
            "not_whole",
            "not_signed",
        )


def test_file_changed_after_the_signature_is_refused(frozen, back):
    assert refusal(frozen, updated(back, paint)) == "not_whole"
    assert refusal(frozen, back + b"\n% a note") == "not_whole"


def test_pages_changed_with_the_signature_are_refused(frozen, service):
    """The signature covers the whole file, but not what was frozen alone."""
    painted = updated(frozen, paint)
    assert painted.startswith(frozen)
    assert refusal(frozen, service.sign(painted)) == "changed"


# The picture of a signature


@pytest.fixture(scope="module")
def free_place(frozen, tmp_path_factory):
    """The box, on the last page, between the office and the name under it."""
    path = tmp_path_factory.mktemp("frozen") / "keputusan.pdf"
    path.write_bytes(frozen)
    shown = subprocess.run(
        ["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True
    ).stdout.rsplit("<page ", 1)[1]
    height = float(re.search(r'height="([\d.]+)"', shown)[1])
    word = r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="[\d.]+" yMax="[\d.]+">NAMA<'
    left, top = map(float, re.search(word, shown).groups())
    bottom = height - top + 4
    return left, bottom, left + 190, bottom + 60


def visible_with(service, frozen, box, change=None):
    """Return *frozen* signed with a picture, *change* made in the same update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(frozen))
    if change:
        change(writer)
    return service.sign_update(writer, box=box)


def test_picture_is_refused_wherever_it_stands(frozen, service, free_place):
    left, bottom, right, top = free_place
    for box in (
        free_place,
        (left, bottom - 15, right, top),
        (0, bottom, 600, top),
        (84, 25, 127, 69),  # over the QR code
    ):
        assert refusal(frozen, service.sign(frozen, box=box)) == "visible", box


def note(writer):
    """Lay a note over the rows of the first page, as an annotation."""
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    drawing = generic.StreamObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/XObject"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Form"),
            generic.pdf_name("/BBox"): generic.ArrayObject(
                map(generic.NumberObject, (0, 0, 300, 300))
            ),
        },
        stream_data=b"1 g 0 0 300 300 re f",
    )
    annotation = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Stamp"),
            generic.pdf_name("/Rect"): generic.ArrayObject(
                map(generic.NumberObject, (100, 100, 400, 400))
            ),
            generic.pdf_name("/AP"): generic.DictionaryObject(
                {generic.pdf_name("/N"): writer.add_object(drawing)}
            ),
        }
    )
    annotations = generic.ArrayObject([writer.add_object(annotation)])
    page[generic.pdf_name("/Annots")] = annotations
    writer.update_container(page)


@pytest.mark.parametrize("change", [note, paint])
def test_what_is_laid_over_a_page_beside_the_picture_is_refused(
    frozen, service, free_place, change
):
    back = visible_with(service, frozen, free_place, change)
    assert back.startswith(frozen)
    assert refusal(frozen, back) == "changed"
    apart = service.sign(updated(frozen, change), box=free_place)
    assert refusal(frozen, apart) == "changed"


def test_second_signature_is_refused(frozen, back, service):
    assert refusal(frozen, service.sign(back, field="LAIN")) == "several"


def test_another_reader_sees_the_signature(tmp_path, frozen, back):
    path = tmp_path / "keputusan.pdf"
    path.write_bytes(back)
    done = subprocess.run(
        ["pdfsig", "-nocert", path], capture_output=True, text=True, check=False
    )
    assert "Signature is Valid." in done.stdout
    assert "Total document signed" in done.stdout
    assert NAME in done.stdout
