# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import words
from odoo.addons.khbs_registry.papers.document import Signature

from .. import papers


class KhbsBkkProposalMinutes(models.AbstractModel):
    """The minutes of verification (DOMAIN 10 no. 22)."""

    _name = "khbs.bkk.proposal.minutes"
    _description = "BKK proposal: minutes"

    def _minutes_rows(self):
        """Yield every line with what was asked, what is left and why."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT l.name, r.name AS role, coalesce(l.area_names, '-') AS area,
                       l.amount AS proposed, l.approved_amount AS approved,
                       l.verdict, coalesce(l.reason, '') AS reason
                  FROM khbs_bkk_proposal_line l
                  JOIN khbs_bkk_role r ON r.id = l.role_id
                 WHERE l.proposal_id = %s
              ORDER BY l.area_code, l.name, l.id
                """,
                self.id,
            )
        )
        for row in self.env.cr.dictfetchall():
            yield {**row, "verdict": papers.minutes.VERDICT_WORDS[row["verdict"]]}

    def _issue_minutes(self):
        """Issue the minutes of verification and return the paper."""
        self.ensure_one()
        [head] = self._heads()
        document = papers.minutes.minutes(
            self._minutes_rows,
            subtitle=[
                f"NOMOR {self.minutes_number}",
                f"{self.regency_id.name}, {self._period()}",
                f"Usulan {head} Nomor {self.letter_number} "
                f"tanggal {words.date(self.letter_date)}",
            ],
            closing=[
                f"Pada hari ini {words.date_in_words(self.minutes_date)} telah "
                f"diverifikasi usulan untuk {words.number(self.line_count)} baris "
                f"sejumlah {words.rupiah(self.proposed_amount)}; disetujui "
                f"{words.number(self.approved_count)} baris sejumlah "
                f"{words.rupiah_legal(self.approved_amount)}.",
            ],
            signature=Signature(
                place_and_date=f"Palangka Raya, {words.date(self.minutes_date)}",
                office=("Tim Verifikasi,",),
                name=self.env.user.name.upper(),
            ),
            as_of=fields.Datetime.now(),
        )
        return self.env["khbs.paper"]._issue(
            "bkk.minutes", document, record=self, area=self.regency_id
        )
