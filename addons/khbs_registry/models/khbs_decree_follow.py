# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError

from ..papers import source
from .khbs_decree_sign import OFFICER


class KhbsDecreeFollow(models.AbstractModel):
    """The decrees that follow one in force: drafted from it, not copied from it."""

    _name = "khbs.decree.follow"
    _description = "Decree: the drafts that follow it"

    def action_open_follow(self):
        """Open the form that drafts an amendment, an excerpt or a revocation."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Follow up"),
            "res_model": "khbs.decree.following",
            "view_mode": "form",
            "target": "new",
            "context": {"default_decree_id": self.id},
        }

    def action_draft_amendment(self, with_annexes=True):
        """Draft a decree that amends this one and open it.

        :param with_annexes: with the annexes of this decree, to be decided anew
        """
        self._require_follower("decree.draft")
        annexes = self._annexes_again() if with_annexes else []
        return self._opened(self._follow(amends=self, annexes=annexes))

    def action_draft_revocation(self):
        """Draft a decree that revokes this one and open it."""
        self._require_follower("decree.draft")
        return self._opened(self._follow(revokes=self))

    def action_draft_excerpt(self, signatory_id, area_id=None, line=None):
        """Draft an excerpt of this decree with some of its lines and open it.

        :param signatory_id: id of who says that it agrees with the original
        :param area_id: id of the area whose lines it shows
        :param line: the one line it shows instead: annex, group (its heading, or
            none) and number
        """
        self._require_follower("decree.draft")
        signatory = self.env["khbs.signatory"].browse(signatory_id).exists()
        area = self.env["khbs.area"].browse(area_id or []).exists()
        if not signatory or bool(area) == bool(line):
            raise UserError(
                self.env._("Choose who signs the excerpt, and an area or one line.")
            )
        annexes = self._excerpted(area, line)
        decree = self._follow(excerpt_of=self, annexes=annexes, signatory=signatory)
        decree.sudo().write(
            {
                "number": self.number,
                "decree_date": self.decree_date,
                "area_id": (area or self.area_id).id,
            }
        )
        return self._opened(decree)

    # Business

    def _require_follower(self, act):
        self.ensure_one()
        self.env["khbs.audit.event"]._require_group(OFFICER, act, self)
        self.check_access("read")
        self._require_followable()

    def _follow(self, annexes=(), signatory=None, **links):
        """Return a draft tied to this decree by *links*, on the same record."""
        record = self.env[self.model].browse(self.res_id).exists()
        original = links.get("excerpt_of")
        decree = self._draft(
            self.kind,
            original.name if original else None,
            record or self,
            annexes=annexes,
            signatory=signatory,
            **links,
        )
        if decree.area_id != self.area_id:
            decree.sudo().area_id = self.area_id
        return decree

    def _opened(self, decree):
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.decree",
            "view_mode": "form",
            "res_id": decree.id,
        }

    def _annexes_again(self):
        """Return the annexes of this decree as papers."""
        return [source.load(annex._source()) for annex in self.annex_ids]

    def _excerpted(self, area, line):
        """Return the annexes with the lines of *area*, or the one *line*, alone."""
        papers = []
        for annex in self.annex_ids.sorted("sequence"):
            if line and annex.sequence != line.get("annex"):
                continue
            keep = self._keep_line(line) if line else self._keep_area(area)
            paper = source.load(annex._source(), keep)
            if next(iter(paper.rows()), None):
                papers.append(paper)
        if not papers:
            raise UserError(
                self.env._("No annex of the decree has such a line. Choose another.")
            )
        return papers

    def _keep_area(self, area):
        def keep(_number, row, group):
            code = row.get("area_code") or row.get("village_code")
            if code:
                return code == area.code or code.startswith(f"{area.code}.")
            return group == area.name

        return keep

    def _keep_line(self, line):
        def keep(number, _row, group):
            same_group = (group or "") == (line.get("group") or "")
            return same_group and number == line.get("number")

        return keep
