# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

# What the former version made where a file had no keys: the whole KK number.
PLAIN = "^kk:[0-9]{16}$"
COLUMNS = (
    ("khbs_household", "dtsen_key"),
    ("khbs_dtsen_family", "name"),
    ("khbs_dtsen_row", "family_key"),
)


def migrate(cr, version):
    """Show no KK number as the key of a family: make it the digest that it is now."""
    digest = api.Environment(cr, SUPERUSER_ID, {})["khbs.household"]._number_digest
    for names in COLUMNS:
        table, column = map(SQL.identifier, names)
        cr.execute(
            SQL(
                "SELECT DISTINCT %s FROM %s WHERE %s ~ %s", column, table, column, PLAIN
            )
        )
        plain = sorted({key for [key] in cr.fetchall()})
        cr.execute(
            SQL(
                "UPDATE %s SET %s = k.sealed FROM unnest(%s::text[], %s::text[]) "
                "AS k (plain, sealed) WHERE %s = k.plain",
                table,
                column,
                plain,
                [f"kk:{digest(key.removeprefix('kk:'))[:16]}" for key in plain],
                column,
            )
        )
