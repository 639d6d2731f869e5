# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry import identity_numbers
from odoo.addons.khbs_registry.delivered_table import TableError, open_table
from odoo.addons.khbs_registry.dtsen import reject_file
from odoo.addons.khbs_registry.held_file import HeldFile

from .. import roster_lines, roster_template
from ..terms import PROPOSER

# A file that is checked and never applied keeps its numbers staged so many days.
STAGED_DAYS = 30
STAGED = (
    *("import_id", "line", "outcome", "codes", "unreadable", "name", "nik"),
    *("role_id", "regency_id", "area_key", "appointment_letter", "appointment_date"),
    *("date_from", "date_to", "rank", "rank_group", "npwp", "bank_name"),
    *("bank_account", "bank_account_name"),
)


class KhbsBkkRosterImport(models.Model):
    """A roster that a regency delivers as a file: checked, looked at, applied.

    A line adds a holder or changes one; it never ends a term by being absent, and an
    empty cell never empties a field. So the same file twice changes nothing, and the
    refused lines, mended, are a file of their own.
    """

    _name = "khbs.bkk.roster.import"
    _inherit = ["khbs.guarded", "khbs.bkk.roster.apply"]
    _description = "Roster import"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "name",
        "file_sha256",
        "row_count",
        "new_count",
        "changed_count",
        "same_count",
        "refused_count",
        "line_ids",
        "refused_ids",
        "checked_at",
        "applied_at",
        "applied_by_id",
    )

    name = fields.Char(string="Number", readonly=True, copy=False)
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Roster of",
        required=True,
        index=True,
        domain=[("level", "in", ["province", "regency", "city"])],
        default=lambda self: self._default_area_id(),
        ondelete="restrict",
        help="Lines of other areas are refused.",
    )
    file = HeldFile(
        rows="row_count",
        copy=False,
        required=True,
        attachment=True,
        groups="khbs_registry.group_bkk_proposer",
        help="XLSX or CSV with the columns of the template. It is kept as delivered.",
    )
    file_name = fields.Char()
    file_sha256 = fields.Char(string="File SHA-256", readonly=True, copy=False)
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("checked", "File checked"),
            ("applied", "Applied"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    line_ids = fields.One2many(
        comodel_name="khbs.bkk.roster.import.line",
        inverse_name="import_id",
        string="Lines",
        readonly=True,
        copy=False,
    )
    refused_ids = fields.One2many(
        comodel_name="khbs.bkk.roster.import.line",
        inverse_name="import_id",
        string="Refused lines",
        domain=[("outcome", "=", "refused")],
        readonly=True,
        copy=False,
    )
    row_count = fields.Integer(string="Rows", readonly=True, copy=False)
    new_count = fields.Integer(string="New", readonly=True, copy=False)
    changed_count = fields.Integer(string="Changed", readonly=True, copy=False)
    same_count = fields.Integer(string="Unchanged", readonly=True, copy=False)
    refused_count = fields.Integer(string="Refused", readonly=True, copy=False)
    checked_at = fields.Datetime(readonly=True, copy=False)
    applied_at = fields.Datetime(readonly=True, copy=False)
    applied_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )

    _name_uniq = models.Constraint("UNIQUE (name)", "This number is taken.")

    @api.model
    def _own_vals(self, vals):
        return {"name": self.env["ir.sequence"].sudo().next_by_code(self._name)}

    def _default_area_id(self):
        """Return the area of a user who has only one."""
        areas = self.env.user.khbs_area_ids
        levels = ("province", "regency", "city")
        return areas if len(areas) == 1 and areas.level in levels else False

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_check(self):
        """Read the file and show what it would do; nothing is changed yet."""
        for delivery in self._checked(PROPOSER, "bkk.roster.import.stage"):
            delivery._require_state("draft", "checked")
            delivery._stage_file()
            delivery._match()
            delivery.write(
                {
                    **delivery._counts(),
                    "state": "checked",
                    "checked_at": fields.Datetime.now(),
                }
            )
            self.env["khbs.audit.event"]._record(
                "bkk.roster.import.staged", delivery, delivery._figures()
            )
        return True

    def action_reopen(self):
        """Take a checked file back, to hand in another."""
        for delivery in self._checked(PROPOSER, "bkk.roster.import.reopen"):
            delivery._require_state("checked")
            delivery._unstage()
        return True

    def action_apply(self):
        """Bring the new and the changed lines into the roster."""
        for delivery in self._checked(PROPOSER, "bkk.roster.import.apply"):
            delivery._require_state("checked")
            delivery._check_as_shown()
            delivery._apply()
            delivery.write(
                {
                    "state": "applied",
                    "applied_at": fields.Datetime.now(),
                    "applied_by_id": self.env.uid,
                }
            )
            self.env["khbs.audit.event"]._record(
                "bkk.roster.import.applied", delivery, delivery._figures()
            )
        return True

    def action_download_refused(self):
        """Download the refused lines: own columns, code and how to mend each."""
        self.ensure_one()
        url = f"/khbs/bkk/roster-import/{self.id}/refused"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def action_download_template(self):
        """Download the empty workbook that a roster is delivered in."""
        url = "/khbs/bkk/roster-template"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def action_view_lines(self):
        """Open the lines as a list of their own, by what they do."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "khbs.bkk.roster.import.line",
            "view_mode": "list",
            "domain": [("import_id", "=", self.id)],
            "context": {"group_by": "outcome"},
        }

    def action_view_holders(self):
        """Open the holders that the file brought or changed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("In the roster"),
            "res_model": "khbs.bkk.holder",
            "view_mode": "list,kanban,form",
            "domain": [
                (
                    "id",
                    "in",
                    self.line_ids.filtered(
                        lambda line: line.outcome in ("new", "changed")
                    ).holder_id.ids,
                )
            ],
        }

    def _figures(self):
        return {"file_sha256": self.file_sha256, **self._counts()}

    # ------------------------------------------------------------------
    # The file
    # ------------------------------------------------------------------

    def _stage_file(self):
        """COPY every line of the file, judged by what it says."""
        self.env.flush_all()
        self._clear_lines()
        with self.env["khbs.dtsen.import"]._file_of(self) as path:
            with open(path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            self.file_sha256 = digest
            try:
                with open_table(path) as table:
                    table.choose(roster_lines.COLUMNS, optional=roster_lines.OPTIONAL)
                    self._copy_lines(table)
            except TableError as error:
                message = self.env["khbs.dtsen.import"]._table_error_message(error)
                raise UserError(message) from error
        # The planner knows nothing yet of what COPY brought.
        self.env.cr.execute("ANALYZE khbs_bkk_roster_import_line")
        self.env.invalidate_all()

    def _copy_lines(self, table):
        count = self.env["khbs.dtsen.import"]._copy_rows(
            "khbs_bkk_roster_import_line", STAGED, self._judged(table, self._judge())
        )
        if not count:
            raise UserError(self.env._("The file has no lines below its head."))

    def _judged(self, table, judge):
        for number, cells, values in table.rows():
            if values is None:
                merged, values = table.guess(cells)
                line = judge.judge(values)
                line.codes = ["CELL_MERGED" if merged else "ROW_UNREADABLE"]
            else:
                line = judge.judge(values)
            yield (
                *(self.id, number, "refused" if line.codes else "new"),
                *(" ".join(line.codes), bool(line.codes), line.name, line.nik),
                *(line.role_id, line.regency_id, line.area_key, line.letter),
                *(line.letter_date, line.date_from, line.date_to, line.rank),
                *(line.rank_group, line.npwp, line.bank, line.account),
                line.account_name,
            )

    def _judge(self):
        """Return what judges the lines by the roles and areas there are."""
        every = self.env["khbs.bkk.role"].with_context(active_test=False)
        roles = every.search([("code", "!=", False)])
        self.env.cr.execute(
            SQL(
                """
                SELECT a.code, a.id, a.level,
                       (SELECT r.id FROM khbs_area r
                         WHERE r.level IN ('regency', 'city')
                           AND a.parent_path LIKE r.parent_path || '%%'),
                       a.parent_path LIKE %s
                  FROM khbs_area a
                 WHERE a.active AND a.level IN ('district', 'village', 'urban_village')
                """,
                f"{self.area_id.parent_path}%",
            )
        )
        areas = {
            code: roster_lines.Area(*about) for code, *about in self.env.cr.fetchall()
        }
        used = roles.filtered("active")
        return roster_lines.Judge(
            {
                text.upper(): roster_lines.Role(
                    role.id, role.area_level, role.rank_required
                )
                for role in used
                for text in (role.code, role.name)
            },
            [text.upper() for role in roles - used for text in (role.code, role.name)],
            areas,
            identity_numbers,
        )

    def _clear_lines(self):
        self.env.cr.execute(
            SQL("DELETE FROM khbs_bkk_roster_import_line WHERE import_id = %s", self.id)
        )
        self.env.invalidate_all()

    def _unstage(self):
        """Take the checked file back; what was read of it is deleted."""
        self.ensure_one()
        self._clear_lines()
        self.write({**dict.fromkeys(self._counts(), 0), "state": "draft"})

    @api.autovacuum
    def _forget_unapplied(self):
        """Delete the staged numbers of what was checked and never applied."""
        last = fields.Datetime.now() - timedelta(days=STAGED_DAYS)
        for delivery in self.sudo().search(
            [("state", "=", "checked"), ("checked_at", "<", last)]
        ):
            delivery._unstage()

    @api.model
    def _write_template(self, file):
        """Write the empty workbook with the roles in use and the user's areas."""
        self.env["khbs.audit.event"]._require_group(
            PROPOSER, "bkk.roster.import.download"
        )
        areas = self.env["khbs.area"].search(
            [
                ("level", "in", ("district", "village", "urban_village")),
                ("id", "child_of", self.env.user.khbs_area_ids.ids),
            ]
        )
        roles = self.env["khbs.bkk.role"].search([("active", "=", True)])
        roster_template.write(
            file,
            [(role.name, role.code, role.rank_required) for role in roles],
            [
                (
                    area.code,
                    area._title(),
                    area.parent_id.name if area.level != "district" else "",
                )
                for area in areas
            ],
        )

    def _write_refused(self, file):
        """Write the workbook of the refused lines into *file*; the act is recorded."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(PROPOSER, "bkk.roster.import.rejects", self)
        self.check_access("read")
        delivery = self.sudo()
        delivery._require_state("checked", "applied")
        refused = [
            (line.line, line.codes.split())
            for line in delivery.line_ids.filtered("codes").sorted("line")
        ]
        with (
            delivery.env["khbs.dtsen.import"]._file_of(delivery) as path,
            open_table(path) as table,
        ):
            rows = reject_file.write(file, table, refused, roster_lines.sentence)
        events._record("bkk.roster.import.rejects", self, {"rows": rows})
