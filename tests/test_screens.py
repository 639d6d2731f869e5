# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each role logs in with Chromium and finds its work, in Indonesian, without errors."""

import pytest
from screen import Screen

from tools.journey.users import DEMO_USERS

# Words that are the same in both languages.
SAME = {"KHBS", "BKK", "Audit", "Terminal"}

# Where each role starts its day.
HOMES = {
    "petugas": "khbs-visits",
    "operator": "khbs-households",
    "validator": "khbs-visits",
    "kartu": "khbs-card-runs",
    "edc": "khbs-terminals",
    "distribusi": "khbs-food-deliveries",
    "bank": "khbs-bank-batches",
    "bank2": "khbs-bank-batches",
    "pengusul": "khbs-bkk-queue",
    "verifikator": "khbs-bkk-queue",
    "sk": "khbs-decrees",
    "penyetuju": "khbs-recipient-lists",
    "auditor": "khbs-audit-events",
    "pembuka": "khbs-households",
    "pengelola": "khbs-audit-events",
}


def has_form(erp, path):
    """True if the list at *path* opens its records in a form of their own."""
    action = erp.rpc("/web/action/load", {"action_id": path})
    return any(kind == "form" for _view, kind in action.get("views", []))


def menus(erp):
    """Return {menu id: (name, path of its action)} of the user's own menus."""
    loaded = erp.call("ir.ui.menu", "load_web_menus", [], False)
    return {
        key: (menu["name"], menu.get("actionPath"))
        for key, menu in loaded.items()
        if key != "root"
    }


@pytest.mark.parametrize("login", DEMO_USERS)
def test_role_opens_every_menu(journey, browser, login):
    screen = Screen(browser, journey, login)
    # The app's own entry and its first menu lead to one screen.
    paths = {path for _name, path in menus(journey.erp(login)).values() if path}
    assert paths, f"{login} has no menu"
    for path in sorted(paths):
        screen.open(path)
        if has_form(journey.erp(login), path):
            screen.open_first_record()
    screen.close()


@pytest.mark.parametrize("login", HOMES)
def test_role_lands_on_its_work(journey, browser, login):
    screen = Screen(browser, journey, login)
    screen.page.wait_for_url(f"**/odoo/{HOMES[login]}")
    screen.close()


@pytest.mark.parametrize("login", DEMO_USERS)
def test_menus_are_indonesian(journey, login):
    indonesian = menus(journey.erp(login))
    english = {
        row["id"]: row["name"]
        for row in journey.erp("admin").call(
            "ir.ui.menu",
            "search_read",
            [("id", "in", [int(key) for key in indonesian])],
            fields=["name"],
            context={"lang": "en_US"},
        )
    }
    untranslated = {
        name
        for key, (name, _path) in indonesian.items()
        if name == english[int(key)] and name not in SAME
    }
    assert not untranslated
