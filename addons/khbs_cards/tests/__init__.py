# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_alert
from . import test_authority
from . import test_bulk
from . import test_card_check
from . import test_complaint
from . import test_dialogs
from . import test_find
from . import test_delivery_head
from . import test_family_event
from . import test_hand_over
from . import test_hand_over_people
from . import test_hand_over_rows
from . import test_hand_over_session
from . import test_returns
from . import test_jobs
from . import test_keys_in_force
from . import test_life_cycle
from . import test_life_table
from . import test_pin_order
from . import test_print
from . import test_queue
from . import test_run
from . import test_run_law
from . import test_run_orders
from . import test_runs_at_once
from . import test_shipment
from . import test_secrets
from . import test_template
from . import test_spoiled
from . import test_stations_at_once
from . import test_token
from . import test_status_list
from . import test_two_connections
from . import test_two_hand_overs
from . import test_two_minutes
