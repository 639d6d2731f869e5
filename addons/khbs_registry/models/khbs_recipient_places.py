# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..papers import words
from ..rupiah import Rupiah

OPERATOR = "khbs_registry.group_registry_operator"


class KhbsRecipientPlaces(models.AbstractModel):
    """The places of a list: its quotas, who gets one, and what they cost."""

    _name = "khbs.recipient.places"
    _description = "Recipient list: the places"

    quota_count = fields.Integer(
        string="Quotas", compute="_compute_quota_figures", compute_sudo=True
    )
    quota_difference = fields.Integer(
        string="Places not shared out",
        compute="_compute_quota_figures",
        compute_sudo=True,
        help="Places of the list less those of its regencies; negative: too many.",
    )
    village_difference = fields.Integer(
        string="Places not given to villages",
        compute="_compute_quota_figures",
        compute_sudo=True,
        help="Sum over the regencies of what their villages differ from their places.",
    )
    selected_count = fields.Integer(
        string="Selected", compute="_compute_line_figures", compute_sudo=True
    )
    waiting_count = fields.Integer(
        string="Waiting list", compute="_compute_line_figures", compute_sudo=True
    )
    free_places = fields.Integer(
        compute="_compute_line_figures",
        compute_sudo=True,
        help="Places of the villages that no family holds.",
    )
    round_cost = Rupiah(
        string="Cost of one round",
        compute="_compute_costs",
        help="Cash and food of one round for every place, in rupiah.",
    )
    year_cost = Rupiah(
        string="Cost of all rounds",
        compute="_compute_costs",
        help="All rounds of cash and food for every place, in rupiah.",
    )

    @api.depends(
        "places", "quota_ids.places", "quota_ids.level", "quota_ids.regency_id"
    )
    def _compute_quota_figures(self):
        for record in self:
            regencies = record.quota_ids.filtered(lambda q: q.level == "regency")
            given = sum(regencies.mapped("places"))
            record.quota_count = len(record.quota_ids)
            record.quota_difference = record.places - given if record.quota_ids else 0
            record.village_difference = sum(
                abs(difference) for difference in regencies.mapped("difference")
            )

    def _compute_line_figures(self):
        counts = {}
        for record, status, count in self.env["khbs.recipient.line"]._read_group(
            [("list_id", "in", self.ids)], ["list_id", "status"], ["__count"]
        ):
            counts[record.id, status] = count
        for record in self:
            record.selected_count = counts.get((record.id, "selected"), 0)
            record.waiting_count = counts.get((record.id, "waiting"), 0)
            villages = record.quota_ids.filtered(lambda q: q.level == "village")
            record.free_places = sum(villages.mapped("free"))

    @api.depends(
        *("places", "line_count", "cash_amount", "food_amount"),
        *("cash_rounds", "food_rounds"),
    )
    def _compute_costs(self):
        for record in self:
            families = record.places or record.line_count
            cash, food = record.cash_amount, record.food_amount
            record.round_cost = families * (cash + food)
            record.year_cost = families * (
                cash * record.cash_rounds + food * record.food_rounds
            )

    def action_propose_quotas(self):
        """Share the places out over regencies and villages by eligible families."""
        for record in self._checked(OPERATOR, "recipient_list.quotas", "read"):
            record._require_state("draft")
            if not record.places:
                raise UserError(
                    self.env._("Enter how many places the list has, then share them.")
                )
            if not record.line_count:
                raise UserError(
                    self.env._(
                        "The list is empty. Collect the eligible families first."
                    )
                )
            record._forget_ranking()
            self.env["khbs.quota"]._propose(record)
            self.env["khbs.audit.event"]._record(
                "recipient_list.quotas", record, {"places": record.places}
            )
        return True

    def action_spread_villages(self):
        """Share the places of changed regencies out over their villages anew."""
        for record in self._checked(OPERATOR, "recipient_list.quotas", "read"):
            record._require_state("draft")
            record._forget_ranking()
            changed = record.quota_ids.filtered(
                lambda q: q.level == "regency" and q.difference
            )
            reason = self.env._("Shared out over the villages anew")
            self.env["khbs.quota"]._propose_villages(changed, reason)
            self.env["khbs.audit.event"]._record(
                "recipient_list.quotas", record, {"regencies": len(changed)}
            )
        return True

    def action_rank(self):
        """Give the places of each village to its first families; the others wait."""
        for record in self._checked(OPERATOR, "recipient_list.ranked", "read"):
            record._require_state("draft")
            record._require_exact_quotas()
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE khbs_recipient_line line SET status = ranked.status
                    FROM (
                        SELECT l.id, CASE WHEN l.rank <= q.places THEN 'selected'
                            ELSE 'waiting' END AS status
                        FROM khbs_recipient_line l
                        JOIN khbs_quota q ON q.list_id = l.list_id
                            AND q.area_id = l.area_id AND q.level = 'village'
                        WHERE l.list_id = %s
                    ) ranked
                    WHERE ranked.id = line.id AND ranked.status <> line.status
                    """,
                    record.id,
                )
            )
            record.ranked_at = fields.Datetime.now()
            self.env.invalidate_all()
            self.env["khbs.audit.event"]._record(
                "recipient_list.ranked", record, {"selected": record.selected_count}
            )
        return True

    def action_view_quotas(self):
        return self._action_of_list("khbs_registry.khbs_quota_action")

    def action_view_quota_changes(self):
        return self._action_of_list("khbs_registry.khbs_quota_change_action")

    def action_view_waiting(self):
        action = self._action_of_list("khbs_registry.khbs_recipient_line_action")
        waiting = [("list_id", "=", self.id), ("status", "=", "waiting")]
        return {**action, "name": self.env._("Waiting list"), "domain": waiting}

    def action_view_amendments(self):
        return self._action_of_list("khbs_registry.khbs_recipient_amendment_action")

    def _action_of_list(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        context = {"default_list_id": self.id}
        return {**action, "domain": [("list_id", "=", self.id)], "context": context}

    @api.model
    def _package_amount(self, kind):
        """Return what a family receives in one round, in rupiah.

        An addon that knows the benefits says so.

        :param kind: ``cash`` or ``food``
        """
        return 0

    def _forget_ranking(self):
        """Take the places back: they are given anew by ``action_rank``."""
        self.ensure_one()
        if not self.places:
            self.quota_ids.unlink()
        self.env.flush_all()
        status = "waiting" if self.places else "selected"
        self.env.cr.execute(
            SQL(
                "UPDATE khbs_recipient_line SET status = %(status)s "
                "WHERE list_id = %(id)s AND status <> %(status)s",
                status=status,
                id=self.id,
            )
        )
        self.ranked_at = False
        self.env["khbs.recipient.line"].invalidate_model()
        self.invalidate_recordset(["selected_count", "waiting_count", "free_places"])

    def _require_exact_quotas(self):
        """Refuse quotas that do not sum to the places, at each level."""
        self.ensure_one()
        if not self.quota_ids:
            raise UserError(self.env._("Have the quotas proposed first."))
        if self.quota_difference:
            raise UserError(
                self.env._(
                    "The list has %(places)s places, its regencies have %(given)s. "
                    "Correct a quota or the number of places.",
                    places=words.number(self.places),
                    given=words.number(self.places - self.quota_difference),
                )
            )
        wrong = self.quota_ids.filtered("difference")
        if wrong:
            raise UserError(
                self.env._(
                    "The villages of %(areas)s do not sum to the places of the "
                    "regency. Share them out anew or correct a village.",
                    areas=", ".join(wrong.area_id.mapped("name")),
                )
            )

    def _require_places(self):
        """Refuse to go on unless every place is shared out, given and paid for."""
        self.ensure_one()
        if self.places:
            self._require_exact_quotas()
            if not self.ranked_at:
                raise UserError(
                    self.env._("Give the places by rank before the list is proposed.")
                )
        self._require_budget()

    def _require_budget(self):
        """Refuse a list that costs more than its lines have left for it.

        What other decided lists will cost there, and no round or decree has decided
        yet, is theirs.
        """
        for line, amount in sorted(self._costs().items(), key=lambda item: item[0].id):
            others = self.search(
                [
                    ("id", "!=", self.id),
                    ("state", "=", "decided"),
                    "|",
                    ("cash_budget_line_id", "=", line.id),
                    ("food_budget_line_id", "=", line.id),
                ]
            ).filtered(lambda other: not other._is_revoked())
            line._require_within(
                amount,
                promised=sum(
                    max(0, other._costs()[line] - other._committed_amount(line))
                    for other in others
                ),
            )

    def _costs(self):
        """Return {budget line: rupiah of all rounds for every place}."""
        self.ensure_one()
        families = self.places or self.line_count
        amounts = {}
        for kind in ("cash", "food"):
            line = self[f"{kind}_budget_line_id"]
            if line:
                cost = families * self[f"{kind}_amount"] * self[f"{kind}_rounds"]
                amounts[line] = amounts.get(line, 0) + cost
        return amounts

    def _committed_amount(self, line):
        """Return what is decided on *line* for this list already, in rupiah.

        Here: the decrees on it. An addon whose documents pay the families adds theirs.
        """
        self.ensure_one()
        [(amount,)] = (
            self.env["khbs.decree"]
            .sudo()
            ._read_group(
                [
                    ("model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("budget_line_id", "=", line.id),
                    ("state", "in", ("frozen", "in_force")),
                ],
                aggregates=["amount:sum"],
            )
        )
        return amount or 0
