# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A frozen decree stays as it is, kept by the database (DESIGN 4.8).

The trigger compares whole rows: a column that an upgrade adds with a value is added
before the ORM does it (ALTER TABLE .. ADD .. DEFAULT in a pre-migration, which fires no
trigger).
"""

# What each step forward may set; a number that was registered before stays, and so does
# the day from which the decree holds.
_SIGNING = (
    "state",
    "number",
    "decree_date",
    "valid_from",
    "registered_by_id",
    "registered_at",
    "scan_attachment_id",
    "scan_sha256",
    "signer_name",
    "signer_issuer",
    "signer_certificate_sha256",
    "signer_at",
    "signer_trust",
)
_REVOKING = ("state", "revoked_by_decree_id", "revoked_on")
# An approver's decision alone lets the signature be by hand after all, or says that
# there will be none.
_OTHER_TRACK = ("track", "wet_reason")
_WITHDRAWING = ("state", "withdrawn_reason", "withdrawn_by_id", "withdrawn_at")
# A decision and its amendments alone commit money: on one line, in sum none or more.
_TRIGGERS = """
    CREATE OR REPLACE FUNCTION khbs_decree_amount_fits(decree khbs_decree)
    RETURNS boolean AS $$
        SELECT decree.revokes_id IS NULL AND decree.excerpt_of_id IS NULL AND (
            decree.amends_id IS NULL OR EXISTS (
                SELECT FROM khbs_decree original
                 WHERE original.id = decree.amends_id
                   AND original.budget_line_id
                       IS NOT DISTINCT FROM decree.budget_line_id
                   AND decree.amount + coalesce(original.amount, 0) + (
                        SELECT coalesce(sum(amount), 0) FROM khbs_decree
                         WHERE amends_id = original.id AND id <> decree.id
                           AND state IN ('frozen', 'in_force')
                       ) >= 0
            )
        )
    $$ LANGUAGE sql STABLE;
    CREATE OR REPLACE FUNCTION khbs_decree_decided(decree khbs_decree, decision text)
    RETURNS boolean AS $$
        SELECT EXISTS (
            SELECT FROM khbs_approval
             WHERE model = 'khbs.decree' AND res_id = decree.id
               AND step = decision AND sha256 = decree.frozen_sha256
        )
    $$ LANGUAGE sql STABLE;
    CREATE OR REPLACE FUNCTION khbs_decree_own_signature(decree khbs_decree)
    RETURNS boolean AS $$
        SELECT decree.track = 'wet' OR EXISTS (
            SELECT FROM khbs_signatory
             WHERE id = decree.signatory_id
               AND certificate_sha256 = decree.signer_certificate_sha256
        )
    $$ LANGUAGE sql STABLE;
    CREATE OR REPLACE FUNCTION khbs_decree_frozen() RETURNS trigger AS $$
    DECLARE
        before jsonb := to_jsonb(OLD) - 'write_uid'::text - 'write_date'::text;
        after jsonb;
        free text[];
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            RAISE EXCEPTION 'Table khbs_decree: TRUNCATE refused'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.state = 'draft' THEN
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            ELSIF NEW.state IN ('draft', 'frozen') THEN
                IF NEW.state = 'frozen' AND NEW.amount <> 0
                    AND NOT khbs_decree_amount_fits(NEW)
                THEN
                    RAISE EXCEPTION 'The amount of decree % does not fit', OLD.id
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END IF;
        ELSIF TG_OP = 'UPDATE' THEN
            free := CASE
                WHEN OLD.state = 'frozen' AND NEW.state = 'in_force'
                    AND khbs_decree_own_signature(NEW)
                    THEN ARRAY[SIGNING]
                WHEN OLD.state = 'in_force' AND NEW.state = 'revoked'
                    THEN ARRAY[REVOKING]
                WHEN OLD.state = 'frozen' AND NEW.state = 'frozen'
                    AND OLD.track = 'tte' AND NEW.track = 'wet'
                    AND khbs_decree_decided(OLD, 'wet_track')
                    THEN ARRAY[OTHER_TRACK]
                WHEN OLD.state = 'frozen' AND NEW.state = 'withdrawn'
                    AND khbs_decree_decided(OLD, 'withdrawn')
                    THEN ARRAY[WITHDRAWING]
                WHEN OLD.state = 'revoked' AND NEW.state = 'revoked'
                    AND coalesce(OLD.paid_amount, 0) = 0 AND NEW.paid_amount > 0
                    THEN ARRAY['paid_amount']
                WHEN OLD.state = NEW.state THEN ARRAY[]::text[]
            END;
            after := to_jsonb(NEW) - 'write_uid'::text - 'write_date'::text;
            IF free IS NOT NULL AND before - free = after - free
                AND (OLD.number IS NULL OR (OLD.number, OLD.decree_date)
                    IS NOT DISTINCT FROM (NEW.number, NEW.decree_date))
                AND (OLD.valid_from IS NULL OR OLD.valid_from = NEW.valid_from)
            THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'Decree % is %: % refused', OLD.id, OLD.state, TG_OP
            USING ERRCODE = 'restrict_violation';
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_decree_frozen
        BEFORE UPDATE OR DELETE ON khbs_decree
        FOR EACH ROW EXECUTE FUNCTION khbs_decree_frozen();
    CREATE OR REPLACE TRIGGER khbs_decree_frozen_truncate
        BEFORE TRUNCATE ON khbs_decree
        FOR EACH STATEMENT EXECUTE FUNCTION khbs_decree_frozen();
"""


def install(cr):
    """Let the table of decrees refuse what would change a frozen one."""
    sql = _TRIGGERS
    for name, columns in (
        ("SIGNING", _SIGNING),
        ("REVOKING", _REVOKING),
        ("OTHER_TRACK", _OTHER_TRACK),
        ("WITHDRAWING", _WITHDRAWING),
    ):
        quoted = ", ".join(f"'{column}'" for column in columns)
        sql = sql.replace(f"ARRAY[{name}]", f"ARRAY[{quoted}]")
    cr.execute(sql)
