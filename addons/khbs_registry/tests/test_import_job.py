# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import inspect

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_autovacuum import is_autovacuum

from ..models import khbs_dtsen_job
from .delivery_common import DeliveryCase


@tagged("post_install", "-at_install")
class TestImportJob(DeliveryCase):
    """Long work: watched, stopped, taken up again."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("khbs.import.at_once_rows", 0)
        self.families = [self._family() for _number in range(10)]

    def _queued(self):
        delivery = self._delivery(self._csv(*self.families))
        delivery.action_stage()
        return delivery, delivery.sudo()._current_job()

    def _run(self, delivery):
        delivery.sudo()._current_job()._run_at_once()
        self.env.invalidate_all()

    def test_large_work_is_left_to_the_cron_and_can_be_watched(self):
        delivery, job = self._queued()
        self.assertEqual((delivery.state, delivery.job_state), ("draft", "queued"))
        steps = job._steps()
        next(steps)
        self.assertEqual(
            (delivery.job_state, delivery.job_phase, delivery.job_processed),
            ("running", "read", 20),
        )
        self.assertEqual(delivery.job_total, 20)
        for act in ("action_stage", "action_apply", "action_cancel"):
            with self.subTest(act), self.assertRaises(UserError):
                getattr(delivery, act)()
        with self.assertRaises(UserError):
            delivery.write({"purpose": "lain"})
        for _step in steps:
            pass
        self.assertEqual((delivery.state, job.state), ("staged", "done"))
        delivery.action_apply()
        self.assertEqual(delivery.state, "applying")
        self._run(delivery)
        self.assertEqual((delivery.state, delivery.moved_count), ("applied", 0))

    def test_reading_goes_on_behind_the_last_whole_chunk(self):
        delivery, job = self._queued()
        next(job._steps())
        # What a killed server leaves: the rows and the position of one chunk.
        self.env.cr.execute(
            "DELETE FROM khbs_dtsen_row WHERE import_id = %s AND line > 9",
            [delivery.id],
        )
        job.position = 9
        self._run(delivery)
        self.assertEqual((delivery.row_count, delivery.new_count), (20, 10))

    def test_a_stop_while_reading_leaves_a_draft(self):
        delivery, job = self._queued()
        next(job._steps())
        delivery.action_stop()
        self._run(delivery)
        self.assertEqual((delivery.state, job.state), ("draft", "stopped"))
        self.env.cr.execute(
            "SELECT count(*) FROM khbs_dtsen_row WHERE import_id = %s", [delivery.id]
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))
        delivery.action_stage()
        self._run(delivery)
        self.assertEqual(delivery.new_count, 10)

    def _stopped_while_applying(self):
        """Return a delivery of which the first four families are applied."""
        delivery, _job = self._queued()
        self._run(delivery)
        self.patch(khbs_dtsen_job, "CHUNK", 4)
        delivery.action_apply()
        job = delivery.sudo()._current_job()
        steps = job._steps()
        next(steps)  # the families that take numbers from one another: none
        next(steps)
        delivery.action_stop()
        self._run(delivery)
        self.assertEqual((delivery.state, job.state), ("applying", "stopped"))
        return delivery

    def _known(self):
        return sum(bool(self._household_of(family)) for family in self.families)

    def test_a_stop_while_applying_goes_on_where_it_stopped(self):
        delivery = self._stopped_while_applying()
        self.assertEqual(self._known(), 4)
        delivery.action_resume()
        self._run(delivery)
        self.assertEqual((delivery.state, self._known()), ("applied", 10))
        self.assertEqual(delivery.moved_count, 0)

    def test_the_rest_of_a_stopped_delivery_can_be_left_out(self):
        delivery = self._stopped_while_applying()
        delivery.action_drop_rest()
        self.assertEqual((delivery.state, delivery.dropped_count), ("partly", 6))
        dropped = delivery.family_ids.filtered(lambda f: f.verdict == "dropped")
        self.assertEqual(len(dropped), 6)
        self.assertEqual(self._known(), 4)
        with self.assertRaises(UserError):
            delivery.action_resume()

    def test_a_clash_holds_back_the_family_and_no_other(self):
        delivery, _job = self._queued()
        self._run(delivery)
        delivery.action_apply()
        # A person of the registry takes a NIK of the file unseen by any comparison.
        other = self._household(village=self.village, state="listed")
        taken = self.families[5][1]["nik"]
        self.env.cr.execute(
            "UPDATE khbs_dtsen_row SET nik = %s WHERE import_id = %s AND nik = %s",
            [other.head_id.nik, delivery.id, taken],
        )
        self._run(delivery)
        self.assertEqual((delivery.state, delivery.moved_count), ("applied", 1))
        self.assertEqual(self._known(), 9)

    @mute_logger("odoo.addons.khbs_registry.models.khbs_dtsen_job")
    def test_only_one_job_at_a_time(self):
        delivery, job = self._queued()
        with self.assertRaises(UserError):
            delivery.action_stage()
        self.assertEqual(delivery.sudo()._current_job(), job)

    def test_the_daily_vacuum_finds_what_it_removes(self):
        """It calls every model that has such a method, the abstract ones too."""
        ours = [
            (model, act)
            for model in self.env.values()
            for _name, act in inspect.getmembers(model.__class__, is_autovacuum)
            if "khbs" in act.__module__
        ]
        self.assertIn(self.env["khbs.dtsen.job"], [model for model, _act in ours])
        for model, act in ours:
            with self.subTest(model._name):
                act(model)
