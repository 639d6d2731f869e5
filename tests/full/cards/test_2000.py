# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""2,000 cards on two stations at once, 20 kills and two restarts of the server."""

from personalised import check
from personalising import CardServer, personalise

COUNT = 2000


def test_2000_cards_on_two_stations(installation, tmp_path):
    server = CardServer(installation, "khbs_two_stations", COUNT)
    try:
        hall, folders, blanks = personalise(server, tmp_path, COUNT, seed=2000)
        assert (hall.killed, hall.restarted) == (COUNT // 100, 2)
        check(server, hall, folders, blanks, COUNT)
    finally:
        server.close()
