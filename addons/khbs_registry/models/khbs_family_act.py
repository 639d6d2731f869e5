# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ..geotag import position_of
from ..relations import HEAD
from .khbs_family_plan import DIVIDING

_ADDRESS = ("area_id", "address", "rt", "rw")


class KhbsFamilyAct(models.AbstractModel):
    """Carries a family event out, in the one transaction of its acceptance.

    The caller has checked its user, locked the families and called
    ``_require_possible``.
    """

    _name = "khbs.family.act"
    _inherit = "khbs.family.check"
    _description = "Family event: carrying out"

    def _families(self):
        return (
            self.household_id
            | self.other_household_id
            | self.person_ids.household_id
            | self.same_person_id.household_id
        )

    def _carry_out(self):
        """Change the families as the form has shown it."""
        self.ensure_one()
        household = self.household_id
        # Asked before anything changes: they are read from the families.
        ends, head_changes = self._ends(), self._changes_head()
        ending = self._ending_others()
        if ends:
            ending[household] = self._end_reason()
        self._write_fates()
        self._free_headships()
        if self.kind in DIVIDING:
            self._divide()
        self._move_members()
        self._write_relations()
        self._add_newcomers()
        if self.kind == "relocate" and not ends:
            self._relocate()
        if self.kk_number and not ends and not self._heir_leaves():
            self._renumber(household, self.kk_number)
        for family, reason in ending.items():
            self._end(family, reason)
        if head_changes:
            self._head_changed(household)
        if self.kind in DIVIDING:
            self._divided(household)
        self.env["khbs.audit.event"]._record(
            "family_event.applied",
            self,
            {
                "kind": self.kind,
                "households": self._families().ids + self.result_household_id.ids,
                "persons": self.member_ids.person_id.ids,
            },
        )

    def _write_fates(self):
        self._write_persons(self._lines_of("dies"), {"state": "deceased"})
        self._write_persons(self._lines_of("goes"), {"state": "moved"})
        dropped = self._lines_of("drops").person_id
        if dropped:
            dropped.active = False
            self.env.flush_all()
        kept = self.same_person_id
        if kept and not kept.nik and dropped.nik:
            kept.write({"nik": dropped.nik, "nik_status": dropped.nik_status})
            self._remember(kept, ["nik"])

    def _free_headships(self):
        """Let nobody be head who will not be: a household has one head at a time."""
        for line in self._lines_of("stays", "joins", "leaves"):
            if line.person_id.relation == HEAD != line.relation_after:
                self._write_persons(line, {"relation": line.relation_after})

    def _move_members(self):
        self._write_persons(
            self._lines_of("joins"), {"household_id": self.household_id.id}
        )

    def _write_relations(self):
        for line in self._lines_of("stays", "joins", "leaves"):
            if line.person_id.relation != line.relation_after:
                self._write_persons(line, {"relation": line.relation_after})

    def _write_persons(self, lines, values):
        persons = lines.person_id
        if persons:
            persons.write(values)
            self.env.flush_all()
            if "household_id" in values:
                # What is known of somebody goes along.
                known = self.env["khbs.local.value"].search(
                    [("person_id", "in", persons.ids)]
                )
                known.write({"household_id": values["household_id"]})
            self._remember(persons, list(values))

    def _add_newcomers(self):
        for newcomer in self.newcomer_ids:
            person = self.env["khbs.person"].create(newcomer._person_values())
            self._remember(person, ["name", "relation", "birth_date", "sex"])

    def _divide(self):
        """Give those who do not keep the household's record one of their own."""
        household = self.household_id
        heir_leaves = self._heir_leaves()
        former, since = household.kk_number, self._kk_since()
        values = {"state": "needs_verification", "reason_code": "FAMILY_SPLIT"}
        for name in _ADDRESS:
            value = household[name]
            values[name] = value.id if isinstance(value, models.Model) else value
        if heir_leaves:
            # Those who stay are the family that DTSEN knows, and its KK is theirs.
            values |= {"dtsen_key": household.dtsen_key, "decile": household.decile}
            values["dwelling_kind"] = household.dwelling_kind
            values["captured_by_id"] = household.captured_by_id.id
            values |= position_of(household)
            household.dtsen_key = False
            self._renumber(household, self.other_kk_number)
        other = self.env["khbs.household"].create(values)
        self.result_household_id = other
        if former:
            # What its KK was until now: a list of aid may name it.
            other._add_kk(former, self.name, since, self._kk_until(since), event=self)
        number = (self.kk_number or former) if heir_leaves else self.other_kk_number
        if number:
            self._renumber(other, number)
        moving = self._remaining() if heir_leaves else self._lines_of("leaves")
        self._write_persons(moving, {"household_id": other.id})

    def _kk_since(self):
        present = self.household_id.kk_ids.filtered(lambda number: not number.valid_to)
        return present[:1].valid_from or self.event_date

    def _kk_until(self, since):
        return max(since, self.event_date)

    def _heir_leaves(self):
        return self.kind in DIVIDING and self.place_kept == "leaving"

    def _relocate(self):
        self.household_id.write(
            {
                "area_id": self.to_area_id.id,
                "address": self.to_address,
                "rt": self.to_rt,
                "rw": self.to_rw,
            }
        )
        self.household_id._forget_position()
        self._remember(self.household_id, ["area_id", "address", "rt", "rw"])

    def _renumber(self, household, kk_number):
        household._renumber_kk(kk_number, self.name, self.event_date, event=self)
        self._remember(household, ["kk_number"])

    def _end(self, household, reason):
        household._close_kk(self.event_date)
        household._set_state("exited", reason)
        household._has_left({"family_event": self.name})

    # What the addons above extend

    def _head_changed(self, household):
        """Act on what names the former head of *household*."""

    def _divided(self, household):
        """Act on what both parts of the former family may hold, as its card."""
