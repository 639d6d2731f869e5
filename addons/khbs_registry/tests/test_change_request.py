# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import reading
from .family_common import LETTER, FamilyCase

NIK = "6271015505809001"
OTHER_NIK = "6271011505809002"


class TestChangeRequest(FamilyCase):
    """Values that a second person agrees to."""

    def _request(self, household, *lines, user=None, **vals):
        requests = self.env["khbs.change.request"].with_user(user or self.proposer)
        return requests.create(
            {
                "household_id": household.id,
                "line_ids": [Command.create(line) for line in lines],
                **LETTER,
                **vals,
            }
        )

    def _accepted(self, *args):
        request = self._request(*args)
        request.action_submit()
        reading(request, self.validator).action_accept()
        self.env.invalidate_all()
        return request

    def test_several_values_of_a_family_and_its_members(self):
        household, (head, child) = self._family("1", "4")
        request = self._accepted(
            household,
            {"field_name": "address", "text_entry": "jl. tjilik  riwut km 7"},
            {"field_name": "dwelling_kind", "dwelling_entry": "floating"},
            {
                "field_name": "name",
                "person_id": head.id,
                "text_entry": "Sri'ah binti A",
            },
            {
                "field_name": "birth_date",
                "person_id": child.id,
                "date_entry": "2015-04-03",
            },
            {"field_name": "sex", "person_id": child.id, "sex_entry": "2"},
            {
                "field_name": "relation",
                "person_id": child.id,
                "relation_entry": "6",
            },
        )
        self.assertEqual(request.state, "accepted")
        self.assertEqual(household.address, "JL. TJILIK RIWUT KM 7")
        self.assertEqual(household.dwelling_kind, "floating")
        self.assertEqual(head.name, "SRI'AH BINTI A")
        self.assertEqual(str(child.birth_date), "2015-04-03")
        self.assertEqual((child.sex, child.relation), ("2", "6"))
        # The number on the KTP never changes: that it differs is a remark.
        self.assertEqual(child.nik_status, "warning")
        known = self.env["khbs.local.value"].search(
            [("household_id", "=", household.id)]
        )
        self.assertEqual(
            set(known.mapped("field_name")),
            {"address", "dwelling_kind", "name", "birth_date", "sex", "relation"},
        )
        self.assertEqual(set(known.mapped("source")), {"change_request"})

    def test_case_12_09_a_wrong_nik_is_kept_in_the_history(self):
        household, (head,) = self._family("1")
        former = head.nik
        request = self._request(
            household,
            {"field_name": "nik", "person_id": head.id, "text_entry": NIK},
        )
        line = request.line_ids
        self.assertEqual(line.new_shown, "6271********9001")
        self.assertEqual(line.old_shown[:4], former[:4])
        for number in (NIK, former):
            shown = str(line.read() + request.read())
            self.assertNotIn(number, shown)
        request.action_submit()
        reading(request, self.validator).action_accept()
        self.env.invalidate_all()
        self.assertEqual(head.nik, NIK)
        self.assertEqual(head.former_nik_ids.nik, former)
        self.assertEqual(head.former_nik_ids.reason, request.name)
        self.assertNotIn(
            former, str(head.former_nik_ids.with_user(self.proposer).read())
        )
        for number in (NIK, former):
            found = self.env["khbs.person"].with_user(self.proposer)
            found = found.search([("find", "=", number)])
            self.assertEqual(found.id, head.id)

    def test_case_12_09_numbers_swapped_between_spouses(self):
        household, (head, wife) = self._family("1", "3")
        one, other = head.nik, wife.nik
        self._accepted(
            household,
            {"field_name": "nik", "person_id": head.id, "text_entry": other},
            {"field_name": "nik", "person_id": wife.id, "text_entry": one},
        )
        self.assertEqual((head.nik, wife.nik), (other, one))

    def test_a_nik_of_somebody_else_is_refused_by_a_sentence(self):
        household, (head,) = self._family("1")
        other, (owner,) = self._family("1")
        line = {"field_name": "nik", "person_id": head.id}
        request = self._request(household, {**line, "text_entry": owner.nik})
        with self.assertRaisesRegex(UserError, other.name):
            request.action_submit()
        request = self._request(household, {**line, "text_entry": "9999999999999995"})
        with self.assertRaisesRegex(UserError, "no NIK"):
            request.action_submit()

    def test_a_kk_number_goes_through_the_history(self):
        household, _members = self._family("1")
        former = household.kk_number
        self._accepted(
            household, {"field_name": "kk_number", "text_entry": "6271010103260009"}
        )
        self.assertEqual(household.kk_number, "6271010103260009")
        self.assertIn(former, household.kk_ids.mapped("kk_number"))

    def test_a_value_that_changed_meanwhile_is_not_overwritten(self):
        household, _members = self._family("1", address="JL LAMA")
        request = self._request(
            household, {"field_name": "address", "text_entry": "JL BARU"}
        )
        request.action_submit()
        household.sudo().address = "JL LAIN"
        with self.assertRaisesRegex(UserError, "JL LAIN"):
            reading(request, self.validator).action_accept()
        self.assertEqual(household.address, "JL LAIN")

    def test_the_head_changes_by_a_family_event_alone(self):
        household, (_head, child) = self._family("1", "4")
        request = self._request(
            household,
            {"field_name": "relation", "person_id": child.id, "relation_entry": "1"},
        )
        with self.assertRaisesRegex(UserError, "family event"):
            request.action_submit()

    def test_a_member_of_another_family_is_none_of_it(self):
        household, _members = self._family("1")
        _other, (stranger,) = self._family("1")
        request = self._request(
            household,
            {"field_name": "name", "person_id": stranger.id, "text_entry": "X"},
        )
        with self.assertRaisesRegex(UserError, "member of the family"):
            request.action_submit()

    def test_a_family_that_is_left_alone_changes_for_a_reason_alone(self):
        household, _members = self._family("1")
        household.processing_suspended_on = "2026-03-01"
        request = self._request(household, {"field_name": "rt", "text_entry": "004"})
        with self.assertRaisesRegex(UserError, "processing of its data suspended"):
            request.action_submit()
        request.note = "Permintaan keluarga sendiri, surat 470/1."
        request.action_submit()
        reading(request, self.validator).action_accept()
        self.assertEqual(household.rt, "004")

    def test_who_proposes_does_not_decide(self):
        both = self._role_user("registry_operator", "validator")
        household, _members = self._family("1")
        line = {"field_name": "rt", "text_entry": "004"}
        request = self._request(household, line, user=both)
        request.action_submit()
        with self.assertRaises(UserError), mute_logger("odoo.addons"):
            reading(request, both).action_accept()
        with self.assertRaises(AccessError), mute_logger("odoo.addons"):
            reading(request, self.proposer).action_accept()

    def test_what_is_handed_in_stays_as_it_is(self):
        household, _members = self._family("1")
        line = {"field_name": "rt", "text_entry": "004"}
        request = self._request(household, line)
        request.action_submit()
        with self.assertRaises(AccessError):
            request.line_ids.text_entry = "005"
        with self.assertRaises(AccessError):
            request.line_ids.unlink()
        with self.assertRaises(AccessError):
            self.env["khbs.change.line"].with_user(self.proposer).create(
                {"request_id": request.id, "field_name": "rw", "text_entry": "1"}
            )

    def test_nobody_writes_values_of_a_family_alone(self):
        household, (head,) = self._family("1")
        operator = self._role_user("registry_operator")
        for record, values in (
            (household, {"decile": "2"}),
            (household, {"address": "X"}),
            (head, {"name": "X"}),
            (head, {"state": "deceased"}),
        ):
            with self.assertRaises(AccessError):
                record.with_user(operator).write(values)

    def test_the_reader_of_numbers_sees_what_is_proposed(self):
        household, (head,) = self._family("1")
        request = self._request(
            household,
            {"field_name": "nik", "person_id": head.id, "text_entry": NIK},
        )
        request.action_submit()
        reader = self._role_user("pii_reader")
        reveal = self.env["khbs.reveal"].with_user(reader)
        reveal = reveal.create(
            {
                "household_id": household.id,
                "purpose": "verification",
                "reference": request.name,
            }
        )
        self.assertFalse(reveal.numbers)
        reveal.action_reveal()
        self.assertIn(NIK, reveal.numbers)

    def test_a_number_of_another_area_names_nobody_and_is_counted(self):
        """A NIK entered on one's own family is no search beside the search box."""
        far = self._household(village=self._area("62.06.01.2001"))
        household, (_head, child) = self._family("1", "4")
        nik = {"field_name": "nik", "person_id": child.id}
        taken = {**nik, "text_entry": far.person_ids.nik}
        with self.assertRaisesRegex(UserError, "another area") as caught:
            self._request(household, taken).action_submit()
        self.assertNotIn(far.name, str(caught.exception))
        self.assertNotIn(far.person_ids.name, str(caught.exception))
        found = [("act", "=", "household.find"), ("user_id", "=", self.proposer.id)]
        self.assertEqual(self.env["khbs.audit.event"].search_count(found), 1)
        # Nobody has it, or the own family: daily work, which is not counted.
        self._request(household, {**nik, "text_entry": OTHER_NIK}).action_submit()
        self.assertEqual(self.env["khbs.audit.event"].search_count(found), 1)
        self.env["ir.config_parameter"].set_param("khbs.number_searches_per_hour", "1")
        near = self._household()
        taken["text_entry"] = near.person_ids.nik
        with self.assertRaisesRegex(UserError, "limit"):
            self._request(household, taken).action_submit()
