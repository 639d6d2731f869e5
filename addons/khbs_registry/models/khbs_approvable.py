# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError


class KhbsApprovable(models.AbstractModel):
    """A document that a person decides as he read it (DESIGN 4.8).

    The form shows the digest of its content, and the buttons of a decision send it
    back in the context as ``khbs_seen``. A decision on anything else is refused:
    between reading and pressing another user may have changed the document. Whoever
    sends a digest of a content that he did not read deceives himself alone.
    """

    _name = "khbs.approvable"
    _description = "Document that is decided as it was read"

    # Buttons of a decision on what the form shows.
    _reading_actions = ()
    # Steps of khbs.approval in which nobody decides on another's work: handing in
    # one's own, sending back.
    _unread_steps = ("returned",)
    # Fields that the digest covers.
    _content_fields = ("state",)

    content_sha256 = fields.Char(
        string="SHA-256 of the content",
        compute="_compute_content_sha256",
        compute_sudo=True,
    )

    @api.depends(lambda self: self._content_fields)
    def _compute_content_sha256(self):
        for record in self:
            # What is not saved yet is saved, and so read back, before a button acts.
            stored = record._origin
            record.content_sha256 = stored and stored._content_sha256()

    def _content_sha256(self):
        """Return the digest of all that the form shows of the document."""
        self.ensure_one()
        record = self.sudo()
        values = {name: record._content_value(name) for name in self._content_fields}
        content = [self._name, record.id, values, record._content_parts()]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _content_value(self, name):
        value = self[name]
        if self._fields[name].relational:
            return sorted(value.ids)
        return value if isinstance(value, (int, str)) else str(value or "")

    def _content_parts(self):
        """Return a digest, or digests, of what belongs to it beside the fields."""
        return ""

    def _require_seen(self):
        """Hold these documents, and refuse unless they are those that were read."""
        self.sudo().lock_for_update(allow_referencing=True)
        self.env.flush_all()
        self.env.invalidate_all()
        seen = self.env.context.get("khbs_seen")
        seen = seen if isinstance(seen, (list, tuple)) else [seen]
        for record in self:
            if record._content_sha256() not in seen:
                raise UserError(
                    self.env._(
                        "%(document)s is not what you opened, or you have not opened "
                        "it: it changed meanwhile. Open it anew, read it, then decide.",
                        document=record.display_name,
                    )
                )

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Let the buttons of a decision say what the form showed."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and self._reading_actions:
            for button in arch.iterfind(".//button"):
                if button.get("name") in self._reading_actions:
                    button.set("context", "{'khbs_seen': content_sha256}")
            # Once more where the form shows it: there it may be for some roles only.
            shown = {"name": "content_sha256", "invisible": "1"}
            arch.append(arch.makeelement("field", shown))
        return arch, view
