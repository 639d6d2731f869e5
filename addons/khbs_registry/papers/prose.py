# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Prose on official paper: HTML to PDF by WeasyPrint."""

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import (
    FatalURLFetchingError,
    URLFetcher,
    URLFetcherResponse,
)

from . import fonts

# Sizes and margins of DOMAIN 6.
_STYLE = """
@font-face { font-family: Khbs; src: url(%(regular)s); font-weight: normal }
@font-face { font-family: Khbs; src: url(%(bold)s); font-weight: bold }
@page {
    size: 215mm 330mm;
    margin: 25mm 25mm 30mm 30mm;
    @bottom-right {
        content: "Halaman " counter(page) " dari " counter(pages);
        font: 8pt Khbs;
    }
    @bottom-left { content: element(footer); width: 75%% }
}
html { font: 11.5pt/1.4 Khbs }
h1, h2, p { margin: 0 }
h1, h2 { font-size: 1em; break-after: avoid }
footer { position: running(footer); font-size: 8pt; line-height: 1.3 }
"""


class _OwnFontsOnly(URLFetcher):
    """Fetches the fonts of the papers and nothing else, least of all from afar."""

    def __init__(self, allowed, images):
        super().__init__(allowed_protocols=["file"], allow_redirects=False)
        self._allowed = allowed
        self._images = images

    def fetch(self, url, headers=None):
        if url in self._images:
            return URLFetcherResponse(url, body=self._images[url])
        if url not in self._allowed:
            raise FatalURLFetchingError(f"a paper may not load {url}")
        return super().fetch(url, headers)


def render(html, fileobj, style="", images=None):
    """Write *html* as PDF on F4 into *fileobj*.

    :param html: a whole page; text in it is escaped already
    :param style: CSS of this kind of paper, after the common one
    :param images: bytes by the address under which *html* shows them
    """
    regular, bold = (path.as_uri() for path in fonts.find("serif"))
    configuration = FontConfiguration()
    fetcher = _OwnFontsOnly({regular, bold}, images or {})
    common = _STYLE % {"regular": regular, "bold": bold}
    sheet = CSS(string=common + style, font_config=configuration, url_fetcher=fetcher)
    try:
        HTML(string=html, url_fetcher=fetcher).write_pdf(
            fileobj, stylesheets=[sheet], font_config=configuration
        )
    except FatalURLFetchingError as error:
        # It is no Exception, and would pass every handler of the caller.
        raise ValueError(str(error)) from error
