# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.khbs_registry.papers import words

from .. import decree_lines

# As they are printed in annex III.
_KIND_WORDS = {
    "name": "Nama",
    "letter": "Dasar penugasan",
    "area": "Wilayah tugas",
    "months": "Masa",
    "drop": "Dikeluarkan dari daftar",
}


class KhbsBkkCorrectionDecree(models.AbstractModel):
    """The decree that amends another with the corrections that were accepted."""

    _name = "khbs.bkk.correction.decree"
    _description = "Correction of a BKK decree: the amendment"

    def action_draft_amendment(self):
        """Draft the amendment that carries every accepted correction, and open it."""
        self.env["khbs.audit.event"]._require_group(
            "khbs_registry.group_decree_officer",
            "khbs.bkk.correction.decree",
            self[:1],
        )
        self.check_access("read")
        original = self.sudo().original_id
        if len(original) != 1 or any(one.state != "accepted" for one in self):
            raise UserError(
                self.env._("Choose accepted corrections of one decree, and only those.")
            )
        corrections = self.sudo()._to_carry(original)
        corrections.lock_for_update()
        for one in corrections:
            one._require_still_right()
        decree = corrections._draft_amendment(original)
        corrections.decree_id = decree
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.decree",
            "view_mode": "form",
            "res_id": decree.id,
        }

    def action_view_decree(self):
        """Open the amendment that carries the correction."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.decree",
            "view_mode": "form",
            "res_id": self.decree_id.id,
        }

    # Business

    def _to_carry(self, original):
        """Return every accepted correction of *original*; one amendment at a time."""
        accepted = self.search(
            [
                ("proposal_id", "in", original.bkk_proposal_ids.ids),
                ("state", "=", "accepted"),
            ]
        )
        drafted = accepted.decree_id
        if drafted:
            raise UserError(
                self.env._(
                    "“%(decree)s” carries corrections already and is not in force yet. "
                    "Finish it first, or delete that draft and draft it anew with all.",
                    decree=drafted[0].name,
                )
            )
        return accepted

    def _require_still_right(self):
        """Refuse what another amendment has overtaken."""
        if self._prepare_change() != self._present_change():
            raise UserError(
                self.env._(
                    "The decree of %(line)s has changed since this was asked. "
                    "Refuse it; the regency asks anew.",
                    line=self.decree_line_id.display_name,
                )
            )

    def _draft_amendment(self, original):
        proposals = original.bkk_proposal_ids
        base = decree_lines.of_decree(original._bkk_base().id)
        lines = decree_lines.corrected(base, self.ids)
        self.env.flush_all()
        _people, _count, former = self.env.execute_query(decree_lines.totals(base))[0]
        people, _count, total = self.env.execute_query(decree_lines.totals(lines))[0]
        if not total:
            raise UserError(
                self.env._("Nothing would be left of the decree. Revoke it instead.")
            )
        decree = (
            self.env["khbs.decree"]
            .with_env(self.env(su=False))
            ._draft(
                kind="bkk",
                title=None,
                record=self.env[original.model].browse(original.res_id),
                clauses=self._clauses(original, people, former, total),
                annexes=proposals._annexes(lines, self),
                amends=original,
                budget_line=original.budget_line_id,
                amount=total - former,
            )
        )
        decree.sudo().area_id = original.area_id
        return decree

    def _clauses(self, original, people, former, total):
        proposals = original.bkk_proposal_ids
        terms = {
            **proposals._clause_terms(original.budget_line_id),
            "title": original._amendment_title(),
            "total": words.rupiah_legal(total),
            "former": words.rupiah_legal(former),
            "people": f"{words.number(people)} ({words.terbilang(people)})",
            "changes": f"{words.number(len(self))} ({words.terbilang(len(self))})",
            "original": original._named(),
        }
        return self.env["khbs.bkk.clause"]._texts(
            terms, "amendment", proposals[0].payee_level
        )

    def _change_rows(self):
        """Yield annex III: what changed, by regency and name."""
        order = self.sorted(
            lambda one: (
                one.decree_line_id.regency_id.code,
                one.decree_line_id.area_code,
                one.decree_line_id.name,
                one.id,
            )
        )
        for one in order:
            line = one.decree_line_id
            yield {
                "regency": line.regency_name,
                "area_code": line.area_code,
                "name": line.name,
                "role": line.role_name,
                "kind": _KIND_WORDS[one.kind],
                "before": one.before,
                "after": one.after,
            }
