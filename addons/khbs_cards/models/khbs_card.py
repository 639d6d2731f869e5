# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from psycopg2.extras import Json

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .. import life_cycle
from ..protocol import base64url, card_number, keys

PROFILES = [("card", "Card key (9E)"), ("pin", "Card key and PIN key (9E, 9C)")]
_SHA256 = "CHECK (%s ~ '^[0-9a-f]{64}$')"


class KhbsCard(models.Model):
    """A smart card of one family (EDC_PROTOCOL 1-3)."""

    _name = "khbs.card"
    _description = "Card"
    _order = "card_index desc"
    _rec_name = "card_no"

    card_no = fields.Char(string="Card number", required=True, readonly=True)
    list_id = fields.Many2one(
        comodel_name="khbs.card.list", required=True, readonly=True, ondelete="restrict"
    )
    list_no = fields.Char(string="List code", required=True, readonly=True, size=2)
    card_index = fields.Integer(
        string="Index", required=True, readonly=True, aggregator=None
    )
    guid = fields.Char(string="GUID", required=True, readonly=True)
    household_id = fields.Many2one(
        comodel_name="khbs.household",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    area_id = fields.Many2one(
        related="household_id.area_id", string="Village", store=True, index=True
    )
    run_id = fields.Many2one(
        comodel_name="khbs.card.run",
        string="Print run",
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    profile = fields.Selection(
        selection=PROFILES, required=True, readonly=True, default="card"
    )
    state = fields.Selection(
        selection=life_cycle.STATES,
        required=True,
        readonly=True,
        default="allocated",
        index=True,
    )
    spki_9e = fields.Char(
        string="Public key 9E", readonly=True, help="SubjectPublicKeyInfo, base64url."
    )
    spki_9c = fields.Char(
        string="Public key 9C", readonly=True, help="SubjectPublicKeyInfo, base64url."
    )
    spki_9e_sha256 = fields.Char(
        string="SHA-256 of key 9E", readonly=True, index="btree_not_null"
    )
    spki_9c_sha256 = fields.Char(
        string="SHA-256 of key 9C", readonly=True, index="btree_not_null"
    )
    certificate_9e = fields.Binary(readonly=True, attachment=False)
    certificate_9c = fields.Binary(readonly=True, attachment=False)
    certificate_name = fields.Char(compute="_compute_certificate_name")
    valid_until = fields.Date(
        readonly=True, help="Last day of the certificates on the card."
    )
    handed_over_at = fields.Datetime(readonly=True)
    event_ids = fields.One2many(
        comodel_name="khbs.card.event", inverse_name="card_id", string="Story"
    )
    job_ids = fields.One2many(
        comodel_name="khbs.card.job", inverse_name="card_id", string="Jobs"
    )

    complaint_count = fields.Integer(compute="_compute_complaint_count")

    _card_no_uniq = models.Constraint(
        "UNIQUE (card_no)", "A card number is never used twice."
    )
    _index_uniq = models.Constraint(
        "UNIQUE (list_id, card_index)", "A list index is never used twice."
    )
    _guid_uniq = models.Constraint("UNIQUE (guid)", "A GUID is never used twice.")
    _spki_9e_form = models.Constraint(
        _SHA256 % "spki_9e_sha256", "A SHA-256 has 64 hexadecimal digits."
    )
    _spki_9c_form = models.Constraint(
        _SHA256 % "spki_9c_sha256", "A SHA-256 has 64 hexadecimal digits."
    )
    _in_use_uniq = models.UniqueIndex(
        f"(household_id) WHERE state IN {life_cycle.IN_USE}",
        "This family has a card in use.",
    )
    _in_production_uniq = models.UniqueIndex(
        f"(household_id) WHERE state IN {life_cycle.IN_PRODUCTION}",
        "A card for this family is being made or is on its way.",
    )

    def init(self):
        self._install_life_cycle()
        self._install_follow_household()

    def _install_life_cycle(self):
        """Let PostgreSQL refuse what the table of transitions does not name."""
        cr = self.env.cr
        allowed = [f"{start}>{end}" for start, end in life_cycle.TRANSITIONS]
        cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION khbs_card_guard() RETURNS trigger AS $$
                BEGIN
                    IF TG_OP = 'DELETE' THEN
                        RAISE EXCEPTION 'Card %% is never removed', OLD.card_no
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    IF (NEW.card_no, NEW.list_id, NEW.card_index, NEW.guid,
                        NEW.household_id) IS DISTINCT FROM
                       (OLD.card_no, OLD.list_id, OLD.card_index, OLD.guid,
                        OLD.household_id) THEN
                        RAISE EXCEPTION 'The identity of card %% is fixed', OLD.card_no
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    IF NEW.state <> OLD.state
                       AND OLD.state || '>' || NEW.state <> ALL (%s) THEN
                        RAISE EXCEPTION 'Card %% cannot go from %% to %%',
                            OLD.card_no, OLD.state, NEW.state
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                END
                $$ LANGUAGE plpgsql
                """,
                allowed,
            )
        )
        cr.execute(
            """
            CREATE OR REPLACE TRIGGER khbs_card_guard
                BEFORE UPDATE OR DELETE ON khbs_card
                FOR EACH ROW EXECUTE FUNCTION khbs_card_guard()
            """
        )

    def _install_follow_household(self):
        """Let cards move with their family, also where a delivery moves thousands.

        The imports of the registry are set-based and do not pass by the ORM, and the
        record rules of cards read the card's own village.
        """
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_card_follow_household()
                RETURNS trigger AS $$
            BEGIN
                UPDATE khbs_card SET area_id = NEW.area_id
                 WHERE household_id = NEW.id AND area_id IS DISTINCT FROM NEW.area_id;
                RETURN NULL;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_card_follow_household
                AFTER UPDATE OF area_id ON khbs_household
                FOR EACH ROW WHEN (OLD.area_id IS DISTINCT FROM NEW.area_id)
                EXECUTE FUNCTION khbs_card_follow_household()
            """
        )

    @api.depends("card_no")
    def _compute_certificate_name(self):
        for card in self:
            card.certificate_name = f"{card.card_no}.cer"

    def _compute_complaint_count(self):
        """Count the complaints that this user may read, if he may read any."""
        complaints = self.env["khbs.complaint"]
        readable = complaints.has_access("read")
        for card in self:
            card.complaint_count = readable and complaints.search_count(
                card._complaint_domain()
            )

    @api.model
    def _by_number(self, card_no):
        """Return the card of this number, or an empty recordset."""
        try:
            card_number.parse(card_no)
        except card_number.CardNumberError:
            return self.browse()
        return self.sudo().search([("card_no", "=", card_no)])

    @api.model
    def _status_list(self, have, list_no="01"):
        """Return {version, kind, jws}: the result of edc.blocklist.get.

        :param have: version that the terminal holds, or None
        :return: None if there is no such list
        """
        current = self.env["khbs.card.list.version"]._current(list_no)
        return current._answer(have) if current else None

    @api.model
    def _current_list_version(self, list_no="01"):
        """Return the number of the newest version of the status list; 0: none."""
        return self.env["khbs.card.list.version"]._current(list_no).version

    def action_view_household(self):
        """Open the family of this card."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.household",
            "res_id": self.household_id.id,
            "views": [[False, "form"]],
        }

    def action_view_complaints(self):
        """Open the complaints about this card or its family."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_registry.khbs_complaint_action"
        )
        return action | {"domain": list(self._complaint_domain()), "context": {}}

    def _complaint_domain(self):
        return Domain("card_no", "=", self.card_no) | Domain(
            "household_id", "=", self.household_id.id
        )

    def _public_key(self, slot="9E"):
        """Return the stored public key of *slot*: it decides, not the certificate."""
        self.ensure_one()
        stored = self.spki_9c if slot == "9C" else self.spki_9e
        return keys.load_spki(base64url.decode(stored)) if stored else None

    def _key_hash(self, slot="9E"):
        """Return ``kh`` of *slot* as a lease row has it, or None."""
        self.ensure_one()
        sha256 = self.spki_9c_sha256 if slot == "9C" else self.spki_9e_sha256
        return keys.key_hash(bytes.fromhex(sha256)) if sha256 else None

    def _transition(
        self,
        target,
        reason,
        device_code=None,
        data=None,
        lost=None,
        job_change=None,
        **columns,
    ):
        """Move these cards to *target*; the one place that does.

        One statement locks, moves and tells, all of them or none.

        :param reason: code of life_cycle.REASONS, or a code of the program's own
        :param device_code: terminal or station that asked for it
        :param data: dict of keys, hashes and coordinates for the event
        :param lost: dict of what the station said of plastic that is destroyed: step
            of the personalisation, why
        :param job_change: UPDATE (SQL) of the job that moved the card
        :param columns: what else of the cards changes with it, as the table has it
        :raises UserError: a card is in a state from which it cannot come there, or from
            which life_cycle.TRANSITIONS names neither the program nor the user
        """
        self.flush_recordset()
        if target == "destroyed":
            self._lock()
            self.env["khbs.card.spoiled"]._tell_cards(
                self.sudo(), reason, device_code, **(lost or {})
            )
        now = fields.Datetime.now()
        columns |= {"state": target, "write_uid": self.env.uid, "write_date": now}
        sources = [
            source
            for (source, end), movers in life_cycle.TRANSITIONS.items()
            if end == target and self._is_named(movers)
        ]
        rows = self.env.execute_query(
            SQL(
                """
                WITH locked AS MATERIALIZED (
                    SELECT id, state FROM khbs_card WHERE id = ANY(%(ids)s)
                     ORDER BY id FOR NO KEY UPDATE
                ), moving AS (
                    SELECT * FROM locked
                     WHERE NOT EXISTS (SELECT FROM locked WHERE state <> ALL(%(from)s))
                ), told AS (
                    INSERT INTO khbs_card_event (
                        card_id, at, user_id, device_code, from_state, to_state,
                        reason_code, data
                    )
                    SELECT id, %(now)s, %(uid)s, %(device)s, state, %(target)s,
                           %(reason)s, %(data)s
                      FROM moving ORDER BY id
                ), moved AS (
                    UPDATE khbs_card card SET %(columns)s
                      FROM moving WHERE card.id = moving.id
                )%(job_change)s
                SELECT id, state FROM locked WHERE state <> ALL(%(from)s)
                """,
                **{"from": sources},
                now=now,
                uid=self.env.uid,
                device=device_code,
                target=target,
                reason=reason,
                data=Json(data or {}),
                ids=list(self.ids),
                job_change=SQL(", job AS (%s)", job_change) if job_change else SQL(),
                columns=SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value)
                    for name, value in columns.items()
                ),
            )
        )
        self.invalidate_recordset(["event_ids", *columns], flush=False)
        if rows:
            self._refuse_transition(target, *rows[0])
        # Raw SQL does not tell the counts that depend on the state.
        self.env["khbs.card.run"].invalidate_model()

    def _is_named(self, movers):
        """Tell whether *movers* of a step name the program or the user at work."""
        if life_cycle.SYSTEM in movers or self.env.uid == SUPERUSER_ID:
            return True
        # A device's request has no user of its own.
        user = self.env.user
        return bool(user) and any(map(user.has_group, movers))

    def _refuse_transition(self, target, card_id, state):
        raise UserError(
            self.env._(
                "Card %(card)s is %(state)s and cannot become %(target)s. "
                "Reload the page to see its present state.",
                card=self.browse(card_id).sudo().card_no,
                state=self._state_label(state),
                target=self._state_label(target),
            )
        )

    def _lock(self):
        """Lock these cards and return the (id, state) of each.

        NO KEY, so that the claims of a card may be stored meanwhile.
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "SELECT id, state FROM khbs_card WHERE id = ANY(%s) "
                "ORDER BY id FOR NO KEY UPDATE",
                list(self.ids),
            )
        )
        rows = self.env.cr.fetchall()
        self.invalidate_recordset(["state"])
        return rows

    def _state_label(self, state):
        selection = self._fields["state"]._description_selection(self.env)
        return dict(selection)[state]
