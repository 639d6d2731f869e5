# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .. import life_cycle
from .khbs_household import CARD_READERS

# So many families are named in a sentence.
_NAMED = 5
# So many cards are ordered at once without a print run.
MOST_ORDERED = 500


class KhbsHousehold(models.Model):
    """Families that may have a card and have none, nor one on its way."""

    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.household"

    without_card = fields.Boolean(
        string="Without a card",
        compute="_compute_without_card",
        search="_search_without_card",
        groups=CARD_READERS,
        help="On a decided list, entitled, and no card is in use, made or on its way.",
    )

    def _compute_without_card(self):
        without = self.filtered_domain([("id", "in", self._ids_without_card(self.ids))])
        for household in self:
            household.without_card = household in without

    def _search_without_card(self, operator, value):
        if operator != "in":
            return NotImplemented
        without = Domain("id", "in", self._without_card_query())
        return without if True in value else ~without

    def _without_card_query(self):
        """Return SQL of the ids of the families that are to get a card.

        A card that is being made stands as well, so none of them has an open job.
        """
        return SQL(
            """(
            SELECT household.id
              FROM khbs_household household
             WHERE household.active AND household.state IN %(entitled)s
               AND EXISTS (
                   SELECT FROM khbs_recipient_line line
                     JOIN khbs_recipient_list list ON list.id = line.list_id
                    WHERE line.household_id = household.id
                      AND list.state = 'decided' AND %(served)s
               )
               AND NOT EXISTS (
                   SELECT FROM khbs_card card
                    WHERE card.household_id = household.id
                      AND card.state IN %(standing)s
               )
            )""",
            served=self.env["khbs.recipient.line"]._served("line"),
            entitled=life_cycle.ENTITLED,
            standing=life_cycle.IN_PRODUCTION + life_cycle.IN_USE,
        )

    def _ids_without_card(self, household_ids):
        """Return which of these ids are of families that are to get a card."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT found.id FROM %s found WHERE found.id = ANY(%s)",
                self._without_card_query(),
                list(household_ids),
            )
        )
        return [household_id for [household_id] in rows]

    def action_order_card(self):
        """Queue a card for each of these families; a replacement run prints them.

        Each gets what it had: a family that was given a PIN keeps one.
        """
        events = self.env["khbs.audit.event"]
        for household in self:
            events._require_group(
                life_cycle.CARD_OFFICER, "household.replacement", household
            )
        self.check_access("read")
        if len(self) > MOST_ORDERED:
            raise UserError(
                self.env._(
                    "No card is ordered: these are %(count)s families, and up to "
                    "%(most)s are ordered at once. Order a print run of their list "
                    "instead, or choose fewer families.",
                    count=len(self),
                    most=MOST_ORDERED,
                )
            )
        families = self.sudo()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM khbs_household WHERE id = ANY(%s) "
                "ORDER BY id FOR NO KEY UPDATE",
                list(self.ids),
            )
        )
        due = families.browse(sorted(self._ids_without_card(self.ids)))
        if served := families - due:
            raise UserError(
                self.env._(
                    "No card is ordered: %(count)s of these families have a card, or "
                    "one is on its way, or they may not have one: %(families)s. Take "
                    "them out of the choice.",
                    count=len(served),
                    families=", ".join(served[:_NAMED].mapped("display_name")),
                )
            )
        cards = self.env["khbs.card"].sudo()
        for profile, household_ids in due._profiles_due().items():
            cards |= cards._allocate(due.browse(household_ids), profile)
        events._record_each(
            "household.replacement",
            {card.household_id: {"card_no": card.card_no} for card in cards},
        )
        return True

    def _profiles_due(self):
        """Return {profile: household ids}: as on the newest card that each had.

        A family that never had one gets what the last run of its list ordered.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT coalesce(former.profile, ordered.profile, 'card'),
                       array_agg(household.id ORDER BY household.id)
                  FROM khbs_household household
                  JOIN khbs_area village ON village.id = household.area_id
                  LEFT JOIN LATERAL (
                       SELECT card.profile FROM khbs_card card
                        WHERE card.household_id = household.id
                        ORDER BY card.id DESC LIMIT 1
                  ) former ON true
                  LEFT JOIN LATERAL (
                       SELECT run.profile
                         FROM khbs_recipient_line line
                         JOIN khbs_recipient_list list
                           ON list.id = line.list_id AND list.state = 'decided'
                         JOIN khbs_card_run run ON run.recipient_list_id = list.id
                         JOIN khbs_area area ON area.id = run.area_id
                        WHERE line.household_id = household.id AND %s
                          AND run.state IN ('ordered', 'done')
                          AND starts_with(village.parent_path, area.parent_path)
                        ORDER BY run.id DESC LIMIT 1
                  ) ordered ON former.profile IS NULL
                 WHERE household.id = ANY(%s)
                 GROUP BY 1 ORDER BY 1
                """,
                self.env["khbs.recipient.line"]._served("line"),
                list(self.ids),
            )
        )
        return dict(rows)
