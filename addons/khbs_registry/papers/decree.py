# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The pages of a Keputusan Gubernur (DOMAIN 4.5).

Decrees are printed on paper that bears the Garuda; where the Sekretariat has given its
image, it is drawn, and otherwise its place stays free.
"""

from dataclasses import dataclass

from markupsafe import Markup, escape

from . import prose, qr, words

DOTTED_NUMBER = "188.44/ .................... /{year}"
DOTTED_DATE = "...................................."
EMBLEM = "khbs:emblem"
# Words up to this many letters are set in justified lines.
_LONGEST_WORD = 20
ELECTRONIC_NOTE = (
    "Disiapkan untuk ditandatangani secara elektronik menggunakan sertifikat "
    "elektronik yang diterbitkan BSrE (UU ITE Pasal 5 ayat (1))."
)

_STYLE = """
html { font-size: 11.5pt; line-height: 1.35; orphans: 2; widows: 2 }
.head { text-align: center; text-transform: uppercase; line-height: 1.35 }
.emblem { height: 24mm; margin-bottom: 3mm }
.emblem img { height: 24mm }
.head h1 { font-size: 14pt; letter-spacing: 0.2mm; margin-bottom: 5mm }
.head h2 { margin-bottom: 4mm; font-weight: normal }
.head .about { margin: 3mm 6mm 5mm }
.head .whose { font-weight: bold }
.clauses { width: 100%; border-collapse: collapse; table-layout: fixed }
.clauses tr { break-inside: avoid }
.clauses td { vertical-align: top; padding: 0 0 1.8mm; text-align: justify }
.clauses .part { width: 36mm; text-align: left }
.clauses .colon { width: 4mm }
.clauses .mark { width: 8mm; text-align: left }
.clauses .loose { text-align: left }
.decide { text-align: center; margin: 4mm 0 3mm; break-after: avoid }
.end { break-inside: avoid }
.closing { margin: 6mm 0 0 70mm; white-space: nowrap }
.closing .office { margin-top: 4mm }
.closing .hand { height: 25mm }
.closing .ttd { height: 25mm; box-sizing: border-box; padding-top: 6mm }
.closing .name { font-weight: bold }
.true { margin-top: 8mm; break-inside: avoid }
.true .hand { height: 25mm }
.true .name { font-weight: bold }
.copies { margin-top: 8mm; font-size: 10pt; line-height: 1.3; break-inside: avoid }
.copies ol { margin: 0; padding-left: 6mm }
.initials { margin-top: 8mm; font-size: 9pt; break-inside: avoid }
.initials table { border-collapse: collapse }
.initials td, .initials th {
    border: 0.2mm solid #000; padding: 0.8mm 2mm; text-align: left; font-weight: normal;
    white-space: nowrap
}
.draft {
    position: fixed; top: -17mm; right: 0; font-size: 9pt
}
footer svg { float: left }
footer div { margin-left: 17mm }
"""


@dataclass(frozen=True)
class Initial:
    """One place of the box of initials: whose it is, and when it was given."""

    office: str
    name: str = ""
    at: str = ""


@dataclass(frozen=True)
class DecreeText:
    """The words of one decree.

    :param title: what it is about, without ``tentang``
    :param year: of the number's last part while the number is dots
    :param office: lines of who signs
    :param number: as the law office gave it; dots where there is none yet
    :param date: in words, dots where there is none yet
    :param electronic: it is signed by certificate, and says so
    :param excerpt: lines of who vouches for this excerpt: office, name, rank and NIP;
        none where it is the whole decree
    :param initials: the box of initials, which only a draft has
    :param emblem: the Garuda as bytes of a PNG or JPEG
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
    number: str | None = None
    date: str | None = None
    electronic: bool = False
    excerpt: tuple[tuple[str, ...], str, tuple[str, ...]] | None = None
    initials: tuple[Initial, ...] = ()
    draft: bool = False
    emblem: bytes | None = None


def render(text, fileobj):
    """Write the pages of the decree, without annexes, as PDF into *fileobj*."""
    images = {EMBLEM: text.emblem} if text.emblem else {}
    prose.render(html(text), fileobj, style=_STYLE, images=images)


def html(text):
    """Return the decree as an HTML page."""
    *operative, last = _operative(text)
    return Markup(
        '<html lang="id"><head><title>Keputusan Gubernur tentang {title}</title>'
        "</head><body>{footer}{draft}{head}{grounds}"
        '<div class="decide">MEMUTUSKAN:</div>{operative}'
        '<div class="end">{last}{closing}</div>{vouched}{copies}{initials}'
        "</body></html>"
    ).format(
        title=text.title,
        footer=_footer(text),
        draft=Markup('<div class="draft">RANCANGAN</div>') if text.draft else "",
        head=_head(text),
        grounds=_grounds(text),
        operative=_table(operative),
        last=_table([last]),
        closing=_closing(text),
        vouched=_vouched(text),
        copies=_copies(text),
        initials=_initials(text),
    )


def _head(text):
    return Markup(
        '<div class="head"><div class="emblem">{emblem}</div>'
        "<h1>Gubernur Kalimantan Tengah</h1>"
        "<p>{excerpt}Keputusan Gubernur Kalimantan Tengah</p><p>Nomor {number}</p>"
        '<p>tentang</p><div class="about">{title}</div>'
        "<h2>Gubernur Kalimantan Tengah,</h2></div>"
    ).format(
        emblem=Markup(f'<img src="{EMBLEM}" alt=""/>') if text.emblem else "",
        excerpt="Petikan " if text.excerpt else "",
        number=text.number or DOTTED_NUMBER.format(year=text.year),
        title=text.title,
    )


def _grounds(text):
    rows = _part("Menimbang", _letters(len(text.considering)), text.considering)
    for name, items in (
        ("Mengingat", text.recalling),
        ("Memperhatikan", text.observing),
    ):
        rows += _part(name, [f"{index}." for index in range(1, len(items) + 1)], items)
    return _table(rows)


def _letters(count):
    """Return a. b. .. z. aa. ab. as the marks of *count* considerations."""
    names = [chr(ord("a") + index) for index in range(26)]
    names += [first + second for first in names for second in names[:26]]
    return [f"{name}." for name in names[:count]]


def _part(name, marks, items):
    # A single ground bears no mark.
    marks = [""] if len(items) == 1 else marks
    return [
        Markup(
            '<tr><td class="part">{part}</td><td class="colon">{colon}</td>{cells}</tr>'
        ).format(
            part="" if index else name,
            colon="" if index else ":",
            cells=_cells(mark, item),
        )
        for index, (mark, item) in enumerate(zip(marks, items, strict=True))
    ]


def _cells(mark, item):
    if not mark:
        return Markup('<td colspan="2"{}>{}</td>').format(_setting(item), item)
    return Markup('<td class="mark">{}</td><td{}>{}</td>').format(
        mark, _setting(item), item
    )


def _setting(item):
    """Return how a sentence is set: the number of a letter cannot be broken, and
    justified, the line before it falls apart.
    """
    long = any(len(word) > _LONGEST_WORD for word in item.split())
    return Markup(' class="loose"') if long else ""


def _operative(text):
    """Return the rows from Menetapkan to the last diktum."""
    kind = "PETIKAN KEPUTUSAN" if text.excerpt else "KEPUTUSAN"
    rows = [_diktum("Menetapkan", f"{kind} GUBERNUR TENTANG {text.title.upper()}.")]
    for number, item in enumerate(text.operative, 1):
        rows.append(_diktum(f"KE{words.terbilang(number).upper()}", item))
    return rows


def _diktum(label, item):
    return Markup(
        '<tr><td class="part">{}</td><td class="colon">:</td>'
        '<td colspan="2"{}>{}</td></tr>'
    ).format(label, _setting(item), item)


def _table(rows):
    """Return a table of the text; its empty first row gives the columns their width."""
    return Markup(
        '<table class="clauses"><col class="part"/><col class="colon"/>'
        '<col class="mark"/><col/>{}</table>'
    ).format(Markup().join(rows))


def _lines(lines):
    return Markup().join(Markup("<p>{}</p>").format(line) for line in lines)


def _closing(text):
    # Free, also for the picture of an electronic signature.
    hand = Markup('<div class="hand"></div>')
    if text.excerpt:
        hand = Markup('<div class="ttd">ttd</div>')
    return Markup(
        '<div class="closing"><p>Ditetapkan di Palangka Raya</p>'
        '<p>pada tanggal {date}</p><div class="office">{office}</div>'
        '{hand}<p class="name">{name}</p>{below}</div>'
    ).format(
        date=text.date or DOTTED_DATE,
        office=_lines(text.office),
        hand=hand,
        name=text.name,
        below=_lines(text.below),
    )


def _vouched(text):
    """Return the block of who says that an excerpt agrees with the whole."""
    if not text.excerpt:
        return ""
    office, name, below = text.excerpt
    return Markup(
        '<div class="true"><p>Petikan sesuai dengan aslinya</p>{office}'
        '<div class="hand"></div><p class="name">{name}</p>{below}</div>'
    ).format(office=_lines(office), name=name, below=_lines(below))


def _copies(text):
    if not text.copies:
        return ""
    items = Markup().join(Markup("<li>{}</li>").format(item) for item in text.copies)
    return Markup(
        '<div class="copies"><p>Tembusan disampaikan kepada Yth.:</p><ol>{}</ol></div>'
    ).format(items)


def _initials(text):
    if not text.initials:
        return ""
    rows = Markup().join(
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            one.office, one.name or " ", one.at or " "
        )
        for one in text.initials
    )
    return Markup(
        '<div class="initials"><table><tr><th>Jabatan</th><th>Paraf</th>'
        "<th>Tanggal</th></tr>{}</table></div>"
    ).format(rows)


def _footer(text):
    if not text.verify_url:
        return ""
    note = Markup("<p>{}</p>").format(ELECTRONIC_NOTE) if text.electronic else ""
    return Markup(
        "<footer>{qr}<div><p>Kode verifikasi: {code}</p>"
        "<p>Keaslian dapat diperiksa di {url}</p>{note}</div></footer>"
    ).format(
        qr=Markup(qr.svg(text.verify_url, 14)),
        code=text.code,
        url=escape(text.verify_url),
        note=note,
    )


def annex_heading(number, title, year, decree_number=None, date=None, excerpt=False):
    """Return the lines at the head of an annex of the decree *title*.

    :param number: which one it is; none where there is only one
    """
    return [
        f"LAMPIRAN {_roman(number)}" if number else "LAMPIRAN",
        f"{'PETIKAN ' if excerpt else ''}KEPUTUSAN GUBERNUR KALIMANTAN TENGAH",
        ("NOMOR", decree_number or DOTTED_NUMBER.format(year=year)),
        ("TANGGAL", date or DOTTED_DATE),
        ("TENTANG", title.upper()),
    ]


def _roman(number):
    parts = ""
    for value, mark in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        count, number = divmod(number, value)
        parts += mark * count
    return parts
