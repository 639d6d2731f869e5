# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api, models

from ..search_text import SHORTEST_WORD, parse

# More than a person looks through on a phone.
MOST_FAMILIES = 40


class KhbsHouseholdFind(models.AbstractModel):
    """What the screen "Find a family" asks."""

    _name = "khbs.household.find"
    _inherit = "khbs.find"
    _description = "Families found by the search screen"

    @api.model
    def find_families(self, text):
        """Return the families that *text* names, as the search screen shows them.

        :return: dict of ``families`` (masked) and ``hint`` (a sentence, or nothing)
        """
        self.check_access("read")
        query = parse(text)
        if not query:
            return {"families": [], "hint": self._hint_too_short()}
        domain = self._find(text)
        found = self.with_context(active_test=False).search(
            domain, limit=MOST_FAMILIES + 1, order="name"
        )
        shown = found[:MOST_FAMILIES]
        if len(found) > MOST_FAMILIES:
            hint = self.env._(
                "More than %(most)s families. Add the village or another name.",
                most=MOST_FAMILIES,
            )
        elif not found:
            hint = self._hint_nothing(query)
        else:
            hint = False
        return {"families": shown._found_rows(query.words), "hint": hint}

    def _record_entered_number(self, number):
        """Count a NIK or KK as searched for, if others than these families have it.

        Whoever enters a number and hears that it is taken learns what a search tells.
        A number that nobody has tells nothing of anybody: entering it is daily work.

        :raises UserError: the user has searched, or met, too many within the hour
        """
        if not number or self.env.uid == SUPERUSER_ID:
            return
        rows = self.env.execute_query(self._number_query(number))
        others = {household_id for household_id, _person in rows} - set(self.ids)
        if others:
            self._record_number_search(self._number_digest(number), len(others))

    def _label_in_reach(self):
        """Return the family's number, or that it lies out of the user's reach."""
        if self.sudo(False).has_access("read"):
            return self.name
        return self.env._("a family of another area")

    def _found_rows(self, words):
        states = dict(self._fields["state"]._description_selection(self.env))
        return [
            {
                "id": household.id,
                "name": household.name,
                "head": household.head_id.name or "",
                # Found by another member: say by whom.
                "member": household._member_found(words),
                "village": household.area_id.name,
                "rt": household.rt or "",
                "kk": household.kk_masked,
                "state": states[household.state],
                "decided": household.state in ("decided", "active"),
            }
            for household in self
        ]

    def _member_found(self, words):
        """Return the name of the member that the *words* mean, if not the head."""
        words = [word.casefold() for word in words]
        for person in self.person_ids - self.head_id:
            if any(word in person.name.casefold() for word in words) and not any(
                word in (self.head_id.name or "").casefold() for word in words
            ):
                return person.name
        return ""

    @api.model
    def _hint_too_short(self):
        return self.env._(
            "Enter at least %(letters)s letters of a name, or a whole number.",
            letters=SHORTEST_WORD,
        )

    @api.model
    def _hint_nothing(self, query):
        if query.number:
            return self.env._(
                "No family of your area has this number. Check each of its digits, or "
                "search by name and village."
            )
        return self.env._(
            "No family of your area is found. Try fewer words or another spelling."
        )
