# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import io

from odoo import api, fields, models

from ..papers import code as codes
from ..papers import letter


class KhbsPaperProse(models.AbstractModel):
    """Papers of prose: minutes, statements, letters; and papers with full numbers."""

    _name = "khbs.paper.prose"
    _description = "Issued paper: prose"

    personal = fields.Boolean(
        string="Full numbers",
        help="It shows NIK and KK in full: only readers of personal data may open it.",
    )

    @api.model
    def _issue_letter(
        self, kind, title, build, record=None, area=None, personal=False, as_of=None
    ):
        """Render a :class:`~..papers.letter.Letter`, keep it and return the paper.

        :param kind: code of the kind of paper
        :param build: callable (code, verify_url) that returns the letter
        :param record: what the paper speaks of; its readers may read the paper
        :param personal: it shows full numbers, so readers of them alone get it
        """
        code = codes.new()
        page = letter.html(build(codes.grouped(code), self._verify_url(code)))
        file = io.BytesIO()
        letter.render(page, file)
        return self._keep(
            {
                "name": title,
                "kind": kind,
                "code": code,
                "as_of": as_of or fields.Datetime.now(),
                "row_count": 0,
                "content_sha256": hashlib.sha256(str(page).encode()).hexdigest(),
                "personal": personal,
            },
            file.getvalue(),
            record=record,
            area=area,
        )
