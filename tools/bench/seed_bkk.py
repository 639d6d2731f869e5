# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Approved BKK proposals of every regency, put straight into the tables."""

import io
from itertools import cycle, islice

from pypdf import PdfReader

YEAR = 2090
NAMES = (
    "Damang H. Tjilik Riwut Ma'ruf bin Sangkai, S.Sos., M.A.P.",
    "SITI AMINAH",
    "Bripka Yohanes O'Brien Anak Agung Gde Putra Wijayakusuma Narang",
    "SUMIATI",
)
AREAS = ("Telaga", "Tumbang Tanjung, Tumbang Lahang, Tumbang Lapan", "Baun Bango")


def rows(lines):
    """Yield *lines* rows of an annex by name, over fourteen regencies."""
    texts = zip(cycle(NAMES), cycle(AREAS), strict=False)
    for number, (name, area) in enumerate(islice(texts, lines)):
        place = number * 14 * 10 // lines
        yield {
            "regency": f"Kabupaten {place // 10 + 1}",
            "district": f"Kecamatan {place}",
            "name": f"{name} {number}",
            "role": "Ketua Rukun Tetangga",
            "area": area,
            "letter": f"400.10.2.2/{number}/SK-RT/2026",
            "rate": 250_000,
            "span": "Jan s.d. Mar",
            "months": 3,
            "amount": 750_000,
        }


def proposals(env, lines):
    """Make fourteen approved proposals of *lines* in all, in a quarter of their own.

    What a user would make in an hour of clicking goes straight into the tables.
    """
    if approved(env, lines):
        return
    cr = env.cr
    for table in ("khbs_bkk_proposal", "khbs_bkk_proposal_line", "khbs_approval"):
        cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    role = env.ref("khbs_bkk.role_rt_head").id
    cr.execute(
        "INSERT INTO khbs_bkk_rate (role_id, amount, valid_from, basis) "
        "SELECT %(role)s, 250000, '2090-01-01', 'BENCH' WHERE NOT EXISTS "
        "(SELECT FROM khbs_bkk_rate WHERE basis = 'BENCH')",
        {"role": role},
    )
    cr.execute(
        _SEED,
        {
            "proposals": _proposals(env, _quarter(lines)).ids,
            "role": role,
            "lines": lines,
            "quarter": _quarter(lines),
            "names": list(NAMES),
            "areas": list(AREAS),
        },
    )
    for table in ("khbs_bkk_proposal", "khbs_bkk_proposal_line", "khbs_approval"):
        cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    env.invalidate_all()
    for proposal in approved(env, lines):
        proposal._reserve_months()


def _proposals(env, quarter):
    """Make one approved proposal of each regency, without lines."""
    regencies = env["khbs.area"].search([("level", "in", ["regency", "city"])])
    made = env["khbs.bkk.proposal"].create(
        [
            {
                "regency_id": regency.id,
                "fiscal_year": YEAR,
                "quarter": str(quarter),
                "letter_number": f"900/{regency.code}",
                "letter_date": f"{YEAR}-01-05",
                "minutes_number": f"BA/{regency.code}",
                "minutes_date": f"{YEAR}-01-06",
                "state": "approved",
            }
            for regency in regencies
        ]
    )
    env.flush_all()
    return made


_SEED = """
    WITH rate AS (SELECT id FROM khbs_bkk_rate WHERE basis = 'BENCH'),
    regency AS (
        SELECT id, code, row_number() OVER (ORDER BY code) - 1 AS place
          FROM khbs_area WHERE level IN ('regency', 'city')
    ), village AS (
        SELECT a.id, a.code, regency.id AS regency_id,
               row_number() OVER (PARTITION BY regency.id ORDER BY a.code) - 1 AS place,
               count(*) OVER (PARTITION BY regency.id) AS total
          FROM khbs_area a JOIN regency ON a.code LIKE regency.code || '.%%'
         WHERE a.level IN ('village', 'urban_village')
    ), proposal AS (
        SELECT id, regency_id FROM khbs_bkk_proposal WHERE id = ANY(%(proposals)s)
    ), wanted AS (
        SELECT n, proposal.id AS proposal_id, proposal.regency_id,
               (%(names)s::text[])[1 + n %% 4] || ' ' || n AS name, village.code,
               (%(areas)s::text[])[1 + n %% 3] AS areas
          FROM generate_series(0, %(lines)s - 1) AS n
          JOIN regency ON regency.place = n %% 14
          JOIN proposal ON proposal.regency_id = regency.id
          JOIN village ON village.regency_id = regency.id
           AND village.place = (n / 14) %% village.total
    ), holder AS (
        INSERT INTO khbs_bkk_holder (name, nik, role_id, regency_id, date_from,
                                     appointment_letter, rank_group, active)
        SELECT name, '9' || %(quarter)s::text || lpad(n::text, 14, '0'), %(role)s,
               regency_id, '2090-01-01', '400.10.2.2/' || n || '/SK-RT/2090', 'none',
               true
          FROM wanted
        RETURNING id, nik
    )
    INSERT INTO khbs_bkk_proposal_line (
        proposal_id, holder_id, role_id, rate_id, name, area_names, area_code,
        payee_area_id, appointment_letter, month_from, month_to, months, rate_amount,
        amount, previous_amount, difference, verdict, approved_from, approved_months,
        approved_amount)
    SELECT wanted.proposal_id, holder.id, %(role)s, rate.id, wanted.name, wanted.areas,
           wanted.code, wanted.regency_id, '400.10.2.2/' || wanted.n || '/SK-RT/2090',
           first, first + interval '2 months', 3, 250000, 750000, 0, 750000,
           'accepted', first, 3, 750000
      FROM wanted
      JOIN holder ON right(holder.nik, 14)::int = wanted.n
      JOIN rate ON true
      JOIN make_date(2090, 3 * %(quarter)s - 2, 1) AS first ON true
"""


def _quarter(lines):
    """Return the quarter of the proposals of so many lines: few, or the many."""
    return 1 if lines < 10_000 else 2


def approved(env, lines):
    """Return the proposals of :func:`proposals`."""
    found = env["khbs.bkk.proposal"].search(
        [("fiscal_year", "=", YEAR), ("quarter", "=", str(_quarter(lines)))]
    )
    return found


def budget_line(env):
    """Return a line that bears every decree of the bench."""
    lines = env["khbs.budget.line"]
    found = lines.search([("year", "=", YEAR)], limit=1)
    return found or lines.create(
        {
            "name": "Bench",
            "year": YEAR,
            "account_code": "5.4.02.03.01.0001",
            "dpa_amount": 10**12,
        }
    )


def decide(decree):
    """Decide the draft as another person would."""
    env = decree.env
    for clause in decree.clause_ids:
        clause.text = clause.text.replace("...", "1")
    env["khbs.approval"].create(
        {
            "model": decree._name,
            "res_id": decree.id,
            "step": "approved",
            "user_id": env.ref("base.user_admin").id,
            "role": "-",
            "sha256": decree.content_sha256,
        }
    )


def page_count(decree):
    """Return the pages of the frozen decree."""
    return len(PdfReader(io.BytesIO(decree.pdf_attachment_id.raw)).pages)
