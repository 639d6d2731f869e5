# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_cycle
from . import test_cycle_page
from . import test_decree
from . import test_proposal
from . import test_queue
from . import test_roster
from . import test_roster_import
from . import test_roster_two_connections
from . import test_two_connections
from . import test_upgrade
from . import test_warnings
from . import test_accountability
from . import test_budget
from . import test_payment
from . import test_disbursement
from . import test_year
from . import test_payee
from . import test_payment_file
from . import test_payment_list
from . import test_payment_standing
from . import test_payment_tax
