# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A rate, tax rule or treatment is closed, never altered, and not before its last use.

So what was decided and withheld can always be explained by the row that it names. Nor
does a new rule or treatment say of payments already made that they were taxed wrongly.
"""

LAST_USE = """
    -- The last day on which a row of one of these tables was used; NULL if never.
    CREATE OR REPLACE FUNCTION khbs_bkk_last_use(kind text, wanted integer)
    RETURNS date AS $$
    BEGIN
        RETURN CASE kind
            WHEN 'khbs_bkk_rate' THEN (
                SELECT max(m.month) FROM khbs_bkk_month m
                  JOIN khbs_bkk_proposal_line l ON l.id = m.line_id
                 WHERE l.rate_id = wanted AND m.released_at IS NULL)
            WHEN 'khbs_bkk_tax_rule' THEN (
                SELECT max(paid_on) FROM khbs_bkk_payment_line WHERE rule_id = wanted)
            WHEN 'khbs_bkk_tax_treatment' THEN (
                SELECT max(l.paid_on) FROM khbs_bkk_tax_treatment t
                  JOIN khbs_bkk_payment_line l ON l.role_id = t.role_id
                   AND l.paid_on BETWEEN t.valid_from
                                     AND coalesce(t.valid_to, 'infinity')
                 WHERE t.id = wanted)
        END;
    END
    $$ LANGUAGE plpgsql STABLE;

    -- The last day within *row*'s days on which somebody whom it would speak of was
    -- paid; NULL if nobody was. A re-payment keeps what was withheld the first time.
    CREATE OR REPLACE FUNCTION khbs_bkk_paid_before(kind text, entered jsonb)
    RETURNS date AS $$
    BEGIN
        RETURN (
            SELECT max(l.paid_on) FROM khbs_bkk_payment_line l
             WHERE l.repays_id IS NULL
               AND l.paid_on >= (entered ->> 'valid_from')::date
               AND l.paid_on <= coalesce((entered ->> 'valid_to')::date, 'infinity')
               AND CASE kind
                   WHEN 'khbs_bkk_tax_rule' THEN
                       (l.treatment, l.rank_group)
                       = (entered ->> 'kind', entered ->> 'rank_group')
                   WHEN 'khbs_bkk_tax_treatment' THEN
                       l.role_id = (entered ->> 'role_id')::integer
                   ELSE false END);
    END
    $$ LANGUAGE plpgsql STABLE;

    CREATE OR REPLACE FUNCTION khbs_bkk_guard_new_dated() RETURNS trigger AS $$
    DECLARE
        paid date := khbs_bkk_paid_before(TG_TABLE_NAME, to_jsonb(NEW));
    BEGIN
        IF paid IS NOT NULL THEN
            RAISE EXCEPTION 'Row of % from % on: it was paid on % by another',
                TG_TABLE_NAME, NEW.valid_from, paid
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;

    CREATE OR REPLACE FUNCTION khbs_bkk_guard_dated() RETURNS trigger AS $$
    DECLARE
        may text[] := ARRAY['valid_to', 'write_uid', 'write_date'];
        used date := khbs_bkk_last_use(TG_TABLE_NAME, OLD.id);
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF used IS NOT NULL THEN
                RAISE EXCEPTION 'Row % of % was used: it stays', OLD.id, TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN OLD;
        END IF;
        IF to_jsonb(OLD) - may <> to_jsonb(NEW) - may THEN
            RAISE EXCEPTION 'Row % of % does not change: end it, add another',
                OLD.id, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.valid_to < used THEN
            RAISE EXCEPTION 'Row % of % was used on %: it does not end before',
                OLD.id, TG_TABLE_NAME, used USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
"""


def dated_guard(table):
    """Return the statement that guards the effective-dated rows of *table*."""
    return f"""{LAST_USE}
        DROP TRIGGER IF EXISTS khbs_bkk_guard_tax_rule ON {table};
        CREATE OR REPLACE TRIGGER khbs_bkk_guard_dated
            BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_dated();
        CREATE OR REPLACE TRIGGER khbs_bkk_guard_new_dated
            BEFORE INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_new_dated();
    """
