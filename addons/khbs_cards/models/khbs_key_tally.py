# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from .. import authority


class KhbsKeyTally(models.AbstractModel):
    """Uses of a key that strangers may ask for, one row each until they are summed.

    edc.time answers whoever asks. An audit event for each answer would let anybody
    fill the chain of events; so the uses are counted, and one event says how many
    there were. Rows are only ever added, so that two askers never wait for each other.
    """

    _name = "khbs.key.tally"
    _description = "Uses of keys to be summed"

    def init(self):
        self.env.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS khbs_key_tally (
                kid varchar NOT NULL,
                use varchar NOT NULL,
                purpose varchar NOT NULL,
                at timestamp NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC')
            )
            """
        )

    @api.model
    def _count(self, kid, use, purpose):
        """Count one use of the key *kid*."""
        self.env.cr.execute(
            "INSERT INTO khbs_key_tally (kid, use, purpose) VALUES (%s, %s, %s)",
            [kid, use, purpose],
        )

    @api.model
    def _cron_sum(self):
        """Record the uses counted since the last time: one event a key and purpose."""
        self.env.cr.execute(
            """
            WITH counted AS (DELETE FROM khbs_key_tally RETURNING *)
            SELECT kid, use, purpose, count(*),
                   extract(epoch FROM min(at))::bigint,
                   extract(epoch FROM max(at))::bigint
              FROM counted GROUP BY kid, use, purpose ORDER BY kid, purpose
            """
        )
        for kid, use, purpose, count, first, last in self.env.cr.fetchall():
            self.env["khbs.audit.event"]._record(
                authority.USE,
                data={
                    "kid": kid,
                    "use": use,
                    "for": purpose,
                    "count": count,
                    "from": first,
                    "to": last,
                },
            )
