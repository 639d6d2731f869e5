# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.khbs_registry.tests.two_connections import TwoConnectionsCase

from .test_hand_over_session import SCAN

PROOF = {"jws": "x", "op": "petugas", "gps": None}
RECEIPT = {"received_by": "head", "acknowledged": "signature", "notice_given": True}


@tagged("post_install", "-at_install")
class TestTwoHandOvers(TwoConnectionsCase):
    """Two phones, or a phone and a terminal, at one moment: real connections."""

    tables = (
        "khbs_card_return_line",
        "khbs_card_hand_over_acknowledgement",
        "khbs_card_hand_over_people",
        "khbs_card_hand_over",
        "khbs_card_hand_over_line",
        "khbs_card_hand_over_session",
        "khbs_card_return",
        "khbs_card_list_version",
        "khbs_card_job",
        "khbs_card_event",
        "khbs_card",
        "khbs_household",
    )

    def _shipped(self):
        """Return the id of a committed card on its way to its village."""
        with self._committed() as env:
            area = env["khbs.area"].search([("level", "=", "village")], limit=1)
            household = env["khbs.household"].create(
                {"area_id": area.id, "state": "decided"}
            )
            card = env["khbs.card"]._allocate(household, "card")
            for state in ("keyed", "certified", "locked", "printed", "shipped"):
                card._transition(state, "SHIPPED")
            return card.id

    def test_two_phones_hand_one_card_over(self):
        card_id = self._shipped()
        first, second = self._snapshot(), self._snapshot()
        first["khbs.card"].browse(card_id)._activate("OFFICE", PROOF, RECEIPT)
        first.flush_all()
        with mute_logger("odoo.sql_db"):
            with self.assertRaises(psycopg2.errors.LockNotAvailable):
                second["khbs.card"].browse(card_id)._activate("T000001", PROOF)
            first.cr.commit()  # pylint: disable=invalid-commit
            second.cr.rollback()
        # Tried anew, as the server does, it finds the card in use.
        second.invalidate_all()
        second["khbs.card"].browse(card_id)._activate("T000001", PROOF)
        second.flush_all()
        done = second["khbs.card.hand.over"].search([("card_id", "=", card_id)])
        self.assertEqual((len(done), done.device_code), (1, "OFFICE"))
        second.cr.rollback()

    def _at_terminal(self):
        """Return the id of a committed hand-over by a terminal."""
        card_id = self._shipped()
        with self._committed() as env:
            card = env["khbs.card"].browse(card_id)
            card._activate("T000001", PROOF)
            return card.hand_over_ids.id

    def test_two_officers_enter_one_signature(self):
        done_id = self._at_terminal()
        first, second = self._snapshot(), self._snapshot()
        signed = {"acknowledged": "signature", "notice_given": True}
        print_ = {**signed, "acknowledged": "thumb_print", "witness_name": "SAKSI"}
        first["khbs.card.hand.over"].browse(done_id).action_acknowledge(signed)
        first.flush_all()
        with mute_logger("odoo.sql_db"):
            with self.assertRaises(psycopg2.errors.LockNotAvailable):
                second["khbs.card.hand.over"].browse(done_id).action_acknowledge(print_)
                second.flush_all()
            first.cr.commit()  # pylint: disable=invalid-commit
            second.cr.rollback()
        second.invalidate_all()
        with self.assertRaisesRegex(UserError, "entered already"):
            second["khbs.card.hand.over"].browse(done_id).action_acknowledge(print_)
        names = second["khbs.card.hand.over.people"]
        self.assertFalse(names.search([("hand_over_id", "=", done_id)]))
        second.cr.rollback()

    def test_a_witness_is_named_while_the_names_are_redacted(self):
        done_id = self._at_terminal()
        with self._committed() as env:
            done = env["khbs.card.hand.over"].browse(done_id)
            names = done.people_ids.create(
                {
                    "hand_over_id": done_id,
                    "household_id": done.household_id.id,
                    "representative_name": "WAKIL",
                }
            )
        receipt = {
            "acknowledged": "thumb_print",
            "notice_given": True,
            "witness_name": "SAKSI",
        }
        first, second = self._snapshot(), self._snapshot()
        first["khbs.card.hand.over"].browse(done_id).people_ids._redact()
        first.flush_all()
        late = second["khbs.card.hand.over"].browse(done_id)
        with mute_logger("odoo.sql_db"):
            with self.assertRaises(psycopg2.errors.LockNotAvailable):
                late.action_acknowledge(receipt)
                second.flush_all()
            first.cr.commit()  # pylint: disable=invalid-commit
            second.cr.rollback()
        second.invalidate_all()
        # Tried anew, as the server does, it keeps the digest alone.
        late.action_acknowledge(receipt)
        self.assertFalse(names.with_env(second).witness_name)
        self.assertTrue(late.acknowledgement_ids.witness_key)
        second.cr.rollback()

    def test_a_card_named_in_minutes_while_its_session_is_closed(self):
        damaged, left = self._shipped(), self._shipped()
        with self._committed() as env:
            village = env["khbs.card"].browse(left).area_id
            session = env["khbs.card.hand.over.session"].create(
                {
                    "area_id": village.id,
                    "place": "Balai",
                    "officer_ids": [1],
                    "scan": SCAN,
                }
            )
            session.action_list()
        first, second = self._snapshot(), self._snapshot()
        minutes = first["khbs.card.return"].create(
            {
                "area_id": village.id,
                "place": "Balai",
                "line_ids": [(0, 0, {"card_id": damaged, "reason": "damaged"})],
            }
        )
        first.flush_all()
        closing = second["khbs.card.hand.over.session"].browse(session.id)
        with mute_logger("odoo.sql_db"):
            with self.assertRaises(psycopg2.errors.LockNotAvailable):
                closing.action_close()
            second.cr.rollback()
            second.cr.execute("SELECT 1")
            first.cr.commit()  # pylint: disable=invalid-commit
            # A snapshot from before the other's minutes: Odoo runs it anew.
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                closing.action_close()
            second.cr.rollback()
        second.invalidate_all()
        closing.action_close()
        self.assertEqual(closing.return_id.line_ids.card_id.ids, [left])
        number = second["khbs.card"].browse(damaged).card_no
        self.assertEqual(closing.left_elsewhere, f"{number} ({minutes.name})")
        second.cr.rollback()

    def test_two_officers_make_lists_of_one_village(self):
        card_id = self._shipped()
        with self._committed() as env:
            village = env["khbs.card"].browse(card_id).area_id
            sessions = env["khbs.card.hand.over.session"].create(
                [
                    {"area_id": village.id, "place": "Balai", "officer_ids": [1]}
                    for _number in range(2)
                ]
            )
            ids = sessions.ids
        first, second = self._snapshot(), self._snapshot()
        first["khbs.card.hand.over.session"].browse(ids[0]).action_list()
        first.flush_all()
        with mute_logger("odoo.sql_db"):
            with self.assertRaises(psycopg2.errors.LockNotAvailable):
                second["khbs.card.hand.over.session"].browse(ids[1]).action_list()
            first.cr.commit()  # pylint: disable=invalid-commit
            second.cr.rollback()
        second.invalidate_all()
        lines = second["khbs.card.hand.over.line"].search([("card_id", "=", card_id)])
        self.assertEqual(lines.session_id.id, ids[0])
