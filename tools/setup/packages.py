# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Debian packages that the machine lacks."""

import glob
import os
import subprocess

from .step import SetupError, command

# Package -> a file that shows it is there (a glob).
RUN = {
    "python3-venv": "/usr/lib/python3*/ensurepip/__main__.py",
    "ca-certificates": "/etc/ssl/certs/ca-certificates.crt",
    "postgresql": "/usr/lib/postgresql/*/bin/postgres",
    "libpango-1.0-0": "/usr/lib/*/libpango-1.0.so.0",
    "libpangoft2-1.0-0": "/usr/lib/*/libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "/usr/lib/*/libharfbuzz-subset.so.0",
    "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "libmagic1": "/usr/lib/*/libmagic.so.1",
}
# Where PGHOST names a server, its client programs are enough.
CLIENT = {"postgresql-client": "/usr/lib/postgresql/*/bin/psql"}
TEST = {
    "chromium": "/usr/bin/chromium",
    "gcc": "/usr/bin/gcc",
    "git": "/usr/bin/git",
    "libpcsclite-dev": "/usr/include/PCSC/winscard.h",
    "opensc": "/usr/bin/pkcs15-tool",
    "openssl": "/usr/bin/openssl",
    "pcscd": "/usr/sbin/pcscd",
    "pkg-config": "/usr/bin/pkg-config",
    "poppler-utils": "/usr/bin/pdftotext",
    "procps": "/usr/bin/pkill",
    "python3-dev": "/usr/include/python3*/Python.h",
    "qpdf": "/usr/bin/qpdf",
    "softhsm2": "/usr/bin/softhsm2-util",
    "swig": "/usr/bin/swig",
    "vsmartcard-vpcd": "/usr/bin/vpcd-config",
    "yubico-piv-tool": "/usr/bin/yubico-piv-tool",
}


def missing(packages):
    """Return the names of *packages* whose file is not there."""
    return [name for name, pattern in packages.items() if not glob.glob(pattern)]


def ensure(state, packages):
    """Install what is missing with apt-get; without root, say what to ask for."""
    if "PGHOST" in os.environ:
        packages = {k: v for k, v in packages.items() if k != "postgresql"} | CLIENT
    lacking = missing(packages)
    if not lacking:
        return
    names = " ".join(lacking)
    if not state.root:
        raise SetupError(
            "This machine lacks packages that only the administrator can install: "
            f"apt-get install --no-install-recommends {names}"
        )
    failure = (
        f"apt-get could not install {names}: check the network and /etc/apt, "
        "then start again."
    )
    environment = {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
    }
    log = state.logfile("packages")
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    # An installation that was interrupted is finished first.
    command(["dpkg", "--configure", "-a"], log, failure, True, env=environment)
    command([*apt, "update"], log, failure, True, env=environment)
    # Debian's postgresql would make and start a cluster of its own.
    _no_cluster_at_install()
    command(
        [*apt, "install", "-y", "--no-install-recommends", *lacking],
        log,
        failure,
        True,
        env=environment,
    )
    still = missing(packages)
    if still:
        raise SetupError(f"After installing, {', '.join(still)} is still not found.")


def _no_cluster_at_install():
    folder = "/etc/postgresql-common/createcluster.d"
    if not glob.glob("/usr/lib/postgresql/*/bin/postgres"):
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/khbs.conf", "w", encoding="utf-8") as target:
            target.write("create_main_cluster = false\n")


def postgresql_bin(program="postgres"):
    """Return the folder of the newest PostgreSQL that has *program*."""
    found = glob.glob(f"/usr/lib/postgresql/*/bin/{program}")
    if not found:
        raise SetupError(
            "PostgreSQL's programs are missing: install the package postgresql "
            "or set PGHOST to a server."
        )
    newest = max(found, key=lambda path: int(path.split("/")[4]))
    version = int(newest.split("/")[4])
    if version < 15:
        raise SetupError(f"PostgreSQL {version} is too old: install 15 or newer.")
    return os.path.dirname(newest)


def mirror():
    """Return (address, codename) of the machine's own Debian mirror.

    Read from the machine's apt sources, one-line and deb822 form alike: the first
    entry whose suite is the release this machine runs.
    """
    codename = _codename()
    for address, suites in _sources():
        if codename in suites:
            return address, codename
    raise SetupError(
        f"No Debian mirror for {codename} in /etc/apt/sources.list*: add one, "
        "or set ODOO_HOME to an Odoo 19."
    )


def _codename():
    with open("/etc/os-release", encoding="utf-8") as release:
        fields = dict(
            line.rstrip("\n").split("=", 1) for line in release if "=" in line
        )
    if fields.get("ID", "").strip('"') != "debian":
        raise SetupError("This machine is not Debian: use Debian 12 or 13.")
    return fields.get("VERSION_CODENAME", "").strip('"')


def _sources():
    paths = ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*"))]
    for path in paths:
        if path.endswith(".sources"):
            yield from _deb822(path)
        elif path.endswith(".list") and os.path.exists(path):
            yield from _one_line(path)


def _one_line(path):
    with open(path, encoding="utf-8") as source:
        for line in source:
            words = line.split("#")[0].split()
            if not words or words[0] != "deb":
                continue
            words = words[1:]
            if words and words[0].startswith("["):
                while words and not words[0].endswith("]"):
                    words = words[1:]
                words = words[1:]
            if len(words) >= 2:
                yield words[0], [words[1]]


def _deb822(path):
    with open(path, encoding="utf-8") as source:
        text = source.read()
    for stanza in text.split("\n\n"):
        fields = {}
        for line in stanza.splitlines():
            name, colon, value = line.partition(":")
            if colon and not line.startswith((" ", "#")):
                fields[name.strip().lower()] = value.strip()
        for address in fields.get("uris", "").split():
            yield address, fields.get("suites", "").split()


def dpkg_extract(package, target, log):
    """Unpack a .deb into the folder *target*."""
    command(
        ["dpkg-deb", "-x", str(package), str(target)],
        log,
        f"The package {package.name} could not be unpacked: remove it and start again.",
    )


def version_of(package):
    """Return the version inside a .deb, or nothing if it is not one."""
    asked = subprocess.run(
        ["dpkg-deb", "-f", str(package), "Version"],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() if not asked.returncode else ""
