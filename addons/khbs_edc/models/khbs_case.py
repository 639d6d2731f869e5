# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ..settlement.meanings import HOLD, MEANINGS


class KhbsCase(models.Model):
    _inherit = "khbs.case"

    def _decided(self):
        """A decision on a held claim line is a fact that settlement reads."""
        result = super()._decided()
        for case in self:
            meaning = MEANINGS.get(case.kind)
            line = case.claim_line_id
            if line and meaning and meaning.pay == HOLD and case.decision != "noted":
                claim = line.claim_id
                terminal = self.env["khbs.terminal"].search(
                    [("code", "=", claim.terminal_code)]
                )
                terminal._lock()
                terminal._add_fact(
                    "decision",
                    number=claim.seq,
                    data={
                        "jti": claim.jti,
                        "e": line.e,
                        "decision": case.decision,
                        "case": case.id,
                    },
                )
                self.env["khbs.settlement"]._settle(terminal, claim.seq, "fact")
        return result
