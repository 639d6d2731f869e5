# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The card station: turns blank PIV cards into cards of the programme.

One process per reader. It asks the server for a job, has the card make its keys,
brings back the certificates, and proves at the end that the card holds them
(docs/edc-protocol.md, personalisation).
"""

__version__ = "1.0.0"
