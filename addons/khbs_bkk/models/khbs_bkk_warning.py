# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.khbs_registry.papers import words

RULES = [
    ("TWO_ROLES", "Another role"),
    ("TWO_AREAS", "Several areas"),
    ("PART_PERIOD", "Part of the period"),
    ("TERM_ENDS", "Term ends"),
    ("BENEFICIARY", "KHBS beneficiary"),
    ("PAID_LOCALLY", "Paid by the regency too"),
    ("ACCOUNT_NAME", "Account of another name"),
    ("VACANT_POST", "Vacant post"),
    ("OVER_CEILING", "Above the ceiling"),
]


class KhbsBkkWarned(models.AbstractModel):
    """What a rule found: of whom or of which post, in which months, and in words.

    The detail is data (names, figures, a date), so that the sentence around it is in
    the language of whoever reads it. It never holds a personal number.
    """

    _name = "khbs.bkk.warned"
    _description = "What a rule of BKK found"
    _rec_name = "rule"

    rule = fields.Selection(selection=RULES, required=True, readonly=True, index=True)
    holder_id = fields.Many2one(
        comodel_name="khbs.bkk.holder", readonly=True, index=True, ondelete="cascade"
    )
    ceiling_id = fields.Many2one(
        comodel_name="khbs.bkk.ceiling", readonly=True, ondelete="cascade"
    )
    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", readonly=True, ondelete="cascade"
    )
    regency_id = fields.Many2one(
        comodel_name="khbs.area", readonly=True, index=True, ondelete="cascade"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        readonly=True,
        ondelete="cascade",
        help="Where the post is; of a holder the first of his areas.",
    )
    month_from = fields.Date(string="From month", readonly=True)
    month_to = fields.Date(string="To month", readonly=True)
    detail = fields.Char(readonly=True)
    explanation = fields.Char(compute="_compute_explanation")

    def _compute_explanation(self):
        sentences = self._sentences()
        for warning in self:
            warning.explanation = sentences[warning.rule](warning)

    def _sentences(self):
        """Return {code of a rule: what makes the sentence of a warning}."""

        def of(text):
            return lambda warning: text % {"detail": warning.detail or "-"}

        def counted(text):
            return lambda warning: text % warning._counts()

        def dated(text):
            return lambda warning: (
                text % {"day": words.date(fields.Date.to_date(warning.detail))}
            )

        texts = self._texts()
        makers = dict.fromkeys(("PART_PERIOD", "VACANT_POST", "OVER_CEILING"), counted)
        makers["TERM_ENDS"] = dated
        return {rule: makers.get(rule, of)(text) for rule, text in texts.items()}

    def _counts(self):
        """Return what a sentence on numbers of holders or months says."""
        found, _slash, whole = (self.detail or "").partition("/")
        return {
            "found": found,
            "whole": whole,
            "role": self.role_id.name,
            "area": self.area_id._title(),
        }

    def _texts(self):
        """Return {code of a rule: its sentence, with the places of its facts}."""
        return {
            "TWO_ROLES": self.env._(
                "Holds another role in the same months: %(detail)s. The policy "
                "says whether one or both are paid."
            ),
            "TWO_AREAS": self.env._(
                "Serves several areas and is paid once: %(detail)s."
            ),
            "PART_PERIOD": self.env._(
                "In office on the first day of %(found)s of %(whole)s months; the "
                "others are not paid."
            ),
            "TERM_ENDS": self.env._(
                "The term ends on %(day)s. Enter the letter that renews it or the "
                "successor."
            ),
            "BENEFICIARY": self.env._(
                "The family receives KHBS. Look whether it still should."
            ),
            "PAID_LOCALLY": self.env._(
                "A regency's budget pays the same role in these months: %(detail)s."
            ),
            "ACCOUNT_NAME": self.env._(
                "The account is in the name of %(detail)s. The payment is held "
                "until letter and account agree."
            ),
            "VACANT_POST": self.env._(
                "%(role)s, %(area)s: %(found)s of %(whole)s places have a holder. "
                "Months without a holder are not paid."
            ),
            "OVER_CEILING": self.env._(
                "%(role)s, %(area)s: %(found)s holders, the ceiling is %(whole)s."
            ),
        }


class KhbsBkkWarning(models.Model):
    """A warning on a proposal, as the roster stood when its lines were built."""

    _name = "khbs.bkk.warning"
    _inherit = "khbs.bkk.warned"
    _description = "Warning on a BKK proposal"
    _order = "proposal_id, rule, regency_id, area_id, holder_id, id"

    proposal_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    line_id = fields.Many2one(
        comodel_name="khbs.bkk.proposal.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
