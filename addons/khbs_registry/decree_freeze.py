# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A frozen decree stays as it is, kept by the database (DESIGN 4.8)."""

# What may still change on a decree that is frozen; the state only moves forward.
LIVING_COLUMNS = (
    "state",
    "number",
    "decree_date",
    "registered_by_id",
    "registered_at",
    "scan_attachment_id",
    "scan_sha256",
    "revoked_by_decree_id",
    "revoked_on",
    "write_uid",
    "write_date",
)
_TRIGGERS = """
    CREATE OR REPLACE FUNCTION khbs_decree_frozen() RETURNS trigger AS $$
    DECLARE
        living text[] := ARRAY[LIVING];
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            RAISE EXCEPTION 'Table khbs_decree: TRUNCATE refused'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.state = 'draft' THEN
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            ELSIF NEW.state IN ('draft', 'frozen') THEN
                RETURN NEW;
            END IF;
        ELSIF TG_OP = 'UPDATE' AND to_jsonb(OLD) - living
                = to_jsonb(NEW) - living AND (
            (OLD.state, NEW.state) IN
                (('frozen', 'in_force'), ('in_force', 'revoked'))
            OR (OLD.state = NEW.state
                AND to_jsonb(OLD) - 'write_uid'::text - 'write_date'::text
                = to_jsonb(NEW) - 'write_uid'::text - 'write_date'::text)
        ) AND (OLD.state = 'frozen'
            OR (OLD.number, OLD.decree_date, OLD.scan_sha256,
                OLD.scan_attachment_id, OLD.registered_by_id,
                OLD.registered_at)
            IS NOT DISTINCT FROM
               (NEW.number, NEW.decree_date, NEW.scan_sha256,
                NEW.scan_attachment_id, NEW.registered_by_id,
                NEW.registered_at)
        ) THEN
            RETURN NEW;
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
    living = ", ".join(f"'{column}'" for column in LIVING_COLUMNS)
    cr.execute(_TRIGGERS.replace("LIVING", living))
