# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Tables whose rows are never changed or removed (DESIGN 4.4)."""

from odoo.tools import SQL

# The columns that the trigger protects are its arguments. A column that an upgrade
# adds is not among them until ``seal`` runs at the end of loading: so far, and only
# where it is NULL, the ORM may fill it with what it computes.
FUNCTION = """
    CREATE OR REPLACE FUNCTION khbs_refuse_change() RETURNS trigger AS $$
    DECLARE
        known text[] := TG_ARGV;
        -- The ORM notes who computes, even an upgrade.
        kept text[] := array_remove(array_remove(known, 'write_uid'), 'write_date');
        before jsonb;
        after jsonb;
    BEGIN
        IF TG_OP = 'UPDATE' AND TG_NARGS > 0 THEN
            before := to_jsonb(OLD);
            after := to_jsonb(NEW);
            -- As text: 1.0 and 1.00 are one number but not one content.
            IF EXISTS (SELECT FROM jsonb_each(before - known) WHERE value = 'null')
                AND NOT EXISTS (
                    SELECT FROM jsonb_each(before - known) AS had
                     WHERE had.value <> 'null'
                       AND had.value::text IS DISTINCT FROM (after -> had.key)::text
                )
                AND (SELECT jsonb_object_agg(key, value)::text FROM jsonb_each(before)
                      WHERE key = ANY(kept))
                  = (SELECT jsonb_object_agg(key, value)::text FROM jsonb_each(after)
                      WHERE key = ANY(kept))
            THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'Table % is append-only: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END
    $$ LANGUAGE plpgsql
"""


def install(cr, table):
    """Refuse UPDATE, DELETE and TRUNCATE on *table*, for every database user.

    Call it from a model's ``init()``. A stored computed field of such a table is
    given at creation, or is new with an upgrade, which fills it once in the rows that
    there are. What becomes known later is a row in another table.
    """
    cr.execute(FUNCTION)
    _protect(cr, table, _protected(cr, table) or _columns(cr, table))
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE TRIGGER %s BEFORE TRUNCATE ON %s
                FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_change()
            """,
            SQL.identifier(f"{table}_append_only_truncate"),
            SQL.identifier(table),
        )
    )


def seal(cr):
    """Protect every column that append-only tables have by now."""
    cr.execute(
        """
        SELECT relation.relname FROM pg_trigger t
          JOIN pg_proc f ON f.oid = t.tgfoid AND f.proname = 'khbs_refuse_change'
          JOIN pg_class relation ON relation.oid = t.tgrelid
         WHERE t.tgname = relation.relname || '_append_only'
        """
    )
    for [table] in cr.fetchall():
        columns = _columns(cr, table)
        if _protected(cr, table) != columns:
            _protect(cr, table, columns)


def _protect(cr, table, columns):
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE TRIGGER %s BEFORE UPDATE OR DELETE ON %s
                FOR EACH ROW EXECUTE FUNCTION khbs_refuse_change(%s)
            """,
            SQL.identifier(f"{table}_append_only"),
            SQL.identifier(table),
            SQL(", ").join(SQL("%s", column) for column in columns),
        )
    )


def _protected(cr, table):
    """Return the columns that the trigger of *table* names, sorted."""
    cr.execute(
        "SELECT tgargs FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = %s",
        [f'"{table}"', f"{table}_append_only"],
    )
    row = cr.fetchone()
    names = bytes(row[0]).split(b"\0")[:-1] if row else []
    return sorted(name.decode() for name in names)


def _columns(cr, table):
    cr.execute(
        """
        SELECT attname FROM pg_attribute
         WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
        """,
        [f'"{table}"'],
    )
    return sorted(name for [name] in cr.fetchall())
