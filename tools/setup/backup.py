# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""tools/backup: database, files and the list of keys at one consistent point."""

import argparse
import contextlib
import datetime
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .cluster import Cluster
from .odoo_source import file_sha256
from .state import State, discard
from .step import SetupError, explain, report

MANIFEST = "manifest.json"
DUMP = "database.dump"


class Snapshot:
    """A transaction that keeps one view of the database while it is copied.

    It also holds the lock that keeps Odoo from removing files that this view names:
    the collector of unused files asks for a lock that conflicts with ours.
    """

    def __init__(self, cluster, database):
        self._psql = subprocess.Popen(
            [f"{cluster.programs}/psql", "-X", "-q", "-A", "-t", "-d", database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=cluster.environment,
            text=True,
        )
        self._tell("BEGIN ISOLATION LEVEL REPEATABLE READ;")
        self._tell("LOCK TABLE ir_attachment IN ROW EXCLUSIVE MODE;")
        [self.name] = self.ask("SELECT pg_export_snapshot()")

    def _tell(self, statement):
        self._psql.stdin.write(statement + "\n")
        self._psql.stdin.flush()

    def ask(self, query):
        """Return the query's lines as this view sees them."""
        self._tell(f"{query};\n\\echo --end--")
        lines = []
        for line in self._psql.stdout:
            if line.rstrip("\n") == "--end--":
                return lines
            lines.append(line.rstrip("\n"))
        raise SetupError("PostgreSQL ended the backup's transaction: start it again.")

    def close(self):
        self._psql.stdin.close()
        self._psql.wait()


@contextlib.contextmanager
def reachable_cluster(state):
    """Yield the cluster of ./run, started here if it is not running."""
    cluster = Cluster(state)
    cluster.create()
    port = None if cluster.external else running_port(cluster)
    if cluster.external or port:
        cluster.port = port or cluster.port
        yield cluster
    else:
        with cluster.running():
            yield cluster


def running_port(cluster):
    """Return the port of the running private server, or nothing."""
    try:
        lines = (cluster.folder / "postmaster.pid").read_text().splitlines()
        os.kill(int(lines[0]), 0)
        return int(lines[3])
    except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
        return None


def back_up(cluster, database, filestore, keys, target):
    """Copy everything into the new folder *target* and return its manifest.

    :param filestore: the database's folder of files
    :param keys: folder of the authority's keys; their names and digests are listed,
        the keys themselves are never copied
    """
    making = target.with_name(target.name + ".new")
    discard(making)
    making.mkdir(parents=True, mode=0o700)
    snapshot = Snapshot(cluster, database)
    try:
        at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        dump(cluster, database, snapshot, making / DUMP)
        names = snapshot.ask(
            "SELECT DISTINCT store_fname FROM ir_attachment"
            " WHERE store_fname IS NOT NULL ORDER BY 1"
        )
        copy_files(filestore, making / "filestore", names)
    finally:
        snapshot.close()
    manifest = {
        "database": database,
        "at": at,
        "dump_sha256": file_sha256(making / DUMP),
        "files": len(names),
        "keys": list_keys(keys),
    }
    (making / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    os.sync()
    making.rename(target)
    return manifest


def dump(cluster, database, snapshot, target):
    done = subprocess.run(
        [f"{cluster.programs}/pg_dump", "-Fc", f"--snapshot={snapshot.name}"]
        + ["-f", str(target), database],
        env=cluster.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"pg_dump failed: {done.stderr.strip()}")


def copy_files(source, target, names):
    """Copy the files called *names*; each must hold what its name says (SHA-1)."""
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        (target / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(source / name, target / name)
        with open(target / name, "rb") as copied:
            digest = hashlib.file_digest(copied, "sha1").hexdigest()
        if digest != Path(name).name:
            raise SetupError(
                f"The file {source / name} is damaged: take it from an older backup."
            )


def list_keys(folder):
    """Return {file name: SHA-256} of the keys that the data was signed with."""
    if not folder.exists():
        return {}
    return {
        str(path.relative_to(folder)): file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="tools/backup",
        description="Copy database and files at one consistent point, while KHBS "
        "runs or stands. The keys of the authority are listed, not copied: they "
        "have their own safe.",
    )
    now = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    parser.add_argument("target", nargs="?", help="new folder; default .khbs/backup/..")
    parser.add_argument("--database", default=os.environ.get("PGDATABASE", "khbs"))
    options = parser.parse_args(arguments)
    state = State()
    target = Path(options.target or state.folder / "backup" / now).absolute()
    try:
        state.prepare()
        if target.exists():
            raise SetupError(f"{target} exists: name a folder that does not.")
        filestore = state.folder / "odoo-data/filestore" / options.database
        with reachable_cluster(state) as cluster:
            manifest = back_up(
                cluster, options.database, filestore, state.folder / "keys", target
            )
    except SetupError as error:
        return report(error)
    except OSError as error:
        return report(explain(error, target))
    print(f"{target}: {manifest['files']} files, as of {manifest['at']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
