# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import words

from .. import papers
from ..terms import QUARTERS


class KhbsBkkProposalPapers(models.AbstractModel):
    """The decree's draft, and how papers name period and regencies."""

    _name = "khbs.bkk.proposal.papers"
    _description = "BKK proposal: papers"

    def action_draft_decree(self, budget_line_id):
        """Draft one decree for these approved proposals and open it.

        :param budget_line_id: id of the budget line that bears the amount
        """
        self.env["khbs.audit.event"]._require_group(
            "khbs_registry.group_decree_officer", "khbs.bkk.proposal.decree", self[:1]
        )
        self.check_access("read")
        self.sudo().lock_for_update()
        self._check_decreeable()
        decree = self._draft_decree(
            self.env["khbs.budget.line"].browse(budget_line_id).exists()
        )
        self.sudo().decree_id = decree
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.decree",
            "view_mode": "form",
            "res_id": decree.id,
        }

    def action_ask_decree(self):
        """Open the dialogue that asks for the budget line of the decree."""
        self._check_decreeable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Draft decree"),
            "res_model": "khbs.bkk.decree.draft",
            "view_mode": "form",
            "target": "new",
            "context": {"default_proposal_ids": self.ids},
        }

    def _check_decreeable(self):
        """Refuse unless all are approved, of one quarter and without a decree."""
        if not self or any(one.state != "approved" for one in self):
            raise UserError(self.env._("Only approved proposals go into a decree."))
        if len({(one.fiscal_year, one.quarter) for one in self}) > 1:
            raise UserError(self.env._("A decree decides proposals of one quarter."))
        drafted = self.filtered(lambda one: one.sudo().decree_id)
        if drafted:
            raise UserError(
                self.env._(
                    "There is a decree for: %(proposals)s. Open it from there.",
                    proposals=", ".join(drafted.mapped("display_name")),
                )
            )

    def _draft_decree(self, budget_line):
        if not budget_line or budget_line.year != self[0].fiscal_year:
            raise UserError(
                self.env._(
                    "Choose the budget line of %(year)s that bears the amount.",
                    year=self[0].fiscal_year,
                )
            )
        title = self._decree_title()
        total = sum(self.mapped("approved_amount"))
        now = fields.Datetime.now()
        decree = self.env["khbs.decree"]._draft(
            kind="bkk",
            title=title,
            record=self[0],
            clauses=self._decree_clauses(title, total, budget_line),
            annexes=[
                papers.annexes.recap_annex(self._recap_rows, self._period(), now),
                papers.annexes.name_annex(self._name_rows, self._period(), now),
            ],
            budget_line=budget_line,
            amount=total,
        )
        if len(self) == 1:
            # The regency sees the decree on its own proposal.
            decree.sudo().area_id = self.regency_id
        return decree

    def _period(self):
        quarter = dict(QUARTERS)[self[0].quarter]
        return f"Triwulan {quarter} Tahun Anggaran {self[0].fiscal_year}"

    def _regency_names(self):
        if len(self) == 1:
            return self.regency_id.name
        return "Kabupaten/Kota"

    def _heads(self):
        """Return the heads of the regencies: Bupati Katingan, Wali Kota .."""
        return [
            regency.name.replace("Kabupaten", "Bupati", 1)
            if regency.level == "regency"
            else regency.name.replace("Kota", "Wali Kota", 1)
            for regency in self.regency_id.sorted("code")
        ]

    def _decree_title(self):
        return (
            "Penetapan Penerima dan Besaran Bantuan Keuangan Khusus kepada "
            f"{self._regency_names()} untuk Tambahan Penghasilan Unsur Pendukung "
            f"Program Kartu Huma Betang Sejahtera {self._period()}"
        )

    def _decree_clauses(self, title, total, budget_line):
        people = self._count_people()
        texts = self.env["khbs.bkk.clause"]._texts(
            {
                "title": title,
                "regencies": self._regency_names(),
                "heads": ", ".join(self._heads()),
                "period": self._period(),
                "year": str(self[0].fiscal_year),
                "total": words.rupiah_legal(total),
                "people": f"{words.number(people)} ({words.terbilang(people)})",
                "account": f"{budget_line.account_code} {budget_line.name}",
            }
        )
        for proposal in self.sorted(lambda one: one.regency_id.code):
            [head] = proposal._heads()
            texts["memperhatikan"] += [
                f"Surat Usulan {head} Nomor {proposal.letter_number} "
                f"tanggal {words.date(proposal.letter_date)};",
                f"Berita Acara Verifikasi Nomor {proposal.minutes_number} "
                f"tanggal {words.date(proposal.minutes_date)};",
            ]
        if texts["memperhatikan"]:
            texts["memperhatikan"][-1] = texts["memperhatikan"][-1].rstrip(";") + "."
        return texts

    def _count_people(self):
        [(people,)] = (
            self.env["khbs.bkk.proposal.line"]
            .sudo()
            ._read_group(
                [("proposal_id", "in", self.ids), ("approved_amount", ">", 0)],
                aggregates=["holder_id:count_distinct"],
            )
        )
        return people

    def _recap_rows(self):
        """Yield annex I: approved lines by regency and role."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT a.name AS regency, a.code AS area_code, r.name AS role,
                       count(DISTINCT l.holder_id)::int AS people,
                       sum(l.approved_months)::int AS months,
                       sum(l.approved_amount)::bigint AS amount
                  FROM khbs_bkk_proposal_line l
                  JOIN khbs_bkk_proposal p ON p.id = l.proposal_id
                  JOIN khbs_area a ON a.id = p.regency_id
                  JOIN khbs_bkk_role r ON r.id = l.role_id
                 WHERE p.id IN %s AND l.approved_amount > 0
              GROUP BY a.code, a.name, r.sequence, r.id, r.name
              ORDER BY a.code, r.sequence, r.id
                """,
                tuple(self.ids),
            )
        )
        yield from self.env.cr.dictfetchall()

    def _name_rows(self):
        """Yield annex II: approved lines by regency, area and name."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT a.name AS regency, l.name, r.name AS role,
                       coalesce(l.area_code, a.code) AS area_code,
                       coalesce(l.area_names, '-') AS area,
                       l.appointment_letter AS letter, l.rate_amount AS rate,
                       l.approved_months AS months, l.approved_amount AS amount
                  FROM khbs_bkk_proposal_line l
                  JOIN khbs_bkk_proposal p ON p.id = l.proposal_id
                  JOIN khbs_area a ON a.id = p.regency_id
                  JOIN khbs_bkk_role r ON r.id = l.role_id
                 WHERE p.id IN %s AND l.approved_amount > 0
              ORDER BY a.code, l.area_code, l.name, l.id
                """,
                tuple(self.ids),
            )
        )
        yield from self.env.cr.dictfetchall()
