# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import AccessError, LockError, UserError


class KhbsGuarded(models.AbstractModel):
    """A document whose course only its own methods set.

    Whoever may write a record may call ``write`` and ``create`` by RPC, with any
    values and any ``default_`` in the context. What a method of the model decides
    (its state, its counts, its hash) is refused there; the methods write as superuser
    after they have checked their caller.
    """

    _name = "khbs.guarded"
    _description = "Document with guarded fields"

    # Fields that users never write.
    _guarded_fields = ("state",)
    # States in which users may change or delete the rest; None: in every state.
    _editable_states = ("draft",)
    # Fields that change by proposals alone.
    _proposed_fields = frozenset()
    # Others may go on adding rows that refer to a document that is locked.
    _locked_may_be_referenced = False
    # Act under which a change by hand is recorded; None: it is not.
    _change_act = None

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._refuse_creation()
            for vals in vals_list:
                self._refuse_guarded(vals)
            hidden = {f"default_{name}" for name in self._guarded_fields}
            context = self.env.context.items()
            # Keyword arguments would add to the context; here keys must go.
            # pylint: disable-next=context-overridden
            self = self.with_context({k: v for k, v in context if k not in hidden})
        records = super().create([{**self._own_vals(v), **v} for v in vals_list])
        if not self.env.su:
            for record, vals in zip(records, vals_list, strict=True):
                record._record_change(vals)
        return records

    def write(self, vals):
        if not self.env.su:
            self._refuse_guarded(vals)
            self._refuse_proposed(vals)
            self._refuse_unless_editable()
        result = super().write(vals)
        if not self.env.su:
            # A rule is asked before a write: nobody moves a document out of reach.
            self.check_access("write")
            self._record_change(vals)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_editable(self):
        if not self.env.su:
            self._refuse_unless_editable()

    def _record_change(self, names):
        """Record which fields a user set by hand, where that is an act of its own."""
        if self._change_act:
            for record in self:
                self.env["khbs.audit.event"]._record(
                    self._change_act, record, {"fields": sorted(names)}
                )

    @api.model
    def _own_vals(self, vals):
        """Return what the document itself decides at its creation: its number."""
        return {}

    @api.model
    def _refuse_creation(self):
        """Refuse to users what arises by other documents alone."""

    def _refuse_guarded(self, vals):
        guarded = sorted(vals.keys() & set(self._guarded_fields))
        if guarded:
            raise AccessError(
                self.env._(
                    "%(fields)s is set by the actions of the document only.",
                    fields=", ".join(guarded),
                )
            )

    def _refuse_proposed(self, vals):
        names = sorted(vals.keys() & self._proposed_fields)
        if names:
            labels = [self._fields[n]._description_string(self.env) for n in names]
            raise AccessError(
                self.env._(
                    "%(fields)s: this changes by a delivery, a visit, a family event "
                    "or a change request. Use the buttons of the family's form.",
                    fields=", ".join(labels),
                )
            )

    def _refuse_unless_editable(self):
        if self._editable_states is None:
            return
        for record in self:
            if record.state not in self._editable_states:
                raise UserError(
                    self.env._(
                        "%(document)s is no longer a draft and cannot be changed.",
                        document=record.display_name,
                    )
                )

    def _checked(self, group, act, operation="write"):
        """Return self as superuser, locked, after checking role and rules.

        :param group: external id of the group that may take the *act*
        """
        for record in self:
            self.env["khbs.audit.event"]._require_group(group, act, record)
        self.check_access(operation)
        self._lock()
        return self.sudo()

    def _lock(self):
        """Take the documents for this transaction, or say that somebody else has."""
        try:
            self.lock_for_update(allow_referencing=self._locked_may_be_referenced)
        except LockError as error:
            raise LockError(
                self.env._(
                    "Somebody else is working on %(documents)s at this moment. "
                    "Open it anew and look before you repeat.",
                    documents=", ".join(self.mapped("display_name")),
                )
            ) from error

    def _require_state(self, *states):
        """Raise UserError unless every record is in one of *states*."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state not in states:
                raise UserError(
                    self.env._(
                        "%(document)s is in the state %(state)s; "
                        "this step needs the state %(needed)s.",
                        document=record.display_name,
                        state=labels[record.state],
                        needed=", ".join(labels[state] for state in states),
                    )
                )
