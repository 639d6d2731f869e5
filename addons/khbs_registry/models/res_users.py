# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Pairs of roles that may not meet in one person (DESIGN 3). The addons above add
# theirs by extending ``_khbs_incompatible_roles``.
INCOMPATIBLE_ROLES = [
    ("khbs_registry.group_bkk_proposer", "khbs_registry.group_bkk_verifier"),
    ("khbs_registry.group_bkk_proposer", "khbs_registry.group_approver"),
    ("khbs_registry.group_bkk_verifier", "khbs_registry.group_approver"),
    ("khbs_registry.group_card_officer", "khbs_registry.group_field_officer"),
    ("khbs_registry.group_administrator", "khbs_registry.group_approver"),
    ("khbs_registry.group_auditor", "khbs_registry.group_approver"),
]

# Where each role starts its day; what is not installed is passed over.
HOMES = [
    ("field_officer", "khbs_registry.khbs_visit_action"),
    ("card_officer", "khbs_cards.khbs_card_run_action"),
    ("terminal_officer", "khbs_edc.khbs_terminal_action"),
    ("distribution_officer", "khbs_claims.khbs_delivery_action"),
    ("bank_officer", "khbs_claims.khbs_bank_batch_action"),
    ("bkk_proposer", "khbs_bkk.khbs_bkk_proposal_action"),
    ("bkk_verifier", "khbs_bkk.khbs_bkk_proposal_action"),
    ("decree_officer", "khbs_registry.khbs_decree_action"),
    ("validator", "khbs_registry.khbs_visit_action"),
    ("approver", "khbs_registry.khbs_recipient_list_action"),
    ("auditor", "khbs_registry.khbs_audit_event_action"),
    # Keeps the house and sees no family: the households would refuse him.
    ("administrator", "khbs_registry.khbs_audit_event_action"),
]
HOME = "khbs_registry.khbs_household_action"


class ResUsers(models.Model):
    _inherit = "res.users"

    khbs_area_ids = fields.Many2many(
        comodel_name="khbs.area",
        relation="khbs_res_users_area_rel",
        string="KHBS areas",
        help="The user sees and handles what lies in these areas. None: nothing.",
    )

    @api.model
    def _khbs_incompatible_roles(self):
        return INCOMPATIBLE_ROLES

    @api.constrains("group_ids")
    def _check_khbs_incompatible_roles(self):
        for user in self:
            for first, second in self._khbs_incompatible_roles():
                if user.has_group(first) and user.has_group(second):
                    raise ValidationError(
                        self.env._(
                            "%(user)s may not hold both roles: "
                            "%(first)s and %(second)s.",
                            user=user.name,
                            first=self.env.ref(first).name,
                            second=self.env.ref(second).name,
                        )
                    )

    @api.model
    def _get_invalidation_fields(self):
        # Record rules are kept by user with the areas filled in: a user whose areas
        # change must not go on with the former ones.
        return super()._get_invalidation_fields() | {"khbs_area_ids"}

    def _khbs_home(self):
        """Return the action on which the user's role lands after login."""
        self.ensure_one()
        homes = [
            action
            for role, action in HOMES
            if self.has_group(f"khbs_registry.group_{role}")
            and self.env.ref(action, raise_if_not_found=False)
        ]
        return self.env["ir.actions.act_window"]._for_xml_id((homes + [HOME])[0])

    def _khbs_role(self):
        """Return the names of the user's KHBS roles, for the record of an act."""
        self.ensure_one()
        privilege = self.env.ref("khbs_registry.privilege_khbs")
        groups = self.sudo().group_ids.filtered(lambda g: g.privilege_id == privilege)
        return ", ".join(sorted(groups.mapped("full_name"))) or "-"
