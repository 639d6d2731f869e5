# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each role logs in with Chromium and finds its work, in Indonesian, without errors."""

import pytest
from playwright.sync_api import sync_playwright

from tools.journey.users import DEMO_USERS

# Words that are the same in both languages.
SAME = {"KHBS", "BKK", "Audit", "Terminal"}

# Where some roles start their day.
HOMES = {
    "petugas": "khbs-visits",
    "kartu": "khbs-card-runs",
    "edc": "khbs-terminals",
    "bank": "khbs-bank-batches",
    "penyetuju": "khbs-recipient-lists",
    "auditor": "khbs-audit-events",
}


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        yield running
        running.close()


class Screen:
    """One user's browser, which remembers what went wrong in it."""

    def __init__(self, browser, journey, login, width=1280):
        self.url = journey.url
        self.context = browser.new_context(
            locale="id-ID",
            timezone_id="Asia/Pontianak",
            viewport={"width": width, "height": 800},
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.troubles = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", self._on_console)
        self.page.on("response", self._on_response)
        self.page.goto(f"{self.url}/web/login")
        # A style that does not compile leaves a page of bare HTML.
        layout = "getComputedStyle(document.querySelector('.card')).display"
        assert self.page.evaluate(layout) == "flex"
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", journey.password(login))
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar")

    def _on_console(self, message):
        if message.type == "error":
            self.troubles.append(message.text)

    def _on_response(self, response):
        if response.status >= 400:
            self.troubles.append(f"{response.status} {response.url}")

    def open(self, path):
        """Open a screen by its path and wait until its view is there."""
        self.page.goto(f"{self.url}/odoo/{path}")
        self.page.wait_for_selector(
            ".o_action_manager .o_view_controller, .o_action_manager .o_action"
        )
        assert not self.page.query_selector(".o_error_dialog"), path

    def open_first_record(self):
        """Open the first record of the list, if there is one and it has a form."""
        row = self.page.query_selector(".o_data_row .o_data_cell:not(.o_handle_cell)")
        if row:
            row.click()
            self.page.wait_for_selector(".o_form_view, .o_selected_row, .o_dialog")
            assert not self.page.query_selector(".o_error_dialog"), (
                self.page.inner_text(".o_error_dialog")
            )

    def close(self):
        self.context.close()


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
    assert not screen.troubles
    screen.close()


@pytest.mark.parametrize("login", HOMES)
def test_role_lands_on_its_work(journey, browser, login):
    screen = Screen(browser, journey, login)
    screen.page.wait_for_url(f"**/odoo/{HOMES[login]}")
    assert not screen.troubles
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
