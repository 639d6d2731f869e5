# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import (
    khbs_act_label,
    khbs_card_list,
    khbs_card_list_version,
    khbs_card_run,
    khbs_card,
    khbs_card_alert,
    khbs_card_allocation,
    khbs_card_check,
    khbs_card_bulk,
    khbs_card_event,
    khbs_card_hand_over,
    khbs_card_job,
    khbs_card_key,
    khbs_card_life,
    khbs_card_personalisation,
    khbs_card_pin,
    khbs_card_pin_order,
    khbs_card_spoiled,
    khbs_card_story,
    khbs_complaint,
    khbs_find,
    khbs_family_event,
    khbs_household,
    khbs_key_tally,
)
