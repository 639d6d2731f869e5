# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Recompute the audit chain from the tables alone.

This is the auditor's own calculation: it shares no code with the addons and needs no
Odoo, only the description of a link in ``addons/khbs_registry/audit_chain.py``.

    tools/verify_audit --database khbs
    tools/verify_audit --known 41820:9f6c..    # a head printed on an earlier report
    tools/verify_audit --heads                 # the head of each day, for the file

Without PGHOST it asks the private server of ./run. Exit code 0: the chain holds;
1: it is broken; 2: it could not be checked.
"""

import argparse
import contextlib
import datetime
import hashlib
import json
import os
import sys

import psycopg2

from tools.setup.backup import reachable_cluster
from tools.setup.state import State
from tools.setup.step import SetupError

GENESIS = "0" * 64
LINKS = """
    SELECT s.seq, s.prev_hash, s.hash, e.id,
           to_char(e.at, 'YYYY-MM-DD"T"HH24:MI:SS.US'),
           e.user_id, e.role, e.act, e.outcome, e.model, e.res_id, e.data
      FROM khbs_audit_seal s LEFT JOIN khbs_audit_event e ON e.id = s.event_id
     ORDER BY s.seq
"""
TAIL = """
    SELECT count(*), extract(epoch FROM now() AT TIME ZONE 'UTC' - min(e.at))::bigint
      FROM khbs_audit_event e
     WHERE NOT EXISTS (SELECT FROM khbs_audit_seal s WHERE s.event_id = e.id)
"""
# The last link that each day saw, in the time of the province.
HEADS = """
    SELECT DISTINCT ON (day) day, seq, hash FROM (
        SELECT seq, hash,
               (sealed_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Pontianak')::date AS day
          FROM khbs_audit_seal
    ) links ORDER BY day, seq DESC
"""
NAMES = ("id", "at", "user", "role", "act", "outcome", "model", "res_id", "data")


class Broken(Exception):
    """The chain does not hold from this link on.

    :param seq: number of the first link that is wrong
    """

    def __init__(self, seq, reason):
        super().__init__(reason)
        self.seq = seq


class Report:
    """What was found: number of links that hold, the last of them, the tail."""

    def __init__(self):
        self.count = 0
        self.head = GENESIS
        self.unsealed = 0
        self.tail_seconds = 0


def expected_link(previous, seq, event):
    """Return the SHA-256 that link *seq* must have after *previous*."""
    members = dict(zip(NAMES, event, strict=True), prev=previous, seq=seq)
    line = json.dumps(
        members, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(line.encode("utf-8")).hexdigest()


def verify(connection, known=()):
    """Return the :class:`Report` of the chain in the database of *connection*.

    :param known: (number, link) pairs that were printed earlier
    :raises Broken: a link is missing, out of order or does not fit its event
    """
    report = Report()
    known = dict(known)
    with connection.cursor("links") as cursor:
        cursor.itersize = 10_000
        cursor.execute(LINKS)
        for seq, previous, link, *event in cursor:
            number = report.count + 1
            if seq != number:
                raise Broken(number, "the link is missing")
            if previous != report.head:
                raise Broken(number, "it does not follow the link before")
            if event[0] is None:
                raise Broken(number, "its event is missing")
            if expected_link(previous, seq, event) != link:
                raise Broken(number, "its event is not what was sealed")
            if known.pop(seq, link) != link:
                raise Broken(number, "it is not the link that was printed earlier")
            report.count, report.head = seq, link
    if known:
        raise Broken(min(known), "the chain is shorter than it was")
    with connection.cursor() as cursor:
        cursor.execute(TAIL)
        report.unsealed, report.tail_seconds = cursor.fetchone()
    return report


def heads(connection):
    """Yield (day, number, link) of the last link of each day."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS)
        yield from cursor.fetchall()


def known_link(text):
    """Return (number, link) of an argument such as ``12:ab34..``."""
    number, _colon, link = text.partition(":")
    if not number.isdigit() or len(link) != 64:
        raise argparse.ArgumentTypeError("write it as NUMBER:LINK with 64 digits")
    return int(number), link.lower()


@contextlib.contextmanager
def connect(database):
    """Yield a read-only connection that sees one moment of the database."""
    environment = os.environ
    with contextlib.ExitStack() as stack:
        if "PGHOST" not in environment:
            cluster = stack.enter_context(reachable_cluster(State()))
            environment = cluster.environment
        connection = psycopg2.connect(
            host=environment["PGHOST"],
            port=environment.get("PGPORT", "5432"),
            user=environment.get("PGUSER"),
            password=environment.get("PGPASSWORD"),
            dbname=database,
        )
        stack.callback(connection.close)
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        yield connection


def main(arguments=None):
    """Verify, print what was found and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="tools/verify_audit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--database", default=os.environ.get("PGDATABASE", "khbs"))
    parser.add_argument(
        "--known",
        type=known_link,
        action="append",
        default=[],
        metavar="NUMBER:LINK",
        help="a head that must still stand in the chain",
    )
    parser.add_argument(
        "--heads", action="store_true", help="print the last link of each day too"
    )
    options = parser.parse_args(arguments)
    try:
        with connect(options.database) as connection:
            report = verify(connection, options.known)
            days = list(heads(connection)) if options.heads else []
    except Broken as broken:
        print(f"BROKEN at link {broken.seq}: {broken}")
        return 1
    except (psycopg2.Error, SetupError) as error:
        print(f"The chain could not be checked: {error}", file=sys.stderr)
        return 2
    for day, number, link in days:
        print(f"{day} {number}:{link}")
    print(f"links    {report.count}")
    print(f"head     {report.head}")
    age = datetime.timedelta(seconds=report.tail_seconds or 0)
    print(f"unsealed {report.unsealed} (oldest {age} ago)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
