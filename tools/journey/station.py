# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The card station at work: blank virtual cards become cards of the programme.

What a person does at a station is done here by reading its screen: put in a card
when it asks for one, take it out when it says so.
"""

import contextlib
import io
import signal
import subprocess
import sys
from pathlib import Path

from tools.setup.keys import PROGRAMME
from tools.virtual_card import Memory, PrivatePcscd, Slot, VirtualCard, memory

from .users import PROVINCE

CLIENTS = Path(__file__).resolve().parents[2] / "clients"
if str(CLIENTS) not in sys.path:
    sys.path.insert(0, str(CLIENTS))

from khbs_station import __main__ as cli  # noqa: E402
from khbs_station import personalise as steps  # noqa: E402
from khbs_station.keystore import KeyStore  # noqa: E402
from khbs_station.screen import Screen  # noqa: E402
from khbs_station.server import Server  # noqa: E402
from khbs_station.shift import INSERT, REMOVE, Shift  # noqa: E402
from khbs_station.slip import SlipPrinter  # noqa: E402

# The name by which jobs of the demonstration call their batch of blank cards.
BATCH = "default"
# Exit code of the station after Ctrl-C.
INTERRUPTED = 130


class Station:
    """One station of the journey, in its own folder.

    :param device_code: as the terminal officer created it, S0001
    """

    def __init__(self, journey, device_code):
        self.journey = journey
        self.device_code = device_code
        self.folder = journey.folder / "stations" / device_code

    def command(self, *arguments):
        """Run a command of the station and return what it printed.

        :raises RuntimeError: it failed
        """
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.main(["--folder", str(self.folder), *map(str, arguments)])
        if code:
            raise RuntimeError(err.getvalue() or out.getvalue())
        return out.getvalue()

    def enrol(self, code, root, prg, aud="khbs-edc"):
        """Enrol with what stands on the sheet; return the fingerprint it shows."""
        sheet = {"url": self.journey.url, "tid": self.device_code, "code": code}
        sheet |= {"root": root, "prg": prg, "aud": aud}
        options = [
            word for name, value in sheet.items() for word in (f"--{name}", value)
        ]
        shown = self.command("enrol", *options)
        return shown.splitlines()[0].rpartition(" ")[2]

    def take_in_batch(self):
        """Check that the station is active and give it the blanks' transport key."""
        self.command("status")
        key = self.folder / "transport.hex"
        key.write_text(memory.FACTORY_KEY)
        options = ["--atr", memory.ATR, "--algorithm", "3DES", "--key-file", key]
        self.command("batch", BATCH, *options)
        key.unlink()
        # The slips of the demonstration go unread.
        self.command("slip", "--command", "cat")

    def personalise(self, cards):
        """Personalise until no job is left.

        :param cards: paths of blank virtual cards
        :return: paths of those that were put in, in order
        """
        run = self._at_a_reader if self.journey.use_pcsc else self._in_process
        return run(list(cards))

    def _in_process(self, cards):
        store = KeyStore(self.folder)
        with store.locked():
            server = Server(store.settings(), store.device_key())
            _state, trust = cli.refresh(store, server)
            tray = Tray(cards)
            slip = SlipPrinter(self.device_code, **store.slip())
            worker = steps.Personaliser(server, store, trust, slip=slip)
            with contextlib.suppress(OutOfCards):
                Shift(server, worker, tray, screen=Quiet()).run(limit=len(cards))
        return tray.used

    def _at_a_reader(self, cards):
        """Run the station as a program of its own, its cards over PC/SC."""
        with PrivatePcscd() as daemon:
            command = [sys.executable, "-m", "khbs_station", "--folder", self.folder]
            with subprocess.Popen(
                [*command, "run", "--count", str(len(cards))],
                cwd=CLIENTS,
                env=daemon.environment,
                stdout=subprocess.PIPE,
                text=True,
            ) as program:
                used = []
                try:
                    serve(program.stdout, Slot(daemon.ports[0]), cards, used)
                except OutOfCards:
                    # As the operator's Ctrl-C: the open job waits.
                    program.send_signal(signal.SIGINT)
                except BaseException:
                    program.kill()
                    raise
            if program.returncode not in (0, INTERRUPTED):
                raise RuntimeError(f"the station ended with {program.returncode}")
        return used


def personalise(journey, device_code=None, sheet=None, count=20, use_pcsc=None):
    """Personalise waiting jobs at one station, which is enrolled first if it is new.

    :param device_code: S and four digits; without it the officer creates a station
    :param sheet: its enrolment sheet as ``khbs.terminal.issue_code`` returns it
    :param count: how many blank cards lie ready
    :param use_pcsc: through pcscd; by default as the journey says
    :return: paths of the virtual cards in the order of their jobs
    """
    if use_pcsc is not None:
        journey.use_pcsc = use_pcsc
    if sheet is None:
        device_code, sheet = _sheet(journey, device_code)
    station = Station(journey, device_code)
    if sheet:
        prg = journey.facts.get("prg", PROGRAMME)
        shown = station.enrol(sheet["code"], sheet["root"], prg)
        _approve(journey, device_code, shown)
        station.take_in_batch()
    return station.personalise(blanks(journey.folder / "cards", count))


def _sheet(journey, device_code):
    """Return (device code, enrolment sheet) by the officer; no sheet if enrolled."""
    erp = journey.erp("edc")
    found = device_code and erp.search_read(
        "khbs.terminal", [("code", "=", device_code)], ["code", "state"]
    )
    if found and found[0]["state"] != "invited":
        return device_code, None
    if found:
        terminal = found[0]["id"]
    else:
        [area] = erp.search("khbs.area", [("code", "=", PROVINCE)])
        terminal = erp.create("khbs.terminal", {"kind": "station", "area_id": area})
    sheet = erp.call("khbs.terminal", "issue_code", [terminal])
    return sheet["tid"], sheet


def _approve(journey, device_code, fingerprint):
    """Compare both fingerprints and approve the station, as the officer does."""
    erp = journey.erp("edc")
    [terminal] = erp.search_read(
        "khbs.terminal", [("code", "=", device_code)], ["fingerprint"]
    )
    if terminal["fingerprint"] != fingerprint:
        raise RuntimeError(f"{device_code} shows {fingerprint}: not to be approved")
    erp.decide("khbs.terminal", "action_approve_key", terminal["id"])


def blanks(folder, count):
    """Make *count* blank cards as the manufacturer delivers them; return paths."""
    folder.mkdir(parents=True, exist_ok=True)
    first = len(list(folder.glob("card-*.json")))
    paths = [folder / f"card-{first + index + 1:04d}.json" for index in range(count)]
    for path in paths:
        Memory.blank(path)
    return paths


def serve(screen, slot, cards, used):
    """Do what the station's screen asks for until it ends.

    :param screen: iterable of its lines
    :param cards: cards, or paths of them, in the order in which they are put in
    :param used: list that takes those that were put in
    :raises OutOfCards: it asks for one more
    """
    for line in screen:
        if INSERT in line:
            if len(used) == len(cards):
                raise OutOfCards
            card = cards[len(used)]
            used.append(card)
            slot.insert(opened(card))
        elif REMOVE in line:
            slot.eject()
    slot.eject()


def opened(card):
    """Return the card that is given, or that is kept in the file given."""
    return VirtualCard.open(card) if isinstance(card, Path) else card


class OutOfCards(Exception):
    """The station asks for a card and none is left."""


class Tray:
    """A reader without PC/SC, which is fed from a stack of cards.

    It is to ``Shift`` what ``khbs_station.transport.Reader`` is.

    :param cards: cards, or paths of them
    """

    def __init__(self, cards):
        self._waiting = list(cards)
        self._card = None
        self.used = []

    def wait(self, present):
        """Put the next card in, or take it out."""
        self._card = None
        if present and not self._waiting:
            raise OutOfCards
        if present:
            self.used.append(self._waiting.pop(0))
            self._card = opened(self.used[-1])

    def connect(self):
        return Contact(self._card)


class Quiet(Screen):
    """Needs no reading: the tray's ``wait`` says the same."""

    def show(self, kind, text, progress=None):
        """Nobody looks."""


class Contact:
    """A virtual card behind the contacts of the tray."""

    def __init__(self, card):
        self._card = card
        self.transmit = card.transmit
        self.reset = card.reset

    @property
    def atr(self):
        return self._card.atr

    def close(self):
        self._card.reset()
