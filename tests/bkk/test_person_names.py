# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import khbs_bkk_person_names as person_names
import pytest


@pytest.mark.parametrize(
    ("letter", "account"),
    [
        ("Rangkap Tumon", "RANGKAP TUMON"),
        ("Drs. Rangkap Tumon, M.Si", "RANGKAP TUMON"),
        ("Hj. Siti Aminah, S.Pd.I.", "SITI AMINAH"),
        ("Pdt. Yésaya Gara", "YESAYA GARA"),
        ("Ma’ruf", "MARUF"),
        ("Serda Ahmad Riduan", "AHMAD  RIDUAN"),
        ("Abdul Rahman Wahid Kusumawardana", "ABDUL RAHMAN WAHID KUSUMAWAR"),
        ("Siti Nur Haliza", "SITI NURHALIZA"),
    ],
)
def test_one_name(letter, account):
    assert person_names.same_name(letter, account)


@pytest.mark.parametrize(
    ("letter", "account"),
    [
        ("Rangkap Tumon", "RANGKAP TUMUN"),
        ("Rangkap Tumon", "RANGKAP T"),
        ("Rangkap Tumon", "ISTRI RANGKAP TUMON"),
        ("Siti Aminah", "SITI"),
        ("Rangkap", ""),
    ],
)
def test_another_name(letter, account):
    assert not person_names.same_name(letter, account)


def test_a_name_of_titles_alone_stays():
    assert person_names.normal_name("Haji") == "HAJI"
