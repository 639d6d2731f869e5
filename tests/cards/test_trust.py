# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whom a station believes: the root on its sheet, and the root that follows it."""

import base64
import datetime
import hashlib
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from khbs_station import __main__ as cli
from khbs_station import jose
from khbs_station.keystore import KeyStore, Settings, StationError, Trust

PRG = "KHBS-test"


class Root:
    def __init__(self, kid):
        self.kid = kid
        self.key = ec.generate_private_key(ec.SECP256R1())
        numbers = self.key.public_key().public_numbers()
        self.jwk = {
            "kty": "EC",
            "crv": "P-256",
            **{
                name: jose.b64url(value.to_bytes(32, "big"))
                for name, value in (("x", numbers.x), ("y", numbers.y))
            },
        }
        self.sha256 = hashlib.sha256(
            self.key.public_key().public_bytes(
                Encoding.DER, PublicFormat.SubjectPublicKeyInfo
            )
        ).hexdigest()


class Office:
    """A server that answers edc.enroll.status with the bundle that the test gives."""

    def __init__(self, settings):
        self.settings = settings
        self.offered = None

    def status(self):
        return {"state": "ACTIVE", "trust": self.offered}


@pytest.fixture
def roots():
    return Root("R01"), Root("R02")


@pytest.fixture
def store(tmp_path, roots):
    store = KeyStore(tmp_path)
    store.save_settings(
        Settings("https://khbs.example", "S0001", roots[0].sha256, PRG, "khbs-edc")
    )
    return store


def bundle(ver, listed, signers, ca=(), rev=()):
    """Return ``trust`` as the server gives it."""
    payload = {
        "prg": PRG,
        "ver": ver,
        "keys": [{"kid": r.kid, "use": "root", "jwk": r.jwk} for r in listed],
        "ca": list(ca),
        "rev": list(rev),
    }
    texts = [jose.sign(r.key, r.kid, "khbs-trust+jwt", payload) for r in signers]
    return texts[0] if len(texts) == 1 else texts


def test_a_station_goes_with_its_root_and_never_back(store, roots):
    first, second = roots
    office = Office(store.settings())
    office.offered = bundle(1, [first], [first])
    assert cli.refresh(store, office)[1].version == 1
    office.offered = bundle(2, roots, roots)
    assert cli.refresh(store, office)[1].version == 2
    assert store.settings().root == second.sha256
    # The new root alone, then a restart, then what the old one signed before.
    office.offered = bundle(3, roots, [second])
    assert cli.refresh(store, office)[1].version == 3
    office = Office(store.settings())
    for older in (bundle(1, [first], [first]), bundle(2, roots, roots)):
        office.offered = older
        assert cli.refresh(store, office)[1].version == 3


def test_a_stop_between_bundle_and_root_does_no_harm(store, roots):
    office = Office(store.settings())
    office.offered = bundle(2, roots, roots)
    before = store.settings()
    cli.refresh(store, office)
    store.save_settings(before)
    office = Office(store.settings())
    office.offered = bundle(3, roots, [roots[1]])
    assert cli.refresh(store, office)[1].version == 3


def test_the_order_of_two_signatures_leads_nobody_back(store, roots):
    first, second = roots
    office = Office(store.settings())
    both = bundle(2, roots, roots, rev=["R01"])
    office.offered = both
    cli.refresh(store, office)
    office.offered = both[::-1]
    assert cli.refresh(store, office)[1].version == 2
    assert store.settings().root == second.sha256
    # Whoever has the old root and the line to the station is not believed.
    for listed, signers in (([first], [first]), ([first, Root("R09")], [first])):
        office.offered = bundle(3, listed, signers)
        assert cli.refresh(store, office)[1].version == 2


def test_a_root_that_revokes_itself_is_refused(store, roots):
    office = Office(store.settings())
    for signers, revoked in ((roots[:1], "R01"), (roots, "R02")):
        office.offered = bundle(1, roots, signers, rev=[revoked])
        with pytest.raises(StationError, match="kunci akar"):
            cli.refresh(store, office)


def test_a_root_that_only_says_so_is_refused(store, roots):
    first, second = roots
    office = Office(store.settings())
    different = [bundle(1, roots, [first]), bundle(2, roots, [second])]
    stranger = bundle(1, [second], [second])
    claimed = bundle(1, [first], [SimpleNamespace(kid="R01", key=second.key)])
    for offered in (stranger, different, claimed, [stranger] * 3):
        office.offered = offered
        with pytest.raises(StationError, match="kunci akar"):
            cli.refresh(store, office)


def test_a_revoked_authority_vouches_for_no_card(store, roots):
    key = ec.generate_private_key(ec.SECP256R1())
    ca = [{"kid": "C01", "x5c": [base64.b64encode(self_signed(key)).decode()]}]
    settings = store.settings()
    good = Trust.verify([bundle(1, [roots[0]], [roots[0]], ca)], settings)
    void = Trust.verify([bundle(2, [roots[0]], [roots[0]], ca, ["C01"])], settings)
    assert (len(good.authorities), len(void.authorities)) == (1, 0)


def self_signed(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "KHBS Card CA 1")])
    start = datetime.datetime(2026, 1, 1)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
