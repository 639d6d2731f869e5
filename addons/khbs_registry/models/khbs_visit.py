# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .. import geotag
from .khbs_household import DWELLING_KINDS

OPEN_STATES = ("assigned", "submitted", "returned")
# What the officer writes, and what the office plans.
FOUND_FIELDS = {
    "result",
    "dwelling_kind",
    "latitude",
    "longitude",
    "accuracy_m",
    "captured_at",
    "photo",
    "findings",
}
PLAN_FIELDS = {"officer_id", "due_date"}
# What a village said of a family, and a visit that finds it says otherwise.
FOUND_AGAIN = ("moved", "not_found")
# States of a household that a visit without result sends to verification again.
UNSETTLED_STATES = ("listed", "verified", "eligible", "not_eligible")


class KhbsVisit(models.Model):
    """A field officer's visit to a family, validated by a second person."""

    _name = "khbs.visit"
    _inherit = ["khbs.guarded", "khbs.approvable"]
    _description = "Field visit"
    _order = "due_date, id"
    _rec_name = "household_id"

    _guarded_fields = (
        "state",
        "area_id",
        "submitted_at",
        "validated_at",
        "warning_codes",
        "return_note",
        "round_number",
    )
    _editable_states = ("assigned", "returned")
    _reading_actions = ("action_accept",)
    _unread_steps = ("submitted", "returned")
    _content_fields = ("state", "round_number", "warning_codes")

    household_id = fields.Many2one(
        comodel_name="khbs.household", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        related="household_id.area_id", string="Village", store=True, index=True
    )
    address = fields.Char(related="household_id.address")
    officer_id = fields.Many2one(
        comodel_name="res.users", required=True, index=True, ondelete="restrict"
    )
    due_date = fields.Date()
    result = fields.Selection(
        selection=[
            ("found", "Family found"),
            ("no_respondent", "Nobody at home"),
            ("refused", "Refused"),
            ("moved", "Moved away"),
            ("not_found", "Not found"),
        ]
    )
    dwelling_kind = fields.Selection(selection=DWELLING_KINDS)
    latitude = fields.Float(digits=(9, 6), aggregator=None)
    longitude = fields.Float(digits=(9, 6), aggregator=None)
    accuracy_m = fields.Integer(string="Accuracy (m)", aggregator=None)
    captured_at = fields.Datetime(help="When the position was taken.")
    photo = fields.Image(max_width=1280, max_height=1280)
    findings = fields.Text()
    warning_codes = fields.Char(readonly=True, copy=False)
    warnings = fields.Text(compute="_compute_warnings")
    state = fields.Selection(
        selection=[
            ("assigned", "Assigned"),
            ("submitted", "Submitted"),
            ("returned", "Sent back"),
            ("accepted", "Accepted"),
        ],
        required=True,
        readonly=True,
        default="assigned",
        copy=False,
        index=True,
    )
    submitted_at = fields.Datetime(readonly=True, copy=False)
    validated_at = fields.Datetime(readonly=True, copy=False)
    return_note = fields.Char(string="Sent back because", readonly=True, copy=False)
    round_number = fields.Integer(readonly=True, default=1, copy=False, aggregator=None)

    _open_uniq = models.UniqueIndex(
        "(household_id) WHERE state <> 'accepted'",
        "A visit to this family is under way already.",
    )

    @api.depends("warning_codes")
    def _compute_warnings(self):
        texts = {
            "NO_GEOTAG": self.env._("There is a house but no position was taken."),
            "OUTSIDE_PROVINCE": self.env._("The position lies outside the province."),
            "COARSE": self.env._("The position is less exact than 100 m."),
            "FAR_FROM_VILLAGE": self.env._(
                "The position lies more than 25 km from the middle of the village."
            ),
            "DISTANCE_NOT_POSSIBLE": self.env._(
                "The distance to the village cannot be checked yet: "
                "its middle is not known."
            ),
            "SAME_PLACE": self.env._(
                "Another family of the village has the same position."
            ),
        }
        for visit in self:
            codes = (visit.warning_codes or "").split()
            visit.warnings = "\n".join(texts[code] for code in codes)

    @api.constrains("officer_id", "household_id")
    def _check_officer(self):
        for visit in self.sudo():
            officer = visit.officer_id
            inside = any(
                (visit.area_id.parent_path or "").startswith(path)
                for path in officer.khbs_area_ids.mapped("parent_path")
            )
            if not inside or not officer.has_group("khbs_registry.group_field_officer"):
                raise ValidationError(
                    self.env._(
                        "%(officer)s is no field officer of %(village)s.",
                        officer=officer.name,
                        village=visit.area_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # What the caller's context would set counts as given too.
            hidden = {
                key.removeprefix("default_"): value
                for key, value in self.env.context.items()
                if key.startswith("default_") and value
            }
            # A form sends the empty fields of what is not found yet along.
            for vals in vals_list:
                given = {name: value for name, value in vals.items() if value}
                given |= hidden
                self.browse()._refuse_others_part(given, planning=True)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._refuse_others_part(vals)
        return super().write(vals)

    def _refuse_others_part(self, vals, planning=False):
        """The officer writes what was found, the office who goes and when."""
        if "household_id" in vals and not planning:
            raise AccessError(self.env._("Make another visit for another family."))
        if vals.keys() & PLAN_FIELDS and not self._is_office():
            raise AccessError(self.env._("Only the office plans visits."))
        if vals.keys() & FOUND_FIELDS and self.officer_id != self.env.user:
            raise AccessError(
                self.env._("Only the officer of the visit records what was found.")
            )

    def _is_office(self):
        user = self.env.user
        return user.has_group("khbs_registry.group_registry_operator") or (
            user.has_group("khbs_registry.group_validator")
        )

    def action_submit(self):
        """Hand the visit in: the officer's act, for own villages."""
        events = self.env["khbs.audit.event"]
        for visit in self:
            events._require_group(
                "khbs_registry.group_field_officer", "visit.submitted", visit
            )
            visit.check_access("write")
            if visit.officer_id != self.env.user:
                events._record_refused("visit.submitted", visit)
                raise AccessError(
                    self.env._("Only the officer of the visit hands it in.")
                )
            visit._require_state("assigned", "returned")
            visit._check_complete()
            visit.sudo().write(
                {
                    "state": "submitted",
                    "submitted_at": fields.Datetime.now(),
                    "warning_codes": " ".join(visit.sudo()._plausibility()) or False,
                    "return_note": False,
                }
            )
            self.env["khbs.approval"]._decide(
                visit,
                "submitted",
                "khbs_registry.group_field_officer",
                visit._sha256(),
                round_number=visit.round_number,
            )
        return True

    def action_accept(self):
        """Take the visit over into the household: the validator's act."""
        for visit in self:
            visit._require_state("submitted")
            visit.check_access("read")
            self.env["khbs.approval"]._decide(
                visit,
                "accepted",
                "khbs_registry.group_validator",
                visit._sha256(),
                round_number=visit.round_number,
            )
            visit = visit.sudo()
            visit.write({"state": "accepted", "validated_at": fields.Datetime.now()})
            visit._update_household()
        return True

    def action_return(self, note):
        """Send the visit back to its officer with the reason *note*."""
        if not note:
            raise UserError(self.env._("Say what the officer is to mend."))
        for visit in self:
            visit._require_state("submitted")
            visit.check_access("read")
            self.env["khbs.approval"]._decide(
                visit,
                "returned",
                "khbs_registry.group_validator",
                visit._sha256(),
                note=note,
                round_number=visit.round_number,
            )
            visit.sudo().write(
                {
                    "state": "returned",
                    "return_note": note,
                    "round_number": visit.round_number + 1,
                }
            )
        return True

    def _check_complete(self):
        self.ensure_one()
        if not self.result:
            raise UserError(self.env._("Choose the result of the visit."))
        if self.result == "found" and not self.dwelling_kind:
            raise UserError(
                self.env._("Choose the kind of dwelling; a family may have no house.")
            )
        if self.result != "found" and not self.findings:
            raise UserError(self.env._("Write what you met under findings."))

    def _has_geotag(self):
        self.ensure_one()
        return bool(self.latitude or self.longitude)

    def _plausibility(self):
        """Return the codes of what a validator should look at; they block nothing."""
        self.ensure_one()
        if self.result != "found":
            return []
        if not self._has_geotag():
            return [] if self.dwelling_kind == "none" else ["NO_GEOTAG"]
        codes = []
        if not geotag.in_province(self.latitude, self.longitude):
            codes.append("OUTSIDE_PROVINCE")
        if self.accuracy_m > geotag.COARSE_ACCURACY_M:
            codes.append("COARSE")
        centre = self._village_centre()
        if not centre:
            codes.append("DISTANCE_NOT_POSSIBLE")
        else:
            place = (self.latitude, self.longitude)
            if geotag.distance_km(place, centre) > geotag.VILLAGE_RADIUS_KM:
                codes.append("FAR_FROM_VILLAGE")
        if self._shares_place():
            codes.append("SAME_PLACE")
        return codes

    def _village_centre(self):
        """Return (latitude, longitude) of the village's middle, or None.

        Until centres are imported it is the median of the accepted geotags.
        """
        if self.area_id.latitude or self.area_id.longitude:
            return self.area_id.latitude, self.area_id.longitude
        self.flush_model()
        [centre] = self.env.execute_query(
            SQL(
                """
                SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY latitude),
                    percentile_cont(0.5) WITHIN GROUP (ORDER BY longitude)
                FROM khbs_visit
                WHERE area_id = %s AND state = 'accepted' AND result = 'found'
                    AND latitude <> 0
                """,
                self.area_id.id,
            )
        )
        return None if centre[0] is None else centre

    def _shares_place(self):
        return bool(
            self.env["khbs.household"].search_count(
                [
                    ("id", "!=", self.household_id.id),
                    ("area_id", "=", self.area_id.id),
                    ("latitude", "=", self.latitude),
                    ("longitude", "=", self.longitude),
                ],
                limit=1,
            )
        )

    def _sha256(self):
        """Return the digest of what the officer handed in."""
        self.ensure_one()
        visit = self.sudo()
        content = {
            "household": visit.household_id.name,
            "officer": visit.officer_id.id,
            "result": visit.result,
            "dwelling_kind": visit.dwelling_kind or "",
            "latitude": f"{visit.latitude:.6f}",
            "longitude": f"{visit.longitude:.6f}",
            "accuracy_m": visit.accuracy_m,
            "captured_at": str(visit.captured_at or ""),
            "findings": visit.findings or "",
            "photo": hashlib.sha256(
                visit.with_context(bin_size=False).photo or b""
            ).hexdigest(),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _content_parts(self):
        return self._sha256()

    def _update_household(self):
        """Bring the household to what the accepted visit found."""
        self.ensure_one()
        household = self.household_id
        if self.result != "found":
            if household.state in UNSETTLED_STATES:
                household._set_state(
                    "needs_verification", f"VISIT_{self.result.upper()}"
                )
            return
        verified = ["dwelling_kind"]
        household.write(
            {
                "dwelling_kind": self.dwelling_kind,
                "captured_at": self.captured_at or self.submitted_at,
                "captured_by_id": self.officer_id.id,
                "verified_at": self.validated_at,
            }
        )
        if self._has_geotag():
            verified += ["latitude", "longitude"]
            household.write(
                {
                    "latitude": self.latitude,
                    "longitude": self.longitude,
                    "accuracy_m": self.accuracy_m,
                }
            )
        seen_at = self.captured_at or self.submitted_at
        self.env["khbs.local.value"]._record(
            household,
            verified,
            fields.Datetime.context_timestamp(self, seen_at).date(),
            self,
        )
        if household.removal_reason in FOUND_AGAIN:
            household.removal_reason = False
        if household.state in ("listed", "needs_verification"):
            household._set_state("verified", "VISIT_FOUND")
