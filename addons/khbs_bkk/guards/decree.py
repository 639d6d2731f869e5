# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What the database itself refuses about decided names, months and corrections."""

# A reserved month changes once: it becomes free again, and says why. That of a person
# who was paid stays taken.
MONTH_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_month() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL
            AND NEW.released_at IS NOT NULL
            AND to_jsonb(OLD) - 'released_at'::text - 'release_reason'::text
              = to_jsonb(NEW) - 'released_at'::text - 'release_reason'::text
            AND NOT EXISTS (
                SELECT FROM khbs_bkk_payment_line
                 WHERE proposal_line_id = OLD.line_id AND state = 'paid')
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'Reserved months of BKK: % refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_month
        BEFORE UPDATE OR DELETE ON khbs_bkk_month
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_month();
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_month_truncate
        BEFORE TRUNCATE ON khbs_bkk_month
        FOR EACH STATEMENT EXECUTE FUNCTION khbs_bkk_guard_month();
"""

# Nobody adds a name to a decree that is frozen. Once for each statement: a decree has
# thousands of lines.
DECREE_LINE_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_decree_line() RETURNS trigger AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM khbs_decree d
             WHERE d.id IN (SELECT decree_id FROM added)
               AND (d.state <> 'draft' OR d.kind <> 'bkk')
        ) THEN
            RAISE EXCEPTION 'Lines of a decree come with its freezing: INSERT refused'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_decree_line
        AFTER INSERT ON khbs_bkk_decree_line REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION khbs_bkk_guard_decree_line();
"""

# What a correction says is not changed once it was proposed; accepted, it is not taken
# back from under the decree that carries it.
CORRECTION_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_correction() RETURNS trigger AS $$
    DECLARE
        free text[] := ARRAY['write_uid', 'write_date', 'state', 'decree_id',
                             'maker_id', 'checker_id', 'checked_at', 'refusal'];
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.state <> 'draft' THEN
                RAISE EXCEPTION 'BKK correction % was proposed: it stays', OLD.id
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN OLD;
        END IF;
        IF OLD.state <> 'draft' AND to_jsonb(OLD) - free <> to_jsonb(NEW) - free THEN
            RAISE EXCEPTION 'BKK correction % was proposed: it does not change', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
            ('draft', 'proposed'), ('proposed', 'accepted'), ('proposed', 'refused'),
            ('draft', 'refused'), ('accepted', 'refused'), ('accepted', 'decreed')
        ) THEN
            RAISE EXCEPTION 'BKK correction % cannot go from % to %',
                OLD.id, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'decreed' AND NOT EXISTS (
            SELECT FROM khbs_decree WHERE id = NEW.decree_id AND state = 'in_force'
        ) THEN
            RAISE EXCEPTION 'The amendment of BKK correction % is not in force', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_correction
        BEFORE UPDATE OR DELETE ON khbs_bkk_correction
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_correction();
"""

# What is paid is the list of a decree that was signed, and no more than it comes to.
PAYABLE_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_payable() RETURNS trigger AS $$
    DECLARE
        listed bigint;
    BEGIN
        SELECT sum(l.amount) INTO listed
          FROM khbs_decree d
          JOIN khbs_bkk_decree_line l
            ON l.decree_id = d.id AND l.proposal_id = NEW.id
         WHERE d.id = NEW.payable_decree_id AND d.state IN ('in_force', 'revoked')
           AND NEW.decree_id IN (d.id, d.amends_id);
        IF NEW.decreed_amount > coalesce(listed, 0)
            OR (NEW.payable_decree_id IS NOT NULL AND listed IS NULL)
        THEN
            RAISE EXCEPTION 'No signed list of BKK proposal % comes to %',
                NEW.id, NEW.decreed_amount USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_payable
        BEFORE UPDATE OF payable_decree_id, decreed_amount ON khbs_bkk_proposal
        FOR EACH ROW WHEN (
            OLD.payable_decree_id IS DISTINCT FROM NEW.payable_decree_id
            OR OLD.decreed_amount IS DISTINCT FROM NEW.decreed_amount
        )
        EXECUTE FUNCTION khbs_bkk_guard_payable();
"""
