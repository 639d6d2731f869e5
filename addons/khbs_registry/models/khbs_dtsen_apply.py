# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from .dtsen_values import HOUSEHOLD_VALUES, PERSON_VALUES, VERSION, assignments

# Families that hold a card or an account, or are about to.
ENROLLED_STATES = ("decided", "active", "suspended")
# Families of one chunk: what a killed server does again at most.
CHUNK = 5000
# Families to write: those without a change are only noted as named in this quarter.
TO_WRITE = """
    f.verdict IN ('new', 'changed', 'gone') OR f.verdict = 'unchanged' AND (
        f.held_count > 0 OR EXISTS (
            SELECT FROM khbs_household h WHERE h.id = f.household_id
                AND COALESCE(h.dtsen_quarter, '') < %(quarter)s
        )
    )
"""


class KhbsDtsenApply(models.AbstractModel):
    """Writes a delivery into the registry, chunk by chunk of its families.

    Each chunk is one transaction of one statement for each kind of change. It holds
    its households and writes only those that are still as they were compared.
    """

    _name = "khbs.dtsen.apply"
    _description = "DTSEN delivery: applying"

    def _next_chunk(self, delivery, position, limit):
        """Collect the families to be written next.

        :param position: -1 before the entangled ones, then the id of the last family
        :param limit: most families of a chunk; the entangled ones are one, however many
        :return: (the new position, how many families are in the chunk)
        """
        self._take_memory()
        self.env.cr.execute("DROP TABLE IF EXISTS khbs_dtsen_chunk")
        entangled = position < 0
        self._run(
            """
            CREATE TEMPORARY TABLE khbs_dtsen_chunk ON COMMIT DROP AS
            SELECT f.* FROM khbs_dtsen_family f
            WHERE f.import_id = %(id)s AND f.id > %(position)s AND %(which)s
                AND (%(to_write)s)
            ORDER BY f.id LIMIT %(limit)s
            """,
            delivery,
            position=position,
            which=SQL("f.entangled" if entangled else "f.entangled IS NOT TRUE"),
            to_write=SQL(TO_WRITE, quarter=delivery._quarter_key()),
            limit=None if entangled else limit,
        )
        [(last, count)] = self.env.execute_query(
            SQL("SELECT max(id), count(*) FROM khbs_dtsen_chunk")
        )
        if entangled:
            return 0, count
        return last, count

    def _apply_chunk(self, delivery):
        """Write the families that ``_next_chunk`` collected; return how many moved."""
        self.env.cr.execute("ANALYZE khbs_dtsen_chunk")
        moved = bound = self._hold_back_moved(delivery)
        while bound:
            bound = self._hold_back_bound(delivery)
            moved += bound
        heads = self._enrolled_heads()
        self._apply_changed_persons_freed(delivery)
        self._apply_kk_history(delivery)
        self._apply_changed_households(delivery)
        self._apply_new_households(delivery)
        self._apply_changed_persons(delivery)
        self._apply_new_persons(delivery)
        self._apply_named(delivery)
        self._apply_gone(delivery)
        self._apply_local_values(delivery)
        self._open_conflicts(delivery)
        self._exchange_heads(delivery, heads)
        return moved

    def _enrolled_heads(self, families=None):
        """Return {household: its head} of served families whose head may change.

        :param families: ids of the households; None: those of the chunk
        """
        if families is None:
            query = SQL(
                """
                SELECT DISTINCT c.household_id FROM khbs_dtsen_chunk c
                JOIN khbs_dtsen_change ch ON ch.family_id = c.id
                WHERE c.verdict = 'changed' AND NOT ch.held
                    AND ch.field_name IN ('relation', 'state', 'member')
                """
            )
            families = [family for [family] in self.env.execute_query(query)]
        if not families:
            return {}
        # By their ids, few as they are: the planner knows little of new rows.
        heads = SQL(
            """
            SELECT h.id, p.id FROM khbs_household h
            LEFT JOIN khbs_person p ON p.household_id = h.id AND p.relation = '1'
                AND p.active AND p.state = 'alive'
            WHERE h.id = ANY (%s) AND h.state IN %s
            """,
            families,
            ENROLLED_STATES,
        )
        return dict(self.env.execute_query(heads))

    def _exchange_heads(self, delivery, former):
        """Act on what names a head whom another one follows: card and account."""
        present = self._enrolled_heads(list(former))
        changed = [one for one, head in present.items() if head and former[one] != head]
        if changed:
            self.env.invalidate_all()
            self.env["khbs.household"].browse(changed)._head_changed_by(delivery)
            self.env.flush_all()

    def _hold_back_moved(self, delivery):
        """Take the families out of the chunk that are not as they were compared."""
        self._run(
            """
            SELECT FROM khbs_household h WHERE h.id IN (
                SELECT household_id FROM khbs_dtsen_chunk
            ) ORDER BY h.id FOR UPDATE
            """,
            delivery,
        )
        moved = self._run(
            """
            WITH moved AS (
                SELECT c.id FROM khbs_dtsen_chunk c
                LEFT JOIN khbs_household h ON h.id = c.household_id
                WHERE c.verdict IN ('changed', 'gone')
                    AND c.version IS DISTINCT FROM %(version)s
                UNION
                SELECT c.id FROM khbs_dtsen_chunk c
                JOIN khbs_household h ON h.present
                    AND h.kk_number = c.kk_number
                WHERE c.verdict = 'new' AND c.entangled IS NOT TRUE
                UNION
                SELECT c.id FROM khbs_dtsen_chunk c
                JOIN khbs_household h ON h.present
                    AND h.dtsen_key = c.name
                WHERE c.verdict = 'new' AND c.entangled IS NOT TRUE
                UNION
                SELECT c.id FROM khbs_dtsen_chunk c
                JOIN khbs_dtsen_row r ON r.import_id = %(id)s AND r.family_key = c.name
                JOIN khbs_person p ON p.nik = r.nik AND p.active AND p.state = 'alive'
                    AND p.household_id IS DISTINCT FROM c.household_id
                WHERE c.verdict IN ('new', 'changed') AND c.entangled IS NOT TRUE
            ), gone AS (
                DELETE FROM khbs_dtsen_chunk c USING moved WHERE c.id = moved.id
            )
            UPDATE khbs_dtsen_family f SET verdict = 'moved'
            FROM moved WHERE f.id = moved.id
            """,
            delivery,
            version=VERSION,
        )
        return moved

    def _hold_back_bound(self, delivery):
        """Take the families out that exchange a person or number with one held back.

        Else who moved between the two would be in neither; return how many.
        """
        return self._run(
            """
            WITH moved AS (
                SELECT f.name, f.kk_number, f.household_id, h.kk_number AS present
                FROM khbs_dtsen_family f
                LEFT JOIN khbs_household h ON h.id = f.household_id
                WHERE f.import_id = %(id)s AND f.verdict = 'moved' AND f.entangled
            ), bound AS (
                SELECT c.id FROM khbs_dtsen_chunk c
                JOIN moved ON moved.present = c.kk_number
                UNION
                SELECT c.id FROM khbs_dtsen_chunk c
                JOIN khbs_household h ON h.id = c.household_id
                JOIN moved ON moved.kk_number = h.kk_number
                UNION
                SELECT c.id FROM khbs_dtsen_chunk c
                JOIN khbs_dtsen_row r ON r.import_id = %(id)s AND r.family_key = c.name
                JOIN khbs_person p ON p.nik = r.nik AND p.active AND p.state = 'alive'
                JOIN moved ON moved.household_id = p.household_id
                UNION
                SELECT c.id FROM moved
                JOIN khbs_dtsen_row r
                    ON r.import_id = %(id)s AND r.family_key = moved.name
                JOIN khbs_person p ON p.nik = r.nik AND p.active AND p.state = 'alive'
                JOIN khbs_dtsen_chunk c ON c.household_id = p.household_id
            ), gone AS (
                DELETE FROM khbs_dtsen_chunk c USING bound WHERE c.id = bound.id
            )
            UPDATE khbs_dtsen_family f SET verdict = 'moved'
            FROM bound WHERE f.id = bound.id
            """,
            delivery,
        )

    def _changes(self, of_persons):
        """Return the query of (family_id, person_id, line, fields) to be written."""
        return SQL(
            """
            SELECT ch.family_id, ch.person_id, max(ch.line) AS line,
                array_agg(ch.field_name) AS fields
            FROM khbs_dtsen_change ch JOIN khbs_dtsen_chunk f ON f.id = ch.family_id
            WHERE NOT ch.held AND ch.field_name <> 'member' AND %s
            GROUP BY ch.family_id, ch.person_id
            """,
            SQL(
                "ch.person_id IS NOT NULL"
                if of_persons
                else "ch.person_id IS NULL AND ch.line IS NULL"
            ),
        )

    def _apply_changed_persons_freed(self, delivery):
        """Let go of whom the family no longer has, and of numbers that pass on.

        A NIK or the headship may pass between persons; each is free before it is taken.
        """
        self._run(
            """
            UPDATE khbs_person p SET state = ch.new_value, write_uid = %(uid)s,
                write_date = now() AT TIME ZONE 'UTC'
            FROM khbs_dtsen_change ch JOIN khbs_dtsen_chunk f ON f.id = ch.family_id
            WHERE p.id = ch.person_id AND NOT ch.held AND ch.field_name = 'state'
                AND ch.new_value <> 'alive'
            """,
            delivery,
            uid=self.env.uid,
        )
        self._run(
            """
            INSERT INTO khbs_person_nik (person_id, nik, valid_to, reason, create_uid,
                create_date, write_uid, write_date)
            SELECT p.id, p.nik, %(today)s, %(reason)s, %(uid)s,
                now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
            FROM (%(changes)s) c JOIN khbs_person p ON p.id = c.person_id
            WHERE 'nik' = ANY (c.fields) AND p.nik IS NOT NULL
            """,
            delivery,
            changes=self._changes(of_persons=True),
            today=fields.Date.context_today(delivery),
            reason=delivery.name,
            uid=self.env.uid,
        )
        self._run(
            """
            UPDATE khbs_person p SET
                nik = CASE WHEN 'nik' = ANY (c.fields) THEN NULL ELSE p.nik END,
                relation = CASE WHEN 'relation' = ANY (c.fields) THEN '11'
                    ELSE p.relation END
            FROM (%(changes)s) c
            WHERE p.id = c.person_id AND c.fields && ARRAY['nik', 'relation']::varchar[]
            """,
            delivery,
            changes=self._changes(of_persons=True),
        )

    def _apply_kk_history(self, delivery):
        """Close the KK number that a family had and open the one it has now."""
        self._run(
            """
            WITH renumbered AS (
                SELECT f.household_id FROM (%(changes)s) c
                JOIN khbs_dtsen_chunk f ON f.id = c.family_id
                WHERE 'kk_number' = ANY (c.fields)
            ), closed AS (
                UPDATE khbs_household_kk kk SET valid_to = %(today)s
                FROM renumbered WHERE kk.household_id = renumbered.household_id
                    AND kk.valid_to IS NULL
            )
            UPDATE khbs_household h SET kk_number = NULL
            FROM renumbered WHERE h.id = renumbered.household_id
            """,
            delivery,
            changes=self._changes(of_persons=False),
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
            FROM (%(changes)s) c JOIN khbs_dtsen_chunk f ON f.id = c.family_id
            WHERE 'kk_number' = ANY (c.fields)
            """,
            delivery,
            changes=self._changes(of_persons=False),
            today=fields.Date.context_today(delivery),
            reason=delivery.name,
            uid=self.env.uid,
        )

    def _apply_changed_households(self, delivery):
        # Keys may pass from one family to another: free them before they are set.
        self._run(
            """
            UPDATE khbs_household h SET dtsen_key = NULL
            FROM (%(changes)s) c JOIN khbs_dtsen_chunk f ON f.id = c.family_id
            WHERE h.id = f.household_id AND 'dtsen_key' = ANY (c.fields)
            """,
            delivery,
            changes=self._changes(of_persons=False),
        )
        # A position that the delivery brings was not measured by our officer.
        self._run(
            """
            UPDATE khbs_household h SET %(values)s,
                regency_id = CASE WHEN 'area_id' = ANY (c.fields) THEN f.regency_id
                    ELSE h.regency_id END,
                accuracy_m = CASE WHEN %(placed)s THEN NULL ELSE h.accuracy_m END,
                captured_at = CASE WHEN %(placed)s THEN NULL ELSE h.captured_at END,
                captured_by_id = CASE WHEN %(placed)s THEN NULL
                    ELSE h.captured_by_id END,
                write_uid = %(uid)s, write_date = now() AT TIME ZONE 'UTC'
            FROM (%(changes)s) c JOIN khbs_dtsen_chunk f ON f.id = c.family_id
            WHERE h.id = f.household_id
            """,
            delivery,
            values=assignments(HOUSEHOLD_VALUES, "h"),
            placed=SQL("c.fields && ARRAY['latitude', 'longitude']::varchar[]"),
            changes=self._changes(of_persons=False),
            uid=self.env.uid,
        )
        for table in self._tables_in_village():
            self._run(
                """
                UPDATE %(table)s t SET area_id = f.area_id
                FROM (%(changes)s) c JOIN khbs_dtsen_chunk f ON f.id = c.family_id
                WHERE t.household_id = f.household_id AND 'area_id' = ANY (c.fields)
                """,
                delivery,
                table=SQL.identifier(table),
                changes=self._changes(of_persons=False),
            )

    def _tables_in_village(self):
        """Return the tables of what moves with its family, and by the rules on areas.

        The ORM would write their stored village; a statement has to do it itself.
        """
        return sorted(
            model._table
            for model in self.env.values()
            if not (model._abstract or model._transient)
            and (field := model._fields.get("area_id"))
            and field.store
            and field.related == "household_id.area_id"
        )

    def _apply_new_households(self, delivery):
        """Insert the new households with their numbers and first KK."""
        self._run(
            """
            WITH fresh AS (
                SELECT f.*, district.code AS district_code,
                    nextval(%(sequence)s)::text AS serial
                FROM (
                    SELECT * FROM khbs_dtsen_chunk WHERE verdict = 'new' ORDER BY id
                ) f
                JOIN khbs_area village ON village.id = f.area_id
                JOIN khbs_area district ON district.id = village.parent_id
            ), household AS (
                INSERT INTO khbs_household (
                    name, dtsen_key, kk_number, area_id, regency_id, address, rt, rw,
                    decile, dwelling_kind, latitude, longitude, state, active,
                    create_uid, create_date, write_uid, write_date,
                    dtsen_import_id, dtsen_quarter
                )
                SELECT 'KHBS-' || district_code || '-'
                        || lpad(serial, greatest(6, length(serial)), '0'),
                    name, kk_number, area_id, regency_id, address, rt, rw,
                    decile, dwelling_kind, latitude, longitude, 'listed', true,
                    %(uid)s, now() AT TIME ZONE 'UTC',
                    %(uid)s, now() AT TIME ZONE 'UTC', %(id)s, %(quarter)s
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
            ), known AS (
                UPDATE khbs_dtsen_family f SET household_id = household.id
                FROM household, khbs_dtsen_chunk c
                WHERE c.name = household.dtsen_key AND f.id = c.id
            )
            UPDATE khbs_dtsen_chunk c SET household_id = household.id
            FROM household WHERE c.name = household.dtsen_key
            """,
            delivery,
            sequence=self._household_sequence(),
            today=fields.Date.context_today(delivery),
            reason=delivery.name,
            quarter=delivery._quarter_key(),
            uid=self.env.uid,
        )

    def _household_sequence(self):
        """Return the PostgreSQL sequence behind the numbers of households."""
        sequence = self.env["ir.sequence"].search(
            [("code", "=", "khbs.household")], limit=1
        )
        return f"ir_sequence_{sequence.id:03d}"

    def _apply_changed_persons(self, delivery):
        self._run(
            """
            UPDATE khbs_person p SET %(values)s,
                nik_status = CASE WHEN 'nik' = ANY (c.fields) OR p.nik = r.nik
                    THEN r.nik_status ELSE p.nik_status END,
                write_uid = %(uid)s, write_date = now() AT TIME ZONE 'UTC'
            FROM (%(changes)s) c, khbs_dtsen_row r
            WHERE p.id = c.person_id AND r.import_id = %(id)s AND r.line = c.line
            """,
            delivery,
            values=assignments(PERSON_VALUES, "p"),
            changes=self._changes(of_persons=True),
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
            FROM khbs_dtsen_chunk f
            JOIN khbs_dtsen_row r ON r.import_id = %(id)s AND r.family_key = f.name
            LEFT JOIN khbs_dtsen_change ch ON ch.family_id = f.id
                AND ch.field_name = 'member' AND ch.line = r.line AND NOT ch.held
            WHERE f.verdict = 'new' OR f.verdict = 'changed' AND ch.line IS NOT NULL
            ORDER BY r.line
            """,
            delivery,
            uid=self.env.uid,
        )

    def _apply_named(self, delivery):
        """Note the quarter on the families that were known; once for each quarter."""
        self._run(
            """
            UPDATE khbs_household h SET dtsen_import_id = %(id)s,
                dtsen_quarter = greatest(COALESCE(h.dtsen_quarter, ''), %(quarter)s)
            FROM khbs_dtsen_chunk f
            WHERE h.id = f.household_id AND (f.verdict = 'changed'
                OR f.verdict = 'unchanged'
                AND COALESCE(h.dtsen_quarter, '') < %(quarter)s)
            """,
            delivery,
            quarter=delivery._quarter_key(),
        )

    def _apply_gone(self, delivery):
        self._run(
            """
            UPDATE khbs_household h SET dtsen_gone_on = %(today)s,
                write_uid = %(uid)s, write_date = now() AT TIME ZONE 'UTC'
            FROM khbs_dtsen_chunk f
            WHERE h.id = f.household_id AND f.verdict = 'gone'
            """,
            delivery,
            today=fields.Date.context_today(delivery),
            uid=self.env.uid,
        )

    def _apply_local_values(self, delivery):
        """What the delivery has overwritten is no longer the value verified here."""
        self._run(
            """
            UPDATE khbs_local_value l SET current = false
            FROM khbs_dtsen_change ch JOIN khbs_dtsen_chunk f ON f.id = ch.family_id
            WHERE l.current AND NOT ch.held AND l.household_id = f.household_id
                AND l.person_id IS NOT DISTINCT FROM ch.person_id
                AND l.field_name = ch.field_name
            """,
            delivery,
        )
