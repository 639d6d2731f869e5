# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from .. import authority
from ..protocol import keystore
from ..protocol.keystore.bundle import spki_hex
from .khbs_trust_bundle import naive

# Days before its end at which a key is shown as one to be followed.
WARN_DAYS = 60


class KhbsAuthorityKey(models.Model):
    """A key of the authority as the trust bundle lists it: what it is, never itself.

    Made from the bundle when the server takes it. The private halves lie in files
    or in a token; nothing here opens anything.
    """

    _name = "khbs.authority.key"
    _description = "Key of the authority"
    _order = "current desc, use, name desc, id desc"

    name = fields.Char(string="Key", required=True, readonly=True)
    use = fields.Selection(
        selection=[
            ("root", "Root"),
            ("ca", "Card authority"),
            ("lease", "Lease and configuration"),
            ("list", "Status list"),
            ("ack", "Acknowledgement and time"),
            ("master", "Master of the cards' secrets"),
        ],
        required=True,
        readonly=True,
    )
    valid_from = fields.Datetime(string="From", readonly=True)
    valid_until = fields.Datetime(string="Until", readonly=True)
    revoked = fields.Boolean(readonly=True)
    current = fields.Boolean(
        string="In the bundle",
        readonly=True,
        help="The trust bundle in force lists it; others belong to an earlier root.",
    )
    place = fields.Selection(
        selection=[
            ("files", "File of the server"),
            ("token", "Token (PKCS#11)"),
            ("elsewhere", "Not on this server"),
        ],
        string="Lies in",
        readonly=True,
        help="The root is kept apart: it lies nowhere on a server.",
    )
    sha256 = fields.Char(
        string="SHA-256",
        readonly=True,
        help="Of the public key; it stands in the minutes of the key ceremony.",
    )
    bundle_id = fields.Many2one(
        comodel_name="khbs.trust.bundle", readonly=True, ondelete="restrict"
    )
    state = fields.Selection(
        selection=[
            ("waiting", "Not yet in force"),
            ("signing", "In use"),
            ("verifying", "Verifies only"),
            ("over", "Over"),
            ("revoked", "Revoked"),
            ("former", "Of an earlier root"),
        ],
        compute="_compute_state",
    )
    days_left = fields.Integer(compute="_compute_state")
    is_ending = fields.Boolean(
        compute="_compute_state",
        help="It is in use and its end is near: make the next.",
    )
    last_used_at = fields.Datetime(string="Last use", compute="_compute_last_used_at")

    _key_uniq = models.UniqueIndex(
        "(name, (coalesce(sha256, '')))", "This key is listed already."
    )

    @api.depends("valid_from", "valid_until", "revoked", "current")
    def _compute_state(self):
        now = fields.Datetime.now()
        signing = self._signing()
        for key in self:
            end = key.valid_until
            key.days_left = (end - now).days if end else 0
            key.is_ending = False
            if not key.current:
                key.state = "former"
            elif key.revoked:
                key.state = "revoked"
            elif key.valid_from and key.valid_from > now:
                key.state = "waiting"
            elif end and end < now:
                key.state = "over"
            elif key.use == "master" or key in signing:
                key.state = "signing"
                key.is_ending = bool(end) and key.days_left < WARN_DAYS
            else:
                key.state = "verifying"

    def _signing(self):
        """Return the newest key in force of each use."""
        now = fields.Datetime.now()
        newest = {}
        in_force = self.search(
            [
                ("current", "=", True),
                ("revoked", "=", False),
                ("valid_from", "<=", now),
                ("valid_until", ">=", now),
            ],
            order="valid_from, name",
        )
        for key in in_force:
            newest[key.use] = key.id
        return self.browse(newest.values())

    def _compute_last_used_at(self):
        self.env.cr.execute(
            SQL(
                """
                SELECT kid, greatest(
                    (SELECT e.at FROM khbs_audit_event e
                      WHERE e.act = %(act)s AND e.data ->> 'kid' = kid
                      ORDER BY e.id DESC LIMIT 1),
                    (SELECT max(t.at) FROM khbs_key_tally t WHERE t.kid = k.kid))
                  FROM unnest(%(kids)s) k (kid)
                """,
                act=authority.USE,
                kids=list(set(self.mapped("name"))),
            )
        )
        used = dict(self.env.cr.fetchall())
        for key in self:
            key.last_used_at = key.current and used.get(key.name)

    @api.model
    def _list(self, taken, bundle, store):
        """Make the rows say what *bundle*, just taken, says of every key."""
        here = set(store.names())
        rows = [
            {
                "name": entry.kid,
                "use": entry.use,
                "sha256": spki_hex(entry.public_key),
                "valid_from": naive(entry.nbf),
                "valid_until": naive(entry.exp),
                "revoked": entry.kid in bundle.revoked,
                "place": store.kind if entry.kid in here else "elsewhere",
            }
            for entry in bundle.keys.values()
        ]
        if store.has_master():
            master = keystore.MASTER
            rows.append({"name": master, "use": master, "place": store.kind})
        keys = self.sudo()
        listed = {
            (key.name, key.sha256 or ""): key
            for key in keys.search([("name", "in", [row["name"] for row in rows])])
        }
        keys.search([("current", "=", True)]).write({"current": False})
        for row in rows:
            row |= {"current": True, "bundle_id": taken.id}
            known = listed.get((row["name"], row.get("sha256", "")))
            if known:
                known.write(row)
            else:
                keys.create(row)

    @api.model
    def _cron_look(self):
        """Take a new bundle before somebody needs it, and log what ends soon."""
        authority.look(self.env)
