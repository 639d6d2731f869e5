# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the team found, and who it was, is entered while verification is open."""


def _while_proposed(table):
    return f"""
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_{table}() RETURNS trigger AS $$
    DECLARE
        parent integer := CASE WHEN TG_OP = 'INSERT'
            THEN NEW.proposal_id ELSE OLD.proposal_id END;
        now_in integer := CASE WHEN TG_OP = 'INSERT'
            THEN NEW.round_number ELSE OLD.round_number END;
    BEGIN
        IF TG_OP = 'UPDATE' AND (OLD.proposal_id, OLD.round_number)
            IS DISTINCT FROM (NEW.proposal_id, NEW.round_number)
            OR NOT EXISTS (
                SELECT FROM khbs_bkk_proposal
                 WHERE id = parent AND state = 'proposed' AND round_number = now_in
            )
        THEN
            RAISE EXCEPTION 'The verification of BKK proposal % is closed: % refused',
                parent, TG_OP USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_{table}
        BEFORE INSERT OR UPDATE OR DELETE ON khbs_bkk_{table}
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_{table}();
    """


CHECK_GUARD = _while_proposed("check")
TEAM_GUARD = _while_proposed("team_member")
