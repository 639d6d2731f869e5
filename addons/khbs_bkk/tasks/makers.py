# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who had a hand in a document, and so is not asked to decide it."""

from odoo.tools import SQL

# Nobody is barred but by another step of the document.
NOBODY = SQL("NULL::integer[]")


def of_acts(document, model, acts):
    """Return the array of the users who entered *document* or did one of *acts*.

    :param document: alias of the document's table
    :param acts: list of codes of audit events
    """
    return SQL(
        """
        ARRAY(SELECT %(author)s UNION
              SELECT e.user_id FROM khbs_audit_event e
               WHERE e.model = %(model)s AND e.res_id = %(id)s
                 AND e.act = ANY(%(acts)s) AND e.outcome = 'done')
        """,
        author=SQL.identifier(document, "create_uid"),
        model=model,
        id=SQL.identifier(document, "id"),
        acts=acts,
    )
