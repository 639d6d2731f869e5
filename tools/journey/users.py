# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""First station: the administrator makes one user for each role."""

PROVINCE = "62"
# The regency, district and village where the demonstration takes place.
REGENCY = "62.06"
DISTRICT = "62.06.01"

# login -> (name, roles, area code)
DEMO_USERS = {
    "petugas": ("Petugas Lapangan", ["field_officer"], DISTRICT),
    "operator": ("Operator Registri", ["registry_operator"], PROVINCE),
    "validator": ("Validator", ["validator"], PROVINCE),
    "kartu": ("Petugas Kartu", ["card_officer"], PROVINCE),
    "edc": ("Petugas EDC Diskominfosantik", ["terminal_officer"], PROVINCE),
    "distribusi": ("Petugas Distribusi", ["distribution_officer"], PROVINCE),
    "bank": ("Petugas Bank (pembuat)", ["bank_officer"], PROVINCE),
    "bank2": ("Petugas Bank (pemeriksa)", ["bank_officer"], PROVINCE),
    "pengusul": ("Pengusul BKK Katingan", ["bkk_proposer"], REGENCY),
    "verifikator": ("Verifikator BKK", ["bkk_verifier"], PROVINCE),
    "sk": ("Petugas Keputusan", ["decree_officer"], PROVINCE),
    "penyetuju": ("Penyetuju", ["approver"], PROVINCE),
    "auditor": ("Auditor Inspektorat", ["auditor"], PROVINCE),
    "pembuka": ("Pembaca Data Pribadi", ["pii_reader"], PROVINCE),
    "pengelola": ("Pengelola KHBS", ["administrator"], PROVINCE),
}


def run(journey):
    """Create the demo users as the technical administrator."""
    admin = journey.erp("admin")
    groups = {
        role: _reference(admin, f"group_{role}")
        for _name, roles, _area in DEMO_USERS.values()
        for role in roles
    }
    for login, (name, roles, code) in DEMO_USERS.items():
        admin.create(
            "res.users",
            {
                "name": name,
                "login": login,
                "password": journey.password(login),
                "group_ids": [(6, 0, [groups[role] for role in roles])],
                "khbs_area_ids": [
                    (6, 0, admin.search("khbs.area", [("code", "=", code)]))
                ],
            },
        )


def _reference(erp, name):
    [row] = erp.search_read(
        "ir.model.data",
        [("module", "=", "khbs_registry"), ("name", "=", name)],
        ["res_id"],
    )
    return row["res_id"]
