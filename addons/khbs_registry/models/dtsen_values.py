# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What household (h) and person (p) hold after a delivery: family f, row r.

A delivery that says nothing of a value does not erase it; only a decile may be taken
away, for "not ranked" is a state of its own.
"""

from odoo.tools import SQL

HOUSEHOLD_VALUES = {
    "kk_number": "f.kk_number",
    # A key made of the KK number stands only where DTSEN's own is not known.
    "dtsen_key": "CASE WHEN starts_with(f.name, 'kk:') "
    "AND NOT starts_with(h.dtsen_key, 'kk:') THEN h.dtsen_key ELSE f.name END",
    "area_id": "f.area_id",
    "address": "COALESCE(f.address, h.address)",
    "rt": "COALESCE(f.rt, h.rt)",
    "rw": "COALESCE(f.rw, h.rw)",
    "decile": "f.decile",
    "dwelling_kind": "COALESCE(f.dwelling_kind, h.dwelling_kind)",
    "latitude": "COALESCE(f.latitude, h.latitude)::numeric",
    "longitude": "COALESCE(f.longitude, h.longitude)::numeric",
    "dtsen_gone_on": "NULL::date",
}
# A NIK once known is not forgotten. Where a source has one code for several relations,
# the one known here stands as long as it is among them.
PERSON_VALUES = {
    "name": "r.name",
    "nik": "COALESCE(r.nik, p.nik)",
    "relation": "CASE WHEN p.relation = ANY (r.relations) THEN p.relation "
    "ELSE r.relation END",
    "birth_date": "COALESCE(r.birth_date, p.birth_date)",
    "sex": "r.sex",
    "state": "'alive'",
}
NUMBERS = ("latitude", "longitude")
MASKED = ("kk_number", "nik")
# Where one of these was verified here after the cut-off, the delivery changes none of
# them in that family: who belongs to it, and who heads it, hangs together. So do the
# NIK of its members, which may have been exchanged.
MEMBERSHIP = ("state", "relation", "household_id", "member")
NIK = ("nik",)
# What identifies the state of a household and its persons: any change of one of them
# gives its row another place and another transaction.
VERSION = SQL(
    """
    md5(h.ctid::text || h.xmin::text || COALESCE((
        SELECT string_agg(p.ctid::text || p.xmin::text, ',' ORDER BY p.id)
        FROM khbs_person p WHERE p.household_id = h.id
    ), ''))
    """
)


def values_list(values, table):
    """Return the rows (field, present, delivered, shown before, shown after).

    :param values: HOUSEHOLD_VALUES or PERSON_VALUES
    :param table: alias of the table that holds the present values
    """
    rows = []
    for name, delivered in values.items():
        present = f"{table}.{name}"
        if name in NUMBERS:  # 1.5 is 1.500000
            present = f"trim_scale({present}::numeric)"
            delivered = f"trim_scale({delivered})"
        rows.append(
            f"('{name}', {present}::text, ({delivered})::text, "
            f"{_shown(name, present, 'before')}, {_shown(name, delivered, 'after')})"
        )
    return SQL(", ".join(rows))


def _shown(name, value, when):
    """Return what a person may see of a value: numbers masked, a village named."""
    if name in MASKED:
        return f"left({value}, 4) || '********' || right({value}, 4)"
    if name == "area_id":
        return f"village_{when}.name || ' (' || village_{when}.code || ')'"
    return f"({value})::text"


def differs(values, table):
    """Return the condition that at least one value would change."""
    present = ", ".join(f"{table}.{name}" for name in values)
    return SQL(f"({present}) IS DISTINCT FROM ({', '.join(values.values())})")


def assignments(values, table):
    """Return the SET list that takes the fields in c.fields over from the delivery."""
    return SQL(
        ", ".join(
            f"{name} = CASE WHEN '{name}' = ANY (c.fields) THEN {delivered} "
            f"ELSE {table}.{name} END"
            for name, delivered in values.items()
        )
    )
