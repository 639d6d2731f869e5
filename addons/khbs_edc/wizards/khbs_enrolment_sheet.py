# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import io

import qrcode

from odoo import api, fields, models


class KhbsEnrolmentSheet(models.TransientModel):
    """What the officer hands to the person who enrols a device; never stored."""

    _name = "khbs.enrolment.sheet"
    _description = "Enrolment sheet"
    _rec_name = "tid"

    tid = fields.Char(string="Number", readonly=True)
    code = fields.Char(string="One-time code", readonly=True)
    root = fields.Char(string="Root key (SHA-256)", readonly=True)
    valid_until = fields.Datetime(readonly=True)
    prg = fields.Char(string="Programme", readonly=True)
    aud = fields.Char(string="Audience", readonly=True)
    qr = fields.Binary(string="QR", compute="_compute_qr")

    @api.depends("root")
    def _compute_qr(self):
        for sheet in self:
            image = io.BytesIO()
            qrcode.make(sheet.root or "").save(image, "PNG")
            sheet.qr = base64.b64encode(image.getvalue())

    @api.model_create_multi
    def create(self, vals_list):
        # The code is shown once and kept nowhere but as a hash.
        return super().create([{**vals, "code": False} for vals in vals_list])
