# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""These modules know no Odoo: they are read without the addon around them."""

import importlib.util
import sys
from pathlib import Path

ADDON = Path(__file__).resolve().parents[2] / "addons/khbs_bkk"

for name in ("tax", "person_names"):
    known = f"khbs_bkk_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, ADDON / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[known] = module
        spec.loader.exec_module(module)
