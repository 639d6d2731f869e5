# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..delivered_table import estimated_rows
from .khbs_dtsen_job import PHASES, STATES, UNFINISHED

# Rows that are worked on within the request of who pressed the button.
AT_ONCE_ROWS = 15_000


class KhbsDtsenWork(models.AbstractModel):
    """A delivery as the place of its jobs: what a person sees and may start."""

    _name = "khbs.dtsen.work"
    _description = "DTSEN delivery: its jobs"

    job_ids = fields.One2many(
        comodel_name="khbs.dtsen.job", inverse_name="import_id", readonly=True
    )
    job_state = fields.Selection(
        selection=STATES,
        compute="_compute_job",
    )
    job_phase = fields.Selection(
        selection=PHASES,
        compute="_compute_job",
    )
    job_processed = fields.Integer(compute="_compute_job")
    job_total = fields.Integer(compute="_compute_job")
    job_message = fields.Char(compute="_compute_job")

    @api.depends("job_ids.state", "job_ids.processed", "job_ids.message")
    def _compute_job(self):
        for delivery in self:
            job = delivery.sudo().job_ids[:1]
            delivery.job_state = job.state
            delivery.job_phase = job.phase
            delivery.job_processed = job.processed
            delivery.job_total = job.total
            delivery.job_message = job.message

    def _current_job(self):
        """Return the job that is not finished, or none."""
        return self.env["khbs.dtsen.job"].search(
            [("import_id", "in", self.ids), ("state", "in", UNFINISHED)]
        )

    def _is_working(self):
        return bool(self.sudo()._current_job())

    def _require_idle(self):
        for delivery in self:
            if delivery._is_working():
                raise UserError(
                    self.env._(
                        "%(delivery)s is being worked on. Watch it, or stop it first.",
                        delivery=delivery.name,
                    )
                )

    def _start_job(self, kind):
        """Begin *kind*: at once where there is little to do, else in the background."""
        self.ensure_one()
        first = {"stage": "read", "compare": "compare", "apply": "write"}
        job = self.env["khbs.dtsen.job"].create(
            {
                "import_id": self.id,
                "kind": kind,
                "phase": first[kind],
                "position": self.applied_up_to if kind == "apply" else 0,
                "total": self._families_to_write() if kind == "apply" else 0,
                "requested_by_id": self.env.uid,
            }
        )
        if self._is_large(kind):
            self.env.ref("khbs_registry.cron_dtsen_job")._trigger()
        else:
            job._run_at_once()
        self.invalidate_recordset()

    def _is_large(self, kind):
        """Tell whether *kind* would take longer than a person waits for a button."""
        limit = int(
            self.env["ir.config_parameter"].get_param(
                "khbs.import.at_once_rows", AT_ONCE_ROWS
            )
        )
        if kind != "stage":
            return self.row_count > limit
        with self._file_of(self) as path:
            return estimated_rows(path) > limit

    def _families_to_write(self):
        return self.new_count + self.changed_count + self.gone_count
