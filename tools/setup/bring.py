# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The first steps of every command: Debian's packages, Odoo, the Python packages."""

from . import odoo_source, packages, venv


def bring(state, steps, wanted, lock):
    """Bring what is missing; return (python, folder of the Odoo package).

    :param wanted: the Debian packages
    :param lock: the lock file of the Python packages
    """
    with state.alone():
        with steps.step("packages"):
            packages.ensure(state, wanted)
        with steps.step("odoo"):
            library = odoo_source.ensure(state)
        with steps.step("python"):
            python = venv.ensure(state, lock, library)
    return python, library
