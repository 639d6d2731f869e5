# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Text that must fit: smaller, then on two lines, never cut."""

from reportlab.pdfbase.pdfmetrics import stringWidth

_STEP = 0.5


def fit(text, font, width, largest, smallest):
    """Return (size, lines) of *text* on one line or two, no wider than *width* points.

    It shrinks on one line to three quarters of *largest*, then breaks where both lines
    come out alike, then shrinks on. Below *smallest* only what no break helps.
    """
    text = " ".join(text.split())
    size = largest
    while size > max(smallest, largest * 0.75):
        if stringWidth(text, font, size) <= width:
            return size, [text]
        size -= _STEP
    if stringWidth(text, font, size) <= width:
        return size, [text]
    lines = _halves(text, font)
    widest = max(stringWidth(line, font, 1) for line in lines)
    return min(size, width / widest), lines


def _halves(text, font):
    """Return *text* on two lines of about one width, broken at a space if it has."""
    places = [place for place, letter in enumerate(text) if letter == " "]
    places = places or [len(text) // 2]

    def wider(place):
        return max(
            stringWidth(text[:place], font, 1),
            stringWidth(text[place:].strip(), font, 1),
        )

    place = min(places, key=wider)
    return [text[:place], text[place:].strip()]
