# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A PDF that came back signed: is it the frozen one and nothing but signed?

The signature is made outside (BSrE); no key and no passphrase comes near the server.
A signed file begins with exactly the bytes that were frozen. What follows is an
incremental update, and because an update can show other pages than the bytes before
it, the update too is looked at: it may add a signature and nothing else.
"""

import io
import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import pem, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    FormUpdatingRule,
    ModificationLevel,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.constants import (
    ACROFORM_EXEMPT_STRICT_COMPARISON,
    ROOT_EXEMPT_STRICT_COMPARISON,
)
from pyhanko.sign.general import SigningError, UnacceptableSignerError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

# A refusal is the answer to whoever sent the file; the log needs no trace of it.
for _name in ("sign.validation.generic_cms", "sign.diff_analysis.policies"):
    logging.getLogger(f"pyhanko.{_name}").setLevel(logging.ERROR)
# What a file that is no sound PDF makes of its readers.
_UNREADABLE = (
    PdfError,
    SigningError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
)


# pyHanko's rules for what may come after a signature, for what comes with the first:
# the form says that it now holds one, and the catalogue what is permitted from then on.
_POLICY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(ROOT_EXEMPT_STRICT_COMPARISON | {"/Perms"}),
        *DEFAULT_DIFF_POLICY.global_rules[1:],
    ],
    form_rule=FormUpdatingRule(
        field_rules=DEFAULT_DIFF_POLICY.form_rule.field_rules,
        ignored_acroform_keys=ACROFORM_EXEMPT_STRICT_COMPARISON | {"/SigFlags", "/DA"},
    ),
)


class SignatureRefused(Exception):
    """The file is not what was frozen, signed.

    ``reason`` is one of ``other_file``, ``not_signed``, ``unreadable``, ``several``,
    ``not_whole``, ``changed``, ``visible``, ``broken``, ``expired``,
    ``untrusted``.
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class SignedBy:
    """Who signed, as the certificate and the signature say.

    :param at: the time that the signature reports, with its zone; None if it does not
    :param certificate_sha256: fingerprint of the signer's certificate, hexadecimal
    :param trusted: the certificate leads to one of the given roots
    """

    name: str
    issuer: str
    at: datetime | None
    certificate_sha256: str
    trusted: bool


def roots_of(content):
    """Return the certificates in *content*, bytes of PEM, or raise ValueError."""
    return [
        x509.Certificate.load(der)
        for kind, _headers, der in pem.unarmor(content, multiple=True)
        if kind == "CERTIFICATE"
    ]


def check(frozen, signed, roots=()):
    """Return by whom *signed* was signed, if it is *frozen* and its signature.

    :param frozen: bytes of the PDF as it was frozen
    :param signed: bytes of the PDF that came back
    :param roots: certificates that are trusted; without any, trust is not asked for
    :raises SignatureRefused: it is anything else
    """
    if not signed.startswith(frozen):
        raise SignatureRefused("other_file")
    if not signed[len(frozen) :].strip():
        raise SignatureRefused("not_signed")
    try:
        return _check(frozen, signed, roots)
    except _UNREADABLE as error:
        # What pyHanko says of a file that it cannot read is no sentence for a clerk.
        raise SignatureRefused("unreadable") from error


def _check(frozen, signed, roots):
    before = PdfFileReader(io.BytesIO(frozen))
    reader = PdfFileReader(io.BytesIO(signed))
    signatures = reader.embedded_signatures
    if not signatures:
        raise SignatureRefused("not_signed")
    if len(signatures) > 1:
        raise SignatureRefused("several")
    [signature] = signatures
    signature.compute_integrity_info()
    if signature.evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_FILE:
        raise SignatureRefused("not_whole")
    difference = _POLICY.review_file(reader, before.xrefs.total_revisions - 1)
    if (
        isinstance(difference, SuspiciousModification)
        or difference.modification_level > ModificationLevel.FORM_FILLING
    ):
        raise SignatureRefused("changed")
    # A signature that shows itself can show anything, over the very rows decided on or
    # beside them: a digit before an amount, another QR code.
    for page in _pages(reader.root["/Pages"]):
        if any(map(_has_an_area, _items(page, "/Annots"))):
            raise SignatureRefused("visible")
    return _signed_by(signature, list(roots))


def _pages(node):
    """Yield the pages under *node* of the tree of pages, in their order."""
    if "/Kids" not in node:
        yield node
    for kid in _items(node, "/Kids"):
        yield from _pages(kid)


def _items(node, name):
    """Yield the items of a list: an index follows the reference, an iteration not."""
    items = node.get(name, ())
    for place in range(len(items)):
        yield items[place]


def _has_an_area(annotation):
    """Return whether a field of a form is to be seen on its page.

    The frozen PDF has no form, so every field came with the signature.
    """
    if annotation.get("/Subtype") != "/Widget":
        return False
    left, bottom, right, top = map(float, annotation["/Rect"])
    return left != right or bottom != top


def _signed_by(signature, roots):
    # Without roots of its own pyHanko would ask those of the machine.
    trust = ValidationContext(trust_roots=roots, allow_fetching=False)
    try:
        status = validate_pdf_signature(signature, trust)
    except (SignatureValidationError, UnacceptableSignerError) as error:
        raise SignatureRefused("broken") from error
    if not (status.intact and status.valid):
        raise SignatureRefused("broken")
    if roots and not status.trusted:
        raise SignatureRefused("untrusted")
    certificate = status.signing_cert
    at = status.signer_reported_dt
    if not _was_valid(certificate, at or datetime.now(UTC)):
        raise SignatureRefused("expired")
    return SignedBy(
        name=_common_name(certificate.subject),
        issuer=_common_name(certificate.issuer),
        at=at,
        certificate_sha256=certificate.sha256.hex(),
        trusted=bool(roots),
    )


def _was_valid(certificate, at):
    begins, ends = certificate.not_valid_before, certificate.not_valid_after
    return begins <= at <= ends


def _common_name(name):
    common = name.native.get("common_name")
    return common if isinstance(common, str) else name.human_friendly
