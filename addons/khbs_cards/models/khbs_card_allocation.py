# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.tools import SQL


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    @api.model
    def _allocate(self, households, profile, run=None):
        """Give each household a new card number and a waiting job.

        One statement for all cards and one for all jobs, whatever their number: the
        households come in the order of their villages, as the packing lists will.

        :param households: recordset; the caller has checked that none has a card in
            production
        :return: the new cards
        """
        if not households:
            return self.browse()
        ids = SQL("SELECT unnest(%s)", list(households.ids))
        return self._allocate_query(ids, len(households), profile, run)

    @api.model
    def _allocate_query(self, household_ids, count, profile, run=None):
        """As ``_allocate``, for the household ids that a query gives.

        :param household_ids: SQL of one column
        :param count: how many rows it gives
        """
        if run and run.state in ("done", "cancelled"):
            # A closed run gets no more cards: this one waits for a replacement run.
            run = None
        template = run.template_id if run else self.env["khbs.card.template"]
        template = template or template._in_force()
        self.env.flush_all()
        card_list = self.env["khbs.card.list"]._with_room(count)
        first = card_list._take(count)
        self.env.cr.execute(
            SQL(
                """
                WITH chosen AS (
                    SELECT household.id, household.area_id,
                           %(first)s - 1 + row_number() OVER (
                               ORDER BY area.code, household.id
                           ) AS card_index
                      FROM khbs_household household
                      JOIN khbs_area area ON area.id = household.area_id
                     WHERE household.id IN (%(household_ids)s)
                ), numbered AS (
                    SELECT *, %(list_no)s || lpad(card_index::text, 7, '0') AS digits
                      FROM chosen
                ), made AS (
                    INSERT INTO khbs_card (
                        card_no, list_id, list_no, card_index, guid, household_id,
                        area_id, run_id, template_id, profile, state,
                        create_uid, write_uid, create_date, write_date
                    )
                    SELECT 'KH' || digits
                               || lpad((98 - digits::bigint * 100 %% 97)::text, 2, '0'),
                           %(list_id)s, %(list_no)s, card_index,
                           gen_random_uuid()::text, id, area_id, %(run_id)s,
                           %(template_id)s, %(profile)s, 'allocated', %(uid)s, %(uid)s,
                           now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                      FROM numbered
                     ORDER BY card_index
                    RETURNING id, run_id
                ), told AS (
                    INSERT INTO khbs_card_event
                        (card_id, at, user_id, to_state, reason_code, data)
                    SELECT id, now() AT TIME ZONE 'UTC', %(uid)s, 'allocated',
                           'ALLOCATED', '{}'::jsonb
                      FROM made
                     ORDER BY id
                )
                INSERT INTO khbs_card_job (
                    card_id, run_id, state, blanks_spoiled,
                    create_uid, write_uid, create_date, write_date
                )
                SELECT id, run_id, 'waiting', 0, %(uid)s, %(uid)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM made
                 ORDER BY id
                RETURNING card_id
                """,
                first=first,
                household_ids=household_ids,
                list_id=card_list.id,
                list_no=card_list.code,
                run_id=run.id if run else None,
                template_id=template.id or None,
                profile=profile,
                uid=self.env.uid,
            )
        )
        cards = self.browse(row[0] for row in self.env.cr.fetchall())
        self.env.invalidate_all()
        return cards
