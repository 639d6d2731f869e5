# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A station of the tests: its folder, its commands and its work in this process."""

import contextlib
import io
import re
import shlex

from office import AUD, CODE, PRG

from khbs_station import __main__ as cli
from khbs_station.keystore import KeyStore, RenewingTrust
from khbs_station.personalise import Personaliser
from khbs_station.server import Server
from khbs_station.slip import SlipPrinter
from tools.virtual_card import memory

NO_PAUSES = (0, 0, 0)


class Station:
    """A station in its folder, enrolled at an office, run in this process."""

    def __init__(self, folder, office):
        self.folder = folder
        self.office = office

    def cli(self, *arguments):
        """Run a command of the station; return (exit code, output, errors)."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.main(["--folder", str(self.folder), *arguments])
        return code, out.getvalue(), err.getvalue()

    def enrol(
        self, algorithm="3DES", key=memory.FACTORY_KEY, own="AES256", atr=memory.ATR
    ):
        """Enrol and take in the transport key of the batch "default"."""
        sheet = {"url": self.office.url, "tid": "S0001", "code": CODE}
        sheet |= {"root": self.office.root_sha256, "prg": PRG, "aud": AUD}
        options = [word for name in sheet for word in (f"--{name}", sheet[name])]
        assert self.cli("enrol", *options)[0] == 0
        assert self.cli("status")[0] == 0
        (self.folder / "transport.hex").write_text(key)
        options = ["--atr", atr, "--algorithm", algorithm, "--own", own]
        options += ["--key-file", str(self.folder / "transport.hex")]
        assert self.cli("batch", "default", *options)[0] == 0
        command = shlex.join(["sh", "-c", f"cat >>{self.folder / 'slips'}"])
        assert self.cli("slip", "--command", command)[0] == 0
        (self.folder / "slips").unlink()
        return self

    def slips(self):
        """Return [(card number, PIN)] of the slips that came out of the printer."""
        path = self.folder / "slips"
        text = path.read_text() if path.exists() else ""
        return [
            (number, spaced.replace(" ", ""))
            for number, spaced in re.findall(
                r"Nomor kartu : (\S+)\n *PIN +: ([0-9 ]+)\n", text
            )
        ]

    def server(self):
        store = KeyStore(self.folder)
        return Server(store.settings(), store.device_key(), NO_PAUSES)

    def personaliser(self):
        """Return a fresh ``Personaliser``, as after a restart of the station."""
        store = KeyStore(self.folder)
        server = self.server()
        trust = RenewingTrust(
            cli.refresh(store, server)[1], lambda: cli.refresh(store, server)[1]
        )
        return Personaliser(
            server, store, trust, slip=SlipPrinter("S0001", **store.slip())
        )

    def work(self, card):
        """Personalise *card* for the job that is due."""
        worker = self.personaliser()
        return worker.personalise(card, worker.server.next_job())
