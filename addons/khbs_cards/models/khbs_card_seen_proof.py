# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, models

# A proof is good for 5 minutes before and after its time.
KEPT = "1 hour"


class KhbsCardSeenProof(models.AbstractModel):
    """What each khbs-auth of the last hour was used for: one request.

    The table is unlogged: it is written at every proof and may be empty after a
    crash, when no proof of before it is still good for long.
    """

    _name = "khbs.card.seen.proof"
    _description = "Card proofs seen"

    def init(self):
        self.env.cr.execute(
            """
            CREATE UNLOGGED TABLE IF NOT EXISTS khbs_card_seen_proof (
                card_no varchar NOT NULL,
                jti varchar NOT NULL,
                request varchar NOT NULL,
                at timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (card_no, jti)
            );
            CREATE INDEX IF NOT EXISTS khbs_card_seen_proof_at_index
                ON khbs_card_seen_proof (at)
            """
        )

    @api.model
    def _serves(self, card_no, jti, method, params):
        """Tell whether a proof may serve this request: no other one used it.

        The same request may come again, for its answer may have been lost.
        """
        text = json.dumps([method, params], sort_keys=True)
        self.env.cr.execute(
            """
            INSERT INTO khbs_card_seen_proof AS seen (card_no, jti, request)
            VALUES (%s, %s, %s)
            ON CONFLICT (card_no, jti) DO UPDATE SET at = seen.at
             WHERE seen.request = EXCLUDED.request
            """,
            [card_no, jti, hashlib.sha256(text.encode()).hexdigest()],
        )
        return bool(self.env.cr.rowcount)

    @api.autovacuum
    def _gc_seen_proofs(self):
        self.env.cr.execute(
            "DELETE FROM khbs_card_seen_proof WHERE at < now() - %s::interval", [KEPT]
        )
