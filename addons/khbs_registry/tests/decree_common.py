# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

from pypdf import PdfReader

from .common import KhbsCase
from .papers_common import CLAUSES, a_document

NUMBER = "188.44/1/2026"
DATE = "2026-11-20"
SCAN = b"%PDF-1.4 signed"


class DecreeCase(KhbsCase):
    """Decrees from the draft on, by an officer and an approver."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._role_user("decree_officer")
        cls.approver = cls._role_user("approver")
        cls.record = cls._household()
        governor = cls.env.ref("khbs_registry.signatory_governor")
        governor.name = "AGUSTIAR CONTOH"

    def _draft(self, user=None, title="Penetapan Penerima KHBS", **kwargs):
        values = {"clauses": CLAUSES, "annexes": [a_document()], **kwargs}
        decrees = self.env["khbs.decree"].with_user(user or self.officer)
        return decrees._draft("recipient_list", title, self.record, **values)

    def _decided(self, **kwargs):
        decree = self._draft(**kwargs)
        self.reading(decree, self.approver).action_approve()
        return decree

    def _frozen(self, number=NUMBER, date=DATE, **kwargs):
        decree = self._decided(**kwargs)
        if decree.track == "tte":
            decree.action_register_number(number, date)
        decree.action_freeze()
        return decree

    def _in_force(self, number=NUMBER, date=DATE, **kwargs):
        """Return a decree that is in force, signed by hand."""
        decree = self._frozen(**kwargs)
        decree.action_register_signature(number, date, SCAN)
        return decree

    def _text(self, content):
        """Return the words of a PDF."""
        pages = PdfReader(io.BytesIO(content)).pages
        return "\n".join(page.extract_text() for page in pages)
