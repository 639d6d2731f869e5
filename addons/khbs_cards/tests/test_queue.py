# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time

from .common import CardsCase, Chip


class QueueCase(CardsCase):
    """Two print runs of two families each, both ordered."""

    def setUp(self):
        super().setUp()
        # What tests with committed rows have counted is gone, but for its count.
        self.env.cr.execute("DELETE FROM khbs_card_job_count")
        villages = [self._area("62.71.01.1001"), self._area("62.71.02.1001")]
        self.families = [
            self._household(village, state="decided") for village in villages * 2
        ]
        self.recipients = self._decided_list(self.families)
        self.first, self.second = (self._run(village) for village in villages)
        self.officer = self._role_user("card_officer")

    def _run(self, village):
        run = self.env["khbs.card.run"].create(
            {"area_id": village.id, "recipient_list_id": self.recipients.id}
        )
        run.action_order()
        return run

    def _next_run(self, device="S0001"):
        """Return the run of the job that *device* gets, and finish the job."""
        job = self.jobs._station_next(device)
        if not job["job"]:
            return None
        card = self.cards._by_number(job["card_no"])
        chip = Chip(card._slots())
        answer = self._certify(job, chip, device)
        self.jobs._station_done(device, self._done_params(job, chip, answer))
        return card.run_id

    def _counts(self, **domain):
        """Return {column: sum} of the figures of a run or a station."""
        self.env.flush_all()
        names = ("waiting", "leased", "certified", "done", "failed", "spoiled")
        [sums] = self.env["khbs.card.job.count"]._read_group(
            [(name, "=", value) for name, value in domain.items()],
            [],
            [f"{name}:sum" for name in names],
        )
        return {
            name: number for name, number in zip(names, sums, strict=True) if number
        }


class TestQueue(QueueCase):
    """Whose turn it is."""

    def test_a_run_is_not_passed_over_while_others_are_at_its_head(self):
        village = self.second.area_id
        more = [self._household(village, state="decided") for _family in range(2)]
        for household in more:
            self.cards._allocate(household, "card", self.second)
        taken = self.jobs._take_waiting("S0001", None, behind=1)
        self.assertEqual(taken[0], self.first.job_ids.sorted("id")[1].id)
        # All that waits in the first run is at its head: the station comes again.
        self.assertIsNone(self.jobs._take_waiting("S0002", None, behind=2))
        taken = self.jobs._take_waiting("S0002", self.second.id, behind=2)
        self.assertEqual(taken[0], self.second.job_ids.sorted("id")[2].id)

    def test_runs_come_in_the_order_of_their_numbers(self):
        turns = [self._next_run() for _job in range(5)]
        self.assertEqual(
            turns, [self.first, self.first, self.second, self.second, None]
        )

    def test_a_run_put_first_comes_first(self):
        self.second.with_user(self.officer).action_put_first()
        self.assertEqual(self._next_run(), self.second)
        self.first.with_user(self.officer).action_put_first()
        self.assertEqual(self._next_run(), self.first)

    def test_a_paused_run_waits_and_goes_on(self):
        job = self.jobs._station_next("S0002")
        self.first.with_user(self.officer).action_pause()
        turns = [self._next_run() for _job in range(3)]
        self.assertEqual(turns, [self.second, self.second, None])
        # What was under way is finished all the same.
        self.assertEqual(self.jobs._station_next("S0002")["job"], job["job"])
        self.first.with_user(self.officer).action_resume()
        self.assertEqual(self._next_run(), self.first)

    def test_a_station_may_be_assigned_a_run(self):
        self.jobs._station_next("S0002")
        station = self.env["khbs.card.station"].search([("code", "=", "S0002")])
        station.with_user(self.officer).run_id = self.second
        self.assertEqual(self._next_run("S0002"), self.first, "its live job")
        turns = [self._next_run("S0002") for _job in range(3)]
        self.assertEqual(turns, [self.second, self.second, None])
        self.assertEqual(self._next_run("S0001"), self.first)

    def test_a_station_works_on_no_run_that_has_not_begun_or_is_over(self):
        self.jobs._station_next("S0002")
        stations = self.env["khbs.card.station"].with_user(self.officer)
        station = stations.search([("code", "=", "S0002")])
        draft = self.env["khbs.card.run"].create(
            {"area_id": self.village.id, "kind": "replacement"}
        )
        with self.assertRaises(ValidationError):
            station.run_id = draft
        station.run_id = self.second
        self.second.with_user(self.officer).action_cancel()
        self.assertEqual(self.second.state, "cancelled")
        self.assertFalse(station.run_id)
        with self.assertRaises(ValidationError):
            station.run_id = self.second
        self.assertEqual(self._next_run("S0002"), self.first)

    def test_a_single_card_is_not_kept_behind_a_run(self):
        card = self._allocated()
        self.second.with_user(self.officer).action_put_first()
        self.assertEqual(self.jobs._station_next("S0001")["card_no"], card.card_no)

    def test_only_the_card_officer_rules_the_queue(self):
        self.jobs._station_next("S0001")
        job = self.first.job_ids.filtered(lambda j: j.state == "leased")
        station = self.env["khbs.card.station"].search([])
        other = self._role_user("field_officer")
        elsewhere = self._role_user(
            "card_officer", areas=self._area("62.01"), login="elsewhere"
        )
        for act in ("action_put_first", "action_pause", "action_resume"):
            for user in (other, elsewhere):
                with self._refused(AccessError):
                    getattr(self.first.with_user(user), act)()
        for user in (other, elsewhere):
            with self._refused(AccessError):
                job.with_user(user).action_give_back()
        with self.assertRaises(AccessError):
            station.with_user(self.officer).write({"code": "S9999"})
        with self.assertRaises(AccessError):
            station.with_user(other).write({"run_id": self.first.id})

    def test_the_officer_takes_jobs_back(self):
        early = self.jobs._station_next("S0001")
        late = self.jobs._station_next("S0002")
        self._certify(late, Chip(), "S0002")
        jobs = self.jobs.search([("state", "in", ("leased", "certified"))])
        jobs.with_user(self.officer).action_give_back()
        # Without a certificate the number is free, with one it is spent.
        self.assertEqual(self.cards._by_number(early["card_no"]).state, "allocated")
        gone = self.cards._by_number(late["card_no"])
        self.assertEqual(gone.state, "destroyed")
        self.assertEqual(
            self._counts(run_id=self.first.id),
            {"waiting": 2, "failed": 1, "spoiled": 1},
        )
        self.assert_protocol_error(1501, self._certify, late, Chip(), "S0002")
        with self.assertRaises(UserError):
            jobs.with_user(self.officer).action_give_back()

    def test_jobs_of_silent_stations_come_back_by_themselves(self):
        early = self.jobs._station_next("S0001")
        late = self.jobs._station_next("S0002")
        self._certify(late, Chip(), "S0002")
        with freeze_time(fields.Datetime.now() + timedelta(hours=3)):
            self.jobs._cron_release_overdue()
        self.assertEqual(self.cards._by_number(early["card_no"]).state, "allocated")
        self.assertEqual(self.cards._by_number(late["card_no"]).state, "destroyed")
        spoiled = self.env["khbs.card.spoiled"].search([])
        self.assertEqual(spoiled.mapped("kind"), ["card"], "the blank bears nothing")
        self.assertEqual(spoiled.device_code, "S0002")


class TestFigures(QueueCase):
    """What the monitor shows equals what there is."""

    def _truth(self, run):
        jobs = self.jobs.search([("run_id", "=", run.id)])
        spoiled = self.env["khbs.card.spoiled"].search_count([("run_id", "=", run.id)])
        truth = {state: len(found) for state, found in jobs.grouped("state").items()}
        return truth | ({"spoiled": spoiled} if spoiled else {})

    def test_counts_follow_every_step(self):
        self.assertEqual(self._counts(run_id=self.first.id), {"waiting": 2})
        job = self.jobs._station_next("S0001")
        self.assertEqual(
            self._counts(run_id=self.first.id), {"waiting": 1, "leased": 1}
        )
        fail = {"job": job["job"], "step": 4, "why": "no key"}
        self.jobs._station_fail("S0001", fail)
        job = self.jobs._station_next("S0002")
        self._certify(job, Chip(), "S0002")
        self.env.flush_all()
        self.assertEqual(self._counts(run_id=self.first.id), self._truth(self.first))
        self.jobs._station_fail("S0002", {"job": job["job"], "step": 6, "why": "torn"})
        while self._next_run():
            self.env.flush_all()
            for run in (self.first, self.second):
                self.assertEqual(self._counts(run_id=run.id), self._truth(run))
        self.assertEqual(
            self._counts(run_id=self.first.id),
            {"done": 2, "failed": 1, "spoiled": 2},
        )
        self.assertEqual(self._counts(device_code="S0001")["spoiled"], 1)

    def test_single_cards_that_a_run_gathers_take_their_counts_along(self):
        village = self._area("62.71.03.1001")
        cards = [
            self._allocated(self._household(village, state="decided"))
            for _number in range(4)
        ]
        self._personalise(cards[0])
        held = self.jobs._station_next("S0001")
        gathering = self.env["khbs.card.run"].create(
            {"area_id": village.id, "kind": "replacement"}
        )
        gathering.action_order()
        # What a station has in hand keeps its batch of blanks, and its run.
        self.assertEqual(gathering.card_ids, cards[0] + cards[2] + cards[3])
        self.assertEqual(self.jobs._station_next("S0001"), held)
        self.assertEqual(cards[1].job_ids.state, "leased")
        self.assertEqual(self._counts(run_id=gathering.id), {"waiting": 2, "done": 1})
        self.assertEqual(self._counts(run_id=False), {"leased": 1})
        for station in ("S0002", "S0003"):
            self.env["khbs.card.station"]._seen(station)
            self.env["khbs.card.station"].search(
                [("code", "=", station)]
            ).run_id = gathering
            self.assertTrue(self.jobs._station_next(station)["job"])
            self.env.flush_all()
            for run in (gathering, self.env["khbs.card.run"]):
                self.assertEqual(self._counts(run_id=run.id), self._truth(run))

    def test_a_station_of_one_run_is_told_what_waits_in_it(self):
        self._allocated()
        self.env.flush_all()
        self.assertEqual(self.jobs._count_waiting(self.first.id), 2)
        self.assertEqual(self.jobs._count_waiting(None), 5)

    def test_every_loss_has_a_row_and_the_jobs_agree(self):
        for why in ("torn", "dropped"):
            job = self.jobs._station_next("S0001")
            fail = {"job": job["job"], "step": 4, "why": why}
            self.jobs._station_fail("S0001", fail)
        while self._next_run():
            pass
        run = self.first
        run.card_ids.filtered(lambda card: card.state == "locked")[0]._spoil("misprint")
        rows = self.env["khbs.card.spoiled"].search([("run_id", "=", run.id)])
        self.assertEqual(
            rows.sorted("id").mapped("kind"), ["blank", "blank", "misprint"]
        )
        self.assertEqual(
            rows.sorted("id").mapped("why"), ["torn", "dropped", "misprint"]
        )
        self.assertEqual(sum(run.job_ids.mapped("blanks_spoiled")), 2)
        destroyed = run.card_ids.filtered(lambda card: card.state == "destroyed")
        self.assertEqual(rows.filtered(lambda r: r.kind != "blank").card_id, destroyed)

    def test_the_losses_leave_as_a_file_with_a_trace(self):
        for step in (4, 5):
            job = self.jobs._station_next("S0001")
            self.jobs._station_fail(
                "S0001", {"job": job["job"], "step": step, "why": "tua"}
            )
        rows = self.env["khbs.card.spoiled"].search([])
        with self._refused(AccessError):
            rows.with_user(self.officer).export_data(["at", "step", "why"])
        exporter = self._role_user("card_officer", "exporter", login="exporter")
        found = rows.with_user(exporter).export_data(["step", "why"])["datas"]
        self.assertEqual(sorted(found), [[4, "tua"], [5, "tua"]])
        export = self.env["khbs.export"].search([], limit=1)
        self.assertEqual((export.model, export.row_count), (rows._name, 2))

    def test_a_number_that_no_plastic_bore_is_no_loss(self):
        waiting = self.first.card_ids[0]
        waiting._spoil("other")
        self.assertFalse(self.env["khbs.card.spoiled"].search([]))

    def test_what_the_monitor_shows(self):
        job = self.jobs._station_next("S0001")
        self.jobs._station_fail("S0001", {"job": job["job"], "step": 4, "why": "tua"})
        self._next_run()
        self.jobs._station_next("S0002")
        self.env.flush_all()
        figures = self.env["khbs.card.monitor"].with_user(self.officer).figures()
        runs = {run["id"]: run for run in figures["runs"]}
        first = runs[self.first.id]
        self.assertEqual(
            (first["waiting"], first["at_station"], first["done"], first["spoiled"]),
            (0, 1, 1, 1),
        )
        self.assertEqual(first["rate_lately"], 12)
        self.assertTrue(first["expected_end"])
        stations = {station["code"]: station for station in figures["stations"]}
        self.assertEqual(stations["S0001"]["done_today"], 1)
        self.assertEqual(stations["S0001"]["card"], "")
        self.assertTrue(stations["S0002"]["card"])
        self.assertFalse(stations["S0002"]["silent"])
        [reject] = figures["rejects"]
        self.assertEqual((reject["step"], reject["why"]), (4, "tua"))
        self.assertEqual(figures["causes"], [{"step": 4, "why": "tua", "count": 1}])
        total = figures["total"]
        self.assertEqual((total["waiting"], total["done_today"]), (2, 1))

    def test_a_silent_station_is_shown_as_such(self):
        self.jobs._station_next("S0001")
        self.env.flush_all()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=11)):
            figures = self.env["khbs.card.monitor"].figures()
        self.assertTrue(figures["stations"][0]["silent"])

    def test_who_watches_sees_the_runs_of_his_areas(self):
        self._allocated()
        self.jobs._station_next("S0001")
        station = self.env["khbs.card.station"].search([])
        station.run_id = self.first
        self.env.flush_all()
        for role in ("auditor", "administrator"):
            self.env["khbs.card.monitor"].with_user(self._role_user(role)).figures()
        user = self._role_user(
            "card_officer", areas=self.second.area_id, login="elsewhere"
        )
        self.env.invalidate_all()
        figures = self.env["khbs.card.monitor"].with_user(user).figures()
        # Single cards are of no run, and so of the whole province.
        self.assertEqual([run["id"] for run in figures["runs"]], [self.second.id])
        self.assertEqual(figures["total"]["waiting"], 2)
        self.assertEqual(figures["stations"][0]["run"], self.first.name)
        figures = self.env["khbs.card.monitor"].with_user(self.officer).figures()
        self.assertEqual(figures["total"]["waiting"], 4)
        with self.assertRaises(AccessError):
            self.env["khbs.card.monitor"].with_user(
                self._role_user("field_officer")
            ).figures()

    def test_the_figures_cost_the_same_for_any_number_of_jobs(self):
        monitor = self.env["khbs.card.monitor"]
        monitor.figures()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        monitor.figures()
        few = self.env.cr.sql_log_count - before
        for _family in range(20):
            self._allocated()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        monitor.figures()
        self.assertLessEqual(self.env.cr.sql_log_count - before, few + 1)
