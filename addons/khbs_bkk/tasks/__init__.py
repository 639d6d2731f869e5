# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What waits for whom: each module returns the query of its documents' tasks.

A query yields ``slot`` (a number of its own from 1 to 63), ``model``, ``res_id``,
``kind`` (a key of ``ROLES``; khbs.bkk.task says it in words), ``step`` (the code of
khbs.approval that the task takes, or NULL where none is), ``makers`` (array of the
users whose own work it would be to decide, see ``makers``), ``regency_id``, ``since``
(timestamp, UTC) and ``due_date``.
"""

from . import accountability, correction, decree, payment, proposal

# Code of a task: the role that does it.
ROLES = {
    "propose": "group_bkk_proposer",
    "mend": "group_bkk_proposer",
    "verify": "group_bkk_verifier",
    "approve": "group_approver",
    "approve_second": "group_approver",
    "draft_decree": "group_decree_officer",
    "decide_decree": "group_approver",
    "freeze_decree": "group_decree_officer",
    "register_decree": "group_decree_officer",
    "check_correction": "group_bkk_verifier",
    "draft_amendment": "group_decree_officer",
    "account": "group_bkk_proposer",
    "mend_report": "group_bkk_proposer",
    "accept_report": "group_bkk_verifier",
    "confirm_payee": "group_bkk_verifier",
    "request_money": "group_bkk_proposer",
    "submit_request": "group_bkk_proposer",
    "register_sp2d": "group_bank_officer",
    "repay_transfer": "group_bank_officer",
    "make_payment_list": "group_bkk_proposer",
    "pay_people": "group_bkk_proposer",
    "confirm_accounts": "group_bkk_verifier",
}
QUERIES = [
    proposal.query,
    decree.query,
    correction.query,
    accountability.query,
    payment.query,
]
