# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

FAST_COUNT_PARAMETER = "khbs.hand_over.fast_count"
FAST_MINUTES_PARAMETER = "khbs.hand_over.fast_minutes"
# With the reading of a card, a comparison of papers and a photo nobody is faster.
FAST_COUNT, FAST_MINUTES = 10, 10


class KhbsCardHandOverAnomaly(models.Model):
    """Hand-overs that somebody should look at (DOMAIN 12.24, 12.25); none is refused.

    A representative took cards for more families than the parameter says, or one
    device handed out more cards at one place in few minutes than people can receive.
    """

    _name = "khbs.card.hand.over.anomaly"
    _description = "Striking hand-over"
    _order = "at desc, id desc"
    _rec_name = "card_id"
    _auto = False
    _log_access = False

    hand_over_id = fields.Many2one(
        comodel_name="khbs.card.hand.over", string="Hand-over", readonly=True
    )
    kind = fields.Selection(
        selection=[
            ("representative", "One representative for many families"),
            ("fast", "Many cards in few minutes at one place"),
        ],
        readonly=True,
    )
    card_id = fields.Many2one(comodel_name="khbs.card", readonly=True)
    household_id = fields.Many2one(comodel_name="khbs.household", readonly=True)
    area_id = fields.Many2one(comodel_name="khbs.area", string="Village", readonly=True)
    at = fields.Datetime(string="Handed over at", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", readonly=True)
    device_code = fields.Char(string="Device", readonly=True)
    operator_code = fields.Char(string="Operator", readonly=True)
    found = fields.Integer(
        string="Counted", readonly=True, aggregator=None, help="Families or cards."
    )

    @api.model
    def _limit(self, parameter, default):
        """Return a limit of the settings; nonsense counts as none."""
        text = self.env["ir.config_parameter"].sudo().get_param(parameter)
        return int(text) if text and text.isdigit() else default

    @property
    def _table_query(self):
        minutes = self._limit(FAST_MINUTES_PARAMETER, FAST_MINUTES)
        return SQL(
            """
            WITH many AS (
                SELECT document_key, count(DISTINCT household_id) AS found
                  FROM khbs_card_hand_over
                 WHERE document_key IS NOT NULL
                 GROUP BY document_key
                HAVING count(DISTINCT household_id) > %(families)s
            ), counted AS (
                -- A place is a thousandth of a degree: about a hundred metres.
                SELECT id, at, user_id, device_code, operator_code,
                       round(latitude::numeric, 3) AS latitude,
                       round(longitude::numeric, 3) AS longitude,
                       count(*) OVER (
                           PARTITION BY user_id, device_code, operator_code,
                               round(latitude::numeric, 3), round(longitude::numeric, 3)
                           ORDER BY at
                           RANGE BETWEEN %(span)s PRECEDING AND CURRENT ROW) AS before
                  FROM khbs_card_hand_over
            ), paced AS (
                -- All that lie in one such span, not its last alone.
                SELECT id, max(before) OVER (
                           PARTITION BY user_id, device_code, operator_code,
                               latitude, longitude
                           ORDER BY at
                           RANGE BETWEEN CURRENT ROW AND %(span)s FOLLOWING) AS found
                  FROM counted
            ), striking AS (
                SELECT h.id AS hand_over_id, 'representative' AS kind, many.found
                  FROM khbs_card_hand_over h JOIN many USING (document_key)
                 UNION ALL
                SELECT id, 'fast', found FROM paced WHERE found > %(cards)s
            )
            SELECT h.id * 2 + (s.kind = 'fast')::int AS id, s.hand_over_id, s.kind,
                   s.found, h.card_id, h.household_id, h.area_id, h.at, h.user_id,
                   h.device_code, h.operator_code
              FROM striking s JOIN khbs_card_hand_over h ON h.id = s.hand_over_id
            """,
            families=self.env["khbs.representative"]._most_families(),
            cards=self._limit(FAST_COUNT_PARAMETER, FAST_COUNT),
            span=SQL("make_interval(mins => %s)", minutes),
        )
