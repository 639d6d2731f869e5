# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from ..redaction import redact
from .khbs_export import Collector

# SQLSTATE of what our triggers refuse: restrict_violation and check_violation. That
# they name no constraint tells them from the constraints of a table.
REFUSED_BY_TRIGGER = ("23001", "23514")
EXPORTER = "khbs_registry.group_exporter"
# How a record belongs to a family.
FAMILY_PATHS = ("household_id", "person_id.household_id", "card_id.household_id")


class Base(models.AbstractModel):
    """Nobody points a record of KHBS at another one that he may not read.

    Whoever reads a record is shown the names of those that it points at, whatever the
    rules on these say; and a dialogue acts on what it points at. So the rules are
    asked when the reference is made, in every model and every dialogue.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self._name.startswith("khbs.") and not self.env.su:
            # All of them: a default of the context is in no values.
            records._khbs_require_reachable(self._fields)
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._name.startswith("khbs.") and not self.env.su:
            self._khbs_require_reachable(vals)
        return result

    def onchange(self, values, field_names, fields_spec):
        # A form that is not saved yet shows the names too.
        if self._name.startswith("khbs.") and not self.env.su:
            self._khbs_require_entered_reachable(values)
        return super().onchange(values, field_names, fields_spec)

    def export_data(self, fields_to_export):
        """Let nobody take data of KHBS along without the right, or without a trace."""
        if not self._name.startswith("khbs.") or self.env.su:
            return super().export_data(fields_to_export)
        collector = Collector.of(self.env)
        self._khbs_require_exporter()
        kept = self._khbs_not_suspended()
        left_out = len(self) - len(kept)
        taken = super(Base, kept).export_data(fields_to_export)
        if collector:
            collector.add(kept, fields_to_export, left_out)
        else:
            exports = self.env["khbs.export"]
            exports._take(kept, fields_to_export, taken["datas"], left_out)
        return taken

    def _khbs_not_suspended(self):
        """Return these without the records of families whose data is left alone."""
        if self._name == "khbs.household":
            return self - self.sudo().filtered("processing_suspended_on").with_env(
                self.env
            )
        path = next(filter(self._khbs_has, FAMILY_PATHS), None)
        if path is None:
            return self
        alone = self.sudo().mapped(path).filtered("processing_suspended_on")
        return self.filtered(lambda record: not record.sudo().mapped(path) & alone)

    def _khbs_has(self, path):
        """Return whether the *path* of fields leads to a family."""
        model = self
        for name in path.split("."):
            field = model._fields.get(name)
            if field is None or not field.relational:
                return False
            model = self.env[field.comodel_name]
        return model._name == "khbs.household"

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        """Leave the data of such a family out where a path reaches it, too."""
        records = self
        if self._name.startswith("khbs.") and not self.env.su:
            records = self._khbs_not_suspended()
        return super(Base, records)._export_rows(
            fields, _is_toplevel_call=_is_toplevel_call
        )

    def _khbs_require_exporter(self):
        """Raise AccessError, and leave its trace, unless the user may export."""
        if self.env.user.has_group(EXPORTER):
            return
        self.env["khbs.audit.event"]._record_refused(
            "data.export", data={"model": self._name, "rows": len(self)}
        )
        raise AccessError(
            self.env._(
                "You may read this data but not take it along as a file. Ask the "
                "administrator for the role %(role)s, and tell what you need it for.",
                role=self.env.ref(EXPORTER).sudo().name,
            )
        )

    @api.model
    def _sql_error_to_message_generic(self, exc):
        """Say what is wrong, without the row that PostgreSQL quotes."""
        diag = exc.diag
        if diag.sqlstate in REFUSED_BY_TRIGGER and not diag.constraint_name:
            return self.env._(
                "The database refused this and left everything as it was. Load the "
                "page anew and look at the state: what was decided, signed or paid "
                "does not change. The rule that refused: %(rule)s",
                rule=redact(diag.message_primary or ""),
            )
        message = super()._sql_error_to_message_generic(exc)
        for quoted in (exc.diag.message_detail, exc.diag.context):
            message = message.replace(quoted or "\0", "")
        return redact(message)

    def _khbs_require_entered_reachable(self, values):
        """Raise AccessError where what a form holds leads out of reach.

        :param values: what the form holds, as the web client sends it
        """
        references = [name for name in self._fields if self._khbs_is_reference(name)]
        if not self:
            values = {**self.default_get(references), **values}
        for name in references:
            field = self._fields[name]
            ids = _ids(field, values.get(name))
            targets = self.env[field.comodel_name].browse(ids)
            # What the record points at already is shown to whoever reads it.
            (targets - self.sudo()[name].sudo(False)).check_access("read")

    def _khbs_is_reference(self, name):
        field = self._fields.get(name)
        return (
            field
            and field.type in ("many2one", "many2many")
            and field.store
            and not field.compute
            and field.comodel_name.startswith("khbs.")
        )

    def _khbs_require_reachable(self, names):
        """Raise AccessError where one of the fields *names* leads out of reach."""
        for name in names:
            if self._khbs_is_reference(name):
                targets = self.sudo().with_context(active_test=False)[name]
                targets.sudo(False).check_access("read")


def _ids(field, value):
    """Return the ids of existing records in a reference as a form sends it."""
    if field.type == "many2one":
        entered = [value.get("id") if isinstance(value, dict) else value]
    else:
        entered = []
        for command in value or []:
            if isinstance(command, int):
                entered.append(command)
            elif command[0] in (Command.UPDATE, Command.LINK):
                entered.append(command[1])
            elif command[0] == Command.SET:
                entered.extend(command[2])
    return [number for number in entered if number and isinstance(number, int)]
