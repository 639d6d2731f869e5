# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from .. import life_cycle


class KhbsCardRun(models.Model):
    # The run and whose turn it is.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.run"

    priority = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        help="Stations take the jobs of the run with the highest number first.",
    )
    is_paused = fields.Boolean(
        string="Paused",
        readonly=True,
        copy=False,
        help="Stations get no new job of this run; those under way are finished.",
    )

    def write(self, vals):
        """Free the stations of runs that end: they take whichever has its turn."""
        result = super().write(vals)
        if vals.get("state") in ("done", "cancelled"):
            stations = self.env["khbs.card.station"].sudo()
            stations.search([("run_id", "in", self.ids)]).run_id = False
        return result

    def action_put_first(self):
        """Let stations take the jobs of these runs before all others."""
        runs = self._checked_queue("card.run.first")
        self.env.cr.execute("SELECT coalesce(max(priority), 0) FROM khbs_card_run")
        [highest] = self.env.cr.fetchone()
        runs.write({"priority": highest + 1})
        return True

    def action_pause(self):
        """Give stations no more jobs of these runs."""
        self._checked_queue("card.run.pause").is_paused = True
        return True

    def action_resume(self):
        """Let stations take jobs of these runs again."""
        self._checked_queue("card.run.resume").is_paused = False
        return True

    def _checked_queue(self, act):
        runs = self._checked(life_cycle.CARD_OFFICER, act)
        for run in runs:
            self.env["khbs.audit.event"]._record(act, run)
        return runs
