# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The counter: a family's card in the field, with a network or without.

The order is always intent, signature, claim. The claim is on the disk before
anything is handed over, so a crash in between pays nobody and gives nothing; the
family taps again.
"""

import contextlib
import dataclasses

from . import identifiers, passwords, receipt, shape
from .card import Card
from .errors import CardError, NetworkError, Refusal, ServerError, said_state
from .lease import read_line
from .offer import REFUSED_STATUS, Offer, cvm
from .offline_counter import OfflineCounter
from .status_list import SHIPPED, SUSPENDED

_AGAIN = " ON CONFLICT (e) DO UPDATE SET seq = excluded.seq"


@dataclasses.dataclass(frozen=True)
class Served:
    """A claim that is safely in the journal: the goods may be handed over.

    :ivar receipt: text to print
    :ivar qr: the claim as the card signed it, for the receipt's QR code
    """

    seq: int
    jti: str
    card_no: str
    lines: tuple
    receipt: str
    qr: str

    @property
    def total(self):
        """Sum of the lines in rupiah."""
        return sum(line.a for line in self.lines)


class Counter(OfflineCounter):
    """Serves, activates and blocks cards.

    :param call: function (method, params) that asks the server
    """

    def __init__(self, sheet, store, journal, held, call):
        self._sheet = sheet
        self._store = store
        self._journal = journal
        self._held = held
        self._call = call

    # The shift

    def open(self, op, password=""):
        """Begin the work of operator *op*, who knows the *password*."""
        self._check_usable()
        self._check_operator(op, password)
        if self._store.get("shift"):
            raise Refusal("SHIFT", "Loket masih terbuka. Tutup dahulu.")
        with self._store.transaction():
            seq = self._journal.append("open", {"op": op})
            self._store.put("shift", {"op": op, "seq": seq})

    def close(self):
        """End the shift; return number and sum of its claims."""
        shift = self._shift()
        n, total = self._store.execute(
            "SELECT count(*), coalesce(sum(total), 0) FROM claim WHERE seq > ?",
            shift["seq"],
        ).fetchone()
        with self._store.transaction():
            self._journal.append("close", {"op": shift["op"], "n": n, "sum": total})
            self._store.drop("shift")
        return n, total

    # Serving

    def serve(self, channel, identity_seen=False, gps=None, rep=None):
        """Give a family, without the network, what the lease has for its card.

        :param channel: object with ``transmit(bytes) -> bytes``
        :param identity_seen: the operator compared KTP or KK
        :param gps: [latitude, longitude] x 1e6 and accuracy in metres, or None
        :param rep: dict name, rel, doc of a representative, or None
        """
        return self._serve(channel, self._offline_offer, identity_seen, gps, rep)

    def serve_online(self, channel, identity_seen=False, gps=None, rep=None):
        """Give a family what the server allows now; parameters as ``serve``."""
        return self._serve(channel, self._online_offer, identity_seen, gps, rep)

    def _serve(self, channel, offer_for, identity_seen, gps, rep):
        op = self._shift()["op"]
        card = Card(channel)
        identity = card.identify()
        with self._denying(identity):
            self._check_work()
            offer = offer_for(card, identity, identity_seen)
        jti, text = self._sign_claim(card, identity, offer)
        auth = self._authorise(identity, jti, text) if offer.online else None
        return self._write_claim(identity, offer, jti, text, auth, op, gps, rep)

    def _sign_claim(self, card, identity, offer):
        jti = identifiers.new_ulid(self._journal.now())
        numbers = [line.e for line in offer.lines]
        with self._store.transaction():
            self._journal.append(
                "intent", {"jti": jti, "card_no": identity.card_no, "e": numbers}
            )
            self._store.execute(
                "INSERT INTO intent VALUES (?, ?)", jti, identity.card_no
            )
        payload = {
            "prg": self._sheet.prg,
            "jti": jti,
            "tid": self._sheet.tid,
            "iat": self._journal.now(),
            "it": [line.item() for line in offer.lines],
        }
        try:
            return jti, card.sign(identity, "khbs-claim+jwt", payload)
        except CardError as error:
            self._deny(identity.card_no, error.why, jti)
            raise

    def _authorise(self, identity, jti, text):
        """Return the server's authorisation; without one the tap is given up."""
        try:
            answer = self._call("edc.claim.authorize", {"claim": text})
        except ServerError as error:
            self._deny(identity.card_no, str(error.code), jti)
            raise Refusal(str(error.code), str(error)) from error
        except NetworkError:
            self._deny(identity.card_no, "NO_ANSWER", jti)
            raise
        auth, exp = answer.get("auth"), answer.get("exp")
        if not isinstance(auth, str) or not shape.is_integer(exp):
            self._deny(identity.card_no, "NO_ANSWER", jti)
            raise NetworkError("Jawaban server tidak terbaca.")
        if self._journal.now() > exp:
            self._deny(identity.card_no, "AUTH_EXPIRED", jti)
            raise Refusal("AUTH_EXPIRED", "Izin server sudah lewat. Tap lagi.")
        return auth

    def _write_claim(self, identity, offer, jti, text, auth, op, gps, rep):
        with self._store.transaction():
            number = f"{self._sheet.tid}-{self._journal.last_seq + 1:06}"
            d = {
                "jws": text,
                "mode": "on" if offer.online else "off",
                "auth": auth,
                "cvm": offer.cvm,
                "gps": gps,
                "op": op,
                "rc": number,
            }
            if rep:
                d["rep"] = rep
            # What the server allowed one by one does not use up the lease's limits.
            lease_id = None if offer.online else self._store.get("lse")
            seq = self._journal.append("claim", d)
            total = sum(line.a for line in offer.lines)
            self._store.execute(
                "INSERT INTO claim VALUES (?, ?, ?, ?)", seq, jti, lease_id, total
            )
            for line in offer.lines:
                # Offline a second time is an error; online the server has decided.
                self._store.execute(
                    "INSERT INTO given VALUES (?, ?)"
                    + (_AGAIN if offer.online else ""),
                    line.e,
                    seq,
                )
            self._store.execute("DELETE FROM intent WHERE jti = ?", jti)
        items = [(*offer.labels[line.b], line.p, line.a) for line in offer.lines]
        paper = receipt.render(
            self._sheet.tid,
            number,
            self._journal.now(),
            op,
            identity.card_no,
            offer.name,
            [(label, p, a, goods) for label, goods, p, a in items],
            offer.online,
        )
        return Served(seq, jti, identity.card_no, offer.lines, paper, text)

    def warnings(self):
        """Return a warning when half of what the lease allows is not sent yet."""
        lease = self._held.lease()
        if lease and self.unsent_claims() * 2 >= max(lease.max_claims, 1):
            return ["Banyak klaim belum terkirim. Sambungkan ke server."]
        return []

    def unsent_claims(self):
        """Return the number of claims that the server has not acknowledged."""
        return self._store.one(
            "SELECT count(*) FROM claim WHERE seq > ?", self._store.get("acked", 0)
        )

    # Rules of the online counter

    def _online_offer(self, card, identity, identity_seen):
        self._check_certificate(identity)
        if self._is_blocked_unsent(identity.card_no):
            raise Refusal(*REFUSED_STATUS[SUSPENDED])
        proof = self._card_message(card, identity, "khbs-auth+jwt")
        try:
            info = self._call("edc.card.info", {"proof": proof})
        except ServerError as error:
            raise Refusal(str(error.code), str(error)) from error
        if info.get("state") != "ACTIVE":
            state = str(info.get("state"))
            # The server has noted it; the code says that it was online.
            raise Refusal(f"1302 {state}"[:40], said_state(state))
        free = [
            ent
            for ent in _read_entitlements(info.get("ents"))
            if not ent.get("held") and not self._is_unsent(ent["e"])
        ]
        if not free:
            raise Refusal("NOTHING_OPEN", "Tidak ada bantuan yang dapat diambil.")
        usable = [
            ent
            for ent in free
            if ent["cvm"] == "none" or (ent["cvm"] == "id" and identity_seen)
        ]
        if not usable:
            self._refuse_cvm({ent["cvm"] for ent in free})
        lines = self._within_tap(
            [read_line([ent[key] for key in "ebpa"]) for ent in usable], 6
        )
        labels = {ent["b"]: (ent["label"], []) for ent in usable}
        name = str(info.get("name") or "")
        return Offer(name, lines, labels, cvm(identity_seen), online=True)

    def _is_unsent(self, e):
        """Tell whether a claim of *e* is here that the server cannot know of yet."""
        acked = self._store.get("acked", 0)
        return self._store.one("SELECT 1 FROM given WHERE e = ? AND seq > ?", e, acked)

    def _is_blocked_unsent(self, card_no):
        """Tell whether this journal stopped a card and the server may not know it.

        Once it knows, it decides: an office may have lifted the block since.
        """
        unsent = self._store.one(
            "SELECT 1 FROM entry WHERE ev IN ('block', 'activate') AND seq > ?",
            self._store.get("acked", 0),
        )
        return bool(unsent) and "blocked" in self._notes(card_no)

    def _card_message(self, card, identity, typ, **more):
        """Return a short message of this terminal signed by the card."""
        payload = {
            "prg": self._sheet.prg,
            "tid": self._sheet.tid,
            "jti": identifiers.new_ulid(self._journal.now()),
            "iat": self._journal.now(),
            **more,
        }
        return card.sign(identity, typ, payload)

    # Hand-over and blocking

    def activate(self, channel, gps=None, rep=None):
        """Hand a shipped card of the lease over, without the network."""
        op = self._shift()["op"]
        card = Card(channel)
        identity = card.identify()
        with self._denying(identity):
            self._check_work()
            lease = self._valid_lease()
            self._check_certificate(identity)
            row = self._known_row(lease, identity)
            self._check_handover(identity, row)
            text = self._card_message(card, identity, "khbs-activate+jwt", op=op)
        d = {"jws": text, "op": op, "gps": gps}
        if rep:
            d["rep"] = rep
        with self._store.transaction():
            self._journal.append("activate", d)
            self._note(identity.card_no, "activated")
            for other in lease.cards_sharing(row):
                self._note(other.card_no, "blocked")
        return identity.card_no

    def _check_handover(self, identity, row):
        status = self._held.status_list().status(identity.index)
        if not row.handover or status != SHIPPED:
            raise Refusal("NO_HANDOVER", "Kartu ini tidak untuk diserahkan di sini.")
        if self._notes(identity.card_no):
            raise Refusal("NO_HANDOVER", "Kartu ini sudah diserahkan atau diblokir.")

    def activate_online(self, channel, gps=None, rep=None):
        """Hand a card over through the server; return the card's new state."""
        op = self._shift()["op"]
        self._check_work()
        card = Card(channel)
        identity = card.identify()
        self._check_certificate(identity)
        text = self._card_message(card, identity, "khbs-activate+jwt", op=op)
        params = {"jws": text, "op": op}
        if gps:
            params["gps"] = gps
        if rep:
            params["rep"] = rep
        state = self._call("edc.card.activate", params)["state"]
        if state == "ACTIVE":
            with self._store.transaction():
                self._note(identity.card_no, "activated")
        return state

    def block(self, card_no, why):
        """Suspend a card from now on at this terminal, and say so in the journal."""
        identifiers.parse_card_no(card_no)
        op = self._shift()["op"]
        with self._store.transaction():
            self._journal.append("block", {"card_no": card_no, "why": why, "op": op})
            self._note(card_no, "blocked")
        return op

    # Small things

    def give_up_open_intents(self):
        """Answer, after a crash, every signature that was asked and never kept."""
        for jti, card_no in self._store.execute(
            "SELECT jti, card_no FROM intent"
        ).fetchall():
            self._deny(card_no, "INTERRUPTED", jti)

    def _shift(self):
        shift = self._store.get("shift")
        if not shift:
            raise Refusal("SHIFT", "Loket belum dibuka.")
        return shift

    def _check_operator(self, op, password):
        operators = self._held.config().get("ops", [])
        verifier = next(
            (row.get("v") for row in operators if row.get("op") == op), None
        )
        if verifier is None or not passwords.matches(password, verifier):
            raise Refusal("OPERATOR", "Kode petugas atau kata sandi salah.")

    def _check_usable(self):
        if self._store.get("state") != "ACTIVE":
            raise Refusal("LOCKED", "Terminal terkunci. Hubungi petugas EDC.")

    def _check_work(self):
        self._check_usable()
        self._held.check_clock()

    @contextlib.contextmanager
    def _denying(self, identity):
        """Write ``deny`` for a card that is refused; one that went away is not."""
        try:
            yield
        except (Refusal, CardError) as refused:
            if refused.why != "CARD_LOST":
                self._deny(identity.card_no, refused.why)
            raise

    def _deny(self, card_no, why, jti=None):
        d = {"card_no": card_no, "why": why}
        if jti:
            d["jti"] = jti
        with self._store.transaction():
            self._journal.append("deny", d)
            if jti:
                self._store.execute("DELETE FROM intent WHERE jti = ?", jti)

    def _note(self, card_no, note):
        self._store.execute(
            "INSERT INTO card_note VALUES (?, ?) ON CONFLICT DO NOTHING", card_no, note
        )

    def _notes(self, card_no):
        rows = self._store.execute(
            "SELECT note FROM card_note WHERE card_no = ?", card_no
        )
        return {note for (note,) in rows}


def _read_entitlements(value):
    """Return the ``ents`` of edc.card.info, checked."""
    shape.require(
        isinstance(value, list)
        and all(
            isinstance(row, dict)
            and row.get("cvm") in ("none", "id", "pin")
            and shape.is_text(row.get("label"))
            for row in value
        ),
        "jawaban server tidak terbaca",
    )
    for row in value:
        read_line([row.get(key) for key in "ebpa"])
    return value
