# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
import itertools
import os
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric import ec

from odoo.exceptions import AccessError
from odoo.fields import Command

from odoo.addons.khbs_cards.exceptions import ProtocolError
from odoo.addons.khbs_cards.protocol import base64url, jws, keys, keystore, perso
from odoo.addons.khbs_registry.tests.common import KhbsCase

PRG = "KHBS-test"
_PROOFS = itertools.count(1)
# What an officer tells of a plain hand-over.
RECEIPT = {"received_by": "head", "acknowledged": "signature", "notice_given": True}


def certs_sha256(answer):
    """Return the hashes that ``done`` names of the certificates of an answer."""
    return [
        base64url.encode(hashlib.sha256(base64url.decode(der)).digest())
        for der in answer["certs"]
    ]


class Chip:
    """The keys of one card and what they sign."""

    def __init__(self, slots=("9E",)):
        self.keys = {slot: ec.generate_private_key(ec.SECP256R1()) for slot in slots}

    @property
    def spki(self):
        """SPKI of each key, as the station sends it."""
        return [
            base64url.encode(keys.spki(key.public_key())) for key in self.keys.values()
        ]

    def prove(self, job, nonce, card_no, prg=PRG, **changes):
        """Return one khbs-perso of each key."""
        digests = (base64url.decode(text) for text in self.spki)
        payload = {
            "prg": prg,
            "job": job,
            "nonce": nonce,
            "card_no": card_no,
            "spki_sha": [
                base64url.encode(hashlib.sha256(der).digest()) for der in digests
            ],
            **changes,
        }
        return [
            jws.sign(key, perso.kid(card_no, slot), "khbs-perso+jwt", payload)
            for slot, key in self.keys.items()
        ]

    def auth(self, card_no, tid="S0001", iat=None, **changes):
        """Return the khbs-auth by which the card shows that it is here."""
        payload = {
            "prg": PRG,
            "tid": tid,
            "jti": f"01JD{next(_PROOFS):022d}",
            "iat": int(time.time()) if iat is None else iat,
            **changes,
        }
        return jws.sign(self.keys["9E"], card_no, "khbs-auth+jwt", payload)

    def activate(self, card_no, tid="OFFICE", iat=None, **changes):
        """Return a khbs-activate."""
        payload = {
            "prg": PRG,
            "tid": tid,
            "jti": "01JD0000000000000000000000",
            "iat": int(time.time()) if iat is None else iat,
            "op": "petugas",
            **changes,
        }
        return jws.sign(self.keys["9E"], card_no, "khbs-activate+jwt", payload)


class CardsCase(KhbsCase):
    """Keys in a folder of the test, and cards made by the real methods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.keys = keystore.create(Path(folder.name) / "keys", PRG)
        environment = patch.dict(os.environ, KHBS_KEYS=str(cls.keys.path))
        cls.startClassPatcher(environment)
        cls.env["ir.config_parameter"].set_param("khbs.prg", PRG)
        cls.cards = cls.env["khbs.card"]
        cls.jobs = cls.env["khbs.card.job"]

    @classmethod
    def _allocated(cls, household=None, profile="card"):
        """Return a card of a new (or the given) household with a waiting job."""
        household = household or cls._household(state="decided")
        return cls.cards._allocate(household, profile)

    @classmethod
    def _decided_list(cls, households, state="decided"):
        """Return a recipient list of *households*."""
        criteria = cls.env["khbs.criteria"].create(
            {
                "name": "Contoh",
                "legal_basis": "SK contoh",
                "valid_from": "2026-01-01",
                "max_decile": "4",
            }
        )
        recipients = cls.env["khbs.recipient.list"].create(
            {"title": "Contoh", "area_id": cls.province.id, "criteria_id": criteria.id}
        )
        cls.env["khbs.recipient.line"].create(
            [
                {
                    "list_id": recipients.id,
                    "household_id": household.id,
                    "area_id": household.area_id.id,
                    "regency_id": household.regency_id.id,
                    "rank": rank,
                }
                for rank, household in enumerate(households, 1)
            ]
        )
        cls.env.flush_all()
        recipients.write({"state": state, "sha256": "0" * 64})
        return recipients

    def _certify(self, job, chip, device="S0001", **changes):
        """Let *device* have the leased *job* (dict) certified for *chip*."""
        params = {
            "job": job["job"],
            "spki": chip.spki,
            "perso": chip.prove(job["job"], job["nonce"], job["card_no"]),
            **changes,
        }
        return self.jobs._station_certify(device, params)

    def _refusal_of(self, act, method, *args):
        """Call *method*, which must refuse, and return the trace that it leaves.

        Not assertRaises: it would roll the trace back, as no server does.
        """
        try:
            method(*args)
        except (AccessError, ProtocolError):
            return self.env["khbs.audit.event"].search(
                [("act", "=", act), ("outcome", "=", "refused")], limit=1
            )
        return self.fail("it was not refused")

    def _done_params(self, job, chip, answer, **changes):
        certs_sha = certs_sha256(answer)
        nonce = perso.done_nonce(job["nonce"], certs_sha)
        return {
            "job": job["job"],
            "atr": "3B80800101",
            "certs_sha": certs_sha,
            "transcript": chip.prove(job["job"], nonce, job["card_no"]),
            **changes,
        }

    def assert_protocol_error(self, code, method, *args):
        """Call *method*, which must refuse with *code*; return the error."""
        with self.assertRaises(ProtocolError) as caught:
            method(*args)
        self.assertEqual(caught.exception.code, code)
        return caught.exception

    def _personalise(self, card, device="S0001"):
        """Take *card* through a station; return its chip."""
        job = self.jobs._station_next(device)
        self.assertEqual(job["card_no"], card.card_no)
        chip = Chip(card._slots())
        answer = self._certify(job, chip, device)
        self.jobs._station_done(device, self._done_params(job, chip, answer))
        return chip

    def _witnessed(self, card):
        """Return signed minutes whose destruction of *card* has its witness."""
        minutes = self.env["khbs.card.return"].create(
            {
                "area_id": card.area_id.id,
                "place": "Balai desa",
                "scan": base64.b64encode(b"%PDF-1.7 berita acara"),
                "line_ids": [
                    Command.create(
                        {"card_id": card.id, "reason": "damaged", "action": "destroy"}
                    )
                ],
            }
        )
        minutes.write({"state": "signed", "witnessed_by_id": self.env.uid})
        self.env["khbs.approval"].create(
            {
                "model": minutes._name,
                "res_id": minutes.id,
                "step": "witnessed",
                "user_id": self.env.uid,
                "role": "card_officer",
                "sha256": minutes._lines_sha256(),
            }
        )
        self.env.flush_all()
        return minutes

    def _shipped(self, household=None):
        """Return (card, chip) of a card on its way to the family."""
        card = self._allocated(household)
        chip = self._personalise(card)
        card._transition("printed", "PRINTED")
        card._transition("shipped", "SHIPPED")
        return card, chip

    def _active(self, household=None):
        """Return (card, chip) of a card in use."""
        card, chip = self._shipped(household)
        card._activate("OFFICE")
        return card, chip
