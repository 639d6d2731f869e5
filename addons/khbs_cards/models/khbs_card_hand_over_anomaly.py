# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

FAST_COUNT_PARAMETER = "khbs.hand_over.fast_count"
FAST_MINUTES_PARAMETER = "khbs.hand_over.fast_minutes"
# With the reading of a card, a comparison of papers and a photo nobody is faster.
FAST_COUNT, FAST_MINUTES = 10, 10
# A million of cards, or of minutes (two years), is as good as no limit.
MOST = 10**6
# Degrees of latitude and of longitude: about a hundred metres at the equator.
NEAR = 0.001


class KhbsCardHandOverAnomaly(models.Model):
    """Hand-overs that somebody should look at (DOMAIN 12.24, 12.25); none is refused.

    A representative took cards for more families than the parameter says, or one
    device handed out more cards at one place in few minutes than people can receive.

    Whether a hand-over is striking depends on those before and after it, which come
    late and in any order from terminals that were offline. So a cron looks through all
    of them, and the list reads what it found.
    """

    _name = "khbs.card.hand.over.anomaly"
    _inherit = ["khbs.card.device"]
    _description = "Striking hand-over"
    _order = "at desc, id desc"
    _rec_name = "card_id"
    _log_access = False

    hand_over_id = fields.Many2one(
        comodel_name="khbs.card.hand.over",
        string="Hand-over",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        selection=[
            ("representative", "One representative for many families"),
            ("fast", "Many cards in few minutes at one place"),
        ],
        required=True,
        readonly=True,
    )
    card_id = fields.Many2one(
        comodel_name="khbs.card", readonly=True, index=True, ondelete="restrict"
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household", readonly=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    at = fields.Datetime(string="Handed over at", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", readonly=True, ondelete="restrict"
    )
    device_code = fields.Char(readonly=True)
    operator_code = fields.Char(string="Operator", readonly=True)
    found = fields.Integer(
        string="Counted", readonly=True, aggregator=None, help="Families or cards."
    )

    _kind_uniq = models.UniqueIndex("(hand_over_id, kind)")
    _at_idx = models.Index("(at DESC, id DESC)")

    @api.model
    def _limit(self, parameter, default):
        """Return a limit of the settings; nonsense is the default."""
        text = self.env["ir.config_parameter"].sudo().get_param(parameter)
        return min(int(text), MOST) if text and text.isdecimal() else default

    @api.model
    def _cron_look(self):
        """Look through all hand-overs by the limits of today, in one statement.

        What is striking no more is taken off the list.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH striking AS MATERIALIZED (%s), gone AS (
                    DELETE FROM khbs_card_hand_over_anomaly former
                     WHERE NOT EXISTS (
                         SELECT FROM striking
                          WHERE striking.hand_over_id = former.hand_over_id
                            AND striking.kind = former.kind)
                )
                INSERT INTO khbs_card_hand_over_anomaly AS former (
                    hand_over_id, kind, found, card_id, household_id, area_id, at,
                    user_id, device_code, operator_code
                )
                SELECT s.hand_over_id, s.kind, s.found, h.card_id, h.household_id,
                       h.area_id, h.at, h.user_id, h.device_code, h.operator_code
                  FROM striking s JOIN khbs_card_hand_over h ON h.id = s.hand_over_id
                 ORDER BY h.at, h.id
                ON CONFLICT (hand_over_id, kind) DO UPDATE SET found = EXCLUDED.found
                 WHERE former.found <> EXCLUDED.found
                """,
                self._striking(),
            )
        )
        self.invalidate_model()

    @api.model
    def _striking(self):
        """Return SQL of (hand_over_id, kind, found) of what is striking now.

        A place is where the last of a crowd was, and a thousandth of a degree around
        it: about a hundred metres. A hand-over without a position counts with all that
        its device did in these minutes: switching the GPS off hides nobody.
        """
        minutes = self._limit(FAST_MINUTES_PARAMETER, FAST_MINUTES)
        return SQL(
            """
            WITH many AS (
                SELECT document_key, count(DISTINCT household_id) AS found
                  FROM khbs_card_hand_over
                 WHERE document_key IS NOT NULL
                 GROUP BY document_key
                HAVING count(DISTINCT household_id) > %(families)s
            ), paced AS (
                -- Nobody who is slow at all places together is fast at one of them.
                SELECT id, user_id, device_code, operator_code, at, latitude,
                       longitude, lag(at, %(cards)s) OVER (
                           PARTITION BY device_code, user_id, operator_code ORDER BY at
                       ) AS first_at
                  FROM khbs_card_hand_over
                 WHERE device_code IS NOT NULL
            ), crowd AS (
                SELECT one.id, count(*) OVER (PARTITION BY last.id) AS found
                  FROM paced last
                  JOIN khbs_card_hand_over one
                    ON one.device_code = last.device_code
                   AND one.at BETWEEN last.at - %(span)s AND last.at
                   AND one.user_id = last.user_id
                   AND one.operator_code IS NOT DISTINCT FROM last.operator_code
                   AND coalesce(abs(one.latitude - last.latitude) <= %(near)s
                                AND abs(one.longitude - last.longitude) <= %(near)s,
                                true)
                 WHERE last.at - last.first_at <= %(span)s
            )
            SELECT h.id AS hand_over_id, 'representative' AS kind, many.found
              FROM khbs_card_hand_over h JOIN many USING (document_key)
             UNION ALL
            SELECT id, 'fast', max(found) FROM crowd
             WHERE found > %(cards)s GROUP BY id
            """,
            families=self.env["khbs.representative"]._most_families(),
            cards=self._limit(FAST_COUNT_PARAMETER, FAST_COUNT),
            near=NEAR,
            span=SQL("make_interval(mins => %s)", minutes),
        )
