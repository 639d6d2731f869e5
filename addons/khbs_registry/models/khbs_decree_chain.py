# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..papers import words
from ..rupiah import Rupiah

FORMS = [
    ("decision", "New decree"),
    ("amendment", "Amendment"),
    ("excerpt", "Excerpt"),
    ("revocation", "Revocation"),
]
_FROZEN = ("frozen", "in_force", "revoked")


class KhbsDecreeChain(models.AbstractModel):
    """What a decree does to another one, and from when to when it holds.

    A decree in force is never edited: another amends or revokes it, with the same
    approvals. An excerpt (petikan) repeats its original for one area or one line, under
    the number of the original; it decides nothing itself.
    """

    _name = "khbs.decree.chain"
    _description = "Decree: what it amends, excerpts and revokes"

    form = fields.Selection(selection=FORMS, compute="_compute_form")
    amends_id = fields.Many2one(
        comodel_name="khbs.decree",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The first decree of the chain, also where this is the second amendment.",
    )
    revokes_id = fields.Many2one(
        comodel_name="khbs.decree",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    excerpt_of_id = fields.Many2one(
        comodel_name="khbs.decree",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    amended_by_ids = fields.One2many(
        comodel_name="khbs.decree", inverse_name="amends_id", readonly=True
    )
    excerpt_ids = fields.One2many(
        comodel_name="khbs.decree", inverse_name="excerpt_of_id", readonly=True
    )
    revoking_ids = fields.One2many(
        comodel_name="khbs.decree", inverse_name="revokes_id", readonly=True
    )
    revoked_by_decree_id = fields.Many2one(
        comodel_name="khbs.decree",
        string="Revoked by",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    revoked_on = fields.Date(readonly=True, copy=False)
    paid_amount = Rupiah(
        string="Paid before it was revoked",
        readonly=True,
        copy=False,
        help="What left the treasury and no decree still in force covers; it stays "
        "decided on the budget line.",
    )
    valid_from = fields.Date(
        string="In force from",
        copy=False,
        help="Empty: from the date of the decree.",
    )
    valid_to = fields.Date(
        string="In force to", copy=False, help="Empty: until it is revoked."
    )

    _valid_order = models.Constraint(
        "CHECK (valid_to >= valid_from)", "The decree ends before it begins to hold."
    )
    _valid_after_date = models.Constraint(
        "CHECK (valid_from >= decree_date AND valid_to >= decree_date)",
        "A decree does not hold before its date.",
    )
    _one_form = models.Constraint(
        "CHECK (num_nonnulls(amends_id, revokes_id, excerpt_of_id) <= 1)",
        "A decree amends, revokes or excerpts another: one of the three.",
    )
    _other = models.Constraint(
        "CHECK (id NOT IN (amends_id, revokes_id, excerpt_of_id))",
        "A decree does not amend, revoke or excerpt itself.",
    )
    # Of two decrees that revoke the same one, the first frozen wins.
    _revoked_once = models.UniqueIndex(
        "(revokes_id) WHERE revokes_id IS NOT NULL "
        "AND state NOT IN ('draft', 'withdrawn')",
        "Another decree that revokes this one is frozen already.",
    )

    @api.depends("amends_id", "revokes_id", "excerpt_of_id")
    def _compute_form(self):
        for decree in self:
            decree.form = decree._form_of(
                decree.amends_id, decree.revokes_id, decree.excerpt_of_id
            )

    @api.model
    def _form_of(self, amends, revokes, excerpt_of):
        if excerpt_of:
            return "excerpt"
        if revokes:
            return "revocation"
        return "amendment" if amends else "decision"

    def action_view_chain(self):
        """Open the decrees that this one is tied to, in both directions."""
        self.ensure_one()
        root = self.amends_id or self.revokes_id or self.excerpt_of_id or self
        decrees = self.env["khbs.decree"].search(
            [
                "|",
                "|",
                "|",
                ("id", "in", (root | self).ids),
                ("amends_id", "in", (root | self).ids),
                ("revokes_id", "in", (root | self).ids),
                ("excerpt_of_id", "in", (root | self).ids),
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Chain of decrees"),
            "res_model": "khbs.decree",
            "view_mode": "list,form",
            "domain": [("id", "in", decrees.ids)],
        }

    # Business

    def _in_force(self, day=None):
        """Return whether this decree may be acted on, on *day* or today.

        A revoked decree still answers for the days before it was revoked; an excerpt
        and an amendment hold as long as their original.
        """
        if len(self) != 1:
            return False
        decree = self.sudo()
        day = day or fields.Date.context_today(self)
        if decree.state not in ("in_force", "revoked"):
            return False
        original = decree.excerpt_of_id or decree.amends_id
        if original and not original._in_force(day):
            return False
        begins = decree.valid_from or decree.decree_date
        return (
            begins <= day
            and (not decree.valid_to or day <= decree.valid_to)
            and (not decree.revoked_on or day < decree.revoked_on)
        )

    def _named(self):
        """Return how another decree cites this one."""
        self.ensure_one()
        return (
            f"Keputusan Gubernur Kalimantan Tengah Nomor {self.number} "
            f"tanggal {words.date(self.decree_date)} tentang {self._own_title()}"
        )

    def _own_title(self):
        return self.sudo().name

    def _amendment_title(self):
        """Return the title of the next decree that amends this one.

        Perubahan atas ..; from the second on: Perubahan Kedua atas ..
        """
        self.ensure_one()
        number = self._amendments(self.browse()) + 1
        ordinal = f" Ke{words.terbilang(number)}".title() if number > 1 else ""
        return (
            f"Perubahan{ordinal} atas Keputusan Gubernur Kalimantan Tengah Nomor "
            f"{self.number} tentang {self.name}"
        )

    def _amendments(self, but):
        """Return how many decrees that amend this one are frozen, without *but*."""
        domain = [
            ("amends_id", "=", self.id),
            ("state", "in", _FROZEN),
            ("id", "not in", but.ids),
        ]
        return self.sudo().search_count(domain)

    def _revocation_title(self):
        """Return the title of the decree that revokes this one."""
        self.ensure_one()
        return (
            f"Pencabutan Keputusan Gubernur Kalimantan Tengah Nomor {self.number} "
            f"tentang {self.name}"
        )

    def _followed(self):
        return self.amends_id or self.revokes_id or self.excerpt_of_id

    def _require_followable(self):
        """Refuse to amend, revoke or excerpt what is not in force."""
        for decree in self.sudo():
            if decree.state != "in_force":
                raise UserError(
                    self.env._(
                        "%(decree)s is not in force; it cannot be amended, revoked or "
                        "excerpted.",
                        decree=decree.display_name,
                    )
                )

    def _check_chain(self):
        """Refuse to freeze what its original overtook; hold the original.

        Two amendments drafted side by side both call themselves the second.
        """
        original = self._followed()
        if not original:
            return
        original._lock_in("in_force")
        if self.amends_id and self.name != self._expected_title(original):
            raise UserError(
                self.env._(
                    "Meanwhile another amendment of %(decree)s was frozen. Draft this "
                    "one anew: its title counts the amendments.",
                    decree=original.display_name,
                )
            )
        if original.decree_date and self.decree_date:
            self._check_after(original, self.decree_date)

    def _check_committed(self):
        """Refuse an amount that a decree of this form does not commit.

        The database refuses the same when the decree is frozen (decree_freeze.py).
        """
        if not self.amount:
            return
        if self.form in ("excerpt", "revocation"):
            raise UserError(
                self.env._(
                    "An excerpt or a revocation commits no money. Set its amount to 0."
                )
            )
        original = self.amends_id.sudo()
        if not original:
            return
        if self.budget_line_id != original.budget_line_id:
            raise UserError(
                self.env._(
                    "An amendment stays on the budget line of its original: "
                    "%(line)s. For another line draft a new decree.",
                    line=original.budget_line_id.display_name or "-",
                )
            )
        committed = original._committed(but=self)
        if committed + self.amount < 0:
            raise UserError(
                self.env._(
                    "The amendment takes away more than %(decree)s and its amendments "
                    "commit: %(amount)s. Lower what it takes away.",
                    decree=original.display_name,
                    amount=words.rupiah(committed),
                )
            )

    def _committed(self, but):
        """Return the rupiah of this decree and what is frozen to amend it."""
        chain = self | self.amended_by_ids.filtered(lambda one: one.state in _FROZEN)
        return sum((chain - but).mapped("amount"))

    def _expected_title(self, original):
        """Return the title that this amendment must have today.

        One that does not cite its original by number counts nothing.
        """
        if f"Nomor {original.number} tentang" not in self.name:
            return self.name
        return original._amendment_title()

    def _check_date(self, date):
        result = super()._check_date(date)
        if (self.valid_from and self.valid_from < date) or (
            self.valid_to and self.valid_to < date
        ):
            raise UserError(
                self.env._(
                    "The draft says that it holds before %(date)s. A decree does not "
                    "hold before its date: mend its validity, or compare the date.",
                    date=words.date(date),
                )
            )
        original = self._followed()
        if original:
            self._check_after(original, date)
        return result

    def _check_after(self, original, date):
        if date < original.decree_date:
            raise UserError(
                self.env._(
                    "%(decree)s is of %(date)s; what amends, revokes or excerpts it "
                    "cannot be older.",
                    decree=original.display_name,
                    date=words.date(original.decree_date),
                )
            )

    def _close_revoked(self):
        """Revoke what this decree, now in force, revokes."""
        revoked = self.revokes_id
        if not revoked:
            return
        revoked._lock_in("in_force")
        revoked.write(
            {
                "state": "revoked",
                "revoked_by_decree_id": self.id,
                "revoked_on": self.decree_date,
            }
        )
        revoked.flush_recordset()
        revoked._keep_paid()
        self.env["khbs.audit.event"]._record("decree.revoked", revoked, {"by": self.id})

    def _keep_paid(self):
        """Keep on a decree just revoked what was paid and nothing else covers.

        That money is gone, so it must not become free on the budget line.
        """
        line = self.budget_line_id
        if not line:
            return
        line._lock_line()
        uncovered = line._flow_amount("sp2d") - line._payable_amount()
        if uncovered > 0:
            self.paid_amount = uncovered
            self.flush_recordset()
