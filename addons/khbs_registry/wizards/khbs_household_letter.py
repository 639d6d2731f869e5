# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..identity_numbers import mask
from ..models.khbs_household_deliberation import REMOVAL_REASONS
from ..papers import statements, village

WRITERS = (
    "khbs_registry.group_field_officer",
    "khbs_registry.group_registry_operator",
    "khbs_registry.group_pii_reader",
)
SAME_KK = "anggota keluarga pada Kartu Keluarga yang sama"
SAME_VILLAGE = "keluarga di desa/kelurahan yang sama yang belum menerima bantuan"


class KhbsHouseholdLetter(models.TransientModel):
    """Print the statement of a replacement or a power of attorney, filled or blank."""

    _name = "khbs.household.letter"
    _inherit = ["khbs.numbers.purpose"]
    _description = "Letter about a family"

    kind = fields.Selection(
        selection=[
            ("proxy", "Power of attorney to collect aid"),
            ("replacement", "Statement on a replaced recipient (SPTJM)"),
        ],
        required=True,
        default="proxy",
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household", help="Empty: a form to be filled in by hand."
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        compute="_compute_area_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        domain=lambda self: self.env["khbs.area"]._own_villages(),
    )
    letter_date = fields.Date(
        string="Date of the letter", help="Empty: dots, written by hand."
    )
    letter_number = fields.Char(string="Number of the letter")
    rt_head = fields.Char(string="Head of the RT")
    rw_head = fields.Char(string="Head of the RW")
    village_head = fields.Char()
    # Statement
    reason = fields.Selection(selection=REMOVAL_REASONS)
    former_id = fields.Many2one(
        comodel_name="khbs.person",
        string="Who is replaced",
        compute="_compute_former_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('household_id', '=', household_id)]",
        help="The head, or the head who died when his death is recorded already.",
    )
    successor_id = fields.Many2one(
        comodel_name="khbs.person",
        string="Successor in the family",
        domain="[('household_id', '=', household_id), ('state', '=', 'alive')]",
    )
    successor_household_id = fields.Many2one(
        comodel_name="khbs.household",
        string="Family that takes the place",
        domain="[('area_id', '=', area_id), ('id', '!=', household_id)]",
    )
    # Power of attorney
    representative_id = fields.Many2one(
        comodel_name="khbs.representative",
        domain="[('household_id', '=', household_id), ('valid', '=', True)]",
        help="Registered with the family; otherwise write who collects.",
    )
    agent_name = fields.Char(string="Who collects")
    agent_relation = fields.Char(string="Relation to the recipient")
    agent_address = fields.Char(string="Address of who collects")
    benefit = fields.Char(help="Cash, food or both, as the letter says it.")
    period = fields.Char(help="Distribution that the letter is for.")
    valid_to = fields.Date(string="Valid until")

    @api.depends("household_id")
    def _compute_area_id(self):
        for letter in self:
            letter.area_id = letter.household_id.area_id or letter.area_id

    @api.depends("household_id", "reason")
    def _compute_former_id(self):
        for letter in self:
            dead = letter.household_id.person_ids.filtered(
                lambda person: person.relation == "1" and person.state == "deceased"
            )
            died = dead.sorted("id")[-1:] if letter.reason == "deceased" else dead[:0]
            letter.former_id = died or letter.household_id.head_id

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "khbs.household":
            values.setdefault("household_id", self.env.context.get("active_id"))
        return values

    def action_print(self):
        """Issue the letter and open the paper."""
        self.ensure_one()
        self._require_writer()
        (self.household_id | self.successor_household_id).check_access("read")
        self.area_id.check_access("read")
        self._record_full_numbers(self.household_id, self._families())
        build = self._replacement() if self.kind == "replacement" else self._proxy()
        title = (
            "SPTJM PENGGANTIAN PENERIMA KHBS"
            if self.kind == "replacement"
            else "SURAT KUASA PENGAMBILAN BANTUAN KHBS"
        )
        paper = self.env["khbs.paper"]._issue_letter(
            f"household.{self.kind}",
            title,
            build,
            record=self.household_id or None,
            area=self.area_id,
            personal=self.full_numbers,
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.paper",
            "res_id": paper.id,
            "views": [(False, "form")],
        }

    def _require_writer(self):
        if not any(self.env.user.has_group(group) for group in WRITERS):
            self.env["khbs.audit.event"]._require_group(
                WRITERS[0], f"household.{self.kind}", self.household_id
            )
        inside = any(
            (self.area_id.parent_path or "").startswith(path)
            for path in self.env.user.khbs_area_ids.mapped("parent_path")
        )
        if not inside:
            raise UserError(
                self.env._("Letters are written for villages of your own areas.")
            )

    def _families(self):
        return self.household_id | self.successor_household_id

    def _replacement(self):
        """Return what builds the statement; a person or a family takes the place."""
        if not self.household_id or not self.reason:
            raise UserError(
                self.env._("Choose the family that is replaced and the reason.")
            )
        if bool(self.successor_id) == bool(self.successor_household_id):
            raise UserError(
                self.env._(
                    "Choose who takes the place: a member of the family or another "
                    "family of the village."
                )
            )
        if self.successor_id and self.successor_id.household_id != self.household_id:
            raise UserError(self.env._("The successor belongs to another family."))
        if self.former_id.household_id not in (
            self.household_id,
            self.env["khbs.household"],
        ):
            raise UserError(self.env._("Who is replaced belongs to another family."))
        if self.former_id and self.former_id == self.successor_id:
            raise UserError(self.env._("Nobody takes his own place."))
        other = self.successor_household_id
        if other and other.area_id != self.household_id.area_id:
            raise UserError(self.env._("The other family lives in another village."))
        office = self._office(letterhead=self.area_id._letterhead())
        old = self._person(self.household_id, person=self.former_id)
        if other:
            new = self._person(other, relation=SAME_VILLAGE)
        else:
            new = self._person(
                self.household_id, person=self.successor_id, relation=SAME_KK
            )
        reason = village.REASONS[self.reason]
        number = self.letter_number
        return lambda code, url: statements.replacement(
            office, number, old, reason, new, code, url
        )

    def _proxy(self):
        """Return what builds the power of attorney, blank without a family."""
        principal = (
            self._person(self.household_id)
            if self.household_id
            else statements.Person()
        )
        agent = self._agent()
        office, until = self._office(), self.valid_to
        benefit, period = self.benefit or "", self.period or ""
        return lambda code, url: statements.power_of_attorney(
            office, principal, agent, benefit, period, until, code, url
        )

    def _agent(self):
        """Return who collects: a registered representative or what was written."""
        registered = self.representative_id
        if registered:
            if registered.household_id != self.household_id:
                raise UserError(
                    self.env._("The representative belongs to another family.")
                )
            nik = registered.sudo().nik if self.full_numbers else registered.nik_masked
            return statements.Person(
                name=registered.name,
                nik=nik or "",
                address=self.agent_address or "",
                relation=statements.RELATIONS.get(registered.relation, ""),
            )
        return statements.Person(
            name=self.agent_name or "",
            address=self.agent_address or "",
            relation=self.agent_relation or "",
        )

    def _office(self, letterhead=None):
        area, household = self.area_id, self.household_id
        urban = area.level == "urban_village"
        return statements.Office(
            village=area._full_title(),
            place=area.name,
            head=village.HEADS["muskel" if urban else "musdes"],
            letterhead=letterhead,
            day=self.letter_date,
            rt=household.rt or "",
            rw=household.rw or "",
            rt_head=self.rt_head or "",
            rw_head=self.rw_head or "",
            village_head=self.village_head or "",
        )

    def _person(self, household, person=None, relation=""):
        """Return the head, or *person*, of a household as the paper names them."""
        household = household.sudo()
        person = (person or household.head_id).sudo()
        show = (lambda number: number or "") if self.full_numbers else mask
        where = "/".join(filter(None, (household.rt, household.rw)))
        address = ", ".join(
            filter(None, (household.address, f"RT/RW {where}" if where else ""))
        )
        return statements.Person(
            name=person.name or "",
            nik=show(person.nik),
            kk=show(household.kk_number),
            address=f"{address}, {household.area_id._full_title()}".strip(", "),
            number=household.name,
            relation=relation,
        )
