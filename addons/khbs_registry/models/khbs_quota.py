# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import append_only
from ..quotas import apportion

# The quotas of a list that is no draft stay as they are; only the count of taken
# places moves, by amendments.
TRIGGERS = """
CREATE OR REPLACE FUNCTION khbs_refuse_frozen_quota() RETURNS trigger AS $$
BEGIN
    IF EXISTS (SELECT FROM khbs_recipient_list list
                WHERE list.id = COALESCE(NEW.list_id, OLD.list_id)
                  AND list.state NOT IN ('draft', 'cancelled')) THEN
        RAISE EXCEPTION 'Quotas of a recipient list are frozen: % refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END
$$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER khbs_quota_no_insert BEFORE INSERT OR DELETE ON khbs_quota
    FOR EACH ROW EXECUTE FUNCTION khbs_refuse_frozen_quota();
CREATE OR REPLACE TRIGGER khbs_quota_no_update BEFORE UPDATE ON khbs_quota
    FOR EACH ROW WHEN (
        (OLD.list_id, OLD.area_id, OLD.level, OLD.places, OLD.reason)
        IS DISTINCT FROM
        (NEW.list_id, NEW.area_id, NEW.level, NEW.places, NEW.reason)
    ) EXECUTE FUNCTION khbs_refuse_frozen_quota();
"""


class KhbsQuota(models.Model):
    """How many families of a regency, and of each village, a list may select.

    Proposed in proportion to the eligible families; a person may change it with a
    reason, and every change stays as a row. ``taken`` counts the families that hold a
    place; the database refuses more than there are.
    """

    _name = "khbs.quota"
    _description = "Quota"
    _order = "list_id, code, level"
    _rec_name = "area_id"

    list_id = fields.Many2one(
        comodel_name="khbs.recipient.list",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    code = fields.Char(related="area_id.code", store=True)
    level = fields.Selection(
        selection=[("regency", "Regency"), ("village", "Village")],
        required=True,
        readonly=True,
    )
    regency_id = fields.Many2one(
        comodel_name="khbs.area", required=True, readonly=True, ondelete="restrict"
    )
    parent_id = fields.Many2one(
        comodel_name="khbs.quota",
        string="Quota of the regency",
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    child_ids = fields.One2many(
        comodel_name="khbs.quota", inverse_name="parent_id", string="Villages"
    )
    eligible = fields.Integer(
        string="Eligible families", required=True, readonly=True, default=0
    )
    proposed = fields.Integer(
        required=True,
        readonly=True,
        default=0,
        help="In proportion to the eligible families, by the largest remainder.",
    )
    places = fields.Integer(required=True, default=0)
    reason = fields.Char(
        string="Reason of the change",
        help="Why the places differ from the proposal.",
    )
    taken = fields.Integer(
        required=True,
        readonly=True,
        default=0,
        help="Families that hold a place: selected, less released, and promoted.",
    )
    free = fields.Integer(compute="_compute_free")
    difference = fields.Integer(
        compute="_compute_difference",
        help="Places of a regency less those of its villages.",
    )
    list_state = fields.Selection(related="list_id.state", string="List state")

    _area_uniq = models.Constraint(
        "UNIQUE (list_id, area_id, level)", "This area has a quota in the list."
    )
    _places_sign = models.Constraint(
        "CHECK (places >= 0)", "The number of places is not negative."
    )
    _taken_within = models.Constraint(
        "CHECK (taken >= 0 AND (level <> 'village' OR taken <= places))",
        "No place is free in this village: more families than the quota are refused.",
    )

    def init(self):
        self.env.cr.execute(TRIGGERS)

    @api.depends("places", "taken", "level")
    def _compute_free(self):
        for quota in self:
            quota.free = quota.places - quota.taken if quota.level == "village" else 0

    @api.depends("places", "level", "child_ids.places")
    def _compute_difference(self):
        for quota in self:
            given = sum(quota.child_ids.mapped("places"))
            quota.difference = quota.places - given if quota.level == "regency" else 0

    def write(self, vals):
        """Change the places, with a reason that stays in the history."""
        if self.env.su:
            return super().write(vals)
        self.env["khbs.audit.event"]._require_group(
            "khbs_registry.group_registry_operator", "quota.change", self
        )
        self.check_access("write")
        if vals.keys() - {"places", "reason"}:
            raise UserError(self.env._("Only the places of a quota can be changed."))
        self.list_id.sudo()._lock()
        self.list_id._require_state("draft")
        if "places" not in vals or vals["places"] in self.mapped("places"):
            raise UserError(
                self.env._(
                    "A reason belongs to a change of places: enter both together."
                )
            )
        if not (vals.get("reason") or "").strip():
            raise UserError(
                self.env._("Enter why the quota differs from what is proposed.")
            )
        for recipient_list in self.list_id.sudo().filtered("ranked_at"):
            recipient_list._forget_ranking()
        history = self.env["khbs.quota.change"].sudo()
        history._add(
            [(quota, vals["places"]) for quota in self], vals["reason"].strip()
        )
        result = super().write(vals)
        for quota in self:
            self.env["khbs.audit.event"]._record(
                "quota.change", quota, {"places": vals["places"]}
            )
        return result

    @api.model
    def _propose(self, recipient_list):
        """Make the quotas in proportion: regencies first, then their villages."""
        self._recount(recipient_list)
        quotas = recipient_list.quota_ids
        regencies = quotas.filtered(lambda q: q.level == "regency").sorted("code")
        shares = apportion(
            recipient_list.places, {q.code: q.eligible for q in regencies}
        )
        reason = self.env._("Proposed in proportion to the eligible families")
        self._set_proposed(regencies, shares, reason)
        self._propose_villages(regencies, reason)

    @api.model
    def _propose_villages(self, regencies, reason):
        """Share the places of *regencies* out over their villages."""
        for regency in regencies:
            villages = regency.child_ids
            weights = {q.code: q.eligible for q in villages}
            if regency.places and not any(weights.values()):
                raise UserError(
                    self.env._(
                        "%(area)s has places but no eligible family.",
                        area=regency.area_id.name,
                    )
                )
            self._set_proposed(villages, apportion(regency.places, weights), reason)

    @api.model
    def _set_proposed(self, quotas, shares, reason):
        """Write the *shares* by code, in one statement, with their history."""
        changed = [
            (quota, shares[quota.code])
            for quota in quotas
            if (quota.proposed, quota.places) != (shares[quota.code],) * 2
        ]
        if not changed:
            return
        self.env["khbs.quota.change"].sudo()._add(changed, reason)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_quota q SET proposed = v.places, places = v.places,
                    reason = NULL
                FROM unnest(%s::int[], %s::int[]) AS v (id, places) WHERE q.id = v.id
                """,
                [quota.id for quota, _places in changed],
                [places for _quota, places in changed],
            )
        )
        self.env.invalidate_all()

    @api.model
    def _recount(self, recipient_list):
        """Count the eligible families of each area, with a row for every village.

        A list without a number of places has no quotas.
        """
        if not recipient_list.places:
            return
        self.env.flush_all()
        values = {"id": recipient_list.id, "user": self.env.uid}
        for level, area, parent in (
            ("regency", SQL("line.regency_id"), SQL("NULL::int")),
            ("village", SQL("line.area_id"), SQL("max(regency.id)")),
        ):
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO khbs_quota (list_id, area_id, code, level, regency_id,
                        parent_id, eligible, proposed, places, taken, create_uid,
                        create_date, write_uid, write_date)
                    SELECT %(id)s, %(area)s, max(area.code), %(level)s,
                        max(line.regency_id), %(parent)s, count(*), 0, 0, 0, %(user)s,
                        now() AT TIME ZONE 'UTC', %(user)s, now() AT TIME ZONE 'UTC'
                    FROM khbs_recipient_line line
                    JOIN khbs_area area ON area.id = %(area)s
                    LEFT JOIN khbs_quota regency ON regency.list_id = line.list_id
                        AND regency.area_id = line.regency_id
                        AND regency.level = 'regency'
                    WHERE line.list_id = %(id)s GROUP BY %(area)s
                    ON CONFLICT (list_id, area_id, level)
                        DO UPDATE SET eligible = excluded.eligible
                    """,
                    level=level,
                    area=area,
                    parent=parent,
                    **values,
                )
            )
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_quota q SET eligible = 0
                WHERE q.list_id = %(id)s AND q.eligible > 0 AND q.area_id NOT IN (
                    SELECT area_id FROM khbs_recipient_line WHERE list_id = %(id)s
                    UNION
                    SELECT regency_id FROM khbs_recipient_line WHERE list_id = %(id)s)
                """,
                id=recipient_list.id,
            )
        )
        # Ranking joins every line with its quota next.
        self.env.cr.execute("ANALYZE khbs_quota")
        self.env.invalidate_all()


class KhbsQuotaChange(models.Model):
    """A change of a quota: what it was, what it is, who and why."""

    _name = "khbs.quota.change"
    _description = "Change of a quota"
    _order = "id desc"
    _rec_name = "reason"
    _log_access = False

    list_id = fields.Many2one(
        comodel_name="khbs.recipient.list",
        required=True,
        index=True,
        ondelete="restrict",
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area", required=True, index=True, ondelete="restrict"
    )
    places_before = fields.Integer(required=True, aggregator=None)
    places_after = fields.Integer(required=True, aggregator=None)
    reason = fields.Char(required=True)
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="restrict"
    )
    at = fields.Datetime(required=True, default=fields.Datetime.now)

    def init(self):
        append_only.install(self.env.cr, self._table)

    @api.model
    def _add(self, changes, reason):
        """Add a row for each (quota, places) that is no longer what it was."""
        self.create(
            [
                {
                    "list_id": quota.list_id.id,
                    "area_id": quota.area_id.id,
                    "places_before": quota.places,
                    "places_after": places,
                    "reason": reason,
                    "user_id": self.env.uid,
                }
                for quota, places in changes
                if quota.places != places
            ]
        )
