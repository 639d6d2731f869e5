# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server of its own on which deliveries are imported, watched and killed."""

import contextlib
import copy
import csv
import select
import signal
import time
import zipfile
from pathlib import Path

import openpyxl
from database import connect

from tools.journey.client import Erp, as_base64
from tools.population.faults import REMARKS
from tools.population.writers import DELIVERY_HEADER
from tools.setup import process

PASSWORD = "import-password"
OPERATOR = "operator-impor"
COLUMNS = len(DELIVERY_HEADER)
USERS = f"""
env.ref("base.user_admin").password = {PASSWORD!r}
user = env["res.users"].create({{
    "name": "Operator", "login": {OPERATOR!r}, "password": {PASSWORD!r},
    "group_ids": [(4, env.ref("khbs_registry.group_registry_operator").id)],
    "khbs_area_ids": [(4, env.ref("khbs_registry.area_62").id)],
}})
"""
# Work on a delivery tells, as it commits, that there is something new to be seen.
NOTICES = """
CREATE FUNCTION khbs_test_notice() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_notify('khbs_test', ''); RETURN NULL; END
$$;
CREATE TRIGGER khbs_test_notice AFTER INSERT OR UPDATE ON khbs_dtsen_job
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_test_notice();
CREATE TRIGGER khbs_test_notice AFTER INSERT OR UPDATE ON khbs_dtsen_import
    FOR EACH STATEMENT EXECUTE FUNCTION khbs_test_notice();
"""


class ImportServer:
    """Odoo on a copy of the database, and an operator at it.

    :param rows_at_once: rows above which the work is done in the background
    """

    def __init__(self, installation, database, rows_at_once=None):
        self.installation = installation
        self.database = database
        # The journey's server runs beside it under the other name.
        self.odoo = copy.copy(installation.odoo)
        self.odoo.pid_file = installation.state.folder / "run" / f"{database}.pid"
        installation.copy_database(database)
        self.sql(NOTICES)
        parameter = ""
        if rows_at_once is not None:
            parameter = (
                "env['ir.config_parameter'].set_param("
                f"'khbs.import.at_once_rows', {rows_at_once})"
            )
        self.odoo.shell(
            database,
            USERS + parameter,
            log=installation.state.logfile(f"shell-{database}"),
        )
        self.child = None
        self.start()

    def start(self):
        port = process.free_port()
        self.log = self.installation.state.logfile(f"server-{self.database}")
        self.child = self.odoo.start(self.database, port, self.log)
        self.erp = Erp(f"http://127.0.0.1:{port}", self.database, OPERATOR, PASSWORD)

    def wake(self):
        """Have the cron look for work now, as it does by itself within a minute.

        A server that does not listen yet misses it and looks then.
        """
        self.installation.cluster.sql("postgres", "NOTIFY cron_trigger")

    def kill(self):
        """End the server as a power cut does."""
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def close(self):
        self.odoo.stop(self.child)
        self.installation.cluster.drop(self.database)

    def sql(self, query):
        """Return the rows of *query* as psql writes them, one a line."""
        return self.installation.cluster.sql(self.database, query).strip()

    def peak_memory(self):
        """Return the most memory (bytes) that the server ever held."""
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024

    def upload(self, path, regencies=("62",), **values):
        """Create a delivery of the file at *path* and return its id."""
        areas = {
            row["code"]: row["id"]
            for row in self.erp.search_read(
                "khbs.area", [("code", "in", list(regencies))], ["code"]
            )
        }
        first, *others = [areas[code] for code in regencies]
        return self.erp.create(
            "khbs.dtsen.import",
            {
                "area_id": first,
                "further_area_ids": [(6, 0, others)],
                "year": 2026,
                "quarter": "1",
                "letter_number": "400.9.5/1",
                "letter_date": "2026-01-05",
                "purpose": "KHBS 2026",
                "file": as_base64(path),
                "file_name": path.name,
                **values,
            },
        )

    def press(self, delivery, button):
        return self.erp.call("khbs.dtsen.import", button, [delivery])

    def read(self, delivery, *names):
        values = self.erp.read_one("khbs.dtsen.import", delivery, list(names))
        return values[names[0]] if len(names) == 1 else values

    def wait(self, delivery, reached, seconds=600):
        """Wait until ``reached(delivery's values)`` is true; return the values."""
        deadline = time.monotonic() + seconds
        with contextlib.closing(connect(self.installation, self.database)) as notices:
            notices.autocommit = True
            notices.cursor().execute("LISTEN khbs_test")
            while True:
                values = self.read(
                    delivery,
                    *("state", "job_state", "job_phase", "job_processed"),
                    "job_message",
                )
                if reached(values):
                    return values
                assert values["job_state"] != "failed", values
                remaining = max(0, deadline - time.monotonic())
                assert select.select([notices], [], [], remaining)[0], values
                notices.poll()

    def do(self, delivery, button):
        """Press *button* and wait until its work is done."""
        self.press(delivery, button)
        return self.wait(
            delivery, lambda v: v["job_state"] not in ("queued", "running")
        )

    def rejects(self, delivery, folder):
        """Return the rows of the reject file: original cells and code."""
        path = folder / f"rejects-{delivery}.xlsx"
        path.write_bytes(self.erp.download(f"/khbs/import/{delivery}/rejects"))
        sheet = openpyxl.load_workbook(path, read_only=True).active
        for row in sheet.iter_rows(min_row=2, values_only=True):
            yield tuple(cell or "" for cell in row[: COLUMNS + 1])


def zipped(path):
    """Return *path* packed as large files are uploaded."""
    packed = path.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, path.name)
    return packed


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file, delimiter=";")


def planted(folder):
    """Yield the rows of the reject file as the generator knows them."""
    codes = {
        int(line): code
        for line, _key, code in list(rows_of(folder / "answers.csv"))[1:]
        if code not in REMARKS
    }
    faulty = set()
    for line, row in enumerate(rows_of(folder / "delivery.csv"), start=1):
        if line in codes:
            faulty.add(row[0])
    for line, row in enumerate(rows_of(folder / "delivery.csv"), start=1):
        if row[0] in faulty:
            yield (*row[:COLUMNS], codes.get(line, "HOUSEHOLD_REJECTED"))


# What an import may write, row by row: any change of one gives another digest.
REGISTRY = """
SELECT md5(string_agg(v, ',')) FROM (
    SELECT 'h' || id || ctid::text || xmin::text AS v FROM khbs_household
    UNION ALL SELECT 'k' || id || ctid::text || xmin::text FROM khbs_household_kk
    UNION ALL SELECT 'p' || id || ctid::text || xmin::text FROM khbs_person
    UNION ALL SELECT 'l' || id || ctid::text || xmin::text FROM khbs_local_value
    UNION ALL SELECT 'c' || id || ctid::text || xmin::text FROM khbs_dtsen_conflict
    ORDER BY 1
) found
"""
