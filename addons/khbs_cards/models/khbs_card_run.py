# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import life_cycle
from .khbs_card import PROFILES


class KhbsCardRun(models.Model):
    """The cards of one area that are made and shipped together."""

    _name = "khbs.card.run"
    _inherit = ["khbs.guarded", "khbs.papered"]
    _description = "Print run"
    _order = "id desc"

    _guarded_fields = ("state", "name", "ordered_at", "ordered_count", "closed_at")
    # Stations go on with the cards of a run that an officer has in hand.
    _locked_may_be_referenced = True

    name = fields.Char(string="Number", readonly=True, copy=False)
    kind = fields.Selection(
        selection=[
            ("list", "Families of a decided list"),
            ("replacement", "Replacement cards"),
        ],
        required=True,
        default="list",
        help="Cards that replace lost or spoiled ones are queued one by one, without a "
        "run. A replacement run gathers them, so that they are printed and shipped.",
    )
    recipient_list_id = fields.Many2one(
        comodel_name="khbs.recipient.list",
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
    template_id = fields.Many2one(
        comodel_name="khbs.card.template",
        string="Design",
        index=True,
        ondelete="restrict",
        domain=[("state", "=", "released")],
        default=lambda self: self.env["khbs.card.template"]._in_force(),
        help="The version of the design that the cards bear. It stays with the run.",
    )
    transport_ref = fields.Char(
        string="Batch of blanks",
        required=True,
        default="default",
        help="Name of the delivery of blank cards; it tells the stations their "
        "transport key.",
    )
    profile = fields.Selection(selection=PROFILES, required=True, default="card")
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("ordered", "Ordered"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
    )
    ordered_at = fields.Datetime(readonly=True, copy=False)
    closed_at = fields.Datetime(readonly=True, copy=False)
    ordered_count = fields.Integer(
        string="Ordered",
        readonly=True,
        copy=False,
        help="Families that the run was ordered for.",
    )
    card_ids = fields.One2many(comodel_name="khbs.card", inverse_name="run_id")
    job_ids = fields.One2many(comodel_name="khbs.card.job", inverse_name="run_id")

    _name_uniq = models.Constraint("UNIQUE (name)", "A run with this number exists.")
    _ordered = models.Constraint(
        "CHECK (CASE state WHEN 'draft' THEN ordered_at IS NULL "
        "WHEN 'cancelled' THEN true ELSE ordered_at IS NOT NULL END)",
        "An ordered run has a date.",
    )
    _of_a_list = models.Constraint(
        "CHECK ((kind = 'list') = (recipient_list_id IS NOT NULL))",
        "Choose the decided list of the run. A replacement run has none.",
    )

    def init(self):
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_card_run_guard() RETURNS trigger AS $$
            BEGIN
                IF EXISTS (
                    SELECT FROM khbs_card_template
                     WHERE id = NEW.template_id AND kind = 'campaign'
                ) THEN
                    RAISE EXCEPTION 'Run %: a campaign design is void', NEW.id
                        USING ERRCODE = 'restrict_violation';
                END IF;
                IF TG_OP = 'UPDATE' THEN
                    IF OLD.state = 'draft' AND NEW.state = 'ordered' THEN
                        IF NEW.template_id IS NULL THEN
                            RAISE EXCEPTION 'Run % has no design', NEW.id
                                USING ERRCODE = 'restrict_violation';
                        END IF;
                    ELSIF OLD.template_id <> NEW.template_id AND OLD.state <> 'draft'
                    THEN
                        RAISE EXCEPTION 'Run % keeps its design', NEW.id
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                END IF;
                RETURN NEW;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_card_run_guard
                BEFORE INSERT OR UPDATE ON khbs_card_run
                FOR EACH ROW EXECUTE FUNCTION khbs_card_run_guard();
            """
        )

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind == "replacement":
            self.recipient_list_id = False

    @api.model_create_multi
    def create(self, vals_list):
        runs = super().create(vals_list)
        for run in runs.sudo():
            run.name = self.env["ir.sequence"].sudo().next_by_code(self._name)
        return runs

    def action_order(self):
        """Give each family of the run a card number and the stations their jobs."""
        for run in self._checked(life_cycle.CARD_OFFICER, "card_run.order"):
            run._require_state("draft")
            run._require_design()
            # Runs are ordered one after the other: two could choose the same families.
            self.env.ref("khbs_cards.list_01").sudo()._take(0)
            count = run._order_cards()
            run.write(
                {
                    "state": "ordered",
                    "ordered_at": fields.Datetime.now(),
                    "ordered_count": count,
                }
            )
            self.env["khbs.audit.event"]._record(
                "card_run.order",
                run,
                {"count": count, "design": run.template_id.display_name},
            )
        return True

    def action_cancel(self):
        """Give up the cards that no station has begun; a run without others ends."""
        for run in self._checked(life_cycle.CARD_OFFICER, "card_run.cancel"):
            run._require_state("draft", "ordered")
            count = run._cancel_waiting() if run.state == "ordered" else 0
            if run.state == "draft" or count == run.card_count:
                run.write({"state": "cancelled", "closed_at": fields.Datetime.now()})
            elif not count:
                raise UserError(
                    self.env._(
                        "%(run)s has no card that nobody has begun. Cards at a "
                        "station, made or printed are not given up here: write them "
                        "off one by one.",
                        run=run.name,
                    )
                )
            self.env["khbs.audit.event"]._record(
                "card_run.cancel", run, {"count": count}
            )
        return True

    def action_done(self):
        """Close a run of which every card is out of the house."""
        for run in self._checked(life_cycle.CARD_OFFICER, "card_run.done"):
            left = run.waiting_count + run.personalised_count + run.printed_count
            if run.state != "ordered" or left:
                raise UserError(
                    self.env._(
                        "%(run)s cannot be closed: %(left)s cards are not shipped yet.",
                        run=run.name,
                        left=left,
                    )
                )
            run.write({"state": "done", "closed_at": fields.Datetime.now()})
            self.env["khbs.audit.event"]._record("card_run.done", run)
        return True

    def action_view_cards(self):
        """Open the cards of this run."""
        return self._view("khbs_cards.khbs_card_action")

    def action_view_jobs(self):
        """Open the personalisation jobs of this run."""
        return self._view("khbs_cards.khbs_card_job_action")

    def action_view_shipments(self):
        """Open the shipments of this run."""
        return self._view("khbs_cards.khbs_card_shipment_action")

    def action_view_prints(self):
        """Open the print files of this run."""
        return self._view("khbs_cards.khbs_card_print_action")

    def _view(self, action):
        self.ensure_one()
        opened = self.env["ir.actions.act_window"]._for_xml_id(action)
        return opened | {"domain": [("run_id", "=", self.id)], "context": {}}

    def _require_design(self):
        self.ensure_one()
        if not self.template_id:
            raise UserError(
                self.env._(
                    "Choose the design of the cards first. If there is none, release "
                    "one under Cards / Designs."
                )
            )
        self.template_id._require_usable(fields.Date.context_today(self))
