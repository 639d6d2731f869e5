# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import sys
from pathlib import Path

# The report engine is a plain package beside the models: no Odoo to start.
ADDON = Path(__file__).parents[2] / "addons" / "khbs_registry"
sys.path.insert(0, str(ADDON))
sys.path.insert(0, str(ADDON / "tests"))
