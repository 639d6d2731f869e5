# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import itertools
import json
import logging

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

_REGISTRY = "khbs_registry.group_"
# Who configures the house, in Odoo and in KHBS, and who looks on.
_CONFIGURES = [f"{_REGISTRY}administrator", "base.group_system"]
_AUDITOR = f"{_REGISTRY}auditor"
# Roles in which a person decides on what others made.
_DECIDES = [
    f"{_REGISTRY}{role}"
    for role in ("validator", "bkk_verifier", "decree_officer", "approver")
]
_WORKS = [
    f"{_REGISTRY}{role}"
    for role in (
        "field_officer",
        "registry_operator",
        "card_officer",
        "terminal_officer",
        "distribution_officer",
        "bank_officer",
        "bkk_proposer",
    )
]


class KhbsIncompatibleRoles(models.AbstractModel):
    """Roles that may not meet in one person (DESIGN 3), by whatever door they come."""

    _name = "khbs.incompatible.roles"
    _description = "Roles that do not go together"

    @api.model
    def _khbs_incompatible_roles(self):
        """Return the pairs of groups; an addon above adds its own."""
        return [
            (f"{_REGISTRY}bkk_proposer", f"{_REGISTRY}bkk_verifier"),
            (f"{_REGISTRY}bkk_proposer", f"{_REGISTRY}approver"),
            (f"{_REGISTRY}bkk_verifier", f"{_REGISTRY}approver"),
            (f"{_REGISTRY}card_officer", f"{_REGISTRY}field_officer"),
            # Whoever configures approves nothing.
            *itertools.product(_CONFIGURES, _DECIDES),
            # Whoever audits changes nothing.
            *itertools.product([_AUDITOR], _DECIDES + _WORKS + _CONFIGURES),
        ]

    def _khbs_violations(self):
        """Yield (user, group, group) of roles that do not go together."""
        pairs = []
        for names in self._khbs_incompatible_roles():
            # A group is not there yet while the addon is being installed.
            groups = [self.env.ref(name, raise_if_not_found=False) for name in names]
            if all(groups):
                pairs.append((names, *(group.id for group in groups)))
        for user in self.sudo():
            # Not has_group(): within the write it answers as before the write.
            held = set(user.all_group_ids.ids)
            for names, first_id, second_id in pairs:
                if first_id in held and second_id in held:
                    yield user, *names

    @api.constrains("group_ids")
    def _check_khbs_incompatible_roles(self):
        for user, first, second in self._khbs_violations():
            raise ValidationError(
                self.env._(
                    "%(user)s may not hold both roles: %(first)s and %(second)s.",
                    user=user.name,
                    first=self.env.ref(first).name,
                    second=self.env.ref(second).name,
                )
            )

    @api.model
    def _khbs_report_access(self):
        """Record after an upgrade who may do what, and who holds too much.

        What the rules say now may forbid what was allowed when a role was given; it is
        not taken away silently, for somebody works with it.
        """
        users = self.sudo().with_context(active_test=False).search(Domain.TRUE)
        violations = [
            [user.id, first, second] for user, first, second in users._khbs_violations()
        ]
        for user_id, first, second in violations:
            _logger.warning(
                "User %s holds %s and %s, which do not go together: take one away.",
                user_id,
                first,
                second,
            )
        self.env["khbs.audit.event"]._record(
            "access.upgrade",
            data={"sha256": self._khbs_access_digest(), "violations": violations},
        )

    @api.model
    def _khbs_access_digest(self):
        """Return the digest of all access rights, rules and what groups imply."""
        content = [
            self.env["ir.model.access"].search(Domain.TRUE)._khbs_traced(),
            self.env["ir.rule"].search(Domain.TRUE)._khbs_traced(),
            self.env["res.groups"].search(Domain.TRUE)._khbs_implication(),
        ]
        line = json.dumps(content, sort_keys=True)
        return hashlib.sha256(line.encode()).hexdigest()
