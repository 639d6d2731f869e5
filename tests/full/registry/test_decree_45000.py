# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""45,000 families decided by a decree, signed by hand and by certificate.

Every step is the real one over the web client's calls; only the families are put
straight into their tables.
"""

import base64
import importlib.util
import io
import subprocess
from datetime import date

import openpyxl
import pytest
from pypdf import PdfReader

from tools.journey.__main__ import play
from tools.journey.client import Journey
from tools.journey.users import DEMO_USERS
from tools.setup.state import REPOSITORY

DATABASE = "khbs_decree_45000"
PASSWORD = "decree-password"
FAMILIES = 45_000
AMOUNTS = {"cash_amount": 250_000, "food_amount": 150_000}
DECREE = "khbs.decree"
# Families spread over the villages, some with names and addresses of three lines.
FAMILIES_SQL = """
    WITH village AS (
        SELECT a.id, a.code, r.id AS regency_id,
               row_number() OVER (ORDER BY a.code) - 1 AS place,
               count(*) OVER () AS total
          FROM khbs_area a
          JOIN khbs_area r ON r.level IN ('regency', 'city')
               AND a.parent_path LIKE r.parent_path || '%'
         WHERE a.level IN ('village', 'urban_village')
    ), made AS (
        INSERT INTO khbs_household (name, kk_number, area_id, regency_id, decile, state,
               active, address, rt, rw)
        SELECT 'KEL-2026-' || lpad(n::text, 6, '0'),
               '6299010101' || lpad(n::text, 6, '0'), v.id, v.regency_id,
               (1 + n % 5)::text, 'listed', true,
               CASE n % 4 WHEN 0 THEN 'Jalan Tjilik Riwut Km ' || n % 97
                    WHEN 1 THEN 'Handil Bakti, seberang sungai, dekat dermaga lama'
                    WHEN 2 THEN 'Jalan Trans Kalimantan Gang Contoh yang Panjang '
                         || 'Nomor ' || n || ', belakang pasar lama, rumah panggung'
               END,
               lpad((1 + n % 9)::text, 3, '0'), '001'
          FROM generate_series(1, {count}) n
          JOIN village v ON v.place = n % v.total
        RETURNING id, name
    )
    INSERT INTO khbs_person (household_id, name, nik, nik_status, relation, birth_date,
           sex, state, active)
    SELECT id, (ARRAY['SITI', 'AHMAD', 'YOHANES', 'MARIA GORETTI', 'UNTUNG'])
               [1 + id % 5] || ' CONTOH ' || right(name, 6)
               || CASE WHEN id % 7 = 0 THEN ' BINTI MUHAMMAD ARSYAD AL BANJARI'
                  ELSE '' END,
           '62990101' || lpad(id::text, 8, '0'), 'valid', '1', '1980-01-01', '1',
           'alive', true
      FROM made
"""
GOVERNOR = (
    "env.ref('khbs_registry.signatory_governor').name = 'AGUSTIAR CONTOH'\n"
    f"env.ref('base.user_admin').password = {PASSWORD!r}\n"
)


def signing_service():
    """Return the signing service that the addon's tests have, with a CA of its own."""
    path = REPOSITORY / "addons" / "khbs_registry" / "tests" / "signing_common.py"
    spec = importlib.util.spec_from_file_location("signing_common", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SigningService()


def certified(office, service):
    """Let an administrator enter whose certificate the Governor's is."""
    administrator = office.erp("pengelola")
    [governor] = administrator.search("khbs.signatory", [("role", "=", "governor")])
    fingerprint = {"certificate_sha256": service.fingerprint}
    administrator.write("khbs.signatory", [governor], fingerprint)


@pytest.fixture(scope="module")
def office(installation, tmp_path_factory):
    """A served database with 45,000 families and the users of the demonstration."""
    installation.copy_database(DATABASE)
    families = FAMILIES_SQL.format(count=FAMILIES)
    installation.odoo.shell(
        DATABASE,
        f"{GOVERNOR}env.cr.execute({families!r})\n"
        "env.cr.execute('ANALYZE khbs_household')\n"
        "env.cr.execute('ANALYZE khbs_person')",
        log=installation.state.logfile("test-shell"),
    )
    child, address = installation.serve(DATABASE)
    try:
        made = Journey(
            address,
            DATABASE,
            dict.fromkeys([*DEMO_USERS, "admin"], PASSWORD),
            tmp_path_factory.mktemp("office"),
        )
        play(made, ["users"])
        yield made
    finally:
        installation.odoo.stop(child)


@pytest.fixture(scope="module")
def decided_list(office):
    """Return the id of the list of all families, decided by an approver."""
    operator = office.erp("operator")
    approver = office.erp("penyetuju")
    year = date.today().year
    criteria = operator.create(
        "khbs.criteria",
        {
            "name": "Kriteria",
            "legal_basis": "Keputusan Gubernur tentang Kriteria",
            "valid_from": f"{year}-01-01",
            "max_decile": "5",
        },
    )
    approver.decide("khbs.criteria", "action_put_in_force", criteria)
    operator.call("khbs.criteria", "action_decide_families", [criteria])
    [province] = operator.search("khbs.area", [("code", "=", "62")])
    made = operator.create(
        "khbs.recipient.list",
        {
            "title": "Penerima KHBS",
            "area_id": province,
            "criteria_id": criteria,
            **AMOUNTS,
        },
    )
    operator.call("khbs.recipient.list", "action_collect", [made])
    operator.call("khbs.recipient.list", "action_propose", [made])
    approver.decide("khbs.recipient.list", "action_decide", made)
    return made


def drafted(office, decided_list, track):
    """Draft the decree on the list, fill in what the library left open."""
    officer = office.erp("sk")
    action = officer.call("khbs.recipient.list", "action_draft_decree", [decided_list])
    decree = action["res_id"]
    officer.write(DECREE, [decree], {"track": track})
    clauses = officer.search_read(
        f"{DECREE}.clause", [("decree_id", "=", decree)], ["text"]
    )
    for clause in clauses:
        if "..." in clause["text"]:
            text = clause["text"].replace("...", "5")
            officer.write(f"{DECREE}.clause", [clause["id"]], {"text": text})
    office.erp("penyetuju").decide(DECREE, "action_approve", decree)
    return decree


def looked_into(office, decree, path, number):
    """Check the frozen paper from outside; return its words by page."""
    path.write_bytes(office.erp("sk").download(f"/khbs/decree/{decree}/pdf"))
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)
    fonts = subprocess.run(
        ["pdffonts", path], check=True, capture_output=True, text=True
    ).stdout.splitlines()[2:]
    assert fonts and all(line.split()[-5:-4] == ["yes"] for line in fonts)
    subprocess.run(["pdftotext", "-layout", path, f"{path}.txt"], check=True)
    words = path.with_name(f"{path.name}.txt").read_text()
    assert number in words
    for page in (0, -1):
        assert PdfReader(path).pages[page].extract_text()
    return words.split("\f")[:-1]


def figures_agree(office, decree, pages):
    """Every family stands once, and paper and workbook have the same sums."""
    words = "\n".join(pages)
    assert words.count("KEL-2026-") == FAMILIES
    officer = office.erp("sk")
    annexes = officer.search_read(
        f"{DECREE}.annex", [("decree_id", "=", decree)], ["row_count", "totals"]
    )
    recap, names = annexes
    assert recap["totals"]["families"] == names["row_count"] == FAMILIES
    for key, amount in (("cash", 250_000), ("food", 150_000)):
        total = FAMILIES * amount
        assert recap["totals"][key] == names["totals"][key] == total
        assert words.count(f"{total:,}".replace(",", ".")) == 2
    book = officer.download(f"/khbs/decree/annex/{names['id']}/xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book), read_only=True)["Data"]
    *_rows, last = [row for row in sheet.values if row[0] is not None]
    assert list(last[-2:]) == [FAMILIES * 250_000, FAMILIES * 150_000]


def test_decree_on_45000_families_through_both_tracks(office, decided_list):
    """Signed by hand, revoked, and decided anew with an electronic signature."""
    officer = office.erp("sk")
    today = date.today()
    dots = "188.44/ ...."
    wet = drafted(office, decided_list, "wet")
    officer.call(DECREE, "action_freeze", [wet])
    pages = looked_into(office, wet, office.folder / "basah.pdf", dots)
    figures_agree(office, wet, pages)
    scan = base64.b64encode((office.folder / "basah.pdf").read_bytes()).decode()
    number = f"188.44/1/{today.year}"
    officer.call(
        DECREE, "action_register_signature", [wet], number, today.isoformat(), scan
    )

    revoked(office, wet, f"188.44/2/{today.year}", scan)
    service = signing_service()
    certified(office, service)
    tte = drafted(office, decided_list, "tte")
    number = f"188.44/3/{today.year}"
    officer.call(DECREE, "action_register_number", [tte], number, today.isoformat())
    officer.call(DECREE, "action_freeze", [tte])
    path = office.folder / "elektronik.pdf"
    pages = looked_into(office, tte, path, number)
    figures_agree(office, tte, pages)
    assert "\n".join(pages).count(number) == 3, "decree and both annexes"
    assert "188.44/ ...." not in "\n".join(pages)

    frozen = path.read_bytes()
    signed = service.sign(frozen)
    assert signed.startswith(frozen)
    sent = base64.b64encode(signed).decode()
    officer.call(DECREE, "action_upload_signed", [tte], sent)
    shown = officer.read_one(DECREE, tte, ["state", "number", "signer_name"])
    assert shown["state"] == "in_force" and shown["number"] == number
    back = office.folder / "ditandatangani.pdf"
    back.write_bytes(officer.download(f"/khbs/decree/{tte}/scan"))
    assert back.read_bytes() == signed
    seen = subprocess.run(
        ["pdfsig", "-nocert", back], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid." in seen and "Total document signed" in seen
    assert shown["signer_name"] in seen


def revoked(office, decree, number, scan):
    """Revoke *decree* by another, which takes the same way."""
    officer = office.erp("sk")
    revocation = officer.call(DECREE, "action_draft_revocation", [decree])["res_id"]
    clauses = officer.search_read(
        f"{DECREE}.clause", [("decree_id", "=", revocation)], ["text"]
    )
    for clause in clauses:
        text = clause["text"].replace("...", "ditandatangani ulang secara elektronik")
        officer.write(f"{DECREE}.clause", [clause["id"]], {"text": text})
    office.erp("penyetuju").decide(DECREE, "action_approve", revocation)
    officer.call(DECREE, "action_freeze", [revocation])
    day = date.today().isoformat()
    officer.call(DECREE, "action_register_signature", [revocation], number, day, scan)
    assert officer.read_one(DECREE, decree, ["state"])["state"] == "revoked"
