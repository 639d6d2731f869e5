# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL

COUNTS = (
    "row_count",
    "household_count",
    "new_count",
    "changed_count",
    "unchanged_count",
    "gone_count",
    "rejected_count",
    "rejected_row_count",
    "warning_row_count",
    "decile_moved_count",
    "village_moved_count",
    "excluded_count",
    "held_count",
    "change_count",
)


class KhbsDtsenCounts(models.AbstractModel):
    """The comparison of a delivery and its figures, in all and by regency."""

    _name = "khbs.dtsen.counts"
    _description = "DTSEN delivery: its figures"

    def _compare(self):
        """Match the staged rows with the registry and count what would change."""
        self.env.flush_all()
        self.env["khbs.dtsen.family"]._compare(self)
        self._count()

    def _facts(self):
        """Return the figures and the hash, for an audit event."""
        self.ensure_one()
        return {
            "file_sha256": self.file_sha256,
            "quarter": f"{self.year}-{self.quarter}",
            **{name.removesuffix("_count"): self[name] for name in COUNTS},
        }

    def _plan(self):
        """Return a digest of all that would be written, in whatever order it stands."""
        self.ensure_one()
        [[digest]] = self.env.execute_query(
            SQL(
                """
                SELECT concat_ws('.', (
                    SELECT sum(hashtextextended(
                        concat_ws('|', name, verdict, household_id), 0))
                    FROM khbs_dtsen_family WHERE import_id = %(id)s
                ), (
                    SELECT sum(hashtextextended(concat_ws('|', household_id, person_id,
                        line, field_name, held, old_value, '>', new_value), 0))
                    FROM khbs_dtsen_change WHERE import_id = %(id)s
                ))
                """,
                id=self.id,
            )
        )
        return digest

    def _count(self):
        counts = self._row_counts()
        self._count_by_regency()
        by_regency = self.env["khbs.dtsen.count"].search([("import_id", "=", self.id)])
        for name in COUNTS:
            if name in by_regency._fields:
                counts[name] = sum(by_regency.mapped(name))
        counts["household_count"] = sum(
            counts[f"{verdict}_count"]
            for verdict in ("new", "changed", "unchanged", "rejected")
        )
        self.write(counts)
        self._count_reasons()
        self.invalidate_recordset(
            ["reason_ids", "family_ids", "count_ids", "change_ids"]
        )

    def _row_counts(self):
        [counts] = self.env.execute_query_dict(
            SQL(
                """
                SELECT count(*) AS row_count,
                    count(*) FILTER (WHERE reasons <> '{}') AS rejected_row_count,
                    count(*) FILTER (WHERE warnings <> '{}') AS warning_row_count, (
                        SELECT count(*) FROM khbs_dtsen_change
                        WHERE import_id = %(id)s AND NOT held
                    ) AS change_count
                FROM khbs_dtsen_row WHERE import_id = %(id)s
                """,
                id=self.id,
            )
        )
        return counts

    def _count_by_regency(self):
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM khbs_dtsen_count WHERE import_id = %(id)s;
                INSERT INTO khbs_dtsen_count (import_id, regency_id, new_count,
                    changed_count, unchanged_count, gone_count, rejected_count,
                    decile_moved_count, village_moved_count, excluded_count, held_count)
                SELECT %(id)s, regency_id,
                    count(*) FILTER (WHERE verdict = 'new'),
                    count(*) FILTER (WHERE verdict = 'changed'),
                    count(*) FILTER (WHERE verdict = 'unchanged'),
                    count(*) FILTER (WHERE verdict = 'gone'),
                    count(*) FILTER (WHERE verdict = 'rejected'),
                    count(*) FILTER (WHERE decile_moved),
                    count(*) FILTER (WHERE village_moved),
                    count(*) FILTER (WHERE excluded IS NOT NULL),
                    COALESCE(sum(held_count), 0)
                FROM khbs_dtsen_family WHERE import_id = %(id)s GROUP BY regency_id
                """,
                id=self.id,
            )
        )
        self.env["khbs.dtsen.count"].invalidate_model()

    def _count_reasons(self):
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM khbs_dtsen_reason WHERE import_id = %(id)s;
                INSERT INTO khbs_dtsen_reason (import_id, kind, code, row_count)
                SELECT import_id, 'refused', reason, count(*)
                FROM khbs_dtsen_row, unnest(reasons) AS reason
                WHERE import_id = %(id)s GROUP BY import_id, reason
                UNION ALL
                SELECT import_id, 'remark', warning, count(*)
                FROM khbs_dtsen_row, unnest(warnings) AS warning
                WHERE import_id = %(id)s GROUP BY import_id, warning
                """,
                id=self.id,
            )
        )
        self.env["khbs.dtsen.reason"].invalidate_model()

    def _clear_staging(self):
        self.ensure_one()
        for table in (
            "khbs_dtsen_change",
            "khbs_dtsen_pair",
            "khbs_dtsen_row",
            "khbs_dtsen_family",
            "khbs_dtsen_reason",
            "khbs_dtsen_count",
        ):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE import_id = %s",
                    SQL.identifier(table),
                    self.id,
                )
            )
        self.env.invalidate_all()
