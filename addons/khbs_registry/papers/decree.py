# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The pages of a Keputusan Gubernur (DOMAIN 4.5).

The lambang is a line of type for now: the image is the Sekretariat's to give.
"""

from dataclasses import dataclass, field

from markupsafe import Markup, escape

from . import prose, qr, words

DOTTED_NUMBER = "188.44/ .................... /{year}"
DOTTED_DATE = "...................................."

_STYLE = """
.head { text-align: center; text-transform: uppercase; line-height: 1.35 }
.lambang {
    width: 17mm; height: 17mm; margin: 0 auto 3mm; border: 0.3mm solid #000;
    border-radius: 50%; font-size: 6.5pt; line-height: 17mm; letter-spacing: 0.3mm
}
.head h1, .head h2 { margin-bottom: 3mm }
.about { margin: 3mm 8mm 5mm; text-transform: uppercase }
.clauses { width: 100%; border-collapse: collapse; margin-top: 2mm }
.clauses td { vertical-align: top; padding: 0 0 1.6mm; text-align: justify }
.clauses .part { width: 35mm; text-align: left }
.clauses .colon { width: 5mm }
.clauses .mark { width: 8mm; text-align: left }
.decide { text-align: center; margin: 3mm 0 2mm; break-after: avoid }
.closing { margin: 8mm 0 0 74mm; break-inside: avoid }
.closing .office { margin-top: 4mm }
.closing .hand { height: 24mm }
.closing .name { font-weight: bold }
.copies { margin-top: 10mm; font-size: 9.5pt; break-inside: avoid }
.copies ol { margin: 0; padding-left: 6mm }
footer svg { float: left; margin-right: 3mm }
"""


@dataclass(frozen=True)
class DecreeText:
    """The words of one decree.

    :param title: what it is about, without ``tentang``
    :param year: of the number's last part while the number is dots
    :param office: lines of who signs
    """

    title: str
    year: int
    considering: list[str]
    recalling: list[str]
    observing: list[str]
    operative: list[str]
    copies: list[str]
    office: tuple[str, ...]
    name: str
    below: tuple[str, ...] = ()
    code: str | None = None
    verify_url: str | None = None
    annex_titles: list[str] = field(default_factory=list)


def render(text, fileobj):
    """Write the pages of the decree, without annexes, as PDF into *fileobj*."""
    prose.render(html(text), fileobj, style=_STYLE)


def html(text):
    """Return the decree as an HTML page."""
    return Markup(
        '<html lang="id"><head><title>Keputusan Gubernur tentang {title}</title>'
        "</head><body>{footer}{head}{grounds}"
        '<div class="decide">MEMUTUSKAN:</div>{operative}{closing}{copies}'
        "</body></html>"
    ).format(
        title=text.title,
        footer=_footer(text),
        head=_head(text),
        grounds=_grounds(text),
        operative=_operative(text),
        closing=_closing(text),
        copies=_copies(text),
    )


def _head(text):
    return Markup(
        '<div class="head"><div class="lambang">GARUDA</div>'
        "<h1>Gubernur Kalimantan Tengah</h1>"
        "<p>Keputusan Gubernur Kalimantan Tengah</p><p>Nomor {number}</p>"
        '<p>tentang</p><div class="about">{title}</div>'
        "<h2>Gubernur Kalimantan Tengah,</h2></div>"
    ).format(number=DOTTED_NUMBER.format(year=text.year), title=text.title)


def _grounds(text):
    letters = [f"{chr(ord('a') + index)}." for index in range(len(text.considering))]
    rows = _part("Menimbang", letters, text.considering)
    for name, items in (
        ("Mengingat", text.recalling),
        ("Memperhatikan", text.observing),
    ):
        rows += _part(name, [f"{index}." for index in range(1, len(items) + 1)], items)
    return Markup('<table class="clauses">{}</table>').format(rows)


def _part(name, marks, items):
    rows = Markup()
    for index, (mark, item) in enumerate(zip(marks, items, strict=True)):
        rows += Markup(
            '<tr><td class="part">{part}</td><td class="colon">{colon}</td>'
            '<td class="mark">{mark}</td><td>{item}</td></tr>'
        ).format(
            part="" if index else name,
            colon="" if index else ":",
            mark=mark,
            item=item,
        )
    return rows


def _operative(text):
    rows = Markup(
        '<tr><td class="part">Menetapkan</td><td class="colon">:</td>'
        "<td>KEPUTUSAN GUBERNUR TENTANG {}.</td></tr>"
    ).format(text.title.upper())
    for number, item in enumerate(text.operative, 1):
        mark = f"KE{words.terbilang(number).upper()}"
        rows += Markup(
            '<tr><td class="part">{}</td><td class="colon">:</td><td>{}</td></tr>'
        ).format(mark, item)
    return Markup('<table class="clauses">{}</table>').format(rows)


def _closing(text):
    lines = Markup().join(Markup("<p>{}</p>").format(line) for line in text.office)
    below = Markup().join(Markup("<p>{}</p>").format(line) for line in text.below)
    return Markup(
        '<div class="closing"><p>Ditetapkan di Palangka Raya</p>'
        '<p>pada tanggal {date}</p><div class="office">{office}</div>'
        '<div class="hand"></div><p class="name">{name}</p>{below}</div>'
    ).format(date=DOTTED_DATE, office=lines, name=text.name, below=below)


def _copies(text):
    if not text.copies:
        return ""
    items = Markup().join(Markup("<li>{}</li>").format(item) for item in text.copies)
    return Markup(
        '<div class="copies"><p>Tembusan disampaikan kepada Yth.:</p><ol>{}</ol></div>'
    ).format(items)


def _footer(text):
    if not text.verify_url:
        return ""
    return Markup(
        "<footer>{qr}<p>Kode verifikasi: {code}</p>"
        "<p>Keaslian dapat diperiksa di {url}</p></footer>"
    ).format(
        qr=Markup(qr.svg(text.verify_url, 14)),
        code=text.code,
        url=escape(text.verify_url),
    )


def annex_heading(number, title, year):
    """Return the lines at the head of annex *number* of the decree *title*."""
    return [
        f"LAMPIRAN {_roman(number)}",
        "KEPUTUSAN GUBERNUR KALIMANTAN TENGAH",
        f"NOMOR {DOTTED_NUMBER.format(year=year)}",
        f"TANGGAL {DOTTED_DATE}",
        f"TENTANG {title.upper()}",
    ]


def _roman(number):
    parts = ""
    for value, mark in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        count, number = divmod(number, value)
        parts += mark * count
    return parts
