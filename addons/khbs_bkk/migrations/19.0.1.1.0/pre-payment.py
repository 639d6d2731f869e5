# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Make room for kinds and cancellations of SP2D: other guards follow with init().

    So far an SP2D was append-only; now a row that was typed wrongly is cancelled, and
    its number may come again.
    """
    cr.execute(
        """
        DROP TRIGGER IF EXISTS khbs_bkk_disbursement_append_only
            ON khbs_bkk_disbursement;
        DROP TRIGGER IF EXISTS khbs_bkk_disbursement_append_only_truncate
            ON khbs_bkk_disbursement;
        DROP TRIGGER IF EXISTS khbs_bkk_guard_disbursement ON khbs_bkk_disbursement;
        ALTER TABLE khbs_bkk_disbursement
            DROP CONSTRAINT IF EXISTS khbs_bkk_disbursement_sp2d_uniq,
            ADD COLUMN IF NOT EXISTS kind varchar NOT NULL DEFAULT 'first';
        ALTER TABLE khbs_bkk_disbursement ALTER COLUMN kind DROP DEFAULT;
        ALTER TABLE khbs_bkk_proposal
            ADD COLUMN IF NOT EXISTS returned_amount bigint NOT NULL DEFAULT 0,
            ADD COLUMN IF NOT EXISTS repaid_amount bigint NOT NULL DEFAULT 0;
        ALTER TABLE khbs_bkk_proposal
            ALTER COLUMN returned_amount DROP DEFAULT,
            ALTER COLUMN repaid_amount DROP DEFAULT;
        """
    )
