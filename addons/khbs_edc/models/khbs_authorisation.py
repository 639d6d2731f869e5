# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import UTC, datetime

from odoo import api, fields, models

from odoo.addons.khbs_cards import authority
from odoo.addons.khbs_cards.protocol import jws, types
from odoo.addons.khbs_registry.rupiah import Rupiah

from ..journal import reader
from ..rpc.dispatcher import RpcError

# Seconds until the handing over must have begun.
VALID = 600
TAP_SUM = 1_200_000


class KhbsAuthorisation(models.Model):
    """The server's leave, given online, to hand over one line of one claim."""

    _name = "khbs.authorisation"
    _description = "Authorisation"
    _order = "id desc"
    _rec_name = "code"
    _log_access = False

    code = fields.Char(string="Number", required=True)
    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", required=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="entitlement_id.area_id")
    jti = fields.Char(string="Claim identity", required=True)
    claim_sha256 = fields.Char(required=True)
    card_no = fields.Char(string="Card number", required=True)
    entitlement_id = fields.Many2one(
        comodel_name="khbs.entitlement", required=True, index=True, ondelete="restrict"
    )
    e = fields.Char(string="Entitlement number", required=True)
    benefit_code = fields.Char(string="Benefit", required=True)
    round_code = fields.Char(string="Round", required=True)
    amount = Rupiah(required=True)
    with_pin = fields.Boolean()
    at = fields.Datetime(required=True, default=fields.Datetime.now)
    exp = fields.Datetime(
        string="Begin before", required=True, help="Last moment to begin handing over."
    )
    ended_at = fields.Datetime(
        help="A newer authorisation of the same terminal took its place."
    )

    _line_uniq = models.Constraint(
        "UNIQUE (terminal_id, jti, entitlement_id)", "This line is authorised already."
    )

    @api.model
    def _authorise(self, terminal, claim, now):
        """Authorise every line of *claim*, or none.

        :param claim: parsed JWS of a card
        :return: {auth, exp}
        :raises RpcError: of the first line, in order, that fails
        """
        card = self._verify(terminal, claim)
        payload = claim.payload
        digest = claim.identity_sha256.hex()
        answered = self.search(
            [("terminal_id", "=", terminal.id), ("jti", "=", payload["jti"])]
        )
        if answered:
            if set(answered.mapped("claim_sha256")) != {digest}:
                raise RpcError(1306, "another claim has this jti")
            return answered[0]._answer()
        if card.state != "active":
            raise RpcError(1302, "card not valid", {"state": card.state.upper()})
        items = payload["it"]
        if sum(item["a"] for item in items) > TAP_SUM:
            raise RpcError(1307, "over the limit of one tap")
        granted = self._lock([item["e"] for item in items])
        held = self._holders(granted)
        with_pin = claim.kid.endswith(".9C")
        for item in items:
            self._check_line(
                terminal, card, item, granted.get(item["e"]), held, with_pin, now
            )
        return self._grant(terminal, card, claim, digest, granted, now)

    def _verify(self, terminal, claim):
        """Return the card that signed *claim* for this terminal."""
        try:
            types.expect(claim, "khbs-claim+jwt", authority.prg(self.env))
            if not reader.is_claim(claim.payload):
                raise jws.JwsError("not the form of a claim")
            card = self.env["khbs.card"]._by_number(claim.kid.removesuffix(".9C"))
            if not card:
                raise RpcError(1301, "no such card")
            public_key = card._public_key("9C" if claim.kid.endswith(".9C") else "9E")
            if public_key is None:
                raise jws.JwsError("the card has no such key")
            jws.verify(claim, public_key)
        except jws.JwsError as error:
            raise RpcError(1303, "bad card proof") from error
        if claim.payload.get("tid") != terminal.code:
            raise RpcError(1303, "signed for another terminal")
        return card

    def _lock(self, numbers):
        """Lock the entitlements, in order, and return what they grant by number."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT e.number, e.id, e.household_id, e.state, e.channel, e.amount,
                   b.code AS b, b.cvm, r.code AS p, r.state AS round_state,
                   h.active AND h.state IN ('decided', 'active') AS family,
                   extract(epoch FROM r.date_from::timestamp
                                      AT TIME ZONE 'Asia/Pontianak')::bigint AS since,
                   extract(epoch FROM (r.date_to + 1)::timestamp
                                      AT TIME ZONE 'Asia/Pontianak')::bigint AS until
              FROM khbs_entitlement e
              JOIN khbs_round r ON r.id = e.round_id
              JOIN khbs_benefit b ON b.id = e.benefit_id
              JOIN khbs_household h ON h.id = e.household_id
             WHERE e.number = ANY(%s) ORDER BY e.id FOR NO KEY UPDATE OF e
            """,
            [numbers],
        )
        return {row["number"]: row for row in self.env.cr.dictfetchall()}

    def _holders(self, granted):
        self.env.cr.execute(
            """
            SELECT entitlement_id, terminal_id,
                   extract(epoch FROM free_at)::bigint AS free_at
              FROM khbs_lease_hold WHERE entitlement_id = ANY(%s)
            """,
            [[row["id"] for row in granted.values()]],
        )
        return {
            entitlement: (terminal, free_at)
            for entitlement, terminal, free_at in self.env.cr.fetchall()
        }

    def _check_line(self, terminal, card, item, granted, held, with_pin, now):
        """Raise the error of one line, if it has one."""
        e = item["e"]
        if (
            granted is None
            or granted["state"] != "open"
            or granted["round_state"] != "open"
            or granted["channel"] == "account"
            or not granted["family"]
            or not granted["since"] <= now < granted["until"]
        ):
            raise RpcError(1304, "entitlement not open", {"e": e})
        holder, until = held.get(granted["id"], (terminal.id, None))
        if holder != terminal.id:
            raise RpcError(1305, "held elsewhere", {"e": e, "until": until})
        asked = (card.household_id.id, item["b"], item["p"], item["a"])
        if asked != tuple(
            granted[name] for name in ("household_id", "b", "p", "amount")
        ):
            raise RpcError(1306, "benefit or amount differs", {"e": e})
        if granted["cvm"] == "pin" and not with_pin:
            raise RpcError(1308, "PIN needed", {"e": e})

    def _grant(self, terminal, card, claim, digest, granted, now):
        """Hold what nobody holds and store one row for each line."""
        cr = self.env.cr
        ids = [row["id"] for row in granted.values()]
        at = datetime.fromtimestamp(now, UTC).replace(tzinfo=None)
        exp = datetime.fromtimestamp(now + VALID, UTC).replace(tzinfo=None)
        jti = claim.payload["jti"]
        cr.execute_values(
            """
            INSERT INTO khbs_lease_hold (entitlement_id, kind, terminal_id) VALUES %s
            ON CONFLICT (entitlement_id) DO NOTHING
            """,
            [(entitlement_id, "auth", terminal.id) for entitlement_id in ids],
        )
        cr.execute(
            """
            UPDATE khbs_authorisation SET ended_at = %s
             WHERE terminal_id = %s AND entitlement_id = ANY(%s) AND ended_at IS NULL
            """,
            [at, terminal.id, ids],
        )
        cr.execute_values(
            """
            INSERT INTO khbs_authorisation (code, terminal_id, jti, claim_sha256,
                card_no, entitlement_id, e, benefit_code, round_code, amount,
                with_pin, at, exp)
            VALUES %s
            """,
            [
                (
                    f"A-{jti}",
                    terminal.id,
                    jti,
                    digest,
                    card.card_no,
                    granted[item["e"]]["id"],
                    *(item[name] for name in "ebpa"),
                    granted[item["e"]]["cvm"] == "pin",
                    at,
                    exp,
                )
                for item in claim.payload["it"]
            ],
        )
        self.invalidate_model()
        return {"auth": f"A-{jti}", "exp": now + VALID}

    def _answer(self):
        """Return what was answered before: the same for the same claim."""
        self.ensure_one()
        return {
            "auth": self.code,
            "exp": int(self.exp.replace(tzinfo=UTC).timestamp()),
        }
