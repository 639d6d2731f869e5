# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from cryptography import x509

from odoo.tests import freeze_time
from odoo.tools import mute_logger

from odoo.addons.khbs_cards.protocol import base64url, card_number, keys

from .common import CardsCase, Chip


class TestJobs(CardsCase):
    def setUp(self):
        super().setUp()
        self.card = self._allocated()

    def test_a_job_has_what_the_station_needs(self):
        job = self.jobs._station_next("S0001")
        self.assertEqual(job["card_no"], self.card.card_no)
        self.assertEqual(job["guid"], self.card.guid)
        self.assertEqual(base64url.decode(job["chuid"])[:2], b"\x30\x19")
        self.assertEqual(len(base64url.decode(job["nonce"])), 32)

    def test_the_same_station_gets_its_job_again_and_another_gets_none(self):
        job = self.jobs._station_next("S0001")
        self.assertEqual(self.jobs._station_next("S0001"), job)
        self.assertEqual(self.jobs._station_next("S0002"), {"job": None})

    def test_a_card_goes_from_job_to_locked(self):
        chip = self._personalise(self.card)
        self.assertEqual(self.card.state, "locked")
        self.assertEqual(
            self.card.event_ids.sorted("id").mapped("to_state"),
            ["allocated", "keyed", "certified", "locked"],
        )
        self.assertEqual(self.card.spki_9e, chip.spki[0])
        self.assertEqual(
            self.card._key_hash(),
            keys.key_hash(bytes.fromhex(self.card.spki_9e_sha256)),
        )
        act = self.env["khbs.audit.event"].search(
            [("act", "=", "card.certify"), ("res_id", "=", self.card.id)]
        )
        self.assertEqual(act.data["card_no"], self.card.card_no)

    def test_secrets_are_derived_and_stand_nowhere(self):
        job = self.jobs._station_next("S0001")
        answer = self._certify(job, Chip())
        master = self.keys.master()
        self.assertEqual(
            answer["k9b"], keys.management_key(master, self.card.guid).hex()
        )
        self.assertEqual(answer["puk"], keys.puk(master, self.card.guid))
        self.assertIsNone(answer["pin"])
        self.env.flush_all()
        for table in ("khbs_card", "khbs_card_job", "khbs_card_event"):
            self.env.cr.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            text = self.env.cr.fetchone()[0]
            self.assertNotIn(answer["k9b"], text)
            self.assertNotIn(f'"{answer["puk"]}"', text)

    def test_a_pin_profile_needs_both_keys(self):
        self._personalise(self.card)
        self._allocated(profile="pin")
        job = self.jobs._station_next("S0001")
        self.assertEqual(job["slots"], ["9E", "9C"])
        self.assert_protocol_error(-32602, self._certify, job, Chip())
        answer = self._certify(job, Chip(("9E", "9C")))
        self.assertEqual(len(answer["certs"]), 2)
        self.assertRegex(answer["pin"], r"^[0-9]{6}$")

    def test_a_card_whose_pin_nobody_knows_shows_its_first_key_alone(self):
        """It was torn out behind step 8: the same certificates, and another PIN."""
        self._personalise(self.card)
        self._allocated(profile="pin")
        job = self.jobs._station_next("S0001")
        chip = Chip(("9E", "9C"))
        perso = chip.prove(job["job"], job["nonce"], job["card_no"])
        alone = {"job": job["job"], "spki": chip.spki, "perso": [perso[0], None]}
        certify = self.jobs._station_certify
        # Not before the card is certified for these very keys.
        self.assert_protocol_error(-32602, certify, "S0001", alone)
        first = certify("S0001", alone | {"perso": perso})
        again = [certify("S0001", alone) for _time in range(3)]
        self.assertEqual([answer["certs"] for answer in again], 3 * [first["certs"]])
        self.assertGreater(len({answer["pin"] for answer in (first, *again)}), 1)
        other = Chip(("9E", "9C"))
        new = other.prove(job["job"], job["nonce"], job["card_no"])
        for wrong in (
            alone | {"perso": [None, perso[1]]},
            alone | {"perso": [None, None]},
            alone | {"perso": [None]},
            {"job": job["job"], "spki": other.spki, "perso": [new[0], None]},
        ):
            self.assert_protocol_error(-32602, certify, "S0001", wrong)
        stolen = alone | {"perso": [new[0], None]}
        self.assert_protocol_error(1503, certify, "S0001", stolen)

    def test_the_station_hears_how_many_jobs_wait(self):
        before = self.jobs._count_waiting(None)
        for _card in range(3):
            self._allocated()
        self.env.flush_all()
        self.assertEqual(self.jobs._station_next("S0001")["waiting"], before + 2)
        self.assertEqual(self.jobs._station_next("S0002")["waiting"], before + 1)
        self.assertEqual(self.jobs._station_next("S0001")["waiting"], before + 1)

    def test_the_same_keys_get_the_same_certificate_again(self):
        job = self.jobs._station_next("S0001")
        chip = Chip()
        first = self._certify(job, chip)
        self.assertEqual(self._certify(job, chip), first)
        self.assertEqual(len(self.card.event_ids), 3)

    def test_after_a_torn_write_new_keys_replace_the_old(self):
        job = self.jobs._station_next("S0001")
        first = self._certify(job, Chip())
        chip = Chip()
        second = self._certify(job, chip)
        self.assertNotEqual(first, second)
        old = [
            x509.load_der_x509_certificate(base64url.decode(answer["certs"][0]))
            for answer in (first, second)
        ]
        self.assertNotEqual(old[0].serial_number, old[1].serial_number)
        self.jobs._station_done("S0001", self._done_params(job, chip, second))
        self.assertEqual(self.card.state, "locked")

    def test_a_card_is_not_certified_without_end(self):
        job = self.jobs._station_next("S0001")
        for _time in range(5):
            chip = Chip()
            answer = self._certify(job, chip)
        refused = self._refusal_of("card.certify", self._certify, job, Chip())
        self.assertEqual(refused.data["count"], 5)
        self.assert_protocol_error(1503, self._certify, job, Chip())
        # The last keys are still good, and so is giving up.
        self.assertEqual(self._certify(job, chip)["certs"], answer["certs"])
        fail = {"job": job["job"], "step": 5, "why": "1503"}
        self.assertEqual(self.jobs._station_fail("S0001", fail), {"state": "DESTROYED"})

    def test_a_key_that_any_card_ever_had_is_refused(self):
        chip = self._personalise(self.card)
        self._allocated()
        job = self.jobs._station_next("S0001")
        refused = self._refusal_of("card.known_key", self._certify, job, chip)
        self.assertEqual(refused.data["sha256"], [self.card.spki_9e_sha256])
        self.assert_protocol_error(1502, self._certify, job, chip)

    def test_a_key_replaced_on_the_same_card_does_not_come_back(self):
        job = self.jobs._station_next("S0001")
        chip = Chip()
        self._certify(job, chip)
        self._certify(job, Chip())
        self.assert_protocol_error(1502, self._certify, job, chip)

    def test_proofs_of_anything_else_are_refused(self):
        job = self.jobs._station_next("S0001")
        chip = Chip()
        other = Chip()
        name, nonce, card_no = job["job"], job["nonce"], job["card_no"]
        bad = [
            chip.prove(name, "x", card_no),
            chip.prove("J9999999", nonce, card_no),
            chip.prove(name, nonce, "KH01012345642"),
            chip.prove(name, nonce, card_no, prg="KHBS"),
            chip.prove(name, nonce, card_no, spki_sha=["x"]),
            chip.prove(name, nonce, card_no, more=1),
            other.prove(name, nonce, card_no),
            ["x"],
        ]
        for proof in bad:
            self.assert_protocol_error(
                1503, lambda p=proof: self._certify(job, chip, perso=p)
            )
        for proof in ([], None, [1], ["x"] * 2):
            self.assert_protocol_error(
                -32602, lambda p=proof: self._certify(job, chip, perso=p)
            )
        self.assertEqual(self.card.state, "allocated")

    def test_nobody_finishes_the_job_of_another_station(self):
        job = self.jobs._station_next("S0001")
        self.assert_protocol_error(1501, self._certify, job, Chip(), "S0002")
        fail = {"job": job["job"], "step": 1, "why": "x"}
        self.assert_protocol_error(1501, self.jobs._station_fail, "S0002", fail)
        for params in ({}, {"job": 7}, {"job": "J0000000"}, {"job": "x"}, [], None):
            self.assert_protocol_error(1501, self.jobs._station_done, "S0001", params)

    def test_done_needs_a_proof_made_after_the_certificates(self):
        job = self.jobs._station_next("S0001")
        chip = Chip()
        answer = self._certify(job, chip)
        good = self._done_params(job, chip, answer)
        stale = chip.prove(job["job"], job["nonce"], job["card_no"])
        for change in (
            {"transcript": stale},
            {"transcript": Chip().prove(job["job"], job["nonce"], job["card_no"])},
            {"certs_sha": ["x"]},
        ):
            self.assert_protocol_error(
                1503, self.jobs._station_done, "S0001", good | change
            )
        self.assert_protocol_error(
            -32602, self.jobs._station_done, "S0001", good | {"atr": "3B8"}
        )
        self.assertEqual(self.card.state, "certified")
        for _time in range(2):
            self.assertEqual(
                self.jobs._station_done("S0001", good), {"state": "LOCKED"}
            )

    def test_a_blank_that_fails_leaves_the_number_free(self):
        job = self.jobs._station_next("S0001")
        fail = {"job": job["job"], "step": 4, "why": "no key"}
        # The second call is the same one, its answer lost.
        for _time in range(2):
            self.assertEqual(
                self.jobs._station_fail("S0001", fail), {"state": "ALLOCATED"}
            )
        again = self.jobs._station_next("S0002")
        self.assertEqual(again["card_no"], job["card_no"])
        self.assertNotEqual(again["nonce"], job["nonce"])
        self.assertEqual(self.card.job_ids.blanks_spoiled, 1)

    def test_a_certified_card_that_fails_gives_way_to_a_new_number(self):
        job = self.jobs._station_next("S0001")
        self._certify(job, Chip())
        fail = {"job": job["job"], "step": 6, "why": "torn"}
        for _time in range(2):
            self.assertEqual(
                self.jobs._station_fail("S0001", fail), {"state": "DESTROYED"}
            )
        new = self.cards.search([("household_id", "=", self.card.household_id.id)])
        new -= self.card
        self.assertEqual(new.state, "allocated")
        self.assertGreater(new.card_index, self.card.card_index)
        self.assertEqual(self.jobs._station_next("S0001")["card_no"], new.card_no)

    def test_a_job_that_expires_is_given_up(self):
        job = self.jobs._station_next("S0001")
        self._certify(job, Chip())
        lease = self.jobs.browse(int(job["job"][1:])).leased_until
        with freeze_time(lease + timedelta(minutes=1)):
            self.assert_protocol_error(1501, self._certify, job, Chip())
            new = self.jobs._station_next("S0002")
        self.assertNotEqual(new["card_no"], job["card_no"])
        self.assertEqual(self.card.state, "destroyed")

    def test_an_overdue_job_that_cannot_be_given_up_stops_no_other_station(self):
        waiting = self._allocated()
        job = self.jobs._station_next("S0001")
        self._certify(job, Chip())
        lists = self.env["khbs.card.list"]
        # No list has room for the family's new number.
        lists.create({"code": "10"})
        lists.create({"code": "99", "next_index": card_number.MAX_INDEX + 1})
        lease = self.jobs.browse(int(job["job"][1:])).leased_until
        logs = ("odoo.addons.khbs_cards.models.khbs_card_job", "odoo.sql_db")
        with freeze_time(lease + timedelta(minutes=1)), mute_logger(*logs):
            new = self.jobs._station_next("S0002")
        self.assertEqual(new["card_no"], waiting.card_no)
        self.assertEqual(self.card.state, "certified")

    def test_a_family_that_lost_its_place_gets_no_card(self):
        self.card.household_id.state = "exited"
        self.assertEqual(self.jobs._station_next("S0001"), {"job": None})
        self.card.household_id.state = "decided"
        self.assertTrue(self.jobs._station_next("S0001")["job"])
