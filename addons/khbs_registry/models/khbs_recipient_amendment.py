# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..quotas import promote

OPERATOR = "khbs_registry.group_registry_operator"
APPROVER = "khbs_registry.group_approver"
# Why a household left, as the reason of its release.
RELEASED_FOR = {
    "AID_RECEIVED": "other_aid",
    "DECILE_ABOVE": "not_eligible",
    "HOUSE_SHARED": "not_eligible",
    "VISIT_MOVED": "moved",
    "VISIT_REFUSED": "refusal",
    "VISIT_NOT_FOUND": "not_found",
    "DTSEN_GONE": "not_found",
    "DECEASED": "death",
    "DELIBERATION_DECEASED": "death",
    "MOVED_OUT": "moved",
    "DELIBERATION_MOVED": "moved",
    "OTHER_AID": "other_aid",
    "DELIBERATION_OTHER_AID": "other_aid",
    "GRADUATED": "not_eligible",
    "NOT_ENTITLED": "not_eligible",
    "DELIBERATION_BETTER_OFF": "not_eligible",
    "NOT_FOUND": "not_found",
    "DELIBERATION_NOT_FOUND": "not_found",
    "WITHDREW": "refusal",
    "DELIBERATION_REFUSES": "refusal",
    "DUPLICATE": "duplicate",
    "MERGED": "duplicate",
    "DELIBERATION_DOUBLE": "duplicate",
}


class KhbsRecipientAmendment(models.Model):
    """Releases and promotions of a decided list, proposed and decided together.

    The list itself stays as it was decided. Its operator takes out the families that
    left, lets the waiting ones move up in their order, and hands the amendment to an
    approver; a decree that amends that of the list puts it on paper.
    """

    _name = "khbs.recipient.amendment"
    _inherit = [
        "khbs.guarded",
        "khbs.approvable",
        "khbs.recipient.amendment.papers",
    ]
    _description = "Amendment of a recipient list"
    _order = "id desc"

    _guarded_fields = (
        "state",
        "name",
        "list_id",
        "area_id",
        "sha256",
        "round_number",
        "decided_at",
        "decree_id",
    )
    _reading_actions = ("action_decide",)
    _unread_steps = ("proposed", "returned")
    _content_fields = ("state", "round_number", "name", "list_id", "grounds", "sha256")

    name = fields.Char(string="Number", readonly=True, copy=False)
    list_id = fields.Many2one(
        comodel_name="khbs.recipient.list",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    grounds = fields.Char(help="Why the list is amended: letters, minutes, findings.")
    change_ids = fields.One2many(
        comodel_name="khbs.recipient.change",
        inverse_name="amendment_id",
        readonly=True,
    )
    release_count = fields.Integer(string="Releases", compute="_compute_counts")
    promotion_count = fields.Integer(string="Promotions", compute="_compute_counts")
    sha256 = fields.Char(string="SHA-256", readonly=True, copy=False)
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("decided", "Decided"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    decided_at = fields.Datetime(readonly=True, copy=False)
    decree_id = fields.Many2one(
        comodel_name="khbs.decree", readonly=True, copy=False, ondelete="set null"
    )
    round_number = fields.Integer(readonly=True, default=1, copy=False, aggregator=None)

    _name_uniq = models.Constraint("UNIQUE (name)", "This number is taken.")

    @api.depends("change_ids.kind")
    def _compute_counts(self):
        for amendment in self:
            kinds = amendment.change_ids.mapped("kind")
            amendment.release_count = kinds.count("release")
            amendment.promotion_count = kinds.count("promotion")

    @api.model
    def _open_for(self, recipient_list):
        """Return the draft of the present user for a decided list, a new one if none.

        The list has been checked: role, rules, and it is held by this transaction.
        """
        recipient_list._require_state("decided")
        mine = [
            ("list_id", "=", recipient_list.id),
            ("state", "=", "draft"),
            ("create_uid", "=", self.env.uid),
        ]
        found = self.sudo().search(mine, limit=1)
        if found:
            found._lock()
            return found
        return self.sudo().create(
            {
                "name": self.env["ir.sequence"].sudo().next_by_code(self._name),
                "list_id": recipient_list.id,
                "area_id": recipient_list.area_id.id,
            }
        )

    def action_propose(self):
        """Hand the amendment to an approver; its rows stay as they are from now on."""
        for amendment in self._checked(OPERATOR, "amendment.proposed"):
            amendment._require_state("draft")
            if not amendment.change_ids:
                raise UserError(self.env._("The amendment changes nothing yet."))
            if not amendment.grounds:
                raise UserError(self.env._("Enter why the list is amended."))
            amendment.write({"sha256": amendment._sha256(), "state": "proposed"})
            amendment._approve("proposed", OPERATOR)
        return True

    def action_return(self):
        """Give a proposed amendment back to the operator as a draft."""
        for amendment in self._checked(APPROVER, "amendment.returned", "read"):
            amendment._require_state("proposed")
            amendment._approve("returned", APPROVER)
            amendment.write(
                {
                    "state": "draft",
                    "sha256": False,
                    "round_number": amendment.round_number + 1,
                }
            )
        return True

    def action_decide(self):
        """Decide the amendment: a second person's act on the hash of its rows."""
        for amendment in self._checked(APPROVER, "amendment.decided", "read"):
            amendment._require_state("proposed")
            if amendment._sha256() != amendment.sha256:
                raise UserError(
                    self.env._("The rows are not those that were proposed.")
                )
            self.env["khbs.approval"]._refuse_maker(amendment, "decided")
            amendment._refuse_moved_families()
            amendment._refuse_places_not_free()
            amendment._approve("decided", APPROVER)
            amendment._move_families()
            amendment.write({"state": "decided", "decided_at": fields.Datetime.now()})
        return True

    def action_cancel(self):
        """Give the draft up; its places and families are free for another one."""
        for amendment in self._checked(OPERATOR, "amendment.cancelled"):
            amendment._require_state("draft")
            amendment.change_ids.unlink()
            amendment.state = "cancelled"
            self.env["khbs.audit.event"]._record("amendment.cancelled", amendment)
        return True

    def action_draft_decree(self):
        """Draft the decree that amends the one of the list."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(
            "khbs_registry.group_decree_officer", "amendment.decree", self
        )
        self.check_access("read")
        amendment = self.sudo()
        amendment._lock()
        amendment._require_state("decided")
        if not amendment.decree_id:
            amendment.decree_id = self._draft_decree().id
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.decree",
            "res_id": amendment.decree_id.id,
            "views": [(False, "form")],
        }

    def _approve(self, step, group):
        self.env["khbs.approval"]._decide(
            self, step, group, self.sha256, round_number=self.round_number
        )

    def _release(self, line, reason, note=None):
        """Add the release of *line*; return nothing. The caller has been checked."""
        self.ensure_one()
        if line._present_standing() not in ("selected", "promoted"):
            raise UserError(
                self.env._(
                    "%(family)s holds no place in %(list)s.",
                    family=line.household_id.display_name,
                    list=line.list_id.display_name,
                )
            )
        if line.change_ids.filtered(lambda change: change.kind == "release"):
            raise UserError(
                self.env._(
                    "Another amendment releases %(family)s already.",
                    family=line.household_id.display_name,
                )
            )
        self._add_changes(
            [(line, "release", line._held_quotas()[line], reason, note)],
        )

    def _add_changes(self, changes):
        """Add rows of (line, kind, quota, reason, note), in one statement."""
        self.env["khbs.recipient.change"].sudo().create(
            [
                {
                    "amendment_id": self.id,
                    "line_id": line.id,
                    "household_id": line.household_id.id,
                    "area_id": line.area_id.id,
                    "kind": kind,
                    "quota_id": quota.id,
                    "release_reason": reason,
                    "note": note,
                }
                for line, kind, quota, reason, note in changes
            ]
        )
        self.env["khbs.quota"].invalidate_model(["taken", "free"])

    def _release_left(self):
        """Release the families of the list that left the programme since."""
        self.ensure_one()
        left = self.list_id._lines_left()
        held = left._held_quotas()
        self._add_changes(
            [
                (
                    *(line, "release", held[line]),
                    RELEASED_FOR.get(line.household_id.reason_code, "other"),
                    None,
                )
                for line in left
            ]
        )
        return len(left)

    def _promote_waiting(self):
        """Let waiting families into the free places, in their order."""
        self.ensure_one()
        quotas = self.list_id.quota_ids.filtered(
            lambda quota: quota.level == "village" and quota.free > 0
        )
        by_code = {quota.code: quota for quota in quotas}
        waiting = self.list_id._waiting_families(quotas)
        promoted = promote(
            {code: quota.free for code, quota in by_code.items()},
            waiting,
            self.list_id.promotion_scope,
        )
        self._add_changes(
            [(line, "promotion", by_code[code], None, None) for code, line in promoted]
        )
        return len(promoted)

    def _refuse_moved_families(self):
        """Refuse where a promoted family is no longer eligible."""
        promoted = self.change_ids.filtered(lambda change: change.kind == "promotion")
        moved = promoted.household_id.filtered(
            lambda family: family.state != "eligible" or not family.active
        )
        if moved:
            raise UserError(
                self.env._(
                    "These families are no longer eligible or stand in another decided "
                    "list: %(families)s. Send the amendment back.",
                    families=", ".join(moved[:5].mapped("name")),
                )
            )

    def _refuse_places_not_free(self):
        """Refuse promotions into places that another amendment has yet to free.

        Two amendments of one list are decided one after the other. An UPDATE and not
        only a lock: under REPEATABLE READ the one who waited must fail and be retried
        in a snapshot that has the other's decision.
        """
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE khbs_recipient_list SET write_date = write_date WHERE id = %s",
            [self.list_id.id],
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT area.name FROM khbs_quota q
                JOIN khbs_area area ON area.id = q.area_id
                WHERE q.id IN (SELECT quota_id FROM khbs_recipient_change
                               WHERE amendment_id = %(id)s)
                    AND q.places < (
                        SELECT count(*) FROM khbs_recipient_line line
                        WHERE line.list_id = q.list_id AND line.area_id = q.area_id
                            AND line.status = 'selected'
                    ) + (
                        SELECT COALESCE(sum(
                            CASE change.kind WHEN 'promotion' THEN 1 ELSE -1 END), 0)
                        FROM khbs_recipient_change change
                        JOIN khbs_recipient_amendment a ON a.id = change.amendment_id
                        WHERE change.quota_id = q.id
                            AND (a.state = 'decided' OR a.id = %(id)s)
                    )
                ORDER BY area.name
                """,
                id=self.id,
            )
        )
        if rows:
            raise UserError(
                self.env._(
                    "The places in %(areas)s are freed by another amendment. Decide "
                    "that one first.",
                    areas=", ".join(name for [name] in rows),
                )
            )

    def _move_families(self):
        """Set the state of the families: promoted ones are decided, released ones left.

        Who left earlier keeps the reason of that.
        """
        households = self.env["khbs.household"]
        for kind, former, state, reason in (
            ("promotion", "eligible", "decided", "PROMOTED"),
            ("release", "decided", "exited", "RELEASED"),
            ("release", "active", "exited", "RELEASED"),
            ("release", "suspended", "exited", "RELEASED"),
        ):
            households._set_state_where(
                SQL(
                    "id IN (SELECT household_id FROM khbs_recipient_change "
                    "WHERE amendment_id = %s AND kind = %s)",
                    self.id,
                    kind,
                ),
                former,
                state,
                reason,
            )
        released = self.change_ids.filtered(lambda change: change.kind == "release")
        released.household_id.sudo()._has_left({"amendment": self.name})

    def _sha256(self):
        """Return the digest over the rows, by public keys, sorted."""
        self.ensure_one()
        rows = sorted(
            "|".join(
                (
                    change.kind,
                    change.household_id.name,
                    change.area_id.code,
                    change.quota_id.code or "",
                    change.release_reason or "",
                )
            )
            for change in self.change_ids
        )
        return hashlib.sha256(
            "\n".join([self.list_id.name, *rows]).encode()
        ).hexdigest()
