# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL

from .dtsen_values import VERSION


class KhbsDtsenSettle(models.AbstractModel):
    """What of a delivery is not written, and who is to decide on it."""

    _name = "khbs.dtsen.settle"
    _description = "DTSEN delivery: what is left to decide"

    def _has_moved(self, delivery):
        """Tell whether the registry differs from what *delivery* was compared with."""
        return bool(
            self._run(
                """
                SELECT FROM khbs_dtsen_family f
                JOIN khbs_household h ON h.id = f.household_id
                WHERE f.import_id = %(id)s AND f.version <> %(version)s
                UNION ALL
                SELECT FROM khbs_dtsen_family f
                JOIN khbs_household h ON h.present
                    AND h.kk_number = f.kk_number
                WHERE f.import_id = %(id)s AND f.verdict = 'new'
                    AND f.entangled IS NOT TRUE
                LIMIT 1
                """,
                delivery,
                version=VERSION,
            )
        )

    def _hold_back_chunk(self, delivery):
        self._run(
            "UPDATE khbs_dtsen_family SET verdict = 'moved' "
            "WHERE id IN (SELECT id FROM khbs_dtsen_chunk) AND import_id = %(id)s",
            delivery,
        )

    def _drop_rest(self, delivery):
        """Mark the families that were not written yet; return how many."""
        dropped = self._run(
            """
            UPDATE khbs_dtsen_family f SET verdict = 'dropped'
            WHERE f.import_id = %(id)s AND f.verdict IN ('new', 'changed', 'gone')
                AND (f.id > %(position)s AND f.entangled IS NOT TRUE
                    OR %(position)s < 0)
            """,
            delivery,
            position=delivery.applied_up_to,
        )
        self.invalidate_model(["verdict"])
        return dropped

    def _open_conflicts(self, delivery):
        """Put the values that were held into the queue of those to be decided.

        A conflict of the same value and quarter is there already, perhaps decided.
        """
        held = SQL(
            """
            SELECT ch.* FROM khbs_dtsen_change ch
            JOIN khbs_dtsen_chunk f ON f.id = ch.family_id
            WHERE ch.import_id = %s AND ch.held
            """,
            delivery.id,
        )
        # By itself: the new ones may stand only where the old ones have gone.
        self._run(
            """
            UPDATE khbs_dtsen_conflict k SET state = 'superseded' FROM (%(held)s) held
            WHERE k.state = 'pending' AND k.kind = 'value'
                AND k.household_id = held.household_id
                AND k.person_id IS NOT DISTINCT FROM held.person_id
                AND k.field_name = held.field_name
                AND (k.quarter, k.raw_value)
                    IS DISTINCT FROM (%(quarter)s, held.raw_value)
                -- A family may gain several members in a quarter.
                AND (k.quarter <> %(quarter)s OR k.field_name <> 'member')
            """,
            delivery,
            held=held,
            quarter=delivery._quarter_key(),
        )
        self._run(
            """
            INSERT INTO khbs_dtsen_conflict (import_id, household_id, person_id,
                area_id, line, kind, field_name, local_value, delivered_value,
                raw_value, quarter, state, create_uid, create_date, write_uid,
                write_date)
            SELECT held.import_id, held.household_id, held.person_id, h.area_id,
                held.line, 'value', held.field_name, held.old_value, held.new_value,
                held.raw_value, %(quarter)s, 'pending',
                %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
            FROM (%(held)s) held JOIN khbs_household h ON h.id = held.household_id
            WHERE NOT EXISTS (
                SELECT FROM khbs_dtsen_conflict k
                WHERE k.household_id = held.household_id
                    AND k.state IN ('pending', 'decided') AND k.kind = 'value'
                    AND k.person_id IS NOT DISTINCT FROM held.person_id
                    AND k.field_name = held.field_name AND k.quarter = %(quarter)s
                    AND k.raw_value IS NOT DISTINCT FROM held.raw_value
            )
            """,
            delivery,
            held=held,
            quarter=delivery._quarter_key(),
            uid=self.env.uid,
        )

    def _open_nik_conflicts(self, delivery):
        """Flag the families of the registry of which a refused row has a NIK.

        The family of the file stands in the reject file; this one is in the queue.
        """
        self._run(
            """
            INSERT INTO khbs_dtsen_conflict (import_id, household_id, person_id,
                area_id, line, kind, field_name, local_value, delivered_value, quarter,
                state, create_uid, create_date, write_uid, write_date)
            SELECT DISTINCT ON (p.id) %(id)s, p.household_id, p.id, h.area_id, r.line,
                'nik_two_kk', 'nik',
                left(p.nik, 4) || '********' || right(p.nik, 4), r.family_key,
                %(quarter)s, 'pending', %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s,
                now() AT TIME ZONE 'UTC'
            FROM khbs_dtsen_row r
            JOIN khbs_person p ON p.nik = r.nik AND p.active AND p.state = 'alive'
            JOIN khbs_household h ON h.id = p.household_id
            WHERE r.import_id = %(id)s AND 'NIK_DUPLICATE_REGISTRY' = ANY (r.reasons)
                AND NOT EXISTS (
                    SELECT FROM khbs_dtsen_conflict k
                    WHERE k.person_id = p.id AND k.kind = 'nik_two_kk'
                        AND (k.state = 'pending' OR k.quarter = %(quarter)s)
                )
            ORDER BY p.id, r.line
            """,
            delivery,
            quarter=delivery._quarter_key(),
            uid=self.env.uid,
        )
