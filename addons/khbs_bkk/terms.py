# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Quarters of the fiscal year, who is paid, and the roles that move a proposal."""

QUARTERS = [("1", "I"), ("2", "II"), ("3", "III"), ("4", "IV")]
PAYEE_LEVELS = [("regency", "Regency"), ("village", "Village")]
PROPOSER = "khbs_registry.group_bkk_proposer"
VERIFIER = "khbs_registry.group_bkk_verifier"
APPROVER = "khbs_registry.group_approver"
