# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import guards


class KhbsBkkTeamMember(models.Model):
    """Who verified a proposal and signs its minutes, as named in that round."""

    _name = "khbs.bkk.team.member"
    _inherit = ["khbs.bkk.round"]
    _description = "Member of a BKK verification team"
    _order = "proposal_id, round_number desc, sequence, id"

    round_number = fields.Integer(readonly=True, default=1)
    sequence = fields.Integer(required=True, default=100)
    name = fields.Char(required=True)
    nip = fields.Char(string="NIP", size=18, help="Eighteen digits.")
    office = fields.Char(
        string="Agency", required=True, help="Perangkat daerah: BKAD, DPMD .."
    )
    position = fields.Char(
        string="Position in the team", help="Ketua, Sekretaris, Anggota ..."
    )

    def init(self):
        self.env.cr.execute(guards.TEAM_GUARD)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # A member is of the round that is under way, whatever was sent.
            for vals in vals_list:
                proposal = self.env["khbs.bkk.proposal"].browse(vals.get("proposal_id"))
                vals["round_number"] = proposal.round_number
        return super().create(vals_list)

    @api.constrains("nip")
    def _check_nip(self):
        for member in self:
            if member.nip and not re.fullmatch(r"[0-9]{18}", member.nip):
                raise ValidationError(
                    self.env._(
                        "The NIP of %(name)s cannot be right: eighteen digits.",
                        name=member.name,
                    )
                )
