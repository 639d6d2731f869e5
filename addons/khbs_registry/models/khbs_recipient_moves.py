# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..quotas import Waiting

OPERATOR = "khbs_registry.group_registry_operator"


class KhbsRecipientMoves(models.AbstractModel):
    """What a decided list knows of the families that leave it or wait for it."""

    _name = "khbs.recipient.moves"
    _description = "Recipient list: who leaves and who waits"

    def action_fill_places(self):
        """Release the families that left and promote waiting ones, as one draft."""
        self.ensure_one()
        record = self._checked(OPERATOR, "recipient_list.fill", "read")
        amendment = self.env["khbs.recipient.amendment"]._open_for(record)
        released = amendment._release_left()
        promoted = amendment._promote_waiting()
        if not amendment.change_ids:
            raise UserError(
                self.env._(
                    "No family of the list has left and no place is free that a "
                    "waiting family could take."
                )
            )
        self.env["khbs.audit.event"]._record(
            "recipient_list.fill", record, {"released": released, "promoted": promoted}
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "khbs.recipient.amendment",
            "res_id": amendment.id,
            "views": [(False, "form")],
        }

    def _lines_left(self):
        """Return the lines with a place whose family has left, not yet released."""
        self.ensure_one()
        lines = self.env["khbs.recipient.line"].search(
            [
                ("list_id", "=", self.id),
                ("household_id.state", "=", "exited"),
                "|",
                ("status", "=", "selected"),
                ("change_ids.kind", "=", "promotion"),
                "!",
                ("change_ids.kind", "=", "release"),
            ],
            order="area_id, rank",
        )
        return lines.filtered(
            lambda line: line._present_standing() in ("selected", "promoted")
        )

    def _waiting_families(self, quotas):
        """Return the waiting families that may take a place of *quotas*.

        Of a village, a kecamatan and a kabupaten no more than have free places there
        can move up into it: the others stay in the database.

        :param quotas: khbs.quota of villages, as they are in the database
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH free AS (
                    SELECT q.area_id, village.parent_id AS district_id, q.regency_id,
                        q.places - q.taken AS places
                    FROM khbs_quota q JOIN khbs_area village ON village.id = q.area_id
                    WHERE q.id = ANY (%(quotas)s)
                ), waiting AS (
                    SELECT line.id, line.area_id, line.regency_id, village.code,
                        village.parent_id AS district_id,
                        row_number() OVER (
                            ORDER BY line.decile::int, line.verified IS NOT TRUE,
                                line.member_count DESC NULLS LAST,
                                sha256(convert_to(%(seed)s || h.name, 'UTF8'))
                        ) AS place
                    FROM khbs_recipient_line line
                    JOIN khbs_household h ON h.id = line.household_id
                    JOIN khbs_area village ON village.id = line.area_id
                    WHERE line.list_id = %(id)s AND line.status = 'waiting'
                        AND line.regency_id IN (SELECT regency_id FROM free)
                        AND h.state = 'eligible' AND h.active
                        AND NOT EXISTS (SELECT FROM khbs_recipient_change change
                            WHERE change.line_id = line.id)
                ), placed AS (
                    SELECT *,
                        row_number() OVER (PARTITION BY area_id ORDER BY place) AS a,
                        row_number() OVER (PARTITION BY district_id
                            ORDER BY place) AS d,
                        row_number() OVER (PARTITION BY regency_id
                            ORDER BY place) AS r
                    FROM waiting
                )
                SELECT p.id, p.code, p.place FROM placed p
                LEFT JOIN free ON free.area_id = p.area_id
                LEFT JOIN (
                    SELECT district_id, sum(places) AS places FROM free GROUP BY 1
                ) district ON district.district_id = p.district_id
                JOIN (
                    SELECT regency_id, sum(places) AS places FROM free GROUP BY 1
                ) regency ON regency.regency_id = p.regency_id
                WHERE a <= free.places OR d <= district.places OR r <= regency.places
                ORDER BY p.place
                """,
                quotas=quotas.ids,
                seed=self.seed,
                id=self.id,
            )
        )
        lines = self.env["khbs.recipient.line"].browse(row[0] for row in rows)
        return [
            Waiting(key=line, village=code, order=(place,))
            for line, (_line_id, code, place) in zip(lines, rows, strict=True)
        ]
