# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

# Families whose state a run may change; the others are in a decided list.
OPEN_STATES = ("listed", "needs_verification", "verified", "eligible", "not_eligible")
OUTCOMES = [
    ("eligible", "Eligible"),
    ("not_eligible", "Not eligible"),
    ("needs_verification", "Needs verification"),
]


class KhbsDecision(models.Model):
    """What the criteria say of one family, with every reason.

    A later run adds a row where its answer or a reason differs; the earlier row stays
    and is no longer current.
    """

    _name = "khbs.decision"
    _description = "Decision on a family"
    _order = "id desc"
    _rec_name = "outcome"
    _log_access = False

    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area", string="Village", required=True, index=True
    )
    criteria_id = fields.Many2one(
        comodel_name="khbs.criteria", required=True, index=True, ondelete="restrict"
    )
    decided_at = fields.Datetime(required=True)
    decided_by_id = fields.Many2one(comodel_name="res.users", required=True)
    outcome = fields.Selection(selection=OUTCOMES, required=True)
    reasons = fields.Json(required=True, help="List of {code, facts}.")
    explanation = fields.Text(compute="_compute_explanation")
    current = fields.Boolean(required=True, default=True)

    _current_uniq = models.UniqueIndex(
        "(household_id) WHERE current", "A family has one current decision."
    )

    @api.depends("reasons")
    def _compute_explanation(self):
        for decision in self:
            decision.explanation = "\n".join(
                f"• {decision._reason_text(reason)}" for reason in decision.reasons
            )

    @api.depends("household_id", "outcome")
    def _compute_display_name(self):
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for decision in self:
            decision.display_name = (
                f"{decision.household_id.display_name}: {labels[decision.outcome]}"
            )

    def _reason_text(self, reason):
        """Return one reason as a sentence, in the reader's language."""
        code = reason["code"]
        if code == "AID_RECEIVED":
            return self._aid_text(reason)
        templates = {
            "DECILE_WITHIN": self.env._(
                "Decile %(decile)s is within the limit of %(limit)s.",
                decile=reason.get("decile"),
                limit=reason.get("limit"),
            ),
            "DECILE_ABOVE": self.env._(
                "Decile %(decile)s is above the limit of %(limit)s.",
                decile=reason.get("decile"),
                limit=reason.get("limit"),
            ),
            "DECILE_MISSING": self.env._(
                "The family has no decile yet: propose it through the village "
                "deliberation and the quarterly update of DTSEN."
            ),
            "NO_OTHER_AID": self.env._(
                "No member and no KK number of the family stands in a list of an "
                "excluding programme (%(lists)s lists compared).",
                lists=reason.get("lists"),
            ),
            "NIK_MISSING": self.env._(
                "The head of the family has no NIK yet: refer the family to Dukcapil."
            ),
            "HOUSE_SHARED": self.env._(
                "Another family of the same house comes first: %(household)s.",
                household=reason.get("household"),
            ),
        }
        return templates.get(code, code)

    def _aid_text(self, reason):
        programme = self.env["khbs.aid.programme"].browse(reason["programme_id"])
        aid_list = self.env["khbs.aid.list"].sudo().browse(reason["list_id"])
        how = {
            "nik": self.env._("the NIK of a member"),
            "kk": self.env._("the present KK number"),
            "earlier_kk": self.env._("an earlier KK number"),
        }[reason["by"]]
        return self.env._(
            "Receives %(programme)s: %(how)s stands in list %(list)s of %(keeper)s, "
            "letter %(letter)s.",
            programme=programme.name,
            how=how,
            list=aid_list.name,
            keeper=aid_list.source,
            letter=aid_list.letter_number,
        )

    @api.model
    def _decide_families(self, criteria, areas):
        """Decide the open families in *areas*; return the counts of the outcomes.

        Two statements whatever the number of families: the decisions that are new or
        differ, then the state of their households.

        :param criteria: khbs.criteria in force; the caller has been checked
        :param areas: khbs.area whose subtrees are decided
        """
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("DROP TABLE IF EXISTS khbs_decision_result")
        cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE khbs_decision_result ON COMMIT DROP AS %s",
                self._results_query(criteria, areas),
            )
        )
        cr.execute("ANALYZE khbs_decision_result")
        cr.execute(
            """
            DELETE FROM khbs_decision_result result USING khbs_decision d
            WHERE d.household_id = result.household_id AND d.current
                AND d.criteria_id = result.criteria_id
                AND d.outcome = result.outcome AND d.reasons = result.reasons
            """
        )
        cr.execute(
            """
            UPDATE khbs_decision d SET current = false FROM khbs_decision_result result
            WHERE d.household_id = result.household_id AND d.current
            """
        )
        cr.execute(
            SQL(
                """
                INSERT INTO khbs_decision (household_id, area_id, criteria_id, outcome,
                    reasons, current, decided_at, decided_by_id)
                SELECT household_id, area_id, criteria_id, outcome, reasons, true,
                    now() AT TIME ZONE 'UTC', %s
                FROM khbs_decision_result
                """,
                self.env.uid,
            )
        )
        # What is verified and lacks only a decile stays verified.
        cr.execute(
            SQL(
                """
                UPDATE khbs_household h SET state = d.outcome,
                    reason_code = d.reasons -> 0 ->> 'code',
                    write_uid = %s, write_date = now() AT TIME ZONE 'UTC'
                FROM khbs_decision d
                WHERE d.household_id = h.id AND d.current AND d.criteria_id = %s
                    AND h.state IN %s AND h.state <> d.outcome
                    AND NOT (h.state = 'verified'
                        AND d.outcome = 'needs_verification')
                    AND h.area_id IN (%s)
                """,
                self.env.uid,
                criteria.id,
                OPEN_STATES,
                self._area_ids_query(areas),
            )
        )
        cr.execute("DROP TABLE khbs_decision_result")
        # A list collected next joins these rows; the planner must know of them.
        cr.execute("ANALYZE khbs_decision")
        self.env.invalidate_all()
        return self._outcome_counts(criteria, areas)

    def _area_ids_query(self, areas):
        paths = [f"{path}%" for path in areas.mapped("parent_path")]
        return SQL("SELECT id FROM khbs_area WHERE parent_path LIKE ANY (%s)", paths)

    def _results_query(self, criteria, areas):
        """Return the query of (household, village, criteria, outcome, reasons)."""
        day = fields.Date.context_today(self)
        return SQL(
            """
            WITH family AS (
                SELECT h.id, h.name, h.area_id, h.kk_number, h.decile::int AS decile,
                    h.latitude, h.longitude
                FROM khbs_household h
                WHERE h.active AND h.state IN %(states)s
                    AND h.area_id IN (%(area_ids)s)
            ), aid_list AS (
                SELECT id FROM khbs_aid_list
                WHERE state = 'loaded' AND date_from <= %(day)s
                    AND COALESCE(date_to, 'infinity') >= %(day)s
            ), line AS (
                SELECT nik, kk_number, programme_id, list_id FROM khbs_aid_list_line
                WHERE list_id IN (SELECT id FROM aid_list)
                    AND programme_id = ANY (%(programmes)s)
            ), met AS (
                SELECT p.household_id, line.programme_id, line.list_id, 'nik' AS by
                FROM line JOIN khbs_person p ON p.nik = line.nik
                WHERE p.active AND p.state = 'alive'
                UNION
                SELECT kk.household_id, line.programme_id, line.list_id,
                    CASE WHEN kk.valid_to IS NULL THEN 'kk' ELSE 'earlier_kk' END
                FROM line JOIN khbs_household_kk kk USING (kk_number)
                UNION
                SELECT h.id, line.programme_id, line.list_id, 'kk'
                FROM line JOIN khbs_household h USING (kk_number)
            ), aid AS (
                SELECT household_id, jsonb_agg(jsonb_build_object(
                    'code', 'AID_RECEIVED', 'programme_id', programme_id,
                    'list_id', list_id, 'by', by
                ) ORDER BY programme_id, list_id, by) AS reasons
                FROM met GROUP BY household_id
            ), head AS (
                SELECT household_id, bool_or(nik IS NOT NULL) AS has_nik
                FROM khbs_person
                WHERE active AND state = 'alive' AND relation = '1'
                GROUP BY household_id
            ), house AS (%(house)s), judged AS (
                SELECT f.id, f.area_id, f.decile, aid.reasons AS aid_reasons,
                    COALESCE(head.has_nik, false) AS has_nik, house.first_name,
                    CASE
                        WHEN f.decile > %(limit)s OR aid.household_id IS NOT NULL
                            OR house.first_name IS NOT NULL THEN 'not_eligible'
                        WHEN f.decile IS NULL OR NOT COALESCE(head.has_nik, false)
                            THEN 'needs_verification'
                        ELSE 'eligible'
                    END AS outcome
                FROM family f
                LEFT JOIN aid ON aid.household_id = f.id
                LEFT JOIN head ON head.household_id = f.id
                LEFT JOIN house ON house.id = f.id
            )
            SELECT id AS household_id, area_id, %(criteria_id)s AS criteria_id, outcome,
                CASE
                    WHEN decile > %(limit)s THEN jsonb_build_array(jsonb_build_object(
                        'code', 'DECILE_ABOVE', 'decile', decile, 'limit', %(limit)s))
                    ELSE '[]'
                END
                || COALESCE(aid_reasons, '[]')
                || CASE
                    WHEN first_name IS NULL THEN '[]'
                    ELSE jsonb_build_array(jsonb_build_object(
                        'code', 'HOUSE_SHARED', 'household', first_name))
                END
                || CASE
                    WHEN decile IS NULL THEN '[{"code": "DECILE_MISSING"}]'::jsonb
                    ELSE '[]'
                END
                || CASE
                    WHEN has_nik THEN '[]' ELSE '[{"code": "NIK_MISSING"}]'::jsonb
                END
                || CASE
                    WHEN decile <= %(limit)s THEN jsonb_build_array(jsonb_build_object(
                        'code', 'DECILE_WITHIN', 'decile', decile, 'limit', %(limit)s))
                    ELSE '[]'
                END
                || CASE
                    WHEN aid_reasons IS NULL THEN jsonb_build_array(jsonb_build_object(
                        'code', 'NO_OTHER_AID', 'lists',
                        (SELECT count(*) FROM aid_list)))
                    ELSE '[]'
                END AS reasons
            FROM judged
            """,
            states=OPEN_STATES,
            area_ids=self._area_ids_query(areas),
            day=day,
            programmes=criteria._excluding_ids(),
            house=self._house_query(criteria),
            limit=int(criteria.max_decile),
            criteria_id=criteria.id,
        )

    def _house_query(self, criteria):
        """Return the query of families that come second in their house.

        A house is a pair of coordinates in one village, to five decimals (a metre).
        Only families that may receive the card themselves stand before another.
        """
        if criteria.unit == "kk":
            return SQL("SELECT NULL::int AS id, NULL::text AS first_name WHERE false")
        return SQL(
            """
            SELECT id, first_name FROM (
                SELECT id, first_value(name) OVER house AS first_name,
                    row_number() OVER house AS place
                FROM family LEFT JOIN aid ON aid.household_id = family.id
                WHERE latitude IS NOT NULL AND longitude IS NOT NULL
                    AND decile <= %s AND aid.household_id IS NULL
                WINDOW house AS (
                    PARTITION BY area_id, round(latitude, 5), round(longitude, 5)
                    ORDER BY decile NULLS LAST, name
                )
            ) placed WHERE place > 1
            """,
            int(criteria.max_decile),
        )

    def _outcome_counts(self, criteria, areas):
        counts = dict.fromkeys(dict(OUTCOMES), 0)
        domain = [
            ("criteria_id", "=", criteria.id),
            ("current", "=", True),
            ("area_id", "child_of", areas.ids),
        ]
        groups = self.sudo()._read_group(domain, ["outcome"], ["__count"])
        return {**counts, **dict(groups)}
