# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "KHBS Bench",
    "summary": "The route that the authorisation of claims is measured against",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Pemerintah Provinsi Kalimantan Tengah",
    "license": "LGPL-3",
    "depends": ["khbs_edc"],
    "installable": True,
}
