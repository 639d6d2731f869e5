# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import (
    khbs_bank_account,
    khbs_bank_batch,
    khbs_bank_line,
    khbs_bank_posting,
    khbs_bank_result,
    khbs_bank_result_line,
    khbs_benefit,
    khbs_benefit_line,
    khbs_budget_line,
    khbs_card,
    khbs_case,
    khbs_claim,
    khbs_claim_line,
    khbs_claim_outcome,
    khbs_claim_posting,
    khbs_claim_primary,
    khbs_delivery,
    khbs_delivery_line,
    khbs_entitlement,
    khbs_household,
    khbs_point,
    khbs_round,
    khbs_round_recap,
    khbs_round_total,
)
