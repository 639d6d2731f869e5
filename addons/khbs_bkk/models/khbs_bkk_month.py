# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import guards

RELEASED_FOR = [
    ("revoked", "The decree was revoked before anything was paid"),
    ("corrected", "A correction took the month away"),
]


class KhbsBkkMonth(models.Model):
    """A month of a person in a role, reserved for one proposal (DOMAIN 4.1).

    Two proposals, of whatever regencies and periods, cannot pay the same month twice:
    the database refuses the second. The person is known by a keyed digest of the NIK,
    so that the table tells nobody's number.
    """

    _name = "khbs.bkk.month"
    _description = "Reserved month"
    _order = "month, id"
    _rec_name = "month"
    _log_access = False

    proposal_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal", required=True, index=True, ondelete="restrict"
    )
    regency_id = fields.Many2one(related="proposal_id.regency_id")
    line_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal.line",
        required=True,
        index=True,
        ondelete="restrict",
    )
    holder_id = fields.Many2one(
        comodel_name="khbs.bkk.holder", required=True, index=True, ondelete="restrict"
    )
    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", required=True, ondelete="restrict"
    )
    person_key = fields.Char(
        required=True, groups=NO_ACCESS, help="Keyed digest of the NIK."
    )
    month = fields.Date(required=True, help="First day of the month.")
    amount = Rupiah(required=True)
    single = fields.Boolean(
        required=True, help="By the policy of the time one role is paid in a month."
    )
    released_at = fields.Datetime(string="Free again since", readonly=True)
    release_reason = fields.Selection(selection=RELEASED_FOR, readonly=True)

    _month_form = models.Constraint(
        "CHECK (extract(day FROM month) = 1)", "A month is named by its first day."
    )
    _release_whole = models.Constraint(
        "CHECK ((released_at IS NULL) = (release_reason IS NULL))",
        "A month that is free again says why.",
    )
    _role_month_uniq = models.UniqueIndex(
        "(person_key, role_id, month) WHERE released_at IS NULL",
        "A month of this person in this role is reserved by another proposal already.",
    )
    _person_month_uniq = models.UniqueIndex(
        "(person_key, month) WHERE single AND released_at IS NULL",
        "A month of this person is reserved in another role already; the policy pays "
        "one role.",
    )

    # Two policies may rule one quarter: whoever is paid for one role alone is so
    # against every other role. A range of all roles meets each of them; the keyed
    # digest counts by 64 bits of it, as ranges know no text.
    _single_uniq = models.Constraint(
        """EXCLUDE USING gist (
            int8range(hashtextextended(person_key, 0), hashtextextended(person_key, 0),
                      '[]') WITH &&,
            daterange(month, month, '[]') WITH &&,
            (CASE WHEN single THEN int4range(NULL, NULL)
                  ELSE int4range(role_id, role_id, '[]') END) WITH &&
        ) WHERE (released_at IS NULL)""",
        "A month of this person is reserved in another role already, and one of the "
        "two policies pays one role.",
    )

    def init(self):
        self.env.cr.execute(guards.MONTH_GUARD)

    @api.depends("month", "holder_id.name")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.holder_id.name} {one.month:%Y-%m}"
