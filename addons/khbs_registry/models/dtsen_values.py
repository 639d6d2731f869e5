# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What household (h) and person (p) hold after a delivery: family f, row r."""

from odoo.tools import SQL

# What a household holds after the delivery. What a visit has found outlives it.
HOUSEHOLD_VALUES = {
    "kk_number": "f.kk_number",
    "dtsen_key": "f.name",
    "area_id": "f.area_id",
    "regency_id": "f.regency_id",
    "address": "f.address",
    "rt": "f.rt",
    "rw": "f.rw",
    "decile": "f.decile",
    "dwelling_kind": "CASE WHEN h.captured_at IS NULL "
    "THEN COALESCE(f.dwelling_kind, h.dwelling_kind) ELSE h.dwelling_kind END",
    "latitude": "CASE WHEN h.captured_at IS NULL "
    "THEN COALESCE(f.latitude, h.latitude) ELSE h.latitude END",
    "longitude": "CASE WHEN h.captured_at IS NULL "
    "THEN COALESCE(f.longitude, h.longitude) ELSE h.longitude END",
}
# What a person holds after the delivery. A NIK once known is not forgotten.
PERSON_VALUES = {
    "name": "r.name",
    "nik": "COALESCE(r.nik, p.nik)",
    "nik_status": "CASE WHEN r.nik IS NULL THEN p.nik_status ELSE r.nik_status END",
    "relation": "r.relation",
    "birth_date": "r.birth_date",
    "sex": "r.sex",
}
HOUSEHOLD_NOW = SQL(", ".join(f"h.{name}" for name in HOUSEHOLD_VALUES))
HOUSEHOLD_THEN = SQL(", ".join(HOUSEHOLD_VALUES.values()))
HOUSEHOLD_SET = SQL(", ".join(f"{k} = {v}" for k, v in HOUSEHOLD_VALUES.items()))
PERSON_NOW = SQL(", ".join(f"p.{name}" for name in PERSON_VALUES))
PERSON_THEN = SQL(", ".join(PERSON_VALUES.values()))
PERSON_SET = SQL(", ".join(f"{k} = {v}" for k, v in PERSON_VALUES.items()))
