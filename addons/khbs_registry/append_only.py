# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Tables whose rows are never changed or removed (DESIGN 4.4)."""

from odoo.tools import SQL


def install(cr, table):
    """Refuse UPDATE, DELETE and TRUNCATE on *table*, for every database user.

    Call it from a model's ``init()``. A model of such a table has no stored
    computed field that is not given at creation: the ORM would fill it with an
    UPDATE. What becomes known later is a row in another table.
    """
    cr.execute(
        """
        CREATE OR REPLACE FUNCTION khbs_refuse_change() RETURNS trigger AS $$
        BEGIN
            RAISE EXCEPTION 'Table % is append-only: % refused', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'restrict_violation';
        END
        $$ LANGUAGE plpgsql
        """
    )
    trigger = SQL.identifier(f"{table}_append_only")
    truncate = SQL.identifier(f"{table}_append_only_truncate")
    name = SQL.identifier(table)
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE TRIGGER %s BEFORE UPDATE OR DELETE ON %s
                FOR EACH ROW EXECUTE FUNCTION khbs_refuse_change()
            """,
            trigger,
            name,
        )
    )
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE TRIGGER %s BEFORE TRUNCATE ON %s
                FOR EACH STATEMENT EXECUTE FUNCTION khbs_refuse_change()
            """,
            truncate,
            name,
        )
    )
