# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a person should look at in a roster, one statement for each named rule.

A rule reads what :func:`relations` gives it by a WITH: ``month`` (the first days of the
months of the period), ``subject`` (the holders that are looked at, with their first and
last month in it) and ``place`` (how many hold a role within the area of each ceiling in
each month). It yields :data:`COLUMNS`. A month belongs to whoever holds the office on
its first day, here as in the proposal.
"""

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL
from odoo.tools.date_utils import start_of

COLUMNS = SQL(
    "holder_id, line_id, ceiling_id, role_id, regency_id, area_id, month_from, "
    "month_to, detail"
)
# The same of a row ``found``; a holder's warning is placed in the first of his areas.
LOCATED = SQL(
    """
    found.rule, found.holder_id, found.line_id, found.ceiling_id, found.role_id,
    found.regency_id,
    coalesce(found.area_id, (
        SELECT a.id
          FROM khbs_bkk_holder_area_rel rel
          JOIN khbs_area a ON a.id = rel.khbs_area_id
         WHERE rel.khbs_bkk_holder_id = found.holder_id
      ORDER BY a.code
         LIMIT 1
    )) AS area_id,
    found.month_from, found.month_to, found.detail
    """
)

# For each holder: the first and the last month of the period that are his.
SUBJECT_OF_ROSTER = """
    SELECT h.id AS holder_id, NULL::int4 AS line_id, h.role_id, h.regency_id, h.nik,
           min(m.first_day) AS first_month, max(m.first_day) AS last_month,
           count(*) AS months
      FROM khbs_bkk_holder h
      JOIN month m
        ON m.first_day BETWEEN h.date_from AND coalesce(h.date_to, 'infinity')
     WHERE h.active AND h.regency_id = ANY (%(regencies)s)
  GROUP BY h.id
"""
SUBJECT_OF_PROPOSAL = """
    SELECT h.id AS holder_id, min(l.id) AS line_id, h.role_id, h.regency_id, h.nik,
           min(m.first_day) AS first_month, max(m.first_day) AS last_month,
           count(DISTINCT m.first_day) AS months
      FROM khbs_bkk_proposal_line l
      JOIN khbs_bkk_holder h ON h.id = l.holder_id
      JOIN month m ON m.first_day BETWEEN l.month_from AND l.month_to
     WHERE l.proposal_id = %(proposal)s
  GROUP BY h.id
"""

# Every holder counts once in each area that his own areas lie in.
_PLACE = """
    SELECT c.id AS ceiling_id, c.role_id, c.area_id, c.regency_id, c.people,
           m.first_day, count(DISTINCT o.holder_id) AS holders
      FROM khbs_bkk_ceiling c
      JOIN month m
        ON m.first_day BETWEEN c.valid_from AND coalesce(c.valid_to, 'infinity')
 LEFT JOIN (
        SELECT h.id AS holder_id, h.role_id, h.date_from, h.date_to,
               part.area AS area_id
          FROM khbs_bkk_holder h
          JOIN (
                SELECT khbs_bkk_holder_id AS holder_id, khbs_area_id AS area_id
                  FROM khbs_bkk_holder_area_rel
             UNION ALL
                SELECT id, regency_id FROM khbs_bkk_holder
             ) served ON served.holder_id = h.id
          JOIN khbs_area a ON a.id = served.area_id
    CROSS JOIN unnest(string_to_array(trim('/' FROM a.parent_path), '/')::int4[])
               AS part (area)
         WHERE h.active AND h.regency_id = ANY (%(regencies)s)
      ) o
        ON o.role_id = c.role_id AND o.area_id = c.area_id
       AND m.first_day BETWEEN o.date_from AND coalesce(o.date_to, 'infinity')
     WHERE c.active AND %(ceilings)s
  GROUP BY c.id, m.first_day
"""

TWO_ROLES = """
    SELECT s.holder_id, s.line_id, NULL::int4, s.role_id, s.regency_id, NULL::int4,
           min(m.first_day), max(m.first_day),
           string_agg(DISTINCT concat(r.name, ', ', a.name), '; ')
      FROM subject s
      JOIN khbs_bkk_holder o
        ON o.nik = s.nik AND o.role_id <> s.role_id AND o.active
      JOIN month m
        ON m.first_day BETWEEN s.first_month AND s.last_month
       AND m.first_day BETWEEN o.date_from AND coalesce(o.date_to, 'infinity')
      JOIN khbs_bkk_role r ON r.id = o.role_id
      JOIN khbs_area a ON a.id = o.regency_id
  GROUP BY s.holder_id, s.line_id, s.role_id, s.regency_id
"""

TWO_AREAS = """
    SELECT s.holder_id, s.line_id, NULL::int4, s.role_id, s.regency_id, NULL::int4,
           s.first_month, s.last_month, string_agg(a.name, '; ' ORDER BY a.code)
      FROM subject s
      JOIN khbs_bkk_holder_area_rel rel ON rel.khbs_bkk_holder_id = s.holder_id
      JOIN khbs_area a ON a.id = rel.khbs_area_id
  GROUP BY s.holder_id, s.line_id, s.role_id, s.regency_id, s.first_month,
           s.last_month
    HAVING count(*) > 1
"""

TERM_ENDS = """
    SELECT s.holder_id, s.line_id, NULL::int4, s.role_id, s.regency_id, NULL::int4,
           s.first_month, s.last_month, h.date_to::text
      FROM subject s
      JOIN khbs_bkk_holder h ON h.id = s.holder_id
      JOIN (SELECT max(first_day) AS last_day FROM month) p
        ON h.date_to < p.last_day + interval '1 month'
"""

BENEFICIARY = """
    SELECT DISTINCT s.holder_id, s.line_id, NULL::int4, s.role_id, s.regency_id,
           NULL::int4, s.first_month, s.last_month, NULL
      FROM subject s
      JOIN khbs_person p ON p.nik = s.nik AND p.active AND p.state = 'alive'
      JOIN khbs_household f ON f.id = p.household_id AND f.active
     WHERE f.state IN ('decided', 'active', 'suspended')
"""

PAID_LOCALLY = """
    SELECT s.holder_id, s.line_id, NULL::int4, s.role_id, s.regency_id, NULL::int4,
           min(m.first_day), max(m.first_day),
           string_agg(DISTINCT concat(
               p.funding_source, CASE WHEN p.amount > 0 THEN
                   ', Rp' || replace(to_char(p.amount, 'FM999,999,999,999'), ',', '.')
               END
           ), '; ')
      FROM subject s
      JOIN khbs_bkk_local_pay p
        ON p.nik = s.nik AND p.role_id = s.role_id AND p.active
      JOIN month m
        ON m.first_day BETWEEN s.first_month AND s.last_month
       AND m.first_day + interval '1 month' > p.date_from
       AND m.first_day <= coalesce(p.date_to, 'infinity')
  GROUP BY s.holder_id, s.line_id, s.role_id, s.regency_id
"""

ACCOUNT_NAME = """
    SELECT s.holder_id, s.line_id, NULL::int4, s.role_id, s.regency_id, NULL::int4,
           s.first_month, s.last_month, h.bank_account_name
      FROM subject s
      JOIN khbs_bkk_holder h ON h.id = s.holder_id
     WHERE h.account_name_differs
"""

PART_PERIOD = """
    SELECT s.holder_id, s.line_id, NULL::int4, s.role_id, s.regency_id, NULL::int4,
           s.first_month, s.last_month, concat(s.months, '/', p.months)
      FROM subject s
      JOIN (SELECT count(*) AS months FROM month) p ON s.months < p.months
"""

OVER_CEILING = """
    SELECT NULL::int4, NULL::int4, p.ceiling_id, p.role_id, p.regency_id, p.area_id,
           min(p.first_day), max(p.first_day),
           concat(max(p.holders), '/', min(p.people))
      FROM place p
     WHERE p.holders > p.people
  GROUP BY p.ceiling_id, p.role_id, p.regency_id, p.area_id
"""

# A post is named by the smallest area that has a ceiling of its own for the role.
VACANT_POST = """
    SELECT NULL::int4, NULL::int4, p.ceiling_id, p.role_id, p.regency_id, p.area_id,
           min(p.first_day), max(p.first_day),
           concat(min(p.holders), '/', min(p.people))
      FROM place p
 LEFT JOIN (
        SELECT DISTINCT finer.role_id, finer.first_day, part.area AS area_id
          FROM place finer
          JOIN khbs_area a ON a.id = finer.area_id
    CROSS JOIN unnest(string_to_array(trim('/' FROM a.parent_path), '/')::int4[])
               AS part (area)
         WHERE part.area <> finer.area_id
      ) wider
        ON (wider.role_id, wider.first_day, wider.area_id)
         = (p.role_id, p.first_day, p.area_id)
     WHERE p.holders < p.people AND wider.area_id IS NULL
  GROUP BY p.ceiling_id, p.role_id, p.regency_id, p.area_id
"""

# In the order in which a line names them.
RULES = {
    "TWO_ROLES": TWO_ROLES,
    "TWO_AREAS": TWO_AREAS,
    "PART_PERIOD": PART_PERIOD,
    "TERM_ENDS": TERM_ENDS,
    "BENEFICIARY": BENEFICIARY,
    "PAID_LOCALLY": PAID_LOCALLY,
    "ACCOUNT_NAME": ACCOUNT_NAME,
    "VACANT_POST": VACANT_POST,
    "OVER_CEILING": OVER_CEILING,
}


def relations(date_from, date_to, regencies, proposal=None, ceilings=None):
    """Return the WITH under which the rules are read.

    :param date_from: first day of the period
    :param date_to: last day of the period
    :param regencies: ids of the regencies that are looked at
    :param proposal: id of a proposal: its holders alone; None: the whole roster
    :param ceilings: condition on ``khbs_bkk_ceiling c``; None: those of the regencies
    """
    params = {"regencies": list(regencies), "proposal": proposal}
    return SQL(
        """
        WITH month (first_day) AS (VALUES %(months)s),
             subject AS (%(subject)s), place AS (%(place)s)
        """,
        # As values: of a series the planner expects a thousand.
        months=SQL(", ").join(
            SQL("(%s::date)", day) for day in _first_days(date_from, date_to)
        ),
        subject=SQL(SUBJECT_OF_PROPOSAL if proposal else SUBJECT_OF_ROSTER, **params),
        place=SQL(
            _PLACE,
            ceilings=ceilings or SQL("c.regency_id = ANY (%s)", list(regencies)),
            **params,
        ),
    )


def _first_days(date_from, date_to):
    """Return the first day of each month that begins between two days."""
    day = start_of(date_from, "month")
    days = []
    while day <= date_to:
        if day >= date_from:
            days.append(day)
        day += relativedelta(months=1)
    return days


def rows(codes=tuple(RULES)):
    """Return the query over the relations that yields the warnings of *codes*."""
    return SQL(" UNION ALL ").join(
        SQL(
            "SELECT %s AS rule, found.* FROM (%s) AS found (%s)",
            code,
            SQL(RULES[code]),
            COLUMNS,
        )
        for code in codes
    )
