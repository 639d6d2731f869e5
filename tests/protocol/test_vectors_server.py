# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The server's plain modules against the vectors."""

import base64
import hashlib

import pytest
from cryptography import x509
from protocol import (
    base64url,
    card_number,
    keys,
    keystore,
    perso,
    status_list,
    strict_json,
    types,
)
from protocol import jws as server_jws
from settlement import chain
from terminal_stage import load

from tools.vectors import pki

REJECT = load("reject")
ACCEPT = load("accept")


def cases(check):
    return [pytest.param(case, id=case["name"]) for case in REJECT[check]]


@pytest.fixture(scope="module")
def verify(vectors):
    """Return what the server does with a signed text of an expected type."""
    known = {
        (row["kid"], row["use"]): keys.load_spki(bytes.fromhex(row["spki"]))
        for name, row in vectors.pki["keys"].items()
        if name != "forged card"
    }

    def check(text, typ):
        message = server_jws.parse(text)
        types.expect(message, typ, pki.PRG)
        key = known.get((message.kid, types.SIGNERS[typ].use))
        if key is None:
            raise server_jws.JwsError("unknown key")
        return server_jws.verify(message, key)

    return check


def test_card_numbers(vectors):
    for row in vectors.identifiers["card_numbers"]:
        assert card_number.make(row["list"], row["index"]) == row["card_no"]
        assert card_number.parse(row["card_no"]) == (row["list"], row["index"])
    for text in vectors.identifiers["bad_card_numbers"]:
        with pytest.raises(ValueError):
            card_number.parse(text)


def test_fingerprint_key_hash_and_derived_keys(vectors):
    row = vectors.identifiers["fingerprint"]
    spki = bytes.fromhex(row["spki"])
    assert keys.fingerprint(row["tid"], spki) == row["fp"]
    sha256 = keys.spki_sha256(spki)
    assert keys.key_hash(sha256) == vectors.pki["keys"]["terminal"]["kh"]
    kdf = vectors.identifiers["kdf"]
    master = keystore.MasterKey(bytes.fromhex(kdf["master"]))
    assert keys.management_key(master, kdf["guid"]).hex() == kdf["k9b"]
    assert keys.puk(master, kdf["guid"]) == kdf["puk"]


def test_claim(vectors, verify):
    message = verify(vectors.claim["jws"], "khbs-claim+jwt")
    assert message.identity_sha256.hex() == vectors.claim["digest"]


def test_every_message_verifies(vectors, verify):
    for typ, texts in vectors.messages.items():
        for text in [texts] if isinstance(texts, str) else texts:
            verify(text, typ)
    verify(vectors.trust["bundle"], "khbs-trust+jwt")
    verify(vectors.lease["lease"], "khbs-lease+jwt")
    verify(vectors.journal["ack"], "khbs-ack+jwt")


def test_change_of_root(vectors):
    both = vectors.trust["change_of_root"]
    for pair in (both, both[::-1]):
        bundle = keystore.Bundle(pair)
        assert bundle.roots[-1] == vectors.trust["next_root_sha256"]


@pytest.mark.parametrize("case", cases("trust"))
def test_refuses_trust(case, vectors):
    """What is well signed by its own roots does not follow what the server has."""
    texts = case["trust"] if isinstance(case["trust"], list) else [case["trust"]]
    with pytest.raises(keystore.KeyStoreError):
        held = keystore.Bundle([vectors.trust["bundle"]])
        keystore.Bundle(texts).check_follows(held)


def test_station(vectors, verify):
    told = vectors.station
    der = [base64url.decode(text) for text in told["certs"]]
    digests = [base64url.encode(hashlib.sha256(each).digest()) for each in der]
    assert digests == told["certs_sha"]
    assert perso.done_nonce(told["nonce"], digests) == told["done_nonce"]
    keys_sha = [
        keys.spki_sha256(keys.spki(x509.load_der_x509_certificate(each).public_key()))
        for each in der
    ]
    number = told["card_no"]
    due = perso.payload(pki.PRG, told["job"], told["done_nonce"], number, keys_sha)
    for slot, text in zip(("9E", "9C"), told["transcript"], strict=True):
        proof = verify(text, "khbs-perso+jwt")
        assert (proof.kid, proof.payload) == (perso.kid(number, slot), due)
    assert verify(told["proof"], "khbs-auth+jwt").payload["tid"] == "S0001"
    reset = told["pin"]
    due = perso.payload(pki.PRG, reset["order"], reset["nonce"], number, keys_sha)
    proof = verify(reset["proof"], "khbs-perso+jwt")
    assert (proof.kid, proof.payload) == (f"{number}.9C", due)


def test_request(vectors, verify):
    text = vectors.request["authorization"].removeprefix("KHBS ")
    assert verify(text, "khbs-req+jwt").payload == {
        "prg": pki.PRG,
        **vectors.request["payload"],
    }


def test_journal_chain(vectors, verify):
    prev = vectors.journal["genesis"]
    for text in vectors.journal["entries"]:
        entry = verify(text, "khbs-jrn+jwt")
        assert entry.payload["prev"] == prev
        prev = base64url.encode(entry.identity_sha256)
    assert prev == vectors.journal["head"]


def _advance(vectors, texts):
    """Return the head after *texts*, as the server finds it."""
    entries = map(server_jws.parse, texts)
    links = [
        chain.Link(
            entry.payload["seq"],
            base64url.encode(entry.identity_sha256),
            entry.payload["prev"],
        )
        for entry in entries
    ]
    return chain.advance(chain.Head(0, vectors.journal["genesis"]), links)


def test_the_order_of_arrival_does_not_matter(vectors):
    expected = chain.Head(10, vectors.journal["head"])
    entries = vectors.journal["entries"]
    for texts in (entries, entries[::-1], entries[5:] + entries[:5]):
        assert _advance(vectors, texts) == expected


def test_a_gap_and_a_fork_stop_the_head(vectors):
    fork, gap, exchanged = (case["entries"] for case in REJECT["chain"])
    assert _advance(vectors, gap).seq == 3
    assert _advance(vectors, gap).fork is None
    # Without the true entry 8 the fork shows at the entry that names it.
    assert _advance(vectors, fork).fork == 9
    assert _advance(vectors, [*fork, *vectors.journal["entries"]]).fork == 8
    assert _advance(vectors, exchanged).seq == 10


def test_status_list(vectors, verify):
    row = vectors.status_list
    full = verify(row["full"], "statuslist+jwt").payload
    packed = status_list.inflate(full["status_list"]["lst"], full["n"])
    assert status_list.digest(packed) == row["full_state"]["sha256"]
    delta = verify(row["delta"], "khbs-listdelta+jwt").payload
    changed = status_list.apply(packed, full["n"], delta)
    assert status_list.digest(changed) == row["delta_state"]["sha256"]
    # The server makes the same change out of both versions.
    assert delta["set"] == status_list.difference(
        packed, full["n"], changed, delta["n"]
    )


@pytest.mark.parametrize("case", cases("json"))
def test_refuses_json(case):
    with pytest.raises(strict_json.StrictJsonError):
        strict_json.loads(base64.b64decode(case["base64"]))


@pytest.mark.parametrize("case", cases("jws"))
def test_refuses_jws(case, verify):
    with pytest.raises(server_jws.JwsError):
        verify(case["jws"], case["typ"])


@pytest.mark.parametrize("name", ["wrong result", "position outside", "shrinks"])
def test_refuses_change_of_list(name, vectors):
    [case] = [case for case in REJECT["list"] if name in case["name"]]
    full = server_jws.parse(vectors.status_list["full"]).payload
    packed = status_list.inflate(full["status_list"]["lst"], full["n"])
    with pytest.raises(status_list.StatusListError):
        status_list.apply(packed, full["n"], server_jws.parse(case["jws"]).payload)


@pytest.mark.parametrize("case", ACCEPT, ids=lambda case: case["name"])
def test_accepts_both_forms_of_s(case, verify):
    identities = {
        base64url.encode(verify(text, case["typ"]).identity_sha256)
        for text in case["jws"]
    }
    assert identities == {case["identity"]}


def test_certificates_chain_to_the_root(vectors):
    read = {
        name: x509.load_pem_x509_certificate(text.encode())
        for name, text in vectors.pki["certificates"].items()
    }
    read["card authority"].verify_directly_issued_by(read["root"])
    for name in ("card", "card PIN"):
        read[name].verify_directly_issued_by(read["card authority"])
