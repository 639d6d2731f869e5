# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The names of a decree as queries: of proposals, of a decree, of its corrections.

Each query yields the columns of khbs_bkk_decree_line from ``proposal_id`` on. What is
printed, what is kept and what is to be paid are the same query.
"""

from odoo.tools import SQL

COLUMNS = (
    "proposal_id",
    "line_id",
    "holder_id",
    "role_id",
    "rate_id",
    "regency_id",
    "payee_area_id",
    "name",
    "role_name",
    "area_names",
    "area_code",
    "regency_name",
    "district_name",
    "payee_name",
    "letter",
    "rate_amount",
    "month_from",
    "months",
    "amount",
)
_ALL = SQL(", ").join(SQL.identifier(column) for column in COLUMNS)


def of_proposals(proposal_ids):
    """Return the query of the approved lines of proposals."""
    return SQL(
        """
        SELECT l.proposal_id, l.id AS line_id, l.holder_id, l.role_id, l.rate_id,
               p.regency_id, coalesce(l.payee_area_id, p.regency_id) AS payee_area_id,
               l.name, role.name AS role_name,
               coalesce(l.area_names, '-') AS area_names,
               coalesce(l.area_code, regency.code) AS area_code,
               regency.name AS regency_name, district.name AS district_name,
               payee.name AS payee_name, l.appointment_letter AS letter,
               l.rate_amount, l.approved_from AS month_from,
               l.approved_months AS months, l.approved_amount AS amount
          FROM khbs_bkk_proposal_line l
          JOIN khbs_bkk_proposal p ON p.id = l.proposal_id
          JOIN khbs_area regency ON regency.id = p.regency_id
          JOIN khbs_area payee ON payee.id = coalesce(l.payee_area_id, p.regency_id)
          JOIN khbs_bkk_role role ON role.id = l.role_id
     LEFT JOIN khbs_area district
            ON district.code = substring(l.area_code FOR 8)
           AND district.level = 'district'
         WHERE p.id = ANY(%s) AND l.approved_amount > 0
        """,
        list(proposal_ids),
    )


def of_decree(decree_id, proposal_ids=None):
    """Return the query of the lines that were kept when a decree was frozen."""
    return SQL(
        "SELECT %s FROM khbs_bkk_decree_line WHERE decree_id = %s AND %s",
        _ALL,
        decree_id,
        SQL("TRUE")
        if proposal_ids is None
        else SQL("proposal_id = ANY(%s)", list(proposal_ids)),
    )


def corrected(lines, correction_ids):
    """Return the query of *lines* as they are with corrections carried out."""
    return SQL(
        """
        WITH line AS (%(lines)s), change AS (
            SELECT line_id,
                   bool_or(kind = 'drop') AS dropped,
                   max(after) FILTER (WHERE kind = 'name') AS name,
                   max(after) FILTER (WHERE kind = 'letter') AS letter,
                   max(new_area_names) FILTER (WHERE kind = 'area') AS area_names,
                   max(new_area_code) FILTER (WHERE kind = 'area') AS area_code,
                   max(new_district_name) FILTER (WHERE kind = 'area')
                       AS district_name,
                   bool_or(kind = 'area') AS moved,
                   max(date_trunc('month', new_month_from)::date)
                       FILTER (WHERE kind = 'months') AS month_from,
                   max(new_months) FILTER (WHERE kind = 'months') AS months
              FROM khbs_bkk_correction
             WHERE id = ANY(%(corrections)s)
          GROUP BY line_id
        )
        SELECT line.proposal_id, line_id, line.holder_id, line.role_id, line.rate_id,
               line.regency_id, line.payee_area_id,
               coalesce(change.name, line.name) AS name, line.role_name,
               coalesce(change.area_names, line.area_names) AS area_names,
               coalesce(change.area_code, line.area_code) AS area_code,
               line.regency_name,
               CASE WHEN change.moved THEN change.district_name
                    ELSE line.district_name END AS district_name,
               line.payee_name,
               coalesce(change.letter, line.letter) AS letter, line.rate_amount,
               coalesce(change.month_from, line.month_from) AS month_from,
               coalesce(change.months, line.months) AS months,
               line.rate_amount * coalesce(change.months, line.months) AS amount
          FROM line
     LEFT JOIN change USING (line_id)
         WHERE change.dropped IS NOT TRUE
        """,
        lines=lines,
        corrections=list(correction_ids),
    )


def insert(decree_id, lines):
    """Return the statement that keeps *lines* as those of a decree."""
    return SQL(
        "INSERT INTO khbs_bkk_decree_line (decree_id, %s) "
        "SELECT %s, %s FROM (%s) AS line",
        _ALL,
        decree_id,
        _ALL,
        lines,
    )


def totals(lines):
    """Return the query of (people, lines, rupiah) of *lines*."""
    return SQL(
        "SELECT count(DISTINCT holder_id)::int, count(*)::int, "
        "coalesce(sum(amount), 0)::bigint FROM (%s) AS line",
        lines,
    )


def regencies(lines):
    """Return the query of the regencies of *lines*, by their code."""
    return SQL(
        "SELECT r.id FROM khbs_area r WHERE r.id IN "
        '(SELECT regency_id FROM (%s) AS line) ORDER BY r.code COLLATE "C"',
        lines,
    )


def by_name(lines, regency_id):
    """Return the query of annex II for one regency: area code, then name."""
    return SQL(
        """
        SELECT line.*, line.regency_name AS regency
          FROM (%s) AS line
         WHERE regency_id = %s
      ORDER BY area_code COLLATE "C", upper(name) COLLATE "C", line_id
        """,
        lines,
        regency_id,
    )


def recap(lines):
    """Return the query of annex I: by regency, payee and role."""
    return SQL(
        """
        SELECT line.regency_name AS regency, payee.code AS area_code,
               line.payee_name AS payee, payee.level AS payee_level,
               max(district.name) AS district, line.role_name AS role,
               count(DISTINCT holder_id)::int AS people, sum(months)::int AS months,
               sum(amount)::bigint AS amount
          FROM (%s) AS line
          JOIN khbs_area payee ON payee.id = line.payee_area_id
          JOIN khbs_area regency ON regency.id = line.regency_id
          JOIN khbs_bkk_role role ON role.id = line.role_id
     LEFT JOIN khbs_area district ON district.id = payee.parent_id
           AND district.level = 'district'
      GROUP BY regency.code, line.regency_name, payee.code, payee.level,
               line.payee_name, role.sequence, role.id, line.role_name
      ORDER BY regency.code COLLATE "C", payee.code COLLATE "C", role.sequence, role.id
        """,
        lines,
    )


def former_recap(lines):
    """Return the query of annex I as it was before 19.0.1.1.0: by regency and role."""
    return SQL(
        """
        SELECT line.regency_name AS regency, line.role_name AS role,
               count(DISTINCT line.holder_id)::int AS people,
               sum(line.months)::int AS months, sum(line.amount)::bigint AS amount
          FROM (%s) AS line
          JOIN khbs_area regency ON regency.id = line.regency_id
          JOIN khbs_bkk_role role ON role.id = line.role_id
      GROUP BY regency.code, line.regency_name, role.sequence, role.id, line.role_name
      ORDER BY regency.code, role.sequence, role.id
        """,
        lines,
    )


def former_by_name(lines):
    """Return the query of annex II as it was before 19.0.1.1.0, in its order."""
    return SQL(
        """
        SELECT line.regency_name AS regency, line.name, line.role_name AS role,
               line.area_names AS area, line.letter, line.rate_amount AS rate,
               line.months, line.amount
          FROM (%s) AS line
          JOIN khbs_area regency ON regency.id = line.regency_id
          JOIN khbs_bkk_proposal_line asked ON asked.id = line.line_id
      ORDER BY regency.code, asked.area_code, line.name, line.line_id
        """,
        lines,
    )
