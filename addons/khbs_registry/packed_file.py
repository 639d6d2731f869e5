# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A ZIP that others deliver: what it unpacks to has bounds."""

import zipfile

# A province of 1.2 million persons is a sheet of about 1.2 GB.
MOST_BYTES = 4 << 30
# Of a part that is read whole: styles, the list of sheets.
MOST_BYTES_AT_ONCE = 32 << 20


class TooLarge(zipfile.BadZipFile):
    """It unpacks to more than any delivery needs."""


class Locked(zipfile.BadZipFile):
    """It is protected by a password."""


class PackedFile(zipfile.ZipFile):
    """A ZIP file for reading; no part of it yields more than it declares."""

    def __init__(self, file):
        super().__init__(file)
        if sum(part.file_size for part in self.infolist()) > MOST_BYTES:
            raise TooLarge

    def open(self, name, *args, **kwargs):
        try:
            return super().open(name, *args, **kwargs)
        # zipfile's answer to a compression that it does not know, as Deflate64. It is a
        # RuntimeError as well, which is the answer to a password that is missing.
        except NotImplementedError as error:
            raise zipfile.BadZipFile(str(error)) from error
        except RuntimeError as error:
            raise Locked from error

    def read(self, name, pwd=None):
        if self.getinfo(name).file_size > MOST_BYTES_AT_ONCE:
            raise TooLarge
        return super().read(name, pwd)
