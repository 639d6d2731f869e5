# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import io

from PIL import Image

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .settlement_common import SettlementCase


def picture():
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "grey").save(content, "PNG")
    return base64.b64encode(content.getvalue())


class TestManualClaim(SettlementCase):
    """DOMAIN 12.21: the card is ruined, the family stands at the point."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maker = cls._role_user("distribution_officer")
        cls.approver = cls._role_user("approver")
        cls.claims = cls.env["khbs.manual.claim"]

    def _manual(self, family, user=None, **changes):
        """Return a claim without a card as the officer at the point enters it."""
        card, _chip, entitlement = family
        values = {
            "card_no": card.card_no,
            "received_by": "head",
            "document": "ktp",
            "last_digits": card.household_id.head_id.nik[-4:],
            "photo": picture(),
            "point_id": self.point.id,
            "entitlement_ids": [Command.set(entitlement.ids)],
        }
        return self.claims.with_user(user or self.maker).create(values | changes)

    def _approve(self, claims):
        return self.reading(claims, self.approver).action_approve()

    def test_case_12_21_a_ruined_card_is_served_with_document_photo_and_approval(self):
        [family] = self._families(1)
        card, _chip, entitlement = family
        claim = self._manual(family)
        claim.action_submit()
        self.assertEqual(card.state, "suspended", "nobody claims with it meanwhile")
        self.assertEqual(entitlement.state, "open", "nothing is handed over yet")
        self._approve(claim)
        self.assertEqual(
            (claim.state, entitlement.state, claim.slot), ("approved", "consumed", 1)
        )
        evidence = claim.sudo().claim_id
        self.assertEqual(evidence.line_ids.outcome_code, "MANUAL")
        self.assertEqual((evidence.mode, evidence.point_id), ("manual", self.point))
        posting = self.env["khbs.claim.posting"].search(
            [("entitlement_id", "=", entitlement.id)]
        )
        self.assertEqual(posting.amount, entitlement.amount)
        again = self._manual(family)
        with self._refused():
            again.action_submit()

    def test_case_12_21_a_point_has_a_limited_number_a_day(self):
        self.env["ir.config_parameter"].set_param("khbs.manual_claims_per_day", "2")
        claims = self.claims.union(*map(self._manual, self._families(3)))
        claims.with_user(self.maker).action_submit()
        self._approve(claims[0] | claims[1])
        with self.assertRaisesRegex(UserError, "2 claims without a card today"):
            self._approve(claims[2])
        self.assertEqual(claims.mapped("state"), ["approved", "approved", "submitted"])
        other = self.point.copy({"code": "TITIK-LAIN"})
        claims[2].sudo().point_id = other
        self._approve(claims[2])
        self.assertEqual(claims[2].slot, 1, "each point counts for itself")

    def test_case_12_21_a_second_person_approves(self):
        [family] = self._families(1)
        claim = self._manual(family)
        claim.action_submit()
        with self._refused(AccessError):
            self.reading(claim, self.maker).action_approve()
        claim.action_cancel()
        self.env.flush_all()
        both = self._role_user("distribution_officer", "approver", login="dua")
        own = self._manual(family, user=both)
        own.action_submit()
        with self._refused():
            self.reading(own, both).action_approve()
        self.assertEqual(own.state, "submitted")

    def test_each_claim_names_who_decided_it(self):
        second = self._role_user("approver", login="second.approver")
        claims = self.claims.union(*map(self._manual, self._families(3)))
        claims.with_user(self.maker).action_submit()
        self._approve(claims[0])
        claims[1].with_user(second).action_refuse("Not the person on the KTP")
        self.assertEqual(
            [claim.decided_by_id for claim in claims.with_user(self.maker)],
            [self.approver, second, self.env["res.users"]],
        )

    def test_the_approver_reads_which_aid_it_is(self):
        [family] = self._families(1)
        aid = self._manual(family).entitlement_ids.with_user(self.approver)
        self.assertEqual(aid.display_name, aid.number)
        said = aid.with_context(khbs_as_aid=True).display_name
        self.assertIn(aid.sudo().benefit_id.name, said)
        self.assertIn(aid.sudo().round_id.code, said)

    def test_the_maker_finds_the_aid_by_what_it_is_called(self):
        [family] = self._families(1)
        aid = self._manual(family).entitlement_ids.with_user(self.maker)
        named = aid.with_context(khbs_as_aid=True)
        own = [("id", "in", aid.ids)]
        benefit, code = aid.sudo().benefit_id.name, aid.sudo().round_id.code
        for text in (benefit.upper(), code[:-1], aid.number):
            with self.subTest(text=text):
                self.assertEqual(
                    named.name_search(text, own),
                    [(one.id, one.display_name) for one in named],
                )
        aid.sudo().benefit_id.active = False
        self.assertTrue(named.name_search(benefit, own), "what is granted stays")
        self.assertEqual(named.name_search("nothing of that name", own), [])
        self.assertEqual(aid.name_search(benefit, own), [], "a number elsewhere")

    def test_the_document_must_be_of_the_family(self):
        [family] = self._families(1)
        claim = self._manual(family, last_digits="0000")
        with self.assertRaisesRegex(UserError, "last four digits"):
            claim.action_submit()
        refused = self.env["khbs.audit.event"].search(
            [("act", "=", "manual_claim.compare"), ("outcome", "=", "refused")]
        )
        self.assertEqual(refused.res_id, claim.id)
        claim.last_digits = family[0].household_id.head_id.nik[-4:]
        self.assertTrue(claim.document_checked)
        claim.document = "kk"
        self.assertFalse(claim.document_checked, "another document is compared anew")
        claim.last_digits = family[0].household_id.kk_number[-4:]
        claim.action_submit()

    def test_digits_are_not_guessed(self):
        [family] = self._families(1)
        claim = self._manual(family, last_digits=False)
        right = family[0].household_id.head_id.nik[-4:]
        wrong = [digits for digits in ("1111", "2222", "3333") if digits != right]
        for number in range(10):
            claim.last_digits = wrong[number % len(wrong)]
            self.assertFalse(claim.document_checked)
        with self.assertRaisesRegex(UserError, "wrong numbers"):
            claim.last_digits = right
        self.assertFalse(claim.document_checked)

    def test_digits_are_compared_one_claim_at_a_time(self):
        families = self._families(2)
        drafts = self.claims.union(
            *(self._manual(family, last_digits=False) for family in families)
        )
        with self.assertRaisesRegex(UserError, "one claim at a time"):
            drafts.write({"last_digits": "0001"})

    def test_the_point_serves_the_village(self):
        [family] = self._families(1)
        elsewhere = self.point.copy(
            {"code": "JAUH", "area_id": self._area("62.06.01.2001").id}
        )
        elsewhere.village_ids = False
        claim = self._manual(family, point_id=elsewhere.id)
        with self.assertRaisesRegex(UserError, "does not serve"):
            claim.action_submit()

    def test_a_card_of_another_village_is_not_found(self):
        elsewhere = self._household(village=self._area("62.06.01.2001"))
        card, _chip = self._active(elsewhere)
        local = self._role_user(
            "distribution_officer", login="setempat", areas=self.village
        )
        form = Form(self.claims.with_user(local))
        form.card_no = card.card_no
        self.assertFalse(form.card_id)
        self.assertFalse(form.household_id)

    def test_photo_and_aid_are_needed(self):
        [family] = self._families(1)
        for missing in ({"photo": False}, {"entitlement_ids": False}):
            claim = self._manual(family, **missing)
            with self.assertRaises(UserError):
                claim.action_submit()
            claim.action_cancel()
            self.env.flush_all()

    def test_a_card_stopped_for_another_reason_is_not_served(self):
        reasons = ("lost", "stolen", "fraud")
        for family, reason in zip(self._families(3), reasons, strict=True):
            family[0]._transition("suspended", reason)
            claim = self._manual(family)
            with self.assertRaisesRegex(UserError, "another reason"):
                claim.action_submit()

    def test_a_campaign_card_is_named_as_such(self):
        [family] = self._families(1)
        claim = self._manual(family, card_no="KARTU-KAMPANYE-1")
        with self.assertRaisesRegex(UserError, "campaign card"):
            claim.action_submit()

    def test_aid_of_another_family_is_not_handed_over(self):
        first, second = self._families(2)
        claim = self._manual(first, entitlement_ids=[Command.set(second[2].ids)])
        with self.assertRaisesRegex(UserError, "not open"):
            claim.action_submit()

    def test_what_a_terminal_holds_waits_for_it(self):
        [family] = self._families(1)
        self._equip(self.device)
        claim = self._manual(family)
        with self.assertRaisesRegex(UserError, "A terminal holds E-0001"):
            claim.action_submit()

    def test_what_a_terminal_brings_later_is_a_double(self):
        [family] = self._families(1)
        self._equip(self.device)
        self._serve(self.device, [family])
        # The office took the hold off a terminal that was believed dead.
        self.env["khbs.lease.hold"].search([]).unlink()
        claim = self._manual(family)
        claim.action_submit()
        self._approve(claim)
        answer = self._push(self.device)
        [line] = [line for entry in answer["results"] for line in entry["lines"]]
        self.assertEqual(line["code"], "DOUBLE_GOOD_FAITH")
        self.assertEqual(self._codes(), {"E-0001": ["MANUAL", "DOUBLE_GOOD_FAITH"]})
        primary = self.env["khbs.claim.primary"].search([])
        self.assertEqual(primary.line_id.claim_id, claim.sudo().claim_id)
        self.assertEqual(family[2].state, "consumed")

    def test_a_refused_claim_leaves_the_aid_open(self):
        [family] = self._families(1)
        claim = self._manual(family)
        claim.action_submit()
        asked = self.env["khbs.refusal"].with_user(self.approver)
        asked.create(
            {"model": claim._name, "document": claim.id, "reason": "Foto buram"}
        ).action_refuse()
        self.assertEqual((claim.state, claim.return_note), ("refused", "Foto buram"))
        self.assertEqual(family[2].state, "open")
        self._manual(family).action_submit()
