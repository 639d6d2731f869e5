# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Quarters of the fiscal year, who is paid, and who may move a proposal."""

QUARTERS = [("1", "I"), ("2", "II"), ("3", "III"), ("4", "IV")]
PAYEE_LEVELS = [("regency", "Regency"), ("village", "Village")]
# Whose kop the province's papers on BKK carry: finance leads the verification, pays
# and reports. Its text is set under Configuration > Letterheads.
LETTERHEAD = "finance"
PROPOSER = "khbs_registry.group_bkk_proposer"
VERIFIER = "khbs_registry.group_bkk_verifier"
APPROVER = "khbs_registry.group_approver"
# Acts by which a person has a hand in the lines, and the steps that they bar. Who
# judged the lines may close the verification: that is the same work.
BUILD = "khbs.bkk.proposal.build"
CHANGE = "khbs.bkk.proposal.change"
VERDICT = "khbs.bkk.proposal.verdict"
BARRED_BY = {
    "verified": (BUILD, CHANGE),
    "endorsed": (BUILD, CHANGE, VERDICT),
    "approved": (BUILD, CHANGE, VERDICT),
}
