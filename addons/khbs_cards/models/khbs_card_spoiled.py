# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.khbs_registry import append_only

from . import khbs_card_job_count

KINDS = [
    ("blank", "Blank, before it had a certificate"),
    ("card", "Card, after its certificate"),
    ("misprint", "Card, after it was locked"),
]
# The kind of a card that is written off, by the state it had.
KIND_BY_STATE = {
    "keyed": "card",
    "certified": "card",
    "locked": "misprint",
    "printed": "misprint",
    "returned": "misprint",
}


class KhbsCardSpoiled(models.Model):
    """One piece of plastic that is lost: a spoiled blank or a card written off.

    Whoever counts the blanks of a batch finds each that is not a card here.
    """

    _name = "khbs.card.spoiled"
    _description = "Spoiled card"
    _order = "id desc"
    _rec_name = "kind"
    _log_access = False

    at = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="restrict"
    )
    device_code = fields.Char(
        string="Station", index="btree_not_null", help="Empty: the office wrote it off."
    )
    kind = fields.Selection(selection=KINDS, required=True)
    card_id = fields.Many2one(
        comodel_name="khbs.card",
        required=True,
        index=True,
        ondelete="restrict",
        help="Of a spoiled blank: the card that was to be made of it. Its number was "
        "given to the next blank.",
    )
    area_id = fields.Many2one(related="card_id.area_id", string="Village")
    run_id = fields.Many2one(
        comodel_name="khbs.card.run",
        string="Print run",
        index="btree_not_null",
        ondelete="restrict",
    )
    job_id = fields.Many2one(
        comodel_name="khbs.card.job", index="btree_not_null", ondelete="restrict"
    )
    step = fields.Integer(
        aggregator=None, help="Step of the personalisation, 1 to 10; 0: none."
    )
    why = fields.Char(help="What the station said, or the code of the reason.")

    _at_idx = models.Index("(at)")

    def init(self):
        append_only.install(self.env.cr, self._table)
        khbs_card_job_count.install(self.env.cr, self._table)

    @api.model
    def _tell(self, kind, job, device_code, step=0, why=None):
        """Enter that the plastic of *job* is lost."""
        return self.sudo().create(
            {
                "user_id": self.env.uid,
                "device_code": device_code,
                "kind": kind,
                "card_id": job.card_id.id,
                "run_id": job.run_id.id,
                "job_id": job.id,
                "step": step,
                "why": why,
            }
        )

    @api.model
    def _tell_cards(self, cards, reason, device_code=None, step=0, why=None):
        """Enter cards that are about to be written off, of which plastic exists.

        :param reason: code of life_cycle.REASONS, where nobody said more
        """
        return self.sudo().create(
            [
                {
                    "user_id": self.env.uid,
                    "device_code": device_code,
                    "kind": KIND_BY_STATE[card.state],
                    "card_id": card.id,
                    "run_id": card.run_id.id,
                    "job_id": card.job_ids[:1].id,
                    "step": step,
                    "why": why or reason,
                }
                for card in cards
                if card.state in KIND_BY_STATE
            ]
        )
