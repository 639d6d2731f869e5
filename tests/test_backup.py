# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The backup drill: copy while people write, restore, find every row and file."""

import json
import threading

import pytest

from tools.setup.backup import back_up
from tools.setup.restore import missing_keys, restore
from tools.setup.step import SetupError


def rows(cluster, database):
    """Return a digest of the tables that must come back."""
    return {
        table: cluster.sql(
            database,
            f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY id)) FROM {table} t",
        )
        for table in (
            "khbs_household",
            "khbs_candidate",
            "khbs_audit_event",
            "res_users",
        )
    }


def test_drill(journey, installation, tmp_path):
    cluster = installation.cluster
    filestores = installation.odoo.data / "filestore"
    keys = installation.odoo.keys
    operator = journey.erp("operator")
    [area] = operator.search("khbs.area", [("code", "=", "62.71.01.1001")])
    stop = threading.Event()

    def write():
        while not stop.is_set():
            operator.create("khbs.candidate", {"area_id": area})

    writer = threading.Thread(target=write)
    writer.start()
    try:
        manifest = back_up(
            cluster,
            journey.database,
            filestores / journey.database,
            keys,
            tmp_path / "b",
        )
    finally:
        stop.set()
        writer.join()
    restored = restore(cluster, tmp_path / "b", "khbs_drill", filestores, replace=True)
    assert restored == manifest
    # A second restore of the same copy gives the same rows: it was one point in time.
    restore(cluster, tmp_path / "b", "khbs_drill2", filestores, replace=True)
    assert rows(cluster, "khbs_drill") == rows(cluster, "khbs_drill2")
    names = cluster.sql(
        "khbs_drill",
        "SELECT store_fname FROM ir_attachment WHERE store_fname IS NOT NULL",
    ).splitlines()
    assert names
    assert all((filestores / "khbs_drill" / name).exists() for name in names)
    assert missing_keys(manifest, keys) == []
    assert missing_keys(manifest, tmp_path) == sorted(manifest["keys"])
    assert manifest["keys"]


def test_restore_refuses(journey, installation, tmp_path):
    cluster = installation.cluster
    filestores = installation.odoo.data / "filestore"
    back_up(
        cluster,
        journey.database,
        filestores / journey.database,
        installation.odoo.keys,
        tmp_path / "b",
    )
    with pytest.raises(SetupError, match="exists"):
        restore(cluster, tmp_path / "b", journey.database, filestores)
    manifest = tmp_path / "b" / "manifest.json"
    content = json.loads(manifest.read_text())
    content["dump_sha256"] = "0" * 64
    manifest.write_text(json.dumps(content))
    with pytest.raises(SetupError, match="damaged"):
        restore(cluster, tmp_path / "b", "khbs_drill3", filestores)
    manifest.unlink()
    with pytest.raises(SetupError, match="no complete backup"):
        restore(cluster, tmp_path / "b", "khbs_drill3", filestores)
