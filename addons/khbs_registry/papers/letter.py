# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Papers of prose on F4: a kop, a heading, paragraphs, and who signs (DOMAIN 6).

A body is HTML whose text is escaped; the helpers here build it from plain values.
"""

from dataclasses import dataclass

from markupsafe import Markup, escape

from . import prose, qr
from .document import Letterhead, Signature

DOTS = "." * 40
# Room to write by hand.
LINE = "." * 66
_STYLE = """
.kop { text-align: center; line-height: 1.25; border-bottom: 1mm double #000;
    padding-bottom: 2mm; margin-bottom: 6mm; font-size: 12pt }
.kop .office { font-weight: bold; font-size: 15pt }
.kop .address { font-size: 8.5pt }
.title { text-align: center; margin-bottom: 5mm; line-height: 1.35 }
.title h1 { text-decoration: underline; font-size: 12.5pt }
p.text { text-align: justify; text-indent: 12mm; margin-bottom: 2.5mm }
ol.points { margin: 0 0 2.5mm; padding-left: 8mm }
ol.points li { text-align: justify; margin-bottom: 1.5mm; padding-left: 1mm }
table.facts { border-collapse: collapse; margin: 0 0 3mm 8mm }
table.facts td { vertical-align: top; padding: 0 0 0.8mm }
table.facts td.label { width: 52mm }
table.facts td.colon { width: 5mm }
table.grid { border-collapse: collapse; width: 100%; margin: 1mm 0 3mm;
    font-size: 10pt }
table.grid th, table.grid td { border: 0.25mm solid #000; padding: 1mm 1.6mm;
    vertical-align: top }
table.grid th { background: #e6e6e6; font-weight: bold }
table.grid td.number { text-align: right; white-space: nowrap }
table.grid tr { break-inside: avoid }
table.grid.summed tr:last-child, table.grid.summed tr:nth-last-child(2)
    { break-before: avoid }
table.grid td.sign { height: 10mm; width: 34mm; vertical-align: middle;
    font-size: 8.5pt }
table.parties { width: 100%; margin-top: 6mm; border-collapse: collapse;
    break-inside: avoid }
table.parties td { text-align: center; vertical-align: top; width: 50%;
    padding: 0 2mm }
table.parties .hand { height: 20mm }
.mark { height: 20mm; padding-top: 6mm; box-sizing: border-box;
    font-size: 8.5pt; color: #444 }
table.parties .name { font-weight: bold }
.witness { margin-top: 4mm; text-align: center; break-inside: avoid }
.witness .hand { height: 20mm }
.witness .name { font-weight: bold }
.compact { font-size: 10.5pt; line-height: 1.25 }
.compact .kop { margin-bottom: 4mm }
.compact .title { margin-bottom: 3mm }
.compact p.text { margin-bottom: 1.2mm }
.compact table.facts { margin-bottom: 1.5mm }
.compact ol.points { margin-bottom: 1.5mm }
.compact ol.points li { margin-bottom: 0.6mm }
.compact table.grid { margin-bottom: 1.5mm; font-size: 9.5pt }
.compact table.grid td.sign { height: 7mm }
.compact table.parties { margin-top: 3mm }
.compact .hand, .compact table.parties .hand, .compact table.parties .mark
    { height: 16mm }
.small { font-size: 9pt }
.keep { break-inside: avoid }
footer svg { float: left; margin-right: 3mm }
"""


@dataclass(frozen=True)
class Letter:
    """One paper of prose.

    :param heading: lines under the kop, the first one underlined; none in a letter
        that begins with number and addressee
    :param body: HTML between the heading and the signatures
    :param ending: its last part, never on another page than the signatures
    :param parties: who sign side by side, two in a row
    :param witness: who signs below, in the middle: mengetahui
    :param compact: set closer, for a letter that is one sheet
    """

    title: str
    heading: tuple[str, ...]
    body: Markup
    letterhead: Letterhead | None = None
    parties: tuple[Signature, ...] = ()
    witness: Signature | None = None
    ending: Markup = Markup("")
    compact: bool = False
    code: str | None = None
    verify_url: str | None = None


def render(page, fileobj):
    """Write the HTML of a letter as PDF into *fileobj*."""
    prose.render(page, fileobj, style=_STYLE)


def html(letter):
    """Return the letter as an HTML page."""
    return Markup(
        '<html lang="id"><head><title>{title}</title></head><body>{footer}'
        '<div class="{size}">{kop}{heading}{body}'
        '<div class="keep">{ending}{parties}{witness}</div></div>'
        "</body></html>"
    ).format(
        title=letter.title,
        size="compact" if letter.compact else "",
        footer=_footer(letter),
        kop=_kop(letter.letterhead),
        heading=_heading(letter.heading),
        body=letter.body,
        ending=letter.ending,
        parties=_parties(letter.parties),
        witness=_witness(letter.witness),
    )


# Parts of a body


def paragraph(text):
    return Markup('<p class="text">{}</p>').format(text)


def points(items):
    """Return a numbered list; an item may be HTML."""
    rows = Markup().join(Markup("<li>{}</li>").format(item) for item in items)
    return Markup('<ol class="points">{}</ol>').format(rows)


def facts(pairs):
    """Return labels with their values, one a line; dots where nothing is known."""
    rows = Markup().join(
        Markup(
            '<tr><td class="label">{}</td><td class="colon">:</td><td>{}</td></tr>'
        ).format(label, value or LINE)
        for label, value in pairs
    )
    return Markup('<table class="facts">{}</table>').format(rows)


def grid(headings, rows, numbers=(), signs=(), summed=False):
    """Return a ruled table.

    :param numbers: indexes of the columns with numbers
    :param signs: indexes of the columns to sign in
    :param summed: the last row is the sum: two rows that it sums stay with it
    """
    kinds = dict.fromkeys(numbers, "number") | dict.fromkeys(signs, "sign")
    head = Markup().join(Markup("<th>{}</th>").format(text) for text in headings)
    body = Markup().join(
        Markup("<tr>{}</tr>").format(
            Markup().join(
                Markup('<td class="{}">{}</td>').format(kinds.get(index, ""), cell)
                for index, cell in enumerate(row)
            )
        )
        for row in rows
    )
    return Markup(
        '<table class="grid{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(" summed" if summed else "", head, body)


def _kop(letterhead):
    if letterhead is None:
        return ""
    *upper, office = letterhead.lines
    return Markup('<div class="kop">{}<p class="office">{}</p>{}</div>').format(
        _lines(upper), office, _lines(letterhead.address, "address")
    )


def _heading(lines):
    if not lines:
        return ""
    first, *others = lines
    return Markup('<div class="title"><h1>{}</h1>{}</div>').format(
        first, _lines(others)
    )


def _parties(parties):
    rows = Markup()
    for index in range(0, len(parties), 2):
        cells = [Markup("<td>{}</td>").format(_block(p)) for p in parties[index:][:2]]
        if len(cells) == 1:
            cells.insert(0, Markup("<td></td>"))
        rows += Markup('<table class="parties"><tr>{}</tr></table>').format(
            Markup().join(cells)
        )
    return rows


def _witness(signature):
    if signature is None:
        return ""
    return Markup('<div class="witness">{}</div>').format(_block(signature))


def _block(signature):
    """Return one signature block: office, room for the hand, name."""
    mark = Markup('<div class="hand"></div>')
    if signature.mark:
        mark = Markup('<div class="mark">{}</div>').format(signature.mark)
    return Markup('{}{}{}<p class="name">{}</p>{}').format(
        _lines([signature.place_and_date] if signature.place_and_date else []),
        _lines(signature.office),
        mark,
        signature.name,
        _lines(signature.below),
    )


def _lines(lines, kind=""):
    return Markup().join(
        Markup('<p class="{}">{}</p>').format(kind, line) for line in lines
    )


def _footer(letter):
    if not letter.verify_url:
        return ""
    return Markup(
        "<footer>{qr}<p>Kode verifikasi: {code}</p>"
        "<p>Keaslian dapat diperiksa di {url}</p></footer>"
    ).format(
        qr=Markup(qr.svg(letter.verify_url, 14)),
        code=letter.code,
        url=escape(letter.verify_url),
    )
