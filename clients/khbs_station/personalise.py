# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One card from blank to finished, step by step.

The numbers of the steps are those of the protocol document. Every step may be
repeated: whatever happens, the card is looked at afresh from step 1, and what is on
it decides how to go on.
"""

import contextlib
import os
import secrets
import uuid
from dataclasses import dataclass

from . import aside, jose
from .iso7816 import StatusError, TlvError, tlv, untlv
from .issued import Issued, certificate_in, common_name, sha256
from .keystore import StationError
from .piv import CERTIFICATES, CHUID, GUID_TAG, KEY_LENGTHS, CardError, PivCard
from .server import JOB_UNKNOWN, KEY_KNOWN, PROOF_REFUSED, WHY_LENGTH, RpcError

PRESENT, LOOK, OPEN, KEYS, CERTIFY, WRITE, CHECK, LOCK, REPORT = range(1, 10)
STEPS = {
    PRESENT: "kartu dikenali",
    LOOK: "isi kartu diperiksa",
    OPEN: "kunci kartu dibuka",
    KEYS: "kunci dibuat di kartu",
    CERTIFY: "sertifikat diminta",
    WRITE: "sertifikat ditulis",
    CHECK: "isi dibaca ulang dan diuji",
    LOCK: "kartu dikunci",
    REPORT: "dilaporkan ke server",
}
# A card that fails twice after its power was cycled is rejected.
MAX_FAILURES = 2

DONE, REFUSED, QUARANTINED, REJECTED = "done", "refused", "quarantined", "rejected"


@dataclass
class Outcome:
    """How the work on one card ended.

    :ivar kind: ``done``; ``refused`` (not a card to write on: the job waits for
        another); ``quarantined`` (as refused, and the card is set aside);
        ``rejected`` (the card is spoiled and its job has ended)
    :ivar why: for the operator; says what to do where it is not always the same
    """

    kind: str
    card_no: str
    why: str = ""


class _Refuse(Exception):
    """This is not a card to write on."""

    def __init__(self, kind, step, why):
        self.kind, self.step, self.why = kind, step, why
        super().__init__(why)


class _Spoiled(Exception):
    """This card, or its job, cannot be finished."""

    kind = REJECTED

    def __init__(self, step, why, report=True):
        self.step, self.why, self.report = step, why, report
        super().__init__(why)


class _Mismatch(Exception):
    """What was read back is not what was written."""


class Personaliser:
    """Works through jobs, one card at a time.

    :param server: ``server.Server``
    :param store: ``keystore.KeyStore``
    :param trust: ``keystore.Trust``
    :param report: called as ``report(step)`` when a step begins
    :param slip: ``slip.SlipPrinter``, needed for cards with a PIN
    """

    def __init__(self, server, store, trust, report=lambda step: None, slip=None):
        self.server = server
        self.store = store
        self.trust = trust
        self.report = report
        self.slip = slip
        self._failures = {}

    def personalise(self, connection, job):
        """Return the ``Outcome`` of *job* on the card behind *connection*.

        :raises ConnectionError: the card is gone; the job waits for it
        :raises Offline: the server cannot be reached; the job waits
        :raises SlipError: the PIN was not printed; the job waits for the same card
        """
        if "9C" in _slots(job) and self.slip is None:
            raise StationError(
                "Kartu ini ber-PIN, tetapi pencetak slip belum ditetapkan: jalankan "
                "perintah slip, lalu run lagi. Kartu belum disentuh."
            )
        while True:
            work = _Work(self, connection, job)
            try:
                work.run()
                self._failures.pop(job["job"], None)
                return Outcome(DONE, job["card_no"])
            except _Refuse as refusal:
                return self._set_aside(work, refusal)
            except _Spoiled as spoiled:
                return self._give_up(connection, job, spoiled)
            except (ConnectionError, StatusError, CardError, _Mismatch) as error:
                connection.reset()
                if self._count(job) >= MAX_FAILURES:
                    return self._unfit(work, str(error))
            finally:
                work.forget()

    def _count(self, job):
        count = self._failures.get(job["job"], 0) + 1
        self._failures[job["job"]] = count
        return count

    def _unfit(self, work, why):
        """End the work on a card that failed again after its power was cycled."""
        if work.step < KEYS:
            self._failures.pop(work.job["job"], None)
            return self._set_aside(work, _Refuse(QUARANTINED, work.step, why))
        return self._give_up(work.connection, work.job, _Spoiled(work.step, why))

    def _set_aside(self, work, refusal):
        if refusal.kind == QUARANTINED:
            aside.put_away(self.store, self.server, work, refusal)
        return Outcome(refusal.kind, work.job["card_no"], refusal.why)

    def _give_up(self, connection, job, spoiled):
        self._failures.pop(job["job"], None)
        aside.write_down(self.store, connection, job, spoiled)
        if spoiled.report:
            self._report(job, spoiled)
        return Outcome(REJECTED, job["card_no"], spoiled.why)

    def _report(self, job, spoiled):
        try:
            self.server.fail(job["job"], spoiled.step, spoiled.why[:WHY_LENGTH])
        except RpcError as error:
            # The job ended by itself in the meantime.
            if error.code != JOB_UNKNOWN:
                raise


class _Work:
    """One attempt at one card."""

    def __init__(self, personaliser, connection, job):
        self.server = personaliser.server
        self.trust = personaliser.trust
        self.report = personaliser.report
        self.job = job
        self.batch = personaliser.store.batch(job["transport_ref"])
        self.slip = personaliser.slip
        self.slots = _slots(job)
        self.connection = connection
        self.card = PivCard(connection)
        self.step = PRESENT
        self.guid = None
        self._blank = True
        self._resumed = False
        self._pin_changed = False
        self._issued = []

    def forget(self):
        """Overwrite what was secret in this attempt."""
        for issued in self._issued:
            issued.wipe()

    def _begin(self, step):
        self.step = step
        self.report(step)

    def run(self):
        """Steps 1 to 9."""
        self._recognise()
        keys = self._look()
        self._resumed = bool(keys)
        issued = None
        if not self._unlock(self.batch.algorithm, self.batch.transport_key):
            issued = self._unlock_own(keys)
        if issued is None:
            issued = self._certify(keys or self._generate())
        self._write(issued)
        self._check(issued)
        self._lock(issued)
        self._finish(issued)

    # -- 1: a card of the batch -------------------------------------------------

    def _recognise(self):
        self._begin(PRESENT)
        atr = self.connection.atr.hex().upper()
        if atr not in (known.upper() for known in self.batch.atr):
            why = f"ATR {atr} bukan dari gelombang {self.job['transport_ref']}"
            raise _Refuse(REFUSED, PRESENT, why)
        try:
            self.card.select()
        except StatusError as error:
            why = "kartu tidak punya aplikasi PIV"
            raise _Refuse(REFUSED, PRESENT, why) from error

    # -- 2: what is on it -------------------------------------------------------

    def _look(self):
        """Return the public keys (by slot) that a card of this job already has.

        A blank card, or one of this job that was torn out early, has none.
        """
        self._begin(LOOK)
        chuid = self.card.get_data(CHUID)
        certificate = certificate_in(self.card.get_data(CERTIFICATES["9E"]))
        if chuid is None and certificate is None:
            return {}
        self._blank = False
        guid = self.guid = _guid(chuid)
        named = self._named(certificate)
        # A CHUID that was cut short when it was written anew names nobody.
        if guid == uuid.UUID(self.job["guid"]) or (
            guid is None and named == self.job["card_no"]
        ):
            return self._own_keys()
        if named:
            why = f"sudah menjadi kartu {named}"
            raise _Refuse(REFUSED, LOOK, why)
        if guid is None and certificate is None:
            # A CHUID cut short. Only a blank of ours opens with the transport key,
            # so step 3 decides.
            return {}
        raise _Refuse(QUARANTINED, LOOK, f"kartu asing, guid {guid}")

    def _named(self, certificate):
        """Return the number in a certificate of the programme, or None."""
        if certificate is None or not self.trust.issued(certificate):
            return None
        return common_name(certificate)

    def _own_keys(self):
        found = {}
        for slot in self.slots:
            certificate = certificate_in(self.card.get_data(CERTIFICATES[slot]))
            if certificate is None or common_name(certificate) != self.job["card_no"]:
                return {}
            found[slot] = certificate.public_key()
        # A key made anew after its certificate was written leaves a stale one.
        return found if all(map(self._holds, found, found.values())) else {}

    def _holds(self, slot, public_key):
        """Whether the key in *slot* is that of the certificate, as far as it tells.

        9C tells it to nobody without the PIN. That is not the transport PIN any
        more once step 8 was reached, and step 8 comes after the reading back.
        """
        if slot == "9C":
            try:
                self.card.verify_pin(self.batch.pin)
            except StatusError as error:
                if error.tries_left is None:
                    raise
                self._pin_changed = True
                return True
        return self._signs(slot, public_key)

    def _signs(self, slot, public_key):
        """Whether the key in *slot* is the private part of *public_key*."""
        message = os.urandom(32)
        try:
            jose.verify_der(public_key, self.card.sign(slot, message), message)
        except jose.JoseError:
            return False
        return True

    # -- 3: the management key --------------------------------------------------

    def _unlock(self, algorithm, key):
        """Authenticate with *key* and return whether it was right."""
        self._begin(OPEN)
        return self.card.management_algorithm() == algorithm and self.card.authenticate(
            algorithm, key
        )

    def _unlock_own(self, keys):
        """Open a card of this job that has its own 9B already.

        The server tells the key again to whoever shows that card's keys.
        """
        if not keys:
            why = (
                f"kunci transpor ditolak (6982): bukan kartu gelombang "
                f"{self.job['transport_ref']}"
            )
            raise _Refuse(QUARANTINED, OPEN, why)
        issued = self._certify(keys)
        if not self._unlock(self.batch.own, self._own_key(issued)):
            raise _Refuse(QUARANTINED, OPEN, "kunci transpor dan kunci kartu ditolak")
        return issued

    def _own_key(self, issued):
        """Return the card's own 9B: a shorter cipher takes the prefix."""
        return issued.k9b[: KEY_LENGTHS[self.batch.own]]

    # -- 4, 5: keys and certificates --------------------------------------------

    def _generate(self):
        self._begin(KEYS)
        return {slot: self.card.generate(slot) for slot in self.slots}

    def _certify(self, keys):
        """Return what the server issues for the card's keys."""
        self._begin(CERTIFY)
        pin = None if self._pin_changed else self.batch.pin
        proofs = self._proofs(keys, self.job["nonce"], pin)
        shown = [jose.b64url(jose.spki(keys[slot])) for slot in self.slots]
        with self._refusals_spoil():
            answer = self.server.certify(self.job["job"], shown, proofs)
        try:
            issued = Issued.read(answer, keys)
            self._issued.append(issued)
            issued.check(self.job, self.trust)
        except (jose.JoseError, KeyError, TypeError, ValueError) as error:
            why = f"sertifikat dari server tidak sah: {error}"
            raise _Spoiled(CERTIFY, why) from error
        return issued

    @contextlib.contextmanager
    def _refusals_spoil(self):
        """Turn what the server refuses about this card into its end."""
        try:
            yield
        except RpcError as error:
            if error.code == JOB_UNKNOWN and self._blank and self.step == CERTIFY:
                why = "pekerjaan sudah lewat waktu; kartu ini masih kosong, boleh lagi"
                raise _Refuse(REFUSED, self.step, why) from error
            if error.code == JOB_UNKNOWN:
                # Expired, or another station's: there is nothing left to report.
                raise _Spoiled(self.step, str(error), report=False) from error
            if error.code in (KEY_KNOWN, PROOF_REFUSED):
                times = error.data.get("certified")
                why = f"sudah {times} kali meminta sertifikat" if times else str(error)
                raise _Spoiled(self.step, why) from error
            raise

    def _proofs(self, keys, nonce, pin):
        """Return one khbs-perso JWS by each key over *nonce*.

        Without *pin* there is none by 9C: the card's PIN was set in an attempt that
        was cut short, and nobody knows it. The server lets the keys that it has
        certified for this job pass by the proof of 9E, and gives a new PIN.
        """
        payload = {
            "prg": self.server.settings.prg,
            "job": self.job["job"],
            "nonce": nonce,
            "card_no": self.job["card_no"],
            "spki_sha": [sha256(jose.spki(keys[slot])) for slot in self.slots],
        }
        return [
            None
            if slot == "9C" and pin is None
            else self._proof(slot, keys[slot], payload, pin)
            for slot in self.slots
        ]

    def _proof(self, slot, key, payload, pin):
        kid = self.job["card_no"]
        if slot == "9C":
            kid += ".9C"
            self._verify_pin(pin)
        signed = jose.signing_input(kid, "khbs-perso+jwt", payload)
        der = self.card.sign(slot, signed)
        try:
            jose.verify_der(key, der, signed)
        except jose.JoseError as error:
            why = f"tanda tangan kunci {slot} salah"
            raise _Spoiled(self.step, why) from error
        return jose.assemble(signed, der)

    def _verify_pin(self, pin):
        try:
            self.card.verify_pin(pin)
        except StatusError as error:
            if error.tries_left is None:
                raise
            why = "PIN kartu bukan PIN gelombang ini; periksa perintah batch"
            raise _Spoiled(self.step, why) from error

    # -- 6, 7: write and read back ----------------------------------------------

    def _objects(self, issued):
        """Yield (tag, content) in the order of writing: the guid names the card."""
        yield CHUID, jose.from_b64url(self.job["chuid"])
        for slot, der in issued.certificates.items():
            # 71 00: not compressed; FE: no error detection code.
            content = tlv(0x70, der) + tlv(0x71, b"\0") + tlv(0xFE, b"")
            yield CERTIFICATES[slot], content

    def _write(self, issued):
        self._begin(WRITE)
        for tag, content in self._objects(issued):
            # What a card has that may be locked already is not put at risk again.
            if not self._resumed or self.card.get_data(tag) != content:
                self.card.put_data(tag, content)

    def _check(self, issued):
        self._begin(CHECK)
        for tag, content in self._objects(issued):
            if self.card.get_data(tag) != content:
                raise _Mismatch(f"isi {tag:X} tidak sama dengan yang ditulis")
        if not self._signs("9E", issued.public_key("9E")):
            raise _Mismatch("kunci 9E tidak cocok dengan sertifikat di kartu")

    # -- 8: PIN, PUK and the card's own 9B --------------------------------------

    def _lock(self, issued):
        self._begin(LOCK)
        # A card of a profile without PIN gets one that nobody knows.
        if issued.pin is None:
            issued.pin = bytearray(b"%06d" % secrets.randbelow(10**6))
        # After a torn attempt the PUK may be new already: then the next line proves
        # it, and a right PUK gives back the try that this one took. Where the PIN is
        # new the PUK is, too.
        if not self._pin_is_set():
            with contextlib.suppress(StatusError):
                self.card.change_puk(self.batch.puk, issued.puk)
        try:
            self.card.reset_pin(issued.puk, issued.pin)
        except StatusError as error:
            why = "PUK kartu bukan PUK gelombang ini"
            raise _Spoiled(LOCK, why) from error
        key = self._own_key(issued)
        self.card.set_management_key(self.batch.own, key)
        if not self.card.authenticate(self.batch.own, key):
            raise _Mismatch("kartu tidak menerima kunci 9B yang baru")

    def _pin_is_set(self):
        """Whether an attempt before this one came as far as the PIN."""
        if not self._resumed:
            return False
        try:
            self.card.verify_pin(self.batch.pin)
        except StatusError as error:
            return error.tries_left is not None
        return False

    # -- 9: tell the server -----------------------------------------------------

    def _finish(self, issued):
        self._begin(REPORT)
        keys = {slot: issued.public_key(slot) for slot in self.slots}
        written = [sha256(der) for der in issued.certificates.values()]
        # The last proof names what was read back, so it is younger than that.
        nonce = sha256(".".join([self.job["nonce"], *written]).encode())
        proofs = self._proofs(keys, nonce, issued.pin)
        atr = self.connection.atr.hex().upper()
        if "9C" in self.slots:
            # The card has just proven this PIN. If the slip fails the job stays open
            # and the repeat sets another.
            self.slip.print(self.job["card_no"], issued.pin)
        with self._refusals_spoil():
            self.server.done(self.job["job"], atr, written, proofs)


def _guid(chuid):
    """Return the guid in a CHUID, or None if there is no readable one."""
    try:
        return uuid.UUID(bytes=untlv(chuid or b"")[GUID_TAG])
    except (TlvError, KeyError, ValueError):
        return None


def _slots(job):
    return job.get("slots") or ["9E"]
