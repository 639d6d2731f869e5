# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "KHBS Cards",
    "summary": "One smart card for each family, from key to hand-over and block",
    "version": "19.0.1.1.0",
    "author": "Pemerintah Provinsi Kalimantan Tengah",
    "website": "https://kalteng.go.id",
    "license": "LGPL-3",
    "category": "KHBS",
    "depends": ["khbs_registry"],
    "external_dependencies": {"python": ["cryptography", "python-pkcs11"]},
    "data": [
        "security/ir.model.access.csv",
        "security/khbs_cards_security.xml",
        "data/khbs_card_list_data.xml",
        "data/ir_cron_data.xml",
        "data/ir_sequence_data.xml",
        "data/khbs_key_cron_data.xml",
        "data/khbs_card_cron_data.xml",
        "views/khbs_cards_menus.xml",
        "wizards/khbs_card_hand_over_form_views.xml",
        "wizards/khbs_card_move_views.xml",
        "views/khbs_card_alert_views.xml",
        "views/khbs_card_views.xml",
        "views/khbs_card_job_views.xml",
        "views/khbs_card_spoiled_views.xml",
        "views/khbs_card_pin_order_views.xml",
        "views/khbs_card_run_views.xml",
        "views/khbs_card_list_version_views.xml",
        "views/khbs_authority_key_views.xml",
        "views/khbs_household_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["khbs_cards/static/src/**/*"],
    },
}
