# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every word a user can see has its Indonesian form."""

import polib
import pytest

from tools.setup.database import ADDONS


@pytest.mark.parametrize("addon", ADDONS)
def test_indonesian_is_complete(installation, tmp_path, addon):
    target = tmp_path / f"{addon}.po"
    installation.odoo.once(
        *("i18n", "export", "-c", installation.odoo.config),
        *("-d", installation.template, "-l", "id_ID", "-o", target, addon),
        log=installation.state.logfile(f"i18n-{addon}"),
        failure="The terms could not be exported.",
    )
    entries = polib.pofile(str(target))
    assert len(entries) > 20
    missing = [entry.msgid for entry in entries if not entry.msgstr]
    assert not missing
