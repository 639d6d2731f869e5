# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
import io

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.held_file import HeldFile
from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import bank_layouts, bank_messages
from ..bank_layouts.records import ACCOUNT_CODES, RESULT_CODES, SUCCESS, LayoutError

BANK_OFFICER = "khbs_registry.group_bank_officer"


class KhbsBankResult(models.Model):
    """The bank's answer to a batch: a file, and what each of its lines came to.

    A line of the answer counts only if reference and account and amount are those that
    were sent. What does not match waits for a person and changes nothing.
    """

    _name = "khbs.bank.result"
    _inherit = ["khbs.guarded"]
    _rec_name = "file_name"
    _description = "Answer of the bank"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "file_sha256",
        "imported_by_id",
        "imported_at",
        "declared_count",
        "declared_total",
        "row_count",
        "row_total",
        "counts_agree",
    )

    batch_id = fields.Many2one(
        comodel_name="khbs.bank.batch",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('state', 'in', ['sent', 'closed'])]",
    )
    layout = fields.Selection(
        selection=lambda self: bank_layouts.result_choices(),
        required=True,
        default="csv",
    )
    file = HeldFile(rows="row_count", required=True, copy=False)
    file_name = fields.Char()
    file_sha256 = fields.Char(string="SHA-256 of the file", readonly=True, copy=False)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("imported", "Imported")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    imported_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False
    )
    imported_at = fields.Datetime(readonly=True, copy=False)
    declared_count = fields.Integer(readonly=True, copy=False)
    declared_total = Rupiah(readonly=True, copy=False)
    row_count = fields.Integer(string="Lines found", readonly=True, copy=False)
    row_total = Rupiah(string="Total found", readonly=True, copy=False)
    counts_agree = fields.Boolean(readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name="khbs.bank.result.line", inverse_name="result_id"
    )

    _file_uniq = models.UniqueIndex(
        "(batch_id, file_sha256) WHERE state = 'imported'",
        "This file has been imported already; nothing was changed.",
    )

    def action_import(self):
        """Read these files and let what matches take effect."""
        self.env["khbs.audit.event"]._require_group(BANK_OFFICER, "bank.import", self)
        for result in self:
            result._import()

    def _import(self):
        self.ensure_one()
        self.batch_id.lock_for_update(allow_referencing=True)
        self.lock_for_update(allow_referencing=True)
        self._require_state("draft")
        self.batch_id._require_state("sent", "closed")
        self.batch_id.round_id._require_areas("bank.import")
        content = base64.b64decode(self.with_context(bin_size=False).file)
        sha256 = hashlib.sha256(content).hexdigest()
        self._require_new(sha256)
        declared, lines = self._parse(content)
        result = self.sudo()
        result._insert_lines(lines)
        result._apply()
        count, total = len(lines), sum(line.amount for line in lines)
        result.write(
            {
                "state": "imported",
                "file_sha256": sha256,
                "imported_by_id": self.env.uid,
                "imported_at": fields.Datetime.now(),
                "declared_count": declared.count,
                "declared_total": declared.total,
                "row_count": count,
                "row_total": total,
                "counts_agree": (declared.count, declared.total) == (count, total),
            }
        )
        result._seal_file()
        figures = result._figures()
        self.env["khbs.audit.event"]._record(
            "bank.import", self, {"sha256": sha256, **figures}
        )
        result._open_case(figures)
        result.batch_id._close_if_answered()

    def _require_new(self, sha256):
        same = [
            ("batch_id", "=", self.batch_id.id),
            ("file_sha256", "=", sha256),
            ("state", "=", "imported"),
        ]
        if self.sudo().search_count(same, limit=1):
            raise UserError(
                self.env._("This file has been imported already; nothing was changed.")
            )

    def _parse(self, content):
        """Return the declared result and the list of its lines."""
        layout = bank_layouts.get(self.layout)
        try:
            declared, lines = layout.read_result(io.BytesIO(content))
            lines = list(lines)
        except LayoutError as error:
            raise UserError(bank_messages.describe(self.env, error)) from error
        if declared.number != self.batch_id.name:
            raise UserError(
                self.env._(
                    "The file answers order %(found)s, not %(expected)s.",
                    found=declared.number,
                    expected=self.batch_id.name,
                )
            )
        return declared, lines

    def _insert_lines(self, lines):
        """Judge every line of the file against what was sent, in one statement."""
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(
            """
            CREATE TEMPORARY TABLE IF NOT EXISTS khbs_bank_staging (
                row_number integer, reference text, account text, name text,
                amount bigint, code text, message text
            ) ON COMMIT DROP;
            TRUNCATE khbs_bank_staging
            """
        )
        cr.execute_values(
            "INSERT INTO khbs_bank_staging VALUES %s",
            [
                (
                    line.row,
                    line.reference,
                    line.account,
                    line.name,
                    line.amount,
                    line.code,
                    line.message,
                )
                for line in lines
            ],
            page_size=1000,
        )
        cr.execute(
            SQL(
                """
                INSERT INTO khbs_bank_result_line
                       (result_id, row_number, reference, account, amount, code,
                        message, line_id, state)
                SELECT %(result)s, s.row_number, s.reference, s.account, s.amount,
                       CASE WHEN s.code = ANY(%(codes)s) THEN s.code END,
                       NULLIF(s.message, ''), l.id,
                       CASE WHEN l.id IS NULL THEN 'unknown'
                            WHEN NOT s.code = ANY(%(codes)s) THEN 'unclear'
                            WHEN %(mismatch)s THEN 'mismatch'
                            WHEN before.code = s.code THEN 'repeated'
                            WHEN before.id IS NOT NULL OR s.varies THEN 'conflict'
                            WHEN s.nth > 1 THEN 'repeated'
                            WHEN s.code = %(success)s THEN 'success'
                            ELSE 'failed' END
                  FROM (SELECT *,
                               row_number() OVER line AS nth,
                               min(said) OVER line <> max(said) OVER line AS varies,
                               min(reference) OVER holder <> max(reference) OVER holder
                                   AS shared
                          FROM (SELECT *, concat_ws('|', account, amount, code) AS said
                                  FROM khbs_bank_staging) k
                        WINDOW line AS (
                               PARTITION BY reference ORDER BY row_number
                               ROWS BETWEEN UNBOUNDED PRECEDING
                                        AND UNBOUNDED FOLLOWING),
                               holder AS (PARTITION BY account)) s
                  LEFT JOIN khbs_bank_line l
                         ON l.reference = s.reference AND l.batch_id = %(batch)s
                  LEFT JOIN khbs_bank_account a ON a.id = l.account_id
                  LEFT JOIN khbs_bank_result_line before
                         ON before.line_id = l.id
                        AND before.state IN ('success', 'failed')
                 ORDER BY s.row_number
                """,
                result=self.id,
                batch=self.batch_id.id,
                codes=[code for code, _label in RESULT_CODES],
                success=SUCCESS,
                mismatch=self._mismatch(),
            )
        )

    def _mismatch(self):
        """Return the condition under which a found line is not the one sent."""
        if self.batch_id.kind == "transfer":
            return SQL("s.amount <> l.amount OR s.account <> a.account_number")
        # A new account: a number of its own, which no other household has.
        return SQL(
            """
            s.amount <> 0 OR (s.code = %s AND (
                s.account !~ '^[0-9]{1,35}$' OR s.shared OR EXISTS (
                    SELECT FROM khbs_bank_account o
                     WHERE o.account_number = s.account AND o.id <> a.id
                       AND o.state <> 'closed')))
            """,
            SUCCESS,
        )

    def _apply(self):
        """Let the lines of this answer that succeeded or failed take effect."""
        if self.batch_id.kind == "transfer":
            self._apply_transfer()
        else:
            self._apply_opening()
        self.env.invalidate_all()

    def _apply_transfer(self):
        answered = SQL(
            """
            SELECT r.state, r.code, l.id, l.entitlement_id, l.account_id, l.amount
              FROM khbs_bank_result_line r JOIN khbs_bank_line l ON l.id = r.line_id
             WHERE r.result_id = %s AND r.state IN ('success', 'failed')
            """,
            self.id,
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_bank_posting
                       (line_id, entitlement_id, amount, posted_at)
                SELECT id, entitlement_id, amount, %(now)s FROM (%(answered)s) a
                 WHERE state = 'success';
                UPDATE khbs_entitlement e
                   SET state = CASE a.state WHEN 'success' THEN 'consumed'
                                            ELSE 'open' END
                  FROM (%(answered)s) a
                 WHERE e.id = a.entitlement_id AND e.state = 'reserved';
                UPDATE khbs_bank_account b SET state = 'failed', reason_code = a.code
                  FROM (%(answered)s) a
                 WHERE b.id = a.account_id AND a.state = 'failed'
                   AND b.state = 'active' AND a.code = ANY(%(account_codes)s)
                """,
                now=fields.Datetime.now(),
                answered=answered,
                account_codes=list(ACCOUNT_CODES),
            )
        )

    def _apply_opening(self):
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_bank_account b
                   SET state = CASE r.state WHEN 'success' THEN 'active'
                                            ELSE 'failed' END,
                       account_number = CASE r.state WHEN 'success' THEN r.account END,
                       account_name = CASE r.state
                                      WHEN 'success' THEN NULLIF(s.name, '') END,
                       reason_code = CASE r.state WHEN 'failed' THEN r.code END
                  FROM khbs_bank_result_line r
                  JOIN khbs_bank_line l ON l.id = r.line_id
                  JOIN khbs_bank_staging s ON s.row_number = r.row_number
                 WHERE r.result_id = %s AND r.state IN ('success', 'failed')
                   AND b.id = l.account_id AND b.state = 'requested'
                RETURNING b.household_id
                """,
                self.id,
            )
        )
        answered = [household_id for [household_id] in self.env.cr.fetchall()]
        self.env.invalidate_all()
        # Who left between the order and its answer keeps no account.
        left = self.env["khbs.household"].sudo().browse(answered)
        left.filtered(lambda household: household.state == "exited")._has_left(
            {"bank_result": self.id}
        )

    def _seal_file(self):
        """Let the imported file stay as it is."""
        self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("res_field", "=", "file"),
            ]
        )._khbs_seal(self)

    def _figures(self):
        """Return how many lines of the answer came to which state."""
        rows = self.env["khbs.bank.result.line"]._read_group(
            [("result_id", "=", self.id)], ["state"], ["__count"]
        )
        return dict(rows)

    def _open_case(self, figures):
        """Give a person what did not match, one case for the whole file."""
        for_a_person = {
            state: count
            for state, count in figures.items()
            if state in ("unknown", "unclear", "mismatch", "conflict")
        }
        if not self.counts_agree:
            for_a_person["declared"] = self.declared_count
            for_a_person["found"] = self.row_count
        if not for_a_person:
            return
        self.env["khbs.case"].create(
            {
                "kind": "BANK_RESULT",
                "reference": f"{self.batch_id.name}/{self.file_sha256[:12]}",
                "evidence": "\n".join(
                    f"{name}: {count}" for name, count in sorted(for_a_person.items())
                ),
            }
        )
