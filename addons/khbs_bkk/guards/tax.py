# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A tax rule that withheld is closed, never altered."""

TAX_RULE_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_tax_rule() RETURNS trigger AS $$
    DECLARE
        may text[] := ARRAY['valid_to', 'write_uid', 'write_date'];
    BEGIN
        IF to_jsonb(OLD) - may <> to_jsonb(NEW) - may THEN
            RAISE EXCEPTION 'Tax rule % does not change: end it, add another', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_tax_rule
        BEFORE UPDATE ON khbs_bkk_tax_rule
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_tax_rule();
"""
