# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was asked and what was found about it does not change afterwards."""

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
                 OLD.area_names, OLD.area_code, OLD.area_codes, OLD.payee_area_id,
                 OLD.appointment_letter, OLD.month_from, OLD.month_to, OLD.months,
                 OLD.rate_amount, OLD.amount, OLD.previous_amount, OLD.difference)
            IS NOT DISTINCT FROM
                (NEW.proposal_id, NEW.holder_id, NEW.role_id, NEW.rate_id, NEW.name,
                 NEW.area_names, NEW.area_code, NEW.area_codes, NEW.payee_area_id,
                 NEW.appointment_letter, NEW.month_from, NEW.month_to, NEW.months,
                 NEW.rate_amount, NEW.amount, NEW.previous_amount, NEW.difference)
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
