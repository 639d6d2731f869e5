# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A PIV smart card in software, for demonstrations and tests.

It answers what SP 800-73 part 2 asks of a card, keeps what it holds in a file and
is put into a real PC/SC reader through vsmartcard's ``vpcd``. It protects nothing:
its private keys lie in that file.
"""

from .card import VirtualCard
from .faults import CardGone, Faults
from .memory import Memory
from .pcscd import PrivatePcscd
from .vpcd import Slot
