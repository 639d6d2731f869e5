# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import pytest
from khbs_registry import relations


def test_every_code_of_either_set_is_known_to_the_other():
    dtsen = {code for code, _label in relations.DTSEN}
    assert {relations.to_dtsen(code) for code, _label in relations.SHDK} == dtsen
    for code in dtsen:
        assert relations.to_dtsen(relations.to_shdk(code, "1")) == code
        assert relations.to_dtsen(relations.to_shdk(code, "2")) == code


def test_a_spouse_of_unknown_sex_is_not_guessed():
    assert relations.to_shdk("2", "1") == "2"
    assert relations.to_shdk("2", "2") == "3"
    assert relations.to_shdk("2", None) is None
    assert relations.to_shdk("9", "1") is None
    assert relations.to_dtsen("12") is None


@pytest.mark.parametrize(
    ("relation", "head_was", "sex", "after"),
    [
        ("4", "3", "1", "4"),  # the widow becomes head: a child stays a child
        ("7", "3", "2", "8"),  # and the dead man's mother her mother-in-law
        ("3", "4", "2", "7"),  # a son becomes head: the widow is his mother
        ("4", "4", "1", "9"),  # and his brother another relative
        ("4", "7", "1", "6"),  # a grandparent becomes head
        ("1", "3", "1", "2"),  # a husband who is head no longer
        ("10", "4", "2", "10"),
        ("11", "3", "1", "11"),
    ],
)
def test_relations_after_a_new_head(relation, head_was, sex, after):
    assert relations.after_new_head(relation, head_was, sex) == after
