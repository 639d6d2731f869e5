# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A request that was submitted stays as it was signed; it can only be withdrawn."""

REQUEST_GUARD = """
    CREATE OR REPLACE FUNCTION khbs_bkk_guard_request() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.state <> 'draft' THEN
                RAISE EXCEPTION 'Request % was submitted: it stays', OLD.id
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN OLD;
        END IF;
        IF OLD.state <> 'draft' AND
            (OLD.proposal_id, OLD.number, OLD.date, OLD.amount, OLD.signed_sha256,
             OLD.submitted_by_id, OLD.submitted_at)
            IS DISTINCT FROM
            (NEW.proposal_id, NEW.number, NEW.date, NEW.amount, NEW.signed_sha256,
             NEW.submitted_by_id, NEW.submitted_at)
        THEN
            RAISE EXCEPTION 'Request % was submitted: it does not change', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
            ('draft', 'submitted'), ('submitted', 'withdrawn')
        ) THEN
            RAISE EXCEPTION 'Request % cannot go from % to %',
                OLD.id, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'withdrawn' AND (
            SELECT coalesce(sum(d.amount), 0) > coalesce((
                SELECT sum(r.amount) FROM khbs_bkk_request r
                 WHERE r.proposal_id = NEW.proposal_id AND r.state = 'submitted'
                   AND r.id <> NEW.id), 0)
              FROM khbs_bkk_disbursement d
             WHERE d.proposal_id = NEW.proposal_id AND d.kind = 'first'
               AND d.cancelled_by_id IS NULL AND d.spp_date IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'Money moved on request %: it stays', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_bkk_guard_request
        BEFORE UPDATE OR DELETE ON khbs_bkk_request
        FOR EACH ROW EXECUTE FUNCTION khbs_bkk_guard_request();
"""
