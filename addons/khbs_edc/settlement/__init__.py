# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a claim is worth: facts in, outcomes out (docs/edc-protocol.md, Settlement).

Plain Python without Odoo or a database. The outcome of a line is a function of the
entries of its terminal's chain with their first receipt times and of dated facts of
the server; the order in which entries arrive never matters.

``chain``         what is contiguous, behind a gap, forked
``trusted_time``  when an entry was certainly written, whatever its clock says
``judge``         rows 4 to 20 of the table: one entry, one line at a time
``ranking``       rows 21 and 22: several payable lines of one entitlement
"""
