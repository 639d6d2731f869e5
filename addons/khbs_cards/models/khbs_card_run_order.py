# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import life_cycle
from .khbs_card_job import LIVE_STATES


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
        self.env.cr.execute(
            SQL(
                """
                SELECT job.id, card.id
                  FROM khbs_card_job job
                  JOIN khbs_card card ON card.id = job.card_id
                 WHERE card.run_id = %s
                   AND job.state = 'waiting' AND card.state = 'allocated'
                 ORDER BY job.id
                   FOR UPDATE OF job SKIP LOCKED
                """,
                self.id,
            )
        )
        rows = self.env.cr.fetchall()
        cards = self.env["khbs.card"].browse(card for _job, card in rows)
        self.env.cr.execute(
            SQL(
                "UPDATE khbs_card_job SET state = 'failed', nonce = NULL "
                "WHERE id = ANY(%s)",
                [job for job, _card in rows],
            )
        )
        self.env.invalidate_all()
        # At once with the state, so that no card is counted as spoiled in between.
        cards._transition("destroyed", "CANCELLED", cancelled_at=fields.Datetime.now())
        return len(cards)
