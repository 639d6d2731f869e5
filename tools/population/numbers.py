# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""NIK and KK numbers in their true form, each given once (DOMAIN 2.4, 2.5)."""

# Above every serial in real use, below the endings that stand for "no NIK".
FIRST_SERIAL = 9000
SERIALS = 990
# BPS writes these where a NIK is missing: not yet seventeen, older, foreigner, refuses.
PLACEHOLDERS = {
    "child": "9999999999999995",
    "adult": "9999999999999996",
    "foreigner": "9999999999999999",
    "refuses": "9999999999999994",
}
# Districts elsewhere, where families who moved here were first registered.
FOREIGN_PREFIXES = ("350501", "331203", "637103", "630408", "520104", "737102")


class Numbers:
    """Gives numbers out and remembers which are taken."""

    def __init__(self, rng):
        self._rng = rng
        self._taken = set()

    def reserve(self, numbers):
        """Give none of *numbers* out: another delivery has them."""
        self._taken.update(int(number) for number in numbers)

    def free(self, stem):
        """Return *stem* of twelve digits with a serial that is still free."""
        start = int(self._rng.random() * SERIALS)
        base = int(stem) * 10000 + FIRST_SERIAL
        for step in range(SERIALS):
            number = base + (start + step) % SERIALS
            if number not in self._taken:
                self._taken.add(number)
                return f"{number:016d}"
        return None

    def nik(self, prefix, born, sex):
        """Return a new NIK; women have 40 added to the day of birth."""
        day = born.day + (40 if sex == "2" else 0)
        return self.free(f"{prefix}{day:02d}{born.month:02d}{born.year % 100:02d}")

    def kk(self, prefix, recorded):
        """Return a new KK number; *recorded* is the day it was made out."""
        return self.free(
            f"{prefix}{recorded.day:02d}{recorded.month:02d}{recorded.year % 100:02d}"
        )
