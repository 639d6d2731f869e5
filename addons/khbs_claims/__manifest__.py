# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "KHBS Claims",
    "summary": "The aid: rounds, entitlements, claims, bank files, food deliveries",
    "version": "19.0.1.1.0",
    "author": "Pemerintah Provinsi Kalimantan Tengah",
    "website": "https://kalteng.go.id",
    "license": "LGPL-3",
    "category": "KHBS",
    "depends": ["khbs_cards"],
    "data": [
        "security/ir.model.access.csv",
        "security/khbs_claims_security.xml",
        "data/ir_sequence_data.xml",
        "data/khbs_benefit_data.xml",
        "views/khbs_claims_menus.xml",
        "views/khbs_round_views.xml",
        "views/khbs_entitlement_views.xml",
        "views/khbs_claim_views.xml",
        "views/khbs_case_views.xml",
        "views/khbs_manual_claim_views.xml",
        "views/khbs_bank_batch_views.xml",
        "views/khbs_bank_line_views.xml",
        "views/khbs_bank_result_views.xml",
        "views/khbs_bank_account_views.xml",
        "views/khbs_delivery_views.xml",
        "views/khbs_point_views.xml",
        "views/khbs_benefit_views.xml",
        "views/khbs_household_views.xml",
        "views/khbs_card_views.xml",
    ],
}
