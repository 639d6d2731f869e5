# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import datetime
import hashlib
import tempfile
from contextlib import contextmanager

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..delivered_table import TableError, open_table
from ..dtsen import reject_file
from ..dtsen.checks import COLUMNS, AreaLookup, RowChecker, StagedRow
from ..dtsen.copy_stream import CopyStream
from ..held_file import HeldFile
from .khbs_dtsen_family import VERDICTS

OPERATOR = "khbs_registry.group_registry_operator"
STAGING_COLUMNS = ", ".join(("import_id", *StagedRow._fields))


class KhbsDtsenImport(models.Model):
    """A delivery of DTSEN: from the file to the registry, in two steps.

    *Stage* copies the rows into a staging table, checks them and counts what applying
    would change; nothing in the registry moves. *Apply* writes it in one pass.
    """

    _name = "khbs.dtsen.import"
    _inherit = "khbs.guarded"
    _description = "DTSEN delivery"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "name",
        "file_sha256",
        "staged_at",
        "applied_at",
        "row_count",
        "household_count",
        "new_count",
        "changed_count",
        "unchanged_count",
        "rejected_count",
        "rejected_row_count",
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
    letter_number = fields.Char(
        required=True, help="Of the letter with which the source handed the data over."
    )
    letter_date = fields.Date(required=True)
    purpose = fields.Char(required=True, help="What the data may be used for.")
    code_system = fields.Selection(
        selection=[("kemendagri", "Kemendagri"), ("bps", "BPS")],
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
        help="CSV (semicolon or comma, UTF-8), alone or in a ZIP, or XLSX, with the "
        "agreed columns.",
    )
    file_name = fields.Char()
    file_sha256 = fields.Char(string="File SHA-256", readonly=True, copy=False)
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("staged", "Checked"),
            ("applied", "Applied"),
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
    reason_ids = fields.One2many(
        comodel_name="khbs.dtsen.reason", inverse_name="import_id", readonly=True
    )
    family_ids = fields.One2many(
        comodel_name="khbs.dtsen.family", inverse_name="import_id", readonly=True
    )

    _name_uniq = models.Constraint("UNIQUE (name)", "This number is taken.")

    def init(self):
        """Make the staging table: raw rows that no screen shows, so no model."""
        self.env.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS khbs_dtsen_row (
                import_id int4 NOT NULL,
                line int4 NOT NULL,
                family_key text NOT NULL,
                kk_number text,
                nik text,
                nik_status text NOT NULL,
                name text,
                relation text,
                sex text,
                birth_date date,
                area_id int4,
                address text,
                rt text,
                rw text,
                decile text,
                dwelling_kind text,
                latitude numeric,
                longitude numeric,
                reasons text[] NOT NULL DEFAULT '{}',
                PRIMARY KEY (import_id, line)
            )
            """
        )

    @api.model
    def _own_vals(self, vals):
        return {"name": self.env["ir.sequence"].sudo().next_by_code(self._name)}

    @api.depends("year", "quarter")
    def _compute_cutoff_date(self):
        for delivery in self:
            month = 3 * int(delivery.quarter or 1) - 2
            first = datetime.date(min(max(delivery.year or 1, 2), 9999), month, 1)
            delivery.cutoff_date = first - datetime.timedelta(days=1)

    def action_stage(self):
        """Read the file, check every row and count what applying would change."""
        for delivery in self._checked(OPERATOR, "dtsen.stage"):
            delivery._require_state("draft", "staged")
            delivery._refuse_older_quarter()
            delivery._stage_file()
            delivery._compare()
            delivery.state = "staged"
            delivery.staged_at = fields.Datetime.now()
            self.env["khbs.audit.event"]._record(
                "dtsen.staged", delivery, delivery._facts()
            )
        return True

    def action_apply(self):
        """Write what was staged into the registry, in one pass.

        The registry may have changed since the check, so the comparison is made anew.
        Where its counts differ nothing is written: the operator decides on those that
        will come true.
        """
        for delivery in self._checked(OPERATOR, "dtsen.apply"):
            delivery._require_state("staged")
            delivery._refuse_older_quarter()
            before = delivery._facts()
            delivery._compare()
            if delivery._facts() != before:
                delivery.staged_at = fields.Datetime.now()
                return delivery._notify_moved()
            self.env["khbs.dtsen.family"]._apply(delivery)
            delivery.state = "applied"
            delivery.applied_at = fields.Datetime.now()
            self.env["khbs.audit.event"]._record(
                "dtsen.applied", delivery, delivery._facts()
            )
        return True

    def action_cancel(self):
        """Leave the delivery out; what was staged of it is removed."""
        for delivery in self._checked(OPERATOR, "dtsen.cancel"):
            delivery._require_state("draft", "staged")
            delivery._clear_staging()
            delivery.state = "cancelled"
            self.env["khbs.audit.event"]._record("dtsen.cancelled", delivery)
        return True

    def action_view_families(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_registry.khbs_dtsen_family_action"
        )
        return {**action, "domain": [("import_id", "=", self.id)], "context": {}}

    def action_download_rejects(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/khbs/import/{self.id}/rejects",
            "target": "download",
        }

    def _facts(self):
        """Return the counts and the hash, for an audit event."""
        self.ensure_one()
        return {
            "file_sha256": self.file_sha256,
            "quarter": f"{self.year}-{self.quarter}",
            "rows": self.row_count,
            "new": self.new_count,
            "changed": self.changed_count,
            "unchanged": self.unchanged_count,
            "rejected": self.rejected_count,
        }

    def _refuse_older_quarter(self):
        """A delivery never goes back behind one applied in its area."""
        self.ensure_one()
        applied = self.search(
            [
                ("state", "=", "applied"),
                "|",
                ("area_id", "child_of", self.area_id.id),
                ("area_id", "parent_of", self.area_id.id),
            ]
        )
        for later in applied:
            if (later.year, later.quarter) > (self.year, self.quarter):
                raise UserError(
                    self.env._(
                        "%(other)s of quarter %(quarter)s/%(year)s is applied already "
                        "in this area; an older quarter cannot follow it.",
                        other=later.name,
                        quarter=later.quarter,
                        year=later.year,
                    )
                )

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

    @api.model
    @contextmanager
    def _file_of(self, record):
        """Give the path of the file of *record*, without reading it into memory."""
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("res_field", "=", "file"),
            ]
        )
        if attachment.store_fname:
            yield attachment._full_path(attachment.store_fname)
            return
        with tempfile.NamedTemporaryFile() as file:
            file.write(attachment.raw or b"")
            file.flush()
            yield file.name

    @contextmanager
    def _open_table(self):
        """Give the delivered table; say how to mend what is no such table."""
        try:
            with self._file_of(self) as path, open_table(path, COLUMNS) as table:
                yield table
        except TableError as error:
            raise UserError(self._table_error_message(error)) from error

    def _table_error_message(self, error):
        messages = {
            "empty": self.env._("The file is empty."),
            "encoding": self.env._(
                "The file is not UTF-8. Save it as CSV UTF-8 and upload it again."
            ),
            "archive": self.env._(
                "A ZIP may hold one CSV file and nothing else; this one holds: "
                "%(names)s.",
                names=error.detail,
            ),
            "columns": self.env._(
                "The file lacks these columns: %(columns)s. The first line must name "
                "them.",
                columns=error.detail,
            ),
        }
        return messages.get(error.code) or self.env._(
            "The file cannot be read (%(detail)s). Save it anew as CSV or XLSX.",
            detail=error.detail,
        )

    def _stage_file(self):
        """COPY the rows with what each of them shows by itself into staging."""
        self._clear_staging()
        with self._file_of(self) as path, open(path, "rb") as file:
            self.file_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        checker = RowChecker(self._area_lookup(), fields.Date.context_today(self))
        with self._open_table() as table:
            stream = CopyStream(
                (self.id, *checker.check(line, cells))
                for line, _all_cells, cells in table.rows()
            )
            try:
                self.env.cr.copy_expert(
                    f"COPY khbs_dtsen_row ({STAGING_COLUMNS}) "
                    "FROM STDIN WITH (FORMAT csv)",
                    stream,
                )
            except psycopg2.Error:
                if stream.error:
                    raise stream.error from None
                raise
        if not stream.count:
            raise UserError(self.env._("The file has no row below its header."))
        # The planner knows nothing yet of what COPY brought.
        self.env.cr.execute("ANALYZE khbs_dtsen_row")

    def _area_lookup(self):
        """Return the villages by their code in the delivery's code system."""
        code = SQL.identifier(
            "code" if self.code_system == "kemendagri" else "bps_code"
        )
        villages = self.env.execute_query(
            SQL(
                """
                SELECT %s, id, parent_path LIKE %s FROM khbs_area
                WHERE active AND level IN ('village', 'urban_village')
                """,
                code,
                f"{self.area_id.parent_path}%",
            )
        )
        regencies = self.env["khbs.area"].search(
            [("level", "in", ("regency", "city")), ("bps_code", "!=", False)]
        )
        return AreaLookup(
            self.code_system,
            {code: area_id for code, area_id, _in_scope in villages if code},
            {area_id for _code, area_id, in_scope in villages if in_scope},
            set(regencies.mapped("bps_code")),
        )

    def _compare(self):
        """Match the staged rows with the registry and count what would change."""
        self.env.flush_all()
        self.env["khbs.dtsen.family"]._compare(self)
        self._count()

    def _count(self):
        [counts] = self.env.execute_query_dict(
            SQL(
                """
                SELECT count(*) AS row_count,
                    count(*) FILTER (WHERE reasons <> '{}') AS rejected_row_count
                FROM khbs_dtsen_row WHERE import_id = %s
                """,
                self.id,
            )
        )
        by_verdict = dict(
            self.env.execute_query(
                SQL(
                    "SELECT verdict, count(*) FROM khbs_dtsen_family "
                    "WHERE import_id = %s GROUP BY verdict",
                    self.id,
                )
            )
        )
        for verdict, _label in VERDICTS:
            counts[f"{verdict}_count"] = by_verdict.get(verdict, 0)
        self.write({**counts, "household_count": sum(by_verdict.values())})
        self.reason_ids.unlink()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_dtsen_reason (import_id, code, row_count)
                SELECT import_id, reason, count(*)
                FROM khbs_dtsen_row, unnest(reasons) AS reason
                WHERE import_id = %s GROUP BY import_id, reason
                """,
                self.id,
            )
        )
        self.invalidate_recordset(["reason_ids", "family_ids"])

    def _clear_staging(self):
        self.ensure_one()
        for table in ("khbs_dtsen_row", "khbs_dtsen_family", "khbs_dtsen_reason"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE import_id = %s",
                    SQL.identifier(table),
                    self.id,
                )
            )
        self.env.invalidate_all()

    def _write_rejects(self, file):
        """Write the reject file as XLSX into *file*, for its operator only."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(
            "khbs_registry.group_registry_operator", "dtsen.rejects", self
        )
        self.check_access("read")
        delivery = self.sudo()
        delivery._require_state("staged", "applied")
        with delivery._open_table() as table:
            rows = reject_file.write(file, table, delivery._rejected_rows())
        # The file names people in full; who took it, and when, is on record.
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        events._record("dtsen.rejects", self, {"rows": rows, "sha256": digest})

    def _rejected_rows(self):
        """Yield (line, reason codes) of the refused rows in the order of the file."""
        self.ensure_one()
        line = 0
        while True:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT line, reasons FROM khbs_dtsen_row
                    WHERE import_id = %s AND line > %s AND reasons <> '{}'
                    ORDER BY line LIMIT 5000
                    """,
                    self.id,
                    line,
                )
            )
            if not rows:
                return
            yield from rows
            line = rows[-1][0]

    @api.autovacuum
    def _gc_staged_rows(self):
        """Keep of an applied delivery only the rows that were refused."""
        self.flush_model(["state"])
        self.env.cr.execute(
            """
            DELETE FROM khbs_dtsen_row r
            WHERE NOT EXISTS (
                SELECT FROM khbs_dtsen_import i WHERE i.id = r.import_id
            ) OR (reasons = '{}' AND EXISTS (
                SELECT FROM khbs_dtsen_import i
                WHERE i.id = r.import_id AND i.state = 'applied'
            ))
            """
        )
