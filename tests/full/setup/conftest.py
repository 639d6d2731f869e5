# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A clone of its own, so that the proof may break what it wants."""

import os
import re
import signal
import subprocess
import tempfile
import urllib.request
from pathlib import Path

import pytest

from tools.setup.process import free_port

REPOSITORY = Path(__file__).resolve().parents[3]


class Clone:
    """A working copy with its own .khbs, and the ./run of it."""

    def __init__(self, folder):
        self.folder = folder
        self.state = folder / ".khbs"
        subprocess.run(["git", "clone", "-q", REPOSITORY, folder], check=True)

    def run(self, *arguments, **variables):
        """Start ./run on a free port; return (child, port)."""
        port = free_port()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        kept.pop("PYTHONPATH", None)
        child = subprocess.Popen(
            ["./run", "--port", str(port), *arguments],
            cwd=self.folder,
            env={**kept, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
        )
        return child, port

    def fails(self, *arguments, **variables):
        """Return the last line of a ./run that must fail."""
        child, _port = self.run(*arguments, **variables)
        output, _ = child.communicate(timeout=900)
        assert child.returncode == 1, output
        assert "Traceback" not in output
        return output.strip().splitlines()[-1]

    def killed_in(self, step, delay, *arguments):
        """SIGKILL ./run *delay* seconds after it began the named step.

        The step is read from the output of ./run, which names it as it begins.
        Returns False if the whole set-up ended before the blow fell.
        """
        child, _port = self.run(*arguments)
        seen = ""
        while not re.search(rf"\[\d+\] {step}", seen):
            letter = child.stdout.read(1)
            assert letter, f"{step} never began:\n{seen}"
            seen += letter
        try:
            child.wait(delay)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        return child.returncode == -signal.SIGKILL

    def works(self, *arguments):
        """Start ./run, log in as admin, stop it with Ctrl-C; return its output."""
        child, port = self.run(*arguments)
        lines = []
        for line in child.stdout:
            lines.append(line)
            if line.startswith("KHBS: http"):
                url = f"http://127.0.0.1:{port}/web/login"
                with urllib.request.urlopen(url, timeout=60) as page:
                    assert b"csrf_token" in page.read()
                child.send_signal(signal.SIGINT)
        assert child.wait(120) == 0, "".join(lines)
        return "".join(lines)


@pytest.fixture(scope="session")
def open_folder():
    """A folder that the servers, who leave root behind, can enter.

    Not pytest's own: any other run of pytest closes the folder above those.
    """
    with tempfile.TemporaryDirectory(prefix="khbs-setup-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def clone(open_folder):
    made = Clone(open_folder / "khbs")
    made.works("--empty")
    return made
