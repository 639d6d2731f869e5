# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import sys

from odoo import http

from . import redaction


def post_load():
    """Let no log record and no error of an RPC call carry a personal number."""
    factory = logging.getLogRecordFactory()
    if getattr(factory, "redacting", False):
        return
    logging.setLogRecordFactory(redaction.redacting(factory))
    sys.excepthook = redaction.report_uncaught
    serialize = http.serialize_exception

    def serialize_exception(exception, **kwargs):
        return redaction.redact_values(serialize(exception, **kwargs))

    http.serialize_exception = serialize_exception


def post_init_hook(env):
    """Make Indonesian and WIB the defaults of every user (DESIGN 7)."""
    env["res.lang"]._activate_lang("id_ID")
    defaults = env["ir.default"]
    defaults.set("res.partner", "lang", "id_ID")
    defaults.set("res.partner", "tz", "Asia/Pontianak")
    env.ref("base.main_company").name = "Pemerintah Provinsi Kalimantan Tengah"
    # What the system does by itself has the date of the province, too.
    env.ref("base.user_root").tz = "Asia/Pontianak"
    # The technical administrator configures and so sees the whole province.
    env.ref("base.user_admin").write(
        {
            "khbs_area_ids": [(4, env.ref("khbs_registry.area_62").id)],
            "lang": "id_ID",
            "tz": "Asia/Pontianak",
        }
    )


def uninstall_hook(env):
    """Leave no staged row of a delivery behind: its table is no model's."""
    env.cr.execute("DROP TABLE IF EXISTS khbs_dtsen_row, khbs_dtsen_pair")
