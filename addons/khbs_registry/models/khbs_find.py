# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import itertools
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, config

from .. import number_key
from ..hourly_count import HourlyCount
from ..search_text import SHORTEST_WORD, parse

# Whose daily work begins with a number on a paper or a card: the family stands before
# them. All others find by name.
NUMBER_SEARCHERS = (
    "khbs_registry.group_field_officer",
    "khbs_registry.group_registry_operator",
    "khbs_registry.group_validator",
    "khbs_registry.group_card_officer",
    "khbs_registry.group_pii_reader",
    "khbs_registry.group_auditor",
)
SEARCHES_PARAMETER = "khbs.number_searches_per_hour"
SEARCHES_PER_HOUR = 60
READS_PARAMETER = "khbs.reads_per_hour"
READS_PER_HOUR = 5000
# The web client asks twice for one screen (rows and count), and again on reload.
_SAME_SEARCH = timedelta(minutes=1)
_reads = HourlyCount()
# So many are looked for first and handed over by their ids.
_MOST_IDS = 10_000
# A district has some twenty villages, a regency a hundred and more.
_MOST_PLACES = 60
_POSITIVE = {"ilike", "like", "=ilike", "=like", "="}


class KhbsFind(models.AbstractModel):
    """The one search box: name and village, NIK, KK, number of the household or card.

    A number is found whole or not at all, the search is an audit event with a keyed
    digest of the number, and what is found is shown masked.
    """

    _name = "khbs.find"
    _description = "Search for a family"

    find = fields.Char(
        string="Search",
        compute="_compute_find",
        search="_search_find",
        exportable=False,
        help="Name and village, NIK, KK, number of the household or of the card.",
    )

    def _compute_find(self):
        self.find = False

    def _read_format(self, fnames, load="_classic_read"):
        rows = super()._read_format(fnames, load)
        if not self.env.su:
            self._watch(len(rows))
        return rows

    @api.model
    def _watch(self, count):
        """Record, once an hour, who reads more than a person looks at.

        It is not refused: a big list may have its reason, and somebody asks for it.
        Counted in this process, so a server with several notices it a little later.
        """
        limit = self.env["khbs.audit.event"]._limit(READS_PARAMETER, READS_PER_HOUR)
        if not _reads.add(self.env.cr.dbname, self.env.uid, count, limit):
            return
        with self.env.registry.cursor() as cr:
            events = self.env["khbs.audit.event"].with_env(self.env(cr=cr))
            events._record("data.flood", data={"model": self._name, "limit": limit})

    @api.model
    def _search_find(self, operator, value):
        if operator == "in":
            texts = [text for text in value if isinstance(text, str)]
        elif operator in _POSITIVE and isinstance(value, str):
            texts = [value]
        else:
            return NotImplemented
        return Domain.OR(self._find(text.strip("%")) for text in texts)

    @api.model
    def _search_display_name(self, operator, value):
        """Offer families and persons by what people know of them."""
        if operator in _POSITIVE and isinstance(value, str) and value:
            return self._find(value, offering=True)
        return super()._search_display_name(operator, value)

    @api.model
    def _find(self, text, offering=False):
        """Return the domain of what *text* names; the rules are not its matter.

        :param offering: while somebody types: what cannot be found is not explained
        """
        query = parse(text)
        if query.number:
            if offering and not self._may_search_numbers():
                return Domain.FALSE
            return self._find_number(query.number)
        if query.words:
            return self._find_code(query.words) or self._find_words(query.words)
        if query.household or query.serial:
            return self._find_households(query)
        if query.partial and not offering:
            raise UserError(
                self.env._(
                    "A NIK or KK is found by all its sixteen digits only. Enter the "
                    "whole number, or search by name and village."
                )
            )
        return Domain.FALSE

    # ------------------------------------------------------------------
    # Numbers
    # ------------------------------------------------------------------

    @api.model
    def _may_search_numbers(self):
        return self.env.su or any(map(self.env.user.has_group, NUMBER_SEARCHERS))

    @api.model
    def _find_number(self, number):
        """Return the domain of a NIK or KK, present or former; it is recorded."""
        events = self.env["khbs.audit.event"]
        digest = self._number_digest(number)
        if not self._may_search_numbers():
            events._record_refused("household.find", data={"number": digest})
            raise AccessError(
                self.env._(
                    "Your role does not search by NIK or KK. "
                    "Search by name and village, or ask the registry operator."
                )
            )
        domain = self._number_domain(number)
        if not self.env.su:
            seen = self.with_context(active_test=False).search_count(domain)
            self._record_number_search(digest, seen)
        return domain

    @api.model
    def _number_domain(self, number):
        """Return the domain of what bears *number*."""
        found = self.env.execute_query(self._number_query(number))
        ids = {"khbs.household": set(), "khbs.person": set()}
        for household_id, person_id in found:
            ids["khbs.household"].add(household_id)
            ids["khbs.person"].add(person_id)
        if self._name == "khbs.household":
            return Domain("id", "in", list(ids["khbs.household"]))
        persons = ids["khbs.person"] - {None}
        if persons:
            return Domain("id", "in", list(persons))
        return Domain("household_id", "in", list(ids["khbs.household"]))

    @api.model
    def _number_query(self, number):
        """Return the query of (household, person or NULL) with *number*."""
        self.env.flush_all()
        return SQL(
            """
            SELECT id, NULL::integer FROM khbs_household WHERE kk_number = %(number)s
            UNION
            SELECT household_id, NULL FROM khbs_household_kk
             WHERE kk_number = %(number)s
            UNION
            SELECT household_id, id FROM khbs_person WHERE nik = %(number)s
            UNION
            SELECT p.household_id, p.id FROM khbs_person_nik former
              JOIN khbs_person p ON p.id = former.person_id
             WHERE former.nik = %(number)s
            """,
            number=number,
        )

    @api.model
    def _number_digest(self, number):
        """Return what the audit trail keeps of a number that was searched for."""
        return number_key.digest(Path(config["data_dir"]) / "khbs-privacy", number)

    @api.model
    def _record_number_search(self, digest, found):
        """Record a search, or refuse it: nobody tries numbers by the hundred."""
        events = self.env["khbs.audit.event"]
        limit = events._limit(SEARCHES_PARAMETER, SEARCHES_PER_HOUR)
        with events._counting(self.env.uid) as alone:
            if self._searched_just_now(alone, digest):
                return
            refused = alone._count_within_hour(self.env.uid, "household.find") >= limit
            alone._record(
                "household.find",
                data={"number": digest, "found": 0 if refused else found},
                outcome="refused" if refused else "done",
            )
        if refused:
            raise UserError(
                self.env._(
                    "You have searched %(limit)s numbers within an hour, which is the "
                    "limit. Search by name and village, or go on later. The "
                    "administrator sets the limit (%(parameter)s).",
                    limit=limit,
                    parameter=SEARCHES_PARAMETER,
                )
            )

    @api.model
    def _searched_just_now(self, events, digest):
        """Return whether this is the screen of a moment ago, asked for once more."""
        rows = events.env.execute_query(
            SQL(
                """
                SELECT FROM khbs_audit_event
                 WHERE user_id = %s AND act = 'household.find' AND outcome = 'done'
                   AND at > %s AND data ->> 'number' = %s LIMIT 1
                """,
                self.env.uid,
                fields.Datetime.now() - _SAME_SEARCH,
                digest,
            )
        )
        return bool(rows)

    # ------------------------------------------------------------------
    # Names, places, households
    # ------------------------------------------------------------------

    @api.model
    def _find_code(self, words):
        """Return the domain of a code that only one addon knows, or None.

        Addons above extend it: a card number is one word.
        """
        return None

    @api.model
    def _find_households(self, query):
        numbers = [query.household]
        if query.serial:
            # The number has the district in it; there are few of them.
            districts = (
                self.env["khbs.area"].sudo().search([("level", "=", "district")])
            )
            numbers = [
                f"KHBS-{code}-{query.serial}" for code in districts.mapped("code")
            ]
        name = "name" if self._name == "khbs.household" else "household_id.name"
        return Domain(name, "in", numbers)

    @api.model
    def _find_words(self, words):
        """Return the domain of those whose name and village have all the *words*."""
        self.env.flush_all()
        own = self._own_places()
        places = {word: self._places(word) for word in words}
        either = [word for word in words if places[word]]
        queries = []
        # A word that is a place may be a name too: "MUARA" is both.
        for count in range(len(either) + 1):
            for chosen in itertools.combinations(either, count):
                names = [word for word in words if word not in chosen]
                if any(len(word) >= SHORTEST_WORD for word in names):
                    limits = [places[word] for word in chosen] + own
                    villages = set.intersection(*limits) if limits else None
                    queries.append(self._words_query(names, villages))
        if not queries:
            return Domain.FALSE
        query = SQL(" UNION ALL ").join(queries)
        # Workers run far ahead of a page of eighty rows that one process has at once.
        self.env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        if len(words) > 1:
            # Few have several words. PostgreSQL guesses more of them and walks through
            # the whole registry in the order of the list until it has met a page.
            rows = self.env.execute_query(
                SQL("SELECT * FROM (%s) found LIMIT %s", query, _MOST_IDS + 1)
            )
            if len(rows) <= _MOST_IDS:
                return Domain("id", "in", list({found_id for [found_id] in rows}))
        return Domain("id", "in", SQL("(%s)", query))

    @api.model
    def _words_query(self, names, villages):
        column = "household_id" if self._name == "khbs.household" else "id"
        name_match = SQL(" AND ").join(
            SQL("p.name ILIKE %s", f"%{_literally(name)}%") for name in names
        )
        if villages is None:
            return SQL(
                "SELECT %s FROM khbs_person p WHERE p.active AND %s",
                SQL.identifier("p", column),
                name_match,
            )
        return SQL(
            """
            SELECT %s FROM khbs_person p JOIN khbs_household h ON h.id = p.household_id
             WHERE p.active AND %s AND h.area_id = ANY(%s)
            """,
            SQL.identifier("p", column),
            name_match,
            sorted(villages),
        )

    @api.model
    def _own_places(self):
        """Return the ids of all areas of the user as a list of one set, or nothing.

        The rules see to it anyway. Told here, PostgreSQL begins with the families of a
        district and not with a name that thousands bear. In a regency it meets such a
        name soon enough in the order of the list.
        """
        areas = self.env.user.sudo().khbs_area_ids
        if self.env.su or not areas or any(areas.mapped(lambda one: not one.parent_id)):
            return []
        own = areas.search([("id", "child_of", areas.ids)], limit=_MOST_PLACES + 1)
        return [set(own.ids)] if len(own) <= _MOST_PLACES else []

    @api.model
    def _places(self, word):
        """Return the ids of all areas in those whose name has *word*; the province
        is none."""
        if len(word) < SHORTEST_WORD:
            return set()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT part.id FROM khbs_area whole
                  JOIN khbs_area part ON part.parent_path LIKE whole.parent_path || '%%'
                 WHERE whole.name ILIKE %s AND whole.level <> 'province'
                """,
                f"%{_literally(word)}%",
            )
        )
        return {area_id for [area_id] in rows}


def _literally(word):
    """Return *word* as a pattern of LIKE that means just that."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
