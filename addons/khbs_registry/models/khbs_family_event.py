# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

from ..identity_numbers import mask
from .khbs_household import EXIT_REASONS
from .khbs_proposal import KhbsProposal

KINDS = [
    ("new_kk", "New KK number"),
    ("death", "Death of a member"),
    ("split", "Part of the family becomes a family of its own"),
    ("divorce", "Divorce"),
    ("merge", "Two families become one"),
    ("move_in", "Somebody joins the family"),
    ("move_out", "Somebody leaves the family"),
    ("relocate", "The whole family moves"),
    ("double", "A person is recorded twice"),
    ("exit", "The family leaves the programme"),
]


class KhbsFamilyEvent(models.Model):
    """What happened in a family: proposed with its evidence, decided by another.

    Only here does a family change as a whole (DOMAIN 2.5): its members, its head, its
    KK number, its village. Nothing happens before a second person has accepted it,
    and then all of it at once.
    """

    _name = "khbs.family.event"
    _inherit = ["khbs.family.plan", "khbs.family.act"]
    _description = "Family event"
    _order = "id desc"

    _guarded_fields = (
        *KhbsProposal._guarded_fields,
        "result_household_id",
        "kk_number",
        "other_kk_number",
    )
    _change_act = "family_event.change"
    _reading_actions = ("action_accept",)
    _content_fields = ("state", "kind", "event_date")

    kind = fields.Selection(selection=KINDS, string="What happened", required=True)
    event_date = fields.Date(
        string="Date", required=True, default=fields.Date.context_today
    )
    person_ids = fields.Many2many(
        comodel_name="khbs.person",
        relation="khbs_family_event_person_rel",
        string="Who it is about",
        help="Who died, leaves, joins or is recorded twice.",
    )
    same_person_id = fields.Many2one(
        comodel_name="khbs.person",
        string="Record that stays",
        ondelete="restrict",
        help="Of a person who is recorded twice.",
    )
    candidate_ids = fields.Many2many(
        comodel_name="khbs.person", compute="_compute_candidate_ids"
    )
    new_head_id = fields.Many2one(
        comodel_name="khbs.person",
        string="New head of the family",
        ondelete="restrict",
        help="Empty: the head stays.",
    )
    other_head_id = fields.Many2one(
        comodel_name="khbs.person", string="Head of the new family", ondelete="restrict"
    )
    other_household_id = fields.Many2one(
        comodel_name="khbs.household",
        string="Family that is taken in",
        ondelete="restrict",
        help="Its members join; its own number and its aid end.",
    )
    place_kept = fields.Selection(
        selection=[
            ("staying", "Those who stay"),
            ("leaving", "Those who leave"),
        ],
        string="The place in the programme goes to",
        default="staying",
        help="The place, the number and the aid have one heir; the other family is a "
        "new candidate.",
    )
    leaves_province = fields.Boolean(string="Out of the province")
    to_area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="To the village",
        ondelete="restrict",
        domain=[("level", "in", ("village", "urban_village"))],
    )
    to_address = fields.Char(string="New address")
    to_rt = fields.Char(string="New RT", size=3)
    to_rw = fields.Char(string="New RW", size=3)
    exit_reason = fields.Selection(selection=EXIT_REASONS)
    kk_number = fields.Char(size=16, copy=False, groups=NO_ACCESS)
    kk_masked = fields.Char(
        string="New KK", compute="_compute_masked", compute_sudo=True
    )
    kk_entry = fields.Char(
        string="New KK number",
        compute="_compute_entries",
        inverse="_inverse_kk_entry",
        help="Empty while Dukcapil has not issued it. It is shown masked once saved.",
    )
    other_kk_number = fields.Char(size=16, copy=False, groups=NO_ACCESS)
    other_kk_masked = fields.Char(
        string="KK of the new family", compute="_compute_masked", compute_sudo=True
    )
    other_kk_entry = fields.Char(
        string="KK number of the new family",
        compute="_compute_entries",
        inverse="_inverse_other_kk_entry",
        help="Empty while Dukcapil has not issued it. It is shown masked once saved.",
    )
    member_ids = fields.One2many(
        comodel_name="khbs.family.member",
        inverse_name="event_id",
        string="Members afterwards",
        compute="_compute_member_ids",
        store=True,
        readonly=False,
    )
    newcomer_ids = fields.One2many(
        comodel_name="khbs.family.newcomer",
        inverse_name="event_id",
        string="New persons",
        help="Who is in no family of the registry yet: a child, a wife from elsewhere.",
    )
    effects = fields.Text(string="What will change", compute="_compute_effects")
    result_household_id = fields.Many2one(
        comodel_name="khbs.household",
        string="New family",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _kk_form = models.Constraint(
        "CHECK (kk_number ~ '^[0-9]{16}$' AND other_kk_number ~ '^[0-9]{16}$')",
        "A KK number has sixteen digits.",
    )
    _open_uniq = models.UniqueIndex(
        "(household_id) WHERE state = 'submitted'",
        "Another event of this family waits for its validator. Let it be decided "
        "first.",
    )

    @api.depends("kk_number", "other_kk_number")
    def _compute_masked(self):
        for event in self:
            event.kk_masked = mask(event.kk_number)
            event.other_kk_masked = mask(event.other_kk_number)

    def _compute_entries(self):
        # What was entered is never shown again.
        for event in self:
            event.kk_entry = event.other_kk_entry = False

    def _inverse_kk_entry(self):
        self._enter("kk_entry", "kk_number")

    def _inverse_other_kk_entry(self):
        self._enter("other_kk_entry", "other_kk_number")

    def _enter(self, entry, name):
        for event in self:
            number = "".join((event[entry] or "").split())
            if number:
                self.env["khbs.household"]._refuse_kk_form(number)
                event._refuse_unless_editable()
                event.sudo()[name] = number
        # What was entered is not shown, not even to who entered it.
        self.invalidate_recordset([entry], flush=False)

    @api.depends("household_id", "other_household_id", "kind")
    def _compute_candidate_ids(self):
        for event in self:
            households = event.household_id | event.other_household_id
            event.candidate_ids = households.person_ids.filtered(
                lambda person: person.state == "alive"
            )

    @api.depends(
        "kind",
        "household_id",
        "other_household_id",
        "person_ids",
        "new_head_id",
        "other_head_id",
        "leaves_province",
    )
    def _compute_member_ids(self):
        for event in self:
            if event.state == "draft":
                event.member_ids = [
                    fields.Command.clear(),
                    *map(fields.Command.create, event._proposed_members()),
                ]
            else:
                event.member_ids = event.member_ids

    @api.depends(
        "member_ids.relation_after",
        "member_ids.fate",
        "newcomer_ids.name",
        "kk_masked",
        "other_kk_masked",
        "to_area_id",
        "exit_reason",
        "place_kept",
        "household_id.area_id",
        "state",
    )
    def _compute_effects(self):
        for event in self:
            shown = event.state in ("draft", "submitted") and event.household_id
            sentences = event._effects() if shown and event.kind else []
            event.effects = "\n".join(f"• {sentence}" for sentence in sentences)

    def action_open_result(self):
        """Open the family that arose."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.household",
            "res_id": self.result_household_id.id,
            "views": [(False, "form")],
        }

    def _on_refused(self):
        """A pair that was taken for one person is to be looked at again."""
        result = super()._on_refused()
        pairs = self.env["khbs.duplicate"].search([("event_id", "in", self.ids)])
        pairs.write({"state": "open", "event_id": False})
        return result

    def _content_parts(self):
        """Return what the decision is about: the proposal and the family as it is."""
        families = self.env["khbs.household"]
        return [
            *self._proposal_content(),
            sorted(self.person_ids.ids),
            [self.same_person_id.id, self.new_head_id.id, self.other_head_id.id],
            [self.place_kept, self.leaves_province, self.exit_reason],
            [self.to_area_id.id, self.to_address, self.to_rt, self.to_rw],
            [families._keyed(self.kk_number), families._keyed(self.other_kk_number)],
            [line._content() for line in self.member_ids.sorted("id")],
            [line._content() for line in self.newcomer_ids.sorted("id")],
        ]
