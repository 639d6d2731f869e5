# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of nobody: words of river and forest in the forms that real names take.

The forms are those of DOMAIN 12.48: one word only, an apostrophe, BIN and BINTI, a
title before or behind. None may be split into first and last name.
"""

MEN = (
    "AWAN BANIR BATARA BENUA BUNGAI DAHAN DAMAR ELANG GALAH GARING GERONGGANG GUNTUR "
    "HANJALIPAN JATA JELUTUNG KAHAYAN KELOTOK LANTING LUNUK MANDAU MENTANGIS PAMPANG "
    "PASAK RAKUMPIT RAMIN RIAM RIMBA ROTAN SAMPAN SANGKAI SEBANGAU TABALIEN TAMBUN "
    "TANJUNG TELAWANG TERAS TINGANG TUMENGGANG ULIN MA'RIMBA JA'LUNUK SA'DAMAR"
).split()
WOMEN = (
    "ANGGREK BAWI BUNGA CENDANA DARA EMBUN GAMBIR GERIMIS HIJAUAN INDU INTAN JINGGA "
    "KAMBANG KANTIL KEMUNING LEMBAYUNG MANTUH MELUR NYALUNG PANDAN PELANGI PURNAMA "
    "RANGKONG RENJANA RINTIK RUMBIA SALUANG SENJA SERAI SINGKAH TALAGA TELUK TERATAI "
    "UMBUT UPIH WARINGIN MA'EMBUN NI'TELAGA SA'MELUR"
).split()
HOUSES = (
    "AMPAH ARUT BAKAU BALAWAN BARUNAI BATANGGARING BETANG BUKITRAYA DANAU GAMBUT "
    "HAMPATONG HUMA JELAI KALAWA KAPUL KARUHEI KATINGANG KERUING LAMANTEK LEWU "
    "MANGKUH MENTAYANG NATAI NYARU PAHEWAN PALANGKAN PETAK PULAU RANTAU RUNGAN "
    "SAKATIK SANAMAN SEPAN SULING TAJAHAN TAMPELAS TAPANG TUMBANG UEI WEHEAN"
).split()
STREETS = (
    "ANGGREK CENDANA DAMAR GAHARU HUMA JELUTUNG KERUING LANTING MERANTI PANDAN PASAK "
    "RAMIN ROTAN SUNGAI TELUK TEPIAN TINGANG ULIN"
).split()
TITLES_BEFORE = ("H. ", "Hj. ")
TITLES_BEHIND = (", S.Pd", ", A.Md", ", S.E.")


def person_name(rng, sex, adult):
    """Return a name for a person of *sex* 1 (man) or 2 (woman)."""
    draw = rng.random
    given = MEN if sex == "1" else WOMEN
    name = given[int(draw() * len(given))]
    form = draw()
    if form < 0.12:
        return name
    if form < 0.20:
        link = " BIN " if sex == "1" else " BINTI "
        return name + link + MEN[int(draw() * len(MEN))]
    if form > 0.85:
        name += " " + given[int(draw() * len(given))]
    name += " " + HOUSES[int(draw() * len(HOUSES))]
    if adult and form < 0.23:
        return TITLES_BEFORE[sex == "2"] + name
    if adult and form < 0.25:
        return name + TITLES_BEHIND[int(draw() * len(TITLES_BEHIND))]
    return name
