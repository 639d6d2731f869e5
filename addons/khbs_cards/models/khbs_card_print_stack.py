# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import life_cycle

# So many card numbers are named in a sentence.
_NAMED = 5


class KhbsCardPrint(models.Model):
    """The stack that a file is pressed on: which cards it names, which are printed."""

    # What becomes of the stack is no part of how its file is drawn.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.print"

    to_print_count = fields.Integer(
        string="To be printed",
        compute="_compute_stack",
        help="Cards on this file that are not entered as printed yet.",
    )
    gone_count = fields.Integer(string="Written off", compute="_compute_stack")
    gone_numbers = fields.Char(compute="_compute_stack")

    @api.depends("state", "card_ids.state", "card_ids.shipment_id")
    def _compute_stack(self):
        made = self.filtered(lambda part: part.state == "made")
        stacks = self._stacks(made._origin.ids)
        for part in self:
            to_print, gone = stacks.get(part._origin.id, (0, []))
            part.to_print_count = to_print
            part.gone_count = len(gone)
            part.gone_numbers = ", ".join(gone) or False

    @api.model
    def _stacks(self, part_ids):
        """Return {part id: (cards to be printed, numbers of those written off)}.

        A list shows parts of a thousand cards each: PostgreSQL counts them.
        """
        self.env["khbs.card"].flush_model(["state", "print_id", "shipment_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT print_id, count(*) FILTER (WHERE state = 'locked'),
                       coalesce(array_agg(card_no ORDER BY card_index) FILTER (
                           WHERE state IN %s AND shipment_id IS NULL), '{}')
                  FROM khbs_card WHERE print_id = ANY(%s)
                 GROUP BY print_id
                """,
                life_cycle.FINAL,
                list(part_ids),
            )
        )
        return {part_id: (to_print, gone) for part_id, to_print, gone in rows}

    def action_printed(self):
        """Enter that the cards on these files are printed and were read back."""
        for part in self._checked_stack("card_print.printed"):
            part._require_made()
            cards = part._to_print()
            if not cards:
                raise UserError(
                    self.env._(
                        "%(file)s has no card that waits to be printed.", file=part.name
                    )
                )
            cards._transition("printed", "PRINTED")
            self.env["khbs.audit.event"]._record(
                "card_print.printed", part, {"count": len(cards)}
            )
        return True

    def action_redraw(self):
        """Draw files anew, without the cards that were written off since."""
        for part in self._checked_stack("card_print.redraw"):
            part._require_made()
            gone = part._gone()
            if not gone or not part.card_ids - gone:
                raise UserError(
                    self.env._(
                        "%(file)s stays as it is: none of its cards was written off, "
                        "or all of them were.",
                        file=part.name,
                    )
                )
            former = part.sha256
            part._make()
            self.env["khbs.audit.event"]._record(
                "card_print.redraw",
                part,
                {"former": former, "left_out": gone.mapped("card_no")},
            )
        return True

    def _checked_stack(self, act):
        """Return self as superuser, locked, for a card officer who sees the files."""
        for part in self:
            self.env["khbs.audit.event"]._require_group(
                life_cycle.CARD_OFFICER, act, part
            )
        self.check_access("read")
        parts = self.sudo()
        parts.run_id._lock()
        parts.lock_for_update(allow_referencing=True)
        parts.card_ids._lock()
        return parts

    def _require_made(self):
        self.ensure_one()
        if self.state != "made" or self.run_id.state != "ordered":
            raise UserError(
                self.env._(
                    "%(file)s: this needs a made file of a run that is in work.",
                    file=self.name,
                )
            )

    def _require_whole(self):
        """Raise where the file shows cards that are not in the stack any more."""
        self.ensure_one()
        gone = self.sudo()._gone() if self.state == "made" else None
        if gone:
            named = ", ".join(gone[:_NAMED].mapped("card_no"))
            raise UserError(
                self.env._(
                    "%(file)s shows %(count)s cards that were written off since: "
                    "%(cards)s. From there on the stack would be off by one. Press "
                    "Draw anew first, and take these blanks out of the stack.",
                    file=self.name,
                    count=len(gone),
                    cards=named,
                )
            )

    def _to_print(self):
        return self.card_ids.filtered(lambda card: card.state == "locked")

    def _gone(self):
        """Return the cards on the file that ended before they went into a box."""
        return self.card_ids.filtered(
            lambda card: card.state in life_cycle.FINAL and not card.shipment_id
        ).sorted("card_index")


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    def _touch(self):
        """Let who read these cards before, and writes them after, begin anew.

        A lock alone does not: what a transaction saw of the family stays as it was.
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_card card SET write_date = now() AT TIME ZONE 'UTC'
                  FROM (SELECT id FROM khbs_card WHERE id = ANY(%s)
                         ORDER BY id FOR NO KEY UPDATE) chosen
                 WHERE card.id = chosen.id
                """,
                list(self.ids),
            )
        )
        self.invalidate_recordset(["write_date"], flush=False)


class KhbsCardRun(models.Model):
    # One file for each part of a run's work.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.run"

    to_print_count = fields.Integer(
        string="To be printed",
        compute="_compute_to_print_count",
        help="Personalised cards of which the print file is made; all, where the run "
        "has no print files because it is printed elsewhere.",
    )
    undrawn_count = fields.Integer(
        string="Printed, on no file",
        compute="_compute_to_print_count",
        help="Cards in the house that were entered as printed and are on no file.",
    )

    @api.depends("print_ids.state", "card_ids.print_id", "card_ids.state")
    def _compute_to_print_count(self):
        cards = self.env["khbs.card"].sudo()
        for run in self:
            stored = run._origin.sudo()
            run.to_print_count = stored and cards.search_count(
                stored._to_print_domain()
            )
            run.undrawn_count = stored.print_ids and cards.search_count(
                stored._undrawn_domain()
            )

    def action_print(self):
        """Enter that the cards on the run's made files are printed."""
        left = 0
        for run in self._checked(life_cycle.CARD_OFFICER, "card_run.printed"):
            run._require_state("ordered")
            cards = self.env["khbs.card"].sudo().search(run._to_print_domain())
            if not cards:
                raise UserError(
                    self.env._(
                        "%(run)s has no personalised card that waits to be printed. "
                        "Cards that are on no print file yet need one first.",
                        run=run.name,
                    )
                )
            cards._transition("printed", "PRINTED")
            left += run.personalised_count
            self.env["khbs.audit.event"]._record(
                "card_run.printed", run, {"count": len(cards)}
            )
        return self._said_left(left) if left else True

    def action_draw_printed(self):
        """Have cards drawn that were entered as printed and are on no file."""
        return self._draw("printed")

    def _said_left(self, count):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "%s personalised cards are left as they are: they are on no print "
                    "file, or it is not made yet.",
                    count,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _to_print_domain(self):
        """Return which cards the press has, as far as the program knows."""
        self.ensure_one()
        domain = [("run_id", "=", self.id), ("state", "=", "locked")]
        if self.print_ids:
            domain.append(("print_id.state", "=", "made"))
        return domain

    def _undrawn_domain(self):
        self.ensure_one()
        return [
            ("run_id", "=", self.id),
            ("state", "=", "printed"),
            ("print_id", "=", False),
            ("shipment_id", "=", False),
        ]
