# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The stages of a proposal: one at a time, each with the decision of a person."""

PROPOSAL_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_proposal() RETURNS trigger AS $$
    DECLARE
        in_order boolean;
        two_tiers boolean;
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'draft' OR NEW.disbursed_amount <> 0 THEN
                RAISE EXCEPTION 'A BKK proposal begins as a draft'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' THEN
            IF OLD.state <> 'draft' OR OLD.round_number <> 1 THEN
                RAISE EXCEPTION 'BKK proposal % was proposed: it stays', OLD.id
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN OLD;
        END IF;
        IF OLD.state <> 'draft' AND NEW.state <> 'draft'
            AND (OLD.regency_id, OLD.fiscal_year, OLD.quarter, OLD.payee_level,
                 OLD.supplement, OLD.policy_id, OLD.round_number, OLD.digest_form,
                 OLD.letter_number, OLD.letter_date, OLD.letter_sha256,
                 OLD.control_count, OLD.control_amount, OLD.line_count,
                 OLD.proposed_amount)
            IS DISTINCT FROM
                (NEW.regency_id, NEW.fiscal_year, NEW.quarter, NEW.payee_level,
                 NEW.supplement, NEW.policy_id, NEW.round_number, NEW.digest_form,
                 NEW.letter_number, NEW.letter_date, NEW.letter_sha256,
                 NEW.control_count, NEW.control_amount, NEW.line_count,
                 NEW.proposed_amount)
        THEN
            RAISE EXCEPTION 'BKK proposal % is proposed: it does not change', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.state NOT IN ('draft', 'proposed') AND NEW.state <> 'draft'
            AND (OLD.minutes_number, OLD.minutes_date, OLD.approved_count,
                 OLD.approved_amount)
            IS DISTINCT FROM
                (NEW.minutes_number, NEW.minutes_date, NEW.approved_count,
                 NEW.approved_amount)
        THEN
            RAISE EXCEPTION 'BKK proposal % is verified: it does not change', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.decree_id IS DISTINCT FROM NEW.decree_id AND OLD.state <> 'approved' THEN
            RAISE EXCEPTION 'BKK proposal % is %: its decree does not change',
                OLD.id, OLD.state USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = OLD.state THEN
            RETURN NEW;
        END IF;
        -- Above the amount of the policy two persons approve, one after the other.
        two_tiers := coalesce((
            SELECT second_tier_amount > 0 AND NEW.approved_amount > second_tier_amount
              FROM khbs_bkk_policy WHERE id = NEW.policy_id
        ), false);
        in_order := (OLD.state, NEW.state) IN (
            ('draft', 'proposed'), ('proposed', 'verified'), ('endorsed', 'approved'),
            ('approved', 'decreed'), ('decreed', 'disbursed'),
            ('disbursed', 'accounted'), ('accounted', 'disbursed')
        ) OR (
            -- An SP2D that was typed wrongly is cancelled: not all is paid any more.
            (OLD.state, NEW.state) = ('disbursed', 'decreed')
            AND NEW.disbursed_amount < NEW.decreed_amount
        ) OR (
            OLD.state = 'verified'
            AND NEW.state = CASE WHEN two_tiers THEN 'endorsed' ELSE 'approved' END
        ) OR (
            NEW.state = 'draft' AND OLD.state IN ('proposed', 'verified', 'endorsed')
            AND NEW.round_number = OLD.round_number + 1
        );
        IF NOT in_order THEN
            RAISE EXCEPTION 'BKK proposal % cannot go from % to %',
                OLD.id, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'proposed' AND NEW.policy_id IS NULL THEN
            RAISE EXCEPTION 'BKK proposal % names no policy', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'proposed' AND NEW.letter_sha256 IS NULL THEN
            RAISE EXCEPTION 'BKK proposal % has no signed letter', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state IN ('draft', 'proposed', 'verified', 'endorsed', 'approved')
            AND NOT EXISTS (
            SELECT FROM khbs_approval
             WHERE model = 'khbs.bkk.proposal' AND res_id = NEW.id
               AND step = CASE NEW.state WHEN 'draft' THEN 'returned'
                                         ELSE NEW.state END
               AND round_number = OLD.round_number
        ) THEN
            RAISE EXCEPTION 'Nobody has decided that BKK proposal % is %',
                OLD.id, NEW.state USING ERRCODE = 'restrict_violation';
        END IF;
        -- Nobody closes or approves what he entered, built, changed or judged.
        IF NEW.state IN ('verified', 'endorsed', 'approved') AND EXISTS (
            SELECT FROM khbs_approval a
             WHERE a.model = 'khbs.bkk.proposal' AND a.res_id = NEW.id
               AND a.step = NEW.state AND a.round_number = NEW.round_number
               AND (a.user_id = NEW.create_uid OR EXISTS (
                   SELECT FROM khbs_audit_event e
                    WHERE e.model = a.model AND e.res_id = a.res_id
                      AND e.user_id = a.user_id AND e.outcome = 'done'
                      AND (e.act IN ('khbs.bkk.proposal.build',
                                     'khbs.bkk.proposal.change')
                           OR e.act = 'khbs.bkk.proposal.verdict'
                              AND NEW.state <> 'verified')
               ))
        ) THEN
            RAISE EXCEPTION 'BKK proposal % is % by whoever had a hand in it',
                OLD.id, NEW.state USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'decreed' AND NOT EXISTS (
            SELECT FROM khbs_decree WHERE id = NEW.decree_id AND state = 'in_force'
        ) THEN
            RAISE EXCEPTION 'The decree of BKK proposal % is not in force', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NOT EXISTS (
            SELECT FROM (
                SELECT count(*)::int, coalesce(sum(amount), 0)::bigint,
                       count(*) FILTER (WHERE approved_amount > 0)::int,
                       coalesce(sum(approved_amount), 0)::bigint
                  FROM khbs_bkk_proposal_line WHERE proposal_id = NEW.id
            ) AS s (lines, proposed, kept, approved)
             WHERE (lines, proposed, kept, approved)
                 = (NEW.line_count, NEW.proposed_amount, NEW.approved_count,
                    NEW.approved_amount)
        ) THEN
            RAISE EXCEPTION 'The sums of BKK proposal % are not those of its lines',
                OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_proposal
        BEFORE INSERT OR UPDATE OR DELETE ON khbs_bkk_proposal
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_proposal();
"""
