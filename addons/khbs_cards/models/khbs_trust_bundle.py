# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.khbs_registry import append_only

from ..protocol.keystore import KeyStoreError


class KhbsTrustBundle(models.Model):
    """A trust bundle that this server has signed under: public keys and their times.

    The database remembers every version, so that an older one brought back into the
    key folder is refused, also after a change of root and in a line that was left.
    """

    _name = "khbs.trust.bundle"
    _description = "Trust bundle"
    _order = "id desc"
    _rec_name = "version"
    _log_access = False

    version = fields.Integer(required=True, aggregator=None)
    programme = fields.Char(required=True)
    lineage = fields.Char(
        string="First root",
        required=True,
        index=True,
        help="Bundles of one lineage follow each other; a changed root stays in it.",
    )
    root_sha256 = fields.Char(
        string="Root", required=True, help="SHA-256 of the root's public key."
    )
    issued_at = fields.Datetime(required=True)
    expires_at = fields.Datetime(required=True)
    taken_at = fields.Datetime(required=True, default=fields.Datetime.now)
    sha256 = fields.Char(string="SHA-256", required=True)
    jws = fields.Text(string="Signed bundle", required=True)

    _version_uniq = models.Constraint(
        "UNIQUE (lineage, version)", "There is another bundle of this version."
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.model
    def _take(self, keyring):
        """Remember the bundle of *keyring*, once, and refuse one that goes back.

        The last one taken is in force, whatever this process has seen: another
        worker may have taken it.

        :raises KeyStoreError: neither the bundle in force nor one that may follow it
        """
        bundle = keyring.bundle()
        text = "\n".join(bundle.texts)
        digest = hashlib.sha256(text.encode("ascii")).hexdigest()
        in_force = self._in_force()
        if not in_force or in_force["sha256"] != digest:
            lineage = self._lineage_of(bundle, in_force)
            self._remember(lineage, bundle, text, digest, keyring)

    @api.model
    def _in_force(self):
        """Return {lineage, root_sha256, version, sha256} of the last one taken."""
        self.env.cr.execute(
            """
            SELECT lineage, root_sha256, version, sha256
              FROM khbs_trust_bundle ORDER BY id DESC LIMIT 1
            """
        )
        return next(iter(self.env.cr.dictfetchall()), None)

    @api.model
    def _lineage_of(self, bundle, in_force):
        """Return the lineage that *bundle* goes on, or begins.

        :raises KeyStoreError: an older bundle, another of a version that was in
            force, or one of a line that was left
        """
        if in_force and in_force["root_sha256"] in bundle.roots:
            if bundle.ver <= in_force["version"]:
                raise KeyStoreError(
                    f"The key folder has the trust bundle {bundle.ver}, but "
                    f"{in_force['version']} was in force: an older bundle, or another "
                    "of the same version, is never taken. Bring the newest one back.",
                    "trust",
                )
            return in_force["lineage"]
        known = self.search_count(
            ["|", ("root_sha256", "in", bundle.roots), ("lineage", "in", bundle.roots)],
            limit=1,
        )
        if known:
            raise KeyStoreError(
                f"The key folder has the trust bundle {bundle.ver} of a root that "
                "another has followed: it is never taken again. Bring the newest "
                "bundle back, or let a new root begin a new line "
                "(docs/operations.md, Key ceremony).",
                "trust",
            )
        return bundle.roots[0]

    @api.model
    def _remember(self, lineage, bundle, text, digest, keyring):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_trust_bundle (version, programme, lineage,
                    root_sha256, issued_at, expires_at, taken_at, sha256, jws)
                VALUES %s ON CONFLICT DO NOTHING RETURNING id
                """,
                (
                    bundle.ver,
                    bundle.prg,
                    lineage,
                    bundle.roots[-1],
                    naive(bundle.iat),
                    naive(bundle.exp),
                    fields.Datetime.now(),
                    digest,
                    text,
                ),
            )
        )
        row = self.env.cr.fetchone()
        if not row:
            # Another worker has just done so.
            return
        taken = self.browse(row[0])
        self.env["khbs.authority.key"]._list(taken, bundle, keyring.store)
        self.env["khbs.audit.event"]._record(
            "trust.load",
            taken,
            {
                "version": bundle.ver,
                "root": bundle.roots[-1],
                "sha256": digest,
                "kids": sorted(bundle.keys),
                "revoked": sorted(bundle.revoked),
            },
        )


def naive(seconds):
    """Return Unix seconds as Odoo keeps them: UTC without a zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
