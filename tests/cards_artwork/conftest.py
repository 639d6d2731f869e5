# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The faces of cards, drawn without Odoo: ``artwork``, with the papers' fonts."""

import sys
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[2] / "addons"
for addon in ("khbs_cards", "khbs_registry"):
    sys.path.insert(0, str(ADDONS / addon))
