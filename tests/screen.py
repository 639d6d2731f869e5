# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A user at the backend in Debian's Chromium, on a desk or on a phone."""

import re

from playwright.sync_api import expect

# Widths of the window in pixels.
DESKTOP = 1280
PHONE = 360

NO_HINTS = """
document.addEventListener("DOMContentLoaded", () => {
    const style = document.createElement("style");
    style.textContent = ".o-tooltip { pointer-events: none }";
    document.head.append(style);
});
"""
# The dialog in front; those behind it are inactive.
DIALOG = ".modal:not(.o_inactive_modal)"


class Screen:
    """One user's browser, which remembers what went wrong in it.

    :param width: of the window in pixels; :data:`PHONE` is a field officer's phone
    :param position: dict of latitude, longitude and accuracy (m) that the phone tells
    """

    def __init__(self, browser, journey, login, width=DESKTOP, position=None):
        self.url = journey.url
        self.width = width
        place = {"geolocation": position, "permissions": ["geolocation"]}
        self.context = browser.new_context(
            locale="id-ID",
            timezone_id="Asia/Pontianak",
            viewport={"width": width, "height": 800},
            has_touch=width == PHONE,
            # A sheet that still slides in is scrolled away by the click on it.
            reduced_motion="reduce",
            **(place if position else {}),
        )
        # A hint stays under a pointer that nobody moves and would take the next click.
        self.context.add_init_script(NO_HINTS)
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
            self.page.wait_for_selector(".o_form_view, .o_selected_row, .modal-content")
            assert not self.page.query_selector(".o_error_dialog"), (
                self.page.inner_text(".o_error_dialog")
            )

    def menu(self, *names):
        """Click through the menus by their names; a phone shows them all at once."""
        self.page.wait_for_selector(".o_action_manager > *")
        # What is typed into the screen that is about to go would be lost.
        self.page.evaluate(
            "document.querySelectorAll('.o_action_manager > *')"
            ".forEach(screen => (screen.dataset.left = 'yes'))"
        )
        if self.width <= PHONE:
            self.page.click(".o_menu_toggle")
            sidebar = self.page.locator(".o_app_menu_sidebar")
            # The last: an entry may have the name of its section.
            sidebar.get_by_text(names[-1], exact=True).last.click()
            sidebar.wait_for(state="detached")
        else:
            section, *entries = names
            bar = self.page.locator(
                ".o_menu_sections .o_nav_entry, .o_menu_sections .dropdown-toggle"
            )
            bar.get_by_text(section, exact=True).first.click()
            dropdown = self.page.locator(
                ".o-dropdown--menu .dropdown-item, .o-dropdown--menu .dropdown-toggle"
            )
            for entry in entries:
                dropdown.get_by_text(entry, exact=True).first.click()
        breadcrumb = self.page.locator(".o_breadcrumb")
        self.page.wait_for_selector(".o_action_manager > :not([data-left])")
        breadcrumb.filter(has_text=names[-1]).first.wait_for()
        self.wait_for_list()

    def wait_for_list(self):
        """Wait for the list, or the cards that a phone shows instead of it."""
        self.page.wait_for_selector(".o_list_view, .o_kanban_view")

    def open_row(self, text):
        """Open the record of the list, or the card on a phone, that shows *text*."""
        self.page.locator(
            ".o_data_row .o_data_cell, .o_kanban_record", has_text=text
        ).first.click()
        self.page.wait_for_selector(".o_form_view")

    def search(self, text):
        """Search the list for *text* by its first field."""
        box = self.page.locator(".o_searchview_input")
        if self.width <= PHONE and not box.is_visible():
            self.page.click(".o_control_panel .fa-search")
        box.fill(text)
        # Enter takes the offer that is marked: before one is, it would be lost. What is
        # offered may be drawn anew under a click.
        self.page.wait_for_selector(".o_searchview_autocomplete .o-dropdown-item.focus")
        # A row that is about to be drawn anew would take a click and lose it. The
        # empty cards that fill the last line of a kanban stay.
        self.page.evaluate(
            "document.querySelectorAll("
            "'.o_data_row, .o_kanban_record:not(.o_kanban_ghost)')"
            ".forEach(row => (row.dataset.former = 'yes'))"
        )
        with self.page.expect_response(re.compile("web_(search_read|read_group)")):
            box.press("Enter")
        self.page.wait_for_selector(".o_searchview_facet")
        self.page.wait_for_selector("[data-former]", state="detached")

    def new(self):
        """Begin a new record."""
        # The form shows the defaults that the browser remembers until the server's
        # are there; what is typed before would be lost with them.
        with self.page.expect_response(re.compile("/onchange$")) as answered:
            self.page.locator(".o_list_button_add, .o-kanban-button-new").first.click()
        answered.value.finished()
        self.page.wait_for_selector(".o_form_view")
        # The answer is here: it is drawn by the second frame from now.
        self.page.evaluate(
            "new Promise(drawn =>"
            " requestAnimationFrame(() => requestAnimationFrame(drawn)))"
        )

    def field(self, name):
        """Return the locator of a field of the form, or of the dialog in front."""
        return self.page.locator(f".o_field_widget[name='{name}']:visible").last

    def fill(self, name, text):
        """Type *text* into a field of characters, a number or a date."""
        box = self.field(name).locator("input, textarea").first
        box.fill(text)
        box.press("Tab")

    def choose(self, name, label):
        """Choose the option *label* of a selection."""
        self.field(name).locator(".o_select_menu_toggler").click()
        options = self.page.locator(".o_select_menu_item")
        options.get_by_text(label, exact=True).click()
        # A phone's sheet takes a moment to go; it would take the next one along.
        options.first.wait_for(state="detached")

    def pick(self, name, text):
        """Pick the first record offered for *text* in a field that links to one."""
        box = self.field(name).locator("input")
        if self.width <= PHONE:
            box.click()
            offered = self.page.locator(
                f"{DIALOG} .o_data_row, {DIALOG} .o_kanban_record"
            )
        else:
            # It is looked up by its name, without the code that stands behind it.
            box.fill(text.partition(" (")[0])
            offered = self.page.locator(".o-autocomplete--dropdown-item")
        offered.filter(has_text=text).first.click()

    def upload(self, name, path):
        """Put the file at *path* into a field, and wait until the form has read it."""
        self.field(name).locator("input[type=file]").set_input_files(path)
        self.page.wait_for_function(
            "![...document.querySelectorAll('.o_field_widget input[type=file]')]"
            ".some(box => box.files.length)"
        )

    def press(self, label):
        """Press the button *label*, of the dialog if one is in front.

        A phone shows the first button of a form and keeps the others behind dots.
        """
        button = self.page.get_by_role("button", name=label, exact=True)
        dots = self.page.locator(".o_statusbar_buttons .oi-ellipsis-v")
        if self.width <= PHONE:
            button.or_(dots).first.wait_for()
            if not button.last.is_visible():
                dots.click()
        button.last.click()

    def save(self):
        """Save the form."""
        self.page.click(".o_form_button_save")
        self.page.wait_for_selector(".o_form_saved")

    def confirm(self):
        """Agree to what the dialog in front asks."""
        self.page.locator(f"{DIALOG} .modal-footer .btn-primary").click()
        self.page.wait_for_selector(DIALOG, state="detached")

    def dismiss(self):
        """Close the dialog in front without agreeing to anything."""
        self.page.locator(f"{DIALOG} .modal-header .btn-close").click()
        self.wait_for_no_dialog()

    def wait_for_no_dialog(self):
        """Wait until every dialog is closed."""
        self.page.wait_for_selector(".o_dialog", state="detached")

    def wait_for_dialog(self):
        """Wait for a dialog and return its locator."""
        self.page.wait_for_selector(f"{DIALOG} .modal-body")
        return self.page.locator(DIALOG)

    def wait_for_state(self, label):
        """Wait until the status bar shows *label* as the present state."""
        shown = self.page.locator(
            ".o_statusbar_status .o_arrow_button_current, "
            ".o_statusbar_status .dropdown-toggle"
        )
        # The whole of it: "Sedang diterapkan" is not yet "Diterapkan".
        whole = re.compile(rf"^\s*{re.escape(label)}\s*$")
        shown.filter(visible=True, has_text=whole).wait_for()

    def wait_for_value(self, name, text):
        """Wait until the input of a field holds *text*."""
        box = self.field(name).locator("input, textarea").first
        expect(box).to_have_value(text, timeout=60_000)

    def wait_for_text(self, name, text):
        """Wait until a field shows *text*, whether it may be changed or not."""
        self.page.wait_for_function(
            "([name, text]) => [...document.querySelectorAll("
            "`.o_field_widget[name='${name}']`)].some(field =>"
            " [field.innerText, field.querySelector('input')?.value].includes(text))",
            arg=[name, text],
        )

    def record_id(self):
        """Return the id of the record whose form is open, as the address has it."""
        return int(self.page.url.partition("?")[0].rpartition("/")[2])

    def download(self, label):
        """Press the button whose text has *label*; return the path of the file."""
        with self.page.expect_download() as waiting:
            self.page.locator("button", has_text=label).first.click()
        return waiting.value.path()

    def close(self):
        """Close the browser window; nothing may have gone wrong in it."""
        self.context.close()
        assert not self.troubles
