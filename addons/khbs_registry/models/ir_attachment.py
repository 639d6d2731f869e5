# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ..held_file import HeldFile

# No condition on ``id``: with one, Odoo looks among the files of fields too.
_NOT_SEALED = Domain.custom(
    to_sql=lambda model, alias, query: SQL(
        "%s IS NOT TRUE", SQL.identifier(alias, "khbs_sealed")
    ),
    predicate=lambda attachment: not attachment.sudo().khbs_sealed,
)


class IrAttachment(models.Model):
    """Files that are evidence: once sealed, neither changed nor removed."""

    _inherit = "ir.attachment"

    khbs_sealed = fields.Boolean(
        string="Sealed",
        copy=False,
        groups=NO_ACCESS,
        help="The file is evidence: it stays as it is.",
    )

    def init(self):
        result = super().init()
        # The place of the content may move (database, disk); its checksum may not.
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_refuse_unsealing() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'DELETE' OR (
                    NEW.khbs_sealed, NEW.checksum, NEW.res_model, NEW.res_id,
                    NEW.res_field, NEW.name, NEW.mimetype, NEW.public
                ) IS DISTINCT FROM (
                    OLD.khbs_sealed, OLD.checksum, OLD.res_model, OLD.res_id,
                    OLD.res_field, OLD.name, OLD.mimetype, OLD.public
                ) THEN
                    RAISE EXCEPTION 'Attachment % is sealed: % refused', OLD.id, TG_OP
                        USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER ir_attachment_khbs_sealed
                BEFORE UPDATE OR DELETE ON ir_attachment
                FOR EACH ROW WHEN (OLD.khbs_sealed)
                EXECUTE FUNCTION khbs_refuse_unsealing();
            """
        )
        return result

    def _check_access(self, operation):
        """Keep held files from whoever comes by their attachment."""
        result = super()._check_access(operation)
        forbidden, error = result or (self.browse(), None)
        held = (self - forbidden).sudo().filtered(self._khbs_is_held)
        if not held:
            return result
        return forbidden | self.browse(held.ids), error or self._khbs_held_error

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """Find no held file: a search that names a model asks no single attachment.

        A domain without ``id`` and ``res_field`` finds no file of a field anyway, as
        long as it stays without.
        """
        domain = Domain(domain)
        if not (self.env.su or bypass_access):
            named = {condition.field_expr for condition in domain.iter_conditions()}
            every = self.env.context.get("skip_res_field_check")
            if every or named & {"id", "res_field"}:
                for model, names in self._khbs_held_fields():
                    domain &= Domain("res_model", "!=", model) | Domain(
                        "res_field", "not in", names
                    )
            domain &= _NOT_SEALED
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    @api.model
    @tools.ormcache()
    def _khbs_held_fields(self):
        """Return (model, names of its held files) of each model that has some."""
        return tuple(
            (model._name, names)
            for model in self.env.values()
            if (
                names := tuple(
                    name
                    for name, field in model._fields.items()
                    if isinstance(field, HeldFile)
                )
            )
        )

    @api.model
    def _khbs_is_held(self, attachment):
        """Return whether the file leaves by its document alone, and on record.

        So do the delivered files of a field, and what is sealed: papers, decrees and
        files of the bank, whose controllers record every download.
        """
        if attachment.khbs_sealed:
            return True
        model, name = attachment.res_model, attachment.res_field
        fields_of = self.env[model]._fields if model in self.env else {}
        return isinstance(fields_of.get(name), HeldFile)

    def _khbs_require_document(self):
        """Raise AccessError unless the user may read what the files are bound to."""
        held = self.sudo().filtered("khbs_sealed")
        (self - held).check_access("read")
        for file in held:
            self.env[file.res_model].browse(file.res_id).check_access("read")

    def _khbs_held_error(self):
        return AccessError(
            self.env._("This file is downloaded from the document that it belongs to.")
        )

    def _index(self, bin_data, file_type, checksum=None):
        """Keep no words of a file beside it: files here are full of people."""
        return None

    @api.model
    def _khbs_store(self, name, content, mimetype):
        """Return a new attachment with *content* (bytes), not yet bound or sealed."""
        return self.sudo().create(
            {"name": name, "raw": content, "mimetype": mimetype, "type": "binary"}
        )

    def _khbs_seal(self, record):
        """Bind the files to *record*, whose readers may read them, and seal them."""
        self.sudo().write(
            {"res_model": record._name, "res_id": record.id, "khbs_sealed": True}
        )

    def _khbs_content(self, record, sha256):
        """Return the bytes of a file that *record* holds, proven unchanged.

        The user must be allowed to read both, and the caller records the download.
        None where there is no such file.
        """
        record.check_access("read")
        if not self:
            return None
        self._khbs_require_document()
        content = self.sudo().raw
        if hashlib.sha256(content).hexdigest() != sha256:
            self.env["khbs.audit.event"]._record_refused(
                "file.changed", record, {"attachment": self.id, "sha256": sha256}
            )
            raise UserError(
                self.env._(
                    "The stored file is not the one that was issued. It is not handed "
                    "out; tell the auditor."
                )
            )
        return content
