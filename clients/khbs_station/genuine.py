# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A finished card in a reader, which proves that it is the one that it names."""

import os
import re
import time

from . import jose
from .iso7816 import StatusError
from .issued import certificate_in, common_name
from .piv import CERTIFICATES, CardError, PivCard

NUMBER = re.compile(r"KH[0-9]{11}")


class NotGenuine(Exception):
    """No card of the programme; the text says what it is and what to do."""


class GenuineCard:
    """A card whose certificate is the programme's and whose chip holds its key.

    :ivar card_no: from the certificate
    :ivar card: ``piv.PivCard``
    """

    def __init__(self, connection, trust):
        self.card = PivCard(connection)
        try:
            self.card.select()
            certificate = self._certificate("9E", trust)
            self.card_no = common_name(certificate)
            self.key = certificate.public_key()
            self._sign(os.urandom(32), "9E", self.key)
        except (StatusError, CardError) as error:
            raise _silent(error) from error
        self._trust = trust

    def _certificate(self, slot, trust):
        certificate = certificate_in(self.card.get_data(CERTIFICATES[slot]))
        if certificate is None:
            raise NotGenuine(
                "Kartu ini belum dipersonalisasi. Kerjakan dahulu di stasiun."
            )
        number = common_name(certificate)
        if not trust.issued(certificate) or not is_number(number):
            raise NotGenuine(
                "Kartu ini bukan terbitan program: sertifikatnya dari pihak lain. "
                "Sisihkan dan laporkan."
            )
        return certificate

    def _sign(self, message, slot, key):
        der = self.card.sign(slot, message)
        try:
            jose.verify_der(key, der, message)
        except jose.JoseError:
            raise NotGenuine(
                "Chip tidak memegang kunci sertifikatnya: kartu tiruan. "
                "Sisihkan dan laporkan."
            ) from None
        return der

    def key_9c(self):
        """Return the public key of 9C.

        :raises NotGenuine: a card without PIN
        """
        try:
            certificate = self._certificate("9C", self._trust)
        except NotGenuine:
            raise NotGenuine("Kartu ini tidak ber-PIN.") from None
        if common_name(certificate) != self.card_no:
            raise NotGenuine("Kedua sertifikat kartu tidak sama. Sisihkan, laporkan.")
        return certificate.public_key()

    def prove(self, settings):
        """Return a khbs-auth JWS that the card signs now, for this station."""
        payload = {
            "prg": settings.prg,
            "tid": settings.tid,
            "jti": jose.ulid(),
            "iat": int(time.time()),
        }
        return self.signed("9E", self.key, "khbs-auth+jwt", payload)

    def signed(self, slot, key, typ, payload):
        """Return a JWS of *payload* by the key in *slot*."""
        kid = self.card_no if slot == "9E" else f"{self.card_no}.{slot}"
        message = jose.signing_input(kid, typ, payload)
        try:
            return jose.assemble(message, self._sign(message, slot, key))
        except (StatusError, CardError) as error:
            raise _silent(error) from error


def _silent(error):
    return NotGenuine(
        f"Kartu tidak menjawab sebagaimana kartu program ({error}). "
        "Sisihkan dan laporkan."
    )


def is_number(text):
    """Whether *text* is a card number with its right check digits."""
    if not NUMBER.fullmatch(text):
        return False
    return int(text[11:]) == 98 - int(text[2:11]) * 100 % 97
