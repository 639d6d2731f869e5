# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.khbs_registry.identity_numbers import PERSONAL_NUMBER
from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.rupiah import Rupiah

from .. import guards
from ..terms import PROPOSER, VERIFIER

KINDS = [
    ("name", "Name"),
    ("letter", "Letter of appointment"),
    ("area", "Areas"),
    ("months", "Fewer months"),
    ("drop", "Leaves the list"),
]
_AREA_FIELDS = ("new_area_names", "new_area_code", "new_district_name")


class KhbsBkkCorrection(models.Model):
    """What is wrong in one line of a decree in force, and what is right (case 12.43).

    The regency asks for it with its evidence, the province checks it, and a decree
    that amends the first carries it: a signed decree is never edited. It can only take
    money away; more months are a further proposal of the regency.
    """

    _name = "khbs.bkk.correction"
    _inherit = ["khbs.guarded", "khbs.approvable", "khbs.bkk.correction.decree"]
    _description = "Correction of a BKK decree"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "maker_id",
        "checker_id",
        "checked_at",
        "refusal",
        "decree_id",
        "before",
        "after",
        "amount",
        "new_area_names",
        "new_area_code",
        "new_district_name",
    )
    _change_act = "khbs.bkk.correction.change"
    _reading_actions = ("action_accept",)
    _unread_steps = ("proposed", "refused")
    _content_fields = (
        "state",
        "decree_line_id",
        "kind",
        "before",
        "after",
        "amount",
        "reason",
    )

    decree_line_id = fields.Many2one(
        comodel_name="khbs.bkk.decree.line",
        string="Line of the decree",
        required=True,
        index=True,
        ondelete="restrict",
    )
    line_id = fields.Many2one(related="decree_line_id.line_id", store=True)
    proposal_id = fields.Many2one(
        related="decree_line_id.proposal_id", store=True, index=True
    )
    regency_id = fields.Many2one(
        related="decree_line_id.regency_id", store=True, index=True
    )
    original_id = fields.Many2one(
        related="proposal_id.decree_id", string="Decree that is amended"
    )
    kind = fields.Selection(selection=KINDS, required=True, default="name")
    new_name = fields.Char(help="As in the identity card and on the account.")
    new_letter = fields.Char()
    new_area_ids = fields.Many2many(
        comodel_name="khbs.area",
        relation="khbs_bkk_correction_area_rel",
        string="New areas",
        domain="[('id', 'child_of', regency_id)]",
    )
    new_area_names = fields.Char(readonly=True, copy=False)
    new_area_code = fields.Char(readonly=True, copy=False)
    new_district_name = fields.Char(readonly=True, copy=False)
    new_month_from = fields.Date(
        string="First month", help="Any day of the first month that stays."
    )
    new_months = fields.Integer(string="Months", aggregator=None)
    before = fields.Char(string="As decreed", readonly=True, copy=False)
    after = fields.Char(string="As it should be", readonly=True, copy=False)
    amount = Rupiah(
        string="Difference",
        readonly=True,
        copy=False,
        help="What the amendment adds to the decree: nothing, or less.",
    )
    reason = fields.Char(required=True)
    evidence = fields.Binary(
        string="Evidence (photo or PDF)", attachment=True, copy=False
    )
    evidence_name = fields.Char()
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("proposed", "To check"),
            ("accepted", "Accepted"),
            ("decreed", "Decreed"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    maker_id = fields.Many2one(
        comodel_name="res.users", string="Asked by", readonly=True, copy=False
    )
    checker_id = fields.Many2one(
        comodel_name="res.users", string="Checked by", readonly=True, copy=False
    )
    checked_at = fields.Datetime(readonly=True, copy=False)
    refusal = fields.Char(string="Refused because", readonly=True, copy=False)
    decree_id = fields.Many2one(
        comodel_name="khbs.decree",
        string="Amendment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    _two_persons = models.Constraint(
        "CHECK (checker_id <> maker_id)", "Who asks for a correction does not check it."
    )
    _checked_whole = models.Constraint(
        "CHECK (state NOT IN ('accepted', 'decreed') OR (maker_id IS NOT NULL "
        "AND checker_id IS NOT NULL AND after IS NOT NULL))",
        "An accepted correction has a maker and a checker.",
    )
    _takes_away = models.Constraint(
        "CHECK (amount <= 0)", "A correction adds no money; propose the months anew."
    )
    # Of what concerns the money of a line there is one at a time, of whatever kind.
    _open_uniq = models.UniqueIndex(
        "(line_id, (CASE WHEN kind = 'drop' THEN 'months' ELSE kind END)) "
        "WHERE state IN ('draft', 'proposed', 'accepted')",
        "Another correction of this line is open. Finish or refuse that one first.",
    )

    def init(self):
        self.env.cr.execute(guards.CORRECTION_GUARD)

    @api.depends("kind", "decree_line_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for one in self:
            one.display_name = (
                f"{one.decree_line_id.display_name}: {labels.get(one.kind, '')}"
            )

    def _content_parts(self):
        evidence = self.with_context(bin_size=False).evidence
        return [
            self.env["khbs.household"]._sha256_of(evidence),
            [self.new_name, self.new_letter, self.new_area_names],
            [str(self.new_month_from), self.new_months],
        ]

    @api.constrains("reason", "new_name")
    def _check_no_number(self):
        for one in self:
            if any(letter.isdigit() for letter in one.new_name or ""):
                raise ValidationError(
                    self.env._(
                        "A name has no digits. Write it as in the identity card."
                    )
                )
            if PERSONAL_NUMBER.search(f"{one.reason or ''} {one.new_name or ''}"):
                raise ValidationError(
                    self.env._("Name and reason are read by many: no NIK in them.")
                )

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def action_propose(self):
        """Ask the province for the correction: the act of the regency."""
        for one in self._checked(PROPOSER, "khbs.bkk.correction.proposed"):
            one._require_state("draft")
            if not one.evidence:
                raise UserError(
                    self.env._("Add the letter or the paper that proves it.")
                )
            one.write(one._prepare_change())
            one.write({"state": "proposed", "maker_id": self.env.uid})
            self._decide_step(one, "proposed", PROPOSER)
        return True

    def action_accept(self):
        """Accept the correction: a second person's act."""
        for one in self._checked(VERIFIER, "khbs.bkk.correction.accepted", "read"):
            one._require_state("proposed")
            mine = one.with_env(self.env)
            self.env["khbs.approval"]._refuse_author(mine, "accepted")
            if one._prepare_change() != one._present_change():
                raise UserError(
                    self.env._(
                        "The decree of %(line)s has changed since this was asked. "
                        "Refuse it; the regency asks anew.",
                        line=one.decree_line_id.display_name,
                    )
                )
            self._decide_step(one, "accepted", VERIFIER)
            one._close("accepted")
        return True

    def action_refuse(self, reason):
        """Refuse the correction, or an accepted one that no decree carries yet.

        :param reason: what the regency is told
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why, so that it can be asked anew."))
        for one in self._checked(VERIFIER, "khbs.bkk.correction.refused", "read"):
            one._require_state("proposed", "accepted")
            if one.decree_id:
                raise UserError(
                    self.env._(
                        "%(decree)s carries this correction. Delete that draft first.",
                        decree=one.decree_id.display_name,
                    )
                )
            if one.state == "proposed":
                self._decide_step(one, "refused", VERIFIER, note=reason)
            else:
                self.env["khbs.audit.event"]._record("khbs.bkk.correction.refused", one)
            one.refusal = reason
            one._close("refused")
        return True

    def action_ask_refusal(self):
        """Open the dialogue that asks why the correction is refused."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": "khbs.bkk.correction.refusal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_correction_id": self.id},
        }

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _decide_step(self, one, step, group, note=None):
        mine = one.with_env(self.env)
        self.env["khbs.approval"]._decide(
            mine, step, group, mine._content_sha256(), note=note
        )

    def _close(self, state):
        self.write(
            {
                "state": state,
                "checker_id": self.env.uid,
                "checked_at": fields.Datetime.now(),
            }
        )

    def _present_change(self):
        names = ("before", "after", "amount", *_AREA_FIELDS)
        return {name: self[name] for name in names}

    def _prepare_change(self):
        """Return what the correction changes, against the list that is to be paid."""
        self.ensure_one()
        line = self._current_line()
        self._refuse_paid_out()
        values = dict.fromkeys(_AREA_FIELDS, False)
        before, after, amount = getattr(self, f"_change_{self.kind}")(line, values)
        if before == after:
            raise UserError(
                self.env._("That is what the decree says already: %(text)s", text=after)
            )
        return {**values, "before": before, "after": after, "amount": amount}

    def _current_line(self):
        """Return the line as the decree has it that is paid from now."""
        current = self.env["khbs.bkk.decree.line"].search(
            [
                ("decree_id", "=", self.proposal_id.payable_decree_id.id),
                ("line_id", "=", self.line_id.id),
            ]
        )
        if not current:
            raise UserError(
                self.env._(
                    "%(line)s stands in no decree in force any more.",
                    line=self.decree_line_id.display_name,
                )
            )
        return current

    def _refuse_paid_out(self):
        """Refuse to take months from whoever has them, and what is accounted for."""
        closed = self.filtered(lambda one: one.proposal_id.state == "accounted")
        if closed:
            raise UserError(
                self.env._(
                    "%(proposal)s is accounted for; its decree is amended no more.",
                    proposal=closed[0].proposal_id.display_name,
                )
            )
        money = self.filtered(lambda one: one.kind in ("months", "drop"))
        paid = self.env["khbs.bkk.payment.line"].search(
            [("proposal_line_id", "in", money.line_id.ids), ("state", "=", "paid")],
            limit=1,
        )
        if paid:
            raise UserError(
                self.env._(
                    "%(name)s has been paid by the list already. The treasurer lets "
                    "the payment come back first.",
                    name=paid.name,
                )
            )

    def _change_name(self, line, _values):
        return line.name, self._entered("new_name"), 0

    def _change_letter(self, line, _values):
        return line.letter, self._entered("new_letter"), 0

    def _entered(self, name):
        text = " ".join((self[name] or "").split())
        if not text:
            raise UserError(
                self.env._(
                    "Enter: %(field)s.",
                    field=self._fields[name]._description_string(self.env),
                )
            )
        return text

    def _change_area(self, line, values):
        areas = self.new_area_ids.sorted("code")
        if not areas or any(area._regency() != line.regency_id for area in areas):
            raise UserError(
                self.env._(
                    "Choose areas in %(regency)s; another regency is another proposal.",
                    regency=line.regency_id.name,
                )
            )
        if line.payee_area_id != line.regency_id and areas[0] != line.payee_area_id:
            raise UserError(
                self.env._(
                    "The money of this line goes to %(payee)s. Let the line leave the "
                    "list, and propose it anew for the other village.",
                    payee=line.payee_name,
                )
            )
        values["new_area_names"] = ", ".join(areas.mapped("name"))
        values["new_area_code"] = areas[0].code
        values["new_district_name"] = areas[0]._ancestor("district").name
        return line.area_names, values["new_area_names"], 0

    def _change_months(self, line, _values):
        first = self._first_month(line)
        last = first + relativedelta(months=self.new_months - 1)
        end = line.month_from + relativedelta(months=line.months - 1)
        if self.new_months < 1 or first < line.month_from or last > end:
            raise UserError(
                self.env._(
                    "The decree has %(months)s for %(name)s: a correction leaves some "
                    "of them. More months are a further proposal of the regency.",
                    months=words.month_span(line.month_from, line.months),
                    name=line.name,
                )
            )
        return (
            words.month_span(line.month_from, line.months),
            words.month_span(first, self.new_months),
            line.rate_amount * (self.new_months - line.months),
        )

    def _first_month(self, line):
        return (self.new_month_from or line.month_from).replace(day=1)

    def _change_drop(self, line, _values):
        return (
            f"{words.month_span(line.month_from, line.months)}, "
            f"{words.rupiah(line.amount)}",
            "tidak dibayarkan",
            -line.amount,
        )
