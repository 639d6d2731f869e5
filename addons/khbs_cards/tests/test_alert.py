# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from odoo.addons.khbs_cards.models.khbs_card_alert import OFFICE_A_DAY
from odoo.addons.khbs_cards.protocol import card_number

from .common import CardsCase


class TestAlert(CardsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alerts = cls.env["khbs.card.alert"]
        cls.officer = cls._role_user("card_officer")
        cls.field_officer = cls._role_user("field_officer", areas=cls.village)

    def setUp(self):
        super().setUp()
        self.before = self.alerts.search([])

    def _alerts(self, *domain):
        """Return the alerts that came since the test began."""
        return self.alerts.search(list(domain)) - self.before

    def _unknown(self):
        """Return a well-formed number that no card has."""
        return card_number.make("07", 1234567)

    def test_a_card_shown_all_day_is_one_alert_until_somebody_looks(self):
        card, _chip = self._active()
        rows = [("blocked", card.card_no, at) for at in (300, 100, 200)]
        self.alerts._notice_all(rows, "T000001", "offline")
        self.alerts._notice("blocked", card.card_no, "T000001", "online")
        [alert] = card.alert_ids
        self.assertEqual((alert.taps, alert.state), (4, "new"))
        self.assertEqual(alert.at.timestamp(), 100)
        alert.with_user(self.officer).action_seen()
        self.assertEqual((alert.state, alert.seen_by_id), ("seen", self.officer))
        self.assertTrue(alert.seen_at)
        self.alerts._notice("blocked", card.card_no, "T000001", "online")
        self.assertEqual(len(card.alert_ids), 2)
        self.assertEqual(card.alert_count, 2)
        # Seen once is seen: the name of who looked first stays.
        other = self._role_user("card_officer", login="second")
        alert.with_user(other).action_seen()
        self.assertEqual(alert.seen_by_id, self.officer)

    def test_several_are_seen_at_once_and_only_by_the_card_officer(self):
        cards = self._active()[0] + self._active()[0]
        rows = [("blocked", card.card_no, None) for card in cards]
        self.alerts._notice_all(rows, "T000001", "online", area_id=self.village.id)
        with self.assertRaises(AccessError):
            cards.alert_ids.with_user(self.field_officer).action_seen()
        cards.alert_ids.with_user(self.officer).action_seen()
        self.assertEqual(set(cards.alert_ids.mapped("state")), {"seen"})
        acts = self.env["khbs.audit.event"].search(
            [
                ("act", "=", "card_alert.seen"),
                ("res_id", "in", cards.alert_ids.ids),
            ]
        )
        self.assertEqual(len(acts.filtered(lambda act: act.outcome == "done")), 2)

    def test_who_sees_which(self):
        card, _chip = self._active()
        elsewhere = self._area("62.06.01.2001")
        self.alerts._notice(
            "blocked", card.card_no, "T000001", "online", area_id=elsewhere.id
        )
        stranger = self._role_user("field_officer", areas=elsewhere, login="there")
        third = self._role_user("field_officer", areas=self._area("62.01"), login="no")
        # Where it was shown, and where the family lives.
        for user in (self.officer, self.field_officer, stranger):
            self.assertEqual(
                self.alerts.with_user(user).search([("card_no", "=", card.card_no)]),
                card.alert_ids,
            )
        self.assertFalse(
            self.alerts.with_user(third).search([("card_no", "=", card.card_no)])
        )

    def test_strange_texts_and_clocks_are_kept_out(self):
        rows = [("unknown", "x" * 5000, 2**60), ("unknown", None, -7)]
        self.alerts._notice_all(rows, "T000001", "offline")
        [alert] = self.alerts.search([("device_code", "=", "T000001")])
        self.assertEqual((alert.card_no, alert.taps), ("", 2))
        self.alerts._notice_all([], "T000001", "offline")

    def test_a_scan_opens_the_card_at_once(self):
        card, _chip = self._active()
        cards = self.cards.with_user(self.field_officer)
        number = card.card_no
        typed = f" {number[:4].lower()} {number[4:8]}-{number[8:]} "
        for text in (number, typed):
            self.assertEqual(cards.find_scanned(text)["id"], card.id)

    def test_a_number_mistyped_or_of_another_village(self):
        card, _chip = self._active()
        cards = self.cards.with_user(self.field_officer)
        wrong = card.card_no[:-1] + str((int(card.card_no[-1]) + 1) % 10)
        self.assertIn("mistyped", cards.find_scanned(wrong)["message"])
        away = self._role_user("field_officer", areas=self._area("62.01"), login="aw")
        answer = self.cards.with_user(away).find_scanned(card.card_no)
        self.assertIn("not yours", answer["message"])
        self.assertFalse(self._alerts())
        with self.assertRaises(AccessError):
            self.cards.with_user(self._role_user("bank_officer")).find_scanned(wrong)

    def test_case_12_19_a_number_that_is_not_of_the_programme(self):
        cards = self.cards.with_user(self.field_officer)
        for text in ("https://kampanye.example/kartu/77", "", None, "KH0101234564"):
            answer = cards.find_scanned(text)
            self.assertTrue(answer["void"])
            self.assertIn("campaign", answer["message"])
        self.assertFalse(self._alerts())
        answer = cards.find_scanned(self._unknown())
        self.assertTrue(answer["void"])
        [alert] = self._alerts(("what", "=", "unknown"))
        self.assertEqual((alert.card_no, alert.source), (self._unknown(), "office"))
        self.assertEqual(alert.area_id, self.village)
        self.assertFalse(alert.card_id)
        cards.report_campaign()
        cards.report_campaign()
        [alert] = self._alerts(("what", "=", "campaign"))
        self.assertEqual((alert.taps, alert.user_id), (2, self.field_officer))

    def test_what_an_officer_of_two_villages_reports_is_seen(self):
        """By the officer and by the office above both villages, for where it was."""
        pair = self.village + self._area("62.71.01.1002")
        both = self._role_user("field_officer", areas=pair, login="both")
        self.cards.with_user(both).report_campaign()
        self.cards.with_user(both).find_scanned(self._unknown())
        alerts = self._alerts()
        self.assertEqual(alerts.area_id, self._area("62.71.01"))
        city = self._role_user("card_officer", areas=self._area("62.71"), login="city")
        for user in (both, city, self.officer):
            self.assertEqual(alerts.with_user(user).search([]) & alerts, alerts)
        wide = self.village + self._area("62.06.01.2001")
        far = self._role_user("field_officer", areas=wide, login="far")
        self.cards.with_user(far).report_campaign()
        [alert] = self._alerts() - alerts
        self.assertEqual(alert.area_id, self._area("62"))
        self.assertTrue(alert.with_user(far).search([]) & alert)

    def test_each_office_has_its_own_row(self):
        areas = [self._area("62.71.01.1001"), self._area("62.06.01.2001")]
        users = [
            self._role_user("field_officer", areas=area, login=area.code)
            for area in areas
        ]
        second = self._role_user("field_officer", areas=areas[0], login="second")
        for user in (*users, second, second):
            self.cards.with_user(user).report_campaign()
        found = {(alert.area_id, alert.user_id): alert.taps for alert in self._alerts()}
        self.assertEqual(
            found,
            {
                (areas[0], users[0]): 1,
                (areas[1], users[1]): 1,
                (areas[0], second): 2,
            },
        )

    def test_where_nobody_knows_where_the_province_sees_it(self):
        self.alerts._notice("unknown", self._unknown(), "T000009", "online")
        [alert] = self._alerts()
        self.assertEqual(alert.area_id, self._area("62"))
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env.cr.execute(
                "UPDATE khbs_card_alert SET area_id = NULL WHERE id = %s", [alert.id]
            )

    def test_who_only_looks_a_number_up_leaves_no_alert(self):
        for role in ("auditor", "administrator"):
            cards = self.cards.with_user(self._role_user(role))
            self.assertTrue(cards.find_scanned(self._unknown())["void"])
            self.assertFalse(cards.find_scanned("kampanye")["report"])
            with self.assertRaises(AccessError):
                cards.report_campaign()
        self.assertFalse(self._alerts())

    def test_a_number_of_nobody_is_noted_once(self):
        """The scan offers no second report of it; a campaign card has none yet."""
        cards = self.cards.with_user(self.field_officer)
        self.assertFalse(cards.find_scanned(self._unknown()).get("report"))
        self.assertEqual(len(self._alerts()), 1)
        self.assertTrue(cards.find_scanned("kampanye")["report"])

    def test_numbers_tried_all_day_do_not_fill_the_list(self):
        cards = self.cards.with_user(self.field_officer)
        for index in range(OFFICE_A_DAY + 5):
            cards.find_scanned(card_number.make("07", index))
        alerts = self._alerts()
        self.assertEqual(len(alerts), OFFICE_A_DAY + 1)
        self.assertEqual(alerts.filtered(lambda each: not each.card_no).taps, 5)

    def test_each_state_has_its_own_sentence(self):
        said = {
            state: self.cards._refusal_of_state(state)
            for state in ("shipped", "returned", "suspended", "revoked", "expired")
            + ("destroyed", "printed")
        }
        self.assertEqual(len(set(said.values())), len(said))
        self.assertFalse(self.cards._refusal_of_state("active"))
        kinds = ("unknown", "wrong_key", "forged", "campaign")
        self.assertEqual(len({self.cards._refusal_of_proof(kind) for kind in kinds}), 4)

    def test_the_story_names_documents_and_the_chain(self):
        card, _chip = self._active()
        card._suspend("complaint", data={"complaint": "ADU-7"})
        self.assertIn("ADU-7", card.event_ids[0].detail)
        card.with_user(self.officer).action_replace("lost")
        new = card.next_id
        self.assertEqual(new.previous_id, card)
        self.assertFalse(card.previous_id or new.next_id)
        new.job_ids._close_open()
        shipped, chip = self._shipped()
        self.cards._hand_over(
            chip.activate(shipped.card_no),
            "OFFICE",
            operator="OP1",
            geotag=[-2_200_000, 113_900_000, 8],
            representative={"rel": "member"},
        )
        detail = shipped.event_ids[0].detail
        for said in ("OP1", "-2.20000, 113.90000", "Member of the family"):
            self.assertIn(said, detail)

    def test_the_story_says_the_office_in_words_and_nobody_twice(self):
        card, chip = self._shipped()
        self.cards.with_user(self.officer)._hand_over(
            chip.activate(card.card_no), "OFFICE", operator=self.officer.login
        )
        event = card.event_ids[0]
        self.assertEqual((event.device_code, event.device_name), ("OFFICE", "Office"))
        self.assertNotIn(self.officer.login, event.detail or "")
        made = card.event_ids.filtered(lambda step: step.to_state == "keyed")
        self.assertEqual(made.device_name, made.device_code)
