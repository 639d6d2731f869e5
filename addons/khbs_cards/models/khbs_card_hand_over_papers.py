# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry.papers import words

from .. import hand_over_papers as papers
from ..artwork.layout import grouped


def _day(moment):
    """Return the day of a stored time as the villages count it."""
    return words.utc(moment).astimezone(words.WIB).date()


class KhbsCardHandOverPapers(models.AbstractModel):
    """Paper no. 5: the minutes of a hand-over session."""

    _name = "khbs.card.hand.over.papers"
    _description = "Hand-over session: papers"

    def _issue_list(self):
        """Issue the list: blank before anything was handed over, else filled in."""
        self.ensure_one()
        session = self.sudo()
        return self.env["khbs.paper"]._issue(
            "card.hand_over",
            papers.session_list(
                session,
                session._list_rows,
                papers.Counts(
                    session.line_count,
                    session.handed_over_count,
                    session.represented_count,
                ),
                fields.Datetime.now(),
            ),
            record=self,
        )

    def _list_rows(self):
        over = self.state == "closed"
        for line in self.line_ids:
            done = line.hand_over_id
            yield {
                "card_no": grouped(line.card_id.card_no),
                "name": line.household_id.head_id.name or "-",
                "date": _day(done.at) if done else None,
                # Who took a card at a terminal signs here.
                "sign": papers.SIGNS.get(done.sign)
                or (papers.ROOM if not over else "-" if done else ""),
                "note": self._note_of(done) if done else "tidak terserahkan" * over,
            }

    def _note_of(self, hand_over):
        notes = []
        if hand_over.received_by == "representative":
            notes.append(papers.received(hand_over))
        if witness := hand_over.people_ids.witness_name:
            notes.append(f"saksi {witness}")
        return "; ".join(notes)


class KhbsCardReceiptPapers(models.AbstractModel):
    """Paper no. 6: the receipt of one family."""

    _name = "khbs.card.receipt.papers"
    _description = "Hand-over of a card: papers"

    def _issue_receipt(self):
        """Issue the receipt of card and PIN."""
        self.ensure_one()
        facts = self.sudo()._receipt_facts()
        letterhead = self.env["khbs.letterhead"]._resolve("opd")
        return self.env["khbs.paper"]._issue_letter(
            "card.receipt",
            f"Tanda Terima Kartu {facts.card_no}",
            lambda code, url: papers.receipt(facts, letterhead, code, url),
            record=self,
        )

    def _receipt_facts(self):
        family = self.household_id
        people = self.people_ids
        represented = self.received_by == "representative"
        head = family.head_id.name or ""
        position = ""
        if self.has_position:
            position = (
                f"{self.latitude:.6f}, {self.longitude:.6f} "
                f"(ketelitian {words.number(self.accuracy_m)} m)"
            )
        by_name = people.representative_name if represented else None
        return papers.Receipt(
            card_no=self.card_id.card_no,
            family=head,
            village=self.area_id._full_title(),
            moment=self.at,
            received=" ".join(
                filter(None, (papers.received(self), by_name and f"({by_name})"))
            ),
            receiver=by_name or (head if self.received_by == "head" else ""),
            acknowledged=papers.SIGNS.get(self.sign, ""),
            witness=people.witness_name or "",
            officer=self.user_id.name if self.mode == "office" else "",
            way="petugas lapangan"
            if self.mode == "office"
            else f"terminal {self.device_code}",
            position=position or "tidak direkam",
            photo=f"SHA-256 {self.photo_sha256[:16]}" if self.photo_sha256 else "-",
            with_pin=self.card_id.profile == "pin",
        )


class KhbsCardReturnPapers(models.AbstractModel):
    """Paper no. 7: the minutes of returned cards."""

    _name = "khbs.card.return.papers"
    _description = "Minutes of returned cards: papers"

    def _issue_minutes(self):
        """Issue the minutes with the lines as they are."""
        self.ensure_one()
        minutes = self.sudo()
        return self.env["khbs.paper"]._issue(
            "card.return",
            papers.return_minutes(
                minutes,
                minutes._minutes_rows,
                [(line.reason, line.action) for line in minutes.line_ids],
                fields.Datetime.now(),
            ),
            record=self,
        )

    def _minutes_rows(self):
        for line in self.line_ids:
            result = papers.RESULTS.get(line.result, "")
            yield {
                "card_no": grouped(line.card_id.card_no),
                "name": line.household_id.head_id.name or "-",
                "reason": papers.REASONS[line.reason],
                "action": papers.ACTIONS[line.action],
                "note": "; ".join(filter(None, (line.note, result))),
            }
