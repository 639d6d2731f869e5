# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from ..dtsen.reasons import HOUSEHOLD_REJECTED
from .dtsen_values import MEMBERSHIP, VERSION

# Reasons that only the rows together, or the registry, show.
COMPARED_REASONS = [
    "HEAD_NONE",
    "HEAD_TWO",
    "FAMILY_INCONSISTENT",
    "KK_DUPLICATE",
    "NIK_DUPLICATE_FILE",
    "NIK_TWO_KK",
    "NIK_DUPLICATE_REGISTRY",
    HOUSEHOLD_REJECTED,
]


class KhbsDtsenCompare(models.AbstractModel):
    """Matches a staged delivery with the registry, one statement for each question."""

    _name = "khbs.dtsen.compare"
    _description = "DTSEN delivery: comparing"

    def _compare(self, delivery):
        """Fill in the families of *delivery*, each with its verdict and changes."""
        self._take_memory()
        # The changes and conflicts of an earlier comparison go with their families.
        self._run("DELETE FROM khbs_dtsen_change WHERE import_id = %(id)s", delivery)
        self._run("DELETE FROM khbs_dtsen_pair WHERE import_id = %(id)s", delivery)
        self._run("DELETE FROM khbs_dtsen_family WHERE import_id = %(id)s", delivery)
        self._forget_registry_reasons(delivery)
        self._refuse_within_file(delivery)
        self._collect(delivery)
        while self._refuse_against_registry(delivery):
            self._set_rejected(delivery)
        self._refuse_whole_families(delivery)
        self._set_entangled(delivery)
        if self._collect_gone(delivery) or self._knows_any(delivery):
            self._pair_persons(delivery)
            self._find_changes(delivery)
            self._set_changed(delivery)
            self._set_excluded(delivery)
        self.invalidate_model()

    def _take_memory(self):
        """Let the sorts of this transaction stay in memory: a delivery has a million
        rows, and PostgreSQL's default of 4 MB sends each sort to the disk.
        """
        self.env.cr.execute("SET LOCAL work_mem = '64MB'")

    def _knows_any(self, delivery):
        return bool(
            self._run(
                "SELECT FROM khbs_dtsen_family WHERE import_id = %(id)s "
                "AND household_id IS NOT NULL LIMIT 1",
                delivery,
            )
        )

    def _forget_registry_reasons(self, delivery):
        """Take away what an earlier comparison added to the rows."""
        self._run(
            """
            UPDATE khbs_dtsen_row SET reasons = ARRAY(
                SELECT reason FROM unnest(reasons) AS reason
                WHERE reason <> ALL (%(codes)s)
            ) WHERE import_id = %(id)s AND reasons && %(codes)s
            """,
            delivery,
            codes=COMPARED_REASONS,
        )

    def _refuse_within_file(self, delivery):
        """Add the reasons that only the rows together show."""
        # Where a relation could not be read, nobody can say who the head is.
        self._run(
            """
            WITH family AS (
                SELECT family_key,
                    count(*) FILTER (WHERE relation = '1') AS heads,
                    bool_or(relation IS NULL) AS unclear,
                    min(kk_number) <> max(kk_number)
                        OR min(area_id) <> max(area_id)
                        OR min(decile) <> max(decile) AS mixed
                FROM khbs_dtsen_row WHERE import_id = %(id)s GROUP BY family_key
            ), fault AS (
                SELECT family_key, array_remove(ARRAY[
                    CASE WHEN heads = 0 AND NOT unclear THEN 'HEAD_NONE' END,
                    CASE WHEN heads > 1 THEN 'HEAD_TWO' END,
                    CASE WHEN mixed THEN 'FAMILY_INCONSISTENT' END
                ], NULL) AS codes
                FROM family WHERE (heads = 0 AND NOT unclear) OR heads > 1 OR mixed
            )
            UPDATE khbs_dtsen_row r SET reasons = r.reasons || fault.codes
            FROM fault WHERE r.import_id = %(id)s AND r.family_key = fault.family_key
            """,
            delivery,
        )
        self._run(
            """
            UPDATE khbs_dtsen_row SET reasons = reasons || 'KK_DUPLICATE'::text
            WHERE import_id = %(id)s AND kk_number IN (
                SELECT kk_number FROM khbs_dtsen_row WHERE import_id = %(id)s
                GROUP BY kk_number HAVING min(family_key) <> max(family_key)
            )
            """,
            delivery,
        )
        # One person on two KK flags both families (DOMAIN 12.16).
        self._run(
            """
            UPDATE khbs_dtsen_row r SET reasons = reasons || CASE WHEN twice.two
                THEN 'NIK_TWO_KK'::text ELSE 'NIK_DUPLICATE_FILE' END
            FROM (
                SELECT nik, min(family_key) <> max(family_key) AS two
                FROM khbs_dtsen_row WHERE import_id = %(id)s AND nik IS NOT NULL
                GROUP BY nik HAVING count(*) > 1
            ) twice
            WHERE r.import_id = %(id)s AND r.nik = twice.nik
            """,
            delivery,
        )

    def _collect(self, delivery):
        """Make one family of its rows and find its household.

        A household is found by the key of DTSEN, else by its KK number when the
        household that has it is not delivered under a key of its own. Only households
        inside the delivery's areas are found. One that left the programme with its
        members at home is found by its key: it is still that family, and stays out.

        IN looks the families up in one hash; EXISTS may go through all of them for each
        household.
        """
        self._run(
            """
            WITH lead AS (
                SELECT DISTINCT ON (family_key) * FROM khbs_dtsen_row
                WHERE import_id = %(id)s
                ORDER BY family_key, (relation = '1') DESC NULLS LAST, line
            ), total AS (
                SELECT family_key, count(*) AS members, bool_or(reasons <> '{}') AS bad
                FROM khbs_dtsen_row WHERE import_id = %(id)s GROUP BY family_key
            ), known AS (
                SELECT h.id, h.dtsen_key, h.kk_number, COALESCE(
                    h.dtsen_key IN (SELECT family_key FROM total), false
                ) AS delivered
                FROM khbs_household h JOIN khbs_area a ON a.id = h.area_id
                WHERE h.present
                    AND a.parent_path LIKE ANY (%(scope)s)
                UNION ALL (
                    SELECT DISTINCT ON (h.dtsen_key) h.id, h.dtsen_key, NULL, true
                    FROM khbs_household h JOIN khbs_area a ON a.id = h.area_id
                    WHERE h.active AND h.state = 'exited'
                        AND a.parent_path LIKE ANY (%(scope)s)
                        AND EXISTS (
                            SELECT FROM khbs_person p WHERE p.household_id = h.id
                                AND p.active AND p.state = 'alive'
                        )
                        AND NOT EXISTS (
                            SELECT FROM khbs_household o
                            WHERE o.present
                                AND o.dtsen_key = h.dtsen_key
                        )
                    ORDER BY h.dtsen_key, h.id DESC
                )
            )
            INSERT INTO khbs_dtsen_family (
                import_id, name, line, kk_number, area_id, regency_id, address, rt, rw,
                decile, dwelling_kind, latitude, longitude, member_count,
                household_id, verdict
            )
            SELECT lead.import_id, lead.family_key, lead.line, lead.kk_number,
                lead.area_id, district.parent_id, lead.address, lead.rt, lead.rw,
                lead.decile, lead.dwelling_kind, lead.latitude, lead.longitude,
                total.members, COALESCE(by_key.id, by_kk.id),
                CASE WHEN total.bad THEN 'rejected'
                    WHEN COALESCE(by_key.id, by_kk.id) IS NULL THEN 'new'
                    ELSE 'unchanged' END
            FROM lead
            JOIN total USING (family_key)
            LEFT JOIN khbs_area village ON village.id = lead.area_id
            LEFT JOIN khbs_area district ON district.id = village.parent_id
            LEFT JOIN known by_key ON by_key.dtsen_key = lead.family_key
            LEFT JOIN known by_kk ON by_key.id IS NULL AND NOT by_kk.delivered
                AND by_kk.kk_number = lead.kk_number
            ORDER BY lead.line
            """,
            delivery,
            scope=delivery._scope_patterns(),
        )
        self.env.cr.execute("ANALYZE khbs_dtsen_family")

    def _refuse_against_registry(self, delivery):
        """Refuse numbers that another household or person has; return how many rows.

        A KK number or key is free when its household is in this delivery too and so
        receives another one; a NIK, when the delivery names its person in another
        family now. What was verified here stays. A refusal may take that away again:
        it is called until it finds nothing.
        """
        taken = self._run(
            """
            WITH taken AS (
                SELECT f.name FROM khbs_dtsen_family f
                JOIN khbs_household h ON h.present
                    AND (h.kk_number = f.kk_number)
                    AND h.id IS DISTINCT FROM f.household_id
                WHERE f.import_id = %(id)s AND f.verdict <> 'rejected'
                    AND NOT EXISTS (
                        SELECT FROM khbs_dtsen_family other
                        WHERE other.import_id = %(id)s
                            AND other.household_id = h.id
                            AND other.verdict <> 'rejected'
                            AND NOT %(kk_held)s
                    )
                UNION
                SELECT f.name FROM khbs_dtsen_family f
                JOIN khbs_household h ON h.present
                    AND h.dtsen_key = f.name AND h.id IS DISTINCT FROM f.household_id
                WHERE f.import_id = %(id)s AND f.verdict <> 'rejected'
            )
            UPDATE khbs_dtsen_row r SET reasons = reasons || 'KK_DUPLICATE'::text
            FROM taken WHERE r.import_id = %(id)s AND r.family_key = taken.name
            """,
            delivery,
            kk_held=self._held(delivery, "h.id", ("kk_number",)),
        )
        taken += self._run(
            """
            UPDATE khbs_dtsen_row r
            SET reasons = reasons || 'NIK_DUPLICATE_REGISTRY'::text
            FROM khbs_dtsen_family f, khbs_person p
            WHERE r.import_id = %(id)s AND f.import_id = %(id)s
                AND f.name = r.family_key AND f.verdict <> 'rejected'
                AND p.nik = r.nik AND p.active AND p.state = 'alive'
                AND p.household_id IS DISTINCT FROM f.household_id
                AND NOT EXISTS (
                    SELECT FROM khbs_dtsen_family other
                    WHERE other.import_id = %(id)s
                        AND other.household_id = p.household_id
                        AND other.verdict <> 'rejected' AND NOT %(held)s
                        AND NOT EXISTS (
                            SELECT FROM khbs_dtsen_row stays
                            WHERE stays.import_id = %(id)s
                                AND stays.family_key = other.name
                                AND stays.name = p.name
                        )
                )
            """,
            delivery,
            held=self._held(delivery, "p.household_id", None),
        )
        return taken

    def _held(self, delivery, household, names):
        """Return the condition that a value was verified here after the cut-off.

        :param household: SQL of the id of its household
        :param names: names of the fields; None: any of a member or the membership
        """
        which = SQL("true")
        if names is not None:
            which = SQL("l.field_name = ANY (%s)", list(names))
        return SQL(
            "EXISTS (SELECT FROM khbs_local_value l WHERE l.household_id = %s "
            "AND l.current AND l.verified_on > %s AND %s)",
            SQL(household),
            delivery.cutoff_date,
            which,
        )

    def _membership_held(self, delivery):
        """Return the condition that who belongs to family f is known better here.

        It was verified after the cut-off; or the delivery names somebody of whom a
        death was recorded here, whenever that was: no file makes the dead alive.
        """
        return SQL(
            """
            (%s OR EXISTS (
                SELECT FROM khbs_person dead JOIN khbs_dtsen_pair named
                    ON named.import_id = %s AND named.person_id = dead.id
                WHERE dead.household_id = f.household_id AND dead.state = 'deceased'
            ))
            """,
            self._held(delivery, "f.household_id", MEMBERSHIP),
            delivery.id,
        )

    def _set_rejected(self, delivery):
        self._run(
            """
            UPDATE khbs_dtsen_family f SET verdict = 'rejected'
            WHERE import_id = %(id)s AND verdict <> 'rejected' AND name IN (
                SELECT family_key FROM khbs_dtsen_row
                WHERE import_id = %(id)s AND reasons <> '{}'
            )
            """,
            delivery,
        )

    def _refuse_whole_families(self, delivery):
        self._run(
            """
            UPDATE khbs_dtsen_row r SET reasons = ARRAY[%(code)s]
            FROM khbs_dtsen_family f
            WHERE r.import_id = %(id)s AND r.reasons = '{}'
                AND f.import_id = %(id)s AND f.name = r.family_key
                AND f.verdict = 'rejected'
            """,
            delivery,
            code=HOUSEHOLD_REJECTED,
        )

    def _set_entangled(self, delivery):
        """Mark the families that take a number from one another.

        They are written together, in one transaction, before all others.
        """
        self._run(
            """
            WITH claim AS (
                SELECT f.id, h.id AS holder FROM khbs_dtsen_family f
                JOIN khbs_household h ON h.present
                    AND h.kk_number = f.kk_number
                    AND h.id IS DISTINCT FROM f.household_id
                WHERE f.import_id = %(id)s AND f.verdict <> 'rejected'
                UNION ALL
                SELECT f.id, p.household_id FROM khbs_dtsen_family f
                JOIN khbs_dtsen_row r ON r.import_id = %(id)s
                    AND r.family_key = f.name
                JOIN khbs_person p ON p.nik = r.nik AND p.active
                    AND p.state = 'alive'
                    AND p.household_id IS DISTINCT FROM f.household_id
                WHERE f.import_id = %(id)s AND f.verdict <> 'rejected'
            )
            UPDATE khbs_dtsen_family f SET entangled = true
            WHERE import_id = %(id)s AND verdict <> 'rejected' AND (
                id IN (SELECT id FROM claim)
                OR household_id IN (SELECT holder FROM claim)
            )
            """,
            delivery,
        )

    def _collect_gone(self, delivery):
        """Add the families that a full delivery of their area does not name.

        A refused row names its family too, if only by a member's NIK; and so does
        another delivery of the same quarter.
        """
        if delivery.scope != "full" or delivery.parent_id:
            return 0
        return self._run(
            """
            INSERT INTO khbs_dtsen_family (import_id, name, line, area_id, regency_id,
                decile, member_count, household_id, verdict, version)
            SELECT %(id)s, h.dtsen_key, 0, h.area_id, h.regency_id, h.decile,
                (SELECT count(*) FROM khbs_person p WHERE p.household_id = h.id
                    AND p.active AND p.state = 'alive'), h.id, 'gone', %(version)s
            FROM khbs_household h JOIN khbs_area a ON a.id = h.area_id
            WHERE h.present AND h.dtsen_key IS NOT NULL
                AND h.dtsen_gone_on IS NULL
                AND COALESCE(h.dtsen_quarter, '') < %(quarter)s
                AND a.parent_path LIKE ANY (%(scope)s)
                AND NOT EXISTS (
                    SELECT FROM khbs_dtsen_family f WHERE f.import_id = %(id)s
                        AND (f.household_id = h.id OR f.name = h.dtsen_key)
                )
                AND NOT EXISTS (
                    SELECT FROM khbs_person p JOIN khbs_dtsen_row r ON r.nik = p.nik
                    WHERE p.household_id = h.id AND p.active AND p.state = 'alive'
                        AND r.import_id = %(id)s AND r.reasons <> '{}'
                )
            ORDER BY h.id
            """,
            delivery,
            scope=delivery._scope_patterns(),
            version=VERSION,
            quarter=delivery._quarter_key(),
        )

    def _pair_persons(self, delivery):
        """Say which row is which person of the household that was found.

        First by NIK, name and date of birth together; then, for whoever is left on
        both sides, by name and date of birth, one to one in their order; then by NIK
        alone. So a corrected or exchanged NIK and a corrected name stay one person
        each, and namesakes are never merged into one. Who is alive comes before who
        has left the family: a member who is named again is the same person.
        """
        self._run(
            """
            INSERT INTO khbs_dtsen_pair (import_id, line, family_id, person_id)
            WITH family AS (
                SELECT id AS family_id, name, household_id FROM khbs_dtsen_family
                WHERE import_id = %(id)s AND verdict = 'unchanged'
            ), delivered AS (
                SELECT r.line, r.nik, r.name, f.household_id, f.family_id,
                    COALESCE(r.birth_date, '-infinity') AS born
                FROM khbs_dtsen_row r JOIN family f ON f.name = r.family_key
                WHERE r.import_id = %(id)s
            ), present AS (
                SELECT p.id, p.nik, p.name, p.household_id,
                    p.state <> 'alive' AS left_family,
                    COALESCE(p.birth_date, '-infinity') AS born
                FROM khbs_person p JOIN family USING (household_id)
                WHERE p.active
            ), by_all AS (
                SELECT DISTINCT ON (d.line) d.line, d.family_id, p.id AS person_id
                FROM delivered d JOIN present p USING (household_id, nik, name, born)
                ORDER BY d.line, p.left_family, p.id
            ), left_rows AS (
                SELECT d.*, row_number() OVER (
                    PARTITION BY household_id, name, born ORDER BY line
                ) AS place
                FROM delivered d LEFT JOIN by_all USING (line)
                WHERE by_all.line IS NULL
            ), left_persons AS (
                SELECT p.*, row_number() OVER (
                    PARTITION BY household_id, name, born ORDER BY left_family, id
                ) AS place
                FROM present p LEFT JOIN by_all ON by_all.person_id = p.id
                WHERE by_all.person_id IS NULL
            ), by_name AS (
                SELECT d.line, d.family_id, p.id AS person_id FROM left_rows d
                JOIN left_persons p USING (household_id, name, born, place)
            ), by_nik AS (
                SELECT DISTINCT ON (d.line) d.line, d.family_id, p.id AS person_id
                FROM left_rows d
                JOIN left_persons p USING (household_id, nik)
                WHERE d.line NOT IN (SELECT line FROM by_name)
                    AND p.id NOT IN (SELECT person_id FROM by_name)
                ORDER BY d.line, p.left_family, p.id
            )
            SELECT %(id)s, line, family_id, person_id FROM by_all
            UNION ALL SELECT %(id)s, line, family_id, person_id FROM by_name
            UNION ALL SELECT %(id)s, line, family_id, person_id FROM by_nik
            """,
            delivery,
        )
        self.env.cr.execute("ANALYZE khbs_dtsen_pair")

    def _set_excluded(self, delivery):
        """Mark the families that the criteria in force exclude from now on.

        A family that may receive the card today and that either rises above the
        highest decile or stands in a list of an excluding programme.
        """
        criteria = self.env["khbs.criteria"].sudo()._in_force()
        if not criteria:
            return
        self._run(
            """
            WITH line AS (
                SELECT line.nik, line.kk_number FROM khbs_aid_list_line line
                JOIN khbs_aid_list l ON l.id = line.list_id
                WHERE l.state = 'loaded' AND l.date_from <= %(day)s
                    AND COALESCE(l.date_to, 'infinity') >= %(day)s
                    AND line.programme_id = ANY (%(programmes)s)
            ), named AS (
                SELECT f.id FROM khbs_dtsen_family f JOIN line USING (kk_number)
                WHERE f.import_id = %(id)s
                UNION
                SELECT f.id FROM line JOIN khbs_dtsen_row r USING (nik)
                JOIN khbs_dtsen_family f ON f.import_id = %(id)s
                    AND f.name = r.family_key
                WHERE r.import_id = %(id)s
            )
            UPDATE khbs_dtsen_family f SET excluded = CASE
                WHEN f.decile::int > %(limit)s THEN 'decile' ELSE 'aid' END
            FROM khbs_household h
            WHERE f.import_id = %(id)s AND f.verdict IN ('changed', 'unchanged')
                AND h.id = f.household_id
                AND h.state IN ('eligible', 'decided', 'active', 'suspended')
                AND (f.decile::int > %(limit)s AND h.decile::int <= %(limit)s
                    OR f.id IN (SELECT id FROM named))
            """,
            delivery,
            day=fields.Date.context_today(delivery),
            programmes=SQL("%s::int[]", criteria.excluding_programme_ids.ids),
            limit=int(criteria.max_decile),
        )
