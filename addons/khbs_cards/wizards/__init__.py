# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import khbs_card_hand_over_form, khbs_card_hand_over_sign, khbs_card_move
