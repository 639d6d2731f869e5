# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every personal number that the played database holds, to be looked for elsewhere."""

import json
import re

# Columns with such a number, by name; whatever table has one.
COLUMNS = (
    "nik",
    "kk_number",
    "npwp",
    "account",
    "account_number",
    "bank_account",
)
_COLUMNS_QUERY = """
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name LIKE 'khbs%'
       AND data_type = 'character varying'
"""
_RUN = re.compile(r"[0-9]{8,}")


def numbers_in(cluster, database):
    """Return the set of all NIK, KK, accounts and tax numbers in *database*."""
    found = set()
    rows = cluster.sql(database, _COLUMNS_QUERY).splitlines()
    for table, column in (row.split("|") for row in rows):
        if column in COLUMNS:
            query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} ~ '^[0-9]+$'"
            found.update(cluster.sql(database, query).splitlines())
    # Shorter ones may be anything.
    return {number for number in found if len(number) >= 10}


def leaked(numbers, content):
    """Return those of *numbers* that *content* (text, bytes or JSON) shows."""
    if isinstance(content, bytes):
        content = content.decode(errors="replace")
    elif not isinstance(content, str):
        content = json.dumps(content, default=str)
    return {run for run in _RUN.findall(content) if run in numbers}
