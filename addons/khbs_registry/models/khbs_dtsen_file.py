# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import itertools
import tempfile
from contextlib import contextmanager

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..delivered_table import TableError, open_table
from ..dtsen import reject_file
from ..dtsen.checks import (
    COLUMNS,
    OPTIONAL,
    AreaLookup,
    RowChecker,
    StagedRow,
)
from ..dtsen.copy_stream import CopyStream
from .khbs_dtsen_scope import WRITTEN

STAGING_COLUMNS = ("import_id", *StagedRow._fields)
# Rows of one COPY: what a killed server reads again at most.
CHUNK = 50_000


class KhbsDtsenFile(models.AbstractModel):
    """The file of a delivery: into the staging table, and its refused rows back out."""

    _name = "khbs.dtsen.file"
    _description = "DTSEN delivery: its file"

    def init(self):
        """Make the staging tables: raw rows that no screen shows, so no model."""
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
            );
            ALTER TABLE khbs_dtsen_row
                ADD COLUMN IF NOT EXISTS relations text[],
                ADD COLUMN IF NOT EXISTS warnings text[] NOT NULL DEFAULT '{}';
            CREATE INDEX IF NOT EXISTS khbs_dtsen_row_family_idx
                ON khbs_dtsen_row (import_id, family_key);
            -- Which row is which person of the registry, as compared.
            CREATE TABLE IF NOT EXISTS khbs_dtsen_pair (
                import_id int4 NOT NULL,
                line int4 NOT NULL,
                family_id int4 NOT NULL,
                person_id int4 NOT NULL,
                PRIMARY KEY (import_id, line)
            );
            CREATE INDEX IF NOT EXISTS khbs_dtsen_pair_person_idx
                ON khbs_dtsen_pair (import_id, person_id);
            """
        )

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
    def _open_table(self, header_line=None):
        """Give the delivered table; say how to mend what is no such table."""
        header_line = header_line or self.source_id.header_line or 1
        try:
            with (
                self._file_of(self) as path,
                open_table(path, header_line=header_line) as table,
            ):
                yield table
        except TableError as error:
            raise UserError(self._table_error_message(error)) from error

    def _lacks_columns(self):
        """Tell whether the file has not the heads that its source is known for."""
        with self._open_table() as table:
            try:
                table.choose(COLUMNS, self.source_id._heads(), OPTIONAL)
            except TableError:
                return True
        return False

    def _table_error_message(self, error):
        messages = {
            "empty": self.env._("The file is empty."),
            "encoding": self.env._(
                "The file is neither UTF-8 nor Windows-1252. Save it as CSV UTF-8 and "
                "upload it again."
            ),
            "archive": self.env._(
                "A ZIP may hold one CSV file and nothing else; this one holds: "
                "%(names)s.",
                names=error.detail,
            ),
            "large": self.env._(
                "The file unpacks to more than a delivery of the whole province has. "
                "Ask the source for a plain CSV or XLSX."
            ),
            "locked": self.env._(
                "The file is protected by a password. Take the password off, then "
                "upload it again."
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

    @api.model
    def _copy_rows(self, table, columns, rows):
        """COPY tuples of *rows* into *columns* of *table*; return how many there were.

        What PostgreSQL refuses is told without its words: it quotes the row, and rows
        hold NIK.
        """
        stream = CopyStream(rows)
        statement = SQL(
            "COPY %s (%s) FROM STDIN WITH (FORMAT csv)",
            SQL.identifier(table),
            SQL(", ").join(SQL.identifier(column) for column in columns),
        )
        try:
            self.env.cr.copy_expert(statement.code, stream)
        except psycopg2.Error as error:
            if stream.error:
                raise stream.error from None
            if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                raise ConcurrencyError(error.pgcode) from None
            raise UserError(
                self.env._(
                    "A line of the file does not fit into the database (error "
                    "%(code)s). Save the file anew as CSV UTF-8 or XLSX and upload it "
                    "again; if it is refused again, give this number to an "
                    "administrator.",
                    code=error.pgcode,
                )
            ) from None
        return stream.count

    def _take_stock(self):
        """Forget an earlier reading; note the digest of the file and what it equals."""
        self._clear_staging()
        with self._file_of(self) as path, open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        same = self.search(
            [
                ("file_sha256", "=", digest),
                ("state", "in", WRITTEN),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        self.write({"file_sha256": digest, "same_file_id": same.id})

    def _stage_rows(self, position):
        """COPY the rows below line *position* into staging, a chunk at a time.

        :return: generator of (line of the last row, rows of the chunk, lines or 0)
        """
        checker = RowChecker(
            self._area_lookup(),
            fields.Date.context_today(self),
            self.source_id._row_form(),
            self._district_codes(),
            self.env["khbs.household"]._number_digest,
        )
        with self._open_table() as table:
            table.choose(COLUMNS, self.source_id._heads(), OPTIONAL)
            if self.encoding != table.encoding:
                self.encoding = table.encoding
            rows = (row for row in table.rows() if row[0] > position)
            while True:
                count, last = self._copy_chunk(table, checker, rows)
                if not count:
                    break
                yield last, count, table.line_count
        # The planner knows nothing yet of what COPY brought.
        self.env.cr.execute("ANALYZE khbs_dtsen_row")

    def _copy_chunk(self, table, checker, rows):
        """Return (number of rows copied, line of the last one)."""
        last = 0

        def checked():
            nonlocal last
            for line, cells, values in itertools.islice(rows, CHUNK):
                last = line
                if values is None:
                    merged, guessed = table.guess(cells)
                    reason = "CELL_MERGED" if merged else "ROW_UNREADABLE"
                    yield (self.id, *checker.unreadable(line, guessed, reason))
                else:
                    yield (self.id, *checker.check(line, values))

        count = self._copy_rows("khbs_dtsen_row", STAGING_COLUMNS, checked())
        return count, last

    def _district_codes(self):
        """Return the six digits that a NIK or KK number of the province begins with."""
        districts = self.env["khbs.area"].search([("level", "=", "district")])
        return frozenset(code.replace(".", "") for code in districts.mapped("code"))

    def _area_lookup(self):
        """Return the villages by their code in the delivery's code system."""
        code = SQL.identifier(
            "code" if self.code_system == "kemendagri" else "bps_code"
        )
        villages = self.env.execute_query(
            SQL(
                """
                SELECT %s, id, parent_path LIKE ANY (%s) FROM khbs_area
                WHERE active AND level IN ('village', 'urban_village')
                """,
                code,
                self._scope_patterns(),
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

    def _write_rejects(self, file):
        """Write the reject file as XLSX into *file*, for its operator only."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(
            "khbs_registry.group_registry_operator", "dtsen.rejects", self
        )
        self.check_access("read")
        delivery = self.sudo()
        delivery._require_state("staged", *WRITTEN)
        if delivery.rejected_row_count > reject_file.MOST_ROWS:
            raise UserError(
                self.env._(
                    "More rows were refused than a workbook can hold. Look at the "
                    "reasons in the preview: so many have one cause, such as a column "
                    "of another meaning. Mend that and hand the file in anew."
                )
            )
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
