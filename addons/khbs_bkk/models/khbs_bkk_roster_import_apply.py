# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Of a holder and of a line: what a line may change. The identity (NIK, role, first day)
# is what they are matched by. An empty cell leaves what is there.
CHANGEABLE = (
    "name",
    "appointment_letter",
    "appointment_date",
    "date_to",
    "rank",
    "rank_group",
    "npwp",
    "bank_name",
    "bank_account",
    "bank_account_name",
)
# Column of the file by which the preview names a change.
COLUMN_OF = {
    "name": "nama",
    "appointment_letter": "nomor_sk",
    "appointment_date": "tanggal_sk",
    "date_to": "selesai",
    "rank": "pangkat",
    "rank_group": "golongan",
    "npwp": "npwp",
    "bank_name": "bank",
    "bank_account": "rekening",
    "bank_account_name": "nama_rekening",
}
# The areas of a holder as a line writes them.
_AREA_KEY = """
    SELECT string_agg(rel.khbs_area_id::text, ',' ORDER BY rel.khbs_area_id)
      FROM khbs_bkk_holder_area_rel rel
     WHERE rel.khbs_bkk_holder_id = h.id
"""


class KhbsBkkRosterApply(models.AbstractModel):
    """From staged lines to the roster, a set at a time."""

    _name = "khbs.bkk.roster.apply"
    _description = "Roster import: against the roster"

    # ------------------------------------------------------------------
    # What the lines mean to the roster as it is now
    # ------------------------------------------------------------------

    def _match(self):
        """Say of each readable line whether it is new, changed, the same or refused."""
        self.env.flush_all()
        for statement in (
            self._match_holders(),
            self._match_duplicates(),
            self._match_overlaps(),
            self._match_changes(),
        ):
            self.env.cr.execute(statement)
        self.env.invalidate_all()

    def _match_holders(self):
        """Begin anew; whom the roster knows by NIK, role and first day is found.

        Whoever holds the role in another regency is refused with the overlaps, and
        not named: a NIK in a file asks nothing about the rosters of others.
        A term that was ended by a letter stays ended, whatever last day a file says.
        """
        return SQL(
            """
            UPDATE khbs_bkk_roster_import_line l
               SET outcome = CASE WHEN h.id IS NULL THEN 'new' ELSE 'same' END,
                   codes = NULL,
                   holder_id = h.id,
                   date_to = CASE WHEN h.end_letter IS NULL THEN l.date_to
                                  ELSE h.date_to END,
                   changes = NULL
              FROM khbs_bkk_roster_import_line own
         LEFT JOIN khbs_bkk_holder h
                ON h.nik = own.nik AND h.role_id = own.role_id
               AND h.date_from = own.date_from AND h.active
               AND h.regency_id = own.regency_id
             WHERE own.id = l.id AND l.import_id = %s AND NOT l.unreadable
            """,
            self.id,
        )

    def _terms(self):
        """Return the readable lines with the last day that each would have."""
        return SQL(
            """
            SELECT l.id, l.line, l.nik, l.role_id, l.regency_id, l.holder_id,
                   daterange(l.date_from, coalesce(l.date_to, h.date_to), '[]') AS term
              FROM khbs_bkk_roster_import_line l
         LEFT JOIN khbs_bkk_holder h ON h.id = l.holder_id
             WHERE l.import_id = %s AND NOT l.unreadable
            """,
            self.id,
        )

    def _match_duplicates(self):
        return SQL(
            """
            WITH term AS (%(terms)s)
            UPDATE khbs_bkk_roster_import_line l
               SET codes = concat_ws(' ', l.codes, 'DUPLICATE_IN_FILE')
              FROM (
                SELECT DISTINCT later.id
                  FROM term later
                  JOIN term earlier
                    ON earlier.nik = later.nik AND earlier.role_id = later.role_id
                   AND earlier.line < later.line AND earlier.term && later.term
              ) twice
             WHERE l.id = twice.id
            """,
            terms=self._terms(),
        )

    def _match_overlaps(self):
        """Refuse a term beside another of the same person in the same role."""
        return SQL(
            """
            WITH term AS (%(terms)s)
            UPDATE khbs_bkk_roster_import_line l
               SET codes = concat_ws(' ', l.codes, beside.code)
              FROM (
                SELECT t.id, CASE WHEN bool_or(o.regency_id <> t.regency_id)
                             THEN 'HELD_ELSEWHERE' ELSE 'TERM_OVERLAPS' END AS code
                  FROM term t
                  JOIN khbs_bkk_holder o
                    ON o.nik = t.nik AND o.role_id = t.role_id AND o.active
                   AND o.id IS DISTINCT FROM t.holder_id
                   AND daterange(o.date_from, o.date_to, '[]') && t.term
              GROUP BY t.id
              ) beside
             WHERE l.id = beside.id
            """,
            terms=self._terms(),
        )

    def _match_changes(self):
        """Close the judgement: refused, or changed in these columns."""
        differing = SQL(", ").join(
            SQL(
                "CASE WHEN %s IS NOT NULL AND %s IS DISTINCT FROM %s THEN %s END",
                SQL.identifier("l", name),
                SQL.identifier("l", name),
                SQL.identifier("h", name),
                COLUMN_OF[name],
            )
            for name in CHANGEABLE
        )
        return SQL(
            """
            UPDATE khbs_bkk_roster_import_line l
               SET outcome = CASE WHEN l.codes IS NOT NULL THEN 'refused'
                                  WHEN found.changes <> '' THEN 'changed'
                                  ELSE l.outcome END,
                   changes = CASE WHEN l.codes IS NULL
                                  THEN nullif(found.changes, '') END
              FROM (
                SELECT l.id, concat_ws(', ', %(differing)s,
                           CASE WHEN l.area_key IS DISTINCT FROM (%(key)s)
                           THEN 'kode_wilayah' END) AS changes
                  FROM khbs_bkk_roster_import_line l
                  JOIN khbs_bkk_holder h ON h.id = l.holder_id
                 WHERE l.import_id = %(id)s
             UNION ALL
                SELECT id, '' FROM khbs_bkk_roster_import_line
                 WHERE import_id = %(id)s AND holder_id IS NULL
              ) found
             WHERE l.id = found.id AND l.import_id = %(id)s AND NOT l.unreadable
            """,
            differing=differing,
            key=SQL(_AREA_KEY),
            id=self.id,
        )

    def _counts(self):
        """Return how many lines do what."""
        counts = dict(
            self.env["khbs.bkk.roster.import.line"]._read_group(
                [("import_id", "=", self.id)], ["outcome"], ["__count"]
            )
        )
        return {
            "row_count": sum(counts.values()),
            "new_count": counts.get("new", 0),
            "changed_count": counts.get("changed", 0),
            "same_count": counts.get("same", 0),
            "refused_count": counts.get("refused", 0),
        }

    # ------------------------------------------------------------------
    # Into the roster
    # ------------------------------------------------------------------

    def _check_as_shown(self):
        """Refuse unless every line still means what the preview said."""
        shown = self._meaning()
        self._match()
        if self._meaning() != shown:
            raise UserError(
                self.env._(
                    "The roster has changed since the file was checked. Check it again "
                    "and look at what it would do now."
                )
            )
        if not (self.new_count or self.changed_count):
            raise UserError(
                self.env._(
                    "The file changes nothing: every line is in the roster already or "
                    "is refused. There is nothing to apply."
                )
            )

    def _meaning(self):
        """Return the digest of what every line of the file does."""
        self.env.cr.execute(
            SQL(
                """
                SELECT md5(string_agg(concat_ws(
                           E'\\t', line, outcome, codes, holder_id, changes
                       ), E'\\n' ORDER BY line))
                  FROM khbs_bkk_roster_import_line
                 WHERE import_id = %s
                """,
                self.id,
            )
        )
        return self.env.cr.fetchone()[0]

    def _apply(self):
        """Write the new and the changed lines, whole or not at all."""
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(self._insert_holders())
                self.env.cr.execute(self._update_holders())
                self.env.cr.execute(self._drop_areas())
                self.env.cr.execute(self._add_areas())
        except psycopg2.errors.ExclusionViolation as error:
            # Its message quotes the NIK.
            raise UserError(
                self.env._(
                    "Somebody has entered one of these persons in the same moment. "
                    "Check the file again."
                )
            ) from error
        self.env.invalidate_all()
        self._recompute()
        changed = self.line_ids.filtered(lambda line: line.outcome == "changed")
        changed.holder_id._note_account_changes()
        self._forget_numbers()

    def _insert_holders(self):
        """Add the new holders and note on each line which one it became."""
        columns = SQL(", ").join(map(SQL.identifier, CHANGEABLE))
        values = SQL(", ").join(
            SQL("coalesce(l.rank_group, 'none')")
            if name == "rank_group"
            else SQL.identifier("l", name)
            for name in CHANGEABLE
        )
        return SQL(
            """
            WITH numbered AS (
                SELECT id AS line_id, nextval('khbs_bkk_holder_id_seq')::int4 AS id
                  FROM khbs_bkk_roster_import_line
                 WHERE import_id = %(id)s AND outcome = 'new'
            ), added AS (
                INSERT INTO khbs_bkk_holder (
                    id, nik, role_id, regency_id, date_from, active, %(columns)s,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT n.id, l.nik, l.role_id, l.regency_id, l.date_from, true,
                       %(values)s,
                       %(user)s, now() AT TIME ZONE 'UTC',
                       %(user)s, now() AT TIME ZONE 'UTC'
                  FROM numbered n
                  JOIN khbs_bkk_roster_import_line l ON l.id = n.line_id
            )
            UPDATE khbs_bkk_roster_import_line l
               SET holder_id = n.id
              FROM numbered n
             WHERE l.id = n.line_id
            """,
            id=self.id,
            columns=columns,
            values=values,
            user=self.env.uid,
        )

    def _update_holders(self):
        changes = SQL(", ").join(
            SQL(
                "%s = coalesce(%s, %s)",
                SQL.identifier(name),
                SQL.identifier("l", name),
                SQL.identifier("h", name),
            )
            for name in CHANGEABLE
        )
        return SQL(
            """
            UPDATE khbs_bkk_holder h
               SET %(changes)s, write_uid = %(user)s,
                   write_date = now() AT TIME ZONE 'UTC'
              FROM khbs_bkk_roster_import_line l
             WHERE l.import_id = %(id)s AND l.outcome = 'changed'
               AND h.id = l.holder_id
            """,
            changes=changes,
            id=self.id,
            user=self.env.uid,
        )

    def _drop_areas(self):
        return SQL(
            """
            DELETE FROM khbs_bkk_holder_area_rel rel
             USING khbs_bkk_roster_import_line l
             WHERE l.import_id = %s AND l.outcome = 'changed'
               AND rel.khbs_bkk_holder_id = l.holder_id
               AND rel.khbs_area_id <> ALL (string_to_array(l.area_key, ',')::int4[])
            """,
            self.id,
        )

    def _add_areas(self):
        return SQL(
            """
            INSERT INTO khbs_bkk_holder_area_rel (khbs_bkk_holder_id, khbs_area_id)
            SELECT l.holder_id, area::int4
              FROM khbs_bkk_roster_import_line l
        CROSS JOIN string_to_table(l.area_key, ',') AS area
             WHERE l.import_id = %s AND l.outcome IN ('new', 'changed')
                ON CONFLICT DO NOTHING
            """,
            self.id,
        )

    def _recompute(self):
        """Compute what is stored of the holders that SQL has written."""
        holders = self.line_ids.filtered(
            lambda line: line.outcome in ("new", "changed")
        ).holder_id
        for name in ("account_name_differs", "area_count"):
            self.env.add_to_compute(holders._fields[name], holders)
        holders.flush_recordset()

    def _forget_numbers(self):
        """Delete the personal numbers of the lines: the holders have them now."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_bkk_roster_import_line
                   SET nik = NULL, npwp = NULL, bank_account = NULL
                 WHERE import_id = %s
                """,
                self.id,
            )
        )
        self.env.invalidate_all()
