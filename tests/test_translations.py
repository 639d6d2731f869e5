# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every word a user can see has its Indonesian form."""

import polib
import pytest

from tools.setup.database import ADDONS
from tools.setup.state import REPOSITORY


@pytest.mark.parametrize("addon", ADDONS)
def test_indonesian_is_complete(installation, tmp_path, addon):
    target = tmp_path / f"{addon}.po"
    installation.odoo.once(
        *("i18n", "export", "-c", installation.odoo.config),
        *("-d", installation.template, "-l", "id_ID", "-o", target, addon),
        log=installation.state.logfile(f"i18n-{addon}"),
        failure="The terms could not be exported.",
    )
    terms = {entry.msgid for entry in polib.pofile(str(target))}
    assert len(terms) > 20
    # The export leaves out a translation that equals its source; the file itself says
    # whether somebody decided that.
    own = polib.pofile(str(REPOSITORY / "addons" / addon / "i18n" / "id.po"))
    translated = {entry.msgid for entry in own.translated_entries()}
    assert not terms - translated
