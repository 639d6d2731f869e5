# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import LockError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.khbs_registry.tests.two_connections import TwoConnectionsCase

from .test_hand_over_session import SCAN

LATE = (
    LockError,
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.SerializationFailure,
)


@tagged("post_install", "-at_install")
class TestTwoMinutes(TwoConnectionsCase):
    """One signs the minutes while another changes their lines: real connections."""

    tables = (
        "khbs_card_return_line",
        "khbs_card_return",
        "khbs_approval",
        "khbs_card_list_version",
        "khbs_card_job",
        "khbs_card_event",
        "khbs_card",
        "khbs_household",
    )

    def setUp(self):
        super().setUp()
        with self._committed() as env:
            village = env["khbs.area"].search([("level", "=", "village")], limit=1)
            cards = [self._shipped(env, village) for _number in range(2)]
            self.other_card = cards[1].id
            minutes = env["khbs.card.return"].create(
                {
                    "area_id": village.id,
                    "place": "Balai desa",
                    "scan": SCAN,
                    "line_ids": [
                        (
                            0,
                            0,
                            {
                                "card_id": cards[0].id,
                                "reason": "damaged",
                                "action": "return",
                            },
                        )
                    ],
                }
            )
            self.minutes, self.line = minutes.id, minutes.line_ids.id

    def _shipped(self, env, village):
        household = env["khbs.household"].create(
            {"area_id": village.id, "state": "decided"}
        )
        card = env["khbs.card"]._allocate(household, "card")
        for state in ("keyed", "certified", "locked", "printed", "shipped"):
            card._transition(state, "SHIPPED")
        return card

    def _lines(self, env):
        return env["khbs.card.return.line"].browse(self.line)

    def _minutes(self, env):
        return env["khbs.card.return"].browse(self.minutes)

    def _change(self, lines):
        lines.action = "destroy"

    def _add(self, lines):
        lines.create(
            {
                "return_id": self.minutes,
                "card_id": self.other_card,
                "reason": "damaged",
                "action": "destroy",
            }
        )

    def _remove_line(self, lines):
        lines.unlink()

    def test_lines_of_minutes_signed_meanwhile_stay(self):
        for change in (self._change, self._add, self._remove_line):
            first, second = self._snapshot(), self._snapshot()
            self._minutes(first).action_sign()
            first.flush_all()
            with self.subTest(change=change.__name__), mute_logger("odoo.sql_db"):
                with self.assertRaises(LATE):
                    change(self._lines(second))
                    second.flush_all()
            first.cr.rollback()
            second.cr.rollback()
        first, second = self._snapshot(), self._snapshot()
        self._minutes(first).action_sign()
        first.flush_all()
        first.cr.commit()  # pylint: disable=invalid-commit
        with mute_logger("odoo.sql_db"), self.assertRaises(LATE):
            self._change(self._lines(second))
            second.flush_all()
        second.cr.rollback()
        second.invalidate_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
        ):
            self._change(self._lines(second))
            second.flush_all()
        second.cr.rollback()

    def test_minutes_whose_lines_change_meanwhile_are_not_signed(self):
        for change in (self._change, self._add, self._remove_line):
            first, second = self._snapshot(), self._snapshot()
            change(self._lines(first))
            first.flush_all()
            first.cr.commit()  # pylint: disable=invalid-commit
            with self.subTest(change=change.__name__), mute_logger("odoo.sql_db"):
                with self.assertRaises(LATE):
                    self._minutes(second).action_sign()
                    second.flush_all()
            second.cr.rollback()
