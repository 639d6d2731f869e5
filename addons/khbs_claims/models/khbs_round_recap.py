# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.papers.document import Column, Document

REPORTERS = (
    "khbs_registry.group_registry_operator",
    "khbs_registry.group_approver",
    "khbs_registry.group_decree_officer",
    "khbs_registry.group_auditor",
)


class KhbsRound(models.Model):
    """Report 17 of DOMAIN 10: what of a round reached the families, per regency."""

    _inherit = "khbs.round"

    def action_recap(self):
        """Issue the recap of this round as PDF and XLSX and show it."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        if not any(self.env.user.has_group(group) for group in REPORTERS):
            events._require_group(REPORTERS[0], "round.recap", self)
        self._require_areas("round.recap")
        if self.state in ("draft", "generated"):
            raise UserError(
                self.env._("A recap is made of a decided round; this one is not yet.")
            )
        paper = self.env["khbs.paper"]._issue("round_recap", self._recap(), record=self)
        return {
            "type": "ir.actions.act_window",
            "res_model": paper._name,
            "res_id": paper.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def _recap(self):
        """Return the paper; its rows come from one statement."""
        return Document(
            title="REKAPITULASI REALISASI PENYALURAN KARTU HUMA BETANG SEJAHTERA",
            subtitle=[
                f"{self.name} ({self.code})",
                f"Masa penyaluran {words.date(self.date_from)} sampai dengan "
                f"{words.date(self.date_to)}",
            ],
            columns=[
                Column("regency", "Kabupaten/Kota", 44),
                Column("target", "KPM sasaran", 20, kind="integer", total=True),
                Column("cards", "Kartu diserahkan", 23, kind="integer", total=True),
                Column("cards_share", "%", 17, kind="share"),
                Column("food", "Paket pangan", 16, kind="integer", total=True),
                Column("food_share", "%", 17, kind="share"),
                Column("food_amount", "Pangan", 24, kind="rupiah", total=True),
                Column("cash", "KPM tunai", 17, kind="integer", total=True),
                Column("cash_share", "%", 17, kind="share"),
                Column("cash_amount", "Tunai", 26, kind="rupiah", total=True),
                Column("granted", "Pagu", 27, kind="rupiah", total=True),
                Column("realised", "Realisasi", 27, kind="rupiah", total=True),
                Column("remaining", "Sisa", 27, kind="rupiah", total=True),
                Column("complaints", "Pengaduan", 24, kind="integer", total=True),
            ],
            rows=self._recap_rows,
            as_of=fields.Datetime.now(),
            landscape=True,
            signature=self.env["khbs.signatory"]._block_or_dots("social_affairs"),
        )

    def _recap_rows(self):
        """Yield one dict for each regency of the round, by code."""
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(self._recap_query())
        names = [column.name for column in self.env.cr.description]
        for values in self.env.cr.fetchall():
            row = dict(zip(names, values, strict=True))
            row["cards_share"] = share(row["cards"], row["target"])
            row["food_share"] = share(row["food"], row["food_granted"])
            row["cash_share"] = share(row["cash"], row["cash_granted"])
            yield row

    def _recap_query(self):
        """Return the statement of the recap.

        Realised is what was posted: goods and counter by settled claims, accounts by
        the bank. A part that was split off counts for the entitlement it comes from.
        """
        return SQL(
            """
            WITH posted AS (
                SELECT entitlement_id, amount FROM khbs_claim_posting
                 UNION ALL
                SELECT entitlement_id, amount FROM khbs_bank_posting
            ), realised AS (
                SELECT COALESCE(e.parent_id, e.id) AS id, sum(p.amount) AS amount
                  FROM posted p JOIN khbs_entitlement e ON e.id = p.entitlement_id
                 WHERE e.round_id = %(round)s
                 GROUP BY COALESCE(e.parent_id, e.id)
            ), aid AS (
                SELECT e.regency_id, e.household_id, b.kind = 'food' AS food, e.amount,
                       COALESCE(r.amount, 0) AS realised
                  FROM khbs_entitlement e
                  JOIN khbs_benefit b ON b.id = e.benefit_id
                  LEFT JOIN realised r ON r.id = e.id
                 WHERE e.round_id = %(round)s AND e.parent_id IS NULL
            ), served AS (
                SELECT household_id FROM khbs_card
                 WHERE state IN ('active', 'suspended')
            ), complained AS (
                SELECT regency_id, count(*) AS number FROM khbs_complaint
                 WHERE (received_at AT TIME ZONE 'UTC'
                                    AT TIME ZONE 'Asia/Pontianak')::date
                       BETWEEN %(date_from)s AND %(date_to)s
                 GROUP BY regency_id
            )
            SELECT area.code, area.name AS regency,
                   count(DISTINCT aid.household_id) AS target,
                   count(DISTINCT served.household_id) AS cards,
                   count(*) FILTER (WHERE food) AS food_granted,
                   count(*) FILTER (WHERE food AND realised > 0) AS food,
                   COALESCE(sum(realised) FILTER (WHERE food), 0)::bigint
                       AS food_amount,
                   count(*) FILTER (WHERE NOT food) AS cash_granted,
                   count(*) FILTER (WHERE NOT food AND realised > 0) AS cash,
                   COALESCE(sum(realised) FILTER (WHERE NOT food), 0)::bigint
                       AS cash_amount,
                   sum(aid.amount)::bigint AS granted,
                   sum(realised)::bigint AS realised,
                   sum(aid.amount - realised)::bigint AS remaining,
                   COALESCE(max(complained.number), 0) AS complaints
              FROM aid
              JOIN khbs_area area ON area.id = aid.regency_id
              LEFT JOIN served ON served.household_id = aid.household_id
              LEFT JOIN complained ON complained.regency_id = aid.regency_id
             GROUP BY area.code, area.name
             ORDER BY area.code
            """,
            round=self.id,
            date_from=self.date_from,
            date_to=self.date_to,
        )


def share(part, whole):
    """Return *part* of *whole* in per cent, as Indonesian papers write it."""
    if not whole:
        return "-"
    tenths = (1000 * part + whole // 2) // whole
    return f"{tenths // 10},{tenths % 10}"
