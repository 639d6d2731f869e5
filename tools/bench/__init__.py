# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Figures of speed, each measured by a module of its name, its reference beside it.

A module with ``measure(bench)`` yields the figures; the others help it.
"""
