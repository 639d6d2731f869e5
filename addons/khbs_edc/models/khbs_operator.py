# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.khbs_cards.protocol import base64url

SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
MIN_SECRET = 6


class KhbsOperator(models.Model):
    """A person who serves at a terminal and answers for what is done under the code."""

    _name = "khbs.operator"
    _description = "Operator"
    _order = "terminal_id, code"

    terminal_id = fields.Many2one(
        comodel_name="khbs.terminal", required=True, index=True, ondelete="restrict"
    )
    area_id = fields.Many2one(related="terminal_id.area_id")
    code = fields.Char(required=True, help="op of the EDC protocol, as in OP1.")
    name = fields.Char(required=True)
    verifier = fields.Char(readonly=True, groups="base.group_system")
    secret = fields.Char(
        string="New password",
        compute="_compute_secret",
        inverse="_inverse_secret",
        help="At least six characters. Kept as a scrypt verifier only.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE (terminal_id, code)", "The terminal has an operator with this code."
    )
    _code_form = models.Constraint(
        "CHECK (code ~ '^[A-Za-z0-9._-]{1,32}$')",
        "An operator's code has up to 32 letters, digits, points or hyphens.",
    )

    def _compute_secret(self):
        self.secret = False

    def _inverse_secret(self):
        for operator in self.filtered("secret"):
            if len(operator.secret) < MIN_SECRET:
                raise ValidationError(
                    self.env._("The password has at least six characters.")
                )
            operator.sudo().verifier = self._verifier(operator.secret)
            self.env["khbs.audit.event"]._record("operator.password", operator)

    @api.constrains("terminal_id")
    def _check_terminal(self):
        for operator in self:
            if operator.terminal_id.kind != "terminal":
                raise ValidationError(
                    self.env._("A card station has no operators of its own.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        operators = super().create(vals_list)
        for operator in operators:
            self.env["khbs.audit.event"]._record("operator.create", operator)
        return operators

    def write(self, vals):
        if {"code", "terminal_id"} & set(vals):
            raise UserError(
                self.env._("Archive the operator and add a new one instead.")
            )
        return super().write(vals)

    @api.model
    def _verifier(self, secret):
        """Return scrypt$n$r$p$salt$hash, salt and hash in base64url."""
        salt = secrets.token_bytes(16)
        digest = hashlib.scrypt(secret.encode(), salt=salt, **SCRYPT)
        return "$".join(
            (
                "scrypt",
                *(str(SCRYPT[name]) for name in "nrp"),
                base64url.encode(salt),
                base64url.encode(digest),
            )
        )

    @api.model
    def _changed_since(self, terminal):
        """Tell whether operators changed since the configuration that is applied.

        Its version is the moment at which it was made. One who left counts too.
        """
        self.flush_model(["terminal_id", "write_date"])
        self.env.cr.execute(
            """
            SELECT EXISTS (
                SELECT FROM khbs_operator o
                 WHERE o.terminal_id = %(terminal)s
                   AND o.write_date AT TIME ZONE 'UTC' >= to_timestamp((
                       SELECT COALESCE(max(j.document::int), 0)
                         FROM khbs_journal_entry j
                        WHERE j.terminal_id = %(terminal)s AND j.ev = 'cfg'
                          AND j.valid AND j.document IS NOT NULL)))
            """,
            {"terminal": terminal.id},
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _config(self, terminal):
        """Return ``ops`` of the khbs-config of *terminal*."""
        operators = self.search([("terminal_id", "=", terminal.id)])
        return [
            {"op": each.code, "name": each.name, "v": each.verifier or ""}
            for each in operators
        ]
