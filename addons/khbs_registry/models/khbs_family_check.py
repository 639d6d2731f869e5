# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ..relations import HEAD
from .khbs_family_plan import DIVIDING


class KhbsFamilyCheck(models.AbstractModel):
    """Whether a family event can be carried out: asked when it is handed in, and again
    when it is accepted, for the family may have changed meanwhile.
    """

    _name = "khbs.family.check"
    _inherit = "khbs.proposal"
    _description = "Family event: checks"

    def _problems(self):
        """Yield what stands against the event."""
        yield from super()._problems()
        if self.event_date > fields.Date.context_today(self):
            yield self.env._("The date lies in the future: enter what has happened.")
        yield from self._missing()
        yield from self._strangers()
        yield from self._unclear_heads()
        yield from self._taken_numbers()

    def _missing(self):
        """Yield what this kind of event needs and has not."""
        if self.kind in ("death", "move_out", "split", "divorce", "double"):
            if not self.person_ids:
                yield self.env._("Choose whom the event is about.")
        if self.kind == "move_in" and not (self.person_ids or self.newcomer_ids):
            yield self.env._("Choose who joins the family, or enter a new person.")
        if self.kind in DIVIDING and not self._lines_of("stays"):
            yield self.env._(
                "Somebody stays in the family: take one of the persons out."
            )
        if self.kind == "merge" and not self.other_household_id:
            yield self.env._("Choose the family that is taken in.")
        if self.kind == "relocate" and not (self.leaves_province or self.to_area_id):
            yield self.env._("Choose the village that the family moves to.")
        if self.kind == "exit" and not self.exit_reason:
            yield self.env._("Choose why the family leaves.")
        if self.kind == "new_kk" and not (self.kk_number or self.new_head_id):
            yield self.env._("Enter the new KK number.")
        if self.kind == "double" and self._wrong_double():
            yield self.env._("Choose one record that goes and another one that stays.")

    def _wrong_double(self):
        kept = self.same_person_id
        return (
            len(self.person_ids) != 1
            or kept in self.person_ids
            or kept.state != "alive"
            or not kept.active
        )

    def _strangers(self):
        """Yield persons and families that are not what the event takes them for."""
        household, other = self.household_id, self.other_household_id
        if self.kind == "merge" and (other == household or other.state == "exited"):
            yield self.env._(
                "A family that has left, or the same one, cannot be taken in."
            )
        expected = {
            "merge": other._present_members(),
            "move_in": self.person_ids.household_id._present_members(),
        }.get(self.kind, household._present_members())
        if self.person_ids - expected:
            yield self.env._("Choose living members of the family.")
        lines = {(line.person_id.id, line.fate) for line in self.member_ids}
        # What the lines say of a person is what the event says, and nothing else.
        if lines != {(v["person_id"], v["fate"]) for v in self._proposed_members()}:
            yield self.env._(
                "The members of %(household)s have changed since the event was "
                "entered. Enter it anew.",
                household=household.name,
            )
        if self.kind == "move_in":
            yield from self._abandoned()

    def _abandoned(self):
        """Yield the families that would lose their head by somebody joining here."""
        joining = self._lines_of("joins").person_id
        for household in joining.household_id:
            staying = household._present_members() - joining
            if staying and household.head_id in joining:
                yield self.env._(
                    "%(person)s is head of %(household)s, whose other members stay. "
                    "Give that family another head first.",
                    person=household.head_id.name,
                    household=household.name,
                )

    def _unclear_heads(self):
        groups = [] if self._ends() else [self._remaining()]
        if self.kind in DIVIDING:
            groups.append(self._lines_of("leaves"))
        for lines in groups:
            heads = lines.filtered(lambda line: line.relation_after == HEAD)
            if len(heads) != 1:
                yield self.env._(
                    "One of %(persons)s must be the head of the family: choose the new "
                    "head and look through the relations.",
                    persons=", ".join(lines.person_id.mapped("name")),
                )
        if any(self.newcomer_ids.mapped(lambda one: one.relation == HEAD)):
            yield self.env._("Who joins does not become head by the same event.")

    def _taken_numbers(self):
        for number in filter(None, [self.kk_number, self.other_kk_number]):
            self._note_entered(number)
            self.household_id._refuse_taken_kk(number)
        if self.kk_number and self.kk_number == self.other_kk_number:
            yield self.env._("Two families never have one KK number.")
        for newcomer in self.newcomer_ids:
            self._note_entered(newcomer.nik)
            if newcomer._known_person():
                yield self.env._(
                    "%(person)s is a person of the registry already. Choose the person "
                    "instead of entering a new one.",
                    person=newcomer.name,
                )
