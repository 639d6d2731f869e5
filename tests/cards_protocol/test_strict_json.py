# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import pytest
from protocol.strict_json import StrictJsonError, dumps, loads


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":2}',
        b'{"b":{"a":1,"a":1}}',
        b"1.0",
        b"1e3",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"-9007199254740992",
        b"1" * 5000,
        b"[" * 9 + b"]" * 9,
        b"[" * 100000 + b"]" * 100000,
        b"[" * 100000,
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b"{} {}",
        b"",
        b"{'a':1}",
        '{"a":1}'.encode("utf-16"),
    ],
)
def test_refuses_what_two_parsers_could_read_differently(text):
    with pytest.raises(StrictJsonError):
        loads(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"9007199254740991", 2**53 - 1),
        (b"-9007199254740991", 1 - 2**53),
        (b"[" * 8 + b"]" * 8, [[[[[[[[]]]]]]]]),
        (b' {"a" : [1, null, true]} ', {"a": [1, None, True]}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
    ],
)
def test_reads_what_the_protocol_admits(text, value):
    assert loads(text) == value


def test_writes_compact_utf8():
    assert dumps({"n": "Désa", "a": [1, 2]}) == '{"n":"Désa","a":[1,2]}'.encode()
