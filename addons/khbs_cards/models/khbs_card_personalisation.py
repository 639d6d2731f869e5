# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
import secrets

from cryptography import x509

from odoo import fields, models
from odoo.tools import SQL

from .. import authority, life_cycle, personalisation
from ..exceptions import ProtocolError
from ..protocol import base64url, certificate, keys
from .khbs_card_job_station import keep_read

# Times that one card may be certified, each time for other keys.
MOST_CERTIFIED = 5


class KhbsCard(models.Model):
    # One file for each part of a card's life.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card"

    def _slots(self):
        """Return the slots of the card's profile, in the order of the protocol."""
        self.ensure_one()
        return personalisation.SLOTS[self.profile]

    def _has_keys(self, card_keys):
        """Tell whether these are the keys that the card is certified for."""
        self.ensure_one()
        stored = [self.spki_9e_sha256, self.spki_9c_sha256][: len(card_keys)]
        return [key.sha256.hex() for key in card_keys] == stored

    def _stored_keys(self):
        """Return the ``CardKey`` of each slot as stored."""
        self.ensure_one()
        texts = [self.spki_9e, self.spki_9c][: len(self._slots())]
        return personalisation.read_keys(self.profile, texts)

    def _require_few_certificates(self, device_code):
        """Raise if so many keys of this card were certified that its chip is no good.

        A torn write needs other keys once or twice; a station that asks on and on gets
        no certificates without end.
        """
        self.ensure_one()
        made = [("card_id", "=", self.id), ("to_state", "=", "certified")]
        count = self.env["khbs.card.event"].sudo().search_count(made)
        if count < MOST_CERTIFIED:
            return
        self.env["khbs.audit.event"]._record_refused(
            "card.certify", self, {"device": device_code, "count": count}
        )
        raise ProtocolError(
            personalisation.BAD_PROOF,
            f"certified {count} times: write the card off",
            {"certified": count, "card_no": self.card_no},
        )

    def _take_keys(self, card_keys, device_code):
        """Enter the keys into the register of all keys ever.

        :raises ProtocolError: one of them is there already: a copied key, or a chip
            whose generator is weak
        """
        self.ensure_one()
        digests = [key.sha256.hex() for key in card_keys]
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO khbs_card_key (card_id, slot, sha256, at)
                SELECT %s, slot, sha256, %s FROM unnest(%s, %s) taken(slot, sha256)
                ON CONFLICT (sha256) DO NOTHING RETURNING sha256
                """,
                self.id,
                fields.Datetime.now(),
                [key.slot for key in card_keys],
                digests,
            )
        )
        known = sorted(set(digests) - {sha256 for [sha256] in rows})
        if known:
            self.env["khbs.audit.event"]._record_refused(
                "card.known_key", self, {"device": device_code, "sha256": known}
            )
            raise ProtocolError(personalisation.KNOWN_KEY, "this key is known")

    def _certify(self, card_keys, device_code, job_change):
        """Issue the certificates of these keys; older ones of this card are void.

        :param job_change: UPDATE (SQL) of the card's job
        :return: the master of the card's secrets
        """
        self.ensure_one()
        with authority.issuer(self.env, self) as issuer:
            values, serials = self._issue(issuer, card_keys)
            self._transition("keyed", "KEYS_MADE", device_code=device_code)
            told = {"serial": serials}
            self._transition(
                "certified",
                "CERTIFIED",
                device_code,
                told,
                job_change=job_change,
                **values,
            )
            keep_read(self, values.items())
            facts = {
                "device": device_code,
                "card_no": self.card_no,
                "serial": serials,
                "sha256": [key.sha256.hex() for key in card_keys],
            }
            issuer.told.append(("card.certify", facts))
        return issuer.master

    def _issue(self, issuer, card_keys):
        """Return (columns of the card with its new certificates, serial of each)."""
        authority_certificate = authority.ca_certificate(self.env, issuer.kid)
        values, serials = {}, {}
        for key in card_keys:
            der = certificate.issue(
                issuer.key,
                authority_certificate,
                key.public_key,
                key.slot,
                self.card_no,
                self.guid,
            )
            slot = key.slot.lower()
            issued = x509.load_der_x509_certificate(der)
            serials[key.slot] = f"{issued.serial_number:x}"
            values |= {
                f"spki_{slot}": base64url.encode(key.spki),
                f"spki_{slot}_sha256": key.sha256.hex(),
                f"certificate_{slot}": base64.b64encode(der),
                "valid_until": certificate.last_day(issued),
            }
        return values, serials

    def _certificates(self):
        """Return the DER certificate of each slot."""
        self.ensure_one()
        stored = [self.certificate_9e, self.certificate_9c][: len(self._slots())]
        return [base64.b64decode(content) for content in stored]

    def _certificates_sha(self):
        """Return the base64url SHA-256 of each certificate."""
        return [
            base64url.encode(hashlib.sha256(der).digest())
            for der in self._certificates()
        ]

    def _secrets_for_station(self, master):
        """Return what the station writes to the card; nothing of it is kept here.

        :param master: as the authority gave it for this card
        """
        self.ensure_one()
        with_pin = "9C" in self._slots()
        return {
            "certs": [base64url.encode(der) for der in self._certificates()],
            "k9b": keys.management_key(master, self.guid).hex(),
            "puk": keys.puk(master, self.guid),
            "pin": self._new_pin() if with_pin else None,
        }

    def _new_pin(self):
        """Return a PIN, which stands on the chip and on its slip alone."""
        return f"{secrets.randbelow(10**6):06d}"

    def _pin_secrets(self):
        """Return what a station needs to give this card a new PIN."""
        self.ensure_one()
        return {
            "puk": keys.puk(authority.master(self.env, "card.pin", self), self.guid),
            "pin": self._new_pin(),
        }

    def _spoil(self, reason, device_code=None, step=0, why=None):
        """Write these cards off and queue a new card for each family that needs one.

        A family that is entitled no more needs none, nor does one whose older card
        was put back in use.

        :param step: of the personalisation, at which it happened
        :param why: what the station said
        """
        self._lock()
        self.job_ids._close_open()
        self._transition(
            "destroyed", reason, device_code, lost={"step": step, "why": why}
        )
        served = self.household_id.card_ids.filtered(lambda c: c.state == "active")
        entitled = self.filtered(
            lambda card: (
                card.household_id.state in life_cycle.ENTITLED
                and card.household_id not in served.household_id
            )
        )
        for (run, profile), cards in entitled.grouped(
            lambda card: (card.run_id, card.profile)
        ).items():
            self._allocate(cards.household_id, profile, run)
