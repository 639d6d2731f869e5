# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo.http import request

from odoo.addons.web.controllers.export import CSVExport, ExcelExport

from ..models.khbs_export import Collector


def recorded(base, data):
    """Return the file that *base* makes of *data*, once it is on record with its hash.

    :param base: method of Odoo's controller of exports
    :param data: what the web client asks for, as JSON
    """
    params = json.loads(data)
    if not params["model"].startswith("khbs."):
        return base(data)
    collector = Collector()
    request.update_context(**{Collector.KEY: collector})
    if not params["ids"]:
        # Odoo logs the domain, and there may be a number in it.
        model = request.env[params["model"]].with_context(**params.get("context", {}))
        params["ids"] = model.search(params["domain"]).ids
    response = base(json.dumps({**params, "domain": [("id", "=", 0)]}))
    # Where nothing was found, nothing need have been gathered.
    records = collector.records
    if records is None:
        records = request.env[params["model"]]
    request.env["khbs.export"]._take(
        records, collector.field_names, response.get_data(), collector.left_out
    )
    return response


class KhbsCSVExport(CSVExport):
    def base(self, data):
        return recorded(super().base, data)


class KhbsExcelExport(ExcelExport):
    def base(self, data):
        return recorded(super().base, data)
