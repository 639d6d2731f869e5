# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..eligibility_rules import next_quarter
from .common import today
from .delivery_common import DeliveryCase


@tagged("post_install", "-at_install")
class TestReevaluation(DeliveryCase):
    """Families that receive the card are looked at again (DOMAIN 12.14, 12.15)."""

    def _enrolled(self, **values):
        """Return a family that receives the card, and its household."""
        family = self._family(**values)
        self._applied(family)
        household = self._household_of(family)
        household.state = "active"
        return family, household

    def _reevaluated(self, household, **values):
        """Return the open finding on *household* after a run."""
        criteria = self.env["khbs.criteria"]._in_force() or self._criteria(**values)
        criteria.with_user(self.operator).action_reevaluate_families()
        return self.env["khbs.reevaluation"].search(
            [
                ("household_id", "=", household.id),
                ("state", "in", self.env["khbs.reevaluation"]._OPEN),
            ]
        )

    def _confirmed(self, finding):
        finding.with_user(self.operator).notice_number = "400.9/77"
        finding.with_user(self.operator).action_give_notice()
        finding.sudo().objection_until = today() - timedelta(days=1)
        self.reading(finding, self.approver).action_confirm()
        return finding

    def test_case_12_14_decile_rises_within_the_period(self):
        family, household = self._enrolled(desil="5")
        last_day = fields.Date.context_today(household) + timedelta(days=40)
        self.assertFalse(self._reevaluated(household, valid_to=last_day))
        for row in family:
            row["desil"] = "6"
        self._applied(family)
        finding = self._reevaluated(household)
        self.assertEqual(household.state, "active")
        self.assertEqual(finding.result, "stay")
        self.assertEqual(finding.effective_on, last_day + timedelta(days=1))
        self.assertFalse(finding.dual_aid)
        self.env["khbs.reevaluation"]._apply_due()
        self.assertEqual(household.state, "active")

        # Notice, an objection window, then a second person.
        with self.assertRaises(UserError):
            finding.with_user(self.operator).action_give_notice()
        finding.with_user(self.operator).notice_number = "400.9/77"
        finding.with_user(self.operator).action_give_notice()
        day = today()
        self.assertEqual(finding.objection_until, day + timedelta(days=14))
        with self.assertRaisesRegex(UserError, "object until"):
            self.reading(finding, self.approver).action_confirm()
        finding.sudo().objection_until = day - timedelta(days=1)
        with self.assertRaises(AccessError):
            self.reading(finding, self.operator).action_confirm()
        self.reading(finding, self.approver).action_confirm()
        finding.sudo().effective_on = day
        self.env["khbs.reevaluation"]._apply_due()
        self.assertEqual((finding.state, household.state), ("applied", "exited"))
        self.assertEqual(household.reason_code, "DECILE_ABOVE")

    def test_case_12_14_by_parameter_from_the_next_quarter(self):
        _family, household = self._enrolled(desil="7")
        finding = self._reevaluated(household, decile_rise_rule="exit")
        self.assertEqual(finding.result, "exit")
        self.assertEqual(finding.effective_on, next_quarter(today()))

    def test_case_12_15_other_aid_after_enrolment(self):
        family, household = self._enrolled()
        self._aid_list([(family[1]["nik"], "", "PKH")])
        finding = self._reevaluated(household)
        self.assertEqual((finding.result, finding.dual_aid), ("suspend", True))
        self.assertEqual(finding.effective_on, next_quarter(today()))
        self.assertEqual(household.state, "active")
        auditor = self._role_user("auditor")
        listed = self.env["khbs.reevaluation"].with_user(auditor)
        self.assertIn(finding, listed.search([("dual_aid", "=", True)]))
        self.assertIn("Program Keluarga Harapan", listed.browse(finding.id).explanation)
        self._confirmed(finding)
        finding.sudo().effective_on = today()
        self.env["khbs.reevaluation"]._apply_due()
        self.assertEqual(household.state, "suspended")

    def test_a_dismissed_finding_does_not_return_by_itself(self):
        _family, household = self._enrolled(desil="8")
        finding = self._reevaluated(household)
        with self.assertRaisesRegex(UserError, "grounds"):
            self.reading(finding, self.approver).action_dismiss()
        finding.with_user(self.approver).note = "Desil keliru, diperbaiki di DTSEN."
        self.reading(finding, self.approver).action_dismiss()
        self.assertFalse(self._reevaluated(household))

    def test_a_finding_lapses_when_the_rules_no_longer_say_so(self):
        family, household = self._enrolled(desil="8")
        finding = self._reevaluated(household)
        for row in family:
            row["desil"] = "2"
        self._applied(family)
        self.assertFalse(self._reevaluated(household))
        self.assertEqual(finding.state, "lapsed")

    def test_an_objection_grows_and_leaves_its_trace(self):
        _family, household = self._enrolled(desil="8")
        finding = self._reevaluated(household).with_user(self.operator)
        finding.objection = "Kami masih layak."
        events = self.env["khbs.audit.event"]
        recorded = [("act", "=", "reevaluation.change"), ("res_id", "=", finding.id)]
        self.assertEqual(events.search_count(recorded), 1)
        for text in (False, "Tidak keberatan."):
            with self.assertRaisesRegex(UserError, "stays as it was"):
                finding.objection = text
        finding.objection = "Kami masih layak. Bukti: surat RT."
        self.assertEqual(events.search_count(recorded), 2)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_reevaluation SET objection = NULL WHERE id = %s",
                [finding.id],
            )

    def test_a_confirmed_finding_is_withdrawn_by_another_approver(self):
        _family, household = self._enrolled(desil="8")
        finding = self._confirmed(self._reevaluated(household))
        second = self._role_user("approver", login="penyetuju-dua")
        with self.assertRaises(UserError):
            finding.with_user(self.operator).notice_number = "400.9/99"
        with self.assertRaisesRegex(UserError, "grounds"):
            self.reading(finding, second).action_dismiss()
        finding.with_user(second).withdrawal = "Desil keliru."
        with self.assertRaises(UserError):
            self.reading(finding, self.approver).action_dismiss()
        self.reading(finding, second).action_dismiss()
        finding.sudo().effective_on = today()
        self.env["khbs.reevaluation"]._apply_due()
        self.assertEqual((finding.state, household.state), ("dismissed", "active"))

    def test_a_confirmed_finding_lapses_when_the_rules_no_longer_say_so(self):
        family, household = self._enrolled(desil="8")
        finding = self._confirmed(self._reevaluated(household))
        for row in family:
            row["desil"] = "2"
        self._applied(family)
        self._reevaluated(household)
        self.assertEqual(finding.state, "confirmed")
        finding.sudo().effective_on = today()
        self.env["khbs.reevaluation"]._apply_due()
        self.assertEqual((finding.state, household.state), ("lapsed", "active"))

    def test_who_gave_notice_does_not_confirm(self):
        _family, household = self._enrolled(desil="8")
        finding = self._reevaluated(household)
        both = self._role_user("registry_operator", "approver")
        finding.with_user(both).notice_number = "400.9/78"
        finding.with_user(both).action_give_notice()
        finding.sudo().objection_until = today() - timedelta(days=1)
        with self.assertRaises(UserError):
            self.reading(finding, both).action_confirm()
