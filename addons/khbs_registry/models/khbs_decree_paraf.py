# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..papers import words
from ..papers.decree import Initial
from .khbs_decree_library import KINDS

# Who takes paper through the house; the administrator says who holds each office.
OFFICES = [
    ("section", "Head of section (Kasubbag)"),
    ("division", "Head of division (Kabid)"),
    ("office", "Head of office (Kadis)"),
    ("legal", "Law office (Biro Hukum)"),
    ("secretary", "Provincial secretary (Sekda)"),
]
_ON_PAPER = {
    "section": "Kasubbag",
    "division": "Kepala Bidang",
    "office": "Kepala Dinas",
    "legal": "Kepala Biro Hukum",
    "secretary": "Sekretaris Daerah",
}


# An initial stays as long as its decree: only a draft is ever deleted, and with it.
_KEPT = """
    CREATE OR REPLACE FUNCTION khbs_decree_paraf_kept() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF NOT EXISTS (SELECT FROM khbs_decree WHERE id = OLD.decree_id) THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION 'Table % is append-only: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END
    $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER khbs_decree_paraf_kept
        BEFORE UPDATE OR DELETE ON khbs_decree_paraf
        FOR EACH ROW EXECUTE FUNCTION khbs_decree_paraf_kept();
    CREATE OR REPLACE TRIGGER khbs_decree_paraf_kept_truncate
        BEFORE TRUNCATE ON khbs_decree_paraf
        FOR EACH STATEMENT EXECUTE FUNCTION khbs_decree_paraf_kept();
"""


class KhbsDecreeParafStep(models.Model):
    """A place in the chain of initials of one kind of decree.

    Kept by the administrator, not by whoever drafts. A place without a holder is not
    asked for; a decree of a kind without places needs no initials. Where all holders of
    a place have left, nothing is decided until the administrator names another.
    """

    _name = "khbs.decree.paraf.step"
    _description = "Place in the chain of initials"
    _order = "kind, sequence, id"
    _rec_name = "office"

    kind = fields.Selection(selection=KINDS, string="Kind of decree", required=True)
    sequence = fields.Integer(required=True, default=10, aggregator=None)
    office = fields.Selection(selection=OFFICES, required=True)
    user_ids = fields.Many2many(
        comodel_name="res.users",
        string="Holders",
        # One who left still holds the place, until the administrator names another:
        # an office does not drop out of the chain with its last holder.
        context={"active_test": False},
        help="Any one of them initials for the office.",
    )

    _office_uniq = models.Constraint(
        "UNIQUE (kind, office)", "The chain of this kind has this office already."
    )
    _sequence_uniq = models.Constraint(
        "UNIQUE (kind, sequence)", "Two places of the chain have one number."
    )

    @api.constrains("user_ids")
    def _check_holders(self):
        for step in self:
            for user in step.sudo().user_ids:
                if not self.env["khbs.decree"].with_user(user).has_access("read"):
                    raise ValidationError(
                        self.env._(
                            "%(user)s may not read decrees and so cannot initial one. "
                            "Give a role that reads them first.",
                            user=user.name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps._record_change()
        return steps

    def write(self, vals):
        result = super().write(vals)
        self._record_change()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_on_record(self):
        self._record_change()

    def _record_change(self):
        for step in self:
            self.env["khbs.audit.event"]._record(
                "decree_chain.change",
                step,
                {"kind": step.kind, "office": step.office, "users": step.user_ids.ids},
            )


class KhbsDecreeParaf(models.Model):
    """An initial: who, for which office, when, on which content."""

    _name = "khbs.decree.paraf"
    _description = "Initial on a decree"
    _order = "decree_id, id"
    _rec_name = "office"
    _log_access = False

    decree_id = fields.Many2one(
        comodel_name="khbs.decree", required=True, index=True, ondelete="cascade"
    )
    office = fields.Selection(selection=OFFICES, required=True)
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="restrict"
    )
    role = fields.Char(required=True)
    at = fields.Datetime(required=True, default=fields.Datetime.now)
    sha256 = fields.Char(
        string="SHA-256", required=True, help="Of the content that was initialled."
    )
    stands = fields.Boolean(
        compute="_compute_stands",
        compute_sudo=True,
        help="The content is still the one that was initialled.",
    )

    _office_uniq = models.Constraint(
        "UNIQUE (decree_id, sha256, office)",
        "This office has initialled the draft already.",
    )
    _person_uniq = models.Constraint(
        "UNIQUE (decree_id, sha256, user_id)",
        "You have initialled this draft for another office; a second person must do "
        "this.",
    )
    _sha256_form = models.Constraint(
        "CHECK (sha256 ~ '^[0-9a-f]{64}$')", "A SHA-256 has 64 hexadecimal digits."
    )

    def init(self):
        self.env.cr.execute(_KEPT)

    @api.depends("sha256", "decree_id.content_sha256")
    def _compute_stands(self):
        for paraf in self:
            paraf.stands = paraf.sha256 == paraf.decree_id.content_sha256


class KhbsDecreeInitials(models.AbstractModel):
    """The chain of initials that a draft goes through before it is decided."""

    _name = "khbs.decree.initials"
    _description = "Decree: the initials"

    paraf_ids = fields.One2many(
        comodel_name="khbs.decree.paraf", inverse_name="decree_id", readonly=True
    )
    next_office = fields.Selection(
        selection=OFFICES,
        string="Initials next",
        compute="_compute_next_office",
        compute_sudo=True,
        help="Empty: everybody whom the chain names has initialled the draft.",
    )
    may_initial = fields.Boolean(
        compute="_compute_next_office",
        compute_sudo=True,
    )

    @api.depends("kind", "content_sha256", "paraf_ids", "state")
    @api.depends_context("uid")
    def _compute_next_office(self):
        for decree in self:
            step = decree.state == "draft" and decree._next_step()
            decree.next_office = step and step.office
            decree.may_initial = bool(step) and self.env.user in step.user_ids

    def action_initial(self):
        """Initial the draft as it stands, if it is this office's turn."""
        self.ensure_one()
        self.check_access("read")
        self._lock_in("draft")
        decree = self.sudo()
        events = self.env["khbs.audit.event"]
        step = decree._next_step()
        if not step:
            raise UserError(self.env._("Nobody is left to initial this draft."))
        if self.env.user not in step.user_ids:
            events._record_refused("decree.initial", self, {"office": step.office})
            label = dict(step._fields["office"]._description_selection(self.env))
            raise AccessError(
                self.env._(
                    "It is the turn of: %(office)s. Initials are given in their order.",
                    office=label[step.office],
                )
            )
        decree._check_complete()
        self._require_seen()
        mine = decree._standing_parafs().filtered(
            lambda paraf: paraf.user_id == self.env.user
        )
        if mine:
            events._record_refused("decree.initial", self, {"own": True})
            raise UserError(
                self.env._(
                    "You have initialled this draft for another office; a second "
                    "person must do this."
                )
            )
        self.env["khbs.decree.paraf"].sudo().create(
            {
                "decree_id": decree.id,
                "office": step.office,
                "user_id": self.env.uid,
                "role": self.env.user._khbs_role(),
                "sha256": decree.content_sha256,
            }
        )
        events._record(
            "decree.initial",
            self,
            {"office": step.office, "sha256": decree.content_sha256},
        )
        return True

    # Business

    def _steps(self):
        """Return the places of the chain that somebody holds, in order."""
        steps = self.env["khbs.decree.paraf.step"].sudo()
        return steps.search([("kind", "=", self.kind)]).filtered("user_ids")

    def _standing_parafs(self):
        """Return the initials on the content as it stands now."""
        sha256 = self.content_sha256
        return self.sudo().paraf_ids.filtered(lambda paraf: paraf.sha256 == sha256)

    def _next_step(self):
        """Return the first place of the chain that has not initialled the content."""
        self.ensure_one()
        given = set(self._standing_parafs().mapped("office"))
        return self._steps().filtered(lambda step: step.office not in given)[:1]

    def _require_initials(self):
        """Refuse a decision before the chain is through, or by one of the chain."""
        decree = self.sudo()
        step = decree._next_step()
        if step:
            label = dict(step._fields["office"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The draft is not initialled yet by: %(office)s.",
                    office=label[step.office],
                )
            )
        if self.env.user in decree._standing_parafs().user_id:
            self.env["khbs.audit.event"]._record_refused(
                "decree.approve", self, {"own": True}
            )
            raise UserError(
                self.env._("You initialled this draft; a second person decides it.")
            )

    def _initials_box(self):
        """Return what the box of initials on the draft's paper shows."""
        given = {paraf.office: paraf for paraf in self._standing_parafs()}
        return tuple(
            Initial(
                office=_ON_PAPER[step.office],
                name=given[step.office].user_id.name if step.office in given else "",
                at=words.moment(given[step.office].at) if step.office in given else "",
            )
            for step in self._steps()
        )
