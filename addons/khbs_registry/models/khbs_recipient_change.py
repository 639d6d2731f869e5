# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

RELEASE_REASONS = [
    ("death", "Died without successor"),
    ("refusal", "Refused the card"),
    ("moved", "Moved away"),
    ("other_aid", "Receives other aid"),
    ("not_eligible", "No longer eligible"),
    ("not_found", "Not found"),
    ("duplicate", "Twice in the registry"),
    ("other", "Other"),
]
# Rows are taken back only with a draft, and never altered. They hold or free a place:
# a counter on the quota and its CHECK let one of two promotions into the last place.
# Each statement updates its amendment: who proposes or decides it at that moment is
# waited for, and under REPEATABLE READ the one who waited fails and is retried.
TRIGGERS = """
CREATE OR REPLACE FUNCTION khbs_count_changed_places() RETURNS trigger AS $$
BEGIN
    UPDATE khbs_recipient_amendment SET write_date = write_date
     WHERE id IN (SELECT amendment_id FROM changed);
    IF EXISTS (SELECT FROM changed
                 JOIN khbs_recipient_amendment a ON a.id = changed.amendment_id
                WHERE a.state <> 'draft') THEN
        RAISE EXCEPTION 'Changes of a recipient list are append-only: % refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE khbs_quota q SET taken = taken + moved.number FROM (
        SELECT quota_id, sum(CASE WHEN (kind = 'promotion') = (TG_OP = 'INSERT')
                   THEN 1 ELSE -1 END) AS number
          FROM changed WHERE quota_id IS NOT NULL GROUP BY quota_id
    ) moved WHERE q.id = moved.quota_id AND moved.number <> 0;
    RETURN NULL;
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_recipient_change_taken_insert
    AFTER INSERT ON khbs_recipient_change REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_count_changed_places();
CREATE OR REPLACE TRIGGER khbs_recipient_change_taken_delete
    AFTER DELETE ON khbs_recipient_change REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_count_changed_places();

CREATE OR REPLACE FUNCTION khbs_refuse_changed_change() RETURNS trigger AS $$
BEGIN
    IF TG_OP IN ('INSERT', 'DELETE') THEN
        PERFORM FROM khbs_recipient_amendment a
            WHERE a.id = COALESCE(NEW.amendment_id, OLD.amendment_id)
              AND a.state = 'draft';
        IF FOUND THEN
            RETURN COALESCE(NEW, OLD);
        END IF;
    END IF;
    RAISE EXCEPTION 'Changes of a recipient list are append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_recipient_change_kept
    BEFORE INSERT OR UPDATE OR DELETE ON khbs_recipient_change
    FOR EACH ROW EXECUTE FUNCTION khbs_refuse_changed_change();
CREATE OR REPLACE TRIGGER khbs_recipient_change_no_truncate
    BEFORE TRUNCATE ON khbs_recipient_change
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_changed_change();
"""


class KhbsRecipientChange(models.Model):
    """A place of a decided list that a family gives up or is given."""

    _name = "khbs.recipient.change"
    _description = "Change of a recipient list"
    _order = "amendment_id, kind desc, id"
    _rec_name = "household_id"
    _log_access = False

    amendment_id = fields.Many2one(
        comodel_name="khbs.recipient.amendment",
        required=True,
        index=True,
        ondelete="restrict",
    )
    line_id = fields.Many2one(
        comodel_name="khbs.recipient.line",
        required=True,
        index=True,
        ondelete="restrict",
    )
    list_id = fields.Many2one(related="amendment_id.list_id")
    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        required=True,
        index=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        selection=[("release", "Released"), ("promotion", "Promoted")], required=True
    )
    quota_id = fields.Many2one(
        comodel_name="khbs.quota",
        string="Place of",
        index=True,
        ondelete="restrict",
        help="The quota whose place is freed or filled.",
    )
    release_reason = fields.Selection(selection=RELEASE_REASONS)
    note = fields.Char(help="Evidence: letter, minutes; never a name or number.")
    rank = fields.Integer(related="line_id.rank")
    state = fields.Selection(related="amendment_id.state")

    _kind_uniq = models.Constraint(
        "UNIQUE (line_id, kind)",
        "Another amendment releases or promotes this family already.",
    )
    _release_has_reason = models.Constraint(
        "CHECK ((kind = 'release') = (release_reason IS NOT NULL))",
        "A release has a reason, a promotion has none.",
    )
    _promotion_has_place = models.Constraint(
        "CHECK (kind <> 'promotion' OR quota_id IS NOT NULL)",
        "A promotion fills a place of a quota.",
    )

    def init(self):
        self.env.cr.execute(TRIGGERS)

    @api.ondelete(at_uninstall=False)
    def _unlink_of_draft(self):
        self.amendment_id._require_state("draft")
