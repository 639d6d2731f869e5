# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conformance vectors of the protocol: made here, checked in ``tests/protocol``.

The same keys, the same times and RFC 6979 signatures: a second run writes the same
bytes. The keys are published with the vectors and protect nothing.
"""
