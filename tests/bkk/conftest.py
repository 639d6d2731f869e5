# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tax rules know no Odoo: they are read without the addon around them."""

import importlib.util
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "addons/khbs_bkk/tax.py"

if "khbs_bkk_tax" not in sys.modules:
    spec = importlib.util.spec_from_file_location("khbs_bkk_tax", SOURCE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["khbs_bkk_tax"] = module
    spec.loader.exec_module(module)
