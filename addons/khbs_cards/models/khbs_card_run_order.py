# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import life_cycle
from .khbs_card_job import LIVE_STATES

# After so many new cards what PostgreSQL knows of the tables is no guide any more.
COUNTED_ANEW = 10_000


class KhbsCardRun(models.Model):
    """Which cards a run has: who gets one, and who after all does not."""

    # One file for each part of a run's work.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.run"

    def _order_cards(self):
        """Take the cards of the run into it and return their number."""
        self.ensure_one()
        if self.kind == "replacement":
            count = self._collect_replacements()
        else:
            self.recipient_list_id._require_state("decided")
            query = self._households_query()
            self.env.flush_all()
            self.env.cr.execute(SQL("SELECT count(*) FROM (%s) chosen", query))
            [count] = self.env.cr.fetchone()
            if count:
                self.env["khbs.card"]._allocate_query(query, count, self.profile, self)
            if count >= COUNTED_ANEW:
                # Stations ask at once, and would each sort the whole queue until
                # PostgreSQL comes to it by itself.
                self.env.cr.execute("ANALYZE khbs_card, khbs_card_job")
        if not count:
            raise UserError(self._nobody_waits())
        return count

    def _nobody_waits(self):
        if self.kind == "replacement":
            return self.env._(
                "No replacement card of %(area)s waits for a run.",
                area=self.area_id.display_name,
            )
        return self.env._(
            "No family of %(area)s waits for a card. A run takes families of a decided "
            "list that have no card and none on its way.",
            area=self.area_id.display_name,
        )

    def _households_query(self):
        """Return SQL of the ids of the families that the run is to serve."""
        self.ensure_one()
        return SQL(
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

    def _collect_replacements(self):
        """Take the cards of the area that were queued without a run; return how many.

        Also those that a station has made meanwhile: they are still to be printed, or
        to be shipped. What a station has in hand comes with the next run: it was told
        which batch of blanks to take, and takes the job up again after a tear.
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH chosen AS (
                    SELECT card.id
                      FROM khbs_card card
                      JOIN khbs_area area ON area.id = card.area_id
                     WHERE card.run_id IS NULL
                       AND card.state IN %(states)s
                       AND NOT EXISTS (SELECT FROM khbs_card_job job
                                        WHERE job.card_id = card.id
                                          AND job.state IN %(live)s)
                       AND card.shipment_id IS NULL
                       AND card.profile = %(profile)s
                       AND area.parent_path LIKE %(path)s
                     ORDER BY card.id
                       FOR NO KEY UPDATE OF card
                ), taken AS (
                    UPDATE khbs_card card
                       SET run_id = %(run)s, template_id = %(template)s
                      FROM chosen
                     WHERE card.id = chosen.id
                    RETURNING card.id
                )
                UPDATE khbs_card_job job SET run_id = %(run)s
                  FROM taken WHERE job.card_id = taken.id
                """,
                states=(*life_cycle.BLANK, "printed"),
                live=LIVE_STATES,
                profile=self.profile,
                path=f"{self.area_id.parent_path}%",
                run=self.id,
                template=self.template_id.id,
            )
        )
        self.env.invalidate_all()
        return self.env["khbs.card"].search_count([("run_id", "=", self.id)])

    def _cancel_waiting(self):
        """Give up the cards of which no station has the job; return their number."""
        self.ensure_one()
        self.env.flush_all()
        # Job by job and not as a join, which right after the order, before PostgreSQL
        # has counted the tables anew, may look through all jobs for each card.
        self.env.cr.execute(
            SQL(
                """
                SELECT id, card_id FROM khbs_card_job
                 WHERE coalesce(run_id, 0) = %s AND state = 'waiting'
                 ORDER BY id FOR UPDATE SKIP LOCKED
                """,
                self.id,
            )
        )
        jobs = dict(self.env.cr.fetchall())
        self.env.cr.execute(
            SQL(
                "SELECT id FROM khbs_card WHERE id = ANY(%s) AND state = 'allocated'",
                list(jobs.values()),
            )
        )
        blank = {card for [card] in self.env.cr.fetchall()}
        jobs = {job: card for job, card in jobs.items() if card in blank}
        cards = self.env["khbs.card"].browse(jobs.values())
        self.env.cr.execute(
            SQL(
                "UPDATE khbs_card_job SET state = 'failed', nonce = NULL "
                "WHERE id = ANY(%s)",
                list(jobs),
            )
        )
        self.env.invalidate_all()
        # At once with the state, so that no card is counted as spoiled in between.
        cards._transition("destroyed", "CANCELLED", cancelled_at=fields.Datetime.now())
        return len(cards)
