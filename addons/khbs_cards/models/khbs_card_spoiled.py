# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
import uuid

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.khbs_registry import append_only

from .. import personalisation
from ..exceptions import ProtocolError
from ..protocol import types
from . import khbs_card_job_count
from .khbs_card_job_station import LAST_STEP, UNKNOWN_JOB

KINDS = [
    ("blank", "Blank, before it had a certificate"),
    ("card", "Card, after its certificate"),
    ("misprint", "Card, after it was locked"),
    ("set_aside", "Blank, set aside by a station"),
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
    _rec_name = "card_id"
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
    report = fields.Char(help="ULID of the station's report of a blank set aside.")
    atr = fields.Char(string="ATR", help="What the chip answered to a reset.")
    guid = fields.Char(string="Foreign GUID", help="What stood on a blank set aside.")

    _at_idx = models.Index("(at)")
    _report_uniq = models.UniqueIndex("(report)", "This report has come already.")
    _guid_uniq = models.UniqueIndex("(guid)", "This blank is set aside already.")

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
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_card_spoiled (
                    at, user_id, device_code, kind, card_id, run_id, job_id, step, why
                )
                SELECT %(now)s, %(uid)s, %(device)s, lost.kind, card.id, card.run_id,
                       (SELECT max(id) FROM khbs_card_job WHERE card_id = card.id),
                       %(step)s, %(why)s
                  FROM khbs_card card
                  JOIN (VALUES %(kinds)s) lost (state, kind) USING (state)
                 WHERE card.id = ANY(%(cards)s)
                 ORDER BY card.id
                """,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                device=device_code,
                step=step,
                why=why or reason,
                kinds=SQL(", ").join(SQL("%s", row) for row in KIND_BY_STATE.items()),
                cards=list(cards.ids),
            )
        )
        self.invalidate_model()

    @api.model
    def _station_set_aside(self, device_code, params):
        """Enter a blank that a station put away: it is no blank of the batch, or dead.

        Its job waits for another blank. A repeated report changes nothing, nor does a
        chip that was told of before, or that bears the guid of one of our cards: that
        plastic is counted as its card.

        :param params: {report: ULID, job, step, why, atr, guid: optional}
        :return: {state}
        """
        step, why = params.get("step"), personalisation.read_text(params, "why", 200)
        if type(step) is not int or not 1 <= step <= LAST_STEP:
            raise ProtocolError(personalisation.BAD_PARAMS, "step: 1 to 10")
        report = personalisation.read_text(params, "report", 26)
        if not types.ULID.fullmatch(report):
            raise ProtocolError(personalisation.BAD_PARAMS, "report: not a ULID")
        atr = personalisation.read_atr(params)
        guid = _read_guid(params.get("guid"))
        name = personalisation.read_text(params, "job", 16)
        match = re.fullmatch(r"J([0-9]{7,9})", name)
        job = self.env["khbs.card.job"].sudo().browse(int(match[1]) if match else 0)
        if not job.exists():
            raise ProtocolError(UNKNOWN_JOB, "job unknown")
        known = guid and self.env["khbs.card"].sudo().search_count(
            [("guid", "=", guid)], limit=1
        )
        if not known:
            self._insert_aside(
                device_code,
                job,
                step,
                why,
                {"report": report, "atr": atr, "guid": guid},
            )
            job._tell_monitor()
        return {"state": "SET_ASIDE"}

    @api.model
    def _insert_aside(self, device_code, job, step, why, facts):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_card_spoiled (at, user_id, device_code, kind, card_id,
                    run_id, job_id, step, why, report, atr, guid)
                VALUES (%s, %s, %s, 'set_aside', %s, %s, %s, %s, %s, %s, %s, %s)
                ON CONFLICT DO NOTHING
                """,
                fields.Datetime.now(),
                self.env.uid,
                device_code,
                job.card_id.id,
                job.run_id.id or None,
                job.id,
                step,
                why,
                facts["report"],
                facts["atr"],
                facts["guid"],
            )
        )


def _read_guid(text):
    """Return a guid as it is kept, None for none.

    :raises ProtocolError: it is no guid
    """
    if text is None:
        return None
    try:
        return str(uuid.UUID(text))
    except (AttributeError, TypeError, ValueError) as error:
        raise ProtocolError(personalisation.BAD_PARAMS, "guid: not a UUID") from error
