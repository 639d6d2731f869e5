# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ..relations import HEAD, after_new_head

# What becomes of a member.
FATES = [
    ("stays", "Stays"),
    ("leaves", "Leaves with the new family"),
    ("joins", "Joins"),
    ("dies", "Deceased"),
    ("goes", "Moves away"),
    ("drops", "Recorded twice: this record goes"),
]
# Kinds of event to what becomes of those that it is about.
FATE_OF = {
    "split": "leaves",
    "divorce": "leaves",
    "death": "dies",
    "move_out": "goes",
    "move_in": "joins",
    "merge": "drops",
    "double": "drops",
}
# Kinds in which a second family arises.
DIVIDING = ("split", "divorce")


class KhbsFamilyPlan(models.AbstractModel):
    """What a family event will change, before it is carried out.

    The form shows it, the validator's digest covers it, and the carrying out follows
    it: one place says what an event does.
    """

    _name = "khbs.family.plan"
    _description = "Family event: what will change"

    def _proposed_members(self):
        """Return values of a line for each member whom the event concerns."""
        self.ensure_one()
        present = self.household_id._present_members()
        about = self.person_ids._origin
        fate = FATE_OF.get(self.kind)
        lines = []
        for person in present:
            concerned = person in about and fate not in ("joins", False)
            lines.append((person, fate if concerned else self._fate_of_the_others()))
        if self.kind == "merge":
            others = self.other_household_id._present_members()
            lines += [(p, "drops" if p in about else "joins") for p in others]
        if self.kind == "move_in":
            lines += [(person, "joins") for person in about - present]
        return [
            {
                "person_id": person.id,
                "fate": fate,
                "relation_after": self._proposed_relation(person, fate),
            }
            for person, fate in lines
        ]

    def _fate_of_the_others(self):
        return "goes" if self.kind == "relocate" and self.leaves_province else "stays"

    def _proposed_relation(self, person, fate):
        """Return what *person* will be to the head of the family afterwards."""
        if fate == "leaves":
            return self._relation_to(self.other_head_id._origin, person)
        if fate == "joins":
            return HEAD if person == self.new_head_id._origin else "9"
        head = self.new_head_id._origin
        if fate == "stays" and head:
            return self._relation_to(head, person)
        return person.relation

    def _relation_to(self, head, person):
        if person == head:
            return HEAD
        if not head or head.relation == HEAD:
            return person.relation
        if head.household_id != person.household_id:
            return "9"
        return after_new_head(person.relation, head.relation, person.sex)

    # What will be

    def _lines_of(self, *fates):
        return self.member_ids.filtered(lambda line: line.fate in fates)

    def _remaining(self):
        """Return the lines of those who will be members of the family."""
        return self._lines_of("stays", "joins")

    def _head_afterwards(self):
        """Return the head of the household's record after the event, or nobody.

        The record is the place in the programme: where those who leave keep it, the
        others get a record of their own.
        """
        kept = self.kind in DIVIDING and self.place_kept == "leaving"
        lines = self._lines_of("leaves") if kept else self._remaining()
        return lines.filtered(lambda line: line.relation_after == HEAD).person_id

    def _ends(self):
        """Return whether the household leaves the registry by this event."""
        return self.kind == "exit" or not (self._remaining() or self.newcomer_ids)

    def _end_reason(self):
        """Return the code of the reason why the household leaves."""
        reasons = {
            "exit": self.exit_reason,
            "death": "DECEASED",
            "relocate": "MOVED_OUT",
            "move_out": "MOVED_OUT",
            "double": "DUPLICATE",
        }
        return reasons.get(self.kind, "MERGED")

    def _ending_others(self):
        """Return {household: reason} of the other families that leave by this event."""
        if self.kind == "merge":
            return {self.other_household_id: "MERGED"}
        if self.kind != "move_in":
            return {}
        joining = self._lines_of("joins").person_id
        return {
            household: "MERGED"
            for household in joining.household_id
            if not household._present_members() - joining
        }

    def _changes_head(self):
        """Return whether the household's record has another head afterwards."""
        head = self._head_afterwards()
        return not self._ends() and bool(head) and head != self.household_id.head_id

    def _effects(self):
        """Return what will change, one sentence each; the addons above add theirs."""
        self.ensure_one()
        household = self.household_id
        if self._ends():
            sentences = [self._said_end(household, self._end_reason())]
        else:
            sentences = [*self._said_place(), *self._said_head(), *self._said_numbers()]
        others = self._ending_others().items()
        sentences += [self._said_end(other, reason) for other, reason in others]
        return [*self._said_members(), *sentences]

    def _said_members(self):
        named = {
            "dies": self.env._("Deceased: %(persons)s."),
            "goes": self.env._("Moves away: %(persons)s."),
            "joins": self.env._("Joins the family: %(persons)s."),
            "drops": self.env._("Recorded twice, this record goes: %(persons)s."),
        }
        for fate, sentence in named.items():
            names = self._lines_of(fate).person_id.mapped("name")
            if fate == "joins":
                names += self.newcomer_ids.mapped("name")
            if names:
                yield sentence % {"persons": ", ".join(filter(None, names))}
        if self.kind in DIVIDING:
            leaving = self._lines_of("leaves").person_id
            yield self.env._(
                "A new family: %(persons)s.", persons=", ".join(leaving.mapped("name"))
            )

    def _said_end(self, household, reason):
        reasons = household._fields["reason_code"]._description_selection(self.env)
        return self.env._(
            "%(household)s leaves the registry: %(reason)s.",
            household=household.name,
            reason=dict(reasons).get(reason, "?"),
        )

    def _said_place(self):
        household = self.household_id
        if self.kind in DIVIDING:
            heir = (
                self._lines_of("leaves")
                if self.place_kept == "leaving"
                else self._remaining()
            )
            yield self.env._(
                "The number %(household)s, its place in the programme and its aid stay "
                "with: %(persons)s. The other family is a new candidate and is to be "
                "verified.",
                household=household.name,
                persons=", ".join(heir.person_id.mapped("name")),
            )
        if self.kind == "relocate":
            yield self.env._(
                "%(household)s moves from %(former)s to %(village)s. Aid that is "
                "decided stays where it is; from the next list on the family counts "
                "in its new village.",
                household=household.name,
                former=household.area_id.display_name,
                village=self.to_area_id.display_name or "?",
            )

    def _said_head(self):
        if not self._head_afterwards():
            yield self.env._("The family has no head yet: choose the new one.")
        if self._changes_head():
            yield self.env._(
                "%(person)s becomes head of %(household)s.",
                person=self._head_afterwards().name,
                household=self.household_id.name,
            )

    def _said_numbers(self):
        if self.kk_masked:
            yield self.env._(
                "The family's KK number becomes %(number)s; the former one stays in "
                "its history.",
                number=self.kk_masked,
            )
        if self.other_kk_masked:
            yield self.env._(
                "The new family gets the KK number %(number)s.",
                number=self.other_kk_masked,
            )
        elif self.kind in DIVIDING:
            yield self.env._(
                "The new family has no KK number yet: enter it as another event when "
                "Dukcapil has issued it."
            )
