# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.khbs_registry.papers import letter, words
from odoo.addons.khbs_registry.papers.document import Signature

from ..papers import payment_list
from ..terms import PROPOSER


class KhbsBkkPaymentPapers(models.AbstractModel):
    """The payment list on paper, to be signed by everybody who is paid."""

    _name = "khbs.bkk.payment.papers"
    _description = "BKK payment list: papers"

    def action_issue_list(self):
        """Issue the list again, as its lines stand now."""
        self.ensure_one()
        self._checked(PROPOSER, "khbs.bkk.payment.paper", operation="read")
        self._require_state("ready", "paid")
        self._issue_list()
        return self.action_view_papers()

    def _issue_list(self):
        """Issue the list as PDF and XLSX and return the paper: now it may be paid."""
        self.ensure_one()
        payment = self.sudo()
        paper = self.env["khbs.paper"]._issue(
            "bkk.payment", payment._list_document(), record=self, area=payment.area_id
        )
        payment.paper_id = paper
        payment.flush_recordset()
        return paper

    def _list_document(self):
        return payment_list.payment_list(
            self._list_rows,
            subtitle=[
                f"{self.area_id._full_title()}, {self.proposal_id._period()}",
                self.decree_id._named(),
            ],
            closing=[
                f"Jumlah bruto {words.rupiah_legal(self.gross)}, dipotong PPh Pasal 21 "
                f"{words.rupiah(self.tax)}, dibayarkan {words.rupiah_legal(self.net)}.",
                *payment_list.slip_lines(
                    [
                        {
                            name: slip[name]
                            for name in (
                                "tax_object",
                                "rate",
                                "people",
                                "gross",
                                "base",
                                "tax",
                            )
                        }
                        for slip in self.tax_ids
                    ]
                ),
                *payment_list.given_up(
                    self.line_ids.filtered(lambda line: line.state == "refunded")
                ),
            ],
            parties=self._list_parties(),
            as_of=fields.Datetime.now(),
        )

    def _list_rows(self):
        """Yield the lines as they are printed, those that the totals are of."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT name, role_name AS role, rank_group, bank_name, account_masked,
                       gross, base, rate, tax, net, state, hold_reason
                  FROM khbs_bkk_payment_line
                 WHERE payment_id = %s AND NOT settled AND state <> 'refunded'
              ORDER BY sequence, id
                """,
                self.id,
            )
        )
        for number, row in enumerate(self.env.cr.dictfetchall(), start=1):
            account = " ".join(filter(None, (row["bank_name"], row["account_masked"])))
            yield {
                **row,
                "rank": payment_list.RANKS[row["rank_group"]],
                "account": account or "-",
                "rate": payment_list.percent(row["rate"]),
                "sign": payment_list.HOLDS.get(row["hold_reason"])
                or f"{number}. ................",
            }

    def _list_parties(self):
        """Return who signs: whoever knows of it, and the treasurer who pays."""
        day = words.date(self.paid_on)
        village = self.area_id.level == "village"
        head = "Kepala Desa" if village else "Pengguna Anggaran"
        treasurer = "Kaur Keuangan" if village else "Bendahara Pengeluaran"
        nip = self.treasurer_nip
        return (
            Signature(
                place_and_date="Mengetahui,",
                office=(f"{head},",),
                name=letter.DOTS,
            ),
            Signature(
                place_and_date=f"{self.place or '....................'}, {day}",
                office=(f"{treasurer},",),
                name=self.treasurer_name or letter.DOTS,
                below=(f"NIP {words.nip(nip)}",) if nip else (),
            ),
        )
