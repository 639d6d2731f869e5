# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The database in which the journey is played, and the password of its users."""

DATABASE = "khbs_journey"
PASSWORD = "journey-password"
