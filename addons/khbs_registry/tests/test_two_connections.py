# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64

import psycopg2

from odoo import SUPERUSER_ID, Command, fields
from odoo.exceptions import LockError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import reading
from .delivery_common import VILLAGE, DeliveryCase
from .two_connections import TwoConnectionsCase


@tagged("post_install", "-at_install")
class TestTwoConnections(TwoConnectionsCase):
    """Two people at the same moment, on real connections: one wins."""

    tables = (
        "khbs_candidate_person",
        "khbs_candidate",
        "khbs_deliberation_line",
        "khbs_deliberation_official",
        "khbs_deliberation",
        "khbs_recipient_change",
        "khbs_recipient_amendment",
        "khbs_recipient_line",
        "khbs_quota_change",
        "khbs_quota",
        "khbs_recipient_list",
        "khbs_decision",
        "khbs_criteria",
        "khbs_dtsen_reason",
        "khbs_dtsen_family",
        "khbs_dtsen_row.import_id",
        "khbs_dtsen_import",
        "khbs_local_value",
        "khbs_family_member",
        "khbs_household_kk",
        "khbs_family_event",
        "khbs_person",
        "khbs_household",
        "khbs_approval",
        "khbs_audit_event",
    )

    def _staged_delivery(self):
        DeliveryCase._family_serial = 900
        content = DeliveryCase._csv(DeliveryCase._family())
        with self._committed() as env:
            delivery = env["khbs.dtsen.import"].create(
                {
                    "area_id": env.ref("khbs_registry.area_62").id,
                    "year": fields.Date.today().year + 1,
                    "quarter": "1",
                    "letter_number": "1",
                    "letter_date": "2026-01-05",
                    "purpose": "KHBS",
                    "file": base64.b64encode(content),
                }
            )
            delivery.action_stage()
            return delivery.id

    def _proposed_lists(self, number, **values):
        """Return the ids of committed lists that name the same family."""
        with self._committed() as env:
            village = env["khbs.area"].search([("code", "=", VILLAGE)])
            criteria = env["khbs.criteria"].create(
                {
                    "name": "Kriteria",
                    "legal_basis": "Keputusan",
                    "valid_from": "2999-01-01",
                    "max_decile": "5",
                }
            )
            household = env["khbs.household"].create(
                {"area_id": village.id, "state": "eligible", "decile": "1"}
            )
            env["khbs.decision"].create(
                {
                    "household_id": household.id,
                    "area_id": village.id,
                    "criteria_id": criteria.id,
                    "decided_at": "2026-01-01 00:00:00",
                    "decided_by_id": SUPERUSER_ID,
                    "outcome": "eligible",
                    "reasons": [{"code": "DECILE_WITHIN"}],
                }
            )
            lists = env["khbs.recipient.list"].create(
                [
                    {
                        "title": "Daftar",
                        "area_id": village.id,
                        "criteria_id": criteria.id,
                        **values,
                    }
                    for _number in range(number)
                ]
            )
            lists.action_collect()
            for recipient_list in lists:
                digest = recipient_list._lines_sha256()
                recipient_list.write({"sha256": digest, "state": "proposed"})
            return lists.ids

    def test_two_operators_apply_one_delivery(self):
        delivery_id = self._staged_delivery()
        first, second = self._connection(), self._connection()
        # Who wins may wait: its ANALYZE and the autovacuum's come one by one.
        first.cr.execute("SET LOCAL lock_timeout = 0")
        first["khbs.dtsen.import"].browse(delivery_id).action_apply()
        with mute_logger("odoo.sql_db"), self.assertRaises(LockError):
            second["khbs.dtsen.import"].browse(delivery_id).action_apply()
        second.cr.rollback()
        first.cr.commit()
        with self.assertRaises(UserError):
            second["khbs.dtsen.import"].browse(delivery_id).action_apply()
        households = second["khbs.household"].search_count(
            [("dtsen_key", "=", "62000901")]
        )
        self.assertEqual(households, 1)

    def _submitted_events(self):
        """Return the ids of two committed events that move one person."""
        with self._committed() as env:
            village = env["khbs.area"].search([("code", "=", VILLAGE)])
            one, other = env["khbs.household"].create(
                [{"area_id": village.id, "state": "eligible"} for _number in range(2)]
            )
            [_head, child, _other] = env["khbs.person"].create(
                [
                    {"household_id": one.id, "name": "A", "relation": "1"},
                    {"household_id": one.id, "name": "B", "relation": "4"},
                    {"household_id": other.id, "name": "C", "relation": "1"},
                ]
            )
            letter = {
                "event_date": "2026-03-01",
                "letter_number": "1",
                "letter_date": "2026-03-01",
                "person_ids": [Command.set(child.ids)],
            }
            proposer = env.ref("base.user_admin")
            events = env["khbs.family.event"].with_user(proposer).sudo()
            events = events.create(
                [
                    {"household_id": one.id, "kind": "death", **letter},
                    {"household_id": other.id, "kind": "move_in", **letter},
                ]
            )
            env.flush_all()
            events.write({"state": "submitted", "proposer_id": proposer.id})
            return events.ids

    def test_two_validators_change_one_family_at_once(self):
        one, other = self._submitted_events()
        first, second = self._connection(), self._connection()
        reading(first["khbs.family.event"].browse(one)).action_accept()
        first.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(LockError):
            reading(second["khbs.family.event"].browse(other)).action_accept()
        second.cr.rollback()
        first.cr.commit()
        with self.assertRaisesRegex(UserError, "living members"):
            reading(second["khbs.family.event"].browse(other)).action_accept()

    def test_two_lists_with_one_family_are_decided_at_once(self):
        one, other = self._proposed_lists(2)
        first, second = self._connection(), self._connection()
        reading(first["khbs.recipient.list"].browse(one)).action_decide()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.LockNotAvailable),
        ):
            # The server repeats a request that fails so; here the first one ends.
            reading(second["khbs.recipient.list"].browse(other)).action_decide()
            second.flush_all()
        second.cr.rollback()
        first.flush_all()
        first.cr.commit()
        with self.assertRaises(UserError):
            reading(second["khbs.recipient.list"].browse(other)).action_decide()

    def test_two_approvers_decide_one_list(self):
        [list_id] = self._proposed_lists(1)
        first, second = self._connection(), self._connection()
        reading(first["khbs.recipient.list"].browse(list_id)).action_decide()
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(LockError, "Somebody"):
            reading(second["khbs.recipient.list"].browse(list_id)).action_decide()
        second.cr.rollback()
        first.flush_all()
        first.cr.commit()
        with self.assertRaises(UserError):
            reading(second["khbs.recipient.list"].browse(list_id)).action_decide()

    def _list_with_a_free_place(self):
        """Return the id of a committed decided list: one left, two wait."""
        with self._committed() as env:
            village = env["khbs.area"].search([("code", "=", VILLAGE)])
            regency = village._regency()
            criteria = env["khbs.criteria"].create(
                {
                    "name": "Kriteria",
                    "legal_basis": "Keputusan",
                    "valid_from": "2999-01-01",
                    "max_decile": "5",
                }
            )
            households = env["khbs.household"].create(
                [
                    {"area_id": village.id, "state": state, "decile": "1"}
                    for state in ("exited", "eligible", "eligible")
                ]
            )
            made = env["khbs.recipient.list"].create(
                {
                    "title": "Daftar",
                    "area_id": village.id,
                    "criteria_id": criteria.id,
                    "places": 1,
                    "seed": "uji",
                }
            )
            env["khbs.quota"].create(
                {
                    "list_id": made.id,
                    "area_id": village.id,
                    "regency_id": regency.id,
                    "level": "village",
                    "places": 1,
                }
            )
            env["khbs.recipient.line"].create(
                [
                    {
                        "list_id": made.id,
                        "household_id": household.id,
                        "area_id": village.id,
                        "regency_id": regency.id,
                        "decile": "1",
                        "rank": rank,
                        "status": "selected" if rank == 1 else "waiting",
                    }
                    for rank, household in enumerate(households, start=1)
                ]
            )
            made.write({"state": "decided", "sha256": "0" * 64})
            return made.id

    def test_two_operators_promote_from_one_quota(self):
        list_id = self._list_with_a_free_place()
        first, second = self._connection(), self._connection()
        first["khbs.recipient.list"].browse(list_id).action_fill_places()
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(LockError, "Somebody"):
            second["khbs.recipient.list"].browse(list_id).action_fill_places()
        second.cr.rollback()
        first.flush_all()
        first.cr.commit()
        # Who comes later finds the draft of the first, and no place to give again.
        second["khbs.recipient.list"].browse(list_id).action_fill_places()
        changes = second["khbs.recipient.change"].search([("list_id", "=", list_id)])
        self.assertEqual(changes.mapped("kind"), ["release", "promotion"])

    def test_the_database_lets_one_of_two_promotions_in(self):
        """Whatever the programme does: the place's counter is one row."""
        list_id = self._list_with_a_free_place()
        environments = [self._connection(), self._connection()]
        amendments = []
        with self._committed() as env:
            amendments = env["khbs.recipient.amendment"].create(
                [
                    {
                        "name": f"AMD-UJI-{number}",
                        "list_id": list_id,
                        "area_id": env.ref("khbs_registry.area_62").id,
                    }
                    for number in range(2)
                ]
            )
            amendments[0]._release_left()
            amendments = amendments.ids

        def promote(env, place):
            made = env["khbs.recipient.amendment"].browse(amendments[place])
            line = made.list_id.line_ids.filtered(lambda x: x.rank == place + 2)
            made._add_changes([(line, "promotion", made.list_id.quota_ids, None, None)])
            env.flush_all()

        first, second = environments
        promote(first, 0)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.LockNotAvailable),
        ):
            promote(second, 1)
        second.cr.rollback()
        first.cr.commit()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
        ):
            promote(second, 1)

    def test_two_amendments_of_one_list_are_decided_at_once(self):
        """What only a draft frees is given once: the second decision sees the first."""
        list_id = self._list_with_a_free_place()
        with self._committed() as env:
            area = env.ref("khbs_registry.area_62").id
            made = env["khbs.recipient.list"].browse(list_id)
            release, first_in, second_in = env["khbs.recipient.amendment"].create(
                [
                    {"name": f"AMD-UJI-{number}", "list_id": list_id, "area_id": area}
                    for number in range(3)
                ]
            )
            quota, lines = made.quota_ids, made.line_ids.sorted("rank")
            release._release_left()
            release.write({"sha256": release._sha256(), "state": "proposed"})
            first_in._add_changes([(lines[1], "promotion", quota, None, None)])
            reading(release).action_decide()
            # The place is free again only in the draft of a second release.
            first_in.write({"sha256": first_in._sha256(), "state": "proposed"})
            draft = env["khbs.recipient.amendment"].create(
                {"name": "AMD-UJI-3", "list_id": list_id, "area_id": area}
            )
            draft._add_changes([(lines[1], "release", quota, "refusal", None)])
            second_in._add_changes([(lines[2], "promotion", quota, None, None)])
            second_in.write({"sha256": second_in._sha256(), "state": "proposed"})
            ids = (first_in.id, second_in.id)
        first, second = self._connection(), self._connection()
        reading(first["khbs.recipient.amendment"].browse(ids[0])).action_decide()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.OperationalError):
            reading(second["khbs.recipient.amendment"].browse(ids[1])).action_decide()
        second.cr.rollback()
        first.flush_all()
        first.cr.commit()
        with self.assertRaisesRegex(UserError, "freed by another amendment"):
            reading(second["khbs.recipient.amendment"].browse(ids[1])).action_decide()

    def test_nothing_slips_into_an_amendment_that_is_proposed_at_once(self):
        list_id = self._list_with_a_free_place()
        with self._committed() as env:
            made = env["khbs.recipient.amendment"].create(
                {
                    "name": "AMD-UJI-0",
                    "list_id": list_id,
                    "area_id": env.ref("khbs_registry.area_62").id,
                    "grounds": "uji",
                }
            )
            made._release_left()
            amendment_id = made.id
        first, second = self._connection(), self._connection()
        late = second["khbs.recipient.amendment"].browse(amendment_id)
        self.assertEqual(late.state, "draft")
        first["khbs.recipient.amendment"].browse(amendment_id).action_propose()
        first.flush_all()
        first.cr.commit()
        line = late.list_id.line_ids.filtered(lambda x: x.rank == 2)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.SerializationFailure),
        ):
            late._add_changes([(line, "promotion", late.list_id.quota_ids, None, None)])

    def _proposed_candidate(self):
        """Return the id of a committed candidate that waits for a validator."""
        with self._committed() as env:
            village = env["khbs.area"].search([("code", "=", VILLAGE)])
            author = env.ref("base.user_admin")
            candidate = (
                env["khbs.candidate"]
                .with_user(author)
                .sudo()
                .create(
                    {
                        "area_id": village.id,
                        "origin": "split",
                        "state": "proposed",
                        "person_ids": [
                            Command.create({"name": "INDU", "relation": "1"})
                        ],
                    }
                )
            )
            return candidate.id

    def test_two_validators_accept_one_candidate(self):
        candidate_id = self._proposed_candidate()
        first, second = self._connection(), self._connection()
        documents = [
            reading(env["khbs.candidate"].browse(candidate_id))
            for env in (first, second)
        ]
        documents[0].action_accept()
        with self.assertRaises(LockError), mute_logger("odoo.sql_db"):
            documents[1].action_accept()
        second.cr.rollback()
        first.cr.commit()
        late = self._connection()["khbs.candidate"].browse(candidate_id)
        with self.assertRaises(UserError):
            reading(late).action_accept()
        self.assertEqual(late.household_id.state, "needs_verification")

    def test_two_officers_hold_one_deliberation(self):
        with self._committed() as env:
            village = env["khbs.area"].search([("code", "=", VILLAGE)])
            deliberation_id = (
                env["khbs.deliberation"].create({"area_id": village.id}).id
            )
        first, second = self._connection(), self._connection()
        first["khbs.deliberation"].browse(deliberation_id).action_collect()
        with self.assertRaises(LockError), mute_logger("odoo.sql_db"):
            second["khbs.deliberation"].browse(deliberation_id).action_collect()
        # A village has one deliberation under way, whoever begins it.
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
        ):
            third = self._connection()
            third["khbs.deliberation"].create({"area_id": village.id})
