# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A synthetic population of Kalimantan Tengah as a DTSEN delivery.

``generate`` writes ``delivery.csv`` (or ``.xlsx``), ``aid.csv`` and ``answers.csv``
into a folder. The same arguments give the same bytes. No number can belong to a real
person: the serial part of every NIK and KK is 9000 or above (DOMAIN 9).
"""

from .generator import Request, Summary, generate

__all__ = ["Request", "Summary", "generate"]
