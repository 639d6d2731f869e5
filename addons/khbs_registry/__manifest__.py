# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "KHBS Registry",
    "summary": "Families of Kartu Huma Betang Sejahtera, from delivery to decided list",
    "version": "19.0.1.0.0",
    "author": "Pemerintah Provinsi Kalimantan Tengah",
    "website": "https://kalteng.go.id",
    "license": "LGPL-3",
    "category": "KHBS",
    "depends": ["web"],
    "external_dependencies": {
        "python": [
            "num2words",
            "pypdf",
            "qrcode",
            "reportlab",
            "weasyprint",
            "xlsxwriter",
        ]
    },
    "data": [
        "security/khbs_registry_groups.xml",
        "security/ir.model.access.csv",
        "security/khbs_registry_security.xml",
        "data/khbs.area.csv",
        "data/ir_sequence_data.xml",
        "data/khbs_documents_data.xml",
        "views/khbs_registry_menus.xml",
        "views/khbs_area_views.xml",
        "views/khbs_household_views.xml",
        "views/khbs_person_views.xml",
        "views/khbs_audit_event_views.xml",
        "views/khbs_approval_views.xml",
        "views/res_users_views.xml",
        "views/khbs_verification_templates.xml",
    ],
    "post_init_hook": "post_init_hook",
    "application": True,
}
