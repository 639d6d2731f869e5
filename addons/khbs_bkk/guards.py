# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What the database itself refuses about proposals and their lines (DESIGN 4).

The state of a proposal moves one stage at a time, each stage with the decision of a
person beside it; after verification neither its lines nor its sums change.
"""

PROPOSAL_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_proposal() RETURNS trigger AS $$
    DECLARE
        in_order boolean;
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'draft' OR NEW.disbursed_amount <> 0 THEN
                RAISE EXCEPTION 'A BKK proposal begins as a draft'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' THEN
            IF OLD.state <> 'draft' OR OLD.round_number <> 1 THEN
                RAISE EXCEPTION 'BKK proposal % was proposed: it stays', OLD.id
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN OLD;
        END IF;
        IF OLD.state IN ('verified', 'approved', 'decreed', 'disbursed')
            AND NEW.state <> 'draft'
            AND (OLD.regency_id, OLD.fiscal_year, OLD.quarter, OLD.round_number,
                 OLD.letter_number, OLD.letter_date, OLD.line_count,
                 OLD.proposed_amount, OLD.approved_count, OLD.approved_amount)
            IS DISTINCT FROM
                (NEW.regency_id, NEW.fiscal_year, NEW.quarter, NEW.round_number,
                 NEW.letter_number, NEW.letter_date, NEW.line_count,
                 NEW.proposed_amount, NEW.approved_count, NEW.approved_amount)
        THEN
            RAISE EXCEPTION 'BKK proposal % is verified: it does not change', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.decree_id IS DISTINCT FROM NEW.decree_id AND OLD.state <> 'approved' THEN
            RAISE EXCEPTION 'BKK proposal % is %: its decree does not change',
                OLD.id, OLD.state USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = OLD.state THEN
            RETURN NEW;
        END IF;
        in_order := (OLD.state, NEW.state) IN (
            ('draft', 'proposed'), ('proposed', 'verified'), ('verified', 'approved'),
            ('approved', 'decreed'), ('decreed', 'disbursed')
        ) OR (
            NEW.state = 'draft' AND OLD.state IN ('proposed', 'verified')
            AND NEW.round_number = OLD.round_number + 1
        );
        IF NOT in_order THEN
            RAISE EXCEPTION 'BKK proposal % cannot go from % to %',
                OLD.id, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state IN ('draft', 'proposed', 'verified', 'approved') AND NOT EXISTS (
            SELECT FROM khbs_approval
             WHERE model = 'khbs.bkk.proposal' AND res_id = NEW.id
               AND step = CASE NEW.state WHEN 'draft' THEN 'returned'
                                         ELSE NEW.state END
               AND round_number = OLD.round_number
        ) THEN
            RAISE EXCEPTION 'Nobody has decided that BKK proposal % is %',
                OLD.id, NEW.state USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'decreed' AND NOT EXISTS (
            SELECT FROM khbs_decree WHERE id = NEW.decree_id AND state = 'in_force'
        ) THEN
            RAISE EXCEPTION 'The decree of BKK proposal % is not in force', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NOT EXISTS (
            SELECT FROM (
                SELECT count(*)::int, coalesce(sum(amount), 0)::bigint,
                       count(*) FILTER (WHERE approved_amount > 0)::int,
                       coalesce(sum(approved_amount), 0)::bigint
                  FROM khbs_bkk_proposal_line WHERE proposal_id = NEW.id
            ) AS s (lines, proposed, kept, approved)
             WHERE (lines, proposed, kept, approved)
                 = (NEW.line_count, NEW.proposed_amount, NEW.approved_count,
                    NEW.approved_amount)
        ) THEN
            RAISE EXCEPTION 'The sums of BKK proposal % are not those of its lines',
                OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_proposal
        BEFORE INSERT OR UPDATE OR DELETE ON khbs_bkk_proposal
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_proposal();
"""

LINE_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_line() RETURNS trigger AS $$
    DECLARE
        parent integer := CASE WHEN TG_OP = 'INSERT'
            THEN NEW.proposal_id ELSE OLD.proposal_id END;
        stage text;
    BEGIN
        SELECT state INTO stage FROM khbs_bkk_proposal WHERE id = parent;
        -- No stage: the proposal itself goes, which its own guard allowed.
        IF stage = 'draft' OR (stage IS NULL AND TG_OP = 'DELETE') THEN
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END IF;
        -- While it is being verified, only the verdict on a line changes.
        IF stage = 'proposed' AND TG_OP = 'UPDATE'
            AND (OLD.proposal_id, OLD.holder_id, OLD.role_id, OLD.rate_id, OLD.name,
                 OLD.area_names, OLD.appointment_letter, OLD.months, OLD.rate_amount,
                 OLD.amount)
            IS NOT DISTINCT FROM
                (NEW.proposal_id, NEW.holder_id, NEW.role_id, NEW.rate_id, NEW.name,
                 NEW.area_names, NEW.appointment_letter, NEW.months, NEW.rate_amount,
                 NEW.amount)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'The lines of BKK proposal % are frozen: % refused',
            parent, TG_OP USING ERRCODE = 'restrict_violation';
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_line
        BEFORE INSERT OR UPDATE OR DELETE ON khbs_bkk_proposal_line
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_line();
"""

# The sum is kept in the proposal's row, so that two payments at once meet there and
# its CHECK holds against both.
DISBURSEMENT_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_disbursement() RETURNS trigger AS $$
    BEGIN
        UPDATE khbs_bkk_proposal p
           SET disbursed_amount = p.disbursed_amount + NEW.amount
          FROM khbs_decree d
         WHERE p.id = NEW.proposal_id AND d.id = p.decree_id
           AND d.state = 'in_force' AND p.state IN ('decreed', 'disbursed');
        IF NOT FOUND THEN
            RAISE EXCEPTION 'BKK proposal % has no decree in force', NEW.proposal_id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_disbursement
        BEFORE INSERT ON khbs_bkk_disbursement
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_disbursement();
"""

# Whom a proposed line names by its holder stays the same person in the same office.
HOLDER_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_holder() RETURNS trigger AS $$
    BEGIN
        IF (OLD.nik, OLD.role_id, OLD.regency_id)
            IS DISTINCT FROM (NEW.nik, NEW.role_id, NEW.regency_id)
            AND EXISTS (
                SELECT FROM khbs_bkk_proposal_line l
                  JOIN khbs_bkk_proposal p ON p.id = l.proposal_id
                 WHERE l.holder_id = OLD.id AND p.state <> 'draft'
            )
        THEN
            RAISE EXCEPTION 'BKK holder % stands in a proposal', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_holder
        BEFORE UPDATE ON khbs_bkk_holder
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_holder();
"""
