# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import functools

from odoo import api, fields, models

from odoo.addons.khbs_cards.protocol import keys

from ..rpc.authentication import Admission, Sender
from ..rpc.dispatcher import RpcError


@functools.lru_cache(maxsize=4096)
def load_key(spki):
    return keys.load_spki(base64.b64decode(spki))


class KhbsTerminalKey(models.Model):
    """The public key of a device; the private one never leaves it."""

    _name = "khbs.terminal.key"
    _description = "Key of a terminal"
    _order = "terminal_id, id desc"
    _rec_name = "kid"

    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="terminal_id.area_id")
    number = fields.Integer(required=True, aggregator=None)
    kid = fields.Char(string="Key number", required=True)
    spki = fields.Char(string="Public key", required=True, help="DER in base64.")
    spki_sha256 = fields.Char(string="SHA-256", required=True)
    fingerprint = fields.Char(required=True)
    state = fields.Selection(
        selection=[
            ("pending", "Pending"),
            ("active", "Active"),
            ("refused", "Refused"),
        ],
        required=True,
        default="pending",
    )
    approved_at = fields.Datetime()
    expires_at = fields.Datetime(required=True)

    # A refused key gives its number back; the key itself never returns.
    _kid_uniq = models.UniqueIndex(
        "(kid) WHERE state <> 'refused'", "The device has a key with this number."
    )
    _spki_uniq = models.Constraint(
        "UNIQUE (spki_sha256)", "This key belongs to another device."
    )

    @api.model
    def _admit(self, kid, jti):
        """Find the key of a request and remember the request, in one statement.

        A family waits for each of them.

        :param jti: of the request; None is not remembered
        :return: an :class:`Admission`; its caller checks the signature
        :raises RpcError: 1006 unknown device, 1010 key expired
        """
        self.env.cr.execute(
            """
            WITH device AS (
                SELECT t.id, t.code, t.kind, t.state, t.user_id, k.spki,
                       k.expires_at < now() AT TIME ZONE 'UTC' AS is_expired
                  FROM khbs_terminal_key k JOIN khbs_terminal t ON t.id = k.terminal_id
                 WHERE k.kid = %(kid)s AND k.state <> 'refused'
            ), remembered AS (
                INSERT INTO khbs_edc_seen_request (iss, jti)
                SELECT code, %(jti)s FROM device
                 WHERE NOT is_expired AND %(jti)s IS NOT NULL
                ON CONFLICT DO NOTHING RETURNING TRUE
            )
            SELECT device.*, EXISTS (SELECT FROM remembered), recent.*
              FROM device
             CROSS JOIN LATERAL (
                   SELECT 1 + count(*),
                          ceil(60 - extract(epoch FROM clock_timestamp() - min(at)))
                     FROM khbs_edc_seen_request
                    WHERE iss = device.code
                      AND at > clock_timestamp() - interval '1 minute') recent
            """,
            {"kid": kid, "jti": jti},
        )
        row = self.env.cr.fetchone()
        if not row:
            raise RpcError(1006, "unknown device")
        *sender, spki, expired, is_new, count, retry_after = row
        if expired:
            raise RpcError(1010, "the key has expired")
        key = load_key(spki)
        return Admission(Sender(*sender), key, is_new, count, retry_after)

    @api.model
    def _of(self, terminal):
        """Return kid to public key of the keys that may sign entries of *terminal*."""
        self.flush_model(["terminal_id", "kid", "spki", "state"])
        self.env.cr.execute(
            "SELECT kid, spki FROM khbs_terminal_key "
            "WHERE terminal_id = %s AND state = 'active'",
            [terminal.id],
        )
        return {kid: load_key(spki) for kid, spki in self.env.cr.fetchall()}
