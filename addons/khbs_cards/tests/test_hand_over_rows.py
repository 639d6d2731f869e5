# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
import io
from datetime import timedelta

import psycopg2
from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.modules.migration import load_script
from odoo.tools import file_path, mute_logger

from .common import RECEIPT, CardsCase

PLACE = [-2_047_000, 113_468_000, 12]
REPRESENTED = {
    **RECEIPT,
    "received_by": "representative",
    "relation": "neighbour",
    "representative_name": "WAKIL CONTOH",
    "document_number": "6271 0101 0180 0001",
    "letter_checked": True,
}
PDF = base64.b64encode(b"%PDF-1.7 surat kuasa").decode()


def picture(width=40):
    """Return a JPEG as base64."""
    with io.BytesIO() as file:
        Image.new("RGB", (width, 30), "green").save(file, "JPEG")
        return base64.b64encode(file.getvalue()).decode()


class HandOverCase(CardsCase):
    def setUp(self):
        super().setUp()
        self.officer = self._role_user("field_officer")
        self.rows = self.env["khbs.card.hand.over"]

    def _hand_over(self, receipt=None, place=None, shipped=None, **changes):
        """Hand a card over as the officer and return what was written down."""
        receipt = RECEIPT if receipt is None else receipt
        card, chip = shipped or self._shipped()
        self.cards.with_user(self.officer).action_hand_over(
            chip.activate(card.card_no), place, {**receipt, **changes}
        )
        return card.hand_over_ids


class TestHandOverRows(HandOverCase):
    def test_the_officer_s_hand_over_is_written_down(self):
        done = self._hand_over(place=PLACE, photo=picture())
        self.assertEqual(done.mode, "office")
        self.assertEqual(done.user_id, self.officer)
        self.assertEqual(done.operator_code, self.officer.login)
        self.assertEqual(done.area_id, self.village)
        self.assertEqual(
            (done.latitude, done.longitude, done.accuracy_m), (-2.047, 113.468, 12)
        )
        self.assertTrue(done.notice_given)
        photo = base64.b64decode(done.people_ids.photo)
        self.assertEqual(done.photo_sha256, hashlib.sha256(photo).hexdigest())
        self.assertTrue(done.activation.startswith("ey"))

    def test_a_row_is_never_changed_or_removed(self):
        done = self._hand_over()
        for attempt in ("UPDATE khbs_card_hand_over SET mode = 'online'", "DELETE"):
            sql = attempt if "SET" in attempt else "DELETE FROM khbs_card_hand_over"
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
                with self.env.cr.savepoint():
                    self.env.cr.execute(f"{sql} WHERE id = {done.id}")

    def test_handing_over_again_writes_nothing_more(self):
        shipped = self._shipped()
        first = self._hand_over(shipped=shipped)
        again = self._hand_over(shipped=shipped, acknowledged="thumb_print", **WITNESS)
        self.assertEqual(again, first)
        self.assertEqual(again.acknowledged, "signature")

    def test_case_12_01_no_position_does_not_block(self):
        done = self._hand_over()
        self.assertEqual(done.card_id.state, "active")
        self.assertFalse(done.has_position)
        self.assertIn("No position", done.position_note)
        self.env.cr.execute(
            "SELECT latitude FROM khbs_card_hand_over WHERE id = %s", [done.id]
        )
        self.assertEqual(self.env.cr.fetchone(), (None,), "not a place at 0, 0")

    def test_case_12_04_a_head_who_died_leaves_nothing_to_hand_over(self):
        household = self._household(state="decided", members=2)
        card, chip = self._shipped(household)
        household._exchange_card("death", {})
        with self._refused():
            self._hand_over(shipped=(card, chip))
        self.assertFalse(card.hand_over_ids)
        new = household.card_ids - card
        self.assertEqual((card.state, len(new)), ("revoked", 1))

    def test_case_12_20_a_card_found_later_is_kept(self):
        household = self._household(state="decided")
        old, chip = self._active(household)
        old._transition("suspended", "lost")
        new, new_chip = self._shipped(household)
        self._hand_over(shipped=(new, new_chip))
        with self.assertRaisesRegex(UserError, "for good"):
            self._hand_over(shipped=(old, chip))

    def test_case_12_23_a_thumb_print_has_a_named_witness(self):
        with self.assertRaisesRegex(UserError, "witness"):
            self._hand_over(acknowledged="thumb_print")
        done = self._hand_over(acknowledged="thumb_print", witness_name="SAKSI CONTOH")
        self.assertEqual(done.people_ids.witness_name, "SAKSI CONTOH")
        self.assertTrue(done.witness_key)
        self.env.cr.execute(
            "SELECT to_jsonb(h)::text FROM khbs_card_hand_over h WHERE id = %s",
            [done.id],
        )
        self.assertNotIn("SAKSI", self.env.cr.fetchone()[0], "no name stays for ever")

    def test_the_database_wants_the_witness_too(self):
        card, _chip = self._shipped()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            with self.env.cr.savepoint():
                self.rows._write_down(
                    card, "office", "OFFICE", {}, {"acknowledged": "thumb_print"}
                )

    def test_names_and_photo_may_be_redacted(self):
        done = self._hand_over(acknowledged="thumb_print", photo=picture(), **WITNESS)
        keys = done.witness_key, done.photo_sha256
        with self._refused(AccessError):
            done.with_user(self.officer).action_redact()
        done.with_user(self._role_user("administrator")).action_redact()
        people = done.people_ids
        self.assertTrue(people.redacted_at)
        self.assertFalse(people.witness_name or people.photo)
        self.assertEqual((done.witness_key, done.photo_sha256), keys)

    def test_case_12_24_a_representative_needs_a_letter(self):
        for missing, said in [
            ("relation", "related"),
            ("representative_name", "name of the representative"),
            ("document_number", "KTP"),
            ("letter_checked", "letter of authority"),
        ]:
            with self.subTest(missing), self.assertRaisesRegex(UserError, said):
                self._hand_over({**REPRESENTED, missing: False})
        done = self._hand_over(REPRESENTED, letter_scan=PDF)
        self.assertEqual(done.relation, "neighbour")
        self.assertEqual(done.people_ids.representative_name, "WAKIL CONTOH")
        self.assertNotIn("6271", done.document_key)
        self.assertTrue(done.letter_sha256)

    def test_case_12_24_one_representative_for_many_families_is_listed(self):
        self.env["ir.config_parameter"].set_param(
            "khbs.representative.max_families", "2"
        )
        anomalies = self.env["khbs.card.hand.over.anomaly"].with_user(
            self._role_user("auditor")
        )
        typed = ["6271010101800001", "6271 0101 0180 0001", "6271.0101.0180.0001"]
        found = self.rows
        for number in typed:
            anomalies.sudo()._cron_look()
            self.assertFalse(anomalies.search([("kind", "=", "representative")]))
            found |= self._hand_over(REPRESENTED, document_number=number)
        anomalies.sudo()._cron_look()
        listed = anomalies.search([("kind", "=", "representative")])
        self.assertEqual(listed.hand_over_id, found)
        self.assertEqual(set(listed.mapped("found")), {3})

    def test_case_12_25_many_cards_in_minutes_at_one_place_are_listed(self):
        slow = [self._terminal_row(minute, PLACE) for minute in (0, 20, 40)]
        elsewhere = self._terminal_row(61, [PLACE[0] + 50_000, PLACE[1], 12])
        fast = [self._terminal_row(minute, PLACE) for minute in (60, 61, 62)]
        listed = self._fast_rows()
        self.assertEqual(listed, self.rows.union(*fast))
        self.assertFalse(listed & self.rows.union(elsewhere, *slow))

    def test_a_crowd_is_one_wherever_its_place_lies_in_a_grid(self):
        around = (-300, 300, -300)
        fast = [
            self._terminal_row(minute, [-2_047_500 + off, 113_468_500 + off, 12])
            for minute, off in enumerate(around)
        ]
        self.assertEqual(self._fast_rows(), self.rows.union(*fast))

    def test_without_a_position_nobody_is_slower(self):
        places = (PLACE, None, [PLACE[0] + 50_000, PLACE[1], 12], PLACE)
        fast = [
            self._terminal_row(minute, place) for minute, place in enumerate(places)
        ]
        self.assertEqual(self._fast_rows(), self.rows.union(fast[0], fast[1], fast[3]))

    def test_what_comes_late_from_a_terminal_makes_earlier_ones_striking(self):
        early = [self._terminal_row(minute, PLACE) for minute in (0, 2)]
        self.assertFalse(self._fast_rows())
        late = self._terminal_row(1, PLACE)
        self.assertEqual(self._fast_rows(), self.rows.union(late, *early))

    def test_a_wider_limit_takes_hand_overs_off_the_list(self):
        for minute in (0, 1, 2, 3):
            self._terminal_row(minute, PLACE)
        self.assertEqual(len(self._fast_rows(3)), 4)
        self.assertEqual(len(self._fast_rows()), 4)
        self.assertFalse(self._fast_rows(4))

    def test_an_odd_limit_stops_nobody_and_a_huge_one_finds_nobody(self):
        rows = [self._terminal_row(minute, PLACE) for minute in (0, 1)]
        settings = self.env["ir.config_parameter"]
        anomalies = self.env["khbs.card.hand.over.anomaly"]
        for entered, meant in [
            ("7", 7),
            ("\u00b2", 10),
            ("sepuluh", 10),
            (False, 10),
            ("9" * 30, 10**6),
        ]:
            settings.set_param("khbs.hand_over.fast_minutes", entered)
            with self.subTest(entered):
                self.assertEqual(
                    anomalies._limit("khbs.hand_over.fast_minutes", 10), meant
                )
                self.assertEqual(self._fast_rows(1), self.rows.union(*rows))
        self.assertFalse(self._fast_rows("9" * 30))

    def _terminal_row(self, minute, place):
        """Return a hand-over by a terminal so many minutes from now."""
        card, _chip = self._shipped()
        at = fields.Datetime.now() + timedelta(minutes=minute)
        return self.rows._write_down(card, "online", "T000001", {"gps": place}, {}, at)

    def _fast_rows(self, most=2):
        """Return the hand-overs found where more than *most* in minutes strike."""
        self.env["ir.config_parameter"].set_param(
            "khbs.hand_over.fast_count", str(most)
        )
        anomalies = self.env["khbs.card.hand.over.anomaly"]
        anomalies._cron_look()
        listed = anomalies.search([("kind", "=", "fast")])
        self.assertEqual(len(listed), len(listed.hand_over_id))
        return listed.hand_over_id

    def test_case_12_03_the_village_of_the_card_is_that_of_the_kk(self):
        done = self._hand_over(place=[-1_000_000, 114_000_000, 12])
        self.assertEqual(done.area_id, done.household_id.area_id)
        self.assertFalse(done.position_note, "handing over at the camp is no fault")

    def test_a_letter_of_the_registry_tells_who_it_is(self):
        card, chip = self._shipped()
        letter = self._letter(card.household_id)
        done = self._hand_over(
            {**RECEIPT, "received_by": "representative"},
            shipped=(card, chip),
            representative_id=letter.id,
        )
        self.assertEqual(done.representative_id, letter)
        self.assertEqual(done.relation, "rt")
        other, other_chip = self._shipped()
        with self.assertRaisesRegex(UserError, "not in force"):
            self._hand_over(
                {**RECEIPT, "received_by": "representative"},
                shipped=(other, other_chip),
                representative_id=letter.id,
            )

    def _letter(self, household):
        today = fields.Date.context_today(self.rows)
        letter = self.env["khbs.representative"].create(
            {
                "household_id": household.id,
                "name": "KETUA RT CONTOH",
                "relation": "rt",
                "letter_number": "1/SK",
                "letter_date": today,
                "valid_from": today,
                "valid_to": today,
            }
        )
        letter.sudo().write(
            {
                "nik": "6271010101800077",
                "confirmed_on": today,
                "confirmed_by_id": self._role_user("validator").id,
            }
        )
        return letter

    def test_what_a_terminal_cannot_know_does_not_stop_its_journal(self):
        card, _chip = self._shipped()
        rep = {"name": 7, "rel": "Bapak Contoh, RT 3", "doc": None}
        receipt = self.cards._terminal_receipt(rep)
        card._activate(
            "T000001", {"gps": [-2_047_000, 113_468_000, 2**53]}, receipt, "offline"
        )
        done = card.hand_over_ids
        self.assertEqual(done.relation, "other")
        self.assertFalse(done.people_ids or done.document_key)
        self.assertIn("less exact", done.position_note)

    def test_hand_overs_from_before_get_their_rows(self):
        card, _chip = self._shipped()
        data = {"seq": 7, "op": "OP1", "gps": [-2_047_000, 113_468_000, 15]}
        card._transition("active", "CARD_HANDED_OVER", "T000001", data)
        other, _chip = self._shipped()
        other._transition("active", "CARD_HANDED_OVER", "OFFICE", {"rel": "member"})
        path = "khbs_cards/migrations/19.0.1.1.0/post-hand_over.py"
        migration = load_script(file_path(path), "post_hand_over")
        for _time in range(2):
            migration.migrate(self.env.cr, "19.0.1.0.0")
        done = (card | other).hand_over_ids.sorted("id")
        self.assertEqual(done.mapped("mode"), ["offline", "office"])
        self.assertEqual(done.mapped("received_by"), ["family", "member"])
        self.assertEqual(done[0].latitude, -2.047)
        self.assertEqual(done.mapped("has_position"), [True, False])
        self.assertEqual(done[0].at, card.event_ids[0].at)

    def test_what_is_wanting_is_said(self):
        for changes, said in [
            ({"received_by": False}, "who receives"),
            ({"acknowledged": False}, "how it is acknowledged"),
            ({"notice_given": False}, "notice"),
            ({"photo": "bm8gcGhvdG8="}, "photo"),
            ({"letter_scan": "PGh0bWw+"}, "letter of authority"),
            ({"mode": "online"}, "form"),
            ({"witness_name": 1}, "form"),
        ]:
            receipt = {**REPRESENTED, **changes}
            with self.subTest(said), self.assertRaisesRegex(UserError, said):
                self._hand_over(receipt)

    def test_each_state_has_its_own_sentence(self):
        card, _chip = self._shipped()
        said = set()
        self.assertFalse(card._hand_over_refusal())
        card.household_id.state = "exited"
        said.add(card._hand_over_refusal())
        for state, *steps in [
            ("returned", "returned"),
            ("destroyed", "returned", "destroyed"),
            ("revoked", "revoked"),
            ("allocated",),
        ]:
            family = self._household(state="decided")
            card = self._allocated(family) if not steps else self._shipped(family)[0]
            if state == "destroyed":
                self._witnessed(card)
            for step in steps:
                card._transition(step, "other")
            self.assertEqual(card.state, state)
            said.add(card._hand_over_refusal())
        find = self.cards.with_user(self.officer)._find_for_hand_over
        for number in ("KH01012345642", "KAMPANYE 2026"):
            found, sentence = find(number)
            self.assertFalse(found)
            said.add(sentence)
        self.assertNotIn(None, said)
        self.assertEqual(len(said), 7)

    def test_the_number_of_another_village_tells_nothing(self):
        card, _chip = self._shipped()
        stranger = self._role_user(
            "field_officer", areas=self._area("62.01"), login="stranger"
        )
        found, said = self.cards.with_user(stranger)._find_for_hand_over(card.card_no)
        self.assertFalse(found)
        self.assertIn("not yours", said)
        done = self._hand_over(shipped=self._shipped())
        rows = self.rows.with_user(stranger).search([("id", "=", done.id)])
        self.assertFalse(rows)

    def test_the_receipt_prints_no_pin_and_is_a_paper(self):
        done = self._hand_over(
            acknowledged="thumb_print", photo=picture(), place=PLACE, **WITNESS
        )
        facts = done.sudo()._receipt_facts()
        self.assertEqual(facts.acknowledged, "cap jempol")
        done.with_user(self.officer).action_receipt()
        self.assertEqual(done.paper_count, 1)
        with self._refused(AccessError):
            done.with_user(self._role_user("auditor")).action_receipt()


WITNESS = {"witness_name": "SAKSI CONTOH"}


class TestHandOverForm(HandOverCase):
    def _form(self, **vals):
        return (
            self.env["khbs.card.hand.over.form"]
            .with_user(self.officer)
            .create({"notice_given": True, **vals})
        )

    def test_the_form_shows_whose_card_it_is_and_hands_it_over(self):
        card, chip = self._shipped()
        form = self._form(card_no=card.card_no, photo=picture(2000))
        self.assertEqual(form.head_name, card.household_id.head_id.name)
        self.assertFalse(form.refusal)
        form.write({"latitude": -2.047, "longitude": 113.468, "accuracy_m": 12})
        form.activation = f"  {chip.activate(card.card_no)}\n"
        action = form.action_confirm()
        done = card.hand_over_ids
        self.assertEqual(action["res_id"], done.id)
        self.assertEqual((done.latitude, done.longitude), (-2.047, 113.468))
        with Image.open(io.BytesIO(base64.b64decode(done.people_ids.photo))) as image:
            self.assertEqual(image.width, 1280)
        # A double press changes nothing and shows the same.
        self.assertEqual(form.action_confirm()["res_id"], done.id)

    def test_a_card_of_another_number_at_the_reader_is_refused(self):
        first, _chip = self._shipped()
        second, chip = self._shipped()
        form = self._form(card_no=first.card_no)
        form.activation = chip.activate(second.card_no)
        with self.assertRaisesRegex(UserError, "do not belong together"):
            form.action_confirm()
        self.assertEqual(second.state, "shipped")

    def test_the_number_of_a_ktp_does_not_stay(self):
        card, chip = self._shipped()
        form = self._form(
            card_no=card.card_no.lower(),
            received_by="representative",
            relation="family",
            representative_name="WAKIL CONTOH",
            document_number="6271010101800001",
            letter_checked=True,
            activation=chip.activate(card.card_no),
        )
        self.assertFalse(form.family_warning)
        form.action_confirm()
        self.assertFalse(form.document_number)

    def test_the_form_opens_no_card_of_another_village(self):
        card, chip = self._shipped()
        stranger = self._role_user(
            "field_officer", areas=self._area("62.01"), login="stranger"
        )
        form = (
            self.env["khbs.card.hand.over.form"]
            .with_user(stranger)
            .create({"card_no": card.card_no, "notice_given": True})
        )
        self.assertFalse(form.card_id or form.head_name or form.kk_masked)
        self.assertIn("not yours", form.refusal)
        form.activation = chip.activate(card.card_no)
        event = self._refusal_of("card.hand_over", form.action_confirm)
        self.assertEqual(event.user_id, stranger)
        self.assertEqual(card.state, "shipped")

    def test_the_form_is_the_field_officer_s(self):
        with self._refused(AccessError):
            self.env["khbs.card.hand.over.form"].with_user(
                self._role_user("auditor")
            ).create({"card_no": "KH01012345642"})
