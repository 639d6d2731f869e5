# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whom a proposal names stays the same person; an ended term stays ended."""

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
        IF OLD.end_letter IS NOT NULL
            AND (OLD.date_to, OLD.end_letter, OLD.end_letter_date, OLD.end_reason)
            IS DISTINCT FROM
                (NEW.date_to, NEW.end_letter, NEW.end_letter_date, NEW.end_reason)
        THEN
            RAISE EXCEPTION 'The term of BKK holder % was ended by a letter', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_holder
        BEFORE UPDATE ON khbs_bkk_holder
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_holder();
"""
