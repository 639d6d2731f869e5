# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_decree
from . import test_eligibility_cases
from . import test_reevaluation
from . import test_decree_tte
from . import test_paper
from . import test_access_report
from . import test_quota
from . import test_amendment
from . import test_access_trace
from . import test_append_only
from . import test_audit
from . import test_budget
from . import test_complaint
from . import test_personal_numbers
from . import test_reveal
from . import test_export
from . import test_find
from . import test_family_event
from . import test_held_file
from . import test_household
from . import test_import
from . import test_local_value
from . import test_aid_list
from . import test_criteria
from . import test_reachable
from . import test_recipient_list
from . import test_seen
from . import test_user_areas
from . import test_visit
from . import test_subject_request
from . import test_two_connections
from . import test_deliberation
from . import test_candidate
from . import test_village_papers
