# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""These modules know no Odoo: they are read without the addons around them."""

import importlib.util
import sys
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[2] / "addons"
SOURCES = {
    "tax": "khbs_bkk",
    "layout_file": "khbs_bkk",
    "person_names": "khbs_bkk",
    "roster_lines": "khbs_bkk",
    "identity_numbers": "khbs_registry",
}

for name, addon in SOURCES.items():
    known = f"khbs_bkk_{name}"
    if known not in sys.modules:
        path = ADDONS / addon / f"{name}.py"
        spec = importlib.util.spec_from_file_location(known, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[known] = module
        spec.loader.exec_module(module)
