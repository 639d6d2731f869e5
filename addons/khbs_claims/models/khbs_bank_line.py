# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.rupiah import Rupiah

from ..bank_layouts.records import RESULT_CODES

# Nothing is paid without a decided round, nothing by the bank that a counter pays, and
# no line joins a batch that has left its draft (DESIGN 4.7, 5).
TRIGGERS = """
CREATE OR REPLACE FUNCTION khbs_bank_line_allowed() RETURNS trigger AS $$
DECLARE
    fault text;
BEGIN
    SELECT CASE
               WHEN b.state <> 'draft' THEN 'its batch is no longer a draft'
               WHEN (b.kind = 'transfer') <> (l.entitlement_id IS NOT NULL)
                   THEN 'a transfer needs an entitlement, an opening has none'
               WHEN e.channel <> 'account' THEN 'a counter or a warehouse pays it'
               WHEN e.state <> 'reserved' THEN 'its entitlement is not reserved for it'
               WHEN r.state NOT IN ('decided', 'open', 'closing')
                   THEN 'its round is not decided'
               WHEN e.amount <> l.amount OR e.household_id <> l.household_id
                   THEN 'it is not what was granted'
               WHEN a.household_id <> l.household_id
                   THEN 'the account is another household''s'
           END INTO fault
      FROM added l
      JOIN khbs_bank_batch b ON b.id = l.batch_id
      JOIN khbs_bank_account a ON a.id = l.account_id
      LEFT JOIN khbs_entitlement e ON e.id = l.entitlement_id
      LEFT JOIN khbs_round r ON r.id = e.round_id
     WHERE b.state <> 'draft'
        OR (b.kind = 'transfer') <> (l.entitlement_id IS NOT NULL)
        OR a.household_id <> l.household_id
        OR e.channel <> 'account' OR e.state <> 'reserved'
        OR r.state NOT IN ('decided', 'open', 'closing')
        OR e.amount <> l.amount OR e.household_id <> l.household_id
     LIMIT 1;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'A bank line is refused: %', fault
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_bank_line_allowed AFTER INSERT ON khbs_bank_line
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_bank_line_allowed();
"""


class KhbsBankLine(models.Model):
    """One account to open or to credit, as it stands in the file of its batch.

    What the bank answered stands in ``khbs.bank.result.line``.
    """

    _name = "khbs.bank.line"
    _description = "Line of a bank batch"
    _order = "batch_id desc, reference"
    _rec_name = "reference"
    _log_access = False

    batch_id = fields.Many2one(
        comodel_name="khbs.bank.batch", required=True, index=True, ondelete="restrict"
    )
    reference = fields.Char(required=True)
    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    account_id = fields.Many2one(
        comodel_name="khbs.bank.account", required=True, index=True, ondelete="restrict"
    )
    entitlement_id = fields.Many2one(
        comodel_name="khbs.entitlement", index="btree_not_null", ondelete="restrict"
    )
    amount = Rupiah(required=True)
    result_line_ids = fields.One2many(
        comodel_name="khbs.bank.result.line", inverse_name="line_id"
    )
    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("success", "Success"),
            ("failed", "Failed"),
        ],
        compute="_compute_state",
        search="_search_state",
    )
    code = fields.Selection(
        selection=RESULT_CODES, string="Result", compute="_compute_state"
    )

    _reference_uniq = models.Constraint(
        "UNIQUE (reference)", "A bank line with this reference exists."
    )
    _entitlement_uniq = models.Constraint(
        "UNIQUE (batch_id, entitlement_id)", "A batch pays an entitlement once."
    )
    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "The amount may not be negative."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)
        self.env.cr.execute(TRIGGERS)

    @api.depends("result_line_ids.state")
    def _compute_state(self):
        for line in self:
            answer = line.result_line_ids.filtered(
                lambda r: r.state in ("success", "failed")
            )
            line.state = answer.state or "waiting"
            line.code = answer.code

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        answered = Domain("result_line_ids.state", "in", ["success", "failed"])
        domain = Domain(
            "result_line_ids.state", "in", [v for v in value if v != "waiting"]
        )
        return domain | ~answered if "waiting" in value else domain
