# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain


class KhbsActLabel(models.AbstractModel):
    """Says an act in the reader's language: the kind of document and what was done.

    What is stored, and hashed, is the code. Its last part is a verb, and the verbs are
    few: an addon above needs no words of its own for ``round.decide``.
    """

    _name = "khbs.act.label"
    _description = "Act in words"

    # Field with the code of the act.
    _act_field = "act"

    act_label = fields.Char(
        string="Act",
        compute="_compute_act_label",
        search="_search_act_label",
    )

    def _compute_act_label(self):
        verbs = self._verbs()
        for record in self:
            stem, _dot, verb = (record[self._act_field] or "").rpartition(".")
            document = self._document_label(record.model or f"khbs.{stem}") or stem
            said = verbs.get(verb, verb.replace("_", " "))
            record.act_label = f"{document}: {said}" if document else said

    def _search_act_label(self, operator, value):
        """Find by the document's kind or by the verb, as the list shows them."""
        if operator != "ilike":
            return NotImplemented
        wanted = value.strip().lower()
        acts = Domain.OR(
            Domain(self._act_field, "=", verb)
            | Domain(self._act_field, "=like", f"%.{verb}")
            for verb, said in self._verbs().items()
            if wanted in said.lower()
        )
        kinds = self.env["ir.model"].sudo().search([("name", "ilike", wanted)])
        return acts | Domain("model", "in", kinds.mapped("model"))

    @api.model
    def _document_label(self, model):
        """Return what the kind of document is called, or nothing."""
        if not model or model not in self.env:
            return None
        return self.env["ir.model"]._get(model).sudo().name

    @api.model
    def _verbs(self):
        """Return {verb of a code: the same in the reader's language}."""
        said = [
            (self.env._("accepted"), ["accepted"]),
            (self.env._("answered"), ["answer"]),
            (self.env._("announced"), ["announce", "announced"]),
            (self.env._("applied"), ["apply", "applied"]),
            (self.env._("approved"), ["approve", "approved"]),
            (self.env._("brought in force"), ["in_force", "register"]),
            (self.env._("built from the roster"), ["build"]),
            (self.env._("cancelled"), ["cancel", "cancelled"]),
            (self.env._("certified"), ["certify"]),
            (self.env._("changed"), ["change", "changed"]),
            (self.env._("checked"), ["stage", "staged", "verify"]),
            (self.env._("closed"), ["close", "closed"]),
            (self.env._("columns named"), ["columns"]),
            (self.env._("collected"), ["collect", "collected"]),
            (self.env._("confirmed"), ["confirm", "confirmed"]),
            (self.env._("created"), ["create"]),
            (self.env._("decided"), ["decide", "decided"]),
            (self.env._("decree drafted"), ["draft", "decree"]),
            (self.env._("dismissed"), ["dismissed"]),
            (self.env._("lapsed"), ["lapsed"]),
            (self.env._("deleted"), ["delete"]),
            (self.env._("done"), ["done", "finish"]),
            (self.env._("downloaded"), ["download", "rejects"]),
            (self.env._("endorsed"), ["endorsed"]),
            (self.env._("enrolled"), ["enrol"]),
            (self.env._("entered"), ["entry"]),
            (self.env._("exported"), ["export"]),
            (self.env._("failed"), ["fail"]),
            (self.env._("families decided"), ["decide_families", "families_decided"]),
            (self.env._("filed"), ["file"]),
            (self.env._("found again"), ["found"]),
            (self.env._("searched by number"), ["find"]),
            (self.env._("free places filled"), ["fill"]),
            (self.env._("frozen"), ["freeze", "frozen"]),
            (self.env._("given back"), ["give_back"]),
            (self.env._("generated"), ["generate", "generated"]),
            (self.env._("held, minutes printed"), ["held"]),
            (self.env._("handed over"), ["hand_over"]),
            (self.env._("initialled"), ["initial"]),
            (self.env._("identified"), ["identify"]),
            (self.env._("invited"), ["invite"]),
            (self.env._("issued"), ["issue"]),
            (self.env._("journal forked"), ["fork"]),
            (self.env._("key known already"), ["known_key"]),
            (self.env._("key used"), ["use"]),
            (self.env._("leased"), ["lease"]),
            (self.env._("loaded"), ["load", "loaded", "import"]),
            (self.env._("notice given"), ["notice", "noticed"]),
            (self.env._("number registered"), ["number"]),
            (self.env._("left for later"), ["later"]),
            (self.env._("one person"), ["same"]),
            (self.env._("opened"), ["open"]),
            (self.env._("ordered"), ["order"]),
            (self.env._("packed"), ["pack", "repack"]),
            (self.env._("password set"), ["password"]),
            (self.env._("paused"), ["pause"]),
            (self.env._("personal data report made"), ["paper"]),
            (self.env._("places shared out"), ["quotas"]),
            (self.env._("put first"), ["first"]),
            (self.env._("prepared"), ["prepare", "prepared"]),
            (self.env._("processing suspended"), ["leave_alone"]),
            (self.env._("printed"), ["printed"]),
            (self.env._("printed with full numbers"), ["full_numbers", "print"]),
            (self.env._("proposed"), ["propose", "proposed"]),
            (self.env._("ranked"), ["rank", "ranked"]),
            (self.env._("recap issued"), ["recap"]),
            (self.env._("received"), ["receive"]),
            (self.env._("reissued"), ["reissue"]),
            (self.env._("recipients evaluated again"), ["reevaluate", "reevaluated"]),
            (self.env._("rejected"), ["reject", "refuse", "refused"]),
            (self.env._("read in great number"), ["flood"]),
            (self.env._("released"), ["release", "released"]),
            (self.env._("reported lost"), ["lost"]),
            (self.env._("taken back to draft"), ["reopen"]),
            (self.env._("resumed"), ["resume"]),
            (self.env._("revealed"), ["reveal"]),
            (self.env._("revoked"), ["revoke", "revoked"]),
            (self.env._("rest left out"), ["drop"]),
            (self.env._("sent back"), ["return", "returned"]),
            (self.env._("sent"), ["send", "ship", "shipped"]),
            (self.env._("started"), ["start"]),
            (self.env._("state changed"), ["state"]),
            (self.env._("stopped"), ["stop", "stopped"]),
            (self.env._("signed file registered"), ["signed"]),
            (self.env._("signed by hand after all"), ["wet_track"]),
            (self.env._("submitted"), ["submit", "submitted"]),
            (
                self.env._("suspended"),
                ["suspend", "suspend_card", "suspended", "block"],
            ),
            (self.env._("taken up"), ["take"]),
            (self.env._("term ended"), ["ended"]),
            (self.env._("two persons"), ["different"]),
            (self.env._("upgraded"), ["upgrade"]),
            (self.env._("verdict given"), ["verdict"]),
            (self.env._("verified"), ["verified"]),
            (self.env._("withdrawn"), ["withdraw", "withdrawn"]),
        ]
        return {verb: words for words, verbs in said for verb in verbs}
