# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# Complaints that people near the accused must not read (DOMAIN 1.6).
CONFIDENTIAL_KINDS = ("extortion", "misconduct")
_SLA_PARAMETER = "khbs.complaint.sla_days"
_SLA_DAYS = 14
# What its handler may change by hand; the rest moves by actions.
_OPEN_FIELDS = {"household_id", "card_no", "assigned_to_id", "note"}
_FILED_FIELDS = {
    "channel",
    "kind",
    "area_id",
    "household_id",
    "deliberation_id",
    "card_no",
    "text",
    "reporter",
    "reporter_contact",
    "assigned_to_id",
}


class KhbsComplaint(models.Model):
    """What somebody complains of, until it has an outcome (DOMAIN 8)."""

    _name = "khbs.complaint"
    _inherit = ["khbs.complaint.deliberation"]
    _description = "Complaint"
    _order = "due_date, id"

    name = fields.Char(string="Number", required=True, readonly=True, copy=False)
    channel = fields.Selection(
        selection=[
            ("desk", "Complaint desk"),
            ("officer", "Field officer"),
            ("lapor", "LAPOR!"),
            ("phone", "Telephone or message"),
            ("letter", "Letter"),
            ("terminal", "EDC terminal"),
            ("deliberation", "Village deliberation"),
        ],
        required=True,
        default="desk",
    )
    kind = fields.Selection(
        selection=[
            ("not_listed", "Not on the list"),
            ("objection", "Objection to a village list"),
            ("proposal", "Proposal of a family"),
            ("wrong_recipient", "Recipient not entitled"),
            ("wrong_data", "Wrong data"),
            ("card_lost", "Card lost"),
            ("card_stolen", "Card stolen"),
            ("card_found", "Card found"),
            ("card_damaged", "Card damaged"),
            ("card_misuse", "Card misused"),
            ("recipient_deceased", "Recipient deceased"),
            ("not_received", "Aid not received"),
            ("goods", "Quality or quantity of goods"),
            ("extortion", "Extortion (pungli)"),
            ("misconduct", "Misconduct of an officer"),
            ("other", "Other"),
        ],
        required=True,
    )
    confidential = fields.Boolean(
        compute="_compute_confidential",
        store=True,
        help="Hidden from the users of the village and the district.",
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area", required=True, index=True, ondelete="restrict"
    )
    regency_id = fields.Many2one(
        comodel_name="khbs.area",
        compute="_compute_regency_id",
        store=True,
        index=True,
    )
    household_id = fields.Many2one(
        comodel_name="khbs.household", index="btree_not_null", ondelete="restrict"
    )
    card_no = fields.Char(string="Card number", index="btree_not_null")
    text = fields.Text(string="Complaint", required=True)
    reporter = fields.Char(help="Empty: the reporter wishes no name.")
    reporter_contact = fields.Char()
    terminal_code = fields.Char(readonly=True)
    received_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    due_date = fields.Date(
        required=True, readonly=True, default=lambda self: self._default_due_date()
    )
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")
    assigned_to_id = fields.Many2one(comodel_name="res.users", string="Handled by")
    state = fields.Selection(
        selection=[
            ("received", "Received"),
            ("in_progress", "In progress"),
            ("done", "Done"),
            ("rejected", "Rejected"),
        ],
        required=True,
        default="received",
        readonly=True,
        index=True,
    )
    outcome = fields.Selection(
        selection=[
            ("explained", "Explained"),
            ("corrected", "Data corrected"),
            ("re_verification", "Sent to verification"),
            ("card_suspended", "Card suspended"),
            ("forwarded", "Forwarded to the authority in charge"),
            ("unfounded", "Unfounded"),
        ],
        readonly=True,
    )
    note = fields.Text(string="What was done")
    closed_at = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one(comodel_name="res.users", readonly=True)

    _name_uniq = models.Constraint(
        "UNIQUE (name)", "A complaint with this number exists."
    )
    _closed_whole = models.Constraint(
        "CHECK (state NOT IN ('done', 'rejected') OR (outcome IS NOT NULL "
        "AND closed_at IS NOT NULL AND closed_by_id IS NOT NULL))",
        "A closed complaint has an outcome, a time and a person.",
    )

    @api.model
    def _default_due_date(self):
        parameters = self.env["ir.config_parameter"].sudo()
        days = int(parameters.get_param(_SLA_PARAMETER) or _SLA_DAYS)
        return fields.Date.context_today(self) + timedelta(days=days)

    @api.depends("kind")
    def _compute_confidential(self):
        for complaint in self:
            complaint.confidential = complaint.kind in CONFIDENTIAL_KINDS

    @api.depends("area_id.parent_path")
    def _compute_regency_id(self):
        for complaint in self:
            area = complaint.area_id
            complaint.regency_id = area._regency() if area else False

    @api.depends("due_date", "state")
    def _compute_overdue(self):
        today = fields.Date.context_today(self)
        for complaint in self:
            complaint.overdue = (
                complaint.state in ("received", "in_progress")
                and complaint.due_date < today
            )

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        late = fields.Domain(
            "state", "in", ("received", "in_progress")
        ) & fields.Domain("due_date", "<", today)
        return late if True in value else ~late

    @api.onchange("household_id")
    def _onchange_household_id(self):
        if self.household_id:
            self.area_id = self.household_id.area_id

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                # A form sends along, empty, what its handler is to fill in.
                given = {name for name, value in vals.items() if value}
                self._refuse_fields(given - _FILED_FIELDS)
            # The form has its defaults in the values; others are not for the caller.
            context = self.env.context.items()
            # Keyword arguments would add to the context; here keys must go.
            # pylint: disable-next=context-overridden
            self = self.with_context(
                {key: v for key, v in context if not key.startswith("default_")}
            )
        for vals in vals_list:
            vals["name"] = self.env["ir.sequence"].sudo().next_by_code(self._name)
        complaints = super().create(vals_list)
        for complaint in complaints:
            self.env["khbs.audit.event"]._record(
                "complaint.file", complaint, {"kind": complaint.kind}
            )
        return complaints

    def write(self, vals):
        if not self.env.su:
            self._refuse_fields(set(vals) - _OPEN_FIELDS)
            if any(complaint.closed_at for complaint in self):
                raise UserError(
                    self.env._("A closed complaint stays as it is. File a new one.")
                )
        return super().write(vals)

    @api.model
    def _refuse_fields(self, names):
        if names:
            raise AccessError(
                self.env._(
                    "%(fields)s cannot be set by hand; use the buttons of the form.",
                    fields=", ".join(sorted(names)),
                )
            )

    # Actions

    def action_take(self):
        """Begin to handle the complaints."""
        self._begin("complaint.take", "received")
        for complaint in self.sudo():
            complaint.write(
                {
                    "state": "in_progress",
                    "assigned_to_id": complaint.assigned_to_id.id or self.env.uid,
                }
            )
            self.env["khbs.audit.event"]._record("complaint.take", complaint)
        return True

    def action_done(self, outcome="explained"):
        """Close the complaints with what was done about them.

        :param outcome: one of ``explained``, ``corrected``, ``re_verification``,
            ``forwarded``
        """
        if outcome not in ("explained", "corrected", "re_verification", "forwarded"):
            raise UserError(self.env._("Choose an outcome of the list."))
        self._begin("complaint.done", "in_progress")
        for complaint in self:
            complaint.sudo()._close("done", outcome)
        return True

    def action_re_verify(self):
        """Close the complaints: the family is to be visited again."""
        return self.action_done("re_verification")

    def action_correct(self):
        """Close the complaints: the data were corrected."""
        return self.action_done("corrected")

    def action_forward(self):
        """Close the complaints: another authority has them."""
        return self.action_done("forwarded")

    def action_reject(self):
        """Close the complaints as unfounded."""
        self._begin("complaint.reject", "in_progress")
        for complaint in self:
            complaint.sudo()._close("rejected", "unfounded")
        return True

    def action_suspend_card(self):
        """Suspend the card complained of, which closes the complaint."""
        self._begin("complaint.suspend_card", "in_progress")
        for complaint in self:
            if not complaint.card_no:
                raise UserError(
                    self.env._(
                        "Enter the card number first: %(number)s names none.",
                        number=complaint.name,
                    )
                )
            if not complaint._act_on_card(complaint.card_no, complaint.kind):
                raise UserError(
                    self.env._(
                        "No active card has the number %(card)s. Compare it with the "
                        "household's card.",
                        card=complaint.card_no,
                    )
                )
            complaint.sudo()._close("done", "card_suspended")
        return True

    def action_open_household(self):
        """Open the household that the complaint is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.household",
            "res_id": self.household_id.id,
            "view_mode": "form",
        }

    # Business

    def _begin(self, act, state):
        """Check the role, lock the rows and refuse unless all are in *state*."""
        events = self.env["khbs.audit.event"]
        events._require_group("khbs_registry.group_registry_operator", act, self[:1])
        self.check_access("write")
        self.sudo().lock_for_update()
        self.invalidate_recordset(["state"])
        labels = dict(self._fields["state"]._description_selection(self.env))
        for complaint in self:
            if complaint.state != state:
                raise UserError(
                    self.env._(
                        "%(number)s is “%(state)s”; this needs “%(needed)s”.",
                        number=complaint.name,
                        state=labels[complaint.state],
                        needed=labels[state],
                    )
                )

    def _close(self, state, outcome):
        self.ensure_one()
        if not self.note:
            raise UserError(
                self.env._(
                    "Write under “What was done” what the reporter is told about "
                    "%(number)s.",
                    number=self.name,
                )
            )
        self.write(
            {
                "state": state,
                "outcome": outcome,
                "closed_at": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
            }
        )
        self.env["khbs.audit.event"]._record(
            "complaint.close", self, {"outcome": outcome}
        )

    def _act_on_card(self, card_no, reason):
        """Suspend card *card_no* because of this complaint; extended by the cards.

        :param reason: kind of the complaint
        :return: whether a card was suspended
        """
        return False

    @api.model
    def _household_of_card(self, card_no):
        """Return the household of a card; extended by the cards."""
        return self.env["khbs.household"]

    @api.model
    def _file_from_terminal(self, card_no, reason, note, terminal_code):
        """File what an operator asks at a terminal and return the complaint.

        :param reason: ``lost``, ``stolen``, ``found``, ``fraud`` or ``death``
        """
        kind = {
            "lost": "card_lost",
            "stolen": "card_stolen",
            "found": "card_found",
            "fraud": "card_misuse",
            "death": "recipient_deceased",
        }.get(reason, "other")
        household = self._household_of_card(card_no).sudo()
        area = household.area_id or self.env.ref("khbs_registry.area_62")
        return self.sudo().create(
            {
                "channel": "terminal",
                "kind": kind,
                "area_id": area.id,
                "household_id": household.id,
                "card_no": card_no,
                "text": note or reason,
                "terminal_code": terminal_code,
            }
        )

    def _subject_hidden(self):
        """Return what whom it is about does not read: who complained (DOMAIN 12.26)."""
        hidden = {"reporter", "reporter_contact"}
        return hidden | {"text", "note"} if self.confidential else hidden
