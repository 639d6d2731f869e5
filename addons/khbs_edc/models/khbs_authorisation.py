# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import UTC, datetime

from odoo import api, fields, models

from odoo.addons.khbs_cards import authority
from odoo.addons.khbs_cards.protocol import jws, types
from odoo.addons.khbs_registry.rupiah import Rupiah

from ..journal import reader
from ..journal.push import load_key
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
    def _authorise(self, sender, claim, now):
        """Authorise every line of *claim*, or none.

        A family waits at the counter for this: it asks the database as seldom as it
        can, and nothing through the ORM.

        :param sender: the terminal, as :class:`..rpc.authentication.Sender`
        :param claim: parsed JWS of a card
        :return: {auth, exp}
        :raises RpcError: of the first line, in order, that fails
        """
        self.env.flush_all()
        card = self._verify(sender, claim)
        payload = claim.payload
        digest = claim.identity_sha256.hex()
        answered = self._answered(sender, payload["jti"], digest)
        if answered:
            return answered
        if card["state"] != "active":
            raise RpcError(1302, "card not valid", {"state": card["state"].upper()})
        items = payload["it"]
        if sum(item["a"] for item in items) > TAP_SUM:
            raise RpcError(1307, "over the limit of one tap")
        granted = self._lock([item["e"] for item in items])
        with_pin = claim.kid.endswith(".9C")
        for item in items:
            self._check_line(sender, card, item, granted.get(item["e"]), with_pin, now)
        return self._grant(sender, card, claim, digest, granted, now)

    def _verify(self, sender, claim):
        """Return the card (dict) that signed *claim* for this terminal."""
        try:
            types.expect(claim, "khbs-claim+jwt", authority.prg(self.env))
            if not reader.is_claim(claim.payload):
                raise jws.JwsError("not the form of a claim")
            card = self._card(claim.kid.removesuffix(".9C"))
            if not card:
                raise RpcError(1301, "no such card")
            spki = card["spki_9c" if claim.kid.endswith(".9C") else "spki_9e"]
            if not spki:
                raise jws.JwsError("the card has no such key")
            jws.verify(claim, load_key(spki))
        except jws.JwsError as error:
            raise RpcError(1303, "bad card proof") from error
        if claim.payload.get("tid") != sender.tid:
            raise RpcError(1303, "signed for another terminal")
        return card

    def _card(self, card_no):
        self.env.cr.execute(
            """
            SELECT card_no, household_id, state, spki_9e, spki_9c
              FROM khbs_card WHERE card_no = %s
            """,
            [card_no],
        )
        return next(iter(self.env.cr.dictfetchall()), None)

    def _answered(self, sender, jti, digest):
        """Return what was answered before: the same for the same claim."""
        self.env.cr.execute(
            """
            SELECT claim_sha256, code,
                   extract(epoch FROM exp AT TIME ZONE 'UTC')::bigint
              FROM khbs_authorisation WHERE terminal_id = %s AND jti = %s
            """,
            [sender.terminal_id, jti],
        )
        rows = self.env.cr.fetchall()
        if not rows:
            return None
        if {row[0] for row in rows} != {digest}:
            raise RpcError(1306, "another claim has this jti")
        _digest, code, exp = rows[0]
        return {"auth": code, "exp": exp}

    def _lock(self, numbers):
        """Lock the entitlements, in order; return what they grant and who holds them.

        :return: number to row (dict)
        """
        self.env.cr.execute(
            """
            SELECT e.number, e.id, e.household_id, e.state, e.channel, e.amount,
                   b.code AS b, b.cvm, r.code AS p, r.state AS round_state,
                   h.active AND h.state IN ('decided', 'active') AS family,
                   extract(epoch FROM r.date_from::timestamp
                                      AT TIME ZONE 'Asia/Pontianak')::bigint AS since,
                   extract(epoch FROM (r.date_to + 1)::timestamp
                                      AT TIME ZONE 'Asia/Pontianak')::bigint AS until,
                   x.terminal_id AS holder,
                   extract(epoch FROM x.free_at)::bigint AS free_at
              FROM khbs_entitlement e
              JOIN khbs_round r ON r.id = e.round_id
              JOIN khbs_benefit b ON b.id = e.benefit_id
              JOIN khbs_household h ON h.id = e.household_id
              LEFT JOIN khbs_lease_hold x ON x.entitlement_id = e.id
             WHERE e.number = ANY(%s) ORDER BY e.id FOR NO KEY UPDATE OF e
            """,
            [numbers],
        )
        return {row["number"]: row for row in self.env.cr.dictfetchall()}

    def _check_line(self, sender, card, item, granted, with_pin, now):
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
        if granted["holder"] not in (None, sender.terminal_id):
            until = granted["free_at"]
            raise RpcError(1305, "held elsewhere", {"e": e, "until": until})
        asked = (card["household_id"], item["b"], item["p"], item["a"])
        if asked != tuple(
            granted[name] for name in ("household_id", "b", "p", "amount")
        ):
            raise RpcError(1306, "benefit or amount differs", {"e": e})
        if granted["cvm"] == "pin" and not with_pin:
            raise RpcError(1308, "PIN needed", {"e": e})

    def _grant(self, sender, card, claim, digest, granted, now):
        """Hold what nobody holds and store one row for each line."""
        cr = self.env.cr
        at = datetime.fromtimestamp(now, UTC).replace(tzinfo=None)
        exp = datetime.fromtimestamp(now + VALID, UTC).replace(tzinfo=None)
        jti = claim.payload["jti"]
        items = claim.payload["it"]
        cr.execute(
            """
            WITH held AS (
                INSERT INTO khbs_lease_hold (entitlement_id, kind, terminal_id)
                SELECT id, 'auth', %(terminal)s FROM unnest(%(ids)s) id
                ON CONFLICT (entitlement_id) DO NOTHING
            ), ended AS (
                UPDATE khbs_authorisation SET ended_at = %(at)s
                 WHERE terminal_id = %(terminal)s AND entitlement_id = ANY(%(ids)s)
                   AND ended_at IS NULL
            )
            INSERT INTO khbs_authorisation (code, terminal_id, jti, claim_sha256,
                card_no, entitlement_id, e, benefit_code, round_code, amount,
                with_pin, at, exp)
            SELECT %(code)s, %(terminal)s, %(jti)s, %(digest)s, %(card_no)s, v.*,
                   %(at)s, %(exp)s
              FROM unnest(%(ids)s, %(e)s, %(b)s, %(p)s, %(a)s, %(with_pin)s) v
            """,
            {
                "code": f"A-{jti}",
                "terminal": sender.terminal_id,
                "jti": jti,
                "digest": digest,
                "card_no": card["card_no"],
                "ids": [granted[item["e"]]["id"] for item in items],
                **{name: [item[name] for item in items] for name in "ebpa"},
                "with_pin": [granted[item["e"]]["cvm"] == "pin" for item in items],
                "at": at,
                "exp": exp,
            },
        )
        self.invalidate_model()
        return {"auth": f"A-{jti}", "exp": now + VALID}
