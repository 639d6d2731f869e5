# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an LPJ comes to, and who moves it: measured and held by the database."""

# The one place that says what was decreed, received, paid and refunded.
ACCOUNT = """
    CREATE OR REPLACE FUNCTION khbs_bkk_account(proposal integer)
    RETURNS TABLE (decreed bigint, received bigint, paid bigint, tax bigint,
                   refunded bigint, people integer) AS $$
    BEGIN
        RETURN QUERY
        SELECT p.decreed_amount,
               p.disbursed_amount - p.returned_amount + p.repaid_amount,
               l.paid, l.tax,
               coalesce((
                   SELECT sum(f.amount) FROM khbs_bkk_refund f
                    WHERE f.proposal_id = p.id
               ), 0)::bigint, l.people
          FROM khbs_bkk_proposal p
    CROSS JOIN LATERAL (
                   SELECT coalesce(sum(gross), 0)::bigint AS paid,
                          coalesce(sum(x.tax), 0)::bigint AS tax,
                          count(DISTINCT holder_id)::integer AS people
                     FROM khbs_bkk_payment_line x
                    WHERE x.proposal_id = p.id AND x.state = 'paid'
               ) l
         WHERE p.id = proposal;
    END
    $$ LANGUAGE plpgsql STABLE;
    DROP FUNCTION IF EXISTS khbs_bkk_account_roles(integer);
    CREATE FUNCTION khbs_bkk_account_roles(proposal integer)
    RETURNS TABLE (role_id integer, decreed_people integer, months integer,
                   decreed bigint, people integer, paid bigint, tax bigint) AS $$
    BEGIN
        -- A name that an amendment drops was perhaps paid before.
        RETURN QUERY
        SELECT o.role_id,
               (count(DISTINCT o.holder_id) FILTER (WHERE o.listed > 0))::integer,
               sum(o.months)::integer, sum(o.listed)::bigint,
               (count(DISTINCT o.holder_id) FILTER (WHERE o.paid > 0))::integer,
               sum(o.paid)::bigint, sum(o.tax)::bigint
          FROM (
            SELECT d.role_id, d.holder_id, d.months, d.amount AS listed,
                   0::bigint AS paid, 0::bigint AS tax
              FROM khbs_bkk_decree_line d
              JOIN khbs_bkk_proposal p ON p.id = d.proposal_id
               AND p.payable_decree_id = d.decree_id
             WHERE p.id = proposal
         UNION ALL
            SELECT d.role_id, x.holder_id, 0, 0, x.gross, x.tax
              FROM khbs_bkk_payment_line x
              JOIN khbs_bkk_decree_line d ON d.id = x.decree_line_id
             WHERE x.proposal_id = proposal AND x.state = 'paid'
          ) o
      GROUP BY o.role_id;
    END
    $$ LANGUAGE plpgsql STABLE;
"""

# What was submitted is what the money came to in that moment. It opens again when it
# is sent back, or when money moved meanwhile; what was accepted never changes.
REPORT = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_accountability() RETURNS trigger AS $$
    DECLARE
        current boolean;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'LPJ % stays', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'draft' THEN
                RAISE EXCEPTION 'An LPJ begins as a draft'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF (OLD.proposal_id, OLD.version) <> (NEW.proposal_id, NEW.version)
            OR NEW.round_number < OLD.round_number
        THEN
            RAISE EXCEPTION 'LPJ % keeps proposal, version and rounds', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.state = 'draft' AND NEW.state = 'draft' THEN
            RETURN NEW;
        END IF;
        IF OLD.state = 'accepted' OR (
            NEW.state IN (OLD.state, 'accepted') AND OLD.state = 'submitted'
            AND (to_jsonb(OLD) - khbs_bkk_accountability_course())
             <> (to_jsonb(NEW) - khbs_bkk_accountability_course())
        ) THEN
            -- The ORM notes who computes, and nothing else.
            IF OLD.state = NEW.state AND
                (to_jsonb(OLD) - ARRAY['write_uid', 'write_date'])
              = (to_jsonb(NEW) - ARRAY['write_uid', 'write_date'])
            THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'LPJ % is %: it does not change', OLD.id, OLD.state
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF (OLD.state, NEW.state) NOT IN (
            ('draft', 'submitted'), ('submitted', 'submitted'),
            ('submitted', 'draft'), ('submitted', 'accepted')
        ) THEN
            RAISE EXCEPTION 'LPJ % cannot go from % to %', OLD.id, OLD.state,
                NEW.state USING ERRCODE = 'restrict_violation';
        END IF;
        SELECT (NEW.decreed_amount, NEW.received_amount, NEW.paid_amount,
                NEW.tax_amount, NEW.refunded_amount, NEW.people_count)
             = (decreed, received, paid, tax, refunded, people)
          INTO current FROM khbs_bkk_account(NEW.proposal_id);
        IF NEW.state IN ('submitted', 'accepted') AND OLD.state <> NEW.state THEN
            IF NOT current THEN
                RAISE EXCEPTION 'The figures of LPJ % are not those of the money',
                    OLD.id USING ERRCODE = 'restrict_violation';
            END IF;
            IF NOT EXISTS (
                SELECT FROM khbs_approval
                 WHERE model = 'khbs.bkk.accountability' AND res_id = NEW.id
                   AND step = NEW.state AND round_number = NEW.round_number
                   AND sha256 = NEW.snapshot_sha256
                   AND user_id = CASE NEW.state WHEN 'submitted'
                       THEN NEW.submitted_by_id ELSE NEW.accepted_by_id END
            ) THEN
                RAISE EXCEPTION 'Nobody has decided that LPJ % is %', OLD.id,
                    NEW.state USING ERRCODE = 'restrict_violation';
            END IF;
        END IF;
        IF NEW.state = 'draft' AND (
            NEW.round_number <> OLD.round_number + 1
            OR (current AND NOT EXISTS (
                SELECT FROM khbs_approval
                 WHERE model = 'khbs.bkk.accountability' AND res_id = NEW.id
                   AND step = 'returned' AND round_number = OLD.round_number
            ))
        ) THEN
            RAISE EXCEPTION 'Nobody has sent LPJ % back', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    -- What the course of a submitted LPJ sets beside its content.
    CREATE OR REPLACE FUNCTION khbs_bkk_accountability_course() RETURNS text[] AS $$
        SELECT ARRAY['state', 'accepted_by_id', 'accepted_at', 'write_uid',
                     'write_date']
    $$ LANGUAGE sql IMMUTABLE;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_accountability
        BEFORE INSERT OR UPDATE OR DELETE ON khbs_bkk_accountability
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_accountability();
    -- A proposal is accounted for by an accepted LPJ of what was received in all.
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_accounted() RETURNS trigger AS $$
    DECLARE
        whole boolean;
    BEGIN
        IF NEW.state = OLD.state OR 'accounted' NOT IN (NEW.state, OLD.state) THEN
            RETURN NEW;
        END IF;
        whole := EXISTS (
            SELECT FROM khbs_bkk_accountability r, khbs_bkk_account(NEW.id) f
             WHERE r.proposal_id = NEW.id AND r.state = 'accepted'
               AND (r.decreed_amount, r.received_amount, r.paid_amount, r.tax_amount,
                    r.refunded_amount, r.people_count)
                 = (f.decreed, f.received, f.paid, f.tax, f.refunded, f.people)
               AND NOT EXISTS (
                   SELECT FROM khbs_bkk_accountability o
                    WHERE o.proposal_id = NEW.id AND o.version > r.version
               )
        );
        IF whole <> (NEW.state = 'accounted') THEN
            RAISE EXCEPTION 'BKK proposal % is % by its LPJ', NEW.id,
                CASE WHEN whole THEN 'accounted' ELSE 'not accounted' END
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_accounted
        BEFORE UPDATE OF state ON khbs_bkk_proposal
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_accounted();
"""

# What belongs to an LPJ changes with a draft alone.
PART = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_account_part() RETURNS trigger AS $$
    DECLARE
        parent integer := CASE WHEN TG_OP = 'INSERT'
            THEN NEW.accountability_id ELSE OLD.accountability_id END;
        stage text;
        proposal integer;
    BEGIN
        SELECT state, proposal_id INTO stage, proposal
          FROM khbs_bkk_accountability WHERE id = parent FOR SHARE;
        IF stage <> 'draft' OR (
            TG_OP = 'UPDATE' AND NEW.accountability_id <> OLD.accountability_id
        ) THEN
            RAISE EXCEPTION 'LPJ % is %: % refused', parent, stage, TG_OP
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP <> 'DELETE' AND to_jsonb(NEW) ? 'proposal_id'
            AND (to_jsonb(NEW) ->> 'proposal_id')::integer IS DISTINCT FROM proposal
        THEN
            RAISE EXCEPTION 'A part of LPJ % is of its proposal', parent
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END
    $$ LANGUAGE plpgsql;
"""

ACCOUNTABILITY_GUARD = ACCOUNT + REPORT


def part_guard(table):
    """Return the statement that lets rows of *table* change with a draft LPJ alone."""
    trigger = f"""
        CREATE OR REPLACE TRIGGER {table}_guard
            BEFORE INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_account_part();
    """
    return PART + trigger
