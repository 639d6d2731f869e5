# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

IMPLICATION = ("implied_ids", "implied_by_ids")


class ResGroups(models.Model):
    """The other side from which users get roles: the same rules, the same trace."""

    _inherit = "res.groups"

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        groups._khbs_check_users({})
        if self.pool.ready:
            for group_id, implied in groups._khbs_implication().items():
                self.env["khbs.audit.event"]._record(
                    "group.create", self.browse(group_id), {"after": implied}
                )
        return groups

    def write(self, vals):
        if not vals.keys() & {"user_ids", *IMPLICATION}:
            return super().write(vals)
        users = self._khbs_users()
        access, implied = users._khbs_access(), self._khbs_implication()
        result = super().write(vals)
        # Who acts is recorded with the roles that are kept beside each worker.
        self.env.registry.clear_cache()
        self._khbs_check_users(access)
        for group_id, after in self._khbs_implication().items():
            if after != implied[group_id]:
                self.env["khbs.audit.event"]._record(
                    "group.change",
                    self.browse(group_id),
                    {"before": implied[group_id], "after": after},
                )
        return result

    def unlink(self):
        users = self.sudo().all_user_ids
        access = users._khbs_access()
        implied = self._khbs_implication()
        result = super().unlink()
        users._khbs_record_access(access)
        if self.pool.ready:
            for group_id, before in implied.items():
                self.env["khbs.audit.event"]._record(
                    "group.delete", self.browse(group_id), {"before": before}
                )
        return result

    def _khbs_users(self):
        return self.sudo().with_context(active_test=False).user_ids

    def _khbs_implication(self):
        """Return {group id: what comes with the group and with what it comes}."""
        return {
            group.id: {
                name: sorted(
                    external or str(one)
                    for one, external in group[name].get_external_id().items()
                )
                for name in IMPLICATION
            }
            for group in self.sudo()
        }

    def _khbs_check_users(self, before):
        """Refuse roles that do not go together; record whose access changed.

        :param before: what :meth:`_khbs_access` said of the users until now
        """
        users = self._khbs_users()
        (users | self.sudo().all_user_ids)._check_khbs_incompatible_roles()
        (users | users.browse(before))._khbs_record_access(before)
