# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.rupiah import Rupiah

# The channel rule (DESIGN 5): money of the channel *account* is paid by the bank alone,
# so a claim of it weighs nothing; nothing is posted above what was granted.
TRIGGERS = """
CREATE OR REPLACE FUNCTION khbs_claim_posting_channel() RETURNS trigger AS $$
DECLARE
    granted record;
BEGIN
    SELECT * INTO STRICT granted FROM khbs_entitlement WHERE id = NEW.entitlement_id;
    IF granted.channel = 'account' AND NEW.amount <> 0 THEN
        RAISE EXCEPTION 'Entitlement % is paid by the bank, not by a claim',
            granted.number USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.amount > granted.amount THEN
        RAISE EXCEPTION 'Entitlement % grants less than is posted', granted.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_claim_posting_channel
    BEFORE INSERT ON khbs_claim_posting
    FOR EACH ROW EXECUTE FUNCTION khbs_claim_posting_channel();
"""


class KhbsClaimPosting(models.Model):
    """Money and stock of a payable line, booked once and never reversed."""

    _name = "khbs.claim.posting"
    _description = "Posting of a claim"
    _order = "id"
    _rec_name = "line_id"
    _log_access = False

    line_id = fields.Many2one(
        comodel_name="khbs.claim.line", required=True, ondelete="restrict"
    )
    entitlement_id = fields.Many2one(
        comodel_name="khbs.entitlement", required=True, index=True, ondelete="restrict"
    )
    amount = Rupiah(required=True)
    posted_at = fields.Datetime(required=True, default=fields.Datetime.now, index=True)

    _line_uniq = models.Constraint("UNIQUE (line_id)", "This line is posted already.")
    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "A posting is never negative."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)
        self.env.cr.execute(TRIGGERS)
