# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""docs/edc-protocol.md says what the vectors and the implementations do."""

import base64
import json
import re

import pytest
from terminal_stage import ROOT, load

from khbs_terminal import encoding, jws

DOCUMENT = (ROOT / "docs" / "edc-protocol.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)


def payload(text):
    return json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "=="))


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_strict_json(example):
    encoding.loads(example.encode())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(load("claim")["jws"], id="claim"),
        pytest.param(load("lease")["lease"], id="lease"),
        pytest.param(load("journal")["ack"], id="ack"),
        pytest.param(load("status_list")["full"], id="list"),
        pytest.param(load("status_list")["delta"], id="delta"),
        pytest.param(load("request")["authorization"], id="request"),
    ],
)
def test_examples_are_those_of_the_vectors(text):
    assert payload(text) in [json.loads(example) for example in EXAMPLES]


def test_numbers_in_the_text_are_those_of_the_vectors():
    claim, numbers = load("claim"), load("identifiers")
    for value in (
        claim["digest"],
        claim["apdu"],
        numbers["fingerprint"]["fp"],
        load("request")["body"],
        load("journal")["head"],
    ):
        assert value in DOCUMENT


def test_every_type_and_every_event_of_the_journal_is_described():
    for typ in jws.TYPES:
        assert f"`{typ}`" in DOCUMENT
    for text in load("journal")["entries"]:
        assert f"| `{payload(text)['ev']}` |" in DOCUMENT


def test_links_of_the_contents_lead_somewhere():
    titles = re.findall(r"^## (.*)$", DOCUMENT, re.MULTILINE)
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", DOCUMENT)) == anchors
