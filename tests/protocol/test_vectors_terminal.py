# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The reference terminal against the vectors."""

import base64

import pytest
from cryptography import x509
from terminal_stage import load, make_card

from khbs_terminal import card, encoding, identifiers, jws, status_list, trust
from khbs_terminal.errors import TerminalError, VerificationError
from khbs_terminal.lease import Lease
from tools.vectors import pki

REJECT = load("reject")
ACCEPT = load("accept")


def cases(check):
    return [pytest.param(case, id=case["name"]) for case in REJECT[check]]


@pytest.fixture(scope="module")
def key_of(vectors):
    """What a verifier knows: kid and use to public key."""
    known = {
        (row["kid"], row["use"]): trust.public_key_of(row["jwk"])
        for name, row in vectors.pki["keys"].items()
        if name != "forged card"
    }

    def find(kid, use):
        if (kid, use) not in known:
            raise VerificationError("unknown key")
        return known[kid, use]

    return find


def test_card_numbers(vectors):
    for row in vectors.identifiers["card_numbers"]:
        card_no = identifiers.make_card_no(row["list"], row["index"])
        assert card_no == row["card_no"]
        assert identifiers.parse_card_no(card_no) == (row["list"], row["index"])
    for text in vectors.identifiers["bad_card_numbers"]:
        with pytest.raises(VerificationError):
            identifiers.parse_card_no(text)


def test_fingerprint_and_key_hash(vectors):
    row = vectors.identifiers["fingerprint"]
    key = pki.KEYS["terminal"].public
    assert identifiers.device_fingerprint(row["tid"], key) == row["fp"]
    assert identifiers.key_hash(key) == vectors.pki["keys"]["terminal"]["kh"]


def test_claim_digest_and_apdu(vectors, key_of):
    claim = vectors.claim
    message = jws.verify(claim["jws"], "khbs-claim+jwt", key_of, pki.PRG)
    assert message.identity.hex() == claim["digest"]
    assert card.sign_apdu(message.identity).hex() == claim["apdu"]
    answer = bytes.fromhex(claim["answer"])
    assert jws.raw_signature(card.signature_of(answer[:-2])) == message.signature
    assert message.signing_input == jws.signing_input(
        pki.CARD, "khbs-claim+jwt", message.payload
    )


def test_every_message_verifies(vectors, key_of):
    for typ, texts in vectors.messages.items():
        for text in [texts] if isinstance(texts, str) else texts:
            assert jws.verify(text, typ, key_of, pki.PRG).typ == typ


def test_request(vectors, key_of):
    request = vectors.request
    scheme, text = request["authorization"].split(" ")
    message = jws.verify(text, "khbs-req+jwt", key_of, pki.PRG)
    assert scheme == "KHBS"
    digest = encoding.b64url(encoding.sha256(request["body"].encode()))
    assert message.payload["bd"] == digest


def test_journal_chain_and_ack(vectors, key_of):
    prev = encoding.b64url_decode(vectors.journal["genesis"])
    for seq, text in enumerate(vectors.journal["entries"], start=1):
        entry = jws.verify(text, "khbs-jrn+jwt", key_of, pki.PRG)
        assert entry.payload["seq"] == seq
        assert entry.payload["prev"] == encoding.b64url(prev)
        prev = entry.identity
        assert encoding.b64url(prev) == vectors.journal["identities"][seq - 1]
        if entry.payload["ev"] == "sync":
            answer = jws.verify(
                entry.payload["d"]["jws"], "khbs-time+jwt", key_of, pki.PRG
            )
            assert answer.payload["nonce"] == entry.payload["prev"]
    assert encoding.b64url(prev) == vectors.journal["head"]
    ack = jws.verify(vectors.journal["ack"], "khbs-ack+jwt", key_of, pki.PRG)
    assert ack.payload["head"] == vectors.journal["head"]


def test_trust_bundle(vectors):
    bundle = _bundle(vectors)
    assert bundle.ver == 2
    assert bundle.minimum == {"01": 400}
    assert set(bundle.keys) == {"R01", "E01", "L01", "A01"}
    identity = card.Card(make_card()).identify()
    card.verify_certificate(identity, bundle.authorities, pki.NOW)
    with pytest.raises(VerificationError):
        card.verify_certificate(identity, bundle.authorities, pki.NOW + 3000 * 86400)


def test_change_of_root(vectors):
    both = vectors.trust["change_of_root"]
    old, new = vectors.trust["root_sha256"], vectors.trust["next_root_sha256"]
    bundle = trust.open_bundle(both, old, pki.PRG, held_ver=2)
    assert bundle.root_sha256 == new
    # Taken a second time, in whatever order, the new root stays.
    for pair in (both, both[::-1]):
        assert trust.open_bundle(pair, new, pki.PRG, 3).root_sha256 == new
    assert "L01" not in bundle.keys
    with pytest.raises(VerificationError):
        trust.open_bundle(vectors.trust["bundle"], new, pki.PRG, held_ver=3)


def _bundle(vectors):
    return trust.open_bundle(
        vectors.trust["bundle"], vectors.trust["root_sha256"], pki.PRG
    )


def _lists(vectors):
    """Return a function that applies the text of a list to what is held."""
    bundle = _bundle(vectors)

    def apply(held, text):
        message = bundle.verify(text, jws.parse(text).typ, pki.PRG)
        return status_list.apply_message(held, message, "01", bundle.minimum["01"])

    return apply


def _same_state(held, state):
    assert held.n == state["n"]
    assert encoding.b64url(encoding.sha256(held.array)) == state["sha256"]
    others = {
        index: int(status)
        for status, indexes in state["others_than_0"].items()
        for index in indexes
    }
    for index in [*others, 1, 2, 3, 5, held.n - 1]:
        assert held.status(index) == others.get(index, 0)
    assert held.status(held.n) is None


def test_status_list_full_and_change(vectors):
    apply = _lists(vectors)
    held = apply(None, vectors.status_list["full"])
    _same_state(held, vectors.status_list["full_state"])
    held = apply(held, vectors.status_list["delta"])
    assert held.ver == 413
    _same_state(held, vectors.status_list["delta_state"])
    assert status_list.StatusList.from_setting(held.to_setting()) == held


def test_lease(vectors):
    message = _bundle(vectors).verify(vectors.lease["lease"], "khbs-lease+jwt", pki.PRG)
    lease = Lease.from_message(message, pki.TID)
    row = lease.rows[vectors.lease["card_no"]]
    assert [line.a for line in row.lines] == [600_000, 150_000]
    assert row.kh9e == vectors.pki["keys"]["card"]["kh"]


@pytest.mark.parametrize("case", cases("json"))
def test_refuses_json(case):
    with pytest.raises(VerificationError):
        encoding.loads(base64.b64decode(case["base64"]))


@pytest.mark.parametrize("case", cases("jws"))
def test_refuses_jws(case, key_of):
    with pytest.raises(VerificationError):
        jws.verify(case["jws"], case["typ"], key_of, pki.PRG)


def test_refuses_lease_of_another_terminal(vectors):
    _claim, lease = REJECT["tid"]
    message = _bundle(vectors).verify(lease["jws"], "khbs-lease+jwt", pki.PRG)
    with pytest.raises(VerificationError):
        Lease.from_message(message, pki.TID)


@pytest.mark.parametrize("case", cases("list"))
def test_refuses_list(case, vectors):
    apply = _lists(vectors)
    held = apply(None, vectors.status_list["full"])
    with pytest.raises(VerificationError):
        apply(held, case["jws"])


@pytest.mark.parametrize("case", cases("trust"))
def test_refuses_trust(case, vectors):
    with pytest.raises(VerificationError):
        trust.open_bundle(case["trust"], vectors.trust["root_sha256"], pki.PRG)


@pytest.mark.parametrize("case", cases("certificate"))
def test_refuses_certificate(case, vectors):
    certificate = x509.load_pem_x509_certificate(case["pem"].encode())
    identity = card.Identity(pki.CARD, "01", 123_456, certificate)
    with pytest.raises(TerminalError):
        card.verify_certificate(identity, _bundle(vectors).authorities, pki.NOW)


@pytest.mark.parametrize("case", cases("chain"))
def test_chain_breaks_where_it_was_cut(case, vectors):
    prev = encoding.b64url_decode(vectors.journal["genesis"])
    for seq, text in enumerate(case["entries"], start=1):
        entry = jws.parse(text)
        if (entry.payload["seq"], entry.payload["prev"]) != (
            seq,
            encoding.b64url(prev),
        ):
            break
        prev = entry.identity
    # An entry 8 of its own breaks nothing before the one that follows it.
    assert seq == case["breaks_at"] + ("fork" in case["name"])


@pytest.mark.parametrize("case", ACCEPT, ids=lambda case: case["name"])
def test_accepts_both_forms_of_s(case, key_of):
    messages = [jws.verify(text, case["typ"], key_of, pki.PRG) for text in case["jws"]]
    assert len({message.signature for message in messages}) == 2
    assert {encoding.b64url(message.identity) for message in messages} == {
        case["identity"]
    }
