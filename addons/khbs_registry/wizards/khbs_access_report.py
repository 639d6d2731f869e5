# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..papers import words
from ..papers.document import Column, Document

# Purposes of khbs.reveal as the paper names them.
_PURPOSES = {
    "verification": "Verifikasi keluarga",
    "complaint": "Penanganan pengaduan",
    "bank": "Selisih dengan bank",
    "subject": "Permintaan subjek data",
    "audit": "Audit atau penyelidikan",
}
_NO_PURPOSE = "Pekerjaan sehari-hari"


class KhbsAccessReport(models.TransientModel):
    """Paper 28 of DOMAIN 10: who looked at personal data, why and how often."""

    _name = "khbs.access.report"
    _description = "Report on access to personal data"

    date_from = fields.Date(
        string="Period from",
        required=True,
        default=lambda self: self._default_date_from(),
    )
    date_to = fields.Date(
        string="Period until", required=True, default=fields.Date.context_today
    )

    _period = models.Constraint(
        "CHECK (date_to >= date_from)", "The period ends before it begins."
    )

    @api.model
    def _default_date_from(self):
        return fields.Date.context_today(self).replace(day=1)

    def _compute_display_name(self):
        self.display_name = self.env._("Report on access to personal data")

    def action_issue(self):
        """Issue the report as PDF and XLSX and show it."""
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        if not self.env.user.has_group("khbs_registry.group_administrator"):
            events._require_group("khbs_registry.group_auditor", "privacy.report")
        if self.date_from > fields.Date.context_today(self):
            raise UserError(self.env._("The period has not begun yet."))
        paper = self.env["khbs.paper"]._issue("privacy_access", self._document())
        return {
            "type": "ir.actions.act_window",
            "res_model": paper._name,
            "res_id": paper.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def _document(self):
        return Document(
            title="LAPORAN AKSES DATA PRIBADI",
            subtitle=[
                "Undang-Undang Nomor 27 Tahun 2022 tentang Pelindungan Data Pribadi",
                f"Masa {words.date(self.date_from)} sampai dengan "
                f"{words.date(self.date_to)}",
            ],
            columns=[
                Column("name", "Pengguna", 46),
                Column("role", "Peran", 44),
                Column("purpose", "Tujuan", 42),
                Column("reveals", "NIK/KK dibuka", 20, kind="integer", total=True),
                Column("families", "Keluarga", 20, kind="integer"),
                Column("searches", "Pencarian nomor", 22, kind="integer", total=True),
                Column("exports", "Ekspor", 17, kind="integer", total=True),
                Column("rows", "Baris diekspor", 22, kind="integer", total=True),
                Column("downloads", "Unduhan berkas", 21, kind="integer", total=True),
                Column("refused", "Ditolak", 17, kind="integer", total=True),
            ],
            rows=self._rows,
            as_of=fields.Datetime.now(),
            landscape=True,
            closing=self._closing(),
            signature=self.env["khbs.signatory"]._block_or_dots("communications"),
        )

    def _closing(self):
        head = self.env["khbs.audit.seal"]._day_head(self.date_to)
        lines = [
            "Keluarga yang dibuka lebih dari satu kali dihitung satu kali dalam kolom "
            "Keluarga; kolom itu tidak dijumlahkan.",
        ]
        if head:
            number, link = head
            lines.append(
                f"Ujung rantai audit {words.date(self.date_to)}: nomor {number}, {link}"
            )
        return lines

    def _rows(self):
        """Yield one dict for each user and purpose, by name."""
        self.env.flush_all()
        self.env.cr.execute(self._query())
        names = [column.name for column in self.env.cr.description]
        for values in self.env.cr.fetchall():
            row = dict(zip(names, values, strict=True))
            row["purpose"] = _PURPOSES.get(row["purpose"], _NO_PURPOSE)
            yield row

    def _query(self):
        """Return the statement of the report: acts on personal data in the period."""
        return SQL(
            """
            WITH touched AS (
                SELECT user_id, role, act, outcome, model, res_id, data,
                       data ->> 'purpose' AS purpose,
                       act LIKE '%%.download' OR act LIKE '%%.rejects' AS download
                  FROM khbs_audit_event
                 WHERE (at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                       BETWEEN %(date_from)s AND %(date_to)s
                   AND (act IN ('household.reveal', 'household.find', 'data.export',
                                'data.flood', 'paper.full_numbers', 'subject.paper')
                        OR act LIKE '%%.download' OR act LIKE '%%.rejects')
            )
            SELECT p.name, max(t.role) AS role, t.purpose,
                   count(*) FILTER (WHERE done AND act IN ('household.reveal',
                       'paper.full_numbers', 'subject.paper')) AS reveals,
                   count(DISTINCT (model, res_id)) FILTER (WHERE done AND act IN (
                       'household.reveal', 'paper.full_numbers', 'subject.paper'
                   )) AS families,
                   count(*) FILTER (WHERE done AND act = 'household.find') AS searches,
                   count(*) FILTER (WHERE done AND act = 'data.export') AS exports,
                   COALESCE(sum((data ->> 'rows')::bigint) FILTER (WHERE done
                       AND act = 'data.export'), 0)::bigint AS rows,
                   count(*) FILTER (WHERE done AND download) AS downloads,
                   count(*) FILTER (WHERE NOT done) AS refused
              FROM (SELECT *, outcome = 'done' AS done FROM touched) t
              JOIN res_users u ON u.id = t.user_id
              JOIN res_partner p ON p.id = u.partner_id
             GROUP BY u.id, p.name, t.purpose
             ORDER BY p.name, u.id, t.purpose NULLS LAST
            """,
            zone=self.env.user.tz or "Asia/Pontianak",
            date_from=self.date_from,
            date_to=self.date_to,
        )
