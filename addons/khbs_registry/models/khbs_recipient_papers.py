# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from ..papers import recipients, words

READERS = (
    "khbs_registry.group_registry_operator",
    "khbs_registry.group_approver",
    "khbs_registry.group_decree_officer",
    "khbs_registry.group_auditor",
)
DRAFT_NOTE = "RANCANGAN: daftar belum ditetapkan."


class KhbsRecipientPapers(models.AbstractModel):
    """The papers of a list, and its rows in the order in which papers name them."""

    _name = "khbs.recipient.papers"
    _inherit = "khbs.papered"
    _description = "Recipient list: the papers"

    def action_print_quotas(self):
        """Issue the quotas as PDF and XLSX."""
        return self._issue_list_paper("quotas", self._quotas_document)

    def action_print_recipients(self):
        """Issue the selected families as PDF and XLSX."""
        return self._issue_list_paper("recipients", self._recipients_document)

    def action_print_recap(self):
        """Issue the counts and rupiah of each regency as PDF and XLSX."""
        return self._issue_list_paper("recap", self._recap_document)

    def action_print_ranking(self):
        """Issue the ranking with the lots, without names, to be checked by anybody."""
        return self._issue_list_paper("ranking", self._ranking_document)

    def _issue_list_paper(self, kind, make):
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        if not any(self.env.user.has_group(group) for group in READERS):
            events._require_group(READERS[0], f"recipient_list.{kind}", self)
        self.check_access("read")
        paper = self.env["khbs.paper"]._issue(
            f"recipient_list.{kind}", make(), record=self
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.paper",
            "res_id": paper.id,
            "views": [(False, "form")],
        }

    def _issue_announcement(self):
        """Issue what was bound before the draw; return the paper."""
        record = self.sudo()
        criteria = record.criteria_id
        facts = [
            ("Daftar", f"{record.name} {record.title}"),
            ("Wilayah", record.area_id.name),
            (
                "Kriteria",
                f"{criteria.name}, {criteria.legal_basis}",
            ),
            ("Diumumkan", words.moment(record.seed_bound_at)),
            ("Undian sebelumnya", f"{record.earlier_draw_count} kali"),
        ]
        if record.seed_sha256:
            facts.append(("Sidik benih (SHA-256)", record.seed_sha256))
            facts.append(("Benih", "dibuka bersama hasil peringkat"))
        else:
            facts.append(("Benih", f"dari {record.seed_source}"))
            facts.append(("Benih diketahui", words.date(record.seed_known_on)))
        document = recipients.announcement(
            record._paper_subtitle(draft=False),
            facts,
            fields.Datetime.now(),
            record._social_affairs(),
        )
        return self.env["khbs.paper"]._issue(
            "recipient_list.draw", document, record=self
        )

    def _quotas_document(self):
        record = self.sudo()
        return recipients.quotas(
            record._paper_subtitle(),
            record._quota_rows,
            fields.Datetime.now(),
            record._social_affairs(),
        )

    def _recipients_document(self):
        record = self.sudo()
        return recipients.recipients(
            record._annex_rows,
            record.cash_amount,
            record.food_amount,
            fields.Datetime.now(),
            subtitle=record._paper_subtitle(),
            signature=record._social_affairs(),
        )

    def _recap_document(self):
        record = self.sudo()
        return recipients.recap(
            record._recap_rows,
            record.cash_amount,
            record.food_amount,
            fields.Datetime.now(),
            subtitle=record._paper_subtitle(),
            signature=record._social_affairs(),
        )

    def _ranking_document(self):
        record = self.sudo()
        seed = [
            f"Benih: {record.seed}",
            f"Sidik benih (SHA-256): {record.seed_sha256 or '-'}",
            f"Sidik daftar (SHA-256): {record.sha256 or '-'}",
        ]
        return recipients.ranking(
            record._paper_subtitle(), record._ranking_rows, fields.Datetime.now(), seed
        )

    def _paper_subtitle(self, draft=True):
        lines = [f"{self.title} ({self.name})", f"Wilayah: {self.area_id.name}"]
        if draft and self.state != "decided":
            lines.append(DRAFT_NOTE)
        return lines

    def _social_affairs(self):
        """Return the block of the head of social affairs."""
        return self.env["khbs.signatory"]._block_or_dots("social_affairs")

    # Rows

    def _districts(self):
        """Return the ids of the districts with lines, by code: a batch of the rows."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT district.id FROM (
                    SELECT DISTINCT village.parent_id AS id
                    FROM khbs_recipient_line line
                    JOIN khbs_area village ON village.id = line.area_id
                    WHERE line.list_id = %s
                ) used JOIN khbs_area district USING (id) ORDER BY district.code
                """,
                self.id,
            )
        )
        return [district for [district] in rows]

    def _rows_by_district(self, condition):
        """Yield the rows of the families that meet *condition*, sorted for papers.

        By regency, district, village and name of the head; a district at a time, so
        that a list of any length needs the memory of one district.
        """
        for district in self._districts():
            self.env.cr.execute(
                SQL(
                    """
                    SELECT regency.name AS regency, district.name AS district,
                        village.name AS village, village.code AS village_code,
                        village.level = 'urban_village' AS urban,
                        h.name AS number, h.id AS household_id,
                        COALESCE(head.name, '-') AS name,
                        COALESCE(h.address, '-') AS address,
                        concat_ws('/', NULLIF(h.rt, ''), NULLIF(h.rw, '')) AS rt_rw,
                        line.decile::int AS decile, line.verified,
                        line.member_count AS members, line.rank, line.status
                    FROM khbs_recipient_line line
                    JOIN khbs_household h ON h.id = line.household_id
                    JOIN khbs_area village ON village.id = line.area_id
                    JOIN khbs_area district ON district.id = village.parent_id
                    JOIN khbs_area regency ON regency.id = line.regency_id
                    LEFT JOIN khbs_person head ON head.household_id = h.id
                        AND head.active AND head.state = 'alive' AND head.relation = '1'
                    WHERE line.list_id = %(id)s AND district.id = %(district)s
                        AND %(condition)s
                    """,
                    id=self.id,
                    district=district,
                    condition=condition,
                )
            )
            rows = self.env.cr.dictfetchall()
            rows.sort(key=lambda row: (row["village_code"], row["name"], row["number"]))
            yield from rows

    def _annex_rows(self):
        """Yield the selected families by regency, district, village and name.

        What a family receives in one round is on each row, in rupiah.
        """
        money = {"cash": self.cash_amount, "food": self.food_amount}
        total = self.cash_amount + self.food_amount
        for row in self._rows_by_district(SQL("line.status = 'selected'")):
            kind = "Kelurahan" if row["urban"] else "Desa"
            within = f"Kecamatan {row['district']}, {kind} {row['village']}"
            yield {**row, **money, "total": total, "within": within}

    def _recap_rows(self):
        """Yield a row for each regency: districts, villages, families and rupiah."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT regency.name AS regency,
                    count(DISTINCT village.parent_id) AS districts,
                    count(DISTINCT village.id) AS villages, count(*) AS families,
                    count(*) * %(cash)s AS cash, count(*) * %(food)s AS food,
                    count(*) * (%(cash)s + %(food)s) AS total
                FROM khbs_recipient_line line
                JOIN khbs_area village ON village.id = line.area_id
                JOIN khbs_area regency ON regency.id = line.regency_id
                WHERE line.list_id = %(id)s AND line.status = 'selected'
                GROUP BY regency.id ORDER BY regency.code
                """,
                id=self.id,
                cash=self.cash_amount,
                food=self.food_amount,
            )
        )
        yield from self.env.cr.dictfetchall()

    def _quota_rows(self):
        """Yield the quotas of the villages, by regency."""
        for quota in self.quota_ids.filtered(lambda q: q.level == "village"):
            yield {
                "regency": quota.regency_id.name,
                "code": quota.code,
                "district": quota.area_id.parent_id.name,
                "village": quota.area_id.name,
                "eligible": quota.eligible,
                "proposed": quota.proposed,
                "places": quota.places,
                "reason": quota.reason or "",
            }

    def _ranking_rows(self):
        """Yield every family of the list without its name, by village and rank."""
        for district in self._districts():
            self.env.cr.execute(
                SQL(
                    """
                    SELECT concat_ws(', ', village.name, district.name, regency.name)
                            || ' (' || village.code || ')' AS village,
                        h.name AS number, line.decile::int AS decile,
                        CASE WHEN line.verified THEN 'ya' ELSE 'belum' END AS verified,
                        line.member_count AS members,
                        left(encode(sha256(convert_to(%(seed)s || h.name, 'UTF8')),
                            'hex'), 16) AS lot,
                        line.rank, CASE line.status WHEN 'selected' THEN 'terpilih'
                            ELSE 'daftar tunggu' END AS status
                    FROM khbs_recipient_line line
                    JOIN khbs_household h ON h.id = line.household_id
                    JOIN khbs_area village ON village.id = line.area_id
                    JOIN khbs_area district ON district.id = village.parent_id
                    JOIN khbs_area regency ON regency.id = line.regency_id
                    WHERE line.list_id = %(id)s AND district.id = %(district)s
                    ORDER BY village.code, line.rank
                    """,
                    id=self.id,
                    district=district,
                    seed=self.seed,
                )
            )
            yield from self.env.cr.dictfetchall()
