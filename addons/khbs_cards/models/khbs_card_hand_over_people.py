# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.image import image_process

from .. import scans

# Long side of a photo in pixels.
PHOTO_SIZE = 1280
DAYS_PARAMETER = "khbs.hand_over.people_days"
# A card is valid for five years: who took it may be in question as long.
DAYS = 5 * 365
# What a wrong entry may not fall below: what is redacted does not come back.
FEWEST_DAYS = 365
# Hand-overs that the retention job redacts at a time; each batch is kept.
BATCH = 500


@dataclass(frozen=True)
class People:
    """What a hand-over holds of persons: the values, and the digests for its row."""

    vals: dict = field(default_factory=dict)
    photo_sha256: str | bool = False
    letter_sha256: str | bool = False


class KhbsCardHandOverPeople(models.Model):
    """Names and pictures of a hand-over, beside it because they may be redacted."""

    _name = "khbs.card.hand.over.people"
    _description = "Names and photo of a hand-over"
    _rec_name = "hand_over_id"

    hand_over_id = fields.Many2one(
        comodel_name="khbs.card.hand.over",
        string="Hand-over",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    representative_name = fields.Char(string="Representative", readonly=True)
    witness_name = fields.Char(string="Witness", readonly=True)
    photo = fields.Binary(attachment=True, readonly=True)
    letter_scan = fields.Binary(
        string="Letter of authority", attachment=True, readonly=True
    )
    letter_name = fields.Char(compute="_compute_letter_name")
    redacted_at = fields.Datetime(readonly=True)

    _hand_over_uniq = models.Constraint(
        "UNIQUE (hand_over_id)", "The names of a hand-over stand in one place."
    )
    _kept_idx = models.Index("(id) WHERE redacted_at IS NULL")

    def _compute_letter_name(self):
        for people in self:
            people.letter_name = f"surat-kuasa-{people.hand_over_id.card_id.card_no}"

    @api.model
    def _read(self, receipt):
        """Return the :class:`People` of a receipt.

        :raises UserError: a file is not what it should be
        """
        vals = {
            name: " ".join(receipt[name].split())[:128]
            for name in ("representative_name", "witness_name")
            if receipt.get(name)
        }
        photo = self._read_photo(receipt.get("photo"))
        if photo:
            vals["photo"] = base64.b64encode(photo)
        letter = receipt.get("letter_scan")
        try:
            letter_sha256 = scans.sha256_of(letter)
        except scans.NoScanError as error:
            raise UserError(
                self.env._("Hand the letter of authority in as PDF, JPEG or PNG.")
            ) from error
        if letter:
            vals["letter_scan"] = letter
        return People(
            vals=vals,
            photo_sha256=photo and hashlib.sha256(photo).hexdigest(),
            letter_sha256=letter_sha256 or False,
        )

    @api.model
    def _read_photo(self, encoded):
        """Return the bytes of a photo in the size that is kept, or False."""
        if not encoded:
            return False
        try:
            content = base64.b64decode(encoded, validate=True)
            # What is no picture comes back as it was.
            if not content.startswith(scans.MARKS[1:]):
                raise ValueError("neither JPEG nor PNG")
            return image_process(content, size=(PHOTO_SIZE, PHOTO_SIZE))
        except (UserError, TypeError, ValueError) as error:
            raise UserError(
                self.env._("The photo cannot be read. Take it once more.")
            ) from error

    def _subject_hidden(self):
        """Who stood by is another person: the family is not told a name here."""
        return {"witness_name"}

    def _redact(self):
        """Take names and pictures away on demand; each card's story tells it."""
        kept = self._clear()
        self.env["khbs.audit.event"]._record_each(
            "card.hand_over.redact", {card: {} for card in kept.hand_over_id.card_id}
        )

    def _clear(self):
        """Take names and pictures away and return where there were any.

        The digests in the hand-over stay, and so do the papers that were issued.
        """
        kept = self.filtered(lambda people: not people.redacted_at)
        kept.write(
            {
                "representative_name": False,
                "witness_name": False,
                "photo": False,
                "letter_scan": False,
                "redacted_at": fields.Datetime.now(),
            }
        )
        return kept

    @api.model
    def _cron_redact(self):
        """Take away the names and pictures whose time is over, batch by batch."""
        crons = self.env["ir.cron"]
        for done, more in self._steps():
            if not crons._commit_progress(done, remaining=int(more)):
                return

    @api.model
    def _steps(self):
        """Redact one batch after the other; yield (how many, whether more may come).

        What is redacted is no longer found, so a job that stops goes on by itself.
        """
        more = True
        while more:
            batch = self._overdue()
            more = len(batch) == BATCH
            if batch:
                batch._clear()
                self.env["khbs.audit.event"]._record(
                    "card.hand_over.retention", batch, {"count": len(batch)}
                )
            yield len(batch), more

    @api.model
    def _overdue(self):
        """Return a batch of rows whose time is over, locked; others' are left out.

        When a card was handed over is what a terminal's clock said: one that is years
        behind shortens nothing, the time runs from the receipt at the earliest.
        """
        self.env.flush_all()
        before = fields.Datetime.now() - timedelta(self._days())
        rows = self.env.execute_query(
            SQL(
                """
                SELECT people.id FROM khbs_card_hand_over_people people
                  JOIN khbs_card_hand_over done ON done.id = people.hand_over_id
                 WHERE people.redacted_at IS NULL
                   AND greatest(done.at, done.recorded_at) < %s
                 ORDER BY people.id LIMIT %s FOR UPDATE OF people SKIP LOCKED
                """,
                before,
                BATCH,
            )
        )
        return self.sudo().browse(row[0] for row in rows)

    @api.model
    def _days(self):
        """Return after how many days names and pictures go; an odd entry is none."""
        text = self.env["ir.config_parameter"].sudo().get_param(DAYS_PARAMETER)
        days = int(text) if text and text.isdecimal() else DAYS
        return min(max(days, FEWEST_DAYS), 100 * 365)
