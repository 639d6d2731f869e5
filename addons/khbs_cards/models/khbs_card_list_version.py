# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import time
from datetime import UTC, datetime

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from .. import authority
from ..protocol import jws, status_list

# Seconds between two versions, at least; and between two looks for changes.
MIN_AGE = 60
LOOK_AGE = 5
# A list is signed anew once a day, so that its exp moves on.
MAX_AGE = 86400
DAY = 86400
OFFLINE_DAYS_PARAMETER = "khbs.offline_days"
DEFAULT_OFFLINE_DAYS = 14
# As of a terminal.
MOST_OFFLINE_DAYS = 31
# Seconds after which a holder who is online should ask again.
TTL = 3600
# Seconds for which a version is kept at least, so that who held it gets a delta.
KEPT = 60 * DAY


class KhbsCardListVersion(models.Model):
    """What the status list said at one moment, as it was signed (EDC_PROTOCOL 9).

    A version is made when somebody asks and something changed. It serves terminals
    that work offline; the server itself asks the card, so a block counts online at
    once.
    """

    _name = "khbs.card.list.version"
    _description = "Card status list"
    _order = "list_id, version desc"
    _rec_name = "version"

    list_id = fields.Many2one(
        comodel_name="khbs.card.list", required=True, ondelete="restrict"
    )
    version = fields.Integer(required=True, aggregator=None)
    card_count = fields.Integer(
        string="Cards", required=True, aggregator=None, help="n: indices in the list."
    )
    states = fields.Binary(attachment=False, help="The packed array, two bits a card.")
    iat = fields.Integer(required=True, aggregator=None, help="Unix seconds.")
    exp = fields.Integer(required=True, aggregator=None, help="Unix seconds.")
    issued_at = fields.Datetime(compute="_compute_times")
    expires_at = fields.Datetime(compute="_compute_times")
    kid = fields.Char(string="Key", required=True)
    jws = fields.Text(string="JWS", required=True)
    looked_at = fields.Integer(
        required=True, aggregator=None, help="When the list was last found up to date."
    )

    valid_count = fields.Integer(
        string="Valid", compute="_compute_counts", store=True, aggregator=None
    )
    invalid_count = fields.Integer(
        string="Revoked or not yet shipped",
        compute="_compute_counts",
        store=True,
        aggregator=None,
    )
    suspended_count = fields.Integer(
        string="Suspended", compute="_compute_counts", store=True, aggregator=None
    )
    shipped_count = fields.Integer(
        string="Shipped, not handed over",
        compute="_compute_counts",
        store=True,
        aggregator=None,
    )
    size = fields.Integer(
        string="Size (bytes)",
        compute="_compute_size",
        store=True,
        aggregator=None,
        help="Of the whole list as it travels.",
    )

    _version_uniq = models.Constraint(
        "UNIQUE (list_id, version)", "A version number is never used twice."
    )

    @api.depends("list_id.code", "version")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "List %(list)s, version %(version)s",
                # Who may see the version need not see the list's counters.
                list=version.sudo().list_id.display_name,
                version=version.version,
            )

    @api.depends("iat", "exp")
    def _compute_times(self):
        for version in self:
            version.issued_at = datetime.fromtimestamp(version.iat, UTC).replace(
                tzinfo=None
            )
            version.expires_at = datetime.fromtimestamp(version.exp, UTC).replace(
                tzinfo=None
            )

    @api.depends("states", "card_count")
    def _compute_counts(self):
        names = ("valid_count", "invalid_count", "suspended_count", "shipped_count")
        for version in self:
            counts = status_list.count(version._packed(), version.card_count)
            version.update(dict(zip(names, counts, strict=True)))

    @api.depends("jws")
    def _compute_size(self):
        for version in self:
            version.size = len(version.jws or "")

    @api.model
    def _cron_renew(self):
        """Sign each list anew that is a day old, although nobody asked for it."""
        for card_list in self.env["khbs.card.list"].sudo().search([], limit=100):
            # Nobody has ever asked for a list without a version.
            if self.sudo().search_count([("list_id", "=", card_list.id)], limit=1):
                self._current(card_list.code)

    @api.model
    def _cron_retain(self):
        """Remove versions that are past their time and that nothing refers to."""
        self.env.flush_all()
        self.env.cr.execute(self._retain_query(int(time.time())))
        self.invalidate_model()

    @api.model
    def _retain_query(self, now):
        """Return the statement that removes what is to go at *now* (Unix seconds)."""
        return SQL(
            """
            DELETE FROM khbs_card_list_version version
             USING khbs_card_list list
             WHERE list.id = version.list_id
               AND version.iat < %(kept)s AND version.exp < %(now)s
               AND EXISTS (
                   SELECT FROM khbs_card_list_version newer
                    WHERE newer.list_id = version.list_id
                      AND newer.version > version.version)
               AND (%(referred)s) IS NOT TRUE
            """,
            kept=now - KEPT,
            now=now,
            referred=self._referred(),
        )

    @api.model
    def _referred(self):
        """Return the SQL condition of versions (``version``, ``list``) still needed.

        Addons that keep evidence of who held which version extend it.
        """
        return SQL("FALSE")

    @api.model
    def _current(self, list_no="01"):
        """Return the newest version, made anew where it is due.

        :return: empty if there is no such list
        """
        versions = self.sudo()
        card_list = self.env["khbs.card.list"].sudo().search([("code", "=", list_no)])
        newest = versions.search([("list_id", "=", card_list.id)], limit=1)
        now = int(time.time())
        # After a change of key at once: the former may be one that nobody believes.
        kid = authority.kid_in_force("list")
        is_former = newest and kid and newest.kid != kid
        is_fresh = newest and (
            now - newest.looked_at < LOOK_AGE or now - newest.iat < MIN_AGE
        )
        if is_fresh and not is_former:
            return newest
        if not card_list or not versions._is_mine_to_renew(card_list, newest):
            return newest
        count, packed = card_list._snapshot()
        stored = base64.b64decode(newest.states or b"")
        if (
            newest
            and not is_former
            and (count, packed) == (newest.card_count, stored)
            and now - newest.iat < MAX_AGE
        ):
            newest.looked_at = now
            return newest
        newest.looked_at = now
        return versions._publish(card_list, newest.version + 1, count, packed, now)

    @api.model
    def _is_mine_to_renew(self, card_list, newest):
        """Tell whether this transaction holds the newest version of all.

        Whoever renews updates that row; a transaction that began before then fails to
        lock it and goes on with what it sees. So versions only ever grow.
        """
        self.flush_model()
        row = newest or card_list
        query = SQL(
            "SELECT id FROM %s WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED",
            SQL.identifier(row._table),
            row.id,
        )
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(query)
                return bool(self.env.cr.fetchone())
        except psycopg2.errors.SerializationFailure:
            return False

    @api.model
    def _publish(self, card_list, version, count, packed, now):
        kid, key = authority.signer(self.env, "list", "card.list", card_list)
        prg = authority.prg(self.env)
        exp = now + (self._offline_days() + 1) * DAY
        payload = status_list.full_payload(
            prg, prg, card_list.code, version, count, packed, now, exp, TTL
        )
        return self.create(
            {
                "list_id": card_list.id,
                "version": version,
                "card_count": count,
                "states": base64.b64encode(packed),
                "iat": now,
                "exp": exp,
                "kid": kid,
                "jws": jws.sign(key, kid, "statuslist+jwt", payload),
                "looked_at": now,
            }
        )

    @api.model
    def _offline_days(self):
        parameters = self.env["ir.config_parameter"].sudo()
        entered = parameters.get_param(OFFLINE_DAYS_PARAMETER)
        days = int(entered) if entered and entered.isdecimal() else 0
        return days if 1 <= days <= MOST_OFFLINE_DAYS else DEFAULT_OFFLINE_DAYS

    def _packed(self):
        self.ensure_one()
        return base64.b64decode(self.states or b"")

    def _state_at(self, index):
        """Return what this version says of the card at *index*, None if unknown."""
        self.ensure_one()
        if not 0 <= index < self.card_count:
            return None
        return status_list.state_at(self._packed(), index)

    def _delta_from(self, held):
        """Return the khbs-listdelta JWS from the version *held* to this one."""
        self.ensure_one()
        kid, key = authority.signer(self.env, "list", "card.list.delta", self)
        payload = status_list.delta_payload(
            authority.prg(self.env),
            self.list_id.code,
            (held.version, held.card_count, held._packed()),
            (self.version, self.card_count, self._packed()),
            self.iat,
            self.exp,
        )
        return jws.sign(key, kid, "khbs-listdelta+jwt", payload)

    def _answer(self, have):
        """Return the result of edc.blocklist.get for a holder of version *have*."""
        self.ensure_one()
        if have == self.version:
            return {"version": self.version, "kind": "none", "jws": None}
        held = self.browse()
        if type(have) is int and have < self.version:
            held = self.search(
                [("list_id", "=", self.list_id.id), ("version", "=", have)]
            )
        # A change of key begins with a full list.
        if held and held.kid == self.kid == authority.kid_in_force("list"):
            delta = self._delta_from(held)
            if len(delta) < len(self.jws):
                return {"version": self.version, "kind": "delta", "jws": delta}
        return {"version": self.version, "kind": "full", "jws": self.jws}
