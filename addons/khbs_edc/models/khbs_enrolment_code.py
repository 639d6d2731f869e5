# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import datetime
import hashlib
import hmac
import secrets

from odoo import api, fields, models

from odoo.addons.khbs_cards.protocol import keys

from ..rpc.dispatcher import RpcError

VALID_HOURS = 24
WRONG_ALLOWED = 5
LOCK_MINUTES = 15
# The code has 40 bits only, so its hash is made slow to guess.
SCRYPT = {"n": 2**13, "r": 8, "p": 1, "dklen": 32}


class KhbsEnrolmentCode(models.Model):
    """The one-time code of a terminal's enrolment: its hash and its wrong attempts."""

    _name = "khbs.enrolment.code"
    _description = "Enrolment code"
    _rec_name = "terminal_id"

    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", required=True, ondelete="restrict"
    )
    salt = fields.Char(required=True)
    hash = fields.Char(required=True)
    expires_at = fields.Datetime(required=True)
    used_at = fields.Datetime()
    wrong = fields.Integer(default=0)
    locks = fields.Integer(default=0)
    locked_until = fields.Datetime()

    _terminal_uniq = models.Constraint(
        "UNIQUE (terminal_id)", "A terminal has one enrolment code."
    )

    @api.model
    def _issue(self, terminal):
        """Make a new code for *terminal* and return it with its end.

        A lock stays: a new sheet is no way round it.
        """
        code = keys.crockford32(secrets.token_bytes(5))
        salt = secrets.token_hex(16)
        until = fields.Datetime.now() + datetime.timedelta(hours=VALID_HOURS)
        vals = {
            "salt": salt,
            "hash": self._digest(code, salt),
            "expires_at": until,
            "used_at": False,
        }
        present = self.search([("terminal_id", "=", terminal.id)])
        if present:
            present.write(vals)
        else:
            self.create({"terminal_id": terminal.id, **vals})
        return code, until

    @api.model
    def _redeem(self, terminal_id, code):
        """Use up the code of a terminal.

        Wrong attempts are counted through a cursor of their own, so that the error
        does not undo the count; the row's lock keeps attempts apart. A right one is
        used up with the enrolment itself, so that neither stands without the other.

        :raises RpcError: 1101 wrong, 1102 expired or used, 1106 locked
        """
        with self.env.registry.cursor() as cr:
            own = self.with_env(self.env(cr=cr))
            error = own._attempt(terminal_id, code)
        if error:
            raise error
        self.search([("terminal_id", "=", terminal_id)]).write(
            {
                "used_at": fields.Datetime.now(),
                "wrong": 0,
                "locks": 0,
                "locked_until": False,
            }
        )
        self.flush_model()

    def _attempt(self, terminal_id, code):
        self.env.cr.execute(
            "SELECT id FROM khbs_enrolment_code WHERE terminal_id = %s "
            # Two in one batch would wait for each other for ever.
            "FOR UPDATE NOWAIT",
            [terminal_id],
        )
        row = self.env.cr.fetchone()
        if not row:
            return RpcError(1101, "wrong code")
        return self.browse(row[0])._check(code)

    def _check(self, code):
        now = fields.Datetime.now()
        if self.locked_until and self.locked_until > now:
            until = self.locked_until.replace(tzinfo=datetime.UTC).timestamp()
            return RpcError(1106, "locked", {"until": int(until)})
        digest = self._digest(code.upper(), self.salt)
        if not hmac.compare_digest(digest, self.hash):
            self._count_wrong(now)
            return RpcError(1101, "wrong code")
        if self.used_at or self.expires_at < now:
            return RpcError(1102, "the code has expired or was used")
        return None

    def _count_wrong(self, now):
        wrong = self.wrong + 1
        if wrong < WRONG_ALLOWED:
            self.wrong = wrong
            return
        minutes = LOCK_MINUTES * 2 ** min(self.locks, 10)
        self.write(
            {
                "wrong": 0,
                "locks": self.locks + 1,
                "locked_until": now + datetime.timedelta(minutes=minutes),
            }
        )

    def _digest(self, code, salt):
        return hashlib.scrypt(code.encode(), salt=salt.encode(), **SCRYPT).hex()
