# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Write down the hand-overs from before they had rows of their own.

    Their events say when, by whom and where; who received the card by signature or
    thumb print, and whether the notice was given, nobody asked.
    """
    cr.execute(
        """
        INSERT INTO khbs_card_hand_over (
            card_id, household_id, area_id, at, recorded_at, user_id, device_code,
            operator_code, mode, received_by, relation, activation, has_position,
            latitude, longitude, accuracy_m, letter_checked, notice_given
        )
        SELECT DISTINCT ON (card.id)
               card.id, card.household_id, card.area_id, event.at, event.at,
               event.user_id, event.device_code, event.data ->> 'op',
               CASE WHEN event.device_code = 'OFFICE' THEN 'office'
                    WHEN event.data ? 'seq' THEN 'offline'
                    ELSE 'online' END,
               CASE event.data ->> 'rel'
                    WHEN 'head' THEN 'head'
                    WHEN 'member' THEN 'member'
                    ELSE CASE WHEN event.data ->> 'rel' IS NULL THEN 'family'
                              ELSE 'representative' END END,
               CASE WHEN event.data ->> 'rel' IN ('family', 'neighbour', 'rt', 'rw',
                                                  'village')
                    THEN event.data ->> 'rel'
                    WHEN event.data ->> 'rel' NOT IN ('head', 'member')
                    THEN 'other' END,
               event.data ->> 'jws',
               coalesce(jsonb_typeof(event.data -> 'gps') = 'array', false),
               (event.data -> 'gps' ->> 0)::numeric / 1000000,
               (event.data -> 'gps' ->> 1)::numeric / 1000000,
               (event.data -> 'gps' ->> 2)::int,
               false, false
          FROM khbs_card_event event
          JOIN khbs_card card ON card.id = event.card_id
         WHERE event.from_state = 'shipped' AND event.to_state = 'active'
         ORDER BY card.id, event.id
        ON CONFLICT DO NOTHING
        """
    )
