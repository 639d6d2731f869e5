# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A PC/SC daemon of one's own, with one virtual reader of two slots.

Debian's ``pcscd`` always serves ``/run/pcscd/pcscd.comm`` unless it is given an
open socket the way systemd does it; so we give it one in a private folder, and the
clients find it by ``PCSCLITE_CSOCK_NAME``. Several may run side by side.

The virtual reader listens on every network interface: whoever reaches its port may
put a card in. It is for tests and demonstrations only.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAME = "KHBS virtual"
SLOTS = 2
STATE_FOLDER = Path("/run/pcscd")
DRIVERS = (
    "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
    "/usr/lib/x86_64-linux-gnu/pcsc/drivers/serial/libifdvpcd.so",
)
LISTENING = "0A"
START_LIMIT = 20


def program():
    """Return the path of pcscd or None."""
    return shutil.which("pcscd", path=os.environ.get("PATH", "") + ":/usr/sbin")


def driver():
    """Return the path of the virtual reader's driver or None."""
    return next((path for path in DRIVERS if os.path.exists(path)), None)


class PrivatePcscd:
    """``with PrivatePcscd() as daemon:`` serves readers until the block ends.

    ``daemon.ports`` are where ``Slot`` reaches the slots, ``daemon.environment``
    is what a client program needs to find the daemon.
    """

    def __init__(self):
        self._folder = None
        self._process = None
        self.ports = []

    @staticmethod
    def available():
        """Whether this machine has the daemon and the driver."""
        return bool(program() and driver())

    @property
    def socket_path(self):
        return self._folder / "pcscd.comm"

    @property
    def environment(self):
        return {**os.environ, "PCSCLITE_CSOCK_NAME": str(self.socket_path)}

    @property
    def readers(self):
        """Names under which the slots appear."""
        return [f"{NAME} 00 {slot:02d}" for slot in range(SLOTS)]

    def __enter__(self):
        if not self.available():
            raise RuntimeError("install pcscd and vsmartcard-vpcd")
        self._folder = Path(tempfile.mkdtemp(prefix="khbs-pcscd-"))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception):
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self):
        first = _free_ports()
        self.ports = [first + slot for slot in range(SLOTS)]
        readers = self._folder / "readers"
        readers.mkdir()
        (readers / "virtual").write_text(
            f'FRIENDLYNAME "{NAME}"\n'
            f"DEVICENAME /dev/null:0x{first:04X}\n"
            f"LIBPATH {driver()}\n"
            f"CHANNELID 0x{first:04X}\n"
        )
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.socket_path))
            listener.listen(20)
            with open(self._folder / "log", "wb") as log:
                self._process = subprocess.Popen(
                    [*_launcher(), sys.executable, "-c", _HAND_OVER]
                    + [str(listener.fileno()), program(), str(readers)],
                    pass_fds=[listener.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
        self._wait_until_ready()

    def _wait_until_ready(self):
        limit = time.monotonic() + START_LIMIT
        while time.monotonic() < limit:
            if self._process.poll() is not None:
                break
            if set(self.ports) <= _listening():
                return
            time.sleep(0.02)
        log = (self._folder / "log").read_text(errors="replace")
        raise RuntimeError(f"pcscd did not start:\n{log}")


# Runs between fork and exec: the socket becomes descriptor 3, as systemd passes it.
_HAND_OVER = """
import os, sys
descriptor, program, readers = int(sys.argv[1]), sys.argv[2], sys.argv[3]
if descriptor != 3:
    os.dup2(descriptor, 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(program, [program, "--foreground", "--config", readers, "--info"])
"""


def _launcher():
    """Return what must stand before the daemon's command line.

    It writes its process number into ``/run/pcscd``. An ordinary user on a machine
    without that folder gets one in a name space of their own.
    """
    if os.access(STATE_FOLDER if STATE_FOLDER.exists() else "/run", os.W_OK):
        return []
    script = 'mount -t tmpfs none /run && mkdir -p /run/pcscd && exec "$@"'
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"]


def _free_ports():
    """Return the first of as many neighbouring free ports as there are slots."""
    for _attempt in range(100):
        with socket.socket() as probe:
            probe.bind(("0.0.0.0", 0))
            first = probe.getsockname()[1]
            if first + SLOTS > 0xFFFF:
                continue
            try:
                with socket.socket() as neighbour:
                    neighbour.bind(("0.0.0.0", first + 1))
                    return first
            except OSError:
                continue
    raise RuntimeError("no two neighbouring free ports")


def _listening():
    """Return the TCP ports on which something listens; asks nobody to answer."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = (row.split() for row in rows)
    return {int(row[1].split(":")[1], 16) for row in fields if row[3] == LISTENING}
