# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers.document import Column, Document

from .khbs_card_count import PLACES, place_of

# Headings of paper, after the places.
_LABELS = {
    "waiting": "Menunggu",
    "personalised": "Siap cetak",
    "printed": "Dicetak",
    "shipped": "Dikirim",
    "handed_over": "Diserahkan",
    "returned": "Kembali",
    "withdrawn": "Ditarik",
    "spoiled": "Rusak",
    "cancelled": "Dibatalkan",
}
# Cards there need nothing more from the run.
_OUT = ("shipped", "handed_over", "returned", "withdrawn", "spoiled", "cancelled")


class KhbsCardRun(models.Model):
    """The counts of a run: ordered + replaced = the sum of all places."""

    # One file for each part of a run's work.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.run"

    card_count = fields.Integer(
        string="Cards",
        compute="_compute_counts",
        help="Ordered cards and those that replaced spoiled ones: the sum of all.",
    )
    replaced_count = fields.Integer(
        string="Replaced",
        compute="_compute_counts",
        help="Spoiled cards for which another was made in this run.",
    )
    waiting_count = fields.Integer(
        string="Waiting", compute="_compute_counts", help="For a station."
    )
    personalised_count = fields.Integer(
        string="Personalised", compute="_compute_counts", help="Not yet printed."
    )
    printed_count = fields.Integer(
        string="Printed", compute="_compute_counts", help="Not yet shipped."
    )
    shipped_count = fields.Integer(
        string="Shipped", compute="_compute_counts", help="Not yet handed over."
    )
    handed_over_count = fields.Integer(string="Handed over", compute="_compute_counts")
    returned_count = fields.Integer(string="Returned", compute="_compute_counts")
    withdrawn_count = fields.Integer(
        string="Withdrawn",
        compute="_compute_counts",
        help="Revoked before they were handed over.",
    )
    spoiled_count = fields.Integer(string="Spoiled", compute="_compute_counts")
    cancelled_count = fields.Integer(
        string="Cancelled",
        compute="_compute_counts",
        help="Given up before they were begun.",
    )
    progress = fields.Float(
        compute="_compute_counts",
        help="Per cent of the cards that need nothing more here.",
    )
    next_step = fields.Char(compute="_compute_next_step")

    @api.depends("card_ids.state", "card_ids.handed_over_at")
    def _compute_counts(self):
        counts = self.env["khbs.card.count"].sudo()._of_runs(self._ids_stored())
        replaced = self._replaced()
        for run in self:
            by_place = counts.get(run._origin.id, {})
            for place, _label in PLACES:
                run[f"{place}_count"] = by_place.get(place, 0)
            run.card_count = sum(by_place.values())
            run.replaced_count = replaced.get(run._origin.id, 0)
            out = sum(by_place.get(place, 0) for place in _OUT)
            run.progress = 100 * out / run.card_count if run.card_count else 0

    @api.depends("state", "card_ids.state", "card_ids.handed_over_at")
    def _compute_next_step(self):
        for run in self:
            run.next_step = run._say_next_step()

    def action_counts(self):
        """Print the counts of the run by village, as PDF and XLSX."""
        self.ensure_one()
        self.check_access("read")
        paper = self.env["khbs.paper"]._issue(
            "card.run_counts", self._counts_document(), record=self
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.paper",
            "res_id": paper.id,
            "views": [(False, "form")],
        }

    def _say_next_step(self):
        """Return what is to be done next, in one sentence."""
        self.ensure_one()
        if self.state == "draft":
            return self.env._("Check list, area and design, then order the cards.")
        if self.state != "ordered":
            return False
        for count, sentence in (
            (self.to_pack_count, self.env._("%s printed cards are to be packed.")),
            (
                self.printed_count,
                self.env._("%s printed cards are packed: ship their boxes."),
            ),
            (
                self.to_draw_count,
                self.env._("%s personalised cards are on no print file yet."),
            ),
            (
                self.personalised_count,
                self.env._("%s personalised cards are to be printed."),
            ),
            (self.waiting_count, self.env._("%s cards wait for a station.")),
            (
                self.returned_count,
                self.env._(
                    "%s returned cards lie in the office: send them anew, or have them "
                    "destroyed by minutes."
                ),
            ),
        ):
            if count:
                return sentence % count
        return self.env._("All cards are out of the house: close the run.")

    def _ids_stored(self):
        return [run._origin.id for run in self if run._origin.id]

    def _replaced(self):
        """Return {run id: spoiled cards that have a later one in the same run}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT spoiled.run_id, count(*)
                  FROM khbs_card spoiled
                 WHERE spoiled.run_id = ANY(%s) AND spoiled.state = 'destroyed'
                   AND EXISTS (
                       SELECT FROM khbs_card later
                        WHERE later.household_id = spoiled.household_id
                          AND later.run_id = spoiled.run_id
                          AND later.card_index > spoiled.card_index
                   )
                 GROUP BY 1
                """,
                self._ids_stored(),
            )
        )
        return dict(rows)

    def _counts_document(self):
        """Return the counts by village, each row adding up."""
        self.ensure_one()
        list_name = self.recipient_list_id.name or "kartu pengganti"
        return Document(
            title=f"REKAPITULASI KARTU GELOMBANG CETAK {self.name}",
            subtitle=[
                self.area_id._full_title(),
                f"Daftar penerima: {list_name}; desain: "
                f"{self.template_id.display_name or '-'}",
            ],
            columns=[
                Column("village", "Desa/Kelurahan", 50),
                Column("cards", "Jumlah kartu", 20, kind="integer", total=True),
                *(
                    Column(place, _LABELS[place], 21, kind="integer", total=True)
                    for place, _label in PLACES
                ),
            ],
            rows=self._count_rows,
            group_key="district",
            landscape=True,
            closing=[
                f"Dipesan {self.ordered_count} kartu, ditambah {self.replaced_count} "
                f"pengganti kartu rusak: {self.card_count} kartu."
            ],
            as_of=fields.Datetime.now(),
        )

    def _count_rows(self):
        """Yield the villages with their cards by place, grouped by district."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT village.code, district.name, village.name, placed.place,
                       count(*)
                  FROM khbs_card card
                  JOIN khbs_area village ON village.id = card.area_id
                  LEFT JOIN khbs_area district ON district.id = village.parent_id
                  CROSS JOIN LATERAL (SELECT %(place)s AS place) placed
                 WHERE card.run_id = %(run)s
                 GROUP BY district.code, district.name, village.code, village.name,
                       placed.place
                 ORDER BY district.code, village.code
                """,
                place=SQL(place_of("card")),
                run=self.id,
            )
        )
        rows = {}
        for code, district, village, place, cards in self.env.cr.fetchall():
            row = rows.setdefault(
                code,
                {
                    "district": f"Kecamatan {district}",
                    "village": village,
                    "cards": 0,
                    **dict.fromkeys(dict(PLACES), 0),
                },
            )
            row[place] = cards
            row["cards"] += cards
        yield from rows.values()
