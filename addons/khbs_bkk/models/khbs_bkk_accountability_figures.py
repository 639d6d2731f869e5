# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import json

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.khbs_registry.rupiah import Rupiah

from ..guards import accountability as guards


class KhbsBkkAccountabilityFigures(models.AbstractModel):
    """The figures of an LPJ, measured where the money stands."""

    _name = "khbs.bkk.accountability.figures"
    _description = "BKK accountability: figures"

    def _measure(self):
        """Write the figures of this moment into these drafts, in three statements."""
        self.env.flush_all()
        if not self:
            return
        ids = tuple(self.ids)
        self.env.cr.execute(
            SQL(
                """
                UPDATE khbs_bkk_accountability r
                   SET decreed_amount = f.decreed, received_amount = f.received,
                       paid_amount = f.paid, tax_amount = f.tax,
                       net_amount = f.paid - f.tax,
                       left_amount = f.received - f.paid,
                       refunded_amount = f.refunded, people_count = f.people
                  FROM khbs_bkk_accountability s
            CROSS JOIN LATERAL khbs_bkk_account(s.proposal_id) f
                 WHERE s.id = r.id AND r.id IN %s AND r.state = 'draft'
                """,
                ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM khbs_bkk_accountability_role l
                 USING khbs_bkk_accountability r
                 WHERE r.id = l.accountability_id AND r.id IN %s AND r.state = 'draft'
                """,
                ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO khbs_bkk_accountability_role (
                    accountability_id, role_id, decreed_count, decreed_amount,
                    people_count, paid_amount, tax_amount, net_amount, left_amount
                )
                SELECT r.id, f.role_id, f.decreed_people, f.decreed, f.people, f.paid,
                       f.tax, f.paid - f.tax, f.decreed - f.paid
                  FROM khbs_bkk_accountability r
            CROSS JOIN LATERAL khbs_bkk_account_roles(r.proposal_id) f
                 WHERE r.id IN %s AND r.state = 'draft'
                """,
                ids,
            )
        )
        self.env.invalidate_all()

    def _is_stale(self):
        """Return whether money moved since the figures were taken."""
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT (r.decreed_amount, r.received_amount, r.paid_amount,
                        r.tax_amount, r.refunded_amount, r.people_count)
                       IS DISTINCT FROM
                       (f.decreed, f.received, f.paid, f.tax, f.refunded, f.people)
                  FROM khbs_bkk_accountability r
            CROSS JOIN LATERAL khbs_bkk_account(r.proposal_id) f
                 WHERE r.id = %s
                """,
                self.id,
            )
        )
        return self.env.cr.fetchone()[0]

    def _undecided_count(self):
        """Return how many names of the decree are neither paid nor given up.

        Where the decree is revoked nobody is paid any more: what was not paid is left
        and goes back.
        """
        self.ensure_one()
        if not self.proposal_id.decree_id._in_force():
            return 0
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT (SELECT count(*) FROM khbs_bkk_payment_line
                         WHERE proposal_id = p.id AND NOT settled
                           AND state IN ('to_pay', 'held', 'returned'))
                     + (SELECT count(*) FROM khbs_bkk_decree_line d
                         WHERE d.proposal_id = p.id
                           AND d.decree_id = p.payable_decree_id
                           AND NOT EXISTS (
                               SELECT FROM khbs_bkk_payment_line l
                                WHERE l.proposal_line_id = d.line_id))
                  FROM khbs_bkk_proposal p
                 WHERE p.id = %s
                """,
                self.proposal_id.id,
            )
        )
        return self.env.cr.fetchone()[0]

    def _printable_sha256(self):
        """Return the digest of what stands on the printed LPJ."""
        return _sha256(self._printable())

    def _figures_sha256(self):
        """Return the digest of all that is submitted: figures, refunds, evidence."""
        return _sha256([self._printable(), self._files()])

    def _printable(self):
        """Return what the printed LPJ says, as plain values."""
        self.ensure_one()
        figures = (
            "decreed_amount",
            "received_amount",
            "paid_amount",
            "tax_amount",
            "left_amount",
            "refunded_amount",
            "people_count",
        )
        return {
            "proposal": self.proposal_id.id,
            "version": self.version,
            "letter": [self.letter_number or "", str(self.letter_date or "")],
            "note": self.note or "",
            "figures": [self[name] for name in figures],
            "roles": [
                [line.role_id.id, line.people_count, line.paid_amount, line.tax_amount]
                for line in self.role_ids
            ],
            "refunds": [
                [refund.sts_number, str(refund.sts_date), refund.amount]
                for refund in self._all_refunds()
            ],
        }

    def _files(self):
        """Return the digests of the uploaded files."""
        return [
            sorted(refund.scan_sha256 or "" for refund in self._all_refunds()),
            sorted([one.kind, one.file_sha256] for one in self.evidence_ids),
        ]

    def _content_parts(self):
        return self._figures_sha256()

    def _all_refunds(self):
        """Return the refunds of this version and of those before it."""
        return (
            self.env["khbs.bkk.refund"]
            .sudo()
            .search(
                [
                    ("proposal_id", "=", self.proposal_id.id),
                    ("accountability_id.version", "<=", self.version),
                ],
                order="sts_date, sts_number, id",
            )
        )


class KhbsBkkAccountabilityRole(models.Model):
    """How many holders of a role were paid, and how much."""

    _name = "khbs.bkk.accountability.role"
    _description = "BKK accountability: a role"
    _order = "accountability_id, role_id"
    _rec_name = "role_id"
    _log_access = False

    accountability_id = fields.Many2one(
        comodel_name="khbs.bkk.accountability",
        required=True,
        index=True,
        ondelete="restrict",
    )
    role_id = fields.Many2one(
        comodel_name="khbs.bkk.role", required=True, ondelete="restrict"
    )
    decreed_count = fields.Integer(string="People in the decree", required=True)
    decreed_amount = Rupiah(string="By decree", required=True)
    people_count = fields.Integer(string="People paid", required=True)
    paid_amount = Rupiah(string="Paid", required=True)
    tax_amount = Rupiah(string="Tax withheld", required=True)
    net_amount = Rupiah(string="Paid out", required=True)
    left_amount = Rupiah(string="Not paid", required=True)

    _role_uniq = models.Constraint(
        "UNIQUE (accountability_id, role_id)", "A role stands once in an LPJ."
    )

    def init(self):
        self.env.cr.execute(guards.part_guard(self._table))


def _sha256(content):
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()
