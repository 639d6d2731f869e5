# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from odoo import fields, models
from odoo.exceptions import UserError

from ..papers import signed, words
from .khbs_paper import PDF_TYPE

OFFICER = "khbs_registry.group_decree_officer"
APPROVER = "khbs_registry.group_approver"
# Parameter with the certificates (PEM) that a signer's must lead to.
TRUST_ROOTS = "khbs.decree.trust_roots"


class KhbsDecreeSign(models.AbstractModel):
    """How a decree comes in force, by hand or by certificate.

    *Wet ink*: frozen with dots, printed, signed, numbered by the law office, scanned.
    *Electronic* (TTE): the law office gives number and date first, the PDF is frozen
    with both, signed outside (BSrE) and comes back as the same bytes with a signature
    behind them. No passphrase and no key touches the server.

    Where the electronic signature fails for good, an approver lets the frozen PDF be
    signed by hand: it is printed as it is, and nothing is rendered again.
    """

    _name = "khbs.decree.sign"
    _description = "Decree: the signature"

    track = fields.Selection(
        selection=[("wet", "By hand"), ("tte", "Electronic (TTE)")],
        string="Signature",
        required=True,
        default="wet",
        copy=False,
    )
    signer_name = fields.Char(readonly=True, copy=False)
    signer_issuer = fields.Char(
        string="Certificate issued by", readonly=True, copy=False
    )
    signer_certificate_sha256 = fields.Char(
        string="SHA-256 of the certificate", readonly=True, copy=False
    )
    signer_at = fields.Datetime(
        string="Signed at",
        readonly=True,
        copy=False,
        help="As the signature itself says.",
    )
    signer_trust = fields.Selection(
        selection=[
            ("trusted", "Integrity and issuer checked"),
            ("unknown", "Integrity checked, issuer not trusted here"),
        ],
        string="Check of the signature",
        readonly=True,
        copy=False,
    )
    wet_reason = fields.Char(
        string="Why signed by hand after all", readonly=True, copy=False
    )

    # Actions

    def action_register_number(self, number, date):
        """Note number and date that the law office gave, before an electronic
        signature.

        :param number: as the law office wrote it, such as 188.44/123/2026
        :param date: date of the decree
        """
        self.ensure_one()
        self._require_officer("decree.number")
        self._lock_in("draft")
        decree = self.sudo()
        if decree.track != "tte":
            raise UserError(
                self.env._(
                    "A decree that is signed by hand gets its number with the "
                    "signature. Freeze and print it first."
                )
            )
        decree._require_decided()
        number, date = decree._checked_number(number, date)
        decree.write({"number": number, "decree_date": date})
        decree.flush_recordset()
        self.env["khbs.audit.event"]._record(
            "decree.number", self, {"date": date.isoformat()}
        )
        return True

    def action_freeze(self):
        """Render the decided draft once and for all."""
        self.env["khbs.audit.event"]._require_group(OFFICER, "decree.freeze", self[:1])
        for decree in self:
            decree.check_access("write")
            decree._lock_in("draft")
            decree.sudo()._freeze()
        return True

    def action_register_signature(self, number, date, scan):
        """Bring the decree in force: it was signed by hand and numbered.

        :param number: as the law office wrote it, such as 188.44/123/2026
        :param date: date of the decree
        :param scan: the signed paper as PDF, bytes or base64
        """
        self.ensure_one()
        self._require_officer("decree.register")
        self._lock_in("frozen")
        decree = self.sudo()
        if decree.track != "wet":
            raise UserError(
                self.env._(
                    "This decree is signed electronically: upload the signed file. "
                    "Only an approver can have it signed by hand after all."
                )
            )
        content = decree._scan_content(scan)
        number, date = decree._checked_number(number, date)
        decree._bring_in_force(number, date, content)
        return True

    def action_upload_signed(self, signed_file):
        """Bring the decree in force: the frozen PDF came back signed.

        :param signed_file: the signed PDF, bytes or base64
        """
        self.ensure_one()
        self._require_officer("decree.signed")
        self._lock_in("frozen")
        decree = self.sudo()
        if decree.track != "tte":
            raise UserError(
                self.env._("This decree is signed by hand: register its scan.")
            )
        content = decree._scan_content(signed_file)
        by = decree._checked_signature(content)
        decree._bring_in_force(
            decree.number,
            decree.decree_date,
            content,
            signing={
                "signer_name": by.name,
                "signer_issuer": by.issuer,
                "signer_certificate_sha256": by.certificate_sha256,
                "signer_at": by.at and words.utc(by.at).replace(tzinfo=None),
                "signer_trust": "trusted" if by.trusted else "unknown",
            },
        )
        return True

    def action_sign_by_hand(self, reason):
        """Let a frozen decree be signed by hand, the electronic signature failing.

        An approver's decision. The frozen PDF, which has number and date, is printed
        as it is.
        """
        self.ensure_one()
        events = self.env["khbs.audit.event"]
        events._require_group(APPROVER, "decree.wet_track", self)
        self.check_access("read")
        self._lock_in("frozen")
        decree = self.sudo()
        reason = (reason or "").strip()
        if decree.track != "tte":
            raise UserError(self.env._("This decree is signed by hand already."))
        if not reason:
            raise UserError(self.env._("Say why it is not signed electronically."))
        self.env["khbs.approval"]._decide(
            self,
            "wet_track",
            APPROVER,
            decree.frozen_sha256,
            note=reason,
            round_number=decree._approvals_count() + 1,
        )
        decree.env.flush_all()
        decree.write({"track": "wet", "wet_reason": reason})
        decree.flush_recordset()
        return True

    def action_open_numbering(self):
        """Open the form that registers number and date before the signature."""
        return self._open_signing("number", self.env._("Register number"))

    def action_open_signing(self):
        """Open the form that brings the decree in force."""
        return self._open_signing("sign", self.env._("Register signing"))

    def action_open_by_hand(self):
        """Open the form on which an approver says why it is signed by hand."""
        return self._open_signing("by_hand", self.env._("Sign by hand"))

    def _open_signing(self, step, title):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "khbs.decree.signing",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_decree_id": self.id,
                "default_step": step,
                "default_number": self.number,
                "default_date": self.decree_date,
            },
        }

    # Business

    def _require_officer(self, act):
        self.env["khbs.audit.event"]._require_group(OFFICER, act, self)
        self.check_access("write")

    def _require_decided(self):
        """Return the approver's decision on the draft as it stands."""
        approval = self._approval()
        if not approval:
            raise UserError(
                self.env._(
                    "The draft as it stands has not been decided. Ask an approver to "
                    "decide it; a change after the decision needs a new one."
                )
            )
        return approval

    def _checked_number(self, number, date):
        """Return number and date as they may stand on this decree."""
        number = (number or "").strip()
        date = fields.Date.to_date(date)
        if not number or "..." in number:
            raise UserError(self.env._("Enter the number that the law office gave."))
        fixed = self.state == "frozen" or self.excerpt_of_id
        if fixed and self.number and (number, date) != (self.number, self.decree_date):
            raise UserError(
                self.env._(
                    "Number and date stand on the frozen decree: %(number)s of "
                    "%(date)s.",
                    number=self.number,
                    date=words.date(self.decree_date),
                )
            )
        if not date or not (
            date <= fields.Date.context_today(self) and date.year == self.year
        ):
            raise UserError(
                self.env._(
                    "Enter the date on the signed paper: a day of %(year)s, "
                    "not in the future.",
                    year=self.year,
                )
            )
        self._check_date(date)
        taken = [
            ("number", "=", number),
            ("excerpt_of_id", "=", False),
            ("id", "!=", self.id),
        ]
        if not self.excerpt_of_id and self.search_count(taken, limit=1):
            raise UserError(
                self.env._(
                    "Number %(number)s belongs to another decree. Compare it with "
                    "the signed paper.",
                    number=number,
                )
            )
        return number, date

    def _check_date(self, date):
        """Refuse *date* for the decree: whoever signs, signs within the office."""
        self.signatory_id._require_valid(date)

    def _checked_signature(self, content):
        """Return who signed *content*, which is the frozen PDF and a signature."""
        pem = self.env["ir.config_parameter"].get_param(TRUST_ROOTS) or ""
        try:
            roots = signed.roots_of(pem.encode()) if pem.strip() else []
        except ValueError as error:
            raise UserError(
                self.env._(
                    "The parameter %(name)s holds no certificates in PEM. Ask the "
                    "administrator.",
                    name=TRUST_ROOTS,
                )
            ) from error
        try:
            by = signed.check(self._file("pdf"), content, roots)
        except signed.SignatureRefused as refused:
            raise UserError(self._signature_refusals()[refused.reason]) from refused
        self.signatory_id._require_certificate()._require_own(by)
        return by

    def _signature_refusals(self):
        return {
            "other_file": self.env._(
                "This is not the frozen PDF: the signed file must begin with exactly "
                "its bytes. Download the frozen PDF, sign that very file and do not "
                "print, convert or shrink it on the way."
            ),
            "not_signed": self.env._(
                "The file is the frozen PDF, but there is no signature in it."
            ),
            "unreadable": self.env._(
                "The file is cut off or damaged. Fetch the signed file once more."
            ),
            "several": self.env._(
                "There is more than one signature in the file; a decree has one."
            ),
            "not_whole": self.env._(
                "The file was changed after it was signed, or the signature does not "
                "cover all of it. Sign the frozen PDF anew."
            ),
            "changed": self.env._(
                "With the signature something else was added to the pages. Sign the "
                "frozen PDF itself, without notes or stamps."
            ),
            "visible": self.env._(
                "The signature shows a picture on a page, which could change what "
                "the page says. Sign the frozen PDF anew with an invisible signature."
            ),
            "broken": self.env._(
                "The signature does not belong to this content. Sign the frozen PDF "
                "anew."
            ),
            "expired": self.env._(
                "The certificate was not valid at the time of the signature. Have the "
                "frozen PDF signed with the renewed one."
            ),
            "untrusted": self.env._(
                "The certificate of the signer does not come from an issuer that is "
                "trusted here."
            ),
        }

    def _freeze(self):
        approval = self._require_decided()
        self._check_complete()
        self._check_chain()
        if self.track == "tte":
            self._prepare_electronic()
        if self.budget_line_id:
            self.budget_line_id._require_within(self.amount)
        sha256 = self.content_sha256
        self.env["khbs.approval"]._decide(
            self,
            "frozen",
            OFFICER,
            sha256,
            round_number=approval.round_number,
        )
        content = self._render_whole()
        attachment = self.env["ir.attachment"]._khbs_store(
            f"keputusan-{self.code}.pdf", content, PDF_TYPE
        )
        (attachment | self.annex_ids._files())._khbs_seal(self)
        pdf_sha256 = hashlib.sha256(content).hexdigest()
        self.write(
            {
                "state": "frozen",
                "approved_by_id": approval.user_id.id,
                "frozen_by_id": self.env.uid,
                "frozen_at": fields.Datetime.now(),
                "frozen_sha256": sha256,
                "pdf_attachment_id": attachment.id,
                "pdf_sha256": pdf_sha256,
            }
        )
        self.flush_recordset()
        self.env["khbs.audit.event"]._record(
            "decree.freeze", self, {"sha256": sha256, "pdf_sha256": pdf_sha256}
        )

    def _prepare_electronic(self):
        """Draw the annexes with number and date; the decided rows stay the same."""
        if not self.number:
            raise UserError(
                self.env._(
                    "For an electronic signature the number and date of the law "
                    "office come first. Register them."
                )
            )
        self._check_date(self.decree_date)
        if ".." in self.signatory_id.name:
            raise UserError(
                self.env._(
                    "The signatory has no name yet; nobody can sign electronically. "
                    "Enter the signatory and draft the decree anew."
                )
            )
        self.signatory_id._require_certificate()
        decided = self.annex_sha256
        self._redraw_annexes(final=True)
        if self.annex_sha256 != decided:
            raise UserError(
                self.env._(
                    "The annexes are not those that were decided. Draft the decree "
                    "anew."
                )
            )

    def _bring_in_force(self, number, date, content, signing=None):
        """Keep the signed file and let the decree hold.

        :param signing: what an electronic signature says of itself
        """
        attachment = self.env["ir.attachment"]._khbs_store(
            f"keputusan-{self.code}-ditandatangani.pdf", content, PDF_TYPE
        )
        attachment._khbs_seal(self)
        sha256 = hashlib.sha256(content).hexdigest()
        # The database compares the signature with the signatory's certificate.
        self.env.flush_all()
        self.write(
            {
                **(signing or {}),
                "state": "in_force",
                "number": number,
                "decree_date": date,
                "valid_from": self.valid_from or date,
                "registered_by_id": self.env.uid,
                "registered_at": fields.Datetime.now(),
                "scan_attachment_id": attachment.id,
                "scan_sha256": sha256,
            }
        )
        self.flush_recordset()
        self.env["khbs.audit.event"]._record(
            "decree.in_force", self, {"scan_sha256": sha256, "track": self.track}
        )
        self._close_revoked()
