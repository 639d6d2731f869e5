# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from .common import KhbsCase


class TestHousehold(KhbsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._role_user("registry_operator", areas=cls.village)
        cls.household = cls._household().with_user(cls.operator)

    def test_no_family_and_no_member_is_made_by_hand(self):
        """A family with a decile would be eligible at the next run of the criteria."""
        head = {"name": "HANTU", "relation": "1"}
        family = {
            "area_id": self.village.id,
            "decile": "1",
            "person_ids": [Command.create(head)],
        }
        member = {**head, "relation": "9", "household_id": self.household.id}
        for model, values in (("khbs.household", family), ("khbs.person", member)):
            with self.assertRaises(AccessError), mute_logger("odoo.addons"):
                self.env[model].with_user(self.operator).create(values)
            # A right that an administrator adds does not open it either.
            self.env["ir.model.access"].create(
                {
                    "name": "too much",
                    "model_id": self.env["ir.model"]._get_id(model),
                    "group_id": self.env.ref(
                        "khbs_registry.group_registry_operator"
                    ).id,
                    "perm_create": True,
                }
            )
            with self.assertRaisesRegex(AccessError, "DTSEN"):
                self.env[model].with_user(self.operator).create(values)

    def test_nothing_known_is_changed_by_hand(self):
        for record, values in (
            (self.household, {"decile": "2"}),
            (self.household.person_ids, {"name": "NAMA LAIN"}),
        ):
            with self.assertRaises(AccessError):
                record.write(values)

    def test_nobody_moves_a_family_or_a_member_out_of_reach(self):
        elsewhere = self._area("62.06.01.2003")
        with self.assertRaises(AccessError):
            self.household.area_id = elsewhere
        child = self._household(members=2).person_ids[1:]
        with self.assertRaises(AccessError):
            child.with_user(self.operator).household_id = self._household(elsewhere)

    def test_a_family_is_not_archived_beside_its_states(self):
        """The KK number of an archived family would be free for a second card."""
        with self.assertRaises(AccessError):
            self.household.active = False

    def test_the_history_of_kk_numbers_is_not_written_by_hand(self):
        history = self.env["khbs.household.kk"].create(
            {
                "household_id": self.household.id,
                "kk_number": self.household.sudo().kk_number,
                "valid_from": "2026-01-01",
                "reason": "DTSEN/2026/0001",
            }
        )
        with self.assertRaises(AccessError):
            history.with_user(self.operator).valid_to = "2026-02-01"

    def test_roles_without_families_in_their_work_do_not_read_them(self):
        for role in ("bkk_proposer", "bkk_verifier", "administrator"):
            user = self._role_user(role)
            for model in (
                "khbs.household",
                "khbs.household.kk",
                "khbs.person",
                "khbs.recipient.line",
            ):
                self.assertFalse(self.env[model].with_user(user).has_access("read"))

    def test_no_index_knows_the_state_that_runs_change(self):
        """Else PostgreSQL writes to all indexes wherever a run moves a family."""
        self.env.cr.execute(
            """
            SELECT DISTINCT i.indexrelid::regclass::text FROM pg_depend d
            JOIN pg_index i ON i.indexrelid = d.objid
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE i.indrelid = 'khbs_household'::regclass
                AND d.refobjid = i.indrelid
                AND a.attname IN ('state', 'reason_code', 'write_uid', 'write_date')
            """
        )
        self.assertFalse(self.env.cr.fetchall())
