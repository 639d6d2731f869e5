# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, table_exists

from .khbs_household import DECILES

# The database keeps the lines of what is no draft, and never more families in a
# village than its quota has places: each trigger looks once at all rows of a statement.
TRIGGERS = """
CREATE OR REPLACE FUNCTION khbs_refuse_frozen_lines() RETURNS trigger AS $$
BEGIN
    IF TG_OP <> 'TRUNCATE' THEN
        PERFORM FROM changed
            JOIN khbs_recipient_list list ON list.id = changed.list_id
            WHERE list.state <> 'draft' LIMIT 1;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    RAISE EXCEPTION 'Lines of a recipient list are frozen: % refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_recipient_line_no_insert
    AFTER INSERT ON khbs_recipient_line REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_frozen_lines();
CREATE OR REPLACE TRIGGER khbs_recipient_line_no_update
    AFTER UPDATE ON khbs_recipient_line REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_frozen_lines();
CREATE OR REPLACE TRIGGER khbs_recipient_line_no_move
    AFTER UPDATE ON khbs_recipient_line REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_frozen_lines();
CREATE OR REPLACE TRIGGER khbs_recipient_line_no_delete
    AFTER DELETE ON khbs_recipient_line REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_frozen_lines();
CREATE OR REPLACE TRIGGER khbs_recipient_line_no_truncate
    BEFORE TRUNCATE ON khbs_recipient_line
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_frozen_lines();

CREATE OR REPLACE FUNCTION khbs_count_taken_places() RETURNS trigger AS $$
BEGIN
    UPDATE khbs_quota quota SET taken = counted.taken FROM (
        SELECT q.id, COALESCE(line.number, 0) AS taken
          FROM khbs_quota q
          LEFT JOIN (
               SELECT list_id, area_id, count(*) AS number FROM khbs_recipient_line
                WHERE status = 'selected'
                  AND list_id IN (SELECT DISTINCT list_id FROM changed)
                GROUP BY list_id, area_id) line USING (list_id, area_id)
         WHERE q.level = 'village'
           AND q.list_id IN (SELECT DISTINCT list_id FROM changed)
    ) counted WHERE counted.id = quota.id AND counted.taken <> quota.taken;
    RETURN NULL;
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION khbs_require_places() RETURNS trigger AS $$
BEGIN
    IF EXISTS (
        SELECT FROM changed
          JOIN khbs_recipient_list list ON list.id = changed.list_id AND list.places > 0
         WHERE changed.status = 'selected' AND NOT EXISTS (
               SELECT FROM khbs_quota q WHERE q.list_id = changed.list_id
                  AND q.area_id = changed.area_id AND q.level = 'village')
    ) THEN
        RAISE EXCEPTION 'A family is selected in a village without quota'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_recipient_line_taken_insert
    AFTER INSERT ON khbs_recipient_line REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_count_taken_places();
CREATE OR REPLACE TRIGGER khbs_recipient_line_taken_update
    AFTER UPDATE ON khbs_recipient_line REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_count_taken_places();
CREATE OR REPLACE TRIGGER khbs_recipient_line_taken_delete
    AFTER DELETE ON khbs_recipient_line REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_count_taken_places();
CREATE OR REPLACE TRIGGER khbs_recipient_line_places_insert
    AFTER INSERT ON khbs_recipient_line REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_require_places();
CREATE OR REPLACE TRIGGER khbs_recipient_line_places_update
    AFTER UPDATE ON khbs_recipient_line REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_require_places();
"""


class KhbsRecipientLine(models.Model):
    """A family's place in a list, as it was when the list was made."""

    _name = "khbs.recipient.line"
    _description = "Line of a recipient list"
    _order = "list_id, area_id, rank"
    _rec_name = "household_id"
    _log_access = False

    list_id = fields.Many2one(
        comodel_name="khbs.recipient.list",
        required=True,
        ondelete="cascade",
    )
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
    regency_id = fields.Many2one(
        comodel_name="khbs.area", required=True, index=True, ondelete="restrict"
    )
    rank = fields.Integer(required=True, aggregator=None, help="Within the village.")
    decile = fields.Selection(selection=DECILES)
    verified = fields.Boolean()
    member_count = fields.Integer(string="Members")
    status = fields.Selection(
        selection=[("selected", "Selected"), ("waiting", "Waiting list")],
        required=True,
        default="selected",
        help="As the list was decided; promotions and releases are rows of their own.",
    )
    state = fields.Selection(related="list_id.state", string="List state")
    change_ids = fields.One2many(
        comodel_name="khbs.recipient.change", inverse_name="line_id", string="Changes"
    )
    standing = fields.Selection(
        selection=[
            ("selected", "Selected"),
            ("waiting", "Waiting list"),
            ("promoted", "Promoted"),
            ("released", "Released"),
        ],
        compute="_compute_standing",
        compute_sudo=True,
        help="Where the family stands after the amendments that are decided.",
    )
    waiting_number = fields.Integer(
        string="Waiting number",
        compute="_compute_waiting_number",
        compute_sudo=True,
        aggregator=None,
        help="Place in the waiting list of the village.",
    )

    _household_uniq = models.Constraint(
        "UNIQUE (list_id, household_id)", "A list names a family once."
    )
    _rank_uniq = models.Constraint(
        "UNIQUE (list_id, area_id, rank)", "Two families have one rank."
    )

    def _auto_init(self):
        # Families of lists decided before there were quotas are selected, all of them.
        # As a default of the new column: an UPDATE of frozen lines is refused.
        cr = self.env.cr
        if table_exists(cr, self._table) and not column_exists(
            cr, self._table, "status"
        ):
            cr.execute(
                "ALTER TABLE khbs_recipient_line "
                "ADD COLUMN status varchar DEFAULT 'selected'"
            )
        return super()._auto_init()

    def init(self):
        cr = self.env.cr
        # Of a database that had no quotas and of a new one alike.
        cr.execute(
            "ALTER TABLE khbs_recipient_line ALTER status SET DEFAULT 'selected'"
        )
        # Every line of a list is ranked once: its new version fits beside the old one.
        cr.execute("ALTER TABLE khbs_recipient_line SET (fillfactor = 50)")
        cr.execute(TRIGGERS)

    @api.depends("status", "change_ids.kind", "change_ids.amendment_id.state")
    def _compute_standing(self):
        outcome = {"promotion": "promoted", "release": "released"}
        for line in self:
            decided = line.change_ids.filtered(
                lambda change: change.amendment_id.state == "decided"
            )
            last = decided.sorted("id")[-1:]
            line.standing = outcome.get(last.kind, line.status)

    @api.depends("rank", "status")
    def _compute_waiting_number(self):
        waiting = self.filtered(lambda line: line.status == "waiting")
        counts = {
            (recipient_list, area): count
            for recipient_list, area, count in self._read_group(
                [
                    ("list_id", "in", waiting.list_id.ids),
                    ("area_id", "in", waiting.area_id.ids),
                    ("status", "=", "selected"),
                ],
                ["list_id", "area_id"],
                ["__count"],
            )
        }
        for line in self:
            selected = counts.get((line.list_id, line.area_id), 0)
            line.waiting_number = line in waiting and line.rank - selected

    def _present_standing(self):
        """Return selected, waiting, promoted or released, by decided amendments."""
        self.ensure_one()
        return self.sudo().standing

    def _held_quotas(self):
        """Return {line: quota whose place the family holds}: its own, or one it filled.

        The lines of a list without a number of places hold none.
        """
        filled = {
            change.line_id: change.quota_id
            for change in self.change_ids
            if change.kind == "promotion"
        }
        quotas = self.env["khbs.quota"]
        own = {
            (quota.list_id, quota.area_id): quota
            for quota in quotas.search(
                [
                    ("list_id", "in", self.list_id.ids),
                    ("area_id", "in", self.area_id.ids),
                    ("level", "=", "village"),
                ]
            )
        }
        return {
            line: filled.get(line) or own.get((line.list_id, line.area_id), quotas)
            for line in self
        }

    def action_release(self):
        """Open the dialogue that releases the place of this family."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release the place"),
            "res_model": "khbs.recipient.release",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_line_id": self.id},
        }

    @api.model
    def _served(self, line):
        """Return the SQL condition that the family of *line* is served today.

        Selected when the list was decided or promoted since, and not released since.
        A release counts once its amendment is decided; a promotion is paid from the
        decree of its amendment only, while that is in force. Rounds and print runs
        ask this.

        :param line: alias of khbs_recipient_line in the query
        """
        amendments = self.env["khbs.recipient.amendment"].sudo()
        in_force = amendments.search(
            [("state", "=", "decided"), ("decree_id", "!=", False)]
        ).filtered(lambda amendment: amendment.decree_id._in_force())
        return SQL(
            """
            (%(line)s.status = 'selected' OR %(line)s.id IN (
                SELECT change.line_id FROM khbs_recipient_change change
                 WHERE change.kind = 'promotion'
                   AND change.amendment_id = ANY (%(in_force)s)))
            AND %(line)s.id NOT IN (
                SELECT change.line_id FROM khbs_recipient_change change
                  JOIN khbs_recipient_amendment a ON a.id = change.amendment_id
                 WHERE change.kind = 'release' AND a.state = 'decided')
            """,
            line=SQL.identifier(line),
            in_force=in_force.ids,
        )
