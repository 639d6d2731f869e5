# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_area_change
from . import test_bank
from . import test_benefit
from . import test_case
from . import test_claim
from . import test_concurrency
from . import test_delivery
from . import test_delivery_head
from . import test_family_event
from . import test_forms
from . import test_recap
from . import test_round
from . import test_round_places
