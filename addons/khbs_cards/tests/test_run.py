# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError

from odoo.addons.khbs_registry.tests.common import VILLAGE

from .common import CardsCase, Chip

OTHER_VILLAGE = "62.71.01.1002"


class TestRun(CardsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._role_user("card_officer")
        cls.families = cls.env["khbs.household"]
        for code in (VILLAGE, VILLAGE, OTHER_VILLAGE):
            cls.families |= cls._household(cls._area(code), state="decided")
        exited = cls._household(cls._area(VILLAGE), state="exited")
        elsewhere = cls._household(cls._area("62.06.01.2001"), state="decided")
        # Decided, but on no list.
        cls._household(cls._area(VILLAGE), state="decided")
        cls.recipients = cls._decided_list(cls.families + exited + elsewhere)

    def _run(self, code="62.71", **vals):
        runs = self.env["khbs.card.run"].with_user(self.officer)
        return runs.create(
            {
                "area_id": self._area(code).id,
                "recipient_list_id": self.recipients.id,
                **vals,
            }
        )

    def test_a_run_takes_the_decided_families_of_its_area(self):
        run = self._run()
        run.action_order()
        self.assertEqual(run.card_ids.household_id, self.families)
        self.assertEqual((run.ordered_count, run.waiting_count), (3, 3))
        self.assertEqual(len(run.job_ids), 3)
        cards = run.card_ids.sorted("card_index")
        codes = cards.household_id.area_id.mapped("code")
        self.assertEqual(codes, sorted(codes))
        self.assertEqual(cards.mapped("area_id"), self.families.mapped("area_id"))

    def test_a_run_is_ordered_once_and_no_family_twice(self):
        run = self._run()
        run.action_order()
        with self.assertRaises(UserError):
            run.action_order()
        with self.assertRaises(UserError):
            self._run().action_order()

    def test_counts_add_up_through_the_whole_run(self):
        run = self._run()
        run.action_order()
        job = self.jobs._station_next("S0001")
        self._certify(job, Chip())
        self.jobs._station_fail("S0001", {"job": job["job"], "step": 6, "why": "torn"})
        self.assertEqual((run.spoiled_count, run.card_count), (1, 4))
        while (job := self.jobs._station_next("S0001"))["job"]:
            self._personalise(self.cards._by_number(job["card_no"]))
        self.assertEqual(run.personalised_count, 3)
        run.action_print()
        run.action_ship()
        self.assertEqual(run.shipped_count, 3)
        shipped = run.card_ids.filtered(lambda card: card.state == "shipped")
        shipped[0].sudo()._activate("OFFICE")
        shipped[1].sudo()._transition("returned", "undeliverable")
        self.env["khbs.card"].browse(shipped[2].id).action_revoke("other")
        counts = run.read(
            [
                "waiting_count",
                "personalised_count",
                "printed_count",
                "shipped_count",
                "handed_over_count",
                "returned_count",
                "withdrawn_count",
                "spoiled_count",
            ]
        )[0]
        del counts["id"]
        self.assertEqual(list(counts.values()), [0, 0, 0, 0, 1, 1, 1, 1])
        self.assertEqual(sum(counts.values()), run.card_count)
        self.assertEqual(run.card_count - run.spoiled_count, run.ordered_count)
        run.action_done()
        self.assertEqual(run.state, "done")

    def test_a_run_with_cards_in_the_house_stays_open(self):
        run = self._run()
        run.action_order()
        with self.assertRaises(UserError):
            run.action_done()
        with self.assertRaises(UserError):
            run.action_ship()

    def test_only_card_officers_run_it(self):
        run = self._run()
        for role in ("field_officer", "auditor", "administrator"):
            user = self._role_user(role)
            for action in ("action_order", "action_print", "action_ship"):
                with self.assertRaises(AccessError):
                    getattr(run.with_user(user), action)()
        with self.assertRaises(AccessError):
            run.write({"state": "ordered", "ordered_count": 7})
        with self.assertRaises(AccessError):
            self._run(state="ordered")

    def test_a_list_that_is_not_decided_gets_no_cards(self):
        proposed = self._decided_list(self.families, state="proposed")
        with self.assertRaises(UserError):
            self._run(recipient_list_id=proposed.id).action_order()

    def test_a_run_of_an_area_that_is_not_mine_is_refused(self):
        local = self._role_user(
            "card_officer", areas=self._area("62.71"), login="local"
        )
        with self.assertRaises(AccessError):
            self._run("62.06").with_user(local).action_order()
        with self.assertRaises(AccessError):
            self.env["khbs.card.run"].with_user(local).create(
                {
                    "area_id": self._area("62.06").id,
                    "recipient_list_id": self.recipients.id,
                }
            )
