# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, models


class KhbsLineTrace(models.AbstractModel):
    """A line of a document: what a user changes in it is recorded with the document.

    Whoever may write the lines may do so by RPC, past the form of the document. One
    event per document and call says which lines and fields, and the digest of what
    the lines say afterwards: no name and no number.
    """

    _name = "khbs.line.trace"
    _description = "Line whose changes are recorded"

    # Field with the document, and the act under which its changes are recorded.
    _document_field = None
    _line_act = None

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines._record_lines("created", set().union(*vals_list))
        return lines

    def write(self, vals):
        before = {} if self.env.su else self._by_document()
        result = super().write(vals)
        if not self.env.su:
            self._record_lines("changed", vals, before)
        return result

    def unlink(self):
        if not self.env.su:
            self._record_lines("deleted", ())
        return super().unlink()

    def _by_document(self):
        return dict(self.sudo().grouped(self._document_field))

    def _record_lines(self, how, names, before=None):
        """Record one event for each document, also for one that the lines have left."""
        groups = {**(before or {}), **self._by_document()}
        self.env["khbs.audit.event"]._record_each(
            self._line_act,
            {
                document: {
                    "lines": lines._name,
                    "ids": lines.ids,
                    "how": how,
                    "fields": sorted(names),
                    "sha256": lines._lines_digest(),
                }
                for document, lines in groups.items()
            },
        )

    def _lines_digest(self):
        """Return the digest of what the lines say; numbers go into it keyed."""
        said = [[line.id, line._content()] for line in self.sorted("id")]
        return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()

    def _content(self):
        """Return what a decision on the document rests on of this line.

        :raises NotImplementedError: a kind of line that does not say it; a digest of
            nothing would be recorded as proof of what the line said
        """
        raise NotImplementedError(self._name)
