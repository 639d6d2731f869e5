# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import LockError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.khbs_registry.tests.two_connections import TwoConnectionsCase


@tagged("post_install", "-at_install")
class TestRunsAtOnce(TwoConnectionsCase):
    """Two officers press the same button at one time: real, second connections."""

    tables = (
        "khbs_card_spoiled",
        "khbs_card_shipment_item",
        "khbs_card_shipment_line",
        "khbs_card_count",
        "khbs_card_job_count",
        "khbs_card_job",
        "khbs_card_event",
        "khbs_card",
        "khbs_card_print",
        "khbs_card_shipment",
        "khbs_paper",
        "khbs_card_run",
        "khbs_recipient_line",
        "khbs_recipient_list",
        "khbs_criteria",
        "khbs_household",
    )

    def _families(self, env, count):
        area = env.ref("khbs_registry.area_62")
        village = env["khbs.area"].search(
            [("level", "=", "village"), ("id", "child_of", area.id)], limit=1
        )
        return env["khbs.household"].create(
            [{"area_id": village.id, "state": "decided"} for _i in range(count)]
        )

    def _run(self, count=2):
        """Return the id of a committed draft run."""
        with self._committed() as env:
            families = self._families(env, count)
            criteria = env["khbs.criteria"].create(
                {
                    "name": "Contoh dua sambungan",
                    "legal_basis": "SK contoh",
                    "valid_from": "2026-01-01",
                    "max_decile": "4",
                }
            )
            recipients = env["khbs.recipient.list"].create(
                {
                    "title": "Contoh dua sambungan",
                    "area_id": families.area_id.id,
                    "criteria_id": criteria.id,
                }
            )
            env["khbs.recipient.line"].create(
                [
                    {
                        "list_id": recipients.id,
                        "household_id": family.id,
                        "area_id": family.area_id.id,
                        "regency_id": family.regency_id.id,
                        "rank": rank,
                    }
                    for rank, family in enumerate(families, 1)
                ]
            )
            env.flush_all()
            recipients.write({"state": "decided", "sha256": "0" * 64})
            run = env["khbs.card.run"].create(
                {
                    "area_id": families.area_id.id,
                    "recipient_list_id": recipients.id,
                }
            )
            return run.id

    def _personalised(self, count=2):
        """Return the id of a committed run of which a station made all cards."""
        run_id = self._run(count)
        with self._committed() as env:
            run = env["khbs.card.run"].browse(run_id)
            run.action_order()
            run.job_ids.write({"state": "done"})
            for state in ("keyed", "certified", "locked"):
                run.card_ids._transition(state, "PERSONALISED")
        return run_id

    def _printed(self, count=2):
        """Return the id of a committed run of which all cards are printed."""
        run_id = self._personalised(count)
        with self._committed() as env:
            env["khbs.card.run"].browse(run_id).action_print()
        return run_id

    def test_a_head_that_changes_while_the_file_is_drawn_is_not_on_it(self):
        run_id = self._personalised(count=1)
        press, delivery = self._snapshot(), self._snapshot()
        press["khbs.card.run"].browse(run_id).action_print_files()
        press.flush_all()
        press.cr.commit()  # pylint: disable=invalid-commit
        card = delivery["khbs.card.run"].browse(run_id).card_ids
        with mute_logger("odoo.sql_db"):
            # It saw no file yet: it fails, and the server runs it anew.
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                card.household_id._exchange_card("death", {})
            delivery.cr.rollback()
            delivery.invalidate_all()
        card.household_id._exchange_card("death", {})
        self.assertEqual(card.state, "destroyed")

    def test_a_file_drawn_while_the_head_changes_waits_for_the_new_one(self):
        run_id = self._personalised(count=1)
        press, delivery = self._snapshot(), self._snapshot()
        card = delivery["khbs.card.run"].browse(run_id).card_ids
        card.household_id._exchange_card("death", {})
        delivery.flush_all()
        delivery.cr.commit()  # pylint: disable=invalid-commit
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.SerializationFailure),
        ):
            press["khbs.card.run"].browse(run_id).action_print_files()

    def test_one_run_is_not_ordered_twice(self):
        run_id = self._run()
        first, second = self._snapshot(), self._snapshot()
        first["khbs.card.run"].browse(run_id).action_order()
        first.flush_all()
        with mute_logger("odoo.sql_db"):
            with self.assertRaises(LockError):
                second["khbs.card.run"].browse(run_id).action_order()
            first.cr.commit()  # pylint: disable=invalid-commit
            second.cr.rollback()
            second.invalidate_all()
            with self.assertRaises(UserError):
                second["khbs.card.run"].browse(run_id).action_order()
        cards = second["khbs.card"].search_count([("run_id", "=", run_id)])
        self.assertEqual(cards, 2)

    def test_stations_count_without_waiting_for_each_other(self):
        run_id = self._printed()
        first, second = self._snapshot(), self._snapshot()
        one, two = first["khbs.card.run"].browse(run_id).card_ids.ids
        first["khbs.card"].browse(one)._transition("destroyed", "misprint", "S0001")
        second["khbs.card"].browse(two)._transition("destroyed", "misprint", "S0002")
        first.cr.commit()  # pylint: disable=invalid-commit
        second.cr.commit()  # pylint: disable=invalid-commit
        run = self._snapshot()["khbs.card.run"].browse(run_id)
        self.assertEqual((run.printed_count, run.spoiled_count), (0, 2))

    def test_an_officer_at_the_run_does_not_hold_the_stations_up(self):
        run_id = self._printed()
        officer, station = self._snapshot(), self._snapshot()
        officer["khbs.card.run"].browse(run_id)._lock()
        card = station["khbs.card.run"].browse(run_id).card_ids[0]
        card._transition("destroyed", "misprint")
        station.flush_all()
        station.cr.commit()  # pylint: disable=invalid-commit
        officer.cr.rollback()
        run = self._snapshot()["khbs.card.run"].browse(run_id)
        self.assertEqual((run.printed_count, run.spoiled_count), (1, 1))

    def test_a_card_spoiled_while_its_box_goes_stops_the_box(self):
        run_id = self._printed()
        with self._committed() as env:
            run = env["khbs.card.run"].browse(run_id)
            run.action_pack()
            run.shipment_ids.write(
                {
                    "carrier": "Kelotok",
                    "courier_name": "Pembawa",
                    "shipped_on": "2026-01-01",
                }
            )
        shipper, spoiler = self._snapshot(), self._snapshot()
        run = spoiler["khbs.card.run"].browse(run_id)
        run.card_ids[0]._transition("destroyed", "misprint")
        spoiler.cr.commit()  # pylint: disable=invalid-commit
        boxes = shipper["khbs.card.run"].browse(run_id).shipment_ids
        with mute_logger("odoo.sql_db"):
            # Its snapshot is older: PostgreSQL refuses, and the server tries again.
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                boxes.action_ship()
            shipper.cr.rollback()
            shipper.invalidate_all()
            with self.assertRaises(UserError):
                boxes.action_ship()
        states = shipper["khbs.card.run"].browse(run_id).card_ids.mapped("state")
        self.assertEqual(sorted(states), ["destroyed", "printed"])

    def test_a_count_that_comes_while_the_box_is_received_is_refused(self):
        run_id = self._printed()
        with self._committed() as env:
            run = env["khbs.card.run"].browse(run_id)
            run.action_ship()
            box = run.shipment_ids
            box.write(
                {
                    "received_on": box.shipped_on,
                    "receiver_name": "Camat Contoh",
                    "receiver_office": "Camat",
                }
            )
            for line in box.line_ids:
                line.received_count = line.packed_count
            box_id = box.id
        receiver, counter = self._snapshot(), self._snapshot()
        receiver["khbs.card.shipment"].browse(box_id).action_receive()
        receiver.flush_all()
        receiver.cr.commit()  # pylint: disable=invalid-commit
        line = counter["khbs.card.shipment"].browse(box_id).line_ids
        with mute_logger("odoo.sql_db"):
            for error in (
                psycopg2.errors.SerializationFailure,
                psycopg2.errors.RestrictViolation,
            ):
                with self.assertRaises(error):
                    line.received_count = 0
                    counter.flush_all()
                counter.cr.rollback()
                counter.clear()

    def test_two_officers_pack_each_card_once(self):
        run_id = self._printed()
        first, second = self._snapshot(), self._snapshot()
        first["khbs.card.run"].browse(run_id).action_pack()
        first.flush_all()
        with mute_logger("odoo.sql_db"):
            with self.assertRaises(LockError):
                second["khbs.card.run"].browse(run_id).action_pack()
            first.cr.commit()  # pylint: disable=invalid-commit
            second.cr.rollback()
            second.invalidate_all()
            with self.assertRaises(UserError):
                second["khbs.card.run"].browse(run_id).action_pack()
        items = second["khbs.card.shipment.item"].search(
            [("shipment_id.run_id", "=", run_id)]
        )
        self.assertEqual(len(items), 2)
