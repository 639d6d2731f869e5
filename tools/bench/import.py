# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import a delivery of new families: stage, check, compare and apply (DESIGN 6).

Reference: the rows that this made of households, KK numbers and persons, put into the
same tables with the same indexes and foreign keys by a bare COPY. Both are rolled back.
"""

import base64
import datetime
import tempfile
import zipfile
from pathlib import Path

from tools.population.generator import Request, delivery_path, generate

from .context import Figure, stopwatch

RUNS = 2
SEED = 971
# In the order of their foreign keys, and which of their rows the delivery made.
TABLES = {
    "khbs_household": "dtsen_import_id = %s",
    "khbs_household_kk": "household_id IN "
    "(SELECT id FROM khbs_household WHERE dtsen_import_id = %s)",
    "khbs_person": "household_id IN "
    "(SELECT id FROM khbs_household WHERE dtsen_import_id = %s)",
}
STAGING = ("khbs_dtsen_row", "khbs_dtsen_family")


def measure(bench):
    with tempfile.TemporaryDirectory() as folder:
        file = _delivered(bench, Path(folder))
        ours, bare = [], []
        for _run in range(RUNS):
            ours.append(_import(bench, file, Path(folder)))
            bench.vacuum(*TABLES, *STAGING)
            bare.append(_bare(bench, Path(folder)))
            bench.vacuum(*TABLES)
    yield Figure("import", min(ours), "s", min(ours) / min(bare), "<=4.0")


def _delivered(bench, folder):
    """Return the path of a zipped delivery, as large ones are uploaded."""
    request = Request(seed=SEED, households=bench.households)
    generate(request, folder)
    file = folder / "delivery.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(delivery_path(request, folder), "delivery.csv")
    return file


def _import(bench, file, folder):
    """Return the seconds of the import; its rows are left in *folder*."""
    with bench.registry.cursor() as cr:
        env = bench.environment(cr)
        # All of it in this call: the cron would commit each chunk.
        env["ir.config_parameter"].set_param("khbs.import.at_once_rows", 10**9)
        delivery = env["khbs.dtsen.import"].create(
            {
                "area_id": env.ref("khbs_registry.area_62").id,
                "year": datetime.date.today().year + 1,
                "quarter": "1",
                "letter_number": "Bench",
                "letter_date": "2026-01-01",
                "purpose": "Bench",
                "file": base64.b64encode(file.read_bytes()),
            }
        )
        env.flush_all()
        with stopwatch() as taken:
            delivery.action_stage()
            delivery.action_apply()
            env.flush_all()
        assert delivery.new_count == bench.households, delivery.new_count
        assert delivery.state == "applied"
        for table, condition in TABLES.items():
            query = cr.mogrify(
                f"COPY (SELECT {_columns(cr, table)} FROM {table} WHERE {condition} "
                "ORDER BY id) TO STDOUT",
                [delivery.id],
            )
            with open(folder / table, "wb") as target:
                cr.copy_expert(query.decode(), target)
        cr.rollback()
    return taken[0]


def _columns(cr, table):
    """Return the columns of *table* that a COPY brings: not the computed ones."""
    cr.execute(
        """
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
         WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
           AND attgenerated = ''
        """,
        [table],
    )
    return cr.fetchone()[0]


def _bare(bench, folder):
    with bench.registry.cursor() as cr:
        # The delivery that the rows name was rolled back with them.
        cr.execute(
            "ALTER TABLE khbs_household DROP CONSTRAINT IF EXISTS "
            "khbs_household_dtsen_import_id_fkey"
        )
        with stopwatch() as taken:
            for table in TABLES:
                with open(folder / table, "rb") as source:
                    columns = _columns(cr, table)
                    cr.copy_expert(f"COPY {table} ({columns}) FROM STDIN", source)
        cr.rollback()
    return taken[0]
