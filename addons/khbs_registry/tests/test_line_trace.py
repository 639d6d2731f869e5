# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from .deliberation_common import DeliberationCase
from .family_common import FamilyMixin

NIK = "6206014101809997"


class TestLineTrace(FamilyMixin, DeliberationCase):
    """Lines written past the form of their document leave their trace beside it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proposer = cls.officer

    def events(self, document, act):
        found = self.env["khbs.audit.event"].search(
            [
                ("act", "=", act),
                ("model", "=", document._name),
                ("res_id", "=", document.id),
                ("user_id", "=", self.officer.id),
            ],
            order="id",
        )
        return found.filtered(lambda event: "lines" in (event.data or {}))

    def test_members_and_newcomers_of_a_family_event(self):
        household, (_head, wife, child) = self._family("1", "3", "4")
        event = self._event(household, "split", [child], other_head_id=child.id)
        member = event.member_ids.filtered(lambda line: line.person_id == wife)
        before = len(self.events(event, "family_event.change"))
        member.with_user(self.officer).write({"relation_after": "9"})
        newcomer = (
            self.env["khbs.family.newcomer"]
            .with_user(self.officer)
            .create(
                {
                    "event_id": event.id,
                    "name": "PENDATANG",
                    "nik_entry": NIK,
                    "sex": "1",
                    "relation": "9",
                }
            )
        )
        newcomer.unlink()
        changed, created, deleted = self.events(event, "family_event.change")[before:]
        self.assertEqual(changed.data["lines"], "khbs.family.member")
        self.assertEqual(changed.data["ids"], member.ids)
        self.assertEqual(changed.data["fields"], ["relation_after"])
        self.assertEqual(
            (created.data["how"], deleted.data["how"]), ("created", "deleted")
        )
        # The same line said the same when it came and when it went.
        self.assertEqual(created.data["sha256"], deleted.data["sha256"])
        self.assertNotEqual(changed.data["sha256"], created.data["sha256"])
        said = json.dumps([changed.data, created.data, deleted.data])
        for secret in (NIK, "PENDATANG", wife.name):
            self.assertNotIn(secret, said)

    def test_lines_of_a_change_request(self):
        household, (head,) = self._family("1")
        requests = self.env["khbs.change.request"].with_user(self.officer)
        request = requests.create({"household_id": household.id})
        lines = self.env["khbs.change.line"].with_user(self.officer)
        line = lines.create(
            {
                "request_id": request.id,
                "field_name": "nik",
                "person_id": head.id,
                "text_entry": NIK,
            }
        )
        line.write({"text_entry": NIK[:-1] + "8"})
        line.unlink()
        events = self.events(request, "change_request.change")
        self.assertEqual(
            [event.data["how"] for event in events], ["created", "changed", "deleted"]
        )
        digests = [event.data["sha256"] for event in events]
        self.assertNotEqual(digests[0], digests[1])
        self.assertEqual(digests[1], digests[2])
        self.assertNotIn(NIK[:-1], json.dumps([event.data for event in events]))

    def test_many_lines_of_deliberations_are_one_event_each(self):
        households = self._household(self.village) | self._household(self.village)
        deliberation = self._deliberation(households)
        lines = deliberation.line_ids
        lines.with_user(self.officer).write({"result": "removed", "reason": "moved"})
        lines[0].with_user(self.officer).action_confirm()
        removed, confirmed = self.events(deliberation, "deliberation.change")[-2:]
        self.assertEqual(removed.data["ids"], lines.ids)
        self.assertEqual(removed.data["fields"], ["reason", "result"])
        self.assertEqual(confirmed.data["ids"], lines[0].ids)
        deliberation.official_ids[0].with_user(self.officer).name = "NAMA LAIN"
        [named] = self.events(deliberation, "deliberation.change")[-1:]
        self.assertEqual(named.data["lines"], "khbs.deliberation.official")
        self.assertNotIn("NAMA LAIN", json.dumps(named.data))

    def test_a_line_that_goes_to_another_document_is_recorded_at_both(self):
        household, (head,) = self._family("1")
        requests = self.env["khbs.change.request"].with_user(self.officer)
        one, other = requests.create([{"household_id": household.id}] * 2)
        line = (
            self.env["khbs.change.line"]
            .with_user(self.officer)
            .create(
                {
                    "request_id": one.id,
                    "field_name": "name",
                    "person_id": head.id,
                    "text_entry": "NAMA",
                }
            )
        )
        line.request_id = other
        for request, number in ((one, 2), (other, 1)):
            events = self.events(request, "change_request.change")
            self.assertEqual(len(events), number)
            self.assertEqual(events[-1:].data["fields"], ["request_id"])
