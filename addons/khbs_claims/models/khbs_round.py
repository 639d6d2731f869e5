# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.rupiah import Rupiah

OPERATOR = "khbs_registry.group_registry_operator"
APPROVER = "khbs_registry.group_approver"
WIB = pytz.timezone("Asia/Pontianak")


class KhbsRound(models.Model):
    """One distribution: which benefits, for whom, where, from day to day.

    The operator generates its entitlements from a decided list of recipients; another
    person decides them, by the SHA-256 of all of them; then it is opened.
    """

    _name = "khbs.round"
    _inherit = ["khbs.guarded", "khbs.approvable", "khbs.papered"]
    _description = "Round"
    _order = "date_from desc, id desc"
    _rec_names_search = ["name", "code"]

    _guarded_fields = (
        "state",
        "generation",
        "sha256",
        "generated_by_id",
        "generated_at",
        "decided_by_id",
        "decided_at",
        "total_ids",
    )
    _reading_actions = ("action_decide",)
    _unread_steps = ("generated",)
    _content_fields = (
        "state",
        "code",
        "name",
        "benefit_ids",
        "area_ids",
        "recipient_list_id",
        "date_from",
        "date_to",
        "ceiling",
        "generation",
        "sha256",
    )

    code = fields.Char(required=True, copy=False, help="Code p of the EDC protocol.")
    name = fields.Char(required=True)
    benefit_ids = fields.Many2many(
        comodel_name="khbs.benefit", relation="khbs_round_benefit_rel"
    )
    area_ids = fields.Many2many(
        comodel_name="khbs.area",
        relation="khbs_round_area_rel",
        help="The round serves the villages in these areas.",
    )
    recipient_list_id = fields.Many2one(
        comodel_name="khbs.recipient.list",
        domain="[('state', '=', 'decided')]",
        index=True,
        ondelete="restrict",
        help="The decided list whose families the round serves.",
    )
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    until = fields.Integer(
        compute="_compute_until",
        aggregator=None,
        help="Last second of the last day in WIB, as Unix time.",
    )
    ceiling = Rupiah(
        required=True, help="The round is not generated above this amount."
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("generated", "Generated"),
            ("decided", "Decided"),
            ("open", "Open"),
            ("closing", "Closing"),
            ("closed", "Closed"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
    )
    generation = fields.Integer(
        copy=False,
        default=0,
        help="How often entitlements were added; each time is decided on anew.",
    )
    sha256 = fields.Char(
        string="SHA-256",
        copy=False,
        readonly=True,
        help="Over all entitlements, by number.",
    )
    generated_by_id = fields.Many2one(
        comodel_name="res.users", copy=False, readonly=True
    )
    generated_at = fields.Datetime(copy=False, readonly=True)
    decided_by_id = fields.Many2one(comodel_name="res.users", copy=False, readonly=True)
    decided_at = fields.Datetime(copy=False, readonly=True)
    total_ids = fields.One2many(
        comodel_name="khbs.round.total", inverse_name="round_id", string="Totals"
    )
    entitlement_count = fields.Integer(compute="_compute_totals")
    total = Rupiah(compute="_compute_totals")

    _code_uniq = models.Constraint("UNIQUE (code)", "A round with this code exists.")
    _code_form = models.Constraint(
        "CHECK (code ~ '^[A-Z0-9-]{1,16}$')",
        "A round's code has up to 16 capitals, digits or hyphens.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "The round ends before it begins."
    )
    _ceiling_positive = models.Constraint(
        "CHECK (ceiling > 0)", "Enter the ceiling of the round in rupiah."
    )
    _maker_checker = models.Constraint(
        "CHECK (decided_by_id <> generated_by_id)",
        "Who generated the round cannot decide it; a second person must.",
    )

    @api.depends("date_to")
    def _compute_until(self):
        for record in self:
            if not record.date_to:
                record.until = 0
                continue
            midnight = WIB.localize(
                datetime.combine(record.date_to + timedelta(days=1), time.min)
            )
            record.until = int(midnight.timestamp()) - 1

    @api.depends("total_ids.entitlement_count", "total_ids.amount")
    def _compute_totals(self):
        for record in self:
            record.entitlement_count = sum(record.total_ids.mapped("entitlement_count"))
            record.total = sum(record.total_ids.mapped("amount"))

    @api.depends("name", "code")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.name} ({record.code})"

    def action_generate(self):
        """Make the entitlements of these rounds; again adds only what is missing."""
        self.env["khbs.audit.event"]._require_group(OPERATOR, "round.generate", self)
        for record in self:
            record._generate()

    def action_decide(self):
        """Decide these rounds: from now on their entitlements stay as they are."""
        self.env["khbs.audit.event"]._require_group(APPROVER, "round.decide", self)
        for record in self:
            record._decide()

    def action_open(self):
        """Open these decided rounds for claims and transfers."""
        self._step("round.open", ("decided",), "open")

    def action_close(self):
        """Begin to close these open rounds: no new lease, late claims still arrive."""
        self._step("round.close", ("open",), "closing")

    def action_finish(self):
        """Close these rounds for good; what is still open lapses."""
        self._step("round.finish", ("closing",), "closed")

    def action_open_entitlements(self):
        """Show the entitlements of these rounds."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "khbs_claims.khbs_entitlement_action"
        )
        return {**action, "domain": [("round_id", "in", self.ids)]}

    def _step(self, act, states, target):
        """Move these rounds from one of *states* to *target*, as an operator does."""
        events = self.env["khbs.audit.event"]
        events._require_group(OPERATOR, act, self)
        self._require_areas(act)
        self.lock_for_update(allow_referencing=True)
        self._require_state(*states)
        for record in self:
            if target == "closed":
                record.sudo()._lapse_open()
            record.sudo().state = target
            events._record(act, record)

    def _generate(self):
        self.ensure_one()
        self._require_areas("round.generate")
        # FOR UPDATE: a second generation of this round has to wait or fail.
        self.lock_for_update()
        self._require_state("draft", "generated")
        self._require_complete()
        added = self.sudo()._insert_entitlements()
        self.sudo()._refresh_totals()
        if not self.entitlement_count:
            raise UserError(
                self.env._(
                    "No family of %(list)s lives in the areas of the round. "
                    "Check the list and the areas.",
                    list=self.recipient_list_id.display_name,
                )
            )
        self._require_within_ceiling()
        if added:
            self._record_generation()

    def _record_generation(self):
        generation = self.generation + 1
        sha256 = self._entitlement_sha256()
        self.env["khbs.approval"]._decide(
            self, "generated", OPERATOR, sha256, round_number=generation
        )
        self.sudo().write(
            {
                "state": "generated",
                "generation": generation,
                "sha256": sha256,
                "generated_by_id": self.env.uid,
                "generated_at": fields.Datetime.now(),
            }
        )

    def _decide(self):
        self.ensure_one()
        self._require_areas("round.decide")
        self.lock_for_update()
        self._require_state("generated")
        self.env["khbs.approval"]._refuse_maker(self, "decided")
        self.sudo()._refresh_totals()
        self._require_within_ceiling()
        sha256 = self._entitlement_sha256()
        if sha256 != self.sha256:
            raise UserError(
                self.env._(
                    "The entitlements of %(round)s are not those that were generated. "
                    "Have the round generated anew.",
                    round=self.display_name,
                )
            )
        self.sudo()._charge_budget()
        self.env["khbs.approval"]._decide(
            self, "decided", APPROVER, sha256, round_number=self.generation
        )
        self.sudo().write(
            {
                "state": "decided",
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )

    def _require_areas(self, act):
        """Refuse a user whose areas do not hold the areas of these rounds."""
        mine = self.env.user.khbs_area_ids
        for record in self.sudo():
            outside = record.area_ids.filtered(
                lambda area: (
                    not any(
                        area.parent_path.startswith(own.parent_path) for own in mine
                    )
                )
            )
            if outside and not self.env.su:
                self.env["khbs.audit.event"]._record_refused(
                    act, record, {"areas": outside.mapped("code")}
                )
                raise AccessError(
                    self.env._(
                        "%(round)s covers areas that are not yours: %(areas)s.",
                        round=record.display_name,
                        areas=", ".join(outside.mapped("name")),
                    )
                )

    def _require_complete(self):
        """Refuse a round that lacks something to generate from."""
        if not self.benefit_ids or not self.area_ids:
            raise UserError(
                self.env._("Enter the benefits and the areas of the round first.")
            )
        if self.sudo().recipient_list_id.state != "decided":
            raise UserError(
                self.env._(
                    "Choose a decided list of recipients: nothing is granted from a "
                    "list that nobody has decided."
                )
            )
        invalid = self.benefit_ids - self.benefit_ids._valid_on(self.date_from)
        if invalid:
            raise UserError(
                self.env._(
                    "%(benefits)s is not valid on %(day)s. Choose the version of that "
                    "day.",
                    benefits=", ".join(invalid.mapped("name")),
                    day=self.date_from,
                )
            )

    def _require_within_ceiling(self):
        if self.total > self.ceiling:
            raise UserError(
                self.env._(
                    "The round comes to %(total)s rupiah, its ceiling is %(ceiling)s. "
                    "Raise the ceiling or narrow the areas.",
                    total=self.total,
                    ceiling=self.ceiling,
                )
            )

    def _insert_entitlements(self):
        """Grant every benefit to every recipient who has it not yet; return how many.

        One statement whatever the number of families. Recipients are the selected
        families of the list and those promoted since; who waits, was released or left
        the programme is passed over.
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH villages AS (
                    SELECT DISTINCT a.id
                      FROM khbs_round_area_rel served
                      JOIN khbs_area top ON top.id = served.khbs_area_id
                      JOIN khbs_area a ON a.parent_path LIKE top.parent_path || '%%'
                     WHERE served.khbs_round_id = %(round)s
                ), granted AS (
                    SELECT nextval('khbs_entitlement_id_seq') AS id, b.id AS benefit_id,
                           l.household_id, l.area_id, l.regency_id, b.amount, b.channel
                      FROM khbs_recipient_line l
                      JOIN khbs_household h ON h.id = l.household_id
                      JOIN villages v ON v.id = l.area_id
                     CROSS JOIN (
                           SELECT k.* FROM khbs_benefit k
                             JOIN khbs_round_benefit_rel r ON r.khbs_benefit_id = k.id
                            WHERE r.khbs_round_id = %(round)s) b
                     WHERE l.list_id = %(list)s AND %(served)s
                       AND h.active AND h.state IN ('decided', 'active')
                       -- No account is opened without a head and his NIK (DOMAIN
                       -- 12.12).
                       AND (b.kind <> 'cash' OR EXISTS (
                           SELECT FROM khbs_person p
                            WHERE p.household_id = h.id AND p.nik IS NOT NULL
                              AND p.relation = '1' AND p.active
                              AND p.state = 'alive'))
                       AND NOT EXISTS (
                           SELECT FROM khbs_entitlement e
                            WHERE e.round_id = %(round)s AND e.benefit_id = b.id
                              AND e.household_id = l.household_id
                              AND e.parent_id IS NULL)
                )
                INSERT INTO khbs_entitlement (
                       id, number, round_id, benefit_id, household_id, area_id,
                       regency_id, amount, channel, state)
                SELECT id, 'E' || lpad(id::text, 12, '0'), %(round)s, benefit_id,
                       household_id, area_id, regency_id, amount, channel, 'open'
                  FROM granted
                    ON CONFLICT (round_id, benefit_id, household_id)
                       WHERE parent_id IS NULL DO NOTHING
                """,
                round=self.id,
                list=self.recipient_list_id.id,
                served=self.env["khbs.recipient.line"]._served("l"),
            )
        )
        added = self.env.cr.rowcount
        self.env.invalidate_all()
        return added

    def _refresh_totals(self):
        """Count and sum the entitlements of each benefit anew."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_round_total
                       (round_id, benefit_id, entitlement_count, amount)
                SELECT round_id, benefit_id, count(*), sum(amount)
                  FROM khbs_entitlement
                 WHERE round_id = %s AND parent_id IS NULL
                 GROUP BY round_id, benefit_id
                    ON CONFLICT (round_id, benefit_id) DO UPDATE
                   SET entitlement_count = excluded.entitlement_count,
                       amount = excluded.amount
                """,
                self.id,
            )
        )
        self.env.invalidate_all()

    def _charge_budget(self):
        """Put each total on the budget line of its account, if it still fits there."""
        amounts = {}
        for total in self.total_ids:
            line = self._budget_line(total.benefit_id)
            total.budget_line_id = line
            amounts[line] = amounts.get(line, 0) + total.amount
        for line, amount in sorted(amounts.items(), key=lambda item: item[0].id):
            line._require_within(amount)

    def _budget_line(self, benefit):
        """Return the line of the round's year that *benefit* is charged to."""
        line = self.env["khbs.budget.line"].search(
            [
                ("year", "=", self.date_from.year),
                ("account_code", "=", benefit.account_code),
            ]
        )
        if not line:
            raise UserError(
                self.env._(
                    "There is no budget line of %(year)s for account %(account)s "
                    "(%(benefit)s). Enter it before the round is decided.",
                    year=str(self.date_from.year),
                    account=benefit.account_code or "-",
                    benefit=benefit.name,
                )
            )
        return line

    def _lapse_open(self):
        """Let what nobody took lapse; refuse while anything is reserved or held."""
        of_round = [("round_id", "=", self.id)]
        entitlements = self.env["khbs.entitlement"]
        pending = entitlements.search_count([*of_round, ("state", "=", "reserved")])
        still_open = entitlements.search([*of_round, ("state", "=", "open")])
        pending += len(still_open._held())
        if pending:
            raise UserError(
                self.env._(
                    "%(count)s entitlements of %(round)s are still reserved by a bank "
                    "file, a case or a terminal. Settle those first.",
                    count=pending,
                    round=self.display_name,
                )
            )
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE khbs_entitlement SET state = 'lapsed'"
                " WHERE round_id = %s AND state = 'open'",
                self.id,
            )
        )
        entitlements.invalidate_model(["state"])

    def _entitlement_sha256(self):
        """Return the digest of the round's entitlements, in the order of their numbers.

        One line each: number, household, village, benefit, amount; all by their public
        keys, so that a list on paper or in a file can be checked against it.
        """
        self.ensure_one()
        self.env.flush_all()
        [[digest]] = self.env.execute_query(
            SQL(
                """
                SELECT encode(sha256(convert_to(COALESCE(string_agg(
                           concat_ws('|', e.number, h.name, a.code, b.code, e.amount),
                           E'\\n' ORDER BY e.number), ''), 'UTF8')), 'hex')
                  FROM khbs_entitlement e
                  JOIN khbs_household h ON h.id = e.household_id
                  JOIN khbs_area a ON a.id = e.area_id
                  JOIN khbs_benefit b ON b.id = e.benefit_id
                 WHERE e.round_id = %s AND e.parent_id IS NULL
                """,
                self.id,
            )
        )
        return digest
