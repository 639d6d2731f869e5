# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    """Say of the cards and runs there are which design they bear, and count them.

    Until now there was one design only, which the neutral one stands for.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    neutral = env.ref("khbs_cards.template_neutral")
    for table in ("khbs_card_run", "khbs_card"):
        cr.execute(
            SQL(
                "UPDATE %s SET template_id = %s WHERE template_id IS NULL",
                SQL.identifier(table),
                neutral.id,
            )
        )
    cr.execute(
        "UPDATE khbs_card_run SET closed_at = write_date "
        "WHERE state = 'done' AND closed_at IS NULL"
    )
    env.invalidate_all()
    env["khbs.card.count"]._rebuild()
