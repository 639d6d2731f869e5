# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the approver has on his screen is what he puts in force."""

from screen import Screen


def test_rules_changed_under_the_eyes_of_the_approver(journey, browser):
    operator = journey.erp("operator")
    criteria = operator.create(
        "khbs.criteria",
        {
            "name": "Kriteria penerima KHBS 2031",
            "legal_basis": "Rancangan Keputusan Gubernur",
            "valid_from": "2031-01-01",
            "valid_to": "2031-12-31",
            "max_decile": "4",
        },
    )
    screen = Screen(browser, journey, "penyetuju")
    screen.open(f"khbs-criteria/{criteria}")
    button = screen.page.locator("button[name='action_put_in_force']")
    button.wait_for()
    operator.write("khbs.criteria", [criteria], {"max_decile": "8"})
    button.click()
    dialog = screen.page.locator(".o_dialog")
    dialog.get_by_text("isinya telah berubah").wait_for()
    assert state(operator, criteria) == "draft"

    screen.open(f"khbs-criteria/{criteria}")
    # The browser shows what it remembers of the form until the server has answered.
    screen.wait_for_text("max_decile", "8")
    button.click()
    button.wait_for(state="detached")
    assert state(operator, criteria) == "in_force"
    screen.close()


def state(erp, criteria):
    return erp.read_one("khbs.criteria", criteria, ["state"])["state"]
