# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every failure of the set-up ends in one sentence that says what to do."""

import hashlib
import shutil
import socket
import subprocess
from pathlib import Path

from tools.setup.odoo_source import VERSION


def test_port_taken(clone):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert "--port" in clone.fails("--port", str(port))


def test_second_run_of_the_same_folder(clone):
    child, _port = clone.run("--empty")
    for line in child.stdout:
        if line.startswith("KHBS: http"):
            break
    try:
        assert "Ctrl-C" in clone.fails("--empty")
    finally:
        child.terminate()
        child.communicate()


def test_no_network(clone, tmp_path):
    config = tmp_path / "apt.conf"
    config.write_text('Acquire::http::Proxy "http://127.0.0.1:9";\n')
    shutil.rmtree(clone.state / "odoo")
    shutil.rmtree(clone.state / "download", ignore_errors=True)
    assert "check the network" in clone.fails("--empty", APT_CONFIG=str(config))
    clone.works("--empty")


def test_wrong_sha256(clone, tmp_path):
    control = tmp_path / "fake" / "DEBIAN"
    control.mkdir(parents=True)
    (control / "control").write_text(
        f"Package: odoo-19\nVersion: {VERSION}\nArchitecture: all\n"
        "Maintainer: x\nDescription: x\n"
    )
    download = clone.state / "download"
    download.mkdir(exist_ok=True)
    package = download / f"odoo-19_{VERSION}_all.deb"
    subprocess.run(
        ["dpkg-deb", "--build", tmp_path / "fake", package],
        check=True,
        capture_output=True,
    )
    shutil.rmtree(clone.state / "odoo")
    assert "wrong SHA-256" in clone.fails("--empty")
    assert not package.exists()
    clone.works("--empty")


def test_disk_full(clone, open_folder):
    """A small file system in the place of .khbs; needs root to mount it."""
    small = open_folder / "small"
    subprocess.run(["git", "clone", "-q", clone.folder, small], check=True)
    (small / ".khbs").mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", small / ".khbs"], check=True
    )
    try:
        done = subprocess.run(
            ["./run", "--empty", "--port", "18099"],
            cwd=small,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "make room" in done.stderr
    finally:
        subprocess.run(["umount", small / ".khbs"], check=True)


def test_secrets_are_closed(clone):
    """Secrets are generated, mode 0600, and ignored by git."""
    secrets = list((clone.state / "secrets").iterdir())
    assert secrets
    for path in [*secrets, clone.state / "odoo.conf"]:
        assert path.stat().st_mode & 0o077 == 0, path
    tracked = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all", ".khbs"],
        cwd=clone.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert tracked.stdout == ""
    values = {hashlib.sha256(Path(p).read_bytes()).hexdigest() for p in secrets}
    assert len(values) == len(secrets)
