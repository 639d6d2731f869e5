# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Time, enrolment and the sign of life."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from odoo.addons.khbs_cards import authority
from odoo.addons.khbs_cards.protocol import jws, keys

from .. import params as read
from ..dispatcher import RpcError
from .registry import BLOCKED_STATES, DEVICES, method

CONFIG_LIMITS = {"tap_lines": 6, "tap_sum": 1_200_000}
UNSENT_LIMIT = 1050


@method("edc.time", DEVICES, is_open=True)
def time(call, params):
    """Return the server's clock, signed over the nonce."""
    read.only(params, "nonce")
    nonce = read.text(params, "nonce", 64)
    # Nobody need sign this request: it is recorded in sums.
    kid, key = authority.signer(call.env, "ack", "terminal.time", counted=True)
    payload = {"prg": authority.prg(call.env), "nonce": nonce, "now": call.now}
    return {"now": call.now, "jws": jws.sign(key, kid, "khbs-time+jwt", payload)}


@method("edc.enroll", DEVICES, is_open=True)
def enroll(call, params):
    """Take the public key of a device that has the code of its sheet."""
    read.only(params, "tid", "code", "csr", "hw")
    tid = read.text(params, "tid", 7)
    code = read.text(params, "code", 16)
    csr = read.text(params, "csr", 4000)
    hw = read.dictionary(params, "hw")
    env = call.env
    terminal = env["khbs.terminal"].search([("code", "=", tid)])
    spki = _proven_key(csr)
    fingerprint = keys.fingerprint(tid, spki) if terminal else None
    enrolled = terminal.state in ("pending", "active")
    if enrolled and terminal.fingerprint == fingerprint:
        return {"state": "pending", "fp": fingerprint}
    if not terminal:
        raise RpcError(1101, "wrong code")
    env["khbs.enrolment.code"]._redeem(terminal.id, code)
    if terminal.state != "invited":
        raise RpcError(1102, "the code has expired or was used")
    if terminal.serial and terminal.serial != hw.get("serial"):
        raise RpcError(1101, "the code is for another device")
    terminal._take_key(spki, fingerprint, hw)
    return {"state": "pending", "fp": fingerprint}


def _proven_key(text):
    """Return the SPKI of a PKCS#10 request that its key has signed."""
    try:
        csr = x509.load_pem_x509_csr(text.encode())
        key = csr.public_key()
        if not keys.is_p256(key) or not csr.is_signature_valid:
            raise RpcError(1104, "not a P-256 key, or not signed by it")
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise RpcError(1104, "not a PKCS#10 request") from error
    return keys.spki(key)


@method("edc.enroll.status", DEVICES, states=("pending",))
def enroll_status(call, params):
    """Return the device's state and, once approved, trust bundle and config."""
    read.only(params)
    terminal = call.terminal
    result = {"state": terminal.state.upper()}
    if terminal.state == "active":
        result |= {"trust": authority.trust_bundle(call.env), "config": _config(call)}
    return result


def _config(call):
    terminal = call.terminal
    operators = call.env["khbs.operator"]._config(terminal)
    kid, key = authority.signer(call.env, "lease", "terminal.config", terminal)
    return jws.sign(
        key,
        kid,
        "khbs-config+jwt",
        {
            "prg": authority.prg(call.env),
            "tid": terminal.code,
            "ver": call.now,
            "iat": call.now,
            "ops": operators,
            "limits": {
                "offline_days": terminal.offline_days,
                "unsent": UNSENT_LIMIT,
                **CONFIG_LIMITS,
            },
        },
    )


@method("edc.heartbeat", DEVICES, states=BLOCKED_STATES)
def heartbeat(call, params):
    """Note how the device is, and tell it what it should do next."""
    names = ("app", "bat", "lst", "lse", "head", "unsent", "clk", "trust", "gps")
    read.only(params, *names)
    terminal = call.terminal
    app = read.text(params, "app", 64)
    version = read.integer(params, "lst", 0, 2**31 - 1, optional=True)
    unsent = read.integer(params, "unsent", 0, 10**6)
    lease = read.text(params, "lse", 64, optional=True)
    read.text(params, "head", 43, optional=True)
    read.integer(params, "clk", 0, 2**53 - 1, optional=True)
    trust = read.integer(params, "trust", 0, 2**31 - 1, optional=True)
    read.gps(params)
    terminal._contact(
        hw_app=app,
        battery=read.integer(params, "bat", 0, 100, optional=True),
        list_version=version,
        lease_held=lease,
        unsent=unsent,
    )
    terminal._holds_list(version or 0)
    result = {"now": call.now, "notices": [], "want": _wanted(call, params)}
    if trust is not None and trust < authority.trust_version(call.env):
        result["trust"] = authority.trust_bundle(call.env)
    return result


def _wanted(call, params):
    terminal = call.terminal
    want = []
    if params["unsent"]:
        want.append("push")
    if terminal.state == "lost":
        want.append("lock")
    if terminal.kind == "terminal" and terminal.state == "active":
        if (params.get("lst") or 0) < call.env["khbs.settlement"]._list_version():
            want.append("lists")
        newest = call.env["khbs.lease"]._newest(terminal)
        if newest and params.get("lse") != newest.name:
            want.append("lease")
        if call.env["khbs.operator"]._changed_since(terminal):
            want.append("config")
    return want
