# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64

from odoo import fields, models

from odoo.addons.khbs_cards.protocol import keys

from ..rpc.dispatcher import RpcError
from ..settlement.chain import Head


class KhbsTerminalDevice(models.AbstractModel):
    """What a terminal's requests bring about; the endpoint has checked who calls."""

    _name = "khbs.terminal.device"
    _description = "Terminal: what the device does"

    def _contact(self, **vals):
        """Note what the device said of itself; None is left as it is."""
        self.write(
            {
                "last_contact_at": fields.Datetime.now(),
                **{name: value for name, value in vals.items() if value is not None},
            }
        )

    def _holds_list(self, version):
        """Keep durably that the device has received list *version*.

        One that was never issued proves nothing, and would hide those that it has.
        """
        facts = self.env["khbs.server.fact"]
        if version > self.env["khbs.settlement"]._list_version():
            return
        if version > facts._list_reported(self):
            self._add_fact("list_reported", number=version)

    def _given_list(self, version):
        """Keep durably that the device was sent list *version*; it may hold it now.

        No outcome follows from it, but a journal that comes late may name it: so the
        version is kept.
        """
        facts = self.env["khbs.server.fact"]
        given = [
            ("terminal_id", "=", self.id),
            ("kind", "=", "list_given"),
            ("number", "=", version),
        ]
        if not facts.sudo().search_count(given, limit=1):
            self._add_fact("list_given", number=version)

    def _take_key(self, spki, fingerprint, hw):
        """Take the key of an enrolment in; it waits for an officer's approval."""
        self.ensure_one()
        number = 1
        sha256 = keys.spki_sha256(spki).hex()
        device_keys = self.env["khbs.terminal.key"]
        if device_keys.search_count([("spki_sha256", "=", sha256)], limit=1):
            raise RpcError(1104, "this key was used before: make a new one")
        device_keys.create(
            {
                "terminal_id": self.id,
                "number": number,
                "kid": f"{self.code}.{number}",
                "spki": base64.b64encode(spki).decode(),
                "spki_sha256": sha256,
                "fingerprint": fingerprint,
                "expires_at": fields.Datetime.add(fields.Datetime.now(), years=2),
            }
        )
        self.write(
            {
                "state": "pending",
                **{
                    f"hw_{name}": str(hw.get(name) or "").replace("\0", "")[:64]
                    for name in ("model", "serial", "os", "app")
                },
                "hw_pin": hw.get("pin") is True,
                "last_contact_at": fields.Datetime.now(),
            }
        )
        self._record("terminal.enrol", {"fingerprint": fingerprint})

    def _chain_head(self):
        """Return how far its journal is contiguous."""
        self.ensure_one()
        return Head(self.acked_seq, self.head, self.fork_seq or None)

    def _public_keys(self):
        """Return kid to public key of the keys that may sign entries."""
        self.ensure_one()
        return self.env["khbs.terminal.key"]._of(self)

    def _may_block(self, card, a_day):
        """Tell whether the terminal may suspend *card* without the card at hand."""
        self.ensure_one()
        self.env.cr.execute(
            """
            SELECT EXISTS (SELECT FROM khbs_lease_row r
                             JOIN khbs_lease l ON l.id = r.lease_id
                            WHERE l.terminal_id = %(terminal)s
                              AND r.card_no = %(card)s
                              AND l.valid_until > now() AT TIME ZONE 'UTC'),
                   (SELECT count(*) FROM khbs_card_event
                     WHERE device_code = %(code)s AND to_state = 'suspended'
                       AND at > now() AT TIME ZONE 'UTC' - interval '1 day')
            """,
            {"terminal": self.id, "card": card.card_no, "code": self.code},
        )
        in_lease, blocked = self.env.cr.fetchone()
        return in_lease and blocked < a_day

    def _request_block(self, card, reason, operator, note):
        """Leave to a person a block that the terminal may not make by itself."""
        today = fields.Date.context_today(self)
        reference = f"{self.code}/{card.card_no}/{today}"
        cases = self.env["khbs.case"].sudo()
        kind = "CARD_BLOCK_REQUEST"
        if not cases.search([("kind", "=", kind), ("reference", "=", reference)]):
            cases.create(
                {
                    "kind": kind,
                    "reference": reference,
                    "household_id": card.household_id.id,
                    "terminal_code": self.code,
                    "evidence": f"{card.card_no}, {reason}, {operator}: {note or ''}",
                }
            )
