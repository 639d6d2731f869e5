# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Who sent a request: the signature of a device over its body (edc-protocol, 5.2)."""

import hashlib
from dataclasses import dataclass

from odoo.addons.khbs_cards import authority
from odoo.addons.khbs_cards.protocol import base64url, jws, types

from .dispatcher import RpcError
from .params import ULID

SCHEME = "KHBS "
TYP = "khbs-req+jwt"
MAX_HEADER = 2048
# Seconds that a device's clock may differ from the server's.
SKEW = 300
AUD_PARAMETER = "khbs.edc_aud"
DEFAULT_AUD = "khbs-edc"


@dataclass(frozen=True, slots=True)
class Sender:
    """The device that signed a request, with the state it had at the time."""

    terminal_id: int
    tid: str
    kind: str
    state: str
    user_id: int


@dataclass(frozen=True, slots=True)
class Admission:
    """A device, its key, and what is known of one request of it.

    :param is_new: its jti was not seen before
    :param count: requests of the device in the last minute, with this one
    :param retry_after: seconds until fewer of them count
    """

    sender: Sender
    public_key: object
    is_new: bool
    count: int
    retry_after: float | None


def audience(env):
    """Return the configured string that requests are signed for."""
    return env["ir.config_parameter"].sudo().get_param(AUD_PARAMETER, DEFAULT_AUD)


def unauthorised(message):
    return RpcError(1001, message)


def authenticate(env, header, body, now):
    """Return the :class:`Sender` of a request and count it under its jti.

    The first to write in its transaction: a request that is not the device's own is
    undone with it.

    :param header: value of Authorization
    :param body: bytes as received
    :param now: Unix seconds
    :raises RpcError: with the code of the first check that fails
    """
    token = _parse(header)
    jti = token.payload.get("jti")
    has_jti = isinstance(jti, str) and ULID.fullmatch(jti)
    found = env["khbs.terminal.key"]._admit(token.kid, jti if has_jti else None)
    try:
        try:
            jws.verify(token, found.public_key)
        except jws.JwsError as error:
            raise RpcError(1002, "bad signature") from error
        _check_payload(env, token.payload, found.sender, body, now)
    except Exception:
        env.cr.rollback()
        raise
    env["khbs.edc.seen.request"]._require_new(found)
    return found.sender


def _parse(header):
    if len(header) > MAX_HEADER or not header.startswith(SCHEME):
        raise unauthorised("Authorization: KHBS <JWS>")
    try:
        token = jws.parse(header[len(SCHEME) :])
    except jws.JwsError as error:
        raise unauthorised("malformed authorisation") from error
    if token.typ != TYP or not types.DEVICE.fullmatch(token.kid):
        raise unauthorised("typ or kid is not of a device's request")
    return token


def _check_payload(env, payload, sender, body, now):
    expected = {
        "iss": sender.tid,
        "prg": authority.prg(env),
        "aud": audience(env),
    }
    for name, value in expected.items():
        if payload.get(name) != value:
            raise unauthorised(f"{name} is not as configured")
    iat, jti = payload.get("iat"), payload.get("jti")
    if not isinstance(iat, int) or isinstance(iat, bool):
        raise unauthorised("iat is not a time")
    if not isinstance(jti, str) or not ULID.fullmatch(jti):
        raise unauthorised("jti is not a ULID")
    if abs(now - iat) > SKEW:
        raise RpcError(1003, "the clock differs too much", {"now": now})
    if payload.get("bd") != base64url.encode(hashlib.sha256(body).digest()):
        raise RpcError(1004, "the digest is not that of the body")
