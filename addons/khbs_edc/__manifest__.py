# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "KHBS EDC",
    "summary": "The terminals: enrolment, leases, journals, endpoint and settlement",
    "version": "19.0.1.1.0",
    "author": "Pemerintah Provinsi Kalimantan Tengah",
    "website": "https://kalteng.go.id",
    "license": "LGPL-3",
    "category": "KHBS",
    "depends": ["khbs_claims"],
    "data": [
        "data/res_users_data.xml",
        "data/ir_sequence_data.xml",
        "data/ir_cron_data.xml",
        "security/ir.model.access.csv",
        "security/khbs_edc_security.xml",
        "views/khbs_edc_menus.xml",
        "views/khbs_terminal_views.xml",
        "views/khbs_operator_views.xml",
        "wizards/khbs_enrolment_sheet_views.xml",
        "views/khbs_lease_views.xml",
        "views/khbs_journal_entry_views.xml",
        "views/khbs_journal_reject_views.xml",
        "views/khbs_settlement_views.xml",
        "views/khbs_authorisation_views.xml",
        "views/khbs_claim_counter_views.xml",
        "views/khbs_server_fact_views.xml",
        "views/khbs_lease_hold_views.xml",
        "wizards/khbs_hold_release_views.xml",
        "views/khbs_point_views.xml",
        "views/khbs_entitlement_views.xml",
        "views/khbs_card_alert_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["khbs_edc/static/src/print_button/*"],
    },
}
