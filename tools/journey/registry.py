# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a delivery with errors to a decided list.

Leaves in the facts: ``dtsen_import``, ``rejects`` (path of the reject file),
``dtsen_answers`` (path of what was planted), ``aid_list``, ``criteria``, ``visits``,
``recipient_list`` and ``village`` (id of the village with the most families of it).
"""

import random

from tools.population.generator import Request, delivery_path, generate

from .client import as_base64
from .users import DISTRICT, PROVINCE

SEED = 2026
HOUSEHOLDS = 2000
# Families of one village, so that the stations after this one find enough of them.
FOCUS = 50
ERROR_SHARE = 0.005
VISITS = 20
OFFICER = "petugas"


def run(journey):
    """Play the operator, the field officer, the validator and the approver."""
    folder = journey.folder / "dtsen"
    request = Request(
        seed=SEED,
        households=HOUSEHOLDS,
        errors=ERROR_SHARE,
        focus=(DISTRICT, FOCUS),
        mixed_codes=ERROR_SHARE,
    )
    generate(request, folder)
    _import_delivery(journey, delivery_path(request, folder))
    journey.facts["dtsen_answers"] = folder / "answers.csv"
    _load_aid_list(journey, folder / "aid.csv")
    _decide_families(journey)
    _visit_families(journey)
    _decide_list(journey)


def _area(erp, code):
    [area_id] = erp.search("khbs.area", [("code", "=", code)])
    return area_id


def _import_delivery(journey, path):
    operator = journey.erp("operator")
    delivery = operator.create(
        "khbs.dtsen.import",
        {
            "area_id": _area(operator, PROVINCE),
            "year": 2026,
            "quarter": "1",
            "letter_number": "400.9.5/118/PUSDATIN",
            "letter_date": "2026-01-23",
            "purpose": "Penetapan penerima KHBS Tahun Anggaran 2026",
            "code_system": "kemendagri",
            "file": as_base64(path),
            "file_name": path.name,
        },
    )
    operator.call("khbs.dtsen.import", "action_stage", [delivery])
    rejects = journey.folder / "dtsen" / "rejects.xlsx"
    rejects.write_bytes(operator.download(f"/khbs/import/{delivery}/rejects"))
    operator.call("khbs.dtsen.import", "action_apply", [delivery])
    journey.facts["dtsen_import"] = delivery
    journey.facts["rejects"] = rejects


def _load_aid_list(journey, path):
    operator = journey.erp("operator")
    aid_list = operator.create(
        "khbs.aid.list",
        {
            "source": "Dinas Sosial Provinsi Kalimantan Tengah",
            "letter_number": "400.9.3/27/DINSOS",
            "letter_date": "2026-01-26",
            "date_from": "2026-01-01",
            "file": as_base64(path),
            "file_name": path.name,
        },
    )
    operator.call("khbs.aid.list", "action_load", [aid_list])
    journey.facts["aid_list"] = aid_list


def _decide_families(journey):
    """The operator writes the criteria, the approver puts them in force."""
    operator = journey.erp("operator")
    programmes = operator.search("khbs.aid.programme", [])
    criteria = operator.create(
        "khbs.criteria",
        {
            "name": "Kriteria penerima KHBS 2026",
            "legal_basis": "Keputusan Gubernur tentang Kriteria Penerima KHBS",
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
            "max_decile": "5",
            "excluding_programme_ids": [(6, 0, programmes)],
            "unit": "kk",
        },
    )
    journey.erp("penyetuju").decide("khbs.criteria", "action_put_in_force", criteria)
    operator.call("khbs.criteria", "action_decide_families", [criteria])
    journey.facts["criteria"] = criteria


def _visit_families(journey):
    """The office assigns visits; a volunteer goes; the validator accepts."""
    operator = journey.erp("operator")
    officer = journey.erp(OFFICER)
    district = _area(operator, DISTRICT)
    households = operator.search(
        "khbs.household",
        [("area_id", "child_of", district), ("state", "=", "eligible")],
        limit=VISITS,
    )
    wizard = operator.create(
        "khbs.visit.assign",
        {
            "officer_id": officer.uid,
            "due_date": "2026-12-31",
            "household_ids": [(6, 0, households)],
        },
    )
    operator.call("khbs.visit.assign", "action_assign", [wizard])
    visits = officer.search("khbs.visit", [("state", "=", "assigned")], order="id")
    chance = random.Random(SEED)
    for place, visit in enumerate(visits):
        officer.write("khbs.visit", [visit], _findings(chance, without_house=not place))
        officer.call("khbs.visit", "action_submit", [visit])
    for visit in visits:
        journey.erp("validator").decide("khbs.visit", "action_accept", visit)
    journey.facts["visits"] = visits


def _findings(chance, without_house):
    """Return what a visit found: a house with a geotag, or a family without house."""
    found = {
        "result": "found",
        "captured_at": "2026-02-02 02:30:00",
        "findings": "Keluarga ditemui, anggota sesuai Kartu Keluarga.",
    }
    if without_house:
        return found | {
            "dwelling_kind": "none",
            "findings": "Tidak punya rumah; biasa tinggal di pondok dekat dermaga.",
        }
    return found | {
        "dwelling_kind": chance.choice(["owned", "rented", "free", "floating"]),
        "latitude": round(-2.0 + chance.uniform(-0.02, 0.02), 6),
        "longitude": round(113.38 + chance.uniform(-0.02, 0.02), 6),
        "accuracy_m": chance.randint(4, 30),
    }


def _decide_list(journey):
    """The operator proposes the list of the province, the approver decides it."""
    operator = journey.erp("operator")
    recipient_list = operator.create(
        "khbs.recipient.list",
        {
            "title": "Penerima KHBS Tahun Anggaran 2026, tahap I",
            "area_id": _area(operator, PROVINCE),
            "criteria_id": journey.facts["criteria"],
        },
    )
    operator.call("khbs.recipient.list", "action_collect", [recipient_list])
    operator.call("khbs.recipient.list", "action_propose", [recipient_list])
    journey.erp("penyetuju").decide(
        "khbs.recipient.list", "action_decide", recipient_list
    )
    journey.facts["recipient_list"] = recipient_list
    groups = operator.call(
        "khbs.recipient.line",
        "formatted_read_group",
        [
            ("list_id", "=", recipient_list),
            ("area_id", "child_of", _area(operator, DISTRICT)),
        ],
        groupby=["area_id"],
        aggregates=["__count"],
    )
    largest = max(groups, key=lambda group: group["__count"])
    journey.facts["village"] = largest["area_id"][0]
