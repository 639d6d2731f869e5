# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import khbs_visit_assign
from . import khbs_visit_return
from . import khbs_audit_check
from . import khbs_decree_following
from . import khbs_decree_signing
from . import khbs_reveal
from . import khbs_turn_down
from . import khbs_access_report
from . import khbs_refusal
from . import khbs_recipient_release
from . import khbs_numbers_purpose
from . import khbs_deliberation_print
from . import khbs_household_letter
from . import khbs_dtsen_mapping
from . import khbs_dtsen_rule
from . import khbs_what_if
from . import khbs_area_crosswalk
