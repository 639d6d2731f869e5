# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .khbs_card_job import LIVE_STATES


class KhbsCardStation(models.Model):
    """A card station as the card officer sees it: what it works on, when it spoke.

    Its key and its enrolment are those of a terminal (khbs_edc).
    """

    _name = "khbs.card.station"
    _inherit = "khbs.guarded"
    _description = "Card station"
    _order = "code"
    _rec_name = "code"

    _guarded_fields = ("code", "seen_at")
    _editable_states = None
    _change_act = "card.station.change"

    code = fields.Char(string="Station", required=True, readonly=True)
    seen_at = fields.Datetime(
        string="Last asked for work", required=True, readonly=True
    )
    run_id = fields.Many2one(
        comodel_name="khbs.card.run",
        string="Works on",
        ondelete="restrict",
        domain=[("state", "=", "ordered")],
        help="The station takes jobs of this run alone. Empty: of whichever run has "
        "its turn, and single cards first.",
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "This station is known already.")

    @api.constrains("run_id")
    def _check_run(self):
        """A station of a run that has no jobs would say that there is no work."""
        for station in self:
            run = station.run_id.sudo()
            if run and run.state != "ordered":
                raise ValidationError(
                    self.env._(
                        "%(run)s has no work for a station: it is not ordered, or it "
                        "is over. Choose an ordered run, or none.",
                        run=run.name,
                    )
                )

    @api.model
    def _seen(self, device_code):
        """Note that a station asked for work.

        The row makes two simultaneous calls of one station come one after the other.

        :return: (id of the run that it works on, id of the job that it has, is any
            station's job overdue)
        """
        [found] = self.env.execute_query(
            SQL(
                """
                INSERT INTO khbs_card_station AS station
                    (code, seen_at, create_uid, write_uid, create_date, write_date)
                VALUES (%(code)s, %(now)s, %(uid)s, %(uid)s, %(now)s, %(now)s)
                ON CONFLICT (code) DO UPDATE SET seen_at = EXCLUDED.seen_at
                RETURNING station.run_id,
                    (SELECT id FROM khbs_card_job
                      WHERE state IN %(live)s AND device_code = %(code)s
                        AND leased_until >= %(now)s),
                    EXISTS (SELECT FROM khbs_card_job
                             WHERE state IN %(live)s AND leased_until < %(now)s)
                """,
                code=device_code,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                live=LIVE_STATES,
            )
        )
        self.invalidate_model(["seen_at"])
        return found
