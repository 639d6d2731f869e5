# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each addon installs with nothing but what it depends on."""

import pytest

from tools.setup.database import ADDONS
from tools.setup.proof import complaints_in

ALONE = {
    "khbs_registry": {"khbs_registry"},
    "khbs_cards": {"khbs_registry", "khbs_cards"},
    "khbs_claims": {"khbs_registry", "khbs_cards", "khbs_claims"},
    "khbs_edc": {"khbs_registry", "khbs_cards", "khbs_claims", "khbs_edc"},
    "khbs_bkk": {"khbs_registry", "khbs_bkk"},
}


@pytest.mark.parametrize("addon", ADDONS)
def test_addon_installs_alone(installation, addon):
    database = f"alone_{addon}"
    installation.cluster.drop(database)
    log = installation.state.logfile(database)
    installation.odoo.once(
        *("-c", installation.odoo.config, "-d", database, "-i", addon),
        *("--skip-auto-install", "--load-language", "id_ID"),
        *("--no-http", "--stop-after-init", "--max-cron-threads=0"),
        log=log,
        failure=f"{addon} does not install alone: read {log}.",
    )
    assert not complaints_in(log)
    installed = installation.cluster.sql(
        database,
        "SELECT name FROM ir_module_module"
        " WHERE state = 'installed' AND name LIKE 'khbs%'",
    )
    assert set(installed.split()) == ALONE[addon]
    installation.cluster.drop(database)
