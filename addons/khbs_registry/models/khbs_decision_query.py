# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo import fields, models
from odoo.tools import SQL

from ..eligibility_rules import MINIMUM_DATA
from .khbs_deliberation_effect import UPHELD
from .khbs_household_deliberation import NOT_ELIGIBLE_REASONS

# Families whose state a run may change; those in a decided list keep theirs.
OPEN_STATES = ("listed", "needs_verification", "verified", "eligible", "not_eligible")
ENROLLED_STATES = ("decided", "active", "suspended")

# When a family lacks what the rules may require, on the CTEs family f and head.
_LACKS = {
    "head_nik": SQL("NOT COALESCE(head.has_nik, false)"),
    "birth_date": SQL("NOT COALESCE(head.has_birth_date, false)"),
    "place": SQL("f.place_missing"),
    "address": SQL("f.address_missing"),
}


class KhbsDecisionQuery(models.AbstractModel):
    """The rules as one query over families, members, KK numbers and facts.

    It changes nothing, so a what-if asks it with rules of its own.
    """

    _name = "khbs.decision.query"
    _description = "Decision: the rules as a query"

    def _judge(self, rules, areas, states=OPEN_STATES):
        """Fill the temporary table khbs_decision_result with what the rules say.

        Its columns are those of :meth:`_results_query`. The caller drops it.
        """
        self.env.flush_all()
        cr = self.env.cr
        day = fields.Date.context_today(self)
        steps = (
            (
                "khbs_decision_fact",
                "household_id",
                self._facts_query(rules, day),
            ),
            (
                "khbs_decision_result",
                "household_id, outcome",
                self._results_query(rules, areas, states, day),
            ),
        )
        for table, known, query in steps:
            cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(table)))
            cr.execute(
                SQL(
                    "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s",
                    SQL.identifier(table),
                    query,
                )
            )
            # The planner guesses one row for a table that it does not know.
            cr.execute(SQL("ANALYZE %s (%s)", SQL.identifier(table), SQL(known)))
        cr.execute("DROP TABLE khbs_decision_fact")

    def _results_query(self, rules, areas, states, day):
        """Return the query of (household, village, regency, state, outcome, reasons).

        Every reason that holds is there: first those that make the outcome. The facts
        stand in the temporary table khbs_decision_fact.

        :param rules: :class:`~..eligibility_rules.Rules`
        :param areas: khbs.area whose subtrees are decided
        :param states: states of the families that are decided
        """
        return SQL(
            """
            WITH family AS (%(family)s), aid AS (SELECT * FROM khbs_decision_fact),
            head AS (%(head)s), house AS (%(house)s), by_decile AS MATERIALIZED (
                SELECT decile,
                    CASE WHEN decile > %(limit)s THEN jsonb_build_array(
                        jsonb_build_object('code', 'DECILE_ABOVE', 'decile', decile,
                            'limit', %(limit)s)) ELSE '[]' END AS above,
                    CASE WHEN decile <= %(limit)s THEN jsonb_build_array(
                        jsonb_build_object('code', 'DECILE_WITHIN', 'decile', decile,
                            'limit', %(limit)s)) ELSE '[]' END AS within
                FROM generate_series(1, 10) AS decile
            ), judged AS (
                SELECT f.*, aid.excluded, aid.remarked, house.first_name,
                    COALESCE(aid.flagged, '[]') || %(missing)s AS lacking
                FROM family f
                LEFT JOIN aid ON aid.household_id = f.id
                LEFT JOIN head ON head.household_id = f.id
                LEFT JOIN house ON house.id = f.id
            )
            SELECT id AS household_id, area_id, regency_id, state,
                CASE
                    WHEN judged.decile > %(limit)s OR excluded IS NOT NULL
                        OR first_name IS NOT NULL OR removed IN %(refused)s
                        THEN 'not_eligible'
                    WHEN judged.decile IS NULL OR gone_on IS NOT NULL
                        OR removed IS NOT NULL OR objected OR unmet IS NOT NULL
                        OR lacking <> '[]'
                        THEN 'needs_verification'
                    ELSE 'eligible'
                END AS outcome,
                CASE
                    WHEN excluded IS NULL AND first_name IS NULL AND gone_on IS NULL
                        AND removed IS NULL AND NOT objected AND unmet IS NULL
                        AND remarked IS NULL AND lacking = '[]'
                        AND judged.decile IS NOT NULL
                    THEN by_decile.above || by_decile.within || %(no_aid)s
                    ELSE COALESCE(by_decile.above, '[]')
                        || COALESCE(excluded, '[]')
                        || CASE WHEN first_name IS NULL THEN '[]'
                            ELSE jsonb_build_array(jsonb_build_object(
                                'code', 'HOUSE_SHARED', 'household', first_name)) END
                        || CASE WHEN removed IS NULL THEN '[]'
                            ELSE jsonb_build_array(jsonb_build_object(
                                'code', 'DELIBERATION_' || upper(removed))) END
                        || CASE WHEN objected
                            THEN '[{"code": "DELIBERATION_OBJECTION"}]'::jsonb
                            ELSE '[]' END
                        || CASE WHEN unmet IS NULL THEN '[]'
                            ELSE jsonb_build_array(jsonb_build_object(
                                'code', 'VISIT_' || upper(unmet), 'on', unmet_on)) END
                        || CASE WHEN gone_on IS NULL THEN '[]'
                            ELSE jsonb_build_array(jsonb_build_object(
                                'code', 'DTSEN_GONE', 'on', gone_on)) END
                        || CASE WHEN judged.decile IS NULL
                            THEN '[{"code": "DECILE_MISSING"}]'::jsonb ELSE '[]' END
                        || lacking
                        || COALESCE(by_decile.within, '[]')
                        || CASE WHEN excluded IS NULL THEN %(no_aid)s ELSE '[]' END
                        || COALESCE(remarked, '[]')
                END AS reasons
            FROM judged LEFT JOIN by_decile ON by_decile.decile = judged.decile
            """,
            family=self._families_query(areas, states),
            no_aid=self._no_other_aid(day),
            head=self._heads_query(rules),
            house=self._house_query(rules, areas),
            missing=self._missing(rules),
            limit=rules.max_decile,
            refused=NOT_ELIGIBLE_REASONS,
        )

    def _area_ids_query(self, areas):
        paths = [f"{path}%" for path in areas.mapped("parent_path")]
        return SQL("SELECT id FROM khbs_area WHERE parent_path LIKE ANY (%s)", paths)

    def _families_query(self, areas, states):
        """Return the query of the families that are decided.

        An objection counts while it is open, and once it was upheld until a visit
        finds the family; a visit without result counts until a later one.
        """
        return SQL(
            """
            SELECT h.id, h.area_id, h.regency_id, h.state, h.decile::int AS decile,
                h.dtsen_gone_on AS gone_on, h.removal_reason AS removed,
                (COALESCE(h.latitude, 0) = 0 AND COALESCE(h.longitude, 0) = 0)
                    AND h.dwelling_kind IS NULL AS place_missing,
                h.address IS NULL OR h.rt IS NULL AS address_missing,
                h.id IN (
                    SELECT c.household_id FROM khbs_complaint c
                    JOIN khbs_household about ON about.id = c.household_id
                    WHERE c.kind = 'objection' AND (c.closed_at IS NULL
                        OR c.outcome IN %(upheld)s
                            AND COALESCE(about.verified_at, '-infinity') < c.closed_at)
                ) AS objected,
                unmet.result AS unmet, (unmet.validated_at AT TIME ZONE 'UTC'
                            AT TIME ZONE 'Asia/Pontianak')::date AS unmet_on
            FROM khbs_household h
            LEFT JOIN (
                SELECT DISTINCT ON (household_id) household_id, result, validated_at
                FROM khbs_visit WHERE state = 'accepted'
                ORDER BY household_id, validated_at DESC, id DESC
            ) unmet ON unmet.household_id = h.id AND unmet.result <> 'found'
            WHERE h.active AND h.state IN %(states)s AND h.area_id IN (%(area_ids)s)
            """,
            states=tuple(states),
            upheld=UPHELD,
            area_ids=self._area_ids_query(areas),
        )

    def _no_other_aid(self, day):
        """Return the reason of a family that no list names, with their number."""
        self.env.cr.execute(
            SQL("SELECT count(*) FROM (%s) compared", self._lists_query(day))
        )
        [number] = self.env.cr.fetchone()
        return SQL("%s::jsonb", json.dumps([{"code": "NO_OTHER_AID", "lists": number}]))

    def _lists_query(self, day):
        """Return the query of the lists that hold on *day*."""
        return SQL(
            """
            SELECT id, date_from FROM khbs_aid_list
            WHERE state = 'loaded' AND date_from <= %(day)s
                AND COALESCE(date_to, 'infinity') >= %(day)s
            """,
            day=day,
        )

    def _facts_query(self, rules, day):
        """Return the query of the facts that meet a family, as reasons.

        A fact meets it by the NIK of any member, its present or an earlier KK number.
        A flagging fact is a remark once a visit after the list found the family.
        """
        return SQL(
            """
            WITH aid_list AS (%(lists)s), line AS (
                SELECT l.nik, l.kk_number, l.programme_id, l.list_id,
                    COALESCE(l.date_from, aid_list.date_from) AS since
                FROM khbs_aid_list_line l JOIN aid_list ON aid_list.id = l.list_id
                WHERE l.programme_id = ANY (%(programmes)s)
                    AND COALESCE(l.date_from, '-infinity') <= %(day)s
                    AND COALESCE(l.date_to, 'infinity') >= %(day)s
            ), met AS (
                SELECT p.household_id, programme_id, list_id, 'nik' AS by, since
                FROM line JOIN khbs_person p ON p.nik = line.nik
                WHERE p.active AND p.state = 'alive'
                UNION
                SELECT kk.household_id, programme_id, list_id,
                    CASE WHEN kk.valid_to IS NULL THEN 'kk' ELSE 'earlier_kk' END, since
                FROM line JOIN khbs_household_kk kk USING (kk_number)
                UNION
                SELECT h.id, programme_id, list_id, 'kk', since
                FROM line JOIN khbs_household h USING (kk_number)
            ), fact AS (
                SELECT met.household_id, programme_id, list_id, by, since,
                    CASE
                        WHEN programme_id = ANY (%(excluding)s) THEN 'AID_RECEIVED'
                        WHEN h.verified_at >= since THEN 'FLAG_VERIFIED'
                        ELSE 'MEMBER_FLAGGED'
                    END AS code
                FROM met JOIN khbs_household h ON h.id = met.household_id
            ), reason AS (
                SELECT household_id, code, jsonb_agg(jsonb_build_object(
                    'code', code, 'programme_id', programme_id, 'list_id', list_id,
                    'by', by, 'since', since
                ) ORDER BY programme_id, list_id, by) AS reasons
                FROM fact GROUP BY household_id, code
            )
            SELECT household_id,
                max(reasons::text) FILTER (WHERE code = 'AID_RECEIVED')::jsonb
                    AS excluded,
                max(reasons::text) FILTER (WHERE code = 'MEMBER_FLAGGED')::jsonb
                    AS flagged,
                max(reasons::text) FILTER (WHERE code = 'FLAG_VERIFIED')::jsonb
                    AS remarked
            FROM reason GROUP BY household_id
            """,
            lists=self._lists_query(day),
            programmes=SQL("%s::int[]", [*rules.excluding, *rules.flagging]),
            excluding=SQL("%s::int[]", list(rules.excluding)),
            day=day,
        )

    def _heads_query(self, rules):
        """Return the query of what the heads of families have."""
        if not rules.needs & {"head_nik", "birth_date"}:
            return SQL(
                "SELECT NULL::int AS household_id, false AS has_nik, "
                "false AS has_birth_date WHERE false"
            )
        return SQL(
            """
            SELECT household_id, nik IS NOT NULL AS has_nik,
                birth_date IS NOT NULL AS has_birth_date
            FROM khbs_person WHERE active AND state = 'alive' AND relation = '1'
            """
        )

    def _missing(self, rules):
        """Return the expression of what a family lacks, as an array of reasons."""
        parts = [
            SQL(
                "CASE WHEN %s THEN jsonb_build_array(jsonb_build_object('code', %s)) "
                "ELSE '[]' END",
                _LACKS[name],
                code,
            )
            for name, code in MINIMUM_DATA.items()
            if name in rules.needs
        ]
        return SQL(" || ").join(parts) if parts else SQL("'[]'::jsonb")

    def _house_query(self, rules, areas):
        """Return the query of families that come second in their house.

        A house is a pair of coordinates in one village, to five decimals (a metre).
        A family that receives the card already comes first; of the others only one
        that may receive it itself stands before another.
        """
        if rules.unit == "kk":
            return SQL("SELECT NULL::int AS id, NULL::text AS first_name WHERE false")
        return SQL(
            """
            SELECT id, first_name FROM (
                SELECT h.id, h.state, first_value(h.name) OVER house AS first_name,
                    row_number() OVER house AS place
                FROM khbs_household h LEFT JOIN aid ON aid.household_id = h.id
                WHERE h.active AND (h.latitude <> 0 OR h.longitude <> 0)
                    AND h.area_id IN (%(area_ids)s)
                    AND (h.state IN %(enrolled)s OR h.state IN %(open)s
                        AND h.decile::int <= %(limit)s AND aid.excluded IS NULL)
                WINDOW house AS (
                    PARTITION BY h.area_id, round(h.latitude, 5), round(h.longitude, 5)
                    ORDER BY h.state NOT IN %(enrolled)s, h.decile::int NULLS LAST,
                        h.name
                )
            ) placed WHERE place > 1
            """,
            area_ids=self._area_ids_query(areas),
            enrolled=ENROLLED_STATES,
            open=OPEN_STATES,
            limit=rules.max_decile,
        )
