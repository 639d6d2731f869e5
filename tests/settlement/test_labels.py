# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every code that settlement gives has words for the person who reads it."""

import importlib.util
from pathlib import Path

from settlement.meanings import MEANINGS

CODES = Path(__file__).resolve().parents[2] / "addons" / "khbs_claims" / "codes.py"


def test_every_outcome_has_its_label():
    spec = importlib.util.spec_from_file_location("khbs_claims_codes", CODES)
    codes = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(codes)
    assert set(dict(codes.OUTCOMES)) == set(MEANINGS)
    assert set(MEANINGS) < set(dict(codes.CASE_KINDS))
    assert len(dict(codes.CASE_KINDS)) == len(codes.CASE_KINDS)
