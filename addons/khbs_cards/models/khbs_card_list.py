# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from ..protocol import card_number, status_list

_DIGITS_TO_STATES = bytes.maketrans(b"0123", bytes(range(4)))


class KhbsCardList(models.Model):
    """A card list: its number in every card number, and the next free index.

    The indices are positions in the status list, so they are dense and never used
    twice. A row lock, not a sequence, gives them out: a rollback leaves no hole.
    """

    _name = "khbs.card.list"
    _description = "Card list"
    _rec_name = "code"

    code = fields.Char(required=True, size=2, help="Two digits of each card number.")
    next_index = fields.Integer(required=True, default=0, aggregator=None)

    _code_uniq = models.Constraint("UNIQUE (code)", "A list with this code exists.")
    _code_form = models.Constraint(
        "CHECK (code ~ '^[0-9]{2}$')", "A list code has two digits."
    )
    _next_index_range = models.Constraint(
        f"CHECK (next_index BETWEEN 0 AND {card_number.MAX_INDEX + 1})",
        "The list is full: open a new one.",
    )

    @api.model
    def _with_room(self, count):
        """Return the list that gives the next *count* indices; a new one if need be.

        A list that is begun is filled first. What is left at its end when a run does
        not fit stays unused: a number is never given twice, and runs stay dense.
        """
        lists = self.sudo()
        newest = lists.search([], order="code desc", limit=1)
        if newest and newest.next_index + count <= card_number.MAX_INDEX + 1:
            return newest
        return lists.create({"code": f"{int(newest.code or 0) + 1:02d}"})

    def _take(self, count):
        """Return the first of *count* indices that now belong to the caller."""
        self.ensure_one()
        self.flush_recordset(["next_index"])
        self.env.cr.execute(
            "UPDATE khbs_card_list SET next_index = next_index + %s "
            "WHERE id = %s RETURNING next_index",
            (count, self.id),
        )
        [next_index] = self.env.cr.fetchone()
        self.invalidate_recordset(["next_index"])
        return next_index - count

    def _snapshot(self):
        """Return (n, packed array) of what the cards are just now."""
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT count(*),
                       string_agg(
                           CASE card.state
                               WHEN 'active' THEN '0'
                               WHEN 'suspended' THEN '2'
                               WHEN 'shipped' THEN '3'
                               ELSE '1'
                           END, '' ORDER BY position.index)
                  FROM generate_series(
                           0, (SELECT next_index FROM khbs_card_list WHERE id = %(id)s)
                              - 1
                       ) position (index)
                  LEFT JOIN khbs_card card
                         ON card.list_id = %(id)s AND card.card_index = position.index
                """,
                id=self.id,
            )
        )
        count, digits = self.env.cr.fetchone()
        states = (digits or "").encode("ascii").translate(_DIGITS_TO_STATES)
        return count, status_list.pack(states)
