# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ..papers import recipients

READERS = (
    "khbs_registry.group_registry_operator",
    "khbs_registry.group_validator",
    "khbs_registry.group_field_officer",
    "khbs_registry.group_approver",
    "khbs_registry.group_auditor",
)


class KhbsDecisionAnswer(models.AbstractModel):
    """Why a family is or is not eligible, in whole: reasons, place, history."""

    _name = "khbs.decision.answer"
    _description = "Decision: the whole answer"

    source_text = fields.Text(
        string="Sources", compute="_compute_answer", compute_sudo=True
    )
    place_text = fields.Text(
        string="Place in the lists", compute="_compute_answer", compute_sudo=True
    )
    history_text = fields.Text(
        string="Earlier decisions", compute="_compute_answer", compute_sudo=True
    )

    def _compute_answer(self):
        for decision in self:
            sources = dict.fromkeys(source for _text, source in decision._sentences())
            decision.source_text = "\n".join(sources)
            decision.place_text = "\n".join(decision._places_said())
            decision.history_text = "\n".join(
                f"{text} {reasons}" for text, reasons in decision._history_said()
            )

    def action_print_answer(self):
        """Issue the answer as a paper with a verification code; the KK is masked."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        if not any(self.env.user.has_group(group) for group in READERS):
            events._require_group(READERS[0], "household.explain", self.household_id)
        self.check_access("read")
        household = self.household_id
        household.check_access("read")
        paper = self.env["khbs.paper"]._issue(
            "household.eligibility",
            self.with_context(lang="id_ID").sudo()._answer_document(),
            record=household,
        )
        return paper.action_pdf()

    def _answer_document(self):
        """Return the paper: one part for the result, the place and the history."""
        household = self.household_id
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        rows = [
            {
                "part": f"Hasil: {outcomes[self.outcome]}",
                "reason": text,
                "source": source,
            }
            for text, source in self._sentences()
        ]
        rows += [
            {"part": "Tempat dalam daftar", "reason": text, "source": ""}
            for text in self._places_said()
        ]
        rows += [
            {"part": "Riwayat penetapan", "reason": reasons, "source": text}
            for text, reasons in self._history_said()
        ]
        return recipients.eligibility(
            [
                f"Keluarga {household.name}, KK {household.kk_masked or '-'}",
                f"{household.area_id.name}, {household.regency_id.name or ''}",
                f"Kriteria: {self.criteria_id.name}, {self.criteria_id.legal_basis}",
                f"Diputuskan pada {self._day(self.decided_at.date())}",
            ],
            lambda: iter(rows),
            fields.Datetime.now(),
            [
                "Keberatan atas hasil ini disampaikan kepada Kepala Desa/Lurah atau "
                "kanal pengaduan KHBS dengan menyebut kode verifikasi dokumen ini.",
            ],
        )

    def _places_said(self):
        """Return sentences on every list that names the family, the latest first."""
        lines = self.household_id.sudo().recipient_line_ids.filtered(
            lambda line: line.state != "cancelled"
        )
        said = [self._place_said(line) for line in lines.sorted("id", reverse=True)]
        said += [
            self.env._(
                "A re-evaluation is under way: %(result)s.",
                result=dict(finding._fields["result"]._description_selection(self.env))[
                    finding.result
                ],
            )
            for finding in self.env["khbs.reevaluation"]
            .sudo()
            .search([("household_id", "=", self.household_id.id)])
            if finding.state in finding._OPEN
        ]
        return said or [self.env._("The family stands in no recipient list.")]

    def _place_said(self, line):
        quota = line._held_quotas()[line]
        facts = {
            "list": line.list_id.display_name,
            "village": line.area_id.name,
            "rank": line.rank,
            "places": quota.places,
            "number": line.waiting_number,
            "day": self._day(line.list_id.decided_at),
        }
        if line.state != "decided":
            return self.env._(
                "Stands in %(list)s, which is not decided yet: rank %(rank)s in "
                "%(village)s.",
                **facts,
            )
        standing = line.standing
        if standing in ("promoted", "released"):
            change = line.change_ids.filtered(lambda c: c.state == "decided")[-1:]
            facts["amendment"] = change.amendment_id.name
            facts["day"] = self._day(change.amendment_id.decided_at)
            if standing == "promoted":
                return self.env._(
                    "Promoted from the waiting list of %(list)s by amendment "
                    "%(amendment)s on %(day)s.",
                    **facts,
                )
            return self.env._(
                "Released from %(list)s by amendment %(amendment)s on %(day)s.", **facts
            )
        if standing == "waiting":
            return self.env._(
                "Waiting list of %(list)s: number %(number)s in %(village)s, whose "
                "quota is %(places)s families (rank %(rank)s).",
                **facts,
            )
        if quota:
            return self.env._(
                "Selected in %(list)s, decided on %(day)s: rank %(rank)s in "
                "%(village)s, within its quota of %(places)s families.",
                **facts,
            )
        return self.env._(
            "Selected in %(list)s, decided on %(day)s: rank %(rank)s in %(village)s.",
            **facts,
        )

    def _history_said(self):
        """Return (when, criteria and outcome; reasons) of the earlier decisions."""
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        earlier = self.household_id.sudo().decision_ids.filtered(
            lambda decision: decision.id != self.id
        )
        said = []
        for decision in earlier.sorted("id", reverse=True):
            day = self._day(decision.decided_at.date())
            outcome = outcomes[decision.outcome]
            reasons = " ".join(text for text, _source in decision._sentences())
            said.append((f"{day}, {decision.criteria_id.name}: {outcome}.", reasons))
        return said
