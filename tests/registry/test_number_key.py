# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from concurrent.futures import ThreadPoolExecutor

import pytest
from khbs_registry import number_key

NIK = "6206014506919012"


def test_one_number_has_one_digest_for_one_key(tmp_path):
    first = number_key.digest(tmp_path / "a", NIK)
    number_key.key.cache_clear()
    assert number_key.digest(tmp_path / "a", NIK) == first
    assert number_key.digest(tmp_path / "b", NIK) != first
    assert number_key.digest(tmp_path / "a", NIK[::-1]) != first
    assert NIK not in first


def test_the_key_is_its_owners_alone(tmp_path):
    number_key.key(str(tmp_path / "keys"))
    path = tmp_path / "keys" / number_key.NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in path.parent.iterdir()] == [number_key.NAME]


def test_several_at_once_make_one_key(tmp_path):
    path = tmp_path / number_key.NAME
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _n: number_key._make(path), range(8)))
    assert len(path.read_bytes()) == 32
    assert len(list(tmp_path.iterdir())) == 1


def test_a_key_of_the_wrong_length_is_refused(tmp_path):
    (tmp_path / number_key.NAME).write_bytes(b"short")
    with pytest.raises(number_key.NumberKeyError):
        number_key.key(str(tmp_path))
