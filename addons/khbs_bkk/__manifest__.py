# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "KHBS BKK",
    "summary": "Honoraria of the officials who guard KHBS, from roster to decree",
    "version": "19.0.1.1.0",
    "author": "Pemerintah Provinsi Kalimantan Tengah",
    "website": "https://kalteng.go.id",
    "license": "LGPL-3",
    "category": "KHBS",
    "depends": ["khbs_registry"],
    "data": [
        "security/ir.model.access.csv",
        "security/khbs_bkk_security.xml",
        "data/khbs_bkk_policy_data.xml",
        "data/khbs_bkk_role_data.xml",
        "data/khbs_bkk_clause_data.xml",
        "wizards/khbs_bkk_proposal_return_views.xml",
        "wizards/khbs_bkk_decree_draft_views.xml",
        "views/khbs_bkk_menus.xml",
        "views/khbs_bkk_role_views.xml",
        "views/khbs_bkk_rate_views.xml",
        "views/khbs_bkk_policy_views.xml",
        "views/khbs_bkk_holder_views.xml",
        "views/khbs_bkk_disbursement_views.xml",
        "views/khbs_bkk_proposal_line_views.xml",
        "views/khbs_bkk_verdict_views.xml",
        "views/khbs_bkk_proposal_views.xml",
        "views/khbs_bkk_clause_views.xml",
        "views/khbs_decree_views.xml",
    ],
}
