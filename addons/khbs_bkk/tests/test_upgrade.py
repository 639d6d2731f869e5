# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common import BkkCase

FOLDER = "khbs_bkk/migrations/19.0.1.1.0"


@tagged("post_install", "-at_install")
class TestUpgrade(BkkCase):
    """What the scripts make of the rows of the release before."""

    def _migrate(self, script):
        name = script.replace("-", "_")
        module = load_script(file_path(f"{FOLDER}/{script}.py"), name)
        module.migrate(self.env.cr, "19.0.1.0.0")

    def test_what_was_read_before_gets_its_due_date_too(self):
        proposal = self._verified()
        self.env.flush_all()
        self.env.cr.execute(
            """
            ALTER TABLE khbs_bkk_proposal DISABLE TRIGGER USER;
            UPDATE khbs_bkk_proposal SET policy_id = NULL, due_date = NULL;
            ALTER TABLE khbs_bkk_proposal ENABLE TRIGGER USER;
            """
        )
        self.env.invalidate_all()
        # As the script of the decrees, which runs first, reads them.
        self.assertFalse(proposal.policy_id)
        self._migrate("post-policy")
        self.assertTrue(proposal.policy_id)
        self.assertTrue(proposal.due_date)
