# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import secrets

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import draw

OPERATOR = "khbs_registry.group_registry_operator"


class KhbsRecipientDraw(models.AbstractModel):
    """The order of the families in a list, and the draw that ends every tie.

    The seed is bound before the families are ranked. The system draws it, publishes its
    SHA-256 and shows it to nobody before the families are collected; or a public event
    that lies ahead gives it. Nobody tries seeds until he likes the result, and from
    then on the database refuses another one.
    """

    _name = "khbs.recipient.draw"
    _description = "Recipient list: the draw"

    earlier_draw_count = fields.Integer(
        string="Earlier draws",
        compute="_compute_earlier_draw_count",
        help="Draws announced before this one for the same area and criteria, "
        "cancelled ones included: who draws until he likes the result is seen.",
    )

    def _compute_earlier_draw_count(self):
        for record in self:
            record.earlier_draw_count = record.seed_bound_at and self.search_count(
                [
                    ("id", "!=", record.id),
                    ("area_id", "=", record.area_id.id),
                    ("criteria_id", "=", record.criteria_id.id),
                    "|",
                    ("seed_bound_at", "<", record.seed_bound_at),
                    "&",
                    ("seed_bound_at", "=", record.seed_bound_at),
                    ("id", "<", record.id),
                ]
            )

    def action_announce_draw(self):
        """Bind the seed, or the event that gives it, and issue the announcement."""
        self.ensure_one()
        record = self._checked(OPERATOR, "recipient_list.announce", "read")
        record._require_state("draft")
        if record.seed_bound_at:
            raise UserError(self.env._("The draw of this list is announced already."))
        record._bind_seed()
        paper = self._issue_announcement()
        return paper.action_pdf()

    def _bind_seed(self):
        """Bind the seed once; nobody can choose it by its result from now on."""
        self.ensure_one()
        if self.seed_bound_at:
            return
        today = fields.Date.context_today(self)
        if bool(self.seed_source) != bool(self.seed_known_on):
            raise UserError(
                self.env._(
                    "Enter the public event that will give the seed and its day, or "
                    "neither: the system draws it then."
                )
            )
        if self.seed_source and self.seed_known_on <= today:
            raise UserError(
                self.env._(
                    "The event that gives the seed must lie ahead: announce the draw "
                    "before %(day)s.",
                    day=self.seed_known_on,
                )
            )
        drawn = not self.seed_source and secrets.token_hex(16)
        self.write(
            {
                "seed": False,
                "seed_drawn": drawn,
                "seed_bound_at": fields.Datetime.now(),
                "seed_sha256": drawn and draw.commitment(drawn),
            }
        )
        self.env["khbs.audit.event"]._record(
            "recipient_list.announced",
            self,
            {"seed_sha256": self.seed_sha256, "known_on": str(self.seed_known_on)},
        )

    def _reveal_seed(self):
        """Show the seed that was drawn, or refuse before its event has given it."""
        if not self.seed and self.seed_drawn:
            self.seed = self.seed_drawn
        if not self.seed:
            raise UserError(
                self.env._(
                    "The seed comes from %(event)s on %(day)s. Enter it on that day, "
                    "then collect the families.",
                    event=self.seed_source,
                    day=self.seed_known_on,
                )
            )

    def _refuse_own_seed(self):
        raise UserError(
            self.env._(
                "The system draws the seed when the draw is announced, or a public "
                "event gives it; nobody enters one before."
            )
        )

    def _refuse_bound_seed(self, vals):
        """Refuse another seed for an announced draw, with a sentence."""
        for record in self:
            if not record.seed_bound_at:
                if vals.get("seed"):
                    self._refuse_own_seed()
                continue
            waits = record.seed_known_on and not record.seed
            due = waits and vals.keys() & {"seed"} == vals.keys() & {
                "seed",
                "seed_source",
                "seed_known_on",
            }
            if not due:
                raise UserError(
                    self.env._(
                        "The draw of %(list)s is announced: its seed cannot be "
                        "changed.",
                        list=record.display_name,
                    )
                )
            if fields.Date.context_today(self) < record.seed_known_on:
                raise UserError(
                    self.env._(
                        "The seed is known on %(day)s only.", day=record.seed_known_on
                    )
                )

    def _clear_lines(self):
        self.ensure_one()
        self.env.cr.execute(
            SQL("DELETE FROM khbs_recipient_line WHERE list_id = %s", self.id)
        )
        self.env["khbs.recipient.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])

    def _collect_lines(self):
        self.ensure_one()
        self.env.flush_all()
        self._clear_lines()
        cr = self.env.cr
        cr.execute(
            SQL(
                """
                INSERT INTO khbs_recipient_line (list_id, household_id, area_id,
                    regency_id, rank, decile, verified, member_count, status)
                WITH member AS (
                    SELECT household_id, count(*) AS number FROM khbs_person
                    WHERE active AND state = 'alive' GROUP BY household_id
                )
                SELECT %(id)s, h.id, h.area_id, h.regency_id,
                    row_number() OVER (
                        PARTITION BY h.area_id
                        ORDER BY h.decile::int, h.verified_at IS NULL,
                            member.number DESC NULLS LAST,
                            sha256(convert_to(%(seed)s || h.name, 'UTF8'))
                    ), h.decile, h.verified_at IS NOT NULL,
                    COALESCE(member.number, 0), %(status)s
                FROM khbs_household h
                JOIN khbs_area village ON village.id = h.area_id
                JOIN khbs_decision d ON d.household_id = h.id AND d.current
                LEFT JOIN member ON member.household_id = h.id
                WHERE h.active AND h.state = 'eligible' AND d.outcome = 'eligible'
                    AND d.criteria_id = %(criteria)s
                    AND village.parent_path LIKE %(path)s
                ORDER BY village.code, 5
                """,
                id=self.id,
                seed=self.seed,
                status="waiting" if self.places else "selected",
                criteria=self.criteria_id.id,
                path=f"{self.area_id.parent_path}%",
            )
        )
        self.write({"line_count": cr.rowcount, "ranked_at": False})
        # Quotas and ranking join these rows next.
        cr.execute("ANALYZE khbs_recipient_line")
        self.env["khbs.recipient.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])
        if self.quota_ids:
            self.env["khbs.quota"]._recount(self)

    def _lines_sha256(self):
        """Return the digest over the lines, sorted by village and rank.

        Where the list has quotas, each line says whether its family is selected, and
        the places of each area follow.
        """
        self.ensure_one()
        self.env.flush_all()
        [[digest]] = self.env.execute_query(
            SQL(
                """
                SELECT encode(sha256(convert_to(string_agg(
                    concat_ws('|', village.code, line.rank, h.name, line.decile,
                        line.verified::int, line.member_count,
                        CASE WHEN %(places)s > 0 THEN line.status END),
                    E'\\n' ORDER BY village.code, line.rank
                ) || COALESCE((
                    SELECT string_agg(E'\\n' || concat_ws('|', area.code, q.places), ''
                        ORDER BY area.code, q.level)
                    FROM khbs_quota q JOIN khbs_area area ON area.id = q.area_id
                    WHERE q.list_id = %(id)s
                ), ''), 'UTF8')), 'hex')
                FROM khbs_recipient_line line
                JOIN khbs_household h ON h.id = line.household_id
                JOIN khbs_area village ON village.id = line.area_id
                WHERE line.list_id = %(id)s
                """,
                id=self.id,
                places=self.places,
            )
        )
        return digest
