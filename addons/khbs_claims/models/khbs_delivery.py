# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.papers.document import Column, Document, Signature

DISTRIBUTION_OFFICER = "khbs_registry.group_distribution_officer"
DECIDED_ROUNDS = ("decided", "open", "closing")
# What may still be entered once the delivery is ordered.
CHANGEABLE = {
    "transport",
    "sender",
    "receiver",
    "witness",
    "bast_number",
    "bast_date",
    "line_ids",
}
# Legal papers are written in Indonesian directly.
TRANSPORTS = {"truck": "Truk", "boat": "Kelotok", "air": "Udara", "other": "Lainnya"}


class KhbsDelivery(models.Model):
    """Food on its way from BULOG to a point: SPA, then DO, then BAST (DOMAIN 5.2)."""

    _name = "khbs.delivery"
    _inherit = ["khbs.guarded"]
    _description = "Delivery of food"
    _order = "id desc"
    _rec_name = "do_number"

    _guarded_fields = ("state", "package_count", "paper_id", "area_id")
    _editable_states = ("draft", "ordered", "sent")

    round_id = fields.Many2one(
        comodel_name="khbs.round",
        required=True,
        index=True,
        ondelete="restrict",
        domain=f"[('state', 'in', {DECIDED_ROUNDS})]",
    )
    benefit_id = fields.Many2one(
        comodel_name="khbs.benefit",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('channel', '=', 'goods')]",
    )
    point_id = fields.Many2one(
        comodel_name="khbs.point", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(
        comodel_name="khbs.area", related="point_id.area_id", store=True, index=True
    )
    spa_number = fields.Char(string="SPA number")
    spa_date = fields.Date(string="SPA date")
    do_number = fields.Char(string="DO number")
    do_date = fields.Date(string="DO date")
    transport = fields.Selection(
        selection=[
            ("truck", "Truck"),
            ("boat", "Boat"),
            ("air", "By air"),
            ("other", "Other"),
        ],
        default="truck",
    )
    sender = fields.Char(string="Handed over by", help="Officer of BULOG.")
    receiver = fields.Char(string="Received by", help="Village head or officer.")
    witness = fields.Char(help="Babinsa or Bhabinkamtibmas.")
    bast_number = fields.Char(string="BAST number")
    bast_date = fields.Date(string="BAST date")
    package_count = fields.Integer(string="Packages", readonly=True)
    line_ids = fields.One2many(
        comodel_name="khbs.delivery.line",
        inverse_name="delivery_id",
        string="Commodities",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("ordered", "Ordered"),
            ("sent", "On its way"),
            ("received", "Received"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
    )
    paper_id = fields.Many2one(
        comodel_name="khbs.paper", string="BAST", readonly=True, ondelete="restrict"
    )

    _do_number_uniq = models.UniqueIndex(
        "(do_number) WHERE state <> 'cancelled'",
        "A delivery with this DO number exists.",
    )
    _bast_number_uniq = models.Constraint(
        "UNIQUE (bast_number)", "A BAST with this number exists."
    )
    _received_has_bast = models.Constraint(
        "CHECK (state <> 'received'"
        " OR (bast_number IS NOT NULL AND bast_date IS NOT NULL))",
        "A delivery is received with the number and the date of its BAST.",
    )

    @api.depends("do_number", "point_id.name")
    def _compute_display_name(self):
        for delivery in self:
            number = delivery.do_number or self.env._("Draft")
            delivery.display_name = f"{number} {delivery.point_id.name or ''}".strip()

    def write(self, vals):
        if not self.env.su and any(delivery.state != "draft" for delivery in self):
            late = sorted(vals.keys() - CHANGEABLE - set(self._guarded_fields))
            if late:
                raise UserError(
                    self.env._(
                        "The delivery is ordered: %(fields)s can no longer be changed.",
                        fields=", ".join(late),
                    )
                )
        return super().write(vals)

    def action_order(self):
        """Order the packages of the point's families, by SPA and DO."""
        self._begin("delivery.order", "draft")
        for delivery in self:
            delivery._require_order()
            delivery.sudo()._plan()
            delivery._advance("delivery.order", "ordered")

    def action_send(self):
        """The goods have left the warehouse in the quantities of the lines."""
        self._begin("delivery.send", "ordered")
        for delivery in self:
            if not sum(delivery.line_ids.mapped("sent")):
                raise UserError(self.env._("Enter the quantities that were sent."))
            delivery._advance("delivery.send", "sent")

    def action_receive(self):
        """Close the BAST: what was sent arrived good, damaged or not at all."""
        self._begin("delivery.receive", "sent")
        for delivery in self:
            delivery._require_bast()
            delivery.sudo().line_ids.write({"received": True})
            paper = self.env["khbs.paper"]._issue(
                "bast_food", delivery._bast(), record=delivery
            )
            delivery.sudo().paper_id = paper
            delivery._advance("delivery.receive", "received")

    def action_cancel(self):
        """Give up these deliveries before anything was sent."""
        self._begin("delivery.cancel", "draft", "ordered")
        for delivery in self:
            delivery._advance("delivery.cancel", "cancelled")

    def action_paper(self):
        """Download the BAST."""
        self.ensure_one()
        self._require_state("received")
        return self.paper_id.action_pdf()

    def _begin(self, act, *states):
        self.env["khbs.audit.event"]._require_group(DISTRIBUTION_OFFICER, act, self)
        self.check_access("write")
        self.lock_for_update(allow_referencing=True)
        self._require_state(*states)

    def _advance(self, act, target):
        self.sudo().state = target
        self.env["khbs.audit.event"]._record(
            act,
            self,
            {
                line.benefit_line_id.code: [
                    line.planned,
                    line.sent,
                    line.good,
                    line.damaged,
                    line.short,
                ]
                for line in self.line_ids
            },
        )

    def _require_order(self):
        if self.round_id.state not in DECIDED_ROUNDS:
            raise UserError(
                self.env._(
                    "%(round)s is not decided or is closed: nothing is ordered for it.",
                    round=self.round_id.display_name,
                )
            )
        if not (self.spa_number and self.spa_date and self.do_number and self.do_date):
            raise UserError(
                self.env._("Enter number and date of the SPA and of the DO first.")
            )
        if not self.point_id.village_ids:
            raise UserError(
                self.env._(
                    "%(point)s serves no village yet. Enter its villages first.",
                    point=self.point_id.display_name,
                )
            )

    def _require_bast(self):
        if not (self.bast_number and self.bast_date):
            raise UserError(
                self.env._("Enter the number and the date of the BAST first.")
            )
        for line in self.line_ids:
            if line.sent != line.good + line.damaged + line.short:
                raise UserError(
                    self.env._(
                        "%(commodity)s: %(sent)s sent, but good, damaged and short "
                        "sum to %(found)s. Correct the line.",
                        commodity=line.benefit_line_id.name,
                        sent=line.sent,
                        found=line.good + line.damaged + line.short,
                    )
                )

    def _plan(self):
        """Make the lines: the packages of the villages, less what was ordered."""
        # An UPDATE and not only a lock: of two orders for one point at once the
        # second must fail and be retried in a snapshot that has the first.
        self.env.cr.execute(
            "UPDATE khbs_point SET write_date = write_date WHERE id = %s",
            [self.point_id.id],
        )
        brought = self._brought()
        packages = self._count_packages(again=bool(brought))
        needed = {
            commodity: packages * commodity.quantity - brought.get(commodity.id, 0)
            for commodity in self.benefit_id.line_ids
        }
        if all(quantity <= 0 for quantity in needed.values()):
            raise UserError(
                self.env._(
                    "No family of the villages of %(point)s has an open package in "
                    "this round that is not ordered yet.",
                    point=self.point_id.display_name,
                )
            )
        # So many packages as the commodity needs of which most is wanting.
        self.package_count = max(
            -(-quantity // commodity.quantity) for commodity, quantity in needed.items()
        )
        self.line_ids.unlink()
        self.env["khbs.delivery.line"].create(
            [
                {
                    "delivery_id": self.id,
                    "benefit_line_id": commodity.id,
                    "planned": max(quantity, 0),
                    "sent": max(quantity, 0),
                }
                for commodity, quantity in needed.items()
            ]
        )

    def _brought(self):
        """Return {commodity id: quantity} that came to the point or is on its way.

        Of a closed BAST only what arrived good counts: the rest may be ordered anew.
        """
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT l.benefit_line_id,
                           sum(CASE WHEN l.received THEN l.good ELSE l.sent END)::int
                      FROM khbs_delivery_line l
                      JOIN khbs_delivery d ON d.id = l.delivery_id
                     WHERE d.point_id = %s AND d.round_id = %s AND d.benefit_id = %s
                       AND d.id <> %s AND d.state IN ('ordered', 'sent', 'received')
                     GROUP BY l.benefit_line_id
                    """,
                    self.point_id.id,
                    self.round_id.id,
                    self.benefit_id.id,
                    self.id,
                )
            )
        )

    def _count_packages(self, again):
        """Count the packages of the villages; *again*: with those handed out."""
        states = ["open", "reserved"]
        if again:
            states += ["consumed", "split"]
        return self.env["khbs.entitlement"].search_count(
            [
                ("round_id", "=", self.round_id.id),
                ("benefit_id", "=", self.benefit_id.id),
                ("area_id", "in", self.point_id.village_ids.ids),
                ("parent_id", "=", False),
                ("state", "in", states),
            ]
        )

    def _bast(self):
        """Return paper no. 9 of DOMAIN 10."""
        point = self.point_id
        return Document(
            title="BERITA ACARA SERAH TERIMA BANTUAN PANGAN",
            subtitle=[
                f"Nomor {self.bast_number} tanggal {words.date(self.bast_date)}",
                f"Perum BULOG - {point.name} ({point.code})",
                f"{self.round_id.name}, SPA {self.spa_number}, DO {self.do_number}",
                f"Angkutan: {TRANSPORTS.get(self.transport, '-')}; "
                f"{words.number(self.package_count)} paket",
            ],
            columns=[
                Column("commodity", "Komoditas", 45),
                Column("do_number", "DO nomor", 40),
                Column("unit", "Satuan", 18),
                Column("sent", "Kirim", 22, kind="integer"),
                Column("good", "Terima baik", 22, kind="integer"),
                Column("damaged", "Rusak", 22, kind="integer"),
                Column("short", "Kurang", 22, kind="integer"),
                Column("note", "Keterangan", 40),
            ],
            rows=self._bast_rows,
            as_of=fields.Datetime.now(),
            landscape=True,
            parties=(
                self._party("Yang menyerahkan,", "Perum BULOG", self.sender),
                self._party("Saksi,", "Babinsa/Bhabinkamtibmas", self.witness),
                self._party("Yang menerima,", "Kepala Desa/Lurah", self.receiver),
            ),
        )

    def _party(self, part, office, name):
        """Return the block of one who signs the BAST, with dots for an open name."""
        return Signature(
            place_and_date=part, office=(office,), name=(name or "." * 30).upper()
        )

    def _bast_rows(self):
        for line in self.with_context(lang="id_ID").line_ids:
            yield {
                "commodity": line.benefit_line_id.name,
                "do_number": self.do_number,
                "unit": line.benefit_line_id.unit,
                "sent": line.sent,
                "good": line.good,
                "damaged": line.damaged,
                "short": line.short,
                "note": line.note or "",
            }
