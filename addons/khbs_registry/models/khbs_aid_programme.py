# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class KhbsAidProgramme(models.Model):
    """What a list of facts may say of a family: it receives PKH, a member is PNS.

    Which of them exclude a family, or only flag it, is a matter of the criteria.
    """

    _name = "khbs.aid.programme"
    _description = "Aid programme"
    _order = "kind, code"

    code = fields.Char(required=True, help="As it stands in the delivered lists.")
    name = fields.Char(required=True)
    kind = fields.Selection(
        selection=[("aid", "Aid received"), ("service", "Member in public service")],
        required=True,
        default="aid",
    )
    active = fields.Boolean(
        default=True, help="Lines of a programme that is not in use are refused."
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "This programme exists.")
