# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.papers import words

from .. import decree_lines
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
        if len(set(self.mapped("payee_level"))) > 1:
            raise UserError(
                self.env._(
                    "Regencies and villages are paid from different accounts: draft "
                    "a decree for each."
                )
            )
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
        self._check_account(budget_line)
        title = self._decree_title()
        lines = decree_lines.of_proposals(self.ids)
        self.env.flush_all()
        people, _count, total = self.env.execute_query(decree_lines.totals(lines))[0]
        decree = self.env["khbs.decree"]._draft(
            kind="bkk",
            title=title,
            record=self[0],
            clauses=self._decree_clauses(title, people, total, budget_line),
            annexes=self._annexes(lines),
            budget_line=budget_line,
            amount=total,
        )
        if len(self.regency_id) == 1:
            # The regency sees the decree on its own proposal.
            decree.sudo().area_id = self.regency_id
        return decree

    def _check_account(self, budget_line):
        """Refuse a budget line that is for something else, by the policy's accounts."""
        level = self[0].payee_level
        for policy in self.sudo().policy_id:
            if policy._bears(budget_line.account_code, level):
                continue
            village = level == "village"
            raise UserError(
                self.env._(
                    "%(line)s does not bear this: assistance to %(payees)s stands "
                    "below account %(account)s. Choose another budget line.",
                    line=budget_line.display_name,
                    payees=self._payees(),
                    account=policy.village_account
                    if village
                    else policy.regency_account,
                )
            )

    def _period(self, level=True):
        """Return how papers name the period: Triwulan IV Susulan 1 Tahun Anggaran 2026.

        No two proposals of a regency are named alike. Several of one quarter, as in
        a decree, are named together.

        :param level: say that villages are paid, where the sentence does not
        """
        return f"{self._quarter_name(level)} Tahun Anggaran {self[0].fiscal_year}"

    def _quarter_name(self, level=True):
        """Return the period without its year: Triwulan IV melalui Desa Susulan 1."""
        name = f"Triwulan {dict(QUARTERS)[self[0].quarter]}"
        if level and self[0].payee_level == "village":
            name += " melalui Desa"
        numbers = sorted({one.supplement for one in self})
        later = words.listed([str(number) for number in numbers if number])
        if later:
            name += f"{' beserta' if 0 in numbers else ''} Susulan {later}"
        return name

    def _payees(self):
        """Return who receives the money: Kabupaten Katingan, Desa di .., and so on."""
        regencies = self.regency_id
        one = len(regencies) == 1
        if self[0].payee_level == "village":
            where = regencies.name if one else "Provinsi Kalimantan Tengah"
            return f"Desa di {where}"
        return regencies.name if one else "Kabupaten/Kota"

    def _heads(self):
        """Return the heads of the regencies: Bupati Katingan, Wali Kota .."""
        return [
            regency.name.replace("Kabupaten", "Bupati", 1)
            if regency.level == "regency"
            else regency.name.replace("Kota", "Wali Kota", 1)
            for regency in self.regency_id.sorted("code")
        ]

    def _heads_text(self):
        """Return the heads in a sentence; all of the province are not enumerated."""
        every = self.env["khbs.area"].search_count(
            [("level", "in", ["regency", "city"])]
        )
        heads = self._heads()
        if len(heads) == every:
            return "Bupati/Wali Kota se-Kalimantan Tengah"
        return words.listed(heads)

    def _decree_title(self):
        return (
            "Penetapan Penerima dan Besaran Bantuan Keuangan Khusus kepada "
            f"{self._payees()} untuk Tambahan Penghasilan Unsur Pendukung "
            f"Program Kartu Huma Betang Sejahtera {self._period(level=False)}"
        )

    def _clause_terms(self, budget_line):
        """Return the words of the clauses that every decree on these has."""
        days = max(self.sudo().policy_id.mapped("report_days"), default=0)
        dpa = f"Tahun Anggaran {self[0].fiscal_year}"
        if budget_line.dpa_number:
            dpa = f"Nomor {budget_line.dpa_number}"
            if budget_line.dpa_date:
                dpa += f" tanggal {words.date(budget_line.dpa_date)}"
        return {
            "payees": self._payees(),
            "heads": self._heads_text(),
            "period": self._period(level=False),
            "year": str(self[0].fiscal_year),
            "account": f"{budget_line.account_code} {budget_line.name}",
            "dpa": dpa,
            "report_days": f"{words.number(days)} ({words.terbilang(days)})",
        }

    def _decree_clauses(self, title, people, total, budget_line):
        texts = self.env["khbs.bkk.clause"]._texts(
            {
                **self._clause_terms(budget_line),
                "title": title,
                "total": words.rupiah_legal(total),
                "people": f"{words.number(people)} ({words.terbilang(people)})",
            },
            "decision",
            self[0].payee_level,
        )
        for proposal in self.sorted(lambda one: (one.regency_id.code, one.supplement)):
            [head] = proposal._heads()
            later = f" Susulan {proposal.supplement}" if proposal.supplement else ""
            texts["memperhatikan"].append(
                f"Surat Usulan{later} {head} Nomor {proposal.letter_number} "
                f"tanggal {words.date(proposal.letter_date)} dan Berita Acara "
                f"Verifikasi Nomor {proposal.minutes_number} "
                f"tanggal {words.date(proposal.minutes_date)};"
            )
        texts["memperhatikan"][-1] = texts["memperhatikan"][-1].rstrip(";") + "."
        return texts
