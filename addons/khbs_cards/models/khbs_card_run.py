# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import life_cycle
from .khbs_card import PROFILES

# Where a card of a run stands, in the order of the work. Each card stands in one,
# so the counts add up to the number of cards.
STAGES = {
    "waiting_count": ("allocated", "keyed", "certified"),
    "personalised_count": ("locked",),
    "printed_count": ("printed",),
    "shipped_count": ("shipped",),
    "returned_count": ("returned",),
    "spoiled_count": ("destroyed",),
}


class KhbsCardRun(models.Model):
    """The cards of one area that are made and shipped together."""

    _name = "khbs.card.run"
    _inherit = "khbs.guarded"
    _description = "Print run"
    _order = "id desc"

    _guarded_fields = ("state", "name", "ordered_at", "ordered_count")

    name = fields.Char(string="Number", readonly=True, copy=False)
    recipient_list_id = fields.Many2one(
        comodel_name="khbs.recipient.list",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("state", "=", "decided")],
        help="Only families of a decided list get a card.",
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        index=True,
        ondelete="restrict",
        help="The run has the families of this area and of all areas below it.",
    )
    profile = fields.Selection(selection=PROFILES, required=True, default="card")
    state = fields.Selection(
        selection=[("draft", "Draft"), ("ordered", "Ordered"), ("done", "Done")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
    )
    ordered_at = fields.Datetime(readonly=True, copy=False)
    ordered_count = fields.Integer(
        string="Ordered",
        readonly=True,
        copy=False,
        help="Families that the run was ordered for.",
    )
    card_ids = fields.One2many(comodel_name="khbs.card", inverse_name="run_id")
    job_ids = fields.One2many(comodel_name="khbs.card.job", inverse_name="run_id")
    card_count = fields.Integer(
        string="Cards",
        compute="_compute_counts",
        help="Ordered cards and those that replaced spoiled ones.",
    )
    waiting_count = fields.Integer(string="Waiting", compute="_compute_counts")
    personalised_count = fields.Integer(
        string="Personalised", compute="_compute_counts", help="Not yet printed."
    )
    printed_count = fields.Integer(
        string="Printed", compute="_compute_counts", help="Not yet shipped."
    )
    shipped_count = fields.Integer(
        string="Shipped", compute="_compute_counts", help="Not yet handed over."
    )
    handed_over_count = fields.Integer(string="Handed over", compute="_compute_counts")
    returned_count = fields.Integer(string="Returned", compute="_compute_counts")
    withdrawn_count = fields.Integer(
        string="Withdrawn",
        compute="_compute_counts",
        help="Revoked before they were handed over.",
    )
    spoiled_count = fields.Integer(string="Spoiled", compute="_compute_counts")

    _name_uniq = models.Constraint("UNIQUE (name)", "A run with this number exists.")
    _ordered = models.Constraint(
        "CHECK ((state = 'draft') = (ordered_at IS NULL))",
        "An ordered run has a date.",
    )

    @api.depends("card_ids.state", "card_ids.handed_over_at")
    def _compute_counts(self):
        groups = self.env["khbs.card"]._read_group(
            [("run_id", "in", self.ids)],
            groupby=["run_id", "state"],
            aggregates=["__count", "handed_over_at:count"],
        )
        counts = {}
        for run, state, count, handed_over in groups:
            counts.setdefault(run.id, {})[state] = (count, handed_over)
        for run in self:
            by_state = counts.get(run.id, {})
            total = sum(count for count, _handed in by_state.values())
            for name, states in STAGES.items():
                run[name] = sum(by_state.get(state, (0, 0))[0] for state in states)
            run.card_count = total
            run.handed_over_count = sum(handed for _count, handed in by_state.values())
            run.withdrawn_count = (
                total - run.handed_over_count - sum(run[name] for name in STAGES)
            )

    @api.model_create_multi
    def create(self, vals_list):
        runs = super().create(vals_list)
        for run in runs.sudo():
            run.name = self.env["ir.sequence"].sudo().next_by_code(self._name)
        return runs

    def action_order(self):
        """Give each family of the run a card number and the stations their jobs."""
        self._require_officer("card_run.order")
        for run in self.sudo():
            run._lock_draft()
            households, count = run._households_query()
            if not count:
                raise UserError(
                    self.env._(
                        "No family of %(area)s waits for a card. A run takes families "
                        "of a decided list that have no card and none on its way.",
                        area=run.area_id.display_name,
                    )
                )
            self.env["khbs.card"]._allocate_query(households, count, run.profile, run)
            run.write(
                {
                    "state": "ordered",
                    "ordered_at": fields.Datetime.now(),
                    "ordered_count": count,
                }
            )
            self.env["khbs.audit.event"]._record(
                "card_run.order", run, {"count": count}
            )
        return True

    def action_print(self):
        """Enter that all personalised cards of the run are printed."""
        return self._move_all("locked", "printed", "PRINTED")

    def action_ship(self):
        """Send all printed cards of the run to their villages."""
        return self._move_all("printed", "shipped", "SHIPPED")

    def action_done(self):
        """Close a run of which every card is out of the house."""
        self._require_officer("card_run.done")
        for run in self.sudo():
            left = run.waiting_count + run.personalised_count + run.printed_count
            if run.state != "ordered" or left:
                raise UserError(
                    self.env._(
                        "%(run)s cannot be closed: %(left)s cards are not shipped yet.",
                        run=run.name,
                        left=left,
                    )
                )
            run.state = "done"
            self.env["khbs.audit.event"]._record("card_run.done", run)
        return True

    def action_view_cards(self):
        """Open the cards of this run."""
        return self._view("khbs_cards.khbs_card_action")

    def action_view_jobs(self):
        """Open the personalisation jobs of this run."""
        return self._view("khbs_cards.khbs_card_job_action")

    def _view(self, action):
        self.ensure_one()
        opened = self.env["ir.actions.act_window"]._for_xml_id(action)
        return opened | {"domain": [("run_id", "=", self.id)], "context": {}}

    def _move_all(self, source, target, reason):
        self._require_officer(f"card_run.{target}")
        for run in self.sudo():
            cards = self.env["khbs.card"].sudo()
            cards = cards.search([("run_id", "=", run.id), ("state", "=", source)])
            if not cards:
                raise UserError(
                    self.env._(
                        "%(run)s has no card that can become %(target)s now.",
                        run=run.name,
                        target=cards._state_label(target),
                    )
                )
            cards._transition(target, reason)
            self.env["khbs.audit.event"]._record(
                f"card_run.{target}", run, {"count": len(cards)}
            )
        return True

    def _require_officer(self, act):
        events = self.env["khbs.audit.event"]
        for run in self:
            events._require_group(life_cycle.CARD_OFFICER, act, run)
        self.check_access("write")

    def _lock_draft(self):
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL("SELECT id FROM khbs_card_run WHERE id = %s FOR UPDATE", self.id)
        )
        self.invalidate_recordset(["state"])
        self._require_state("draft")
        self.recipient_list_id._require_state("decided")

    def _households_query(self):
        """Return (SQL of household ids, their number) that the run is to serve."""
        self.ensure_one()
        # Runs are ordered one after the other: two could choose the same families.
        self.env.ref("khbs_cards.list_01").sudo()._take(0)
        query = SQL(
            """
            SELECT household.id
              FROM khbs_household household
              JOIN khbs_area area ON area.id = household.area_id
             WHERE household.active
               AND household.state IN %(entitled)s
               AND area.parent_path LIKE %(path)s
               AND EXISTS (
                   SELECT FROM khbs_recipient_line line
                    WHERE line.household_id = household.id
                      AND line.list_id = %(list)s AND %(served)s
               )
               AND NOT EXISTS (
                   SELECT FROM khbs_card card
                    WHERE card.household_id = household.id
                      AND card.state IN %(standing)s
               )
            """,
            path=f"{self.area_id.parent_path}%",
            list=self.recipient_list_id.id,
            served=self.env["khbs.recipient.line"]._served("line"),
            entitled=life_cycle.ENTITLED,
            standing=life_cycle.IN_PRODUCTION + life_cycle.IN_USE,
        )
        self.env.cr.execute(SQL("SELECT count(*) FROM (%s) chosen", query))
        [count] = self.env.cr.fetchone()
        return query, count
