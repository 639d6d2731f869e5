# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .khbs_household import DECILES, DWELLING_KINDS, STATES
from .khbs_household_deliberation import REMOVAL_REASONS

OFFICIAL_ROLES = [
    ("village_head", "Village head"),
    ("bpd_chair", "Chair of the BPD or LPM"),
    ("companion", "Companion"),
    ("community_figure", "Community figure"),
    ("district_head", "District head"),
    ("rt_head", "Head of RT or RW"),
    ("other", "Other"),
]
CORRECTIONS = {"new_rt": "rt", "new_rw": "rw", "new_dwelling_kind": "dwelling_kind"}


class KhbsDeliberationLine(models.Model):
    """What a deliberation says of one family of the village."""

    _name = "khbs.deliberation.line"
    _inherit = ["khbs.line.trace", "khbs.guarded"]
    _description = "Family of a deliberation"
    _order = "deliberation_id, rt, household_name"
    _rec_name = "household_id"
    _log_access = False

    _document_field = "deliberation_id"
    _line_act = "deliberation.change"
    _guarded_fields = (
        "deliberation_id",
        "household_id",
        "household_name",
        "household_state",
        "rt",
        "decile",
        "dwelling_kind",
        "verified",
        "member_count",
    )

    deliberation_id = fields.Many2one(
        comodel_name="khbs.deliberation",
        required=True,
        index=True,
        ondelete="cascade",
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    household_name = fields.Char(string="Number", required=True, readonly=True)
    address = fields.Char(related="household_id.address")
    rt = fields.Char(string="RT", readonly=True)
    household_state = fields.Selection(
        selection=STATES, string="State of the family", readonly=True
    )
    decile = fields.Selection(selection=DECILES, readonly=True)
    dwelling_kind = fields.Selection(selection=DWELLING_KINDS, readonly=True)
    verified = fields.Boolean(string="Visited", readonly=True)
    member_count = fields.Integer(string="Members", readonly=True, aggregator=None)
    result = fields.Selection(
        selection=[("confirmed", "Stays on the list"), ("removed", "Removed")],
        index=True,
    )
    reason = fields.Selection(selection=REMOVAL_REASONS)
    note = fields.Char()
    new_rt = fields.Char(string="Correct RT", size=3)
    new_rw = fields.Char(string="Correct RW", size=3)
    new_dwelling_kind = fields.Selection(
        selection=DWELLING_KINDS, string="Correct dwelling"
    )
    state = fields.Selection(
        related="deliberation_id.state", string="State of the deliberation"
    )

    _household_uniq = models.Constraint(
        "UNIQUE (deliberation_id, household_id)", "A list names a family once."
    )
    _reason_of_removal = models.Constraint(
        "CHECK (result = 'removed' OR reason IS NULL)",
        "Only a family that is taken off has a reason for it.",
    )
    _number_form = models.Constraint(
        "CHECK (new_rt ~ '^[0-9]{1,3}$' AND new_rw ~ '^[0-9]{1,3}$')",
        "RT and RW have up to three digits.",
    )

    def init(self):
        """Let the database keep the list of printed minutes as it is."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_refuse_printed_line() RETURNS trigger AS $$
            DECLARE
                touched khbs_deliberation_line;
            BEGIN
                touched := CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END;
                IF EXISTS (
                    SELECT FROM khbs_deliberation
                    WHERE id = touched.deliberation_id AND state <> 'draft'
                ) THEN
                    RAISE EXCEPTION 'The list of a printed deliberation is frozen: %',
                        TG_OP USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_deliberation_line_frozen
                BEFORE INSERT OR UPDATE OR DELETE ON khbs_deliberation_line
                FOR EACH ROW EXECUTE FUNCTION khbs_refuse_printed_line()
            """
        )

    @api.onchange("result")
    def _onchange_result(self):
        if self.result != "removed":
            self.reason = False

    def write(self, vals):
        # Whoever confirms a family takes the reason against it back.
        if vals.get("result", "removed") != "removed" and "reason" not in vals:
            vals = {**vals, "reason": False}
        return super().write(vals)

    def action_confirm(self):
        """Confirm these families, one press each on a phone."""
        self.write({"result": "confirmed"})
        return True

    def _collect(self, deliberation):
        """Bring the list to the families that the village has now; count them.

        :param deliberation: a draft, whose caller has been checked
        """
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(
            SQL(
                """
                DELETE FROM khbs_deliberation_line line USING khbs_household h
                WHERE line.deliberation_id = %s AND h.id = line.household_id
                    AND (NOT h.active OR h.state = 'exited' OR h.area_id <> %s)
                """,
                deliberation.id,
                deliberation.area_id.id,
            )
        )
        cr.execute(
            SQL(
                """
                INSERT INTO khbs_deliberation_line (deliberation_id, household_id,
                    household_name, household_state, rt, decile, dwelling_kind,
                    verified, member_count)
                SELECT %s, h.id, h.name, h.state, h.rt, h.decile, h.dwelling_kind,
                    h.verified_at IS NOT NULL, (
                        SELECT count(*) FROM khbs_person p
                        WHERE p.household_id = h.id AND p.active AND p.state = 'alive'
                    )
                FROM khbs_household h
                WHERE h.present AND h.area_id = %s
                ORDER BY h.rt, h.name
                ON CONFLICT (deliberation_id, household_id) DO UPDATE SET
                    household_state = excluded.household_state, rt = excluded.rt,
                    decile = excluded.decile, dwelling_kind = excluded.dwelling_kind,
                    verified = excluded.verified, member_count = excluded.member_count
                """,
                deliberation.id,
                deliberation.area_id.id,
            )
        )
        count = cr.rowcount
        self.env.invalidate_all()
        return count

    def _check_results(self):
        """Refuse a list with a family of which nothing, or no reason, was said."""
        undecided = self.filtered(lambda line: not line.result)
        if undecided:
            raise UserError(
                self.env._(
                    "%(number)s families have no result yet, the first is "
                    "%(household)s. Confirm the rest with one button.",
                    number=len(undecided),
                    household=undecided[0].household_name,
                )
            )
        for line in self:
            if line.result == "removed" and not line.reason:
                raise UserError(
                    self.env._(
                        "Say why %(household)s is taken off the list.",
                        household=line.household_name,
                    )
                )

    def _content(self):
        """Return the line as text for the hash of the list: keys, no name."""
        self.ensure_one()
        values = (
            self.household_name,
            self.decile,
            self.member_count,
            self.verified,
            self.result,
            self.reason,
            self.new_rt,
            self.new_rw,
            self.new_dwelling_kind,
        )
        return json.dumps(values)


class KhbsDeliberationOfficial(models.Model):
    """Somebody whom the minutes name and who signs them."""

    _name = "khbs.deliberation.official"
    _inherit = ["khbs.line.trace", "khbs.guarded"]
    _description = "Participant of a deliberation"
    _order = "deliberation_id, sequence, id"

    _document_field = "deliberation_id"
    _line_act = "deliberation.change"
    _guarded_fields = ()

    deliberation_id = fields.Many2one(
        comodel_name="khbs.deliberation",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10)
    role = fields.Selection(selection=OFFICIAL_ROLES, required=True)
    name = fields.Char(required=True, help="With degrees, as it stands on paper.")
    position = fields.Char(
        help="As it stands under the name: Damang, Ketua RT 02, Pendamping PKH .."
    )
    thumb_print = fields.Boolean(help="Signs with a thumb print (cap jempol).")
    state = fields.Selection(
        related="deliberation_id.state", string="State of the deliberation"
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_of_draft(self):
        if any(official.state != "draft" for official in self):
            raise UserError(self.env._("The minutes are printed and name them."))

    @api.model_create_multi
    def create(self, vals_list):
        officials = super().create(vals_list)
        if not self.env.su:
            officials._refuse_unless_editable()
        return officials

    def _content(self):
        return [self.role, self.name, self.position, self.thumb_print]
