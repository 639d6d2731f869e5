# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..held_file import HeldFile
from .khbs_dtsen_counts import COUNTS
from .khbs_dtsen_scope import WRITTEN
from .khbs_dtsen_source import CODE_SYSTEMS

OPERATOR = "khbs_registry.group_registry_operator"


class KhbsDtsenImport(models.Model):
    """A delivery of DTSEN: from the file to the registry, in two steps.

    *Stage* copies the rows into a staging table, checks them and writes down what
    applying would change; nothing in the registry moves. *Apply* writes exactly that.
    Both are done at once for a small file and by a job in chunks for a large one.
    """

    _name = "khbs.dtsen.import"
    _inherit = [
        "khbs.guarded",
        "khbs.dtsen.file",
        "khbs.dtsen.counts",
        "khbs.dtsen.papers",
        "khbs.dtsen.scope",
        "khbs.dtsen.work",
    ]
    _description = "DTSEN delivery"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "name",
        "file_sha256",
        "encoding",
        "same_file_id",
        "staged_at",
        "applied_at",
        "applied_up_to",
        "moved_count",
        "dropped_count",
        *COUNTS,
    )

    name = fields.Char(string="Number", readonly=True, copy=False)
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Scope",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.user.khbs_area_ids[:1],
        help="Rows of villages outside this area are refused.",
    )
    further_area_ids = fields.Many2many(
        comodel_name="khbs.area",
        string="Further areas",
        help="Where the delivery covers several areas.",
    )
    scope = fields.Selection(
        selection=[("full", "All families of its areas"), ("partial", "A part")],
        string="Completeness",
        required=True,
        default="partial",
        help="Only where all families of its areas were delivered is a family that it "
        "does not name gone from DTSEN.",
    )
    cutoff_date = fields.Date(
        string="Cut-off",
        compute="_compute_cutoff_date",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Day up to which the source knew what it delivers; proposed: the day "
        "before the quarter. What was verified here after that day is not overwritten.",
    )
    year = fields.Integer(
        required=True, default=lambda self: fields.Date.context_today(self).year
    )
    quarter = fields.Selection(
        selection=[("1", "I"), ("2", "II"), ("3", "III"), ("4", "IV")], required=True
    )
    source_id = fields.Many2one(
        comodel_name="khbs.dtsen.source",
        ondelete="restrict",
        default=lambda self: self.env["khbs.dtsen.source"]._standard(),
        help="Who delivers, and in which form. Empty: the agreed columns.",
    )
    parent_id = fields.Many2one(
        comodel_name="khbs.dtsen.import",
        string="Corrects",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        help="The delivery of which this one brings refused rows, corrected.",
    )
    child_ids = fields.One2many(
        comodel_name="khbs.dtsen.import", inverse_name="parent_id", string="Corrections"
    )
    letter_number = fields.Char(
        required=True, help="Of the letter with which the source handed the data over."
    )
    letter_date = fields.Date(required=True)
    purpose = fields.Char(required=True, help="What the data may be used for.")
    code_system = fields.Selection(
        selection=CODE_SYSTEMS,
        string="Area codes",
        required=True,
        default="kemendagri",
        help="Eight of the fourteen regencies have different numbers in the two.",
    )
    file = HeldFile(
        rows="row_count",
        copy=False,
        required=True,
        attachment=True,
        groups="khbs_registry.group_registry_operator",
        help="CSV (semicolon or comma; UTF-8 or Windows-1252), alone or in a ZIP, or "
        "XLSX. Which column is which is asked once for each source.",
    )
    file_name = fields.Char()
    file_sha256 = fields.Char(string="File SHA-256", readonly=True, copy=False)
    encoding = fields.Selection(
        selection=[
            ("utf-8", "CSV, UTF-8"),
            ("utf-8-sig", "CSV, UTF-8 with BOM"),
            ("cp1252", "CSV, Windows-1252"),
            ("xlsx", "XLSX"),
        ],
        string="Read as",
        readonly=True,
        copy=False,
        help="How the file was recognised.",
    )
    same_file_id = fields.Many2one(
        comodel_name="khbs.dtsen.import",
        string="Same file as",
        readonly=True,
        copy=False,
        help="This very file was applied before; applying it again changes nothing.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("staged", "Checked"),
            ("applying", "Being applied"),
            ("applied", "Applied"),
            ("partly", "Applied in part"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    staged_at = fields.Datetime(readonly=True, copy=False)
    applied_at = fields.Datetime(readonly=True, copy=False)
    row_count = fields.Integer(string="Rows", readonly=True, copy=False)
    household_count = fields.Integer(string="Families", readonly=True, copy=False)
    new_count = fields.Integer(string="New", readonly=True, copy=False)
    changed_count = fields.Integer(string="Changed", readonly=True, copy=False)
    unchanged_count = fields.Integer(string="Unchanged", readonly=True, copy=False)
    rejected_count = fields.Integer(
        string="Refused families", readonly=True, copy=False
    )
    rejected_row_count = fields.Integer(
        string="Refused rows", readonly=True, copy=False
    )
    warning_row_count = fields.Integer(
        string="Rows with a remark", readonly=True, copy=False
    )
    gone_count = fields.Integer(
        string="Gone",
        readonly=True,
        copy=False,
        help="Families of its areas that a complete delivery does not name.",
    )
    decile_moved_count = fields.Integer(
        string="Decile moved", readonly=True, copy=False
    )
    village_moved_count = fields.Integer(
        string="Village moved", readonly=True, copy=False
    )
    excluded_count = fields.Integer(
        string="Now excluded",
        readonly=True,
        copy=False,
        help="May receive the card today and, by the criteria in force, no more after.",
    )
    held_count = fields.Integer(
        string="Values verified here",
        readonly=True,
        copy=False,
        help="Not overwritten: they enter the queue of conflicts.",
    )
    moved_count = fields.Integer(
        string="Held back",
        readonly=True,
        copy=False,
        help="Families that changed here since the check. Upload the file again: only "
        "these will change.",
    )
    dropped_count = fields.Integer(string="Left out", readonly=True, copy=False)
    change_count = fields.Integer(string="Changes", readonly=True, copy=False)
    applied_up_to = fields.Integer(readonly=True, default=-1, copy=False)
    conflict_count = fields.Integer(compute="_compute_conflict_count")
    child_count = fields.Integer(compute="_compute_child_count")
    count_ids = fields.One2many(
        comodel_name="khbs.dtsen.count", inverse_name="import_id", readonly=True
    )
    change_ids = fields.One2many(
        comodel_name="khbs.dtsen.change", inverse_name="import_id", readonly=True
    )
    conflict_ids = fields.One2many(
        comodel_name="khbs.dtsen.conflict", inverse_name="import_id", readonly=True
    )
    reason_ids = fields.One2many(
        comodel_name="khbs.dtsen.reason", inverse_name="import_id", readonly=True
    )
    family_ids = fields.One2many(
        comodel_name="khbs.dtsen.family", inverse_name="import_id", readonly=True
    )

    _name_uniq = models.Constraint("UNIQUE (name)", "This number is taken.")

    @api.depends("year", "quarter")
    def _compute_cutoff_date(self):
        for delivery in self:
            month = 3 * int(delivery.quarter or 1) - 2
            first = datetime.date(min(max(delivery.year or 1, 2), 9999), month, 1)
            before = first - datetime.timedelta(days=1)
            delivery.cutoff_date = min(before, fields.Date.context_today(self))

    @api.depends("conflict_ids.state")
    def _compute_conflict_count(self):
        for delivery in self:
            delivery.conflict_count = len(
                delivery.conflict_ids.filtered(lambda c: c.state == "pending")
            )

    @api.depends("child_ids")
    def _compute_child_count(self):
        for delivery in self:
            delivery.child_count = len(delivery.child_ids)

    @api.onchange("source_id")
    def _onchange_source_id(self):
        if self.source_id:
            self.code_system = self.source_id.code_system

    @api.constrains("parent_id", "year", "quarter", "scope")
    def _check_parent(self):
        for delivery in self:
            parent = delivery.parent_id.sudo()
            if parent and (
                parent.state not in WRITTEN
                or delivery.scope != "partial"
                or (parent.year, parent.quarter) != (delivery.year, delivery.quarter)
            ):
                raise ValidationError(
                    self.env._(
                        "Corrected rows follow an applied delivery, are of its quarter "
                        "and only a part."
                    )
                )

    @api.model
    def _own_vals(self, vals):
        return {"name": self.env["ir.sequence"].sudo().next_by_code(self._name)}

    def _refuse_unless_editable(self):
        self._require_idle()
        return super()._refuse_unless_editable()

    def action_stage(self):
        """Read the file, check every row and write down what applying would change.

        Where the heads of the file are not known yet, they are asked for.
        """
        for delivery in self._checked(OPERATOR, "dtsen.stage"):
            delivery._require_state("draft", "staged")
            delivery._require_idle()
            delivery._require_own_scope()
            delivery._refuse_older_quarter()
            if delivery._lacks_columns():
                return delivery._ask_for_columns()
            delivery._start_job("stage")
        return True

    def action_apply(self):
        """Write what was compared into the registry.

        Where the registry has changed since, the comparison is made anew first, and
        where that gives another result nothing is written: the operator decides on
        what will come true.
        """
        for delivery in self._checked(OPERATOR, "dtsen.apply"):
            delivery._require_state("staged")
            delivery._require_idle()
            delivery._require_own_scope()
            delivery._refuse_older_quarter()
            if delivery._registry_moved():
                before = delivery._plan()
                delivery._start_job("compare")
                if delivery._is_working() or delivery._plan() != before:
                    return delivery._notify_moved()
            delivery.state = "applying"
            delivery._start_job("apply")
        return True

    def action_resume(self):
        """Go on with what a stop or a failure left unwritten."""
        for delivery in self._checked(OPERATOR, "dtsen.resume"):
            delivery._require_state("applying")
            delivery._require_idle()
            delivery._refuse_older_quarter()
            delivery._start_job("apply")
        return True

    def action_drop_rest(self):
        """Leave unwritten what a stop left; the families of it say so in the list."""
        for delivery in self._checked(OPERATOR, "dtsen.drop"):
            delivery._require_state("applying")
            delivery._require_idle()
            dropped = self.env["khbs.dtsen.family"]._drop_rest(delivery)
            delivery._finish_apply("partly", dropped)
        return True

    def action_stop(self):
        """Ask the job to stop after the chunk that it is writing."""
        for delivery in self:
            self.env["khbs.audit.event"]._require_group(
                OPERATOR, "dtsen.stop", delivery
            )
        self.check_access("write")
        for delivery in self.sudo():
            delivery._current_job().write({"stop_requested": True})
            self.env["khbs.audit.event"]._record("dtsen.stop", delivery)
        return True

    def action_cancel(self):
        """Leave the delivery out; what was staged of it is removed."""
        for delivery in self._checked(OPERATOR, "dtsen.cancel"):
            delivery._require_state("draft", "staged")
            delivery._require_idle()
            delivery._clear_staging()
            delivery.state = "cancelled"
            self.env["khbs.audit.event"]._record("dtsen.cancelled", delivery)
        return True

    def action_correct(self):
        """Open a new delivery for the refused rows of this one, corrected."""
        self.ensure_one()
        self._require_state(*WRITTEN)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Corrected rows of %(delivery)s", delivery=self.name),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_parent_id": self.id,
                "default_area_id": self.area_id.id,
                "default_further_area_ids": self.further_area_ids.ids,
                "default_source_id": self.source_id.id,
                "default_code_system": self.code_system,
                "default_year": self.year,
                "default_quarter": self.quarter,
                "default_cutoff_date": self.cutoff_date,
                "default_letter_number": self.letter_number,
                "default_letter_date": self.letter_date,
                "default_purpose": self.purpose,
                "default_scope": "partial",
            },
        }

    def action_view_families(self):
        return self._action_of_delivery("khbs_registry.khbs_dtsen_family_action")

    def action_view_changes(self):
        return self._action_of_delivery("khbs_registry.khbs_dtsen_change_action")

    def action_view_counts(self):
        return self._action_of_delivery("khbs_registry.khbs_dtsen_count_action")

    def action_view_conflicts(self):
        return self._action_of_delivery("khbs_registry.khbs_dtsen_conflict_action")

    def action_view_children(self):
        return {
            **self._action_of_delivery("khbs_registry.khbs_dtsen_import_action"),
            "domain": [("parent_id", "=", self.id)],
        }

    def _action_of_delivery(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {**action, "domain": [("import_id", "=", self.id)], "context": {}}

    def action_download_rejects(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/khbs/import/{self.id}/rejects",
            "target": "download",
        }

    def _ask_for_columns(self):
        """Open the dialogue in which the heads of the file get their meaning."""
        self.ensure_one()
        mapping = (
            self.env["khbs.dtsen.mapping"].sudo(False).create({"import_id": self.id})
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which column is which?"),
            "res_model": mapping._name,
            "res_id": mapping.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def _registry_moved(self):
        """Tell whether the registry is not as it was compared."""
        self.ensure_one()
        self.env.flush_all()
        return self.env["khbs.dtsen.family"]._has_moved(self)

    def _notify_moved(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "The registry has changed since the check. "
                    "Look at the new counts, then apply again."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _finish_stage(self):
        self.ensure_one()
        if not self.row_count:
            raise UserError(self.env._("The file has no row below its header."))
        self.write({"state": "staged", "staged_at": fields.Datetime.now()})
        self.env["khbs.audit.event"]._record("dtsen.staged", self, self._facts())

    def _finish_apply(self, state, dropped=0):
        self.ensure_one()
        families = self.env["khbs.dtsen.family"]
        families._open_nik_conflicts(self)
        self.env.cr.execute("ANALYZE khbs_household")
        self.env.cr.execute("ANALYZE khbs_person")
        self.env.invalidate_all()
        self.write(
            {
                "state": state,
                "applied_at": fields.Datetime.now(),
                "moved_count": families.search_count(
                    [("import_id", "=", self.id), ("verdict", "=", "moved")]
                ),
                "dropped_count": dropped,
            }
        )
        self.env["khbs.audit.event"]._record(
            "dtsen.applied",
            self,
            {
                **self._facts(),
                "held_back": self.moved_count,
                "left_out": self.dropped_count,
            },
        )
