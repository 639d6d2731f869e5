# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

OPERATOR = "khbs_registry.group_registry_operator"
# Villages of one step: a second or two, so that stopping is felt at once.
VILLAGES = 40


class KhbsDuplicateScan(models.Model):
    """A search for probable duplicates, village by village, that can be resumed."""

    _name = "khbs.duplicate.scan"
    _inherit = "khbs.guarded"
    _description = "Search for duplicates"
    _order = "id desc"
    _rec_name = "area_id"

    _guarded_fields = (
        "state",
        "last_code",
        "done_count",
        "pair_count",
        "finished_at",
    )

    area_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.user.khbs_area_ids[:1],
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("running", "Running"),
            ("stopped", "Stopped"),
            ("done", "Done"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    last_code = fields.Char(
        string="Searched up to",
        readonly=True,
        copy=False,
        help="Code of the last village that was searched.",
    )
    village_count = fields.Integer(string="Villages", compute="_compute_village_count")
    done_count = fields.Integer(string="Searched", readonly=True, copy=False)
    pair_count = fields.Integer(string="New pairs", readonly=True, copy=False)
    finished_at = fields.Datetime(readonly=True, copy=False)

    @api.depends("area_id")
    def _compute_village_count(self):
        for scan in self:
            scan.village_count = len(scan._villages())

    def action_start(self):
        """Search, or go on searching, in the background."""
        scans = self._checked(OPERATOR, "duplicate_scan.start")
        scans._require_state("draft", "stopped")
        scans.state = "running"
        for scan in self:
            self.env["khbs.audit.event"]._record("duplicate_scan.start", scan)
        self.env.ref("khbs_registry.ir_cron_duplicate_scan").sudo()._trigger()
        return True

    def action_stop(self):
        """Stop after the villages at hand; it can be started again."""
        scans = self._checked(OPERATOR, "duplicate_scan.stop")
        scans._require_state("running")
        scans.state = "stopped"
        return True

    def action_view_duplicates(self):
        """Open what there is to decide in this area."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_registry.khbs_duplicate_action"
        )
        return {**action, "domain": [("area_id", "child_of", self.area_id.id)]}

    def _villages(self):
        """Return the villages of the area, in the order in which they are searched."""
        if not self.area_id:
            return self.env["khbs.area"]
        return self.env["khbs.area"].search(
            [
                ("id", "child_of", self.area_id.id),
                ("level", "in", ("village", "urban_village")),
            ],
            order="code",
        )

    def _step(self):
        """Search the next villages; return how many are left."""
        self.ensure_one()
        left = self._villages().filtered(lambda one: one.code > (self.last_code or ""))
        batch = left[:VILLAGES]
        if batch:
            found = self.env["khbs.duplicate"]._find(batch)
            self.last_code = batch[-1].code
            self.done_count += len(batch)
            self.pair_count += found
        if len(left) <= VILLAGES:
            self.write({"state": "done", "finished_at": fields.Datetime.now()})
        return len(left) - len(batch)

    @api.model
    def _cron_search(self):
        """Take the running searches step by step; each step is kept."""
        crons = self.env["ir.cron"]
        for scan in self.search([("state", "=", "running")], order="id"):
            while scan.state == "running":
                locked = scan.try_lock_for_update()
                if not locked:
                    break
                left = locked._step()
                if not crons._commit_progress(1, remaining=left):
                    return
                scan.invalidate_recordset(["state"])
