# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

# Where a card stands, in the order of the work. Each card stands in one place, so
# the counts of a run add up to its cards.
PLACES = [
    ("waiting", "Waiting"),
    ("personalised", "Personalised"),
    ("printed", "Printed"),
    ("shipped", "Shipped"),
    ("handed_over", "Handed over"),
    ("returned", "Returned"),
    ("withdrawn", "Withdrawn"),
    ("spoiled", "Spoiled"),
    ("cancelled", "Cancelled"),
]


def place_of(card):
    """Return the SQL of the place where the *card* (alias of a row) stands.

    A card that was handed over stays so, whatever became of it with the family.
    """
    return f"""
        CASE
            WHEN {card}.handed_over_at IS NOT NULL
                OR {card}.state IN ('active', 'suspended') THEN 'handed_over'
            WHEN {card}.cancelled_at IS NOT NULL THEN 'cancelled'
            WHEN {card}.state = 'locked' THEN 'personalised'
            WHEN {card}.state IN ('printed', 'shipped', 'returned') THEN {card}.state
            WHEN {card}.state = 'destroyed' THEN 'spoiled'
            WHEN {card}.state IN ('revoked', 'expired') THEN 'withdrawn'
            ELSE 'waiting'
        END"""


class KhbsCardCount(models.Model):
    """What the cards of a run became more or less of, place by place.

    PostgreSQL writes the difference with each statement that moves cards. Rows are only
    added, so stations never wait for each other at a counter; their sum is the count,
    and a cron folds them together.
    """

    _name = "khbs.card.count"
    _description = "Count of cards"
    _log_access = False

    run_id = fields.Many2one(
        comodel_name="khbs.card.run", required=True, ondelete="cascade"
    )
    place = fields.Selection(selection=PLACES, required=True)
    cards = fields.Integer(required=True)

    _run_idx = models.Index("(run_id, place) INCLUDE (cards)")

    @api.model
    def _of_runs(self, run_ids):
        """Return {run id: {place: cards}}."""
        self.env["khbs.card"].flush_model()
        counts = {run_id: {} for run_id in run_ids}
        rows = self.env.execute_query(
            SQL(
                "SELECT run_id, place, sum(cards)::int FROM khbs_card_count "
                "WHERE run_id = ANY(%s) GROUP BY run_id, place",
                list(run_ids),
            )
        )
        for run_id, place, cards in rows:
            counts[run_id][place] = cards
        return counts

    @api.model
    def _cron_fold(self):
        """Fold the differences of each run and place into one row."""
        self.env.cr.execute(
            """
            WITH gone AS (
                DELETE FROM khbs_card_count
                 WHERE id IN (
                     SELECT id FROM khbs_card_count FOR UPDATE SKIP LOCKED
                 )
                RETURNING run_id, place, cards
            )
            INSERT INTO khbs_card_count (run_id, place, cards)
            SELECT run_id, place, sum(cards) FROM gone
             GROUP BY run_id, place HAVING sum(cards) <> 0
            """
        )

    @api.model
    def _rebuild(self):
        """Count all cards of all runs anew: after an upgrade."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM khbs_card_count;
                INSERT INTO khbs_card_count (run_id, place, cards)
                SELECT card.run_id, %s, count(*) FROM khbs_card card
                 WHERE card.run_id IS NOT NULL GROUP BY 1, 2
                """,
                SQL(place_of("card")),
            )
        )
        self.invalidate_model()


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    cancelled_at = fields.Datetime(
        readonly=True, help="The card was given up before it was begun."
    )

    _run_state_idx = models.Index("(run_id, state)")

    def init(self):
        result = super().init()
        self.env.cr.execute(
            SQL(
                """
            CREATE OR REPLACE FUNCTION khbs_card_count_new() RETURNS trigger AS $$
            BEGIN
                INSERT INTO khbs_card_count (run_id, place, cards)
                SELECT card.run_id, %(place)s, count(*) FROM new_rows card
                 WHERE card.run_id IS NOT NULL GROUP BY 1, 2;
                RETURN NULL;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE FUNCTION khbs_card_count_moved() RETURNS trigger AS $$
            BEGIN
                INSERT INTO khbs_card_count (run_id, place, cards)
                SELECT run_id, place, sum(cards)
                  FROM (
                      SELECT card.run_id, %(place)s AS place, 1 AS cards
                        FROM new_rows card
                       UNION ALL
                      SELECT card.run_id, %(place)s, -1 FROM old_rows card
                  ) moved
                 WHERE run_id IS NOT NULL
                 GROUP BY run_id, place HAVING sum(cards) <> 0;
                RETURN NULL;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_card_count_new
                AFTER INSERT ON khbs_card REFERENCING NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION khbs_card_count_new();
            CREATE OR REPLACE TRIGGER khbs_card_count_moved
                AFTER UPDATE ON khbs_card
                REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION khbs_card_count_moved();
            """,
                place=SQL(place_of("card")),
            )
        )
        return result
