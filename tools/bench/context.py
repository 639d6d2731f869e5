# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a figure is measured with, and how it is printed."""

import contextlib
import dataclasses
import time

import odoo
from odoo.modules.registry import Registry
from odoo.tools import config

from tools.setup.keys import PROGRAMME


@dataclasses.dataclass(frozen=True)
class Figure:
    """A measured value and, where there is a reference, its ratio to it.

    :param budget: bound of the ratio with its sign, as in ``<=2.0``
    """

    name: str
    value: float
    unit: str
    ratio: float | None = None
    budget: str = "-"

    def __str__(self):
        ratio = "-" if self.ratio is None else f"{self.ratio:.2f}"
        return f"{self.name} {self.value:.1f} {self.unit} {ratio} {self.budget}"


class Bench:
    """An Odoo registry in this process, on the bench's own database."""

    def __init__(self, config_file, database, households):
        config.parse_config(["-c", str(config_file), "-d", database, "--no-http"])
        self.config_file = config_file
        self.database = database
        self.households = households
        self.registry = Registry(database)
        with self.env() as env:
            # Nothing is signed with the keys of another programme.
            env["ir.config_parameter"].set_param("khbs.prg", PROGRAMME)

    @contextlib.contextmanager
    def env(self):
        """Yield an environment of the superuser; committed at the end."""
        with self.registry.cursor() as cr:
            yield self.environment(cr)

    def environment(self, cr):
        """Return an environment of the superuser on the cursor *cr*."""
        return odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})

    def vacuum(self, *tables):
        """Leave no dead rows behind for the next measurement."""
        with self.registry.cursor() as cr:
            cr.commit()
            cr._cnx.autocommit = True
            for table in tables:
                cr.execute(f"VACUUM (ANALYZE) {table}")
            cr._cnx.autocommit = False


@contextlib.contextmanager
def stopwatch():
    """Yield a list that receives the seconds that the block took."""
    taken = []
    begin = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - begin)
