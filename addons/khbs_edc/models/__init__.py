# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import khbs_terminal_device
from . import khbs_terminal
from . import khbs_terminal_key
from . import khbs_enrolment_code
from . import khbs_operator
from . import khbs_edc_seen_request
from . import khbs_server_fact
from . import khbs_lease
from . import khbs_lease_row
from . import khbs_lease_hold
from . import khbs_authorisation
from . import khbs_journal_entry
from . import khbs_journal_reject
from . import khbs_settlement
from . import khbs_claim_counter
from . import khbs_entitlement
from . import khbs_case
from . import khbs_point
from . import khbs_card_alert
from . import khbs_card_list_version
