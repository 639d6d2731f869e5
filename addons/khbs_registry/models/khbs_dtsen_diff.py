# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from .dtsen_values import (
    HOUSEHOLD_VALUES,
    MEMBERSHIP,
    NIK,
    PERSON_VALUES,
    VERSION,
    differs,
    values_list,
)


class KhbsDtsenDiff(models.AbstractModel):
    """Writes down, value by value, what a delivery would change."""

    _name = "khbs.dtsen.diff"
    _description = "DTSEN delivery: differences"

    def _find_changes(self, delivery):
        self._find_household_changes(delivery)
        self._find_person_changes(delivery)
        self._find_new_members(delivery)
        self._find_gone_members(delivery)
        self.env.cr.execute("ANALYZE khbs_dtsen_change")

    def _find_household_changes(self, delivery):
        self._run(
            """
            INSERT INTO khbs_dtsen_change (import_id, family_id, household_id, area_id,
                regency_id, field_name, old_value, new_value, held, raw_value)
            SELECT %(id)s, family_id, household_id, area_id, regency_id, name, before,
                after, held, CASE WHEN held THEN delivered END
            FROM (
                SELECT f.id AS family_id, h.id AS household_id, f.area_id,
                    f.regency_id, v.*, EXISTS (
                        SELECT FROM khbs_local_value l
                        WHERE l.household_id = h.id AND l.person_id IS NULL
                            AND l.current AND l.field_name = v.name
                            AND l.verified_on > %(cutoff)s
                    ) AS held
                FROM khbs_dtsen_family f
                JOIN khbs_household h ON h.id = f.household_id
                JOIN khbs_area village_before ON village_before.id = h.area_id
                JOIN khbs_area village_after ON village_after.id = f.area_id
                CROSS JOIN LATERAL (VALUES %(values)s)
                    AS v (name, present, delivered, before, after)
                WHERE f.import_id = %(id)s AND f.verdict = 'unchanged'
                    AND %(differs)s AND v.present IS DISTINCT FROM v.delivered
            ) found
            ORDER BY family_id
            """,
            delivery,
            values=values_list(HOUSEHOLD_VALUES, "h"),
            differs=differs(HOUSEHOLD_VALUES, "h"),
            cutoff=delivery.cutoff_date,
        )

    def _find_person_changes(self, delivery):
        self._run(
            """
            INSERT INTO khbs_dtsen_change (import_id, family_id, household_id,
                person_id, line, area_id, regency_id, field_name, old_value, new_value,
                held, raw_value)
            SELECT %(id)s, family_id, household_id, person_id, line, area_id,
                regency_id, name, before, after, held, CASE WHEN held THEN delivered END
            FROM (
                SELECT f.id AS family_id, f.household_id, f.area_id, f.regency_id,
                    p.id AS person_id, r.line, v.*, (
                        EXISTS (
                            SELECT FROM khbs_local_value l
                            WHERE l.household_id = f.household_id
                                AND l.person_id = p.id AND l.current
                                AND l.field_name = v.name
                                AND l.verified_on > %(cutoff)s
                        ) OR v.name = ANY (%(membership)s) AND %(membership_held)s
                        OR v.name = 'nik' AND %(nik_held)s
                    ) AS held
                FROM khbs_dtsen_pair pair
                JOIN khbs_dtsen_family f ON f.id = pair.family_id
                JOIN khbs_dtsen_row r
                    ON r.import_id = pair.import_id AND r.line = pair.line
                JOIN khbs_person p ON p.id = pair.person_id
                CROSS JOIN LATERAL (VALUES %(values)s)
                    AS v (name, present, delivered, before, after)
                WHERE pair.import_id = %(id)s
                    AND %(differs)s AND v.present IS DISTINCT FROM v.delivered
            ) found
            ORDER BY family_id, line
            """,
            delivery,
            values=values_list(PERSON_VALUES, "p"),
            differs=differs(PERSON_VALUES, "p"),
            cutoff=delivery.cutoff_date,
            membership=list(MEMBERSHIP),
            membership_held=self._membership_held(delivery),
            nik_held=self._held(delivery, "f.household_id", NIK),
        )

    def _find_new_members(self, delivery):
        self._run(
            """
            INSERT INTO khbs_dtsen_change (import_id, family_id, household_id, line,
                area_id, regency_id, field_name, new_value, held, raw_value)
            SELECT %(id)s, family_id, household_id, line, area_id, regency_id,
                'member', name, held, CASE WHEN held THEN COALESCE(nik, name) END
            FROM (
                SELECT f.id AS family_id, f.household_id, f.area_id, f.regency_id,
                    r.line, r.name, r.nik, %(held)s AS held
                FROM khbs_dtsen_family f
                JOIN khbs_dtsen_row r ON r.import_id = %(id)s AND r.family_key = f.name
                LEFT JOIN khbs_dtsen_pair pair
                    ON pair.import_id = %(id)s AND pair.line = r.line
                WHERE f.import_id = %(id)s AND f.verdict = 'unchanged'
                    AND pair.line IS NULL
            ) found
            ORDER BY family_id, line
            """,
            delivery,
            held=self._membership_held(delivery),
        )

    def _find_gone_members(self, delivery):
        """Whom the delivery names in another family has moved there."""
        self._run(
            """
            INSERT INTO khbs_dtsen_change (import_id, family_id, household_id,
                person_id, area_id, regency_id, field_name, old_value, new_value, held,
                raw_value)
            SELECT %(id)s, family_id, household_id, person_id, area_id, regency_id,
                'state', 'alive', state, held, CASE WHEN held THEN state END
            FROM (
                SELECT f.id AS family_id, f.household_id, f.area_id, f.regency_id,
                    p.id AS person_id, %(held)s AS held,
                    CASE WHEN p.nik IN (
                        SELECT r.nik FROM khbs_dtsen_row r
                        JOIN khbs_dtsen_family new_family
                            ON new_family.import_id = %(id)s
                            AND new_family.name = r.family_key
                        WHERE r.import_id = %(id)s AND r.nik IS NOT NULL
                            AND new_family.verdict <> 'rejected'
                    ) THEN 'moved' ELSE 'not_found' END AS state
                FROM khbs_dtsen_family f
                JOIN khbs_person p ON p.household_id = f.household_id
                    AND p.active AND p.state = 'alive'
                LEFT JOIN khbs_dtsen_pair pair
                    ON pair.import_id = %(id)s AND pair.person_id = p.id
                WHERE f.import_id = %(id)s AND f.verdict = 'unchanged'
                    AND pair.person_id IS NULL
            ) found
            ORDER BY family_id
            """,
            delivery,
            held=self._membership_held(delivery),
        )

    def _set_changed(self, delivery):
        """Give the families with a change their verdict and the state they are in."""
        self._run(
            """
            UPDATE khbs_dtsen_family f SET
                verdict = CASE WHEN c.changed THEN 'changed' ELSE f.verdict END,
                decile_moved = c.decile_moved, village_moved = c.village_moved,
                held_count = c.held_count, version = %(version)s
            FROM (
                SELECT family_id, bool_or(NOT held) AS changed,
                    bool_or(field_name = 'decile' AND NOT held) AS decile_moved,
                    bool_or(field_name = 'area_id' AND NOT held) AS village_moved,
                    count(*) FILTER (WHERE held) AS held_count
                FROM khbs_dtsen_change WHERE import_id = %(id)s GROUP BY family_id
            ) c, khbs_household h
            WHERE f.id = c.family_id AND h.id = f.household_id
            """,
            delivery,
            version=VERSION,
        )
