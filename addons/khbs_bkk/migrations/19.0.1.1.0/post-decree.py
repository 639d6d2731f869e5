# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL
from odoo.tools.convert import convert_file

from odoo.addons.khbs_bkk import decree_lines
from odoo.addons.khbs_bkk.models.khbs_bkk_proposal_months import insert_months


def migrate(cr, version):
    """Keep the names of the decrees there are, and reserve what was approved.

    A month that two old proposals hold stays with the first: it was paid by the rules
    of its time.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    _keep_names(env)
    _reserve(env)
    _renew_clauses(env)


def _keep_names(env):
    decrees = env["khbs.decree"].search(
        [
            ("kind", "=", "bkk"),
            ("state", "in", ["frozen", "in_force", "revoked"]),
            ("bkk_proposal_ids", "!=", False),
        ]
    )
    env.cr.execute(
        "ALTER TABLE khbs_bkk_decree_line DISABLE TRIGGER khbs_bkk_guard_decree_line"
    )
    for decree in decrees:
        lines = decree_lines.of_proposals(decree.bkk_proposal_ids.ids)
        env.cr.execute(decree_lines.insert(decree.id, lines))
    env.cr.execute(
        "ALTER TABLE khbs_bkk_decree_line ENABLE TRIGGER khbs_bkk_guard_decree_line"
    )
    env.cr.execute(
        """
        UPDATE khbs_bkk_proposal p
           SET payable_decree_id = d.id,
               decreed_amount = CASE d.state WHEN 'in_force' THEN p.approved_amount
                                             ELSE p.disbursed_amount END
          FROM khbs_decree d
         WHERE d.id = p.decree_id AND p.state IN ('decreed', 'disbursed')
           AND (d.state = 'in_force' OR p.disbursed_amount > 0)
        """
    )
    env.invalidate_all()


def _reserve(env):
    proposals = env["khbs.bkk.proposal"].search(
        [
            ("state", "in", ["approved", "decreed", "disbursed"]),
            "|",
            "|",
            ("decree_id", "=", False),
            ("decree_id.state", "!=", "revoked"),
            ("disbursed_amount", ">", 0),
        ],
        order="date_from, id",
    )
    for proposal in proposals:
        wanted = proposal._wanted_months()
        env.cr.execute(SQL("%s ON CONFLICT DO NOTHING", insert_months(wanted)))


def _renew_clauses(env):
    """Let the clauses say what the addon says now; what a person wrote stays."""
    data = env["ir.model.data"].search(
        [("module", "=", "khbs_bkk"), ("model", "=", "khbs.bkk.clause")]
    )
    clauses = env["khbs.bkk.clause"].browse(data.mapped("res_id")).exists()
    written = {
        clause: clause.text.replace("$regencies", "$payees")
        for clause in clauses.filtered(lambda one: one.write_uid.id != SUPERUSER_ID)
    }
    convert_file(
        env, "khbs_bkk", "data/khbs_bkk_clause_data.xml", {}, mode="init", noupdate=True
    )
    for clause, text in written.items():
        clause.text = text
    others = env["khbs.bkk.clause"].with_context(active_test=False)
    for clause in others.search([("text", "like", "$regencies")]):
        clause.text = clause.text.replace("$regencies", "$payees")
