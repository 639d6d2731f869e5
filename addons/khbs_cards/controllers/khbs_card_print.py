# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request

from ..models.khbs_card_template import SAMPLE


class KhbsCardPrints(http.Controller):
    """Faces of cards as PDF: print files for card officers, samples of a design."""

    @http.route("/khbs/card-print/<int:print_id>", auth="user", readonly=False)
    def print_file(self, print_id):
        """Return a print file; it is recorded who took it, and whose names."""
        part = request.env["khbs.card.print"].browse(print_id).exists()
        content = part._content() if part else None
        if content is None:
            raise NotFound()
        return _pdf(content, f"{part.name}.pdf")

    @http.route("/khbs/card-template/<int:template_id>/sample", auth="user")
    def sample(self, template_id):
        """Return both sides of a design with a made-up name."""
        template = request.env["khbs.card.template"].browse(template_id).exists()
        # Nobody is to have a picture of a card that was never issued.
        if not template or template.kind == "campaign":
            raise NotFound()
        template.check_access("read")
        file = io.BytesIO()
        template._render([SAMPLE], file)
        return _pdf(file.getvalue(), f"{template.name} {template.version}.pdf")


def _pdf(content, name):
    return request.make_response(
        content,
        [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", content_disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "private, no-store"),
        ],
    )
