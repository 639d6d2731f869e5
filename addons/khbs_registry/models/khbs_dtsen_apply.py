# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from .dtsen_values import (
    HOUSEHOLD_SET,
    PERSON_NOW,
    PERSON_SET,
    PERSON_THEN,
)


class KhbsDtsenApply(models.AbstractModel):
    """Writes a delivery into the registry, one statement for each kind of change."""

    _name = "khbs.dtsen.apply"
    _description = "DTSEN delivery: applying"

    def _apply(self, delivery):
        """Write the new and changed families of *delivery* into the registry.

        It follows ``_compare`` in one transaction and uses its pairs of persons.
        """
        self.env.flush_all()
        self._apply_gone_persons(delivery)
        self._apply_kk_history(delivery)
        self._apply_changed_households(delivery)
        self._apply_new_households(delivery)
        self._apply_changed_persons(delivery)
        self._apply_new_persons(delivery)
        # The first delivery fills empty tables; what follows it must be planned well.
        self.env.cr.execute("ANALYZE khbs_household")
        self.env.cr.execute("ANALYZE khbs_person")
        self.env.invalidate_all()

    def _apply_gone_persons(self, delivery):
        """Whom the delivery no longer names in a family is not found there."""
        self._run(
            """
            UPDATE khbs_person p SET state = 'not_found', write_uid = %(uid)s,
                write_date = now() AT TIME ZONE 'UTC'
            FROM khbs_dtsen_family f
            WHERE f.import_id = %(id)s AND f.verdict = 'changed'
                AND p.household_id = f.household_id AND p.active AND p.state = 'alive'
                AND NOT EXISTS (
                    SELECT FROM khbs_dtsen_pair pair WHERE pair.person_id = p.id
                )
            """,
            delivery,
            uid=self.env.uid,
        )

    def _apply_kk_history(self, delivery):
        """Close the KK number that a family had and open the one it has now."""
        self._run(
            """
            WITH renumbered AS (
                SELECT f.household_id, f.kk_number FROM khbs_dtsen_family f
                JOIN khbs_household h ON h.id = f.household_id
                WHERE f.import_id = %(id)s AND f.verdict = 'changed'
                    AND h.kk_number IS DISTINCT FROM f.kk_number
            ), closed AS (
                UPDATE khbs_household_kk kk SET valid_to = %(today)s
                FROM renumbered WHERE kk.household_id = renumbered.household_id
                    AND kk.valid_to IS NULL
            )
            UPDATE khbs_household h SET kk_number = NULL
            FROM renumbered WHERE h.id = renumbered.household_id
            """,
            delivery,
            today=fields.Date.context_today(delivery),
        )
        self._run(
            """
            INSERT INTO khbs_household_kk (
                household_id, kk_number, valid_from, reason,
                create_uid, create_date, write_uid, write_date
            )
            SELECT f.household_id, f.kk_number, %(today)s, %(reason)s, %(uid)s,
                now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
            FROM khbs_dtsen_family f JOIN khbs_household h ON h.id = f.household_id
            WHERE f.import_id = %(id)s AND f.verdict = 'changed'
                AND h.kk_number IS NULL
            """,
            delivery,
            today=fields.Date.context_today(delivery),
            reason=delivery.name,
            uid=self.env.uid,
        )

    def _apply_changed_households(self, delivery):
        # Keys may pass from one family to another: free them before they are set.
        self._run(
            """
            UPDATE khbs_household h SET dtsen_key = NULL FROM khbs_dtsen_family f
            WHERE f.import_id = %(id)s AND f.verdict = 'changed'
                AND h.id = f.household_id AND h.dtsen_key IS DISTINCT FROM f.name
            """,
            delivery,
        )
        self._run(
            """
            UPDATE khbs_household h SET %(values)s, write_uid = %(uid)s,
                write_date = now() AT TIME ZONE 'UTC'
            FROM khbs_dtsen_family f
            WHERE f.import_id = %(id)s AND f.verdict = 'changed'
                AND h.id = f.household_id
            """,
            delivery,
            values=HOUSEHOLD_SET,
            uid=self.env.uid,
        )
        self._run(
            """
            UPDATE khbs_visit v SET area_id = f.area_id FROM khbs_dtsen_family f
            WHERE f.import_id = %(id)s AND f.verdict = 'changed'
                AND v.household_id = f.household_id AND v.area_id <> f.area_id
            """,
            delivery,
        )

    def _apply_new_households(self, delivery):
        """Insert the new households with their numbers and first KK."""
        self._run(
            """
            WITH fresh AS (
                SELECT f.*, district.code AS district_code,
                    nextval(%(sequence)s)::text AS serial
                FROM (
                    SELECT * FROM khbs_dtsen_family
                    WHERE import_id = %(id)s AND verdict = 'new' ORDER BY line
                ) f
                JOIN khbs_area village ON village.id = f.area_id
                JOIN khbs_area district ON district.id = village.parent_id
            ), household AS (
                INSERT INTO khbs_household (
                    name, dtsen_key, kk_number, area_id, regency_id, address, rt, rw,
                    decile, dwelling_kind, latitude, longitude, state, active,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT 'KHBS-' || district_code || '-'
                        || lpad(serial, greatest(6, length(serial)), '0'),
                    name, kk_number, area_id, regency_id, address, rt, rw,
                    decile, dwelling_kind, latitude, longitude, 'listed', true,
                    %(uid)s, now() AT TIME ZONE 'UTC',
                    %(uid)s, now() AT TIME ZONE 'UTC'
                FROM fresh
                RETURNING id, dtsen_key, kk_number
            ), history AS (
                INSERT INTO khbs_household_kk (
                    household_id, kk_number, valid_from, reason,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT id, kk_number, %(today)s, %(reason)s,
                    %(uid)s, now() AT TIME ZONE 'UTC',
                    %(uid)s, now() AT TIME ZONE 'UTC'
                FROM household
            )
            UPDATE khbs_dtsen_family f SET household_id = household.id
            FROM household
            WHERE f.import_id = %(id)s AND f.name = household.dtsen_key
            """,
            delivery,
            sequence=self._household_sequence(),
            today=fields.Date.context_today(delivery),
            reason=delivery.name,
            uid=self.env.uid,
        )

    def _household_sequence(self):
        """Return the PostgreSQL sequence behind the numbers of households."""
        sequence = self.env["ir.sequence"].search(
            [("code", "=", "khbs.household")], limit=1
        )
        return f"ir_sequence_{sequence.id:03d}"

    def _apply_changed_persons(self, delivery):
        """Bring persons up to date; a NIK or the headship may pass between them."""
        self._run(
            """
            UPDATE khbs_person p SET
                nik = CASE WHEN p.nik <> r.nik THEN NULL ELSE p.nik END,
                relation = CASE WHEN p.relation <> r.relation THEN '11'
                    ELSE p.relation END
            FROM khbs_dtsen_row r, khbs_dtsen_pair pair, khbs_dtsen_family f
            WHERE r.import_id = %(id)s AND pair.line = r.line
                AND f.import_id = %(id)s AND f.name = r.family_key
                AND f.verdict = 'changed' AND p.id = pair.person_id
                AND (p.nik <> r.nik OR p.relation <> r.relation)
            """,
            delivery,
        )
        self._run(
            """
            UPDATE khbs_person p SET %(values)s, write_uid = %(uid)s,
                write_date = now() AT TIME ZONE 'UTC'
            FROM khbs_dtsen_row r, khbs_dtsen_pair pair, khbs_dtsen_family f
            WHERE r.import_id = %(id)s AND pair.line = r.line
                AND f.import_id = %(id)s AND f.name = r.family_key
                AND f.verdict = 'changed' AND p.id = pair.person_id
                AND (%(person_now)s) IS DISTINCT FROM (%(person_then)s)
            """,
            delivery,
            values=PERSON_SET,
            person_now=PERSON_NOW,
            person_then=PERSON_THEN,
            uid=self.env.uid,
        )

    def _apply_new_persons(self, delivery):
        self._run(
            """
            INSERT INTO khbs_person (
                household_id, name, nik, nik_status, relation, birth_date, sex, state,
                active, create_uid, create_date, write_uid, write_date
            )
            SELECT f.household_id, r.name, r.nik, r.nik_status, r.relation,
                r.birth_date, r.sex, 'alive', true,
                %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
            FROM khbs_dtsen_row r
            JOIN khbs_dtsen_family f ON f.import_id = %(id)s AND f.name = r.family_key
            LEFT JOIN khbs_dtsen_pair pair ON pair.line = r.line
            WHERE r.import_id = %(id)s AND f.verdict IN ('new', 'changed')
                AND pair.line IS NULL
            ORDER BY r.line
            """,
            delivery,
            uid=self.env.uid,
        )
