# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Say of every line which months it means, and of whom the verdicts speak.

    So far a line was a number of months: those of the term and the rate within the
    quarter, from the first on. Every proposal was paid through the regency. What the
    decisions were taken on is their digest as it was then (form 1).
    """
    _proposals(cr)
    _lines(cr)
    _verdicts(cr)


def _proposals(cr):
    # The defaults come with the columns, for a trigger refuses to change a decided row.
    cr.execute(
        """
        ALTER TABLE khbs_bkk_proposal
            ADD COLUMN IF NOT EXISTS payee_level varchar NOT NULL DEFAULT 'regency',
            ADD COLUMN IF NOT EXISTS supplement integer NOT NULL DEFAULT 0,
            ADD COLUMN IF NOT EXISTS digest_form integer NOT NULL DEFAULT 1;
        ALTER TABLE khbs_bkk_proposal
            ALTER COLUMN payee_level DROP DEFAULT,
            ALTER COLUMN supplement DROP DEFAULT,
            ALTER COLUMN digest_form DROP DEFAULT;
        ALTER TABLE khbs_bkk_proposal ADD COLUMN IF NOT EXISTS stage_since timestamp;
        ALTER TABLE khbs_bkk_proposal DISABLE TRIGGER USER;
        UPDATE khbs_bkk_proposal SET digest_form = 2 WHERE state = 'draft';
        UPDATE khbs_bkk_proposal p
           SET stage_since = coalesce((
               SELECT max(at) FROM khbs_approval
                WHERE model = 'khbs.bkk.proposal' AND res_id = p.id
           ), p.write_date, p.create_date, now() AT TIME ZONE 'UTC');
        ALTER TABLE khbs_bkk_proposal ENABLE TRIGGER USER;
        """
    )


def _lines(cr):
    cr.execute(
        """
        ALTER TABLE khbs_bkk_proposal_line
            ADD COLUMN IF NOT EXISTS payee_area_id integer,
            ADD COLUMN IF NOT EXISTS month_from date,
            ADD COLUMN IF NOT EXISTS month_to date,
            ADD COLUMN IF NOT EXISTS approved_from date,
            ADD COLUMN IF NOT EXISTS previous_amount bigint NOT NULL DEFAULT 0,
            ADD COLUMN IF NOT EXISTS difference bigint;
        ALTER TABLE khbs_bkk_proposal_line ALTER COLUMN previous_amount DROP DEFAULT;
        ALTER TABLE khbs_bkk_proposal_line DISABLE TRIGGER USER;
        UPDATE khbs_bkk_proposal_line l
           SET payee_area_id = p.regency_id,
               month_from = least(
                   greatest(
                       p.date_from,
                       date_trunc('month', h.date_from + interval '1 month - 1 day'),
                       date_trunc('month', r.valid_from + interval '1 month - 1 day')
                   ),
                   p.date_from + make_interval(months => 3 - l.months)
               )
          FROM khbs_bkk_proposal p, khbs_bkk_holder h, khbs_bkk_rate r
         WHERE p.id = l.proposal_id AND h.id = l.holder_id AND r.id = l.rate_id;
        UPDATE khbs_bkk_proposal_line
           SET month_to = month_from + make_interval(months => months - 1),
               approved_from = CASE WHEN approved_months > 0 THEN month_from END;
        WITH given AS (
            SELECT l.id, l.holder_id, p.regency_id, p.date_from,
                   CASE WHEN p.state = 'proposed' THEN l.amount
                        ELSE l.approved_amount END AS amount, p.state,
                   row_number() OVER (PARTITION BY l.proposal_id, l.holder_id
                                      ORDER BY l.month_from, l.id) AS place
              FROM khbs_bkk_proposal_line l
              JOIN khbs_bkk_proposal p ON p.id = l.proposal_id
        )
        UPDATE khbs_bkk_proposal_line l
           SET previous_amount = coalesce((
               SELECT sum(before.amount) FROM given AS before
                WHERE before.holder_id = mine.holder_id
                  AND before.regency_id = mine.regency_id AND before.state <> 'draft'
                  AND before.date_from = mine.date_from - interval '3 months'
           ), 0)
          FROM given AS mine
         WHERE mine.id = l.id AND mine.place = 1;
        UPDATE khbs_bkk_proposal_line SET difference = amount - previous_amount;
        ALTER TABLE khbs_bkk_proposal_line ENABLE TRIGGER USER;
        """
    )


def _verdicts(cr):
    cr.execute(
        """
        ALTER TABLE khbs_bkk_verdict
            ADD COLUMN IF NOT EXISTS name varchar,
            ADD COLUMN IF NOT EXISTS month_from date,
            ADD COLUMN IF NOT EXISTS amount bigint,
            ADD COLUMN IF NOT EXISTS approved_from date;
        ALTER TABLE khbs_bkk_verdict DISABLE TRIGGER USER;
        UPDATE khbs_bkk_verdict v
           SET name = coalesce(l.name, h.name),
               month_from = least(
                   coalesce(l.month_from, p.date_from),
                   p.date_from + make_interval(months => 3 - v.months)
               ),
               amount = r.amount * v.months
          FROM khbs_bkk_verdict o
          JOIN khbs_bkk_proposal p ON p.id = o.proposal_id
          JOIN khbs_bkk_holder h ON h.id = o.holder_id
          JOIN khbs_bkk_rate r ON r.id = o.rate_id
     LEFT JOIN khbs_bkk_proposal_line l
            ON l.proposal_id = o.proposal_id AND l.holder_id = o.holder_id
           AND l.rate_id = o.rate_id
         WHERE o.id = v.id;
        UPDATE khbs_bkk_verdict SET approved_from = month_from
         WHERE approved_months > 0;
        ALTER TABLE khbs_bkk_verdict ENABLE TRIGGER USER;
        """
    )
