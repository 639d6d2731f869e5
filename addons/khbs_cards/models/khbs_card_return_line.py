# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import life_cycle, return_plan

_ABSENT_CHECK = (
    f"CHECK (reason NOT IN {return_plan.ABSENT}"
    f" OR action NOT IN {return_plan.HELD_ACTIONS})"
)


class KhbsCardReturnLine(models.Model):
    """A card of minutes: why it comes back, and what is done with it."""

    _name = "khbs.card.return.line"
    _description = "Card of minutes"
    _order = "return_id, id"
    _rec_name = "card_id"

    return_id = fields.Many2one(
        comodel_name="khbs.card.return",
        string="Minutes",
        required=True,
        index=True,
        ondelete="cascade",
    )
    card_id = fields.Many2one(
        comodel_name="khbs.card", required=True, index=True, ondelete="restrict"
    )
    household_id = fields.Many2one(related="card_id.household_id")
    area_id = fields.Many2one(related="card_id.area_id", string="Village")
    card_state = fields.Selection(
        related="card_id.state", string="State of the card now"
    )
    reason = fields.Selection(selection=return_plan.REASONS, required=True)
    action = fields.Selection(
        selection=return_plan.ACTIONS, string="What is done", default="return"
    )
    note = fields.Char()
    open = fields.Boolean(readonly=True, default=True, copy=False)
    found_state = fields.Selection(
        selection=life_cycle.STATES, string="Was", readonly=True, copy=False
    )
    new_state = fields.Selection(
        selection=life_cycle.STATES, string="Became", readonly=True, copy=False
    )
    result = fields.Selection(
        selection=[
            ("moved", "Done"),
            ("kept", "Nothing to change"),
            ("not_possible", "Not possible"),
        ],
        readonly=True,
        copy=False,
    )

    _card_uniq = models.Constraint(
        "UNIQUE (return_id, card_id)", "A card stands once in the minutes."
    )
    _open_uniq = models.UniqueIndex(
        "(card_id) WHERE open", "This card is in other minutes that are not done yet."
    )
    _absent_card = models.Constraint(
        _ABSENT_CHECK,
        "A card that is lost, stolen or missing is blocked or replaced: nobody has it "
        "to send it, to take it back or to destroy it.",
    )

    def init(self):
        # Signed lines stay, whoever writes. A change of a draft touches the minutes,
        # so that who signs them at the same moment fails and reads them anew.
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_card_return_line_guard()
                RETURNS trigger AS $$
            DECLARE
                minutes integer;
                minutes_state varchar;
            BEGIN
                IF TG_OP = 'UPDATE'
                   AND (NEW.return_id, NEW.card_id, NEW.reason, NEW.action, NEW.note)
                       IS NOT DISTINCT FROM
                       (OLD.return_id, OLD.card_id, OLD.reason, OLD.action, OLD.note)
                THEN
                    RETURN NEW;
                END IF;
                FOREACH minutes IN ARRAY
                    CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.return_id]
                               WHEN 'DELETE' THEN ARRAY[OLD.return_id]
                               ELSE ARRAY[OLD.return_id, NEW.return_id] END
                LOOP
                    UPDATE khbs_card_return SET state = state
                     WHERE id = minutes
                       -- Once in a transaction: these minutes may have many lines.
                       AND xmin::text::bigint <> txid_current() % 4294967296;
                    SELECT state INTO minutes_state
                      FROM khbs_card_return WHERE id = minutes;
                    IF minutes_state <> 'draft' THEN
                        RAISE EXCEPTION 'Minutes % are signed: % refused',
                            minutes, TG_OP USING ERRCODE = 'restrict_violation';
                    END IF;
                END LOOP;
                RETURN COALESCE(NEW, OLD);
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_card_return_line_guard
                BEFORE INSERT OR UPDATE OR DELETE ON khbs_card_return_line
                FOR EACH ROW EXECUTE FUNCTION khbs_card_return_line_guard();

            CREATE OR REPLACE FUNCTION khbs_card_destruction_guard()
                RETURNS trigger AS $$
            BEGIN
                IF NOT EXISTS (
                    SELECT FROM khbs_card_return_line line
                      JOIN khbs_card_return minutes ON minutes.id = line.return_id
                      JOIN khbs_approval approval
                        ON approval.model = 'khbs.card.return'
                       AND approval.res_id = minutes.id
                       AND approval.step = 'witnessed'
                       AND approval.user_id = minutes.witnessed_by_id
                     WHERE line.card_id = NEW.id AND line.open
                       AND line.action = 'destroy' AND minutes.state = 'signed'
                ) THEN
                    RAISE EXCEPTION 'Card % is destroyed by minutes with a witness',
                        NEW.card_no USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_card_destruction_guard
                BEFORE UPDATE OF state ON khbs_card FOR EACH ROW
                WHEN (OLD.state = 'returned' AND NEW.state = 'destroyed')
                EXECUTE FUNCTION khbs_card_destruction_guard();
            """
        )

    @api.onchange("reason")
    def _onchange_reason(self):
        """Offer what is usually done."""
        if self.reason in return_plan.ABSENT:
            self.action = "replace"
        elif self.reason == "damaged":
            self.action = "destroy"
        elif self.reason:
            self.action = "return"

    @api.model_create_multi
    def create(self, vals_list):
        own = ("open", "found_state", "new_state", "result")
        if not self.env.su:
            vals_list = [
                {name: value for name, value in vals.items() if name not in own}
                | {"open": True, "found_state": False, "new_state": False}
                | {"result": False}
                for vals in vals_list
            ]
            minutes = {vals["return_id"] for vals in vals_list if "return_id" in vals}
            self.return_id.browse(minutes)._require_draft()
        self._require_free([vals["card_id"] for vals in vals_list if "card_id" in vals])
        lines = super().create(vals_list)
        lines._require_own_cards()
        return lines

    def write(self, vals):
        if not self.env.su:
            if vals.keys() & {"return_id", "open", "result", "found_state"} or (
                "new_state" in vals
            ):
                raise UserError(
                    self.env._("What became of a card is entered by its minutes.")
                )
            self.return_id._require_draft()
        result = super().write(vals)
        self._require_own_cards()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        if not self.env.su:
            self.return_id._require_draft()

    def _require_own_cards(self):
        """Refuse cards of other villages than the user's, and of the minutes' area."""
        if self.env.su:
            return
        self.card_id.check_access("read")
        for line in self:
            path = line.return_id.area_id.parent_path
            if not line.card_id.area_id.parent_path.startswith(path):
                raise UserError(
                    self.env._(
                        "Card %(card)s belongs to %(village)s, which is not in the "
                        "area of these minutes.",
                        card=line.card_id.card_no,
                        village=line.card_id.area_id.name,
                    )
                )

    @api.model
    def _require_free(self, card_ids):
        """Refuse cards that other minutes name which are not done yet.

        Named is a card that the user may see; of others the constraint says no more
        than that.
        """
        cards = self.card_id.browse(card_ids).exists()._filtered_access("read")
        taken = self.sudo().search(
            [("card_id", "in", cards.ids), ("open", "=", True)], limit=1
        )
        if taken:
            raise UserError(
                self.env._(
                    "Card %(card)s is in the minutes %(minutes)s, which are not done "
                    "yet: have them carried out or cancelled first, or leave the card "
                    "to them.",
                    card=taken.card_id.card_no,
                    minutes=taken.return_id.name,
                )
            )

    @api.model
    def _add(self, minutes, cards, reason):
        """Name *cards* in draft *minutes*, to go back to the office.

        Where others name one of them at this moment, this fails as what Odoo runs
        anew, and then their line is seen; a plain insert would break the constraint.

        :param minutes: khbs.card.return as superuser
        :param cards: khbs.card that no open minutes name
        :param reason: one of ``return_plan.REASONS``
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_card_return_line
                    (return_id, card_id, reason, action, open,
                     create_uid, create_date, write_uid, write_date)
                SELECT %(minutes)s, card_id, %(reason)s, 'return', true,
                       %(user)s, now() AT TIME ZONE 'UTC',
                       %(user)s, now() AT TIME ZONE 'UTC'
                  FROM unnest(%(cards)s) WITH ORDINALITY listed (card_id, place)
                 ORDER BY place
                ON CONFLICT (card_id) WHERE open DO NOTHING
                """,
                minutes=minutes.id,
                cards=list(cards.ids),
                reason=reason,
                user=self.env.uid,
            )
        )
        self.env.invalidate_all()

    def _carry_out(self):
        """Move the cards, those that go the same way together."""
        self.card_id._lock()
        ways = {}
        for line in self:
            state = line.card_id.state
            steps = return_plan.steps(line.reason, line.action, state)
            ways.setdefault((line.reason, line.action, state, steps), []).append(
                line.id
            )
        for (reason, action, state, steps), ids in ways.items():
            self.browse(ids)._move(reason, action, state, steps)
        self.open = False

    def _move(self, reason, action, state, steps):
        """Take the cards of these lines, all in *state*, through *steps*."""
        if steps is None:
            self.write(
                {"found_state": state, "new_state": state, "result": "not_possible"}
            )
            return
        if "shipped" in steps:
            # They lie in a box already that only waits to be sent, or the reception
            # of the box that they came in is to be entered first.
            boxed = self.filtered(
                lambda line: line.card_id.shipment_id._is_on_its_way()
            )
            if boxed:
                boxed._move(reason, action, state, None)
                if rest := self - boxed:
                    rest._move(reason, action, state, steps)
                return
        cards = self.card_id
        code = return_plan.EVENT_REASONS.get(reason, reason)
        data = {"minutes": self.return_id.name}
        for target in steps:
            if target == "shipped":
                # In a box with its packing list, like any card that is sent; who
                # carries it is entered there.
                cards.env["khbs.card.shipment"]._make(cards.sudo())
                continue
            cards._transition(target, code, data=data)
            cards._record_move(target, code)
        anew = action == "replace" or (steps and (reason, action) in return_plan.ANEW)
        replaced = anew and self._replace(action, state, code)
        self.write(
            {
                "found_state": state,
                "new_state": cards[:1].state or state,
                "result": "moved" if steps or replaced else "kept",
            }
        )

    def _replace(self, action, state, code):
        """Queue a new card for the families that may have one and wait for none.

        :param action: what the minutes say
        :param state: in which the cards were found; the family of one that was over
            already, or is destroyed, may have another in use
        :param code: reason for the audit trail
        :return: whether any was queued
        """
        cards = self.card_id
        served = [*life_cycle.IN_PRODUCTION]
        if action == "destroy":
            served.extend(life_cycle.IN_USE)
        elif state in ("revoked", "expired"):
            served.append("active")
        families = cards.search(
            [
                ("household_id", "in", cards.household_id.ids),
                ("state", "in", served),
            ]
        ).household_id
        due = cards.filtered(
            lambda card: (
                card.household_id not in families
                and card.household_id.state in life_cycle.ENTITLED
            )
        )
        for profile, batch in due.grouped("profile").items():
            cards._allocate(batch.household_id, profile)
            batch._record_move("replacement", code)
        return bool(due)
