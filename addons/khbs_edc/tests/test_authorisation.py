# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.khbs_cards.protocol import jws

from .common import ulid
from .settlement_common import SettlementCase


class TestAuthorisation(SettlementCase):
    """What a terminal with a network asks: may I pay, whose card is it, block it."""

    def test_online_authorisation(self):
        [(card, chip, entitlement)] = self._families(1)
        claim = self.device.signed_claim(
            chip, card.card_no, [self._item(entitlement)], jti=ulid()
        )
        answer = self._result(self.device, "edc.claim.authorize", {"claim": claim})
        again = self._result(self.device, "edc.claim.authorize", {"claim": claim})
        self.assertEqual(answer, again)
        self.assertTrue(entitlement._held())
        jti = jws.parse(claim).payload["jti"]
        other = self.device.signed_claim(
            chip, card.card_no, [self._item(entitlement)], jti, "T000000"
        )
        refused = self._call(self.device, "edc.claim.authorize", {"claim": other})
        self.assertEqual(self._code(refused), 1303)
        details = {"jti": jti, "card_no": card.card_no, "e": [entitlement.number]}
        self.device.append("intent", details)
        self.device.append(
            "claim",
            {
                "jws": claim,
                "mode": "on",
                "auth": answer["auth"],
                "cvm": "id",
                "gps": None,
                "op": "OP1",
                "rc": "1",
            },
        )
        self._push(self.device)
        self.assertEqual(self._codes(), {"E-0001": ["ACCEPTED_ONLINE"]})
        self.assertFalse(entitlement._held())
        refused = self._call(
            self.device,
            "edc.claim.authorize",
            {
                "claim": self.device.signed_claim(
                    chip, card.card_no, [self._item(entitlement)]
                )
            },
        )
        self.assertEqual(self._code(refused), 1304)

    def test_an_authorisation_given_up_frees_the_entitlement(self):
        [(card, chip, entitlement)] = self._families(1)
        claim = self.device.signed_claim(chip, card.card_no, [self._item(entitlement)])
        self._result(self.device, "edc.claim.authorize", {"claim": claim})
        jti = jws.parse(claim).payload["jti"]
        details = {"jti": jti, "card_no": card.card_no, "e": [entitlement.number]}
        self.device.append("intent", details)
        self.device.append(
            "deny", {"card_no": card.card_no, "why": "GIVEN_UP", "jti": jti}
        )
        self._push(self.device)
        self.assertFalse(entitlement._held())

    def test_a_broken_terminal_holds_nobody_up_for_ever(self):
        [(card, chip, entitlement)] = self._families(1)
        item = self._item(entitlement)
        claim = self.device.signed_claim(chip, card.card_no, [item])
        self._result(self.device, "edc.claim.authorize", {"claim": claim})
        hold = self.env["khbs.lease.hold"].search([])
        officer = hold.with_user(self.officer)
        with self.assertRaises(UserError, msg="it may be handing over"):
            officer.action_release("broken")
        self.env["khbs.authorisation"].search([]).exp = "2026-01-01 00:00:00"
        with self.assertRaises(UserError):
            officer.action_release("because")
        with self.assertRaises(AccessError), mute_logger("odoo.addons"):
            hold.with_user(self._role_user("card_officer")).action_release("broken")
        release = self.env["khbs.hold.release"].with_user(self.officer)
        release = release.with_context(active_model=hold._name, active_ids=hold.ids)
        release.create({"reason": "broken"}).action_confirm()
        self.env.invalidate_all()
        self.assertFalse(entitlement._held())
        other, device = self._terminal()
        claim = device.signed_claim(chip, card.card_no, [item])
        self._result(device, "edc.claim.authorize", {"claim": claim})

    def test_authorisation_refusals(self):
        [(card, chip, entitlement), (blocked, other, second)] = self._families(2)
        item = self._item(entitlement)
        blocked._transition("suspended", "lost")
        stranger = self.device.signed_claim(other, card.card_no, [item])
        for claim, code in (
            ("x", 1303),
            (stranger, 1303),
            (self.device.signed_claim(chip, "KH01999999905", [item]), 1301),
            (self.device.signed_claim(chip, card.card_no, [{**item, "a": 1}]), 1306),
            (
                self.device.signed_claim(chip, card.card_no, [{**item, "e": "E-X"}]),
                1304,
            ),
            (self.device.signed_claim(chip, card.card_no, [self._item(second)]), 1306),
            (
                self.device.signed_claim(other, blocked.card_no, [self._item(second)]),
                1302,
            ),
        ):
            answer = self._call(self.device, "edc.claim.authorize", {"claim": claim})
            self.assertEqual(self._code(answer), code)

    def test_card_info_tells_no_identity_number(self):
        [(card, chip, entitlement)] = self._families(1)
        proof = self.device.proof(chip, card.card_no)
        answer = self._result(self.device, "edc.card.info", {"proof": proof})
        self.assertEqual(set(answer), {"card_no", "state", "name", "village", "ents"})
        self.assertEqual(answer["ents"][0]["e"], entitlement.number)
        stale = self.device.proof(chip, card.card_no, tid="T000000")
        self.assertEqual(
            self._code(self._call(self.device, "edc.card.info", {"proof": stale})), 1303
        )

    def test_block_with_and_without_the_card(self):
        [(card, chip, _e), (other, _chip, _e2)] = self._families(2)
        block = {"card_no": other.card_no, "reason": "lost", "op": "OP1"}
        answer = self._result(self.device, "edc.card.block", block)
        self.assertEqual(answer, {"state": "requested"}, "not in a lease of its own")
        proof = self.device.proof(chip, card.card_no)
        block = {
            "card_no": card.card_no,
            "reason": "found",
            "op": "OP1",
            "proof": proof,
        }
        answer = self._result(self.device, "edc.card.block", block)
        self.assertEqual(answer, {"state": "SUSPENDED"})
        self.assertEqual(card.state, "suspended")
