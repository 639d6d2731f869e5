# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a form or an RPC call may not write past the actions of a document."""

from odoo.exceptions import AccessError


def refuse(records, vals, protected, frozen=False):
    """Refuse a direct write of *vals*, unless the system itself acts.

    :param protected: names that only the document's own actions may set
    :param frozen: whether the documents have left their draft altogether
    """
    if records.env.su:
        return
    names = sorted(vals) if frozen else sorted(protected & set(vals))
    if names:
        raise AccessError(
            records.env._(
                "%(fields)s cannot be changed directly. Use the buttons of the form.",
                fields=", ".join(
                    records._fields[name]._description_string(records.env)
                    for name in names
                    if name in records._fields
                ),
            )
        )
