# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Give every SP2D its transfer: so far all of them went to the regency.

    To which account is not known; the transfer says none.
    """
    cr.execute(
        """
        ALTER TABLE khbs_bkk_transfer DISABLE TRIGGER USER;
        INSERT INTO khbs_bkk_transfer
            (disbursement_id, area_id, amount, create_uid, create_date, write_uid,
             write_date)
        SELECT d.id, p.regency_id, d.amount, d.create_uid, d.create_date, d.write_uid,
               d.write_date
          FROM khbs_bkk_disbursement d
          JOIN khbs_bkk_proposal p ON p.id = d.proposal_id
         WHERE NOT EXISTS (
                SELECT FROM khbs_bkk_transfer t WHERE t.disbursement_id = d.id)
      ORDER BY d.id;
        ALTER TABLE khbs_bkk_transfer ENABLE TRIGGER USER;
        """
    )
