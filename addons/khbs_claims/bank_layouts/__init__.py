# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How files to and from a bank are laid out: one module for each layout.

A layout is a module with ``CODE``, ``LABEL``, ``EXTENSION``, ``MIMETYPE``, ``KINDS``
(the orders it can carry), ``write_order(order, lines, file)`` and
``read_order(file) -> (order, lines)``; one that can also carry a bank's answer has
``read_result(file) -> (result, lines)``. Files are opened in binary mode. Another
addon adds the layout of its bank with ``register``.
"""

from . import bulk_p, generic_csv, generic_xlsx

_LAYOUTS = {}


def register(layout):
    """Make *layout* available under its code."""
    _LAYOUTS[layout.CODE] = layout


def get(code):
    """Return the layout of this code."""
    return _LAYOUTS[code]


def order_choices():
    """Return the (code, label) pairs of the layouts that carry orders."""
    return [(code, layout.LABEL) for code, layout in _LAYOUTS.items()]


def result_choices():
    """Return the (code, label) pairs of the layouts that carry answers."""
    return [
        (code, layout.LABEL)
        for code, layout in _LAYOUTS.items()
        if hasattr(layout, "read_result")
    ]


register(generic_csv)
register(generic_xlsx)
register(bulk_p)
