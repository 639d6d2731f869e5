# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.khbs_registry import append_only
from odoo.addons.khbs_registry.rupiah import Rupiah


class KhbsBkkPolicy(models.Model):
    """What the Pergub or its technical guide leaves to be set, from a day on.

    A policy is never altered: the next one begins on its day, so that an old proposal
    can always be explained by the one it names. Of two of one day the later counts.
    """

    _name = "khbs.bkk.policy"
    _description = "BKK policy"
    _order = "valid_from desc, id desc"
    _rec_name = "basis"

    valid_from = fields.Date(
        required=True, help="The first quarter that begins on this day or later."
    )
    basis = fields.Char(required=True, help="Regulation or guide that sets this.")
    several_roles = fields.Selection(
        selection=[("one", "One role a month"), ("both", "Every role")],
        string="Person in several roles",
        required=True,
        default="one",
        help="Whether a person who holds two roles is paid for one of them or both.",
    )
    second_tier_amount = Rupiah(
        string="Second approval above",
        required=True,
        default=0,
        aggregator=None,
        help="Approved amount above which a second approver decides too. 0: never.",
    )
    verify_days = fields.Integer(string="Days to verify", required=True, default=14)
    approve_days = fields.Integer(string="Days to approve", required=True, default=7)
    decree_days = fields.Integer(string="Days to decree", required=True, default=14)
    disburse_days = fields.Integer(string="Days to disburse", required=True, default=14)
    report_days = fields.Integer(
        string="Days to account",
        required=True,
        default=30,
        help="From the last SP2D until the accountability report is due.",
    )
    late_report_blocks = fields.Selection(
        selection=[
            ("nothing", "Nothing"),
            ("disbursement", "The next disbursement"),
            ("proposal", "The next proposal"),
        ],
        string="A late report blocks",
        required=True,
        default="disbursement",
    )

    regency_account = fields.Char(
        string="Account for regencies",
        required=True,
        default="5.4.02",
        help="A decree on BKK is borne by a budget line below this code.",
    )
    village_account = fields.Char(
        string="Account for villages",
        required=True,
        default="5.4.02.05",
        help="What is paid through villages is borne below this code, and nothing else "
        "is.",
    )

    _account_form = models.Constraint(
        r"""CHECK (regency_account ~ '^[0-9]+([.][0-9]+)*$'
            AND village_account ~ '^[0-9]+([.][0-9]+)*$')""",
        "Codes of accounts are numbers with dots: 5.4.02.",
    )
    _days_positive = models.Constraint(
        """CHECK (verify_days > 0 AND approve_days > 0 AND decree_days > 0
            AND disburse_days > 0 AND report_days > 0)""",
        "Every stage has at least one day.",
    )
    _second_tier_positive = models.Constraint(
        "CHECK (second_tier_amount >= 0)",
        "The amount of the second approval is zero or more.",
    )

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.model
    def _at(self, day):
        """Return the policy of *day*, or none."""
        return self.sudo().search([("valid_from", "<=", day)], limit=1)

    def _bears(self, account_code, payee_level):
        """Tell whether an account bears what goes to regencies, or through villages.

        Assistance to villages has an account of its own; although it lies below that
        of financial assistance it bears nothing else (DOMAIN 4.3).
        """
        self.ensure_one()
        village = _below(account_code, self.village_account)
        if payee_level == "village":
            return village
        return _below(account_code, self.regency_account) and not village


def _below(code, prefix):
    return f"{code}.".startswith(f"{prefix}.")
