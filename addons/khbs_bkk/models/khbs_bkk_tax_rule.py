# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import tax
from .khbs_bkk_holder import RANK_GROUPS

KINDS = [
    ("final", "Final, by rank"),
    ("not_employee", "Not an employee (services)"),
    ("participant", "Participant of an activity"),
    ("regular", "Regular income"),
]


class KhbsBkkTaxRule(models.Model):
    """How PPh 21 is withheld from holders of one rank group, from a day on.

    A rule is never altered: it is closed and the next one begins. So what was withheld
    can always be explained by the rule that the payment names.
    """

    _name = "khbs.bkk.tax.rule"
    _inherit = ["khbs.bkk.dated"]
    _description = "Income tax rule (PPh 21)"
    _order = "kind, rank_group, valid_from desc, id"
    _rec_name = "tax_object"

    kind = fields.Selection(selection=KINDS, required=True)
    rank_group = fields.Selection(
        selection=RANK_GROUPS, string="Tax group", required=True
    )
    base_percent = fields.Float(
        string="Base (%)",
        digits=(6, 2),
        required=True,
        default=100,
        aggregator=None,
        help="Share of the gross amount that is taxed.",
    )
    rate_percent = fields.Float(
        string="Rate (%)",
        digits=(6, 2),
        required=True,
        aggregator=None,
        help="Share of the base that is withheld.",
    )
    up_to = Rupiah(
        string="Base up to",
        aggregator=None,
        help="Highest base of one payment that the rate holds for. Empty: any.",
    )
    tax_object = fields.Char(
        string="Tax object code", required=True, help="As on the withholding slip."
    )
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(help="Last day of the rule. Empty: until a new one begins.")
    basis = fields.Char(required=True, help="Law that sets the rule.")

    _shares = models.Constraint(
        "CHECK (base_percent BETWEEN 0 AND 100 AND rate_percent BETWEEN 0 AND 100)",
        "Base and rate lie between 0 and 100 percent.",
    )
    _up_to_positive = models.Constraint(
        "CHECK (up_to >= 0)", "The highest base is zero (none) or more."
    )
    _period_order = models.Constraint(
        "CHECK (valid_to >= valid_from)", "A rule ends after it begins."
    )
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int8range(hashtext(kind)::int8, hashtext(kind)::int8, '[]') WITH &&,
            int8range(hashtext(rank_group)::int8, hashtext(rank_group)::int8, '[]')
                WITH &&,
            daterange(valid_from, valid_to, '[]') WITH &&
        )""",
        "Another rule of this kind and rank covers these days. Set the last day of "
        "the earlier one first.",
    )

    @api.depends("kind", "rank_group", "rate_percent", "tax_object")
    def _compute_display_name(self):
        for rule in self:
            rate = f"{rule.rate_percent:g}".replace(".", ",")
            rule.display_name = f"{rule.tax_object or ''} {rate}%"

    def write(self, vals):
        if set(vals) - {"valid_to"}:
            raise UserError(
                self.env._(
                    "A tax rule is not altered. Set its last day and add a new rule "
                    "that begins on the next day."
                )
            )
        return super().write(vals)

    @api.model
    def _rules(self):
        """Return all rules as the pure tax module reads them."""
        return [
            tax.Rule(
                ranks=frozenset({rule.rank_group}),
                kind=rule.kind,
                base=Fraction(str(rule.base_percent)) / 100,
                rate=Fraction(str(rule.rate_percent)) / 100,
                tax_object=rule.tax_object,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to or None,
                up_to=rule.up_to or None,
                key=rule.id,
            )
            for rule in self.sudo().search([])
        ]
