# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import base
from . import guarded
from . import khbs_approvable
from . import ir_attachment
from . import ir_binary
from . import khbs_area
from . import khbs_act_label
from . import khbs_audit_event
from . import khbs_approval
from . import khbs_letterhead
from . import khbs_signatory
from . import khbs_paper
from . import khbs_budget_line
from . import khbs_decree_draft
from . import khbs_decree_pages
from . import khbs_decree
from . import khbs_decree_part
from . import khbs_complaint
from . import khbs_audit_seal
from . import khbs_household
from . import khbs_household_kk
from . import khbs_person
from . import khbs_dtsen_apply
from . import khbs_dtsen_family
from . import khbs_dtsen_import
from . import khbs_dtsen_reason
from . import khbs_aid_programme
from . import khbs_aid_list
from . import khbs_criteria
from . import khbs_decision
from . import khbs_visit
from . import khbs_recipient_list
from . import res_groups
from . import res_users
from . import ir_config_parameter
