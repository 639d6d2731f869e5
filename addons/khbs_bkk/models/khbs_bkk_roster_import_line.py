# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

from odoo.addons.khbs_registry.identity_numbers import mask, mask_account

from .. import roster_lines
from .khbs_bkk_holder import RANK_GROUPS

OUTCOMES = [
    ("new", "New"),
    ("changed", "Changed"),
    ("same", "Unchanged"),
    ("refused", "Refused"),
]


class KhbsBkkRosterImportLine(models.Model):
    """A line of a delivered roster, and what it would do to the roster.

    The personal numbers stand here from the check to the application alone: then they
    are the holder's, and here they are deleted. The file itself is kept.
    """

    _name = "khbs.bkk.roster.import.line"
    _description = "Line of a roster import"
    _order = "import_id, line"
    _rec_name = "line"
    _log_access = False

    import_id = fields.Many2one(
        comodel_name="khbs.bkk.roster.import",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    line = fields.Integer(
        required=True, readonly=True, aggregator=None, help="Of the file."
    )
    outcome = fields.Selection(selection=OUTCOMES, required=True, readonly=True)
    codes = fields.Char(readonly=True, help="Why the line is refused.")
    # Refused by what it says; the roster was not asked.
    unreadable = fields.Boolean(readonly=True)
    reasons = fields.Char(compute="_compute_reasons")
    changes = fields.Char(readonly=True, help="Columns that differ from the roster.")
    holder_id = fields.Many2one(
        comodel_name="khbs.bkk.holder",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    name = fields.Char(readonly=True)
    nik = fields.Char(size=16, copy=False, readonly=True, groups=NO_ACCESS)
    nik_masked = fields.Char(
        string="NIK (masked)", compute="_compute_masked", compute_sudo=True
    )
    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", readonly=True, ondelete="cascade"
    )
    regency_id = fields.Many2one(
        comodel_name="khbs.area", readonly=True, ondelete="cascade"
    )
    area_key = fields.Char(readonly=True)
    area_names = fields.Char(string="Areas", compute="_compute_area_names")
    appointment_letter = fields.Char(readonly=True)
    appointment_date = fields.Date(readonly=True)
    date_from = fields.Date(string="In office from", readonly=True)
    date_to = fields.Date(string="In office until", readonly=True)
    rank = fields.Char(string="Rank in the letter", readonly=True)
    rank_group = fields.Selection(
        selection=RANK_GROUPS, string="Tax group", readonly=True
    )
    npwp = fields.Char(size=16, copy=False, readonly=True, groups=NO_ACCESS)
    bank_name = fields.Char(readonly=True)
    bank_account = fields.Char(copy=False, readonly=True, groups=NO_ACCESS)
    bank_account_masked = fields.Char(
        string="Account (masked)", compute="_compute_masked", compute_sudo=True
    )
    bank_account_name = fields.Char(string="Name on the account", readonly=True)

    @api.depends("nik", "bank_account")
    def _compute_masked(self):
        for line in self:
            line.nik_masked = mask(line.nik)
            line.bank_account_masked = mask_account(line.bank_account)

    @api.depends("area_key")
    def _compute_area_names(self):
        keys = {line: (line.area_key or "").split(",") for line in self}
        areas = self.env["khbs.area"].browse(
            {int(key) for some in keys.values() for key in some if key}
        )
        names = {str(area.id): area.name for area in areas.exists()}
        for line in self:
            line.area_names = ", ".join(names.get(key, "") for key in keys[line])

    @api.depends("codes")
    def _compute_reasons(self):
        labels = self._labels()
        for line in self:
            codes = (line.codes or "").split()
            line.reasons = ", ".join(labels[code] for code in codes) or False

    def _labels(self):
        """Return {code of a refusal: its label in the reader's language}."""
        reasons = self.env["khbs.bkk.roster.refusal"]._fields["code"]
        return dict(reasons._description_selection(self.env))


class KhbsBkkRosterRefusal(models.AbstractModel):
    """The words for the codes of refused lines, where translations find them."""

    _name = "khbs.bkk.roster.refusal"
    _description = "Why a line of a roster is refused"

    code = fields.Selection(
        selection=[
            (code, label) for code, (label, _text) in roster_lines.REFUSALS.items()
        ]
    )
