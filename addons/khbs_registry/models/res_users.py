# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from odoo import api, fields, models, tools

# Where each role starts its day; what is not installed is passed over.
HOMES = [
    ("field_officer", "khbs_registry.khbs_visit_action"),
    ("card_officer", "khbs_cards.khbs_card_run_action"),
    ("terminal_officer", "khbs_edc.khbs_terminal_action"),
    ("distribution_officer", "khbs_claims.khbs_delivery_action"),
    ("bank_officer", "khbs_claims.khbs_bank_batch_action"),
    ("bkk_proposer", "khbs_bkk.khbs_bkk_task_action"),
    ("bkk_verifier", "khbs_bkk.khbs_bkk_task_action"),
    ("decree_officer", "khbs_registry.khbs_decree_action"),
    ("validator", "khbs_registry.khbs_visit_action"),
    ("approver", "khbs_registry.khbs_recipient_list_action"),
    ("auditor", "khbs_registry.khbs_audit_event_action"),
    # Keeps the house and sees no family: the households would refuse him.
    ("administrator", "khbs_registry.khbs_audit_event_action"),
]
HOME = "khbs_registry.khbs_household_action"


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "khbs.incompatible.roles"]

    khbs_area_ids = fields.Many2many(
        comodel_name="khbs.area",
        relation="khbs_res_users_area_rel",
        string="KHBS areas",
        # What was decided about a village that is no more is still to be read.
        context={"active_test": False},
        help="The user sees and handles what lies in these areas. None: nothing.",
    )

    @api.model
    def _get_invalidation_fields(self):
        # Record rules are kept by user with the areas filled in: a user whose areas
        # change must not go on with the former ones.
        return super()._get_invalidation_fields() | {"khbs_area_ids"}

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._khbs_record_access({}, "user.create")
        return users

    def write(self, vals):
        before = self._khbs_access()
        result = super().write(vals)
        self._khbs_record_access(before)
        return result

    @api.ondelete(at_uninstall=False)
    def _khbs_record_deletion(self):
        for user in self:
            self.env["khbs.audit.event"]._record("user.delete", user)

    def _set_password(self):
        result = super()._set_password()
        for user in self:
            self.env["khbs.audit.event"]._record("user.password", user)
        return result

    def _khbs_access(self):
        """Return {user id: what the user may do, where, and how it is entered}.

        Codes and digests alone: it is what an audit event keeps of a user.
        """
        users = self.sudo().with_context(active_test=False)
        names = users.group_ids.get_external_id()
        return {
            user.id: {
                "groups": sorted(names[g.id] or str(g.id) for g in user.group_ids),
                "areas": sorted(user.khbs_area_ids.mapped("code")),
                "active": user.active,
                # It may be somebody's name.
                "login_sha256": hashlib.sha256((user.login or "").encode()).hexdigest(),
            }
            for user in users
        }

    def _khbs_record_access(self, before, act="user.change"):
        """Record for each of these users what is no longer as in *before*."""
        for user_id, after in self._khbs_access().items():
            former = before.get(user_id, {})
            changed = sorted(k for k in after if after[k] != former.get(k))
            if changed:
                self.env["khbs.audit.event"]._record(
                    act,
                    self.browse(user_id),
                    {
                        "before": {key: former.get(key) for key in changed},
                        "after": {key: after[key] for key in changed},
                    },
                )

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

    @tools.ormcache("self.id", "self.env.lang")
    def _khbs_role(self):
        """Return the names of the user's KHBS roles, for the record of an act."""
        self.ensure_one()
        privilege = self.env.ref("khbs_registry.privilege_khbs")
        groups = self.sudo().group_ids.filtered(lambda g: g.privilege_id == privilege)
        return ", ".join(sorted(groups.mapped("full_name"))) or "-"
