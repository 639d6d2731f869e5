# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the database itself refuses about money that left the treasury.

Only a decree in force is paid from, no more than it gives and than was asked for, and
to confirmed accounts alone. The sums are kept in the proposal's row, so that two
payments at once meet there and its CHECKs hold against both. Nothing is ever changed
or removed: a row that was typed wrongly is cancelled by a second person, with a reason.
"""

DISBURSEMENT_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_cancelled() RETURNS trigger AS $$
    DECLARE
        may text[] := ARRAY['cancelled_by_id', 'cancelled_at', 'cancel_reason',
                            'write_uid', 'write_date'];
    BEGIN
        IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
            RAISE EXCEPTION 'Table % is append-only: % refused', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF to_jsonb(OLD) - may <> to_jsonb(NEW) - may
            OR OLD.cancelled_by_id IS NOT NULL OR NEW.cancelled_by_id IS NULL
        THEN
            RAISE EXCEPTION 'Row % of % is only ever cancelled, and once',
                OLD.id, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END IF;
        -- What an SP2D moved is cancelled with it, by the same person.
        IF TG_TABLE_NAME = 'khbs_bkk_transfer' AND NOT EXISTS (
            SELECT FROM khbs_bkk_disbursement d
             WHERE d.id = (to_jsonb(NEW) ->> 'disbursement_id')::integer
               AND d.cancelled_by_id = NEW.cancelled_by_id
        ) THEN
            RAISE EXCEPTION 'Transfer % is cancelled with its SP2D', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;

    -- What the rows that stand come to: the one place that says it.
    CREATE OR REPLACE FUNCTION khbs_bkk_sums(proposal integer)
    RETURNS TABLE (disbursed bigint, returned bigint, repaid bigint) AS $$
    BEGIN
        RETURN QUERY
        SELECT coalesce(sum(d.amount) FILTER (WHERE d.kind = 'first'), 0)::bigint,
               (SELECT coalesce(sum(r.amount), 0)::bigint
                  FROM khbs_bkk_transfer_return r
                  JOIN khbs_bkk_transfer t ON t.id = r.transfer_id
                  JOIN khbs_bkk_disbursement o ON o.id = t.disbursement_id
                 WHERE o.proposal_id = proposal AND r.cancelled_by_id IS NULL),
               coalesce(sum(d.amount) FILTER (WHERE d.kind = 'repayment'), 0)::bigint
          FROM khbs_bkk_disbursement d
         WHERE d.proposal_id = proposal AND d.cancelled_by_id IS NULL;
    END
    $$ LANGUAGE plpgsql STABLE;

    -- Keeps the sums of a proposal that may be paid, or refuses.
    CREATE OR REPLACE FUNCTION khbs_bkk_add_paid(
        proposal integer, first bigint, returned bigint, repaid bigint
    ) RETURNS void AS $$
    BEGIN
        -- Held first, so that the sums are read when nobody else moves money of it.
        UPDATE khbs_bkk_proposal SET write_date = write_date WHERE id = proposal;
        UPDATE khbs_bkk_proposal p
           SET disbursed_amount = s.paid, returned_amount = s.back,
               repaid_amount = s.again
          FROM khbs_decree d, khbs_bkk_sums(proposal) AS s (paid, back, again)
         WHERE p.id = proposal AND d.id = p.decree_id
           AND (d.state = 'in_force' OR first + repaid <= 0)
           AND (p.state IN ('decreed', 'disbursed')
                OR (p.state = 'accounted' AND first + repaid <= 0));
        IF NOT FOUND THEN
            RAISE EXCEPTION 'BKK proposal % has no decree in force', proposal
                USING ERRCODE = 'restrict_violation';
        END IF;
    END
    $$ LANGUAGE plpgsql;

    -- Nobody writes another sum.
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_sums() RETURNS trigger AS $$
    BEGIN
        IF (NEW.disbursed_amount, NEW.returned_amount, NEW.repaid_amount)
            IS DISTINCT FROM
            (SELECT s FROM khbs_bkk_sums(NEW.id) s)
        THEN
            RAISE EXCEPTION 'The sums of BKK proposal % are not those of its SP2D',
                NEW.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_sums
        BEFORE INSERT ON khbs_bkk_proposal
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_sums();
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_sums_kept
        BEFORE UPDATE OF disbursed_amount, returned_amount, repaid_amount
        ON khbs_bkk_proposal
        FOR EACH ROW WHEN (
            (OLD.disbursed_amount, OLD.returned_amount, OLD.repaid_amount)
            IS DISTINCT FROM
            (NEW.disbursed_amount, NEW.returned_amount, NEW.repaid_amount)
        )
        EXECUTE FUNCTION khbs_bkk_guard_sums();

    CREATE OR REPLACE FUNCTION khbs_bkk_guard_disbursement() RETURNS trigger AS $$
    DECLARE
        sign integer := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE -1 END;
        requested bigint;
        paid bigint;
        decreed bigint;
    BEGIN
        IF TG_OP = 'INSERT' AND num_nulls(NEW.spp_number, NEW.spp_date,
            NEW.spm_number, NEW.spm_date) > 0
        THEN
            RAISE EXCEPTION 'An SP2D names its SPP and SPM, with their dates'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'INSERT' AND NEW.cancelled_by_id IS NOT NULL THEN
            RAISE EXCEPTION 'A payment begins uncancelled'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'UPDATE' AND EXISTS (
            SELECT FROM khbs_bkk_transfer t
              JOIN khbs_bkk_transfer_return r ON r.transfer_id = t.id
             WHERE t.disbursement_id = NEW.id AND r.cancelled_by_id IS NULL
        ) THEN
            RAISE EXCEPTION 'SP2D % has a return: cancel that first', NEW.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        PERFORM khbs_bkk_add_paid(
            NEW.proposal_id,
            CASE NEW.kind WHEN 'first' THEN sign * NEW.amount ELSE 0 END, 0,
            CASE NEW.kind WHEN 'repayment' THEN sign * NEW.amount ELSE 0 END
        );
        IF TG_OP = 'UPDATE' THEN
            UPDATE khbs_bkk_transfer
               SET cancelled_by_id = NEW.cancelled_by_id,
                   cancelled_at = NEW.cancelled_at,
                   cancel_reason = NEW.cancel_reason
             WHERE disbursement_id = NEW.id;
            PERFORM khbs_bkk_check_paid_out(NEW.proposal_id);
            RETURN NULL;
        END IF;
        SELECT coalesce(sum(amount), 0) INTO requested FROM khbs_bkk_request
         WHERE proposal_id = NEW.proposal_id AND state = 'submitted';
        SELECT decreed_amount, disbursed_amount INTO decreed, paid
          FROM khbs_bkk_proposal WHERE id = NEW.proposal_id;
        IF paid > coalesce(decreed, 0) THEN
            RAISE EXCEPTION 'BKK proposal % is paid % of %', NEW.proposal_id,
                paid, decreed USING ERRCODE = 'check_violation';
        END IF;
        -- Payments from before there were requests have no date of an SPP.
        SELECT coalesce(sum(amount), 0) INTO paid FROM khbs_bkk_disbursement
         WHERE proposal_id = NEW.proposal_id AND kind = 'first'
           AND cancelled_by_id IS NULL AND spp_date IS NOT NULL;
        IF NEW.kind = 'first' AND paid = NEW.amount AND requested > decreed THEN
            RAISE EXCEPTION 'The request of BKK proposal % is over %, decreed are %',
                NEW.proposal_id, requested, decreed
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF paid > requested THEN
            RAISE EXCEPTION 'No request asks for this payment of BKK proposal %',
                NEW.proposal_id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END
    $$ LANGUAGE plpgsql;

    CREATE OR REPLACE FUNCTION khbs_bkk_guard_transfer() RETURNS trigger AS $$
    DECLARE
        disbursement khbs_bkk_disbursement%ROWTYPE;
        payee khbs_bkk_payee%ROWTYPE;
        returned khbs_bkk_transfer%ROWTYPE;
    BEGIN
        SELECT * INTO disbursement FROM khbs_bkk_disbursement
         WHERE id = NEW.disbursement_id;
        SELECT * INTO payee FROM khbs_bkk_payee WHERE id = NEW.payee_id;
        IF payee.id IS NULL OR payee.area_id <> NEW.area_id
            OR payee.state NOT IN ('confirmed', 'replaced')
            OR disbursement.sp2d_date < payee.valid_from
            OR disbursement.sp2d_date >= payee.valid_to
        THEN
            RAISE EXCEPTION 'Transfer to area %: no account of it was confirmed',
                NEW.area_id USING ERRCODE = 'restrict_violation';
        END IF;
        IF (disbursement.kind = 'repayment') <> (NEW.repays_id IS NOT NULL) THEN
            RAISE EXCEPTION 'A re-payment names what it repays, a first one nothing'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.repays_id IS NOT NULL THEN
            SELECT t.* INTO returned FROM khbs_bkk_transfer t
              JOIN khbs_bkk_transfer_return r ON r.transfer_id = t.id
               AND r.cancelled_by_id IS NULL AND r.date <= disbursement.sp2d_date
              JOIN khbs_bkk_disbursement d ON d.id = t.disbursement_id
             WHERE t.id = NEW.repays_id AND d.proposal_id = disbursement.proposal_id;
            IF returned.id IS NULL OR returned.area_id <> NEW.area_id
                OR NEW.amount <> returned.amount
            THEN
                RAISE EXCEPTION 'What was returned is repaid whole, and not before'
                    USING ERRCODE = 'restrict_violation';
            END IF;
        END IF;
        RETURN NULL;
    END
    $$ LANGUAGE plpgsql;

    CREATE OR REPLACE FUNCTION khbs_bkk_guard_transfer_sum() RETURNS trigger AS $$
    DECLARE
        -- Of a disbursement its own id, of a transfer that of its disbursement.
        wanted integer := (to_jsonb(NEW) ->> TG_ARGV[0])::integer;
    BEGIN
        IF EXISTS (
            SELECT FROM khbs_bkk_disbursement d
             WHERE d.id = wanted AND d.amount IS DISTINCT FROM (
                SELECT sum(t.amount) FROM khbs_bkk_transfer t
                 WHERE t.disbursement_id = d.id)
        ) THEN
            RAISE EXCEPTION 'The transfers of SP2D % are not its amount', wanted
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END
    $$ LANGUAGE plpgsql;

    CREATE OR REPLACE FUNCTION khbs_bkk_guard_return() RETURNS trigger AS $$
    DECLARE
        sign integer := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE -1 END;
        transfer khbs_bkk_transfer%ROWTYPE;
        disbursement khbs_bkk_disbursement%ROWTYPE;
    BEGIN
        SELECT * INTO transfer FROM khbs_bkk_transfer WHERE id = NEW.transfer_id;
        SELECT * INTO disbursement FROM khbs_bkk_disbursement
         WHERE id = transfer.disbursement_id;
        IF TG_OP = 'INSERT' AND (
            transfer.cancelled_by_id IS NOT NULL OR NEW.amount <> transfer.amount
            OR NEW.date < disbursement.sp2d_date OR NEW.cancelled_by_id IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'A transfer comes back whole, after its SP2D'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'UPDATE' AND EXISTS (
            SELECT FROM khbs_bkk_transfer
             WHERE repays_id = NEW.transfer_id AND cancelled_by_id IS NULL
        ) THEN
            RAISE EXCEPTION 'What was returned is repaid: cancel that SP2D first'
                USING ERRCODE = 'restrict_violation';
        END IF;
        PERFORM khbs_bkk_add_paid(
            disbursement.proposal_id, 0, sign * NEW.amount, 0);
        PERFORM khbs_bkk_check_paid_out(disbursement.proposal_id);
        RETURN NULL;
    END
    $$ LANGUAGE plpgsql;

    CREATE OR REPLACE TRIGGER khbs_bkk_guard_cancelled
        BEFORE UPDATE OR DELETE ON khbs_bkk_disbursement
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_cancelled();
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_cancelled
        BEFORE UPDATE OR DELETE ON khbs_bkk_transfer
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_cancelled();
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_cancelled
        BEFORE UPDATE OR DELETE ON khbs_bkk_transfer_return
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_cancelled();
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_emptied
        BEFORE TRUNCATE ON khbs_bkk_disbursement
        FOR EACH STATEMENT EXECUTE FUNCTION khbs_bkk_guard_cancelled();
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_emptied
        BEFORE TRUNCATE ON khbs_bkk_transfer
        FOR EACH STATEMENT EXECUTE FUNCTION khbs_bkk_guard_cancelled();
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_emptied
        BEFORE TRUNCATE ON khbs_bkk_transfer_return
        FOR EACH STATEMENT EXECUTE FUNCTION khbs_bkk_guard_cancelled();
    DROP TRIGGER IF EXISTS khbs_bkk_guard_disbursement ON khbs_bkk_disbursement;
    CREATE TRIGGER khbs_bkk_guard_disbursement
        AFTER INSERT OR UPDATE ON khbs_bkk_disbursement
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_disbursement();
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_transfer
        AFTER INSERT ON khbs_bkk_transfer
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_transfer();
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_return
        AFTER INSERT OR UPDATE ON khbs_bkk_transfer_return
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_return();
    DROP TRIGGER IF EXISTS khbs_bkk_guard_sum ON khbs_bkk_disbursement;
    CREATE CONSTRAINT TRIGGER khbs_bkk_guard_sum
        AFTER INSERT ON khbs_bkk_disbursement DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_transfer_sum('id');
    DROP TRIGGER IF EXISTS khbs_bkk_guard_sum ON khbs_bkk_transfer;
    CREATE CONSTRAINT TRIGGER khbs_bkk_guard_sum
        AFTER INSERT ON khbs_bkk_transfer DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_transfer_sum('disbursement_id');
"""
