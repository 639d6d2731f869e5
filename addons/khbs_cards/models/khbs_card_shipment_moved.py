# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from .khbs_card_shipment import PACKABLE

# So many card numbers are named in a sentence.
_NAMED = 5


class KhbsCardShipment(models.Model):
    """What lies in a packed box and may not go with it."""

    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.shipment"

    gone_count = fields.Integer(
        string="Written off since",
        compute="_compute_gone",
        compute_sudo=True,
        help="Cards that the packing list counts and that may not be sent any more.",
    )
    gone_cards = fields.Char(
        string="To take out", compute="_compute_gone", compute_sudo=True
    )

    def _compute_gone(self):
        for shipment in self:
            packed = shipment.filtered(lambda box: box.state == "packed")
            gone = packed._gone_items()
            shipment.gone_count = len(gone)
            shipment.gone_cards = shipment._named(gone.card_id) if gone else False

    def _gone_items(self):
        """Return the items of which the card may not go with their box any more."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id
                  FROM khbs_card_shipment_item item
                  JOIN khbs_card_shipment box ON box.id = item.shipment_id
                  JOIN khbs_card card ON card.id = item.card_id
                  JOIN khbs_area village ON village.id = card.area_id
                 WHERE item.shipment_id = ANY(%s)
                   AND (card.state <> ALL(%s) OR card.shipment_id IS NULL
                        OR card.shipment_id <> box.id
                        OR village.parent_id IS DISTINCT FROM box.area_id)
                 ORDER BY item.id
                """,
                list(self.ids),
                list(PACKABLE),
            )
        )
        items = self.env["khbs.card.shipment.item"]
        return items.browse(item_id for [item_id] in rows)

    def _unpackable(self):
        """Return the items of which the card may not go, with their cards locked."""
        self.ensure_one()
        self.item_ids.card_id._lock()
        return self._gone_items()

    def _named(self, cards):
        """Return the first of *cards*, which may not go, each with its reason."""
        self.ensure_one()
        named = ", ".join(
            f"{card.card_no} ({self._why_not(card)})" for card in cards[:_NAMED]
        )
        return named + ", ..." if len(cards) > _NAMED else named

    def _why_not(self, card):
        """Return why *card* may not go with this box."""
        district = card.area_id.parent_id
        if (
            card.state in PACKABLE
            and card.shipment_id == self
            and district != self.area_id
        ):
            return self.env._(
                "its family moved to %(district)s", district=district._full_title()
            )
        return card._state_label(card.state)


class KhbsCardRun(models.Model):
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.run"

    moved_cards = fields.Char(
        string="Families that moved",
        compute="_compute_moved_cards",
        compute_sudo=True,
        help="Cards that are not packed for the district where their family lives now.",
    )

    @api.depends("state", "card_ids.area_id", "card_ids.shipment_id")
    def _compute_moved_cards(self):
        moved = self._moved()
        for run in self:
            run.moved_cards = run._say_moved(moved[run._origin.id])

    def _say_moved(self, counts):
        """Return the sentence on {district: cards}, or False for none."""
        if not counts or self.state != "ordered":
            return False
        return self.env._(
            "%(count)s cards not packed: families moved to %(places)s.",
            count=sum(counts.values()),
            places="; ".join(
                f"{district._full_title()} ({count})"
                for district, count in counts.items()
            ),
        )

    def _moved(self):
        """Return {run id: {district: cards}} of cards in the house that go elsewhere.

        They lie in the box of another district, or in none and out of the run's area.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card.run_id, village.parent_id, count(*)::int
                  FROM khbs_card card
                  JOIN khbs_card_run run ON run.id = card.run_id
                  JOIN khbs_area ordered ON ordered.id = run.area_id
                  JOIN khbs_area village ON village.id = card.area_id
                  LEFT JOIN khbs_card_shipment box
                         ON box.id = card.shipment_id AND box.state = 'packed'
                 WHERE card.run_id = ANY(%s) AND card.state = ANY(%s)
                   AND CASE WHEN box.id IS NULL
                       THEN NOT starts_with(village.parent_path, ordered.parent_path)
                       ELSE village.parent_id IS DISTINCT FROM box.area_id END
                 GROUP BY card.run_id, village.parent_id
                 ORDER BY card.run_id, village.parent_id
                """,
                self._ids_stored(),
                list(PACKABLE),
            )
        )
        found = defaultdict(dict)
        for run_id, district_id, count in rows:
            found[run_id][self.env["khbs.area"].browse(district_id)] = count
        return found
