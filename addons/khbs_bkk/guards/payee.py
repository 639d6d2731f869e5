# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An account that was confirmed never changes: another one replaces it."""

PAYEE_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_payee() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'proposed' OR NEW.confirmed_by_id IS NOT NULL THEN
                RAISE EXCEPTION 'A payee begins as a proposal'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' THEN
            IF OLD.state <> 'proposed' THEN
                RAISE EXCEPTION 'Payee % is %: it stays', OLD.id, OLD.state
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN OLD;
        END IF;
        IF OLD.state <> 'proposed' OR NEW.state <> 'proposed' THEN
            IF (OLD.area_id, OLD.bank_name, OLD.bank_branch, OLD.treasury_account,
                OLD.account_holder, OLD.treasury_npwp, OLD.valid_from, OLD.basis,
                OLD.proposed_by_id)
                IS DISTINCT FROM
                (NEW.area_id, NEW.bank_name, NEW.bank_branch, NEW.treasury_account,
                NEW.account_holder, NEW.treasury_npwp, NEW.valid_from, NEW.basis,
                NEW.proposed_by_id)
            THEN
                RAISE EXCEPTION 'Payee % does not change: enter another one', OLD.id
                    USING ERRCODE = 'restrict_violation';
            END IF;
        END IF;
        IF OLD.state <> 'proposed' AND
            (OLD.confirmed_by_id, OLD.confirmed_at, OLD.refusal)
            IS DISTINCT FROM (NEW.confirmed_by_id, NEW.confirmed_at, NEW.refusal)
        THEN
            RAISE EXCEPTION 'Payee % was decided: it stays', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
            ('proposed', 'confirmed'), ('proposed', 'refused'),
            ('confirmed', 'replaced')
        ) THEN
            RAISE EXCEPTION 'Payee % cannot go from % to %',
                OLD.id, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_payee
        BEFORE INSERT OR UPDATE OR DELETE ON khbs_bkk_payee
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_payee();
"""
