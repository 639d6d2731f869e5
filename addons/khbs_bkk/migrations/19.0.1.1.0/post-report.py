# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was disbursed before there was an LPJ gets one, due from today on."""

from odoo import SUPERUSER_ID, api, fields


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    proposals = env["khbs.bkk.proposal"].search([("disbursed_amount", ">", 0)])
    proposals._money_moved()
    today = fields.Date.today()
    for proposal in proposals:
        days = proposal._blocking_policy().report_days
        # Nobody is late with what nobody could submit.
        proposal.accountability_ids.due_date = fields.Date.add(today, days=days)
