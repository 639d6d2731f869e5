# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ..dtsen.reasons import HOUSEHOLD_REJECTED
from .dtsen_values import (
    HOUSEHOLD_NOW,
    HOUSEHOLD_THEN,
    PERSON_NOW,
    PERSON_THEN,
)
from .khbs_household import DECILES, DWELLING_KINDS

VERDICTS = [
    ("new", "New"),
    ("changed", "Changed"),
    ("unchanged", "Unchanged"),
    ("rejected", "Refused"),
]


class KhbsDtsenFamily(models.Model):
    """A family of a staged delivery and what it would do to the registry.

    Every step here is one statement over the whole delivery (DESIGN 6); each takes
    the delivery as ``khbs.dtsen.import``, whose methods have checked the caller.
    """

    _name = "khbs.dtsen.family"
    _inherit = ["khbs.dtsen.apply"]
    _description = "Family of a delivery"
    _order = "import_id, line"
    _log_access = False

    import_id = fields.Many2one(
        comodel_name="khbs.dtsen.import", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(string="DTSEN family", required=True)
    line = fields.Integer(required=True, aggregator=None, help="Of the head.")
    kk_number = fields.Char(string="KK number", copy=False, groups=NO_ACCESS)
    area_id = fields.Many2one(comodel_name="khbs.area", string="Village", index=True)
    regency_id = fields.Many2one(comodel_name="khbs.area")
    address = fields.Char()
    rt = fields.Char(string="RT")
    rw = fields.Char(string="RW")
    decile = fields.Selection(selection=DECILES)
    dwelling_kind = fields.Selection(selection=DWELLING_KINDS)
    latitude = fields.Float(digits=(9, 6), aggregator=None)
    longitude = fields.Float(digits=(9, 6), aggregator=None)
    member_count = fields.Integer()
    household_id = fields.Many2one(
        comodel_name="khbs.household", index="btree_not_null", ondelete="set null"
    )
    verdict = fields.Selection(selection=VERDICTS, required=True, index=True)

    _family_uniq = models.Constraint(
        "UNIQUE (import_id, name)", "A delivery names a family once."
    )

    # Comparing

    def _compare(self, delivery):
        """Fill in the families of *delivery*, each with its verdict."""
        self._take_memory()
        self._run("DELETE FROM khbs_dtsen_family WHERE import_id = %(id)s", delivery)
        self._forget_registry_reasons(delivery)
        self._refuse_within_file(delivery)
        self._collect(delivery)
        while self._refuse_against_registry(delivery):
            self._set_rejected(delivery)
        self._refuse_whole_families(delivery)
        self._pair_persons(delivery)
        self._set_changed(delivery)
        self.invalidate_model()

    def _take_memory(self):
        """Let the sorts of this transaction stay in memory: a delivery has a million
        rows, and PostgreSQL's default of 4 MB sends each sort to the disk.
        """
        self.env.cr.execute("SET LOCAL work_mem = '64MB'")

    def _run(self, query, delivery, **values):
        """Execute *query*, which knows the delivery as %(id)s; return its row count."""
        self.env.cr.execute(SQL(query, id=delivery.id, **values))
        return self.env.cr.rowcount

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
            codes=[
                "HEAD_NONE",
                "HEAD_TWO",
                "FAMILY_INCONSISTENT",
                "KK_DUPLICATE",
                "NIK_DUPLICATE_FILE",
                "NIK_DUPLICATE_REGISTRY",
                HOUSEHOLD_REJECTED,
            ],
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
                        OR min(area_id) <> max(area_id) AS mixed
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
        self._run(
            """
            UPDATE khbs_dtsen_row SET reasons = reasons || 'NIK_DUPLICATE_FILE'::text
            WHERE import_id = %(id)s AND nik IN (
                SELECT nik FROM khbs_dtsen_row WHERE import_id = %(id)s
                GROUP BY nik HAVING count(*) > 1
            )
            """,
            delivery,
        )

    def _collect(self, delivery):
        """Make one family of its rows and find its household.

        A household is found by the key of DTSEN, else by its KK number when the
        household that has it is not delivered under a key of its own. Only households
        inside the delivery's area are found.
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
                SELECT h.id, h.dtsen_key, h.kk_number, EXISTS (
                    SELECT FROM total WHERE total.family_key = h.dtsen_key
                ) AS delivered
                FROM khbs_household h JOIN khbs_area a ON a.id = h.area_id
                WHERE h.active AND h.state <> 'exited' AND a.parent_path LIKE %(scope)s
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
            scope=f"{delivery.area_id.parent_path}%",
        )
        self.env.cr.execute("ANALYZE khbs_dtsen_family")

    def _refuse_against_registry(self, delivery):
        """Refuse numbers that another household or person has; return how many rows.

        A KK number or key is free when its household is in this delivery too and so
        receives another one. A refusal may take that away again: it is called until
        it finds nothing.
        """
        taken = self._run(
            """
            WITH taken AS (
                SELECT f.name FROM khbs_dtsen_family f
                JOIN khbs_household h ON h.active AND h.state <> 'exited'
                    AND (h.kk_number = f.kk_number)
                    AND h.id IS DISTINCT FROM f.household_id
                WHERE f.import_id = %(id)s AND f.verdict <> 'rejected'
                    AND NOT EXISTS (
                        SELECT FROM khbs_dtsen_family other
                        WHERE other.import_id = %(id)s
                            AND other.household_id = h.id
                            AND other.verdict <> 'rejected'
                    )
                UNION
                SELECT f.name FROM khbs_dtsen_family f
                JOIN khbs_household h ON h.active AND h.state <> 'exited'
                    AND h.dtsen_key = f.name AND h.id IS DISTINCT FROM f.household_id
                WHERE f.import_id = %(id)s AND f.verdict <> 'rejected'
            )
            UPDATE khbs_dtsen_row r SET reasons = reasons || 'KK_DUPLICATE'::text
            FROM taken WHERE r.import_id = %(id)s AND r.family_key = taken.name
            """,
            delivery,
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
            """,
            delivery,
        )
        return taken

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

    def _pair_persons(self, delivery):
        """Say which row is which person of the household that was found.

        First by NIK, name and date of birth together; then, for whoever is left on
        both sides, by name and date of birth, one to one in their order; then by NIK
        alone. So a corrected or exchanged NIK and a corrected name stay one person
        each, and namesakes are never merged into one.
        """
        self.env.cr.execute("DROP TABLE IF EXISTS khbs_dtsen_pair")
        self._run(
            """
            CREATE TEMPORARY TABLE khbs_dtsen_pair ON COMMIT DROP AS
            WITH family AS (
                SELECT name, household_id FROM khbs_dtsen_family
                WHERE import_id = %(id)s AND verdict <> 'rejected'
                    AND household_id IS NOT NULL
            ), delivered AS (
                SELECT r.line, r.nik, r.name, f.household_id,
                    COALESCE(r.birth_date, '-infinity') AS born
                FROM khbs_dtsen_row r JOIN family f ON f.name = r.family_key
                WHERE r.import_id = %(id)s
            ), present AS (
                SELECT p.id, p.nik, p.name, p.household_id,
                    COALESCE(p.birth_date, '-infinity') AS born
                FROM khbs_person p JOIN family USING (household_id)
                WHERE p.active AND p.state = 'alive'
            ), by_all AS (
                SELECT d.line, p.id AS person_id
                FROM delivered d JOIN present p USING (household_id, nik, name, born)
            ), left_rows AS (
                SELECT d.*, row_number() OVER (
                    PARTITION BY household_id, name, born ORDER BY line
                ) AS place
                FROM delivered d LEFT JOIN by_all USING (line)
                WHERE by_all.line IS NULL
            ), left_persons AS (
                SELECT p.*, row_number() OVER (
                    PARTITION BY household_id, name, born ORDER BY id
                ) AS place
                FROM present p LEFT JOIN by_all ON by_all.person_id = p.id
                WHERE by_all.person_id IS NULL
            ), by_name AS (
                SELECT d.line, p.id AS person_id FROM left_rows d
                JOIN left_persons p USING (household_id, name, born, place)
            ), by_nik AS (
                SELECT d.line, p.id AS person_id FROM left_rows d
                JOIN left_persons p USING (household_id, nik)
                WHERE d.line NOT IN (SELECT line FROM by_name)
                    AND p.id NOT IN (SELECT person_id FROM by_name)
            )
            SELECT line, person_id FROM by_all
            UNION ALL SELECT line, person_id FROM by_name
            UNION ALL SELECT line, person_id FROM by_nik
            """,
            delivery,
        )
        self.env.cr.execute("ANALYZE khbs_dtsen_pair")

    def _set_changed(self, delivery):
        """Find the families of which at least one value would change."""
        self._run(
            """
            WITH changed AS (
                SELECT f.id FROM khbs_dtsen_family f
                JOIN khbs_household h ON h.id = f.household_id
                WHERE f.import_id = %(id)s AND f.verdict = 'unchanged'
                    AND (%(household_now)s) IS DISTINCT FROM (%(household_then)s)
                UNION
                SELECT f.id FROM khbs_dtsen_family f
                JOIN khbs_dtsen_row r
                    ON r.import_id = %(id)s AND r.family_key = f.name
                LEFT JOIN khbs_dtsen_pair pair ON pair.line = r.line
                LEFT JOIN khbs_person p ON p.id = pair.person_id
                WHERE f.import_id = %(id)s AND f.verdict = 'unchanged'
                    AND (%(person_now)s) IS DISTINCT FROM (%(person_then)s)
                UNION
                SELECT f.id FROM khbs_dtsen_family f
                JOIN khbs_person p ON p.household_id = f.household_id
                    AND p.active AND p.state = 'alive'
                LEFT JOIN khbs_dtsen_pair pair ON pair.person_id = p.id
                WHERE f.import_id = %(id)s AND f.verdict = 'unchanged'
                    AND pair.person_id IS NULL
            )
            UPDATE khbs_dtsen_family f SET verdict = 'changed'
            FROM changed WHERE f.id = changed.id
            """,
            delivery,
            household_now=HOUSEHOLD_NOW,
            household_then=HOUSEHOLD_THEN,
            person_now=PERSON_NOW,
            person_then=PERSON_THEN,
        )
