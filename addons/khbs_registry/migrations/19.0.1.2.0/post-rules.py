# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

FORMER = "[('area_id', 'child_of', user.khbs_area_ids.ids)]"
RULE = (
    "[('area_id', 'child_of', user.khbs_area_ids.ids), '!', ('further_area_ids', "
    "'any', ['!', ('id', 'child_of', user.khbs_area_ids.ids)])]"
)


def migrate(cr, version):
    """Show a delivery of several areas to those alone who have them all.

    Rules are not updated with their file; one that was changed by hand stays.
    """
    cr.execute(
        """
        UPDATE ir_rule r SET domain_force = %s FROM ir_model_data d
        WHERE d.module = 'khbs_registry' AND d.name = 'khbs_dtsen_import_rule_area'
            AND d.model = 'ir.rule' AND d.res_id = r.id AND r.domain_force = %s
        """,
        [RULE, FORMER],
    )
