# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Take every version that a terminal may have been given for given.

    What was sent was not written down before: the versions above the one that the
    terminal reported last, issued while it was still in contact.
    """
    cr.execute(
        """
        INSERT INTO khbs_server_fact (at, terminal_id, kind, number, data)
        SELECT to_timestamp(issued.iat) AT TIME ZONE 'UTC', terminal.id,
               'list_given', issued.version, '{"assumed": true}'
          FROM khbs_terminal terminal
          JOIN khbs_card_list list ON list.code = '01'
          JOIN khbs_card_list_version issued ON issued.list_id = list.id
           AND to_timestamp(issued.iat) AT TIME ZONE 'UTC'
               <= terminal.last_contact_at + interval '1 day'
         WHERE issued.version > (
                   SELECT COALESCE(max(number), 0) FROM khbs_server_fact reported
                    WHERE reported.terminal_id = terminal.id
                      AND reported.kind = 'list_reported')
           AND NOT EXISTS (
                   SELECT FROM khbs_server_fact fact
                    WHERE fact.terminal_id = terminal.id
                      AND fact.kind = 'list_given' AND fact.number = issued.version)
        """
    )
