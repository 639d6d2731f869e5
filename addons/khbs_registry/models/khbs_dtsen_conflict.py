# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import format_date

from .khbs_dtsen_change import ADDED

DECIDERS = ("khbs_registry.group_validator", "khbs_registry.group_registry_operator")
DECISIONS = [("keep_local", "Keep ours"), ("take_delivered", "Take delivered")]


class KhbsDtsenConflict(models.Model):
    """A value verified here that an applied delivery would have overwritten.

    It stands until a person decides, by itself or by a rule for its field. Every
    decision says who, when and why; the value of a NIK is in none of them.
    """

    _name = "khbs.dtsen.conflict"
    _inherit = "khbs.guarded"
    _description = "Conflict with a delivery"
    _order = "state desc, id"
    _rec_name = "field_label"

    _guarded_fields = (
        "import_id",
        "household_id",
        "person_id",
        "area_id",
        "line",
        "kind",
        "field_name",
        "local_value",
        "delivered_value",
        "raw_value",
        "quarter",
        "state",
        "decision",
        "decided_by_id",
        "decided_at",
        "by_rule",
        "note",
    )

    import_id = fields.Many2one(
        comodel_name="khbs.dtsen.import",
        string="Delivery",
        required=True,
        index=True,
        ondelete="restrict",
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="cascade"
    )
    person_id = fields.Many2one(
        comodel_name="khbs.person", index="btree_not_null", ondelete="cascade"
    )
    area_id = fields.Many2one(
        related="household_id.area_id", string="Village", store=True, index=True
    )
    line = fields.Integer(aggregator=None)
    kind = fields.Selection(
        selection=[
            ("value", "Value verified here"),
            ("nik_two_kk", "One NIK on two KK"),
        ],
        required=True,
        default="value",
    )
    field_name = fields.Char(required=True)
    field_label = fields.Char(string="Field", compute="_compute_shown")
    local_value = fields.Char()
    delivered_value = fields.Char()
    local_shown = fields.Char(string="Ours", compute="_compute_shown")
    delivered_shown = fields.Char(string="Value delivered", compute="_compute_shown")
    raw_value = fields.Char(groups=NO_ACCESS)
    quarter = fields.Char(required=True)
    state = fields.Selection(
        selection=[
            ("pending", "To be decided"),
            ("decided", "Settled"),
            ("superseded", "Replaced by a later delivery"),
        ],
        required=True,
        default="pending",
        index=True,
    )
    decision = fields.Selection(
        selection=DECISIONS, string="What was decided", readonly=True
    )
    decided_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    by_rule = fields.Boolean(readonly=True, help="Decided with all of its field.")
    note = fields.Char(readonly=True)

    _pending_uniq = models.UniqueIndex(
        "(household_id, COALESCE(person_id, 0), kind, field_name, "
        "(CASE WHEN field_name = 'member' THEN COALESCE(raw_value, line::text) "
        "ELSE '' END)) WHERE state = 'pending'",
        "This value is in the queue already.",
    )

    @api.depends("field_name", "person_id", "line", "local_value", "delivered_value")
    def _compute_shown(self):
        changes = self.env["khbs.dtsen.change"]
        for conflict in self:
            conflict.field_label = changes._field_label(conflict)
            conflict.local_shown = changes._shown(conflict, conflict.local_value)
            conflict.delivered_shown = changes._shown(
                conflict, conflict.delivered_value
            )

    def action_keep_local(self):
        """Let the values verified here stand."""
        return self._decide("keep_local")

    def action_take_delivered(self):
        """Take the values of the delivery over."""
        return self._decide("take_delivered")

    def action_view_household(self):
        self.ensure_one()
        return self.household_id.get_formview_action()

    def _decide(self, decision, note=None, by_rule=False):
        """Record the decision of the present user on each conflict and act on it."""
        events = self.env["khbs.audit.event"]
        if not self.env.su and not any(map(self.env.user.has_group, DECIDERS)):
            for conflict in self:
                events._record_refused("dtsen.conflict.decide", conflict)
            raise AccessError(
                self.env._("Only validators and registry operators decide conflicts.")
            )
        self.check_access("read")
        self._lock()
        for conflict in self.sudo():
            conflict._require_state("pending")
            if decision == "take_delivered":
                conflict._take_delivered()
            conflict.write(
                {
                    "state": "decided",
                    "decision": decision,
                    "decided_by_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                    "by_rule": by_rule,
                    "note": note,
                }
            )
            events._record(
                "dtsen.conflict.decided",
                conflict,
                {
                    "field": conflict.field_name,
                    "decision": decision,
                    "household": conflict.household_id.name,
                    "rule": by_rule,
                },
            )
        return True

    def _take_delivered(self):
        """Write the delivered value into the registry."""
        self.ensure_one()
        self._refuse_verified_since()
        try:
            # Asked first: PostgreSQL's own refusal would quote the number in the log.
            if self._is_taken():
                raise psycopg2.IntegrityError
            with self.env.cr.savepoint():
                former = self.household_id.head_id
                self._write_delivered()
                self.env.flush_all()
                head = self.household_id.head_id
                if head and head != former:
                    self.household_id._head_changed_by(self.import_id)
        except psycopg2.IntegrityError:
            raise UserError(
                self.env._(
                    "%(household)s cannot take this value: another family or member "
                    "has the number or is head. Decide the other conflicts of the "
                    "family first.",
                    household=self.household_id.name,
                )
            ) from None
        self._verified().current = False

    def _verified(self):
        """Return the record of the value's present verification here, if there is."""
        return self.env["khbs.local.value"].search(
            [
                ("household_id", "=", self.household_id.id),
                ("person_id", "=", self.person_id.id),
                ("field_name", "=", self.field_name),
                ("current", "=", True),
            ]
        )

    def _refuse_verified_since(self):
        """What was verified after the question arose is newer than the delivery."""
        verified = self._verified()
        if verified.create_date and verified.create_date > self.create_date:
            raise UserError(
                self.env._(
                    "%(field)s of %(household)s was verified again on %(date)s, after "
                    "this question arose. Keep the value of here.",
                    field=self.field_label,
                    household=self.household_id.name,
                    date=format_date(self.env, verified.verified_on),
                )
            )

    def _is_taken(self):
        """Tell whether somebody else has the delivered NIK, KK number or headship."""
        persons = self.env["khbs.person"]
        alive = [("state", "=", "alive")]
        if self.kind == "nik_two_kk":
            return False
        if self.field_name == "nik":
            others = [("nik", "=", self.raw_value), ("id", "!=", self.person_id.id)]
            return bool(persons.search_count(alive + others, limit=1))
        if self.field_name == "kk_number":
            return bool(
                self.env["khbs.household"].search_count(
                    [
                        ("kk_number", "=", self.raw_value),
                        ("state", "!=", "exited"),
                        ("id", "!=", self.household_id.id),
                    ],
                    limit=1,
                )
            )
        if (self.field_name, self.raw_value) == ("relation", "1"):
            head = [
                ("household_id", "=", self.household_id.id),
                ("relation", "=", "1"),
                ("id", "!=", self.person_id.id),
            ]
            return bool(persons.search_count(alive + head, limit=1))
        return False

    def _write_delivered(self):
        household, person = self.household_id, self.person_id
        if self.kind == "nik_two_kk":
            self._refuse_head()
            # The family of the file is free to come with its corrected rows.
            person.state = "moved"
        elif self.field_name == ADDED:
            self._add_member()
        elif self.field_name == "kk_number":
            self._renumber()
        elif self.field_name == "area_id":
            household.area_id = int(self.raw_value)
        else:
            record = person or household
            field = record._fields[self.field_name]
            value = field.convert_to_cache(self.raw_value or False, record)
            values = {self.field_name: value or False}
            if self.field_name == "nik":
                values["nik_status"] = "valid" if value else "missing"
                self._keep_former_nik()
            record.write(values)

    def _refuse_head(self):
        """A family does not lose its head, and with him its card, by the way."""
        if self.person_id.relation == "1":
            raise UserError(
                self.env._(
                    "This person is the head of %(household)s. Say by a family event "
                    "what has become of that family: it moved, was divided or merged.",
                    household=self.household_id.name,
                )
            )

    def _keep_former_nik(self):
        if self.person_id.nik:
            self.env["khbs.person.nik"].create(
                {
                    "person_id": self.person_id.id,
                    "nik": self.person_id.nik,
                    "valid_to": fields.Date.context_today(self),
                    "reason": self.import_id.name,
                }
            )

    def _renumber(self):
        """Close the KK number that the family has and open the delivered one."""
        today = fields.Date.context_today(self)
        household = self.household_id
        household.kk_ids.filtered(lambda kk: not kk.valid_to).valid_to = today
        self.env.flush_all()
        self.env["khbs.household.kk"].create(
            {
                "household_id": household.id,
                "kk_number": self.raw_value,
                "valid_from": today,
                "reason": self.import_id.name,
            }
        )
        household.kk_number = self.raw_value

    def _add_member(self):
        """Add the member of the delivered row, which is kept until it is decided."""
        self.env.cr.execute(
            """
            INSERT INTO khbs_person (household_id, name, nik, nik_status, relation,
                birth_date, sex, state, active, create_uid, create_date, write_uid,
                write_date)
            SELECT %s, name, nik, nik_status, relation, birth_date, sex, 'alive', true,
                %s, now() AT TIME ZONE 'UTC', %s, now() AT TIME ZONE 'UTC'
            FROM khbs_dtsen_row WHERE import_id = %s AND line = %s
            """,
            [
                self.household_id.id,
                self.env.uid,
                self.env.uid,
                self.import_id.id,
                self.line,
            ],
            log_exceptions=False,
        )
        self.env.invalidate_all()
