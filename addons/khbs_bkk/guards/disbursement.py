# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Only a decree in force is paid from, and no more than it gives."""

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
