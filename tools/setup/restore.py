# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""tools/restore: bring a copy made by tools/backup back as a database."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .backup import DUMP, MANIFEST, copy_files, list_keys, reachable_cluster
from .odoo_source import file_sha256
from .state import State, discard
from .step import SetupError, explain, report


def read_manifest(folder):
    """Return the manifest of a whole and undamaged backup."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError as error:
        raise SetupError(
            f"{folder} is no complete backup: it has no {MANIFEST}."
        ) from error
    if file_sha256(folder / DUMP) != manifest["dump_sha256"]:
        raise SetupError(f"{folder / DUMP} is damaged: take another backup.")
    return manifest


def restore(cluster, folder, database, filestores, replace=False):
    """Make *database* from the backup in *folder*.

    It is built under another name and renamed when complete.

    :param filestores: folder that holds one folder of files per database
    :param replace: True to put it in the place of an existing database
    """
    manifest = read_manifest(folder)
    if database in cluster.databases() and not replace:
        raise SetupError(
            f"The database {database} exists: restore under another --database, "
            "or say --replace to lose it."
        )
    making = f"{database}_restore"
    cluster.drop(making)
    discard(filestores / making)
    cluster.sql("postgres", f'CREATE DATABASE "{making}" TEMPLATE template0')
    done = subprocess.run(
        [f"{cluster.programs}/pg_restore", "--exit-on-error", "--no-owner"]
        + ["-d", making, str(folder / DUMP)],
        env=cluster.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"pg_restore failed: {done.stderr.strip()[-500:]}")
    names = cluster.sql(
        making,
        "SELECT DISTINCT store_fname FROM ir_attachment WHERE store_fname IS NOT NULL",
    ).splitlines()
    copy_files(folder / "filestore", filestores / making, names)
    if replace:
        cluster.sql("postgres", f'DROP DATABASE IF EXISTS "{database}"')
        discard(filestores / database)
    shutil.move(filestores / making, filestores / database)
    cluster.sql("postgres", f'ALTER DATABASE "{making}" RENAME TO "{database}"')
    return manifest


def missing_keys(manifest, keys):
    """Return the names of keys that the backup lists and *keys* lacks."""
    present = list_keys(keys)
    return sorted(
        name for name, digest in manifest["keys"].items() if present.get(name) != digest
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="tools/restore", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder that tools/backup made")
    parser.add_argument("--database", default=os.environ.get("PGDATABASE", "khbs"))
    parser.add_argument(
        "--replace", action="store_true", help="drop the database of that name first"
    )
    options = parser.parse_args(arguments)
    state = State()
    try:
        state.prepare()
        filestores = state.folder / "odoo-data" / "filestore"
        filestores.mkdir(parents=True, exist_ok=True)
        with reachable_cluster(state) as cluster:
            manifest = restore(
                cluster, options.folder, options.database, filestores, options.replace
            )
        state.own(filestores, *filestores.rglob("*"))
    except SetupError as error:
        return report(error)
    except OSError as error:
        return report(explain(error, state.folder))
    print(f"{options.database}: as of {manifest['at']}, {manifest['files']} files")
    lost = missing_keys(manifest, state.folder / "keys")
    if lost:
        print(f"Bring these keys back into {state.folder / 'keys'}: {', '.join(lost)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
