# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The vectors in the repository are what the tool makes."""

from terminal_stage import ROOT

from tools.vectors import make_vectors, signing


def test_a_second_run_gives_the_same_bytes():
    folder = ROOT / "tests" / "vectors"
    made = make_vectors.make_all()
    assert {path.name for path in folder.iterdir()} == set(made)
    for name, text in made.items():
        assert (folder / name).read_text(encoding="utf-8") == text, name


def test_nonces_are_those_of_rfc_6979():
    # A.2.5: P-256 with SHA-256, message "sample".
    key = signing.Key("x")
    key.d = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
    r, s = key.sign(b"sample")
    assert r == 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
    assert s == 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8
