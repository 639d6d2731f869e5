# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from ..identity_numbers import mask
from ..papers import village, words

POSITIONS = {
    "village_head": village.HEADS,
    "bpd_chair": village.COUNCILS,
    "companion": "Pendamping",
    "community_figure": "Tokoh Masyarakat",
    "district_head": "Camat",
    "rt_head": "Ketua RT/RW",
    "other": "Peserta",
}
LISTED, PROPOSED = "Keluarga dalam daftar", "Keluarga yang diusulkan musyawarah"


class KhbsDeliberationPapers(models.AbstractModel):
    """The papers of a deliberation: its minutes and the list by name."""

    _name = "khbs.deliberation.papers"
    _inherit = "khbs.papered"
    _description = "Deliberation: papers"

    def _issue_minutes(self):
        """Issue the minutes and the list by name, numbers masked."""
        self.ensure_one()
        meeting = self._meeting()
        papers = self.env["khbs.paper"]
        papers._issue_letter(
            "deliberation.minutes",
            f"BERITA ACARA {village.KINDS[self.kind].upper()}",
            lambda code, url: village.minutes(meeting, code, url),
            record=self,
        )
        return self._issue_list()

    def _issue_list(self, full_numbers=False):
        """Issue the list by name and return the paper.

        :param full_numbers: show NIK and KK whole; the caller has recorded for what
        """
        self.ensure_one()
        document = village.candidate_list(
            self._meeting(),
            lambda: self._list_rows(full_numbers),
            fields.Datetime.now(),
        )
        return self.env["khbs.paper"]._issue(
            "deliberation.list_full" if full_numbers else "deliberation.list",
            document,
            record=self,
            personal=full_numbers,
        )

    def _meeting(self):
        """Return what the papers say of the deliberation."""
        self.ensure_one()
        invitation = ""
        if self.invitation_number:
            invitation = f"Nomor {self.invitation_number}"
            if self.invitation_date:
                invitation += f" tanggal {words.date(self.invitation_date)}"
        return village.Meeting(
            kind=self.kind,
            number=self.minutes_number,
            moment=self.held_at,
            place=self.place,
            village=self.area_id._full_title(),
            letterhead=self.area_id._letterhead(),
            chair=self.chair_name,
            chair_office=self.chair_office or "",
            invitation=invitation,
            invited=self.invited_count,
            present=self.attendee_count,
            considered=self.line_count,
            confirmed=self.confirmed_count,
            removed=self.removed_count,
            reasons=self._removed_by_reason(),
            proposed=tuple(self._added().sorted("name").mapped("head_name")),
            resolutions=tuple((self.resolutions or "").splitlines()),
            objection_days=self._objection_days(),
            officials=tuple(self._named(official) for official in self.official_ids),
            list_sha256=self.lines_sha256,
        )

    def _named(self, official):
        position = POSITIONS[official.role]
        if isinstance(position, dict):
            position = position[self.kind]
        return (
            official.role,
            official.position or position,
            official.name,
            official.thumb_print,
        )

    def _removed_by_reason(self):
        """Return {reason: families}, in the order of the reasons."""
        reasons = self.line_ids.mapped("reason")
        return {
            reason: reasons.count(reason)
            for reason in village.REASONS
            if reason in reasons
        }

    def _list_rows(self, full_numbers=False):
        """Yield the families of the list, by RT and name, then the candidates."""
        self.env.flush_all()
        show = (lambda number: number or "-") if full_numbers else _masked
        for row in self._listed_rows() + self._proposed_rows():
            yield {
                **row,
                "kk": show(row["kk"]),
                "nik": show(row["nik"]),
                "rt_rw": "/".join(filter(None, (row["rt"], row["rw"]))) or "-",
                "dwelling": village.DWELLINGS.get(row["dwelling"], "-"),
                "result": village.RESULTS[row["result"]],
                "reason": village.REASONS.get(row["reason"], row["reason"] or ""),
            }

    def _listed_rows(self):
        self.env.cr.execute(
            SQL(
                """
                SELECT %(part)s AS part, h.kk_number AS kk, head.nik, head.name,
                    COALESCE(h.address, '-') AS address,
                    COALESCE(line.new_rt, h.rt) AS rt,
                    COALESCE(line.new_rw, h.rw) AS rw,
                    line.member_count AS members, COALESCE(line.decile, '-') AS decile,
                    COALESCE(line.new_dwelling_kind, line.dwelling_kind) AS dwelling,
                    line.result, line.reason
                FROM khbs_deliberation_line line
                JOIN khbs_household h ON h.id = line.household_id
                LEFT JOIN LATERAL (
                    SELECT p.nik, p.name FROM khbs_person p
                    WHERE p.household_id = h.id AND p.active AND p.relation = '1'
                    ORDER BY p.state = 'alive' DESC, p.id DESC LIMIT 1
                ) head ON true
                WHERE line.deliberation_id = %(id)s
                ORDER BY rt NULLS LAST, head.name, h.name
                """,
                part=LISTED,
                id=self.id,
            )
        )
        return self.env.cr.dictfetchall()

    def _proposed_rows(self):
        return [
            {
                "part": PROPOSED,
                "kk": candidate.kk_number,
                "nik": candidate.person_ids.filtered(lambda p: p.relation == "1").nik,
                "name": candidate.head_name,
                "address": candidate.address or "-",
                "rt": candidate.rt,
                "rw": candidate.rw,
                "members": candidate.member_count,
                "decile": "-",
                "dwelling": candidate.dwelling_kind,
                "result": "added",
                "reason": "Belum ber-NIK" if candidate.without_nik else "",
            }
            for candidate in self._added().sorted("name")
        ]


def _masked(number):
    return mask(number) or "-"
