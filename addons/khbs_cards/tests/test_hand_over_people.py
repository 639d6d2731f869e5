# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time

from odoo.addons.khbs_cards.models import khbs_card_hand_over_people as people

from .test_hand_over_rows import PDF, REPRESENTED, WITNESS, HandOverCase, picture
from .test_hand_over_session import SCAN

MODEL = "khbs.card.hand.over.people"
YEAR = timedelta(days=365)
NAMES = {**REPRESENTED, "acknowledged": "thumb_print", **WITNESS}


class TestHandOverPeople(HandOverCase):
    """Names and pictures of a hand-over: how long, and for whom (DESIGN 4.4)."""

    def _taken(self, years, clock=0, **files):
        """Return a hand-over of so many years ago with names and pictures.

        :param clock: years by which the clock of the device was behind then
        """
        card, _chip = self._shipped()
        then = fields.Datetime.now() - years * YEAR - timedelta(days=2)
        at = then - clock * YEAR
        with freeze_time(then):
            taken = self.rows._write_down(
                card, "office", "OFFICE", {}, NAMES | files, at
            )
            self.env.flush_all()
        self.assertEqual((taken.at, taken.recorded_at), (at, then))
        return taken

    def _retain(self):
        return [done for done, _more in self.env[MODEL]._steps()]

    def test_names_and_pictures_go_when_their_time_is_over(self):
        old = self._taken(5, photo=picture(), letter_scan=PDF)
        young = self._taken(4, photo=picture())
        keys = old.witness_key, old.photo_sha256, old.letter_sha256
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", MODEL),
                ("res_id", "=", old.people_ids.id),
                ("res_field", "!=", False),
            ]
        )
        self.assertEqual(len(files), 2)
        self.assertEqual(self._retain(), [1])
        self.env.invalidate_all()
        gone = old.people_ids
        self.assertFalse(
            gone.representative_name
            or gone.witness_name
            or gone.photo
            or gone.letter_scan
        )
        self.assertFalse(files.exists(), "the pictures themselves are gone")
        self.assertTrue(gone.redacted_at)
        self.assertEqual((old.witness_key, old.photo_sha256, old.letter_sha256), keys)
        self.assertEqual(young.people_ids.witness_name, "SAKSI CONTOH")
        self.assertEqual(self._retain(), [0], "nothing is done twice")

    def test_a_clock_that_is_years_behind_does_not_shorten_the_time(self):
        behind = [self._taken(years, clock=8) for years in (0, 4, 5)]
        self.assertEqual(self._retain(), [1])
        self.env.invalidate_all()
        self.assertEqual(
            [bool(taken.people_ids.redacted_at) for taken in behind],
            [False, False, True],
        )

    def test_each_batch_is_kept_and_recorded_and_a_stopped_job_goes_on(self):
        taken = self.rows.union(*[self._taken(6) for _number in range(5)])
        before = self._events()
        with patch.object(people, "BATCH", 2):
            steps = self.env[MODEL]._steps()
            self.assertEqual(next(steps), (2, True))
            steps.close()
            self.env.invalidate_all()
            left = taken.people_ids.filtered(lambda one: not one.redacted_at)
            self.assertEqual(len(left), 3)
            self.assertEqual(self._retain(), [2, 1])
        events = self._events() - before
        self.assertEqual(
            sorted(event.data["count"] for event in events), [1, 2, 2], "one a batch"
        )
        self.assertNotIn("CONTOH", str(events.mapped("data")))
        self.assertIn("names and pictures removed", events[0].act_label)

    def _events(self):
        return self.env["khbs.audit.event"].search(
            [("act", "=", "card.hand_over.retention")]
        )

    def test_the_office_sets_the_time_but_no_slip_of_it_empties_the_table(self):
        two_years = self._taken(2)
        days = self.env[MODEL]._days
        for entered, meant in [
            ("700", 700),
            ("0", 365),
            ("lama", 1825),
            (False, 1825),
            ("9" * 30, 36500),
        ]:
            with self.subTest(entered):
                self.env["ir.config_parameter"].set_param(
                    people.DAYS_PARAMETER, entered
                )
                self.assertEqual(days(), meant)
        self.env["ir.config_parameter"].set_param(people.DAYS_PARAMETER, "700")
        self.assertEqual(self._retain(), [1])
        self.assertTrue(two_years.people_ids.redacted_at)

    def test_the_daily_job_does_it(self):
        taken = self.rows.union(*[self._taken(years) for years in (5, 5, 5, 4)])
        cron = self.env.ref("khbs_cards.ir_cron_redact_people")
        self.assertTrue(cron.active)
        with patch.object(people, "BATCH", 2):
            cron.method_direct_trigger()
        self.assertEqual(
            [bool(done.people_ids.redacted_at) for done in taken],
            [True, True, True, False],
        )
        progress = self.env["ir.cron.progress"].search(
            [("cron_id", "=", cron.id)], order="id desc", limit=1
        )
        self.assertEqual((progress.done, progress.remaining), (3, 0))

    def test_several_are_redacted_at_once_by_the_administrator_alone(self):
        taken = self._taken(0) | self._taken(1, photo=picture()) | self._taken(0)
        with self._refused(AccessError):
            taken.with_user(self.officer).action_redact()
        self.assertFalse(any(taken.people_ids.mapped("redacted_at")))
        (taken[0] | taken[1]).with_user(
            self._role_user("administrator")
        ).action_redact()
        self.assertEqual(
            taken.people_ids.mapped("witness_name"), [False, False, "SAKSI CONTOH"]
        )
        events = self.env["khbs.audit.event"].search(
            [
                ("act", "=", "card.hand_over.redact"),
                ("outcome", "=", "done"),
                ("res_id", "in", taken.card_id.ids),
            ]
        )
        self.assertEqual(
            set(events.mapped("res_id")), set((taken[0] | taken[1]).card_id.ids)
        )

    def test_papers_with_names_are_for_the_readers_of_names(self):
        done = self._hand_over(NAMES)
        session = (
            self.env["khbs.card.hand.over.session"]
            .with_user(self.officer)
            .create(
                {
                    "area_id": self.village.id,
                    "place": "Balai desa",
                    "officer_ids": [(4, self.officer.id)],
                    "scan": SCAN,
                }
            )
        )
        self._shipped()
        session.action_list()
        session.action_print()
        done.with_user(self.officer).action_receipt()
        done.with_user(self._role_user("administrator")).action_redact()
        papers = self.env["khbs.paper"].search(
            [("kind", "in", ("card.receipt", "card.hand_over"))]
        )
        self.assertEqual(len(papers), 2)
        for role in ("card_officer", "field_officer", "auditor", "administrator"):
            reader = self._role_user(role, login=f"reads-{role}")
            self.env[MODEL].with_user(reader).check_access("read")
            for paper in papers.with_user(reader):
                with self.subTest(role, kind=paper.kind):
                    self.assertTrue(paper._file("pdf").startswith(b"%PDF"))
            self.assertEqual(
                session.with_user(reader).read(["scan"])[0]["id"], session.id
            )
        for role in ("terminal_officer", "distribution_officer", "registry_operator"):
            other = self._role_user(role, login=f"refused-{role}")
            self.assertTrue(
                done.with_user(other).card_id, "keys and hashes may be read"
            )
            seen = self.env["khbs.paper"].with_user(other)
            self.assertFalse(seen.search([("id", "in", papers.ids)]))
            for paper in papers:
                with self.subTest(role, kind=paper.kind):
                    with self.assertRaises(AccessError):
                        paper.with_user(other)._file("pdf")
                    with self.assertRaises(AccessError):
                        paper.pdf_attachment_id.with_user(other).read(["raw"])
        with self.assertRaises(AccessError):
            session.with_user(other).read(["scan"])
