# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A user at the backend in Debian's Chromium, on a desk or on a phone."""

# Widths of the window in pixels.
DESKTOP = 1280
PHONE = 360


class Screen:
    """One user's browser, which remembers what went wrong in it.

    :param width: of the window in pixels; :data:`PHONE` is a field officer's phone
    """

    def __init__(self, browser, journey, login, width=DESKTOP):
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
        """Close the browser window; nothing may have gone wrong in it."""
        self.context.close()
        assert not self.troubles
