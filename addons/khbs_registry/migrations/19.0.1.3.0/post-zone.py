# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Give what the system does by itself the date of the province.

Without a zone its day began at seven in the morning: a term that was over at midnight
stayed open, and an entry of the same night lay in the future.
"""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE res_partner SET tz = 'Asia/Pontianak'
         WHERE id = (SELECT partner_id FROM res_users WHERE login = '__system__')
        """
    )
