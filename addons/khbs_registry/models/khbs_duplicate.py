# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

OPERATOR = "khbs_registry.group_registry_operator"
# How alike two names must be (pg_trgm, 0 to 1): where the dates of birth are equal,
# and where they differ by one slip of the pen.
ALIKE_SAME_DATE = 0.45
ALIKE_OTHER_DATE = 0.75

# Pairs of one village that were born in one year. Who stands on one KK with two good
# numbers is two persons: twins (DOMAIN 12.17).
PAIRS = """
    WITH person AS (
        SELECT p.id, p.name, p.birth_date, p.sex, p.household_id, h.area_id,
               extract(year FROM p.birth_date) AS born,
               p.nik IS NOT NULL AND p.nik_status <> 'missing' AS numbered
          FROM khbs_household h JOIN khbs_person p ON p.household_id = h.id
         WHERE h.area_id = ANY (%(areas)s) AND h.present
           AND p.active AND p.state = 'alive'
    ), pair AS (
        SELECT a.id AS one, b.id AS other, a.area_id,
               similarity(a.name, b.name) AS alike,
               a.birth_date = b.birth_date AS same_date
          FROM person a
          JOIN person b ON b.area_id = a.area_id AND b.born = a.born AND b.id > a.id
         WHERE a.sex IS NOT DISTINCT FROM b.sex
           AND NOT (a.household_id = b.household_id AND a.numbered AND b.numbered)
           AND (a.birth_date = b.birth_date
                OR extract(day FROM a.birth_date) = extract(day FROM b.birth_date)
                OR extract(month FROM a.birth_date) = extract(month FROM b.birth_date)
                OR (extract(day FROM a.birth_date) = extract(month FROM b.birth_date)
                    AND extract(month FROM a.birth_date)
                        = extract(day FROM b.birth_date)))
    )
    INSERT INTO khbs_duplicate (
        person_id, other_person_id, area_id, likeness, same_date, state,
        create_uid, create_date, write_uid, write_date
    )
    SELECT one, other, area_id, (alike * 100)::integer, same_date, 'open',
           %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
      FROM pair
     WHERE alike >= CASE WHEN same_date THEN %(same)s ELSE %(differs)s END
        ON CONFLICT (person_id, other_person_id) DO NOTHING
"""


class KhbsDuplicate(models.Model):
    """Two records that may be one person: a person decides, never the program.

    A pair is asked about once: what was decided "different" stays decided.
    """

    _name = "khbs.duplicate"
    _inherit = "khbs.guarded"
    _description = "Probable duplicate"
    _order = "likeness desc, id"
    _rec_name = "person_id"

    _guarded_fields = (
        "person_id",
        "other_person_id",
        "area_id",
        "likeness",
        "same_date",
        "state",
        "decided_by_id",
        "decided_at",
        "event_id",
    )
    _editable_states = ("open", "later")

    person_id = fields.Many2one(
        comodel_name="khbs.person", required=True, ondelete="cascade"
    )
    other_person_id = fields.Many2one(
        comodel_name="khbs.person",
        string="Other person",
        required=True,
        index=True,
        ondelete="cascade",
    )
    household_id = fields.Many2one(related="person_id.household_id")
    other_household_id = fields.Many2one(
        related="other_person_id.household_id", string="Other family"
    )
    birth_date = fields.Date(related="person_id.birth_date")
    other_birth_date = fields.Date(
        related="other_person_id.birth_date", string="Other birth date"
    )
    nik_masked = fields.Char(related="person_id.nik_masked")
    other_nik_masked = fields.Char(
        related="other_person_id.nik_masked", string="Other NIK (masked)"
    )
    relation = fields.Selection(related="person_id.relation")
    other_relation = fields.Selection(
        related="other_person_id.relation", string="Other relation"
    )
    address = fields.Char(related="household_id.address")
    other_address = fields.Char(
        related="other_household_id.address", string="Other address"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        string="Village",
        required=True,
        index=True,
        ondelete="restrict",
    )
    likeness = fields.Integer(
        string="Likeness of the names (%)", required=True, aggregator=None
    )
    same_date = fields.Boolean(string="Same birth date")
    state = fields.Selection(
        selection=[
            ("open", "To decide"),
            ("later", "Later"),
            ("same", "Same person"),
            ("different", "Different persons"),
        ],
        required=True,
        default="open",
        index=True,
    )
    note = fields.Char(help="What the decision rests on; no NIK or KK number.")
    decided_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    event_id = fields.Many2one(
        comodel_name="khbs.family.event",
        string="Family event",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _order_of_pair = models.Constraint(
        "CHECK (person_id < other_person_id)", "A pair is kept once."
    )
    _pair_uniq = models.UniqueIndex(
        "(person_id, other_person_id)", "A pair is kept once."
    )

    @api.depends("person_id", "other_person_id")
    def _compute_display_name(self):
        for pair in self:
            pair.display_name = f"{pair.person_id.name} / {pair.other_person_id.name}"

    def action_different(self):
        """Keep both records: they are two persons, and nobody asks again."""
        return self._decide("different")

    def action_later(self):
        """Leave the pair for later."""
        return self._decide("later")

    def action_same(self):
        """Begin the event by which the second record of one person goes."""
        self.ensure_one()
        kept, dropped = self._kept_and_dropped()
        return self._begin(
            {
                "kind": "double",
                "household_id": dropped.household_id.id,
                "person_ids": [fields.Command.set(dropped.ids)],
                "same_person_id": kept.id,
            }
        )

    def action_same_family(self):
        """Begin the event by which two records of one family become one."""
        self.ensure_one()
        kept, dropped = self._kept_and_dropped()
        if kept.household_id == dropped.household_id:
            raise UserError(self.env._("Both stand in one family already."))
        return self._begin(
            {
                "kind": "merge",
                "household_id": kept.household_id.id,
                "other_household_id": dropped.household_id.id,
                "person_ids": [fields.Command.set(dropped.ids)],
            }
        )

    def _kept_and_dropped(self):
        """Return the pair: a family in the programme, or a known NIK, is kept."""
        persons = (self.person_id | self.other_person_id).sudo()
        weight = {"active": 0, "suspended": 1, "decided": 2}
        kept, dropped = persons.sorted(
            lambda person: (
                weight.get(person.household_id.state, 3),
                not person.nik,
                person.id,
            )
        )
        return kept.with_env(self.env), dropped.with_env(self.env)

    def _begin(self, values):
        self._decide("same")
        event = self.env["khbs.family.event"].create(values)
        self.sudo().event_id = event
        return {
            "type": "ir.actions.act_window",
            "res_model": event._name,
            "res_id": event.id,
            "views": [(False, "form")],
        }

    def _decide(self, state):
        pairs = self._checked(OPERATOR, f"duplicate.{state}")
        pairs._require_state("open", "later")
        pairs.write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        for pair in pairs:
            self.env["khbs.audit.event"]._record(f"duplicate.{state}", pair)
        return True

    @api.model
    def _find(self, areas):
        """Add the new pairs of these villages, in one statement; return how many."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                PAIRS,
                areas=areas.ids,
                uid=self.env.uid,
                same=ALIKE_SAME_DATE,
                differs=ALIKE_OTHER_DATE,
            )
        )
        found = self.env.cr.rowcount
        self.invalidate_model()
        return found
