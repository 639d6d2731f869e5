# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_authorisation
from . import test_family_event
from . import test_lists_kept
from . import test_manual_claim
from . import test_protocol
from . import test_rotation
from . import test_settlement
from . import test_shown_cards
from . import test_station
from . import test_terminal
from . import test_two_connections
