# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.khbs_registry.identity_numbers import mask, mask_account

from .. import papers
from ..terms import LETTERHEAD, PROPOSER


class KhbsBkkProposalMinutes(models.AbstractModel):
    """What is printed of a proposal: the regency's letter with its list by name
    (DOMAIN 10 no. 21) and the minutes of verification (no. 22).
    """

    _name = "khbs.bkk.proposal.minutes"
    _description = "BKK proposal: letter and minutes"

    def action_print_letter(self):
        """Issue the letter and its list by name, to be signed, and show them."""
        for proposal in self:
            proposal._require(PROPOSER, "print_letter", "draft")
            if not proposal.line_count:
                raise UserError(self.env._("Build the lines from the roster first."))
            proposal._issue_letter()
        return self.action_view_papers()

    def _issue_letter(self):
        now = fields.Datetime.now()
        asked = self._asked()
        listed = self.env["khbs.paper"]._issue(
            "bkk.nominative",
            papers.nominative.nominative_list(asked, self._nominative_rows, now),
            record=self,
            area=self.regency_id,
        )
        asked = self._asked(listed.content_sha256)
        self.env["khbs.paper"]._issue_letter(
            "bkk.proposal_letter",
            f"SURAT USULAN {asked.head.upper()}",
            lambda code, url: papers.nominative.proposal_letter(asked, code, url),
            record=self,
            area=self.regency_id,
        )

    def _asked(self, list_sha256=""):
        [head] = self._heads()
        return papers.nominative.Asked(
            head=head,
            regency=self.regency_id.name,
            period=self._period(),
            number=self.letter_number or "",
            date=self.letter_date,
            people=self.holder_count,
            amount=self.proposed_amount,
            villages=self.payee_level == "village",
            roles=tuple(
                (row["role"], row["people"], row["months"], row["amount"])
                for row in self._role_rows()
            ),
            list_sha256=list_sha256,
        )

    def _role_rows(self):
        """Return what is asked and what is left, by role."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT r.name AS role, count(DISTINCT l.holder_id)::int AS people,
                       sum(l.months)::int AS months, sum(l.amount)::bigint AS amount,
                       count(DISTINCT l.holder_id)
                           FILTER (WHERE l.approved_months > 0)::int AS approved_people,
                       sum(l.approved_amount)::bigint AS approved_amount
                  FROM khbs_bkk_proposal_line l
                  JOIN khbs_bkk_role r ON r.id = l.role_id
                 WHERE l.proposal_id = %s
              GROUP BY r.id, r.name, r.sequence
              ORDER BY r.sequence, r.id
                """,
                self.id,
            )
        )
        return self.env.cr.dictfetchall()

    def _nominative_rows(self):
        """Yield every line as it is asked, numbers masked."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT l.name, h.nik, r.name AS role,
                       coalesce(l.area_names, '-') AS area,
                       l.appointment_letter AS letter, h.bank_name,
                       h.bank_account AS account, l.rate_amount AS rate, l.months,
                       l.amount
                  FROM khbs_bkk_proposal_line l
                  JOIN khbs_bkk_holder h ON h.id = l.holder_id
                  JOIN khbs_bkk_role r ON r.id = l.role_id
                 WHERE l.proposal_id = %s
              ORDER BY l.area_code COLLATE "C", upper(l.name) COLLATE "C", l.id
                """,
                self.id,
            )
        )
        for row in self.env.cr.dictfetchall():
            account = " ".join(
                filter(None, (row.pop("bank_name"), mask_account(row["account"])))
            )
            yield {**row, "nik": mask(row["nik"]), "account": account or "-"}

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
              ORDER BY l.area_code COLLATE "C", upper(l.name) COLLATE "C", l.id
                """,
                self.id,
            )
        )
        yield from self.env.cr.dictfetchall()

    def _printed_minutes_rows(self):
        words = papers.minutes.VERDICT_WORDS
        for row in self._minutes_rows():
            yield {**row, "verdict": words[row["verdict"]]}

    def _issue_minutes(self):
        """Issue the minutes of verification and their annex by name."""
        self.ensure_one()
        listed = self.env["khbs.paper"]._issue(
            "bkk.minutes_list",
            papers.minutes.minutes_list(
                self._verified(), self._printed_minutes_rows, fields.Datetime.now()
            ),
            record=self,
            area=self.regency_id,
        )
        verified = self._verified(listed.content_sha256)
        minutes = self.env["khbs.paper"]._issue_letter(
            "bkk.minutes",
            "BERITA ACARA VERIFIKASI USULAN BANTUAN KEUANGAN KHUSUS",
            lambda code, url: papers.minutes.minutes(verified, code, url),
            record=self,
            area=self.regency_id,
        )
        self.sudo().write({"minutes_id": minutes.id, "minutes_list_id": listed.id})

    def _verified(self, list_sha256=""):
        """Return what the minutes say of the proposal."""
        [head] = self._heads()
        return papers.minutes.Verified(
            letterhead=self.env["khbs.letterhead"]._resolve(LETTERHEAD),
            head=head,
            regency=self.regency_id.name,
            period=self._period(),
            number=self.minutes_number,
            date=self.minutes_date,
            letter_number=self.letter_number,
            letter_date=self.letter_date,
            lines=self.line_count,
            proposed=self.proposed_amount,
            approved_lines=self.approved_count,
            approved=self.approved_amount,
            checks=tuple(
                (check.name, check.answer, check.note) for check in self._checks()
            ),
            roles=tuple(
                (
                    row["role"],
                    row["people"],
                    row["amount"],
                    row["approved_people"],
                    row["approved_amount"],
                )
                for row in self._role_rows()
            ),
            changed=tuple(
                tuple(row.values())
                for row in self._minutes_rows()
                if row["verdict"] != "accepted"
            ),
            team=tuple(
                (member.name, member.nip, member.office, member.position)
                for member in self._team()
            ),
            list_sha256=list_sha256,
        )
