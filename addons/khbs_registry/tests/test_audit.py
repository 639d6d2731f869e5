# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


from odoo import fields
from odoo.exceptions import AccessError

from odoo.addons.khbs_registry.audit_chain import GENESIS

from .common import KhbsCase


class TestAuditChain(KhbsCase):
    def setUp(self):
        super().setUp()
        self.events = self.env["khbs.audit.event"]
        self.seals = self.env["khbs.audit.seal"]

    def _sealed(self, count=3):
        events = [self.events._record("test.act", data={"n": n}) for n in range(count)]
        self._seal()
        return events

    def _seal(self):
        while self.seals._seal_batch(1000):
            continue

    def _seal_of(self, event):
        return self.seals.search([("event_id", "=", event.id)])

    def _tamper(self, table, query, *params):
        """Change a table as somebody who owns the database could."""
        self.env.flush_all()
        self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self.env.cr.execute(query, params)
        self.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def test_every_event_gets_one_number_and_the_chain_holds(self):
        first, second, third = self._sealed()
        numbers = [self._seal_of(event).seq for event in (first, second, third)]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)))
        self._seal()
        found = self.seals._verify()
        self.assertFalse(found["broken_seq"])
        self.assertEqual(found["unsealed"], 0)
        self.assertEqual(found["head"], self._seal_of(third).hash)
        self.assertEqual(found["count"], numbers[-1])
        opening = self.seals.search([("seq", "=", 1)])
        self.assertEqual(opening.prev_hash, GENESIS)

    def test_event_committed_late_with_a_lower_id_is_sealed_late(self):
        self.env.cr.execute("SELECT nextval('khbs_audit_event_id_seq')")
        [late_id] = self.env.cr.fetchone()
        [early] = self._sealed(1)
        self.env.cr.execute(
            "INSERT INTO khbs_audit_event (id, at, user_id, role, act, outcome) "
            "VALUES (%s, %s, 1, '-', 'test.late', 'done')",
            [late_id, fields.Datetime.now()],
        )
        self.assertEqual(self.seals._verify()["unsealed"], 1)
        self._seal()
        late = self.events.browse(late_id)
        self.assertLess(late.id, early.id)
        self.assertGreater(self._seal_of(late).seq, self._seal_of(early).seq)
        self.assertFalse(self.seals._verify()["broken_seq"])

    def test_changed_event_is_found(self):
        _first, second, _third = self._sealed()
        broken = self._seal_of(second).seq
        self._tamper(
            "khbs_audit_event",
            "UPDATE khbs_audit_event SET user_id = user_id + 1 WHERE id = %s",
            second.id,
        )
        found = self.seals._verify()
        self.assertEqual(
            (found["broken_seq"], found["reason"]), (broken, "event_changed")
        )
        self.assertEqual(found["count"], broken - 1)

    def test_changed_data_is_found(self):
        _first, second, _third = self._sealed()
        self._tamper(
            "khbs_audit_event",
            "UPDATE khbs_audit_event SET data = '{\"n\": 7}' WHERE id = %s",
            second.id,
        )
        self.assertEqual(self.seals._verify()["reason"], "event_changed")

    def test_removed_link_is_found(self):
        _first, second, _third = self._sealed()
        broken = self._seal_of(second).seq
        self._tamper(
            "khbs_audit_seal", "DELETE FROM khbs_audit_seal WHERE seq = %s", broken
        )
        found = self.seals._verify()
        self.assertEqual(
            (found["broken_seq"], found["reason"]), (broken, "link_missing")
        )

    def test_rewritten_link_is_found_at_the_next_one(self):
        _first, second, _third = self._sealed()
        broken = self._seal_of(second).seq
        self._tamper(
            "khbs_audit_seal",
            "UPDATE khbs_audit_seal SET hash = repeat('0', 63) || '1' WHERE seq = %s",
            broken,
        )
        self.assertEqual(self.seals._verify()["broken_seq"], broken)

    def test_auditor_verifies_and_others_do_not(self):
        self._sealed()
        auditor = self._role_user("auditor")
        action = self.seals.with_user(auditor).action_verify()
        check = self.env["khbs.audit.check"].with_user(auditor).browse(action["res_id"])
        self.assertFalse(check.broken_seq)
        self.assertGreaterEqual(check.count, 3)
        operator = self._role_user("registry_operator")
        # assertRaises would roll the refusal's own cursor back, as it shares ours.
        with self._refused(AccessError):
            self.seals.with_user(operator).action_verify()
        refused = self.events.search([("act", "=", "audit.verify")], limit=1)
        self.assertEqual((refused.outcome, refused.user_id), ("refused", operator))

    def test_a_refusal_of_several_records_is_recorded(self):
        events = self.env["khbs.audit.event"]
        households = self._household() + self._household()
        auditor = self._role_user("auditor", login="several")
        # assertRaises would roll the refusal's own cursor back, as it shares ours.
        with self._refused(AccessError):
            events.with_user(auditor)._require_group(
                "khbs_registry.group_approver", "list.decide", households
            )
        event = events.search([("act", "=", "list.decide")])
        self.assertEqual((event.outcome, event.user_id), ("refused", auditor))
        self.assertEqual(event.data["ids"], households.ids)


class TestActLabel(KhbsCase):
    def test_an_act_reads_as_document_and_verb(self):
        events = self.env["khbs.audit.event"]
        household = self._household()
        event = events._record("household.state", household)
        self.assertEqual(event.act_label, "Household: state changed")
        self.assertEqual(event.display_name, event.act_label)
        self.assertIn(event, events.search([("act_label", "ilike", "State")]))
        self.assertIn(event, events.search([("act_label", "ilike", "household")]))
        self.assertNotIn(event, events.search([("act_label", "ilike", "revealed")]))

    def test_an_act_without_document_or_known_verb_shows_its_code(self):
        events = self.env["khbs.audit.event"]
        self.assertEqual(events._record("audit.verify").act_label, "audit: checked")
        self.assertEqual(events._record("test.odd_act").act_label, "test: odd act")

    def test_an_act_is_recorded_with_the_roles_of_its_moment(self):
        user = self._role_user("registry_operator", login="berganti")
        events = self.env["khbs.audit.event"].with_user(user)
        before = events._record("test.act").role
        officer = self.env.ref("khbs_registry.group_field_officer")
        officer.user_ids += user
        both = events._record("test.act").role
        user.group_ids -= self.env.ref("khbs_registry.group_registry_operator")
        after = events._record("test.act").role
        self.assertIn(before, both)
        self.assertNotEqual(before, both)
        self.assertEqual(after, officer.full_name)
        self.assertNotIn(before, after)
