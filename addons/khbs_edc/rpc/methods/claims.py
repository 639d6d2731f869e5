# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Leave to hand over, online."""

from odoo.addons.khbs_cards.protocol import jws

from .. import params as read
from ..dispatcher import RpcError
from .registry import method


@method("edc.claim.authorize")
def authorize(call, params):
    """Authorise every line of a claim, or none."""
    read.only(params, "claim")
    try:
        claim = jws.parse(read.text(params, "claim", 8192))
    except jws.JwsError as error:
        raise RpcError(1303, "not a claim") from error
    return call.env["khbs.authorisation"]._authorise(call.sender, claim, call.now)
