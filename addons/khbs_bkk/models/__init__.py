# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import khbs_bkk_clause
from . import khbs_bkk_policy
from . import khbs_bkk_role
from . import khbs_bkk_rate
from . import khbs_bkk_ceiling
from . import khbs_bkk_holder_identity
from . import khbs_bkk_holder_succession
from . import khbs_bkk_holder
from . import khbs_bkk_local_pay
from . import khbs_bkk_warning
from . import khbs_bkk_roster_warning
from . import khbs_bkk_proposal_roster
from . import khbs_bkk_proposal_warnings
from . import khbs_bkk_proposal_verification
from . import khbs_bkk_proposal_minutes
from . import khbs_bkk_proposal_months
from . import khbs_bkk_proposal_accountability
from . import khbs_bkk_proposal_papers
from . import khbs_bkk_proposal_payment
from . import khbs_bkk_proposal_decree
from . import khbs_bkk_proposal
from . import khbs_bkk_proposal_line
from . import khbs_bkk_verdict
from . import khbs_bkk_disbursement
from . import khbs_bkk_month
from . import khbs_bkk_decree_line
from . import khbs_bkk_correction_decree
from . import khbs_bkk_correction
from . import khbs_budget_line
from . import khbs_decree
from . import khbs_bkk_accountability_figures
from . import khbs_bkk_accountability_papers
from . import khbs_bkk_accountability
from . import khbs_bkk_accountability_part
from . import khbs_bkk_refund
