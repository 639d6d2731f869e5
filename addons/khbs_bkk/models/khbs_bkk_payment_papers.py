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
                *payment_list.sums(**self._list_parts()),
                *payment_list.slip_lines(self._list_slips()),
                *payment_list.given_up(
                    self.line_ids.filtered(lambda line: line.state == "refunded")
                ),
            ],
            parties=self._list_parties(),
            as_of=fields.Datetime.now(),
        )

    def _list_parts(self):
        """Return {part: people, gross, tax and net}: of all, to pay, held, returned."""
        lines = self.line_ids.filtered(
            lambda line: not line.settled and line.state != "refunded"
        )
        parts = {
            "listed": lines,
            "to_pay": lines.filtered(lambda line: line.state in ("to_pay", "paid")),
            "held": lines.filtered(lambda line: line.state == "held"),
            "returned": lines.filtered(lambda line: line.state == "returned"),
        }
        return {
            part: {
                "people": len(mine),
                **{name: sum(mine.mapped(name)) for name in ("gross", "tax", "net")},
            }
            for part, mine in parts.items()
        }

    def _list_slips(self):
        """Return the tax by object and rate of who is paid or may be paid."""
        groups = (
            self.env["khbs.bkk.payment.line"]
            .sudo()
            ._read_group(
                [
                    ("payment_id", "=", self.id),
                    ("settled", "=", False),
                    ("state", "in", ("to_pay", "paid")),
                    ("tax_object", "!=", False),
                ],
                ["tax_object", "rate"],
                ["__count", "gross:sum", "base:sum", "tax:sum"],
                order="tax_object, rate",
            )
        )
        names = ("rate", "people", "gross", "base", "tax")
        return [
            # PostgreSQL sums whole rupiah to a number that Python reads as a float.
            {"tax_object": code, **dict(zip(names, map(int, figures), strict=True))}
            for code, *figures in groups
        ]

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
