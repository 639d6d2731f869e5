# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
import tempfile
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from odoo.addons.khbs_registry.held_file import HeldFile

from .. import life_cycle
from ..artwork.layout import Face

# Cards of one file: a press takes it in one go, and it is made in a few seconds.
CARDS = 1000
# So many are made while the officer waits; more are left to the cron.
AT_ONCE = 1000
# States of the cards on a file.
DRAWN = ("locked", "printed")
DAYS_PARAMETER = "khbs.print_file_days"
DAYS = 30


class PrintFile(HeldFile):
    """A delivered file of faces; it leaves by its own controller only."""

    rows = "card_count"


class KhbsCardPrint(models.Model):
    """A file with the faces of a part of a run, in the order of the stack.

    The rows are made at once and the files one after the other: a job that is killed
    goes on with the first file that is wanting. The faces bear names, so a file is
    deleted some time after its run is closed; its hash stays.
    """

    _name = "khbs.card.print"
    _description = "Print file"
    _order = "run_id desc, number"

    name = fields.Char(compute="_compute_name")
    run_id = fields.Many2one(
        comodel_name="khbs.card.run",
        string="Print run",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    area_id = fields.Many2one(related="run_id.area_id", store=True, index=True)
    template_id = fields.Many2one(related="run_id.template_id", string="Design")
    number = fields.Integer(string="Part", required=True, readonly=True)
    card_count = fields.Integer(string="Cards", readonly=True)
    state = fields.Selection(
        selection=[("waiting", "Waiting"), ("made", "Made"), ("deleted", "Deleted")],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    file = PrintFile(readonly=True, copy=False, groups=NO_ACCESS)
    sha256 = fields.Char(string="SHA-256", readonly=True, copy=False)
    made_at = fields.Datetime(readonly=True, copy=False)
    card_ids = fields.One2many(
        comodel_name="khbs.card", inverse_name="print_id", string="On this file"
    )

    _number_uniq = models.Constraint(
        "UNIQUE (run_id, number)", "This part of the run exists."
    )
    _hash_form = models.Constraint(
        "CHECK (state = 'waiting' OR sha256 ~ '^[0-9a-f]{64}$')",
        "A file has its SHA-256.",
    )

    @api.depends("run_id", "number")
    def _compute_name(self):
        for part in self:
            part.name = f"{part.run_id.name}-{part.number:03d}"

    def action_download(self):
        """Download the file; who did is recorded."""
        self.ensure_one()
        self._require_whole()
        return {
            "type": "ir.actions.act_url",
            "url": f"/khbs/card-print/{self.id}",
            "target": "self",
        }

    def action_view_cards(self):
        """Open the cards on this file."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_cards.khbs_card_action"
        )
        return action | {"domain": [("print_id", "=", self.id)], "context": {}}

    def _content(self):
        """Return the PDF for the present user, recorded as an export of its rows."""
        self.ensure_one()
        self.env["khbs.audit.event"]._require_group(
            life_cycle.CARD_OFFICER, "card_print.download", self
        )
        self.check_access("read")
        part = self.sudo()
        if part.state != "made":
            return None
        part._require_whole()
        content = base64.b64decode(part.with_context(bin_size=False).file)
        digest = hashlib.sha256(content).hexdigest()
        if digest != part.sha256:
            self.env["khbs.audit.event"]._record_refused(
                "card_print.download", self, {"sha256": digest}
            )
            raise UserError(
                self.env._(
                    "The stored file is not the one that was made. It is not handed "
                    "out; tell the auditor."
                )
            )
        self.env["khbs.export"]._take(
            part.card_ids.household_id.with_env(self.env),
            ["name", "card_ids", "area_id"],
            content,
        )
        self.env["khbs.audit.event"]._record(
            "card_print.download", self, {"sha256": digest, "rows": part.card_count}
        )
        return content

    def _make(self):
        """Draw the file of this part; the same cards give the same bytes."""
        self.ensure_one()
        self = self.sudo()
        # A family whose head changes meanwhile has its card drawn after that, or sees
        # that it is drawn: both write the card.
        self.card_ids._touch()
        # What was written off meanwhile is on no file.
        gone = self._gone()
        if self.state == "waiting":
            gone = self.card_ids.filtered(lambda card: card.state not in DRAWN)
        gone.print_id = False
        with tempfile.SpooledTemporaryFile(max_size=2**24) as file:
            count = self.run_id.template_id._render(self._faces(), file)
            file.seek(0)
            content = file.read()
        self.write(
            {
                "file": base64.b64encode(content),
                "state": "made",
                "card_count": count,
                "sha256": hashlib.sha256(content).hexdigest(),
                "made_at": fields.Datetime.now(),
            }
        )
        self.env["khbs.audit.event"]._record(
            "card_print.generate", self, {"rows": count, "sha256": self.sha256}
        )

    def _faces(self):
        """Yield what is printed on the cards of this part that are not written off."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT card.card_no, COALESCE(head.name, household.name),
                       village.name, village.level
                  FROM khbs_card card
                  JOIN khbs_household household ON household.id = card.household_id
                  JOIN khbs_area village ON village.id = card.area_id
                  LEFT JOIN LATERAL (
                      SELECT person.name FROM khbs_person person
                       WHERE person.household_id = household.id
                         AND person.active AND person.relation = '1'
                       ORDER BY person.state = 'alive' DESC, person.id DESC LIMIT 1
                  ) head ON true
                 WHERE card.print_id = %s AND card.state IN %s
                 ORDER BY card.card_index
                """,
                self.id,
                DRAWN,
            )
        )
        for card_no, name, village, level in self.env.cr.fetchall():
            kind = "Kelurahan" if level == "urban_village" else "Desa"
            yield Face(card_no=card_no, name=name, village=f"{kind} {village}")

    @api.model
    def _cron_make(self):
        """Make the files that are wanting, each kept as soon as it is made."""
        crons = self.env["ir.cron"]
        for left in self._steps():
            if not crons._commit_progress(1, remaining=left):
                return

    @api.model
    def _steps(self):
        """Make one file after the other; yield how many are left.

        A file that another job makes just now is left to it.
        """
        waiting = self.search([("state", "=", "waiting")], order="id")
        for done, part in enumerate(waiting, 1):
            part.invalidate_recordset(["state"])
            if part.try_lock_for_update() and part.state == "waiting":
                part._make()
            yield len(waiting) - done

    @api.autovacuum
    def _gc_files(self):
        """Delete the files of runs that were closed some time ago."""
        get_param = self.env["ir.config_parameter"].sudo().get_param
        try:
            days = max(int(get_param(DAYS_PARAMETER, DAYS)), 0)
        except ValueError:
            days = DAYS
        parts = self.search(
            [
                ("state", "=", "made"),
                ("run_id.state", "in", ("done", "cancelled")),
                ("run_id.closed_at", "<", fields.Datetime.now() - timedelta(days)),
            ]
        )
        for part in parts:
            part.write({"state": "deleted", "file": False})
            self.env["khbs.audit.event"]._record(
                "card_print.delete", part, {"sha256": part.sha256}
            )


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    template_id = fields.Many2one(
        comodel_name="khbs.card.template",
        string="Design",
        readonly=True,
        ondelete="restrict",
        help="The version of the design that the card bears.",
    )
    print_id = fields.Many2one(
        comodel_name="khbs.card.print",
        string="Print file",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )


class KhbsCardRun(models.Model):
    # One file for each part of a run's work.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.run"

    print_ids = fields.One2many(
        comodel_name="khbs.card.print", inverse_name="run_id", string="Parts to print"
    )
    print_count = fields.Integer(string="Print files", compute="_compute_print_count")
    prints_made_count = fields.Integer(
        string="Files made", compute="_compute_print_count"
    )

    to_draw_count = fields.Integer(
        string="On no file",
        compute="_compute_print_count",
        help="Personalised cards that are on no print file yet.",
    )

    @api.depends("print_ids.state", "card_ids.print_id", "card_ids.state")
    def _compute_print_count(self):
        to_draw = dict(
            self.env["khbs.card"]
            .sudo()
            ._read_group(
                [
                    ("run_id", "in", self._ids_stored()),
                    ("state", "=", "locked"),
                    ("print_id", "=", False),
                ],
                ["run_id"],
                ["__count"],
            )
        )
        for run in self:
            run.to_draw_count = to_draw.get(run._origin.sudo(), 0)
            run.print_count = len(run.print_ids)
            run.prints_made_count = len(
                run.print_ids.filtered(lambda part: part.state != "waiting")
            )

    def action_print_files(self):
        """Have the faces of the personalised cards drawn that are on no file yet."""
        return self._draw("locked")

    def _draw(self, state):
        """Make files of the cards in *state* that are on none, now or by the cron."""
        for run in self._checked(life_cycle.CARD_OFFICER, "card_run.prepare"):
            run._require_state("ordered")
            parts = run._make_parts(state)
            if not parts:
                raise UserError(
                    self.env._(
                        "%(run)s has no personalised card that is on no print file. "
                        "Cards are printed once a station has made them.",
                        run=run.name,
                    )
                )
            self.env["khbs.audit.event"]._record(
                "card_run.prepare", run, {"files": len(parts)}
            )
            if sum(parts.mapped("card_count")) <= AT_ONCE:
                for part in parts:
                    part._make()
            else:
                self.env.ref("khbs_cards.ir_cron_card_print").sudo()._trigger()
        return self[:1].action_view_prints() if len(self) == 1 else True

    def _make_parts(self, state):
        """Divide the cards that are to be drawn into parts, in their order."""
        self.ensure_one()
        prints = self.env["khbs.card.print"].sudo()
        last = max(self.print_ids.mapped("number"), default=0)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM khbs_card WHERE run_id = %s AND state = %s "
                "AND print_id IS NULL AND shipment_id IS NULL "
                "ORDER BY card_index FOR NO KEY UPDATE",
                self.id,
                state,
            )
        )
        cards = [card_id for [card_id] in self.env.cr.fetchall()]
        pieces = [cards[at : at + CARDS] for at in range(0, len(cards), CARDS)]
        parts = prints.create(
            [
                {"run_id": self.id, "number": number, "card_count": len(piece)}
                for number, piece in enumerate(pieces, last + 1)
            ]
        )
        self.env.flush_all()
        for part, piece in zip(parts, pieces, strict=True):
            self.env.cr.execute(
                SQL(
                    "UPDATE khbs_card SET print_id = %s WHERE id = ANY(%s)",
                    part.id,
                    piece,
                )
            )
        self.env.invalidate_all()
        return parts
