# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError

from .common import Chip
from .run_common import RunCase


class TestRunOrders(RunCase):
    """Who is in which run: the first, a later one, one for replacements, none."""

    def test_those_decided_later_get_a_second_run(self):
        first = self._ordered()
        late = self._household(self.village, state="decided")
        with self._refused():
            self._run().action_order()
        self.recipients = self._decided_list(late)
        second = self._ordered()
        self.assertEqual(second.card_ids.household_id, late)
        self.assertEqual((first.ordered_count, second.ordered_count), (4, 1))

    def test_what_nobody_has_begun_is_given_up(self):
        run = self._ordered()
        job = self.jobs._station_next("S0001")
        self._certify(job, Chip())
        begun = self.cards._by_number(job["card_no"])
        run.action_cancel()
        self.assertEqual((run.state, run.cancelled_count), ("ordered", 3))
        self.assertEqual((run.waiting_count, run.spoiled_count), (1, 0))
        self.assertEqual(begun.state, "certified")
        given_up = run.card_ids - begun
        self.assertEqual(set(given_up.mapped("state")), {"destroyed"})
        self.assertEqual(set(given_up.sudo().job_ids.mapped("state")), {"failed"})
        self.assertEqual(
            set(
                given_up.sudo()
                .event_ids.filtered_domain([("to_state", "=", "destroyed")])
                .mapped("reason_code")
            ),
            {"CANCELLED"},
        )
        with self._refused():
            run.action_cancel()
        # Their families may be ordered anew, with new numbers.
        again = self._ordered()
        self.assertEqual(again.card_ids.household_id, given_up.household_id)

    def test_a_run_given_up_whole_ends(self):
        run = self._ordered()
        run.action_cancel()
        self.assertEqual(run.state, "cancelled")
        draft = self._run()
        draft.action_cancel()
        self.assertEqual(draft.state, "cancelled")
        for action in ("action_order", "action_cancel", "action_print", "action_pack"):
            with self.subTest(action=action), self._refused():
                getattr(run, action)()

    def test_a_closed_run_gets_no_more_cards(self):
        run, _boxes = self._shipped()
        card = run.card_ids[0]
        card.sudo()._transition("returned", "undeliverable")
        run.action_done()
        card.with_user(self.officer).action_revoke("damaged")
        card.with_user(self.officer).action_replace("damaged")
        anew = card.household_id.sudo().card_ids - card
        self.assertFalse(anew.run_id)
        self.assertEqual(
            (run.state, run.card_count, run.replaced_count), ("done", 4, 0)
        )

    def test_a_replacement_run_takes_its_area_and_profile(self):
        here = self._allocated(self.families[0])
        self._allocated(self.families[3])
        pin = self._allocated(self.families[1], profile="pin")
        made = self._allocated(self.families[2])
        self._make(made)
        run = self._run(code="62.71.01", kind="replacement", recipient_list_id=False)
        run.action_order()
        self.assertEqual(run.card_ids, here | made)
        self.assertEqual((run.waiting_count, run.personalised_count), (1, 1))
        self.assertFalse(pin.run_id)

    def test_other_roles_and_areas(self):
        run = self._ordered()
        for role in ("field_officer", "auditor", "administrator"):
            user = self._role_user(role, login=f"no-{role}")
            for action in ("action_cancel", "action_done"):
                with self.subTest(role=role, action=action), self._refused(AccessError):
                    getattr(run.with_user(user), action)()
        local = self._role_user(
            "card_officer", areas=self._area("62.06"), login="local"
        )
        for action in (
            "action_cancel",
            "action_print_files",
            "action_pack",
            "action_ship",
            "action_counts",
        ):
            with self.subTest(action=action), self._refused(AccessError):
                getattr(run.with_user(local), action)()

    def test_the_counts_are_printed_as_they_are(self):
        run, _boxes = self._shipped()
        paper = self.env["khbs.paper"].browse(run.action_counts()["res_id"])
        self.assertEqual((paper.row_count, paper.totals["cards"]), (3, 4))
        self.assertEqual(paper.totals["shipped"], run.shipped_count)
        self.assertTrue(paper.pdf_attachment_id and paper.xlsx_attachment_id)
        self.assertEqual(run.paper_count, 1)
