# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Workbooks that are written when they are asked for, and kept nowhere."""

import tempfile

from werkzeug.wsgi import wrap_file

from odoo.http import Response, content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_workbook(write, name):
    """Return the response with the workbook that *write* puts into a file.

    :param write: called once with an open binary file
    :param name: of the download
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 closed with the response
    try:
        write(file)
    except Exception:
        file.close()
        raise
    size = file.seek(0, 2)
    file.seek(0)
    return Response(
        wrap_file(request.httprequest.environ, file),
        direct_passthrough=True,
        headers=[
            ("Content-Type", XLSX),
            ("Content-Length", str(size)),
            ("Content-Disposition", content_disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "private, no-store"),
        ],
    )
