# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo 19: Debian's package, unpacked for ourselves, or the one ODOO_HOME names."""

import hashlib
import os
import shutil
from pathlib import Path

from . import packages
from .state import discard
from .step import SetupError, command, require_space

VERSION = "19.0.0+dfsg-1"
SHA256 = "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf"
# Odoo's tree links to files of these; without libjs-jquery the login page fails.
LINKED = [
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
]
LIBRARY = "usr/lib/python3/dist-packages"


def ensure(state):
    """Return the folder whose ``odoo/`` is the Odoo package, fetching it if needed."""
    home = os.environ.get("ODOO_HOME")
    if home:
        return _existing(Path(home))
    root = state.folder / "odoo"
    if (root / "complete").exists():
        return root / LIBRARY
    require_space(state.folder)
    making = state.folder / "odoo.new"
    discard(root, making)
    making.mkdir()
    log = state.logfile("odoo")
    sources = _Sources(state, log)
    package = sources.odoo()
    packages.dpkg_extract(package, making, log)
    for name in LINKED:
        packages.dpkg_extract(sources.linked(name), making, log)
    shutil.rmtree(making / LIBRARY / "addons", ignore_errors=True)
    (making / "complete").write_text(packages.version_of(package) + "\n")
    making.rename(root)
    shutil.rmtree(state.folder / "download", ignore_errors=True)
    return root / LIBRARY


def _existing(home):
    for library in (home / LIBRARY, home):
        if (library / "odoo" / "release.py").exists():
            return library
    raise SetupError(
        f"ODOO_HOME={home} holds no Odoo: name the folder that contains "
        "odoo/release.py."
    )


class _Sources:
    """Downloads from the machine's own mirror with private apt lists."""

    def __init__(self, state, log):
        self.folder = state.folder / "download"
        # What an earlier start was fetching when it was killed: a part of something.
        discard(self.folder / "incoming", self.folder / "lists", self.folder / "cache")
        (self.folder / "incoming").mkdir(parents=True)
        self.log = log
        self.mirror, self.codename = packages.mirror()
        self.updated = False

    def _apt(self, *arguments, failure):
        lists = self.folder / "lists"
        parts = self.folder / "sources"
        for folder in (
            lists / "partial",
            parts,
            self.folder / "cache/archives/partial",
        ):
            folder.mkdir(parents=True, exist_ok=True)
        keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
        (parts / "khbs.list").write_text(
            "".join(
                f"deb [signed-by={keyring}] {self.mirror} {suite} main\n"
                for suite in (self.codename, "sid")
            )
        )
        options = {
            "Dir::Etc::SourceList": "/dev/null",
            "Dir::Etc::SourceParts": parts,
            "Dir::State::Lists": lists,
            "Dir::Cache": self.folder / "cache",
            # A mirror that lags refuses unstable otherwise; the pinned SHA-256 is
            # the stronger check.
            "Acquire::Check-Valid-Until": "false",
            # The private folders belong to us, not to apt's own account.
            "APT::Sandbox::User": "root",
        }
        flags = [flag for k, v in options.items() for flag in ("-o", f"{k}={v}")]
        command(
            ["apt-get", "-q", *flags, *arguments],
            self.log,
            failure,
            cwd=self.folder / "incoming",
        )

    def _update(self):
        if not self.updated:
            self._apt(
                "update",
                failure=f"The package lists of {self.mirror} could not be fetched: "
                "check the network, then start again.",
            )
            self.updated = True

    def _download(self, name, *wanted):
        """Download the first of *wanted* that exists and return its file."""
        found = self._present(name)
        if found:
            return found
        self._update()
        for attempt in wanted:
            try:
                self._apt("download", attempt, failure=f"{attempt} not downloaded.")
            except SetupError:
                continue
            # Renamed when it is whole, so what is present is never a part.
            for path in (self.folder / "incoming").glob(f"{name}_*.deb"):
                path.rename(self.folder / path.name)
            return self._present(name)
        raise SetupError(
            f"The package {name} could not be downloaded from {self.mirror}: "
            "check the network and the free space, then start again."
        )

    def _present(self, name):
        for path in self.folder.glob(f"{name}_*.deb"):
            if packages.version_of(path):
                return path
            path.unlink()
        return None

    def linked(self, name):
        return self._download(name, f"{name}/{self.codename}", f"{name}/sid")

    def odoo(self):
        package = self._download(
            "odoo-19", f"odoo-19={VERSION}", "odoo-19/sid", "odoo-19"
        )
        version = packages.version_of(package)
        if version != VERSION:
            print(
                f"\nWarning: odoo-19 {VERSION} is gone from {self.mirror}; "
                f"using {version}, whose signature apt has checked."
            )
        elif file_sha256(package) != SHA256:
            package.unlink()
            raise SetupError(
                f"odoo-19 {VERSION} has the wrong SHA-256 and was removed: do not "
                f"trust {self.mirror}; try another mirror or set ODOO_HOME."
            )
        return package


def file_sha256(path):
    with open(path, "rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
