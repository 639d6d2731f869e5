# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the database itself refuses about a treasurer's payment list.

Its lines are those of the decree that is paid from; their figures never change, and
what was paid is neither removed nor more than what came into the treasury.
"""

PAYMENT_GUARD = """
    -- What a treasury holds of a proposal: transfers that stand and did not come back.
    CREATE OR REPLACE FUNCTION khbs_bkk_received(proposal integer, area integer)
    RETURNS bigint AS $$
        SELECT coalesce(sum(t.amount), 0)::bigint
          FROM khbs_bkk_transfer t
          JOIN khbs_bkk_disbursement d ON d.id = t.disbursement_id
         WHERE d.proposal_id = proposal AND t.area_id = area
           AND t.cancelled_by_id IS NULL
           AND NOT EXISTS (
               SELECT FROM khbs_bkk_transfer_return r
                WHERE r.transfer_id = t.id AND r.cancelled_by_id IS NULL)
    $$ LANGUAGE sql STABLE;

    -- Refuses what was paid to people beyond what came in.
    CREATE OR REPLACE FUNCTION khbs_bkk_check_paid_out(wanted integer)
    RETURNS void AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM khbs_bkk_payment y
             WHERE y.proposal_id = wanted
               AND khbs_bkk_received(wanted, y.area_id) < (
                   SELECT coalesce(sum(l.gross), 0) FROM khbs_bkk_payment_line l
                    WHERE l.payment_id = y.id AND l.state = 'paid')
        ) THEN
            RAISE EXCEPTION 'More of BKK proposal % is paid to people than came in',
                wanted USING ERRCODE = 'check_violation';
        END IF;
    END
    $$ LANGUAGE plpgsql;

    CREATE OR REPLACE FUNCTION khbs_bkk_guard_payment() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'draft' THEN
                RAISE EXCEPTION 'A payment list begins as a draft'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' THEN
            IF OLD.state <> 'draft' THEN
                RAISE EXCEPTION 'Payment list % is %: it stays', OLD.id, OLD.state
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN OLD;
        END IF;
        IF (OLD.proposal_id, OLD.area_id) <> (NEW.proposal_id, NEW.area_id) THEN
            RAISE EXCEPTION 'Payment list % stays with its proposal', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.paper_id IS DISTINCT FROM OLD.paper_id AND NEW.paper_id IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM khbs_paper
                 WHERE id = NEW.paper_id AND kind = 'bkk.payment'
                   AND model = 'khbs.bkk.payment' AND res_id = NEW.id)
        THEN
            RAISE EXCEPTION 'Paper % is not of payment list %', NEW.paper_id, OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'draft' AND OLD.state <> 'draft' AND EXISTS (
            SELECT FROM khbs_bkk_payment_line
             WHERE payment_id = NEW.id AND state IN ('paid', 'returned')
        ) THEN
            RAISE EXCEPTION 'Payment list % was paid from: it is no draft', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'paid' AND EXISTS (
            SELECT FROM khbs_bkk_payment_line
             WHERE payment_id = NEW.id AND NOT settled
               AND state IN ('to_pay', 'held', 'returned')
        ) THEN
            RAISE EXCEPTION 'Payment list % has open lines', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_payment
        BEFORE INSERT OR UPDATE OR DELETE ON khbs_bkk_payment
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_payment();
"""

# Name and gross of a line are those of the list that is paid from, and of whatever
# amendment of it waits for its signature: what that takes away is paid no more.
STANDING = """
    CREATE OR REPLACE FUNCTION khbs_bkk_stands(
        proposal integer, line integer, area integer, listed text, gross bigint
    ) RETURNS boolean AS $$
    BEGIN
        RETURN EXISTS (
            SELECT FROM khbs_bkk_proposal p
              JOIN khbs_decree d ON d.id = p.decree_id AND d.state = 'in_force'
             WHERE p.id = proposal AND p.payable_decree_id IS NOT NULL
               AND NOT EXISTS (
                   SELECT FROM khbs_decree a
                    WHERE (a.id = p.payable_decree_id
                           OR (a.amends_id = d.id AND a.kind = 'bkk'
                               AND a.state = 'frozen'))
                      AND NOT EXISTS (
                          SELECT FROM khbs_bkk_decree_line n
                           WHERE n.decree_id = a.id AND n.line_id = line
                             AND (n.proposal_id, n.payee_area_id, n.name, n.amount)
                               = (proposal, area, listed, gross))));
    END
    $$ LANGUAGE plpgsql STABLE;
"""

LINE_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_payment_line() RETURNS trigger AS $$
    DECLARE
        may text[] := ARRAY['state', 'hold_reason', 'note', 'paid_on', 'returned_on',
                            'settled', 'write_uid', 'write_date'];
        list khbs_bkk_payment%ROWTYPE;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.state NOT IN ('to_pay', 'held') THEN
                RAISE EXCEPTION 'Payment line % is %: it stays', OLD.id, OLD.state
                    USING ERRCODE = 'restrict_violation';
            END IF;
            IF EXISTS (SELECT FROM khbs_bkk_payment
                        WHERE id = OLD.payment_id AND paper_id IS NOT NULL)
            THEN
                RAISE EXCEPTION 'Payment list % is issued as it is', OLD.payment_id
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN OLD;
        END IF;
        SELECT * INTO list FROM khbs_bkk_payment WHERE id = NEW.payment_id;
        IF TG_OP = 'INSERT' THEN
            IF NEW.repays_id IS NULL AND list.paper_id IS NOT NULL THEN
                RAISE EXCEPTION 'Payment list % is issued as it is', list.id
                    USING ERRCODE = 'restrict_violation';
            END IF;
            IF NEW.state NOT IN ('to_pay', 'held') OR NEW.settled THEN
                RAISE EXCEPTION 'A payment line begins unpaid'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            IF NEW.repays_id IS NULL AND NOT EXISTS (
                SELECT FROM khbs_bkk_decree_line d
                  JOIN khbs_bkk_proposal p ON p.id = d.proposal_id
                 WHERE d.id = NEW.decree_line_id AND p.id = list.proposal_id
                   AND d.decree_id = p.payable_decree_id
                   AND (d.proposal_id, d.line_id, d.payee_area_id, d.holder_id,
                        d.name, d.amount)
                     = (NEW.proposal_id, NEW.proposal_line_id, list.area_id,
                        NEW.holder_id, NEW.name, NEW.gross)
            ) THEN
                RAISE EXCEPTION 'Payment line of % is not of the decree', NEW.holder_id
                    USING ERRCODE = 'restrict_violation';
            END IF;
            IF NEW.repays_id IS NOT NULL AND NOT (
                khbs_bkk_stands(NEW.proposal_id, NEW.proposal_line_id, list.area_id,
                                NEW.name, NEW.gross)
                AND EXISTS (
                    -- All of it with its tax, or what an amendment left of it with
                    -- the tax of that part by the rule that it was paid by.
                    SELECT FROM khbs_bkk_payment_line l
                      JOIN khbs_bkk_tax_rule r ON r.id = l.rule_id
                     WHERE l.id = NEW.repays_id AND l.state = 'returned'
                       AND (l.payment_id, l.proposal_line_id, l.rule_id, l.rate)
                         = (NEW.payment_id, NEW.proposal_line_id, NEW.rule_id, NEW.rate)
                       AND (NEW.gross = l.gross AND NEW.tax = l.tax
                            OR NEW.gross < l.gross AND NEW.base
                             = floor(NEW.gross * r.base_percent::numeric / 100)))
            ) THEN
                RAISE EXCEPTION 'Only what came back and stands is repaid, no more'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF to_jsonb(OLD) - may <> to_jsonb(NEW) - may THEN
            RAISE EXCEPTION 'The figures of payment line % do not change', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
            ('to_pay', 'held'), ('held', 'to_pay'), ('to_pay', 'paid'),
            ('to_pay', 'refunded'), ('held', 'refunded'), ('paid', 'returned'),
            ('returned', 'refunded')
        ) THEN
            RAISE EXCEPTION 'Payment line % cannot go from % to %',
                OLD.id, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state IN ('paid', 'refunded') AND NEW.state <> OLD.state
            AND list.state = 'draft'
        THEN
            RAISE EXCEPTION 'Payment list % is a draft: nothing is paid by it',
                list.id USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'paid' AND OLD.state <> 'paid' AND EXISTS (
            SELECT FROM khbs_bkk_holder
             WHERE id = NEW.holder_id AND account_changed_by_id IS NOT NULL
               AND account_confirmed_by_id IS NULL
        ) THEN
            RAISE EXCEPTION 'Nobody confirmed the account of holder %', NEW.holder_id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'paid' AND OLD.state <> 'paid' AND list.paper_id IS NULL THEN
            RAISE EXCEPTION 'No paper has the figures of payment list %', list.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.settled <> OLD.settled AND (
            NEW.state <> 'returned' OR NEW.settled <> EXISTS (
                SELECT FROM khbs_bkk_payment_line WHERE repays_id = NEW.id)
        ) THEN
            RAISE EXCEPTION 'Payment line % is settled by its re-payment', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.paid_on IS NOT NULL AND NEW.paid_on IS DISTINCT FROM OLD.paid_on
            OR OLD.settled AND NEW.state <> OLD.state
        THEN
            RAISE EXCEPTION 'Payment line % was paid: it stays so', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;

    -- Once for a statement: the proposal's row is where payments and returns meet.
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_paid_out() RETURNS trigger AS $$
    DECLARE
        wanted integer;
    BEGIN
        FOR wanted IN
            SELECT DISTINCT n.proposal_id FROM after n JOIN before o USING (id)
             WHERE n.state = 'paid' AND o.state <> 'paid' ORDER BY 1
        LOOP
            UPDATE khbs_bkk_proposal SET write_date = write_date WHERE id = wanted;
            PERFORM khbs_bkk_check_paid_out(wanted);
        END LOOP;
        SELECT n.id INTO wanted
          FROM after n JOIN before o USING (id)
          JOIN khbs_bkk_payment y ON y.id = n.payment_id
         WHERE n.state = 'paid' AND o.state <> 'paid'
           AND NOT khbs_bkk_stands(n.proposal_id, n.proposal_line_id, y.area_id,
                                   n.name, n.gross)
         LIMIT 1;
        IF wanted IS NOT NULL THEN
            RAISE EXCEPTION 'Payment line % is not in the decree that is paid', wanted
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END
    $$ LANGUAGE plpgsql;

    -- A re-payment that is made anew leaves what came back open again.
    CREATE OR REPLACE FUNCTION khbs_bkk_reopen_returned() RETURNS trigger AS $$
    BEGIN
        UPDATE khbs_bkk_payment_line SET settled = false WHERE id = OLD.repays_id;
        RETURN NULL;
    END
    $$ LANGUAGE plpgsql;

    CREATE OR REPLACE TRIGGER khbs_bkk_guard_payment_line
        BEFORE INSERT OR UPDATE OR DELETE ON khbs_bkk_payment_line
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_payment_line();
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_paid_out
        AFTER UPDATE ON khbs_bkk_payment_line
        REFERENCING OLD TABLE AS before NEW TABLE AS after
        FOR EACH STATEMENT EXECUTE FUNCTION khbs_bkk_guard_paid_out();
    CREATE OR REPLACE TRIGGER khbs_bkk_reopen_returned
        AFTER DELETE ON khbs_bkk_payment_line
        FOR EACH ROW WHEN (OLD.repays_id IS NOT NULL)
        EXECUTE FUNCTION khbs_bkk_reopen_returned();
"""
