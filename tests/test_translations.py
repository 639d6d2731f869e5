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
    shown = {entry.msgid: entry.msgstr for entry in polib.pofile(str(target))}
    terms = set(shown)
    assert len(terms) > 20
    # The export leaves out a translation that equals its source; the file itself says
    # whether somebody decided that.
    own = polib.pofile(str(REPOSITORY / "addons" / addon / "i18n" / "id.po"))
    translated = {entry.msgid for entry in own.translated_entries()}
    assert not terms - translated
    # A template beside the file that is out of date hides the words it does not know:
    # they are exported empty. The name of a model of Odoo's own is Odoo's to translate.
    assert not [
        entry.msgid
        for entry in own.translated_entries()
        if entry.msgstr != entry.msgid
        and shown.get(entry.msgid) == ""
        and not all(
            place.startswith("model:ir.model,") for place, _ in entry.occurrences
        )
    ]
