# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""200 cards on two stations at once; the long proof makes 2,000 (tests/full/cards)."""

from personalised import check
from personalising import CardServer, personalise

COUNT = 200


def test_200_cards_on_two_stations(installation, tmp_path):
    server = CardServer(installation, "khbs_two_stations", COUNT)
    try:
        hall, folders, blanks = personalise(server, tmp_path, COUNT, seed=200)
        assert (hall.killed, hall.restarted) == (COUNT // 100, 2)
        check(server, hall, folders, blanks, COUNT)
    finally:
        server.close()
