# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import secrets

from odoo import api, models

from ..rpc.dispatcher import RpcError

# Replays are remembered for 15 minutes; the slowest limit counts an hour.
KEPT = "1 hour"
DEVICE_LIMIT = ("khbs.edc_device_limit", 60)
# A station calls three times a card and works through hundreds an hour.
STATION_LIMIT = ("khbs.edc_station_limit", 600)
OPEN_LIMIT = ("khbs.edc_open_limit", 120)


class KhbsEdcSeenRequest(models.AbstractModel):
    """The requests of the last hour: replays and rates.

    The table is unlogged: it is written at every request and may be empty after a
    crash, when no request of before it is still valid for long.
    """

    _name = "khbs.edc.seen.request"
    _description = "Requests seen"

    def init(self):
        self.env.cr.execute(
            """
            CREATE UNLOGGED TABLE IF NOT EXISTS khbs_edc_seen_request (
                iss varchar NOT NULL,
                jti varchar NOT NULL,
                at timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (iss, jti)
            );
            CREATE INDEX IF NOT EXISTS khbs_edc_seen_request_iss_at_index
                ON khbs_edc_seen_request (iss, at)
            """
        )

    @api.model
    def _remember(self, iss, jti):
        """Keep (iss, jti) from now on.

        :raises RpcError: 1005, it was there
        """
        self.env.cr.execute(
            """
            INSERT INTO khbs_edc_seen_request (iss, jti) VALUES (%s, %s)
            ON CONFLICT DO NOTHING
            """,
            [iss, jti],
        )
        if not self.env.cr.rowcount:
            raise RpcError(1005, "replay")

    @api.model
    def _require_new(self, admission):
        """Raise unless a device's request is new and within its limit.

        :raises RpcError: 1005 it was there, 1601 too many in a minute
        """
        if not admission.is_new:
            raise RpcError(1005, "replay")
        is_station = admission.sender.tid.startswith("S")
        parameter = STATION_LIMIT if is_station else DEVICE_LIMIT
        self._refuse_many(admission.count, admission.retry_after, *parameter)

    @api.model
    def _limit_address(self, address):
        """Count a request that nobody signed against its address."""
        self._remember(f"@{address}", secrets.token_hex(8))
        self._limit(f"@{address}", *OPEN_LIMIT)

    @api.model
    def _limit_hour(self, iss, allowed):
        """Count one act of *iss*; the rows of an hour are kept for this alone."""
        self._remember(iss, secrets.token_hex(8))
        self.env.cr.execute(
            "SELECT count(*) FROM khbs_edc_seen_request "
            " WHERE iss = %s AND at > clock_timestamp() - interval '1 hour'",
            [iss],
        )
        if self.env.cr.fetchone()[0] > allowed:
            raise RpcError(1601, "rate limited", {"retry_after": 600})

    def _limit(self, iss, parameter, default):
        self.env.cr.execute(
            """
            SELECT count(*),
                   ceil(60 - extract(epoch FROM clock_timestamp() - min(at)))
              FROM khbs_edc_seen_request
             WHERE iss = %s AND at > clock_timestamp() - interval '1 minute'
            """,
            [iss],
        )
        count, retry_after = self.env.cr.fetchone()
        self._refuse_many(count, retry_after, parameter, default)

    def _refuse_many(self, count, retry_after, parameter, default):
        """Raise 1601 if *count* requests of a minute are too many."""
        entered = self.env["ir.config_parameter"].sudo().get_param(parameter)
        allowed = int(entered) if entered and entered.isdecimal() else default
        if count > allowed:
            raise RpcError(
                1601, "rate limited", {"retry_after": max(1, int(retry_after or 60))}
            )

    @api.autovacuum
    def _gc_seen_requests(self):
        self.env.cr.execute(
            "DELETE FROM khbs_edc_seen_request WHERE at < now() - interval %s", [KEPT]
        )
