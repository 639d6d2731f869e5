# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One run of the whole programme through its real interfaces.

``./run`` plays it once to fill the demonstration database, and
``tests/test_journey.py`` plays it and checks every station. A station is a module
with ``run(journey)``; it acts only as a user of the backend, a terminal or a
card station could.
"""
