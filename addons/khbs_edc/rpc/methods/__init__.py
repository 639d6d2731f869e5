# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The methods of the endpoint, one module for each group of them."""

from . import cards, claims, devices, journal, leases, stations
from .registry import METHODS
