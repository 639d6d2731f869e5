# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import tempfile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.identity_numbers import mask_account
from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import bank_layouts, bank_messages
from ..bank_layouts.records import LayoutError, Order, OrderLine

BANK_OFFICER = "khbs_registry.group_bank_officer"
PAYABLE_ROUNDS = ("decided", "open", "closing")
# The file stays in memory up to this size and goes to disk beyond.
SPOOL_BYTES = 8 * 1024 * 1024


class KhbsBankBatch(models.Model):
    """A file to the bank: accounts to open or to credit.

    One officer prepares the lines and with them the file; another releases it by its
    SHA-256. It is closed when the bank has answered for every line.
    """

    _name = "khbs.bank.batch"
    _inherit = ["khbs.guarded", "khbs.approvable", "khbs.bank.batch.lines"]
    _description = "Bank batch"
    _order = "id desc"

    _guarded_fields = (
        "name",
        "state",
        "line_count",
        "total",
        "attachment_id",
        "file_sha256",
        "prepared_by_id",
        "prepared_at",
        "checked_by_id",
        "sent_at",
        "parent_id",
    )
    _reading_actions = ("action_release",)
    _unread_steps = ("prepared",)
    _content_fields = (
        "state",
        "name",
        "kind",
        "round_id",
        "layout",
        "debit_account",
        "line_count",
        "total",
        "file_sha256",
    )

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    kind = fields.Selection(
        selection=[("opening", "Opening of accounts"), ("transfer", "Transfer")],
        required=True,
        default="transfer",
    )
    round_id = fields.Many2one(
        comodel_name="khbs.round",
        required=True,
        index=True,
        ondelete="restrict",
        domain=f"[('state', 'in', {PAYABLE_ROUNDS})]",
    )
    layout = fields.Selection(
        selection=lambda self: bank_layouts.order_choices(),
        required=True,
        default="csv",
    )
    debit_account = fields.Char(
        default=lambda self: (
            self.env["ir.config_parameter"].sudo().get_param("khbs.bank.debit_account")
        ),
        groups=BANK_OFFICER,
        help="Account of the treasury that the transfer is paid from.",
    )
    debit_masked = fields.Char(
        string="Debit account", compute="_compute_debit_masked", compute_sudo=True
    )
    parent_id = fields.Many2one(
        comodel_name="khbs.bank.batch",
        string="Re-issue of",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    child_ids = fields.One2many(
        comodel_name="khbs.bank.batch", inverse_name="parent_id", string="Re-issues"
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("prepared", "Prepared"),
            ("sent", "Sent"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
    )
    line_ids = fields.One2many(comodel_name="khbs.bank.line", inverse_name="batch_id")
    line_count = fields.Integer(readonly=True, copy=False)
    total = Rupiah(readonly=True, copy=False)
    answered_count = fields.Integer(compute="_compute_answers")
    failed_count = fields.Integer(compute="_compute_answers")
    paid_amount = Rupiah(compute="_compute_answers")
    result_ids = fields.One2many(
        comodel_name="khbs.bank.result", inverse_name="batch_id", string="Answers"
    )
    # It names families: no field and no attachment route gives it out, only the
    # download of a released batch, which is recorded.
    attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="File",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups=fields.NO_ACCESS,
    )
    file_sha256 = fields.Char(string="SHA-256 of the file", readonly=True, copy=False)
    prepared_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False
    )
    prepared_at = fields.Datetime(readonly=True, copy=False)
    checked_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    sent_at = fields.Datetime(readonly=True, copy=False)

    _name_uniq = models.UniqueIndex(
        "(name) WHERE name <> '/'", "A batch with this number exists."
    )
    _maker_checker = models.Constraint(
        "CHECK (checked_by_id <> prepared_by_id)",
        "Who prepared the batch cannot release it; a second person must.",
    )

    @api.depends("debit_account")
    def _compute_debit_masked(self):
        for batch in self:
            batch.debit_masked = mask_account(batch.debit_account)

    @api.depends("result_ids.state")
    def _compute_answers(self):
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.batch_id, count(*), count(*) FILTER (WHERE r.state = 'failed'),
                       COALESCE(sum(l.amount) FILTER (WHERE r.state = 'success'), 0)
                  FROM khbs_bank_line l
                  JOIN khbs_bank_result_line r ON r.line_id = l.id
                   AND r.state IN ('success', 'failed')
                 WHERE l.batch_id = ANY(%s)
                 GROUP BY l.batch_id
                """,
                list(self.ids),
            )
        )
        answers = {batch: figures for batch, *figures in rows}
        for batch in self:
            answered, failed, paid = answers.get(batch.id, (0, 0, 0))
            batch.answered_count = answered
            batch.failed_count = failed
            batch.paid_amount = paid

    def action_prepare(self):
        """Make the lines of these drafts and the files that hold them."""
        self.env["khbs.audit.event"]._require_group(BANK_OFFICER, "bank.prepare", self)
        for batch in self:
            batch._prepare()

    def action_release(self):
        """Release these files to the bank, as a second bank officer."""
        self.env["khbs.audit.event"]._require_group(BANK_OFFICER, "bank.release", self)
        for batch in self:
            batch._release()

    def action_cancel(self):
        """Give up these batches before they are sent; what they reserved is free."""
        events = self.env["khbs.audit.event"]
        events._require_group(BANK_OFFICER, "bank.cancel", self)
        self.lock_for_update(allow_referencing=True)
        self._require_state("draft", "prepared")
        for batch in self:
            batch.round_id._require_areas("bank.cancel")
            batch.sudo()._free_reserved()
            batch.sudo().state = "cancelled"
            events._record("bank.cancel", batch)

    def action_reissue(self):
        """Return a new draft with the failed lines of this batch alone."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(BANK_OFFICER, "bank.reissue", self)
        self._require_state("sent", "closed")
        if not self.failed_count:
            raise UserError(self.env._("No line of this batch has failed."))
        draft = self.sudo().create(
            {
                "kind": self.kind,
                "round_id": self.round_id.id,
                "layout": self.layout,
                "debit_account": self.debit_account,
                "parent_id": self.id,
            }
        )
        events._record("bank.reissue", draft, {"parent": self.id})
        action = self.env["ir.actions.actions"]._for_xml_id(
            "khbs_claims.khbs_bank_batch_action"
        )
        return {**action, "res_id": draft.id, "views": [(False, "form")]}

    def action_download(self):
        """Download the file of this batch."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/khbs/bank/{self.id}/file"}

    def action_open_lines(self):
        """Show the lines of these batches."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "khbs_claims.khbs_bank_line_action"
        )
        return {**action, "domain": [("batch_id", "in", self.ids)]}

    def _prepare(self):
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self._require_state("draft")
        self._require_payable()
        batch = self.sudo()
        if batch.name == "/":
            batch.name = self.env["ir.sequence"].sudo().next_by_code("khbs.bank.batch")
        self.env.flush_all()
        if self.kind == "opening":
            batch._insert_opening_lines()
        else:
            batch._insert_transfer_lines()
        self.env.invalidate_all()
        batch._count_lines()
        content = batch._render_file()
        sha256 = hashlib.sha256(content).hexdigest()
        layout = bank_layouts.get(self.layout)
        attachment = self.env["ir.attachment"]._khbs_store(
            f"{self.name}.{layout.EXTENSION}", content, layout.MIMETYPE
        )
        attachment.sudo().res_field = "attachment_id"
        attachment._khbs_seal(self)
        self.env["khbs.approval"]._decide(self, "prepared", BANK_OFFICER, sha256)
        batch.write(
            {
                "state": "prepared",
                "attachment_id": attachment.id,
                "file_sha256": sha256,
                "prepared_by_id": self.env.uid,
                "prepared_at": fields.Datetime.now(),
            }
        )

    def _require_payable(self):
        """Refuse a batch without a decided round, or that its layout cannot carry."""
        self.round_id._require_areas("bank.prepare")
        if self.round_id.state not in PAYABLE_ROUNDS:
            raise UserError(
                self.env._(
                    "%(round)s is not decided or is closed: nothing is paid from it.",
                    round=self.round_id.display_name,
                )
            )
        if self.kind not in bank_layouts.get(self.layout).KINDS:
            raise UserError(
                self.env._(
                    "This layout carries no opening of accounts. Choose another layout."
                )
            )
        if self.kind == "transfer" and not self.debit_account:
            raise UserError(
                self.env._("Enter the account that the transfer is paid from.")
            )

    def _count_lines(self):
        """Set count and total, which the file declares before its lines."""
        [[count, total]] = self.env.execute_query(
            SQL(
                "SELECT count(*), COALESCE(sum(amount), 0) FROM khbs_bank_line"
                " WHERE batch_id = %s",
                self.id,
            )
        )
        if not count:
            raise UserError(
                self.env._(
                    "There is nothing to send: no open entitlement of the round with "
                    "an active account, or no family without one."
                )
            )
        self.write({"line_count": count, "total": total})

    def _render_file(self):
        """Return the bytes of the file."""
        layout = bank_layouts.get(self.layout)
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as file:
            try:
                layout.write_order(self._order_head(), self._order_lines(), file)
            except LayoutError as error:
                raise UserError(bank_messages.describe(self.env, error)) from error
            file.seek(0)
            return file.read()

    def _order_head(self):
        return Order(
            number=self.name,
            kind=self.kind,
            day=fields.Date.context_today(self),
            debit_account=self.debit_account or "",
            count=self.line_count,
            total=self.total,
        )

    def _order_lines(self):
        """Yield the lines as the bank gets them, names and NIK from the registry."""
        query = SQL(
            """
            SELECT l.reference, COALESCE(a.account_number, ''),
                   COALESCE(a.account_name, p.name, ''), l.amount,
                   concat_ws(', ', h.address, 'RT ' || h.rt, v.name), e.number,
                   CASE WHEN a.account_number IS NULL THEN p.nik END,
                   CASE WHEN a.account_number IS NULL
                        THEN to_char(p.birth_date, 'YYYYMMDD') END
              FROM khbs_bank_line l
              JOIN khbs_bank_account a ON a.id = l.account_id
              JOIN khbs_household h ON h.id = l.household_id
              JOIN khbs_area v ON v.id = h.area_id
              LEFT JOIN khbs_entitlement e ON e.id = l.entitlement_id
              LEFT JOIN khbs_person p ON p.household_id = h.id
               AND p.relation = '1' AND p.state = 'alive' AND p.active
             WHERE l.batch_id = %s
             ORDER BY l.reference
            """,
            self.id,
        )
        for row in self.env.execute_query(query):
            yield OrderLine(
                **dict(
                    zip(
                        (
                            "reference",
                            "account",
                            "name",
                            "amount",
                            "address",
                            "remark",
                            "nik",
                            "birth_date",
                        ),
                        (cell if cell is not None else "" for cell in row),
                        strict=True,
                    )
                )
            )

    def _release(self):
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self._require_state("prepared")
        self.round_id._require_areas("bank.release")
        self._file()
        self.env["khbs.approval"]._decide(
            self, "released", BANK_OFFICER, self.file_sha256
        )
        self.sudo().write(
            {
                "state": "sent",
                "checked_by_id": self.env.uid,
                "sent_at": fields.Datetime.now(),
            }
        )

    def _file(self):
        """Return the bytes of the file, proven to be those of its SHA-256."""
        self.ensure_one()
        batch = self.sudo()
        return batch.attachment_id._khbs_content(batch, batch.file_sha256)

    def _free_reserved(self):
        """Give back what the lines of this batch reserved."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_entitlement e SET state = 'open'
                  FROM khbs_bank_line l
                 WHERE l.batch_id = %(batch)s AND e.id = l.entitlement_id
                   AND e.state = 'reserved';
                UPDATE khbs_bank_account a SET state = 'closed'
                  FROM khbs_bank_line l
                 WHERE l.batch_id = %(batch)s AND a.id = l.account_id
                   AND a.state = 'requested'
                """,
                batch=self.id,
            )
        )
        self.env.invalidate_all()

    def _close_if_answered(self):
        """Close the batch once every line has its answer and the counts agree."""
        self.ensure_one()
        latest = self.result_ids.filtered(lambda r: r.state == "imported").sorted("id")
        if self.answered_count == self.line_count and latest[-1:].counts_agree:
            self.state = "closed"
            self.env["khbs.audit.event"]._record("bank.close", self)
