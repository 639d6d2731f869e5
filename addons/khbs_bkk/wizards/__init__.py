# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import khbs_bkk_own_areas
from . import khbs_bkk_account_confirmation
from . import khbs_bkk_accountability_return
from . import khbs_bkk_decree_draft
from . import khbs_bkk_holder_change
from . import khbs_bkk_proposal_return
from . import khbs_bkk_correction_refusal
from . import khbs_bkk_reason
from . import khbs_bkk_report
from . import khbs_bkk_payment_mark
from . import khbs_bkk_payment_export
from . import khbs_bkk_register
