# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whom a proposal names stays the same person; an ended term stays ended."""

# Whom a proposed line names by its holder stays the same person in the same office.
#
# Where a decree's money goes is changed by one person and confirmed by another. The
# change marks itself, so that no way around a form leaves it out.
HOLDER_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_awaits_money(holder integer)
    RETURNS boolean AS $$
    BEGIN
        RETURN EXISTS (
            SELECT FROM khbs_bkk_decree_line d
              JOIN khbs_bkk_proposal p ON p.id = d.proposal_id
               AND d.decree_id IN (p.decree_id, p.payable_decree_id)
              JOIN khbs_decree k ON k.id = p.decree_id
               AND k.state IN ('frozen', 'in_force')
             WHERE d.holder_id = holder AND NOT EXISTS (
                SELECT FROM khbs_bkk_payment_line x
                 WHERE x.proposal_line_id = d.line_id
                   AND x.state IN ('paid', 'refunded')));
    END
    $$ LANGUAGE plpgsql STABLE;

    CREATE OR REPLACE FUNCTION khbs_bkk_guard_account() RETURNS trigger AS $$
    BEGIN
        IF (OLD.bank_name, OLD.bank_account, OLD.bank_account_name)
            IS DISTINCT FROM
            (NEW.bank_name, NEW.bank_account, NEW.bank_account_name)
        THEN
            IF khbs_bkk_awaits_money(OLD.id) THEN
                NEW.account_changed_by_id := coalesce(NEW.write_uid, NEW.create_uid, 1);
                NEW.account_changed_at := clock_timestamp() AT TIME ZONE 'UTC';
                NEW.account_confirmed_by_id := NULL;
            END IF;
        ELSIF OLD.account_changed_by_id IS DISTINCT FROM NEW.account_changed_by_id
            OR OLD.account_changed_at IS DISTINCT FROM NEW.account_changed_at
        THEN
            RAISE EXCEPTION 'Who changed the account of holder % stays', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_account
        BEFORE UPDATE ON khbs_bkk_holder
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_account();

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
