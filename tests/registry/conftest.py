# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The plain modules of khbs_registry, imported without Odoo.

The addon's own ``__init__`` imports its models; a package of the same name that only
knows the folder lets its plain modules find one another.
"""

import sys
import types
from pathlib import Path

ADDON = Path(__file__).resolve().parents[2] / "addons" / "khbs_registry"
package = types.ModuleType("khbs_registry")
package.__path__ = [str(ADDON)]
sys.modules.setdefault("khbs_registry", package)
