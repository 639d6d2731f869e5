# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Many cards on two stations at once, with everything that goes wrong on the way.

The stations are the real program at real PC/SC; the server is Odoo on a database of
its own. The people at the stations do what the screens say.
"""

import collections
import copy
import json
import queue
import random
import re
import shlex
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from tools.journey.client import Erp
from tools.journey.station import CLIENTS
from tools.setup import keys, process
from tools.virtual_card import Faults, Memory, PrivatePcscd, Slot, VirtualCard, memory

from khbs_station.shift import INSERT, REMOVE  # isort: skip

PASSWORD = "station-password"
OFFICER, CARD_OFFICER = "petugas-edc", "petugas-kartu"
STATIONS = 2
LAST = 5
# Seconds after which a person puts in once more a card that the screen ignores.
UNSEEN = 15
OFFLINE, INTERRUPTED = 3, 130
QUESTION = re.compile("Nomor tercetak:|Ketik ")
GENERATE, PUT_DATA = 0x47, 0xDB
# Every second family gets a card with a PIN.
PREPARE = """
env.ref("base.user_admin").password = {password!r}
for login, group in [({officer!r}, "terminal"), ({card_officer!r}, "card")]:
    env["res.users"].create({{
        "name": login, "login": login, "password": {password!r},
        "group_ids": [(4, env.ref(f"khbs_registry.group_{{group}}_officer").id)],
        "khbs_area_ids": [(4, env.ref("khbs_registry.area_62").id)],
    }})
env["ir.config_parameter"].set_param("khbs.prg", {prg!r})
village = env["khbs.area"].search([("level", "=", "village")], limit=1)
families = env["khbs.household"].create([{{
    "area_id": village.id, "kk_number": f"627101010120{{number:04d}}",
    "decile": "1", "state": "decided",
}} for number in range({count})])
half = len(families) // 2
env["khbs.card"]._allocate(families[:half], "card")
env["khbs.card"]._allocate(families[half:], "pin")
"""


class CardServer:
    """Odoo with *count* families that wait for a card."""

    def __init__(self, installation, database, count):
        self.installation = installation
        self.database = database
        # The journey's server runs beside it under the other name.
        self.odoo = copy.copy(installation.odoo)
        self.odoo.pid_file = installation.state.folder / "run" / f"{database}.pid"
        self.port = process.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        installation.copy_database(database)
        self.odoo.shell(
            database,
            PREPARE.format(
                password=PASSWORD,
                officer=OFFICER,
                card_officer=CARD_OFFICER,
                prg=keys.PROGRAMME,
                count=count,
            ),
            log=installation.state.logfile(f"shell-{database}"),
        )
        self.child = None
        self.start()
        self.erp = Erp(self.url, database, OFFICER, PASSWORD)

    def start(self):
        log = self.installation.state.logfile(f"server-{self.database}")
        self.child = self.odoo.start(self.database, self.port, log)

    def restart(self):
        """End the server as a power cut does, and start it where it was."""
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        self.start()

    def close(self):
        self.odoo.stop(self.child)
        self.installation.cluster.drop(self.database)

    def card_officer(self):
        """Return the session of the card officer."""
        return Erp(self.url, self.database, CARD_OFFICER, PASSWORD)

    def sql(self, query):
        """Return the rows of *query*, each a list of texts."""
        text = self.installation.cluster.sql(self.database, query).strip()
        return [row.split("|") for row in text.splitlines()]

    def number(self, query):
        """Return the one number that *query* gives."""
        [[value]] = self.sql(query)
        return int(value)

    def enrol(self, folder):
        """Enrol a station in *folder*, as its officers do."""
        [area] = self.erp.search("khbs.area", [("code", "=", "62")])
        values = {"kind": "station", "area_id": area}
        terminal = self.erp.create("khbs.terminal", values)
        sheet = self.erp.call("khbs.terminal", "issue_code", [terminal])
        options = {"url": self.url, "tid": sheet["tid"], "code": sheet["code"]}
        options |= {"root": sheet["root"], "prg": sheet["prg"], "aud": sheet["aud"]}
        shown = command(
            folder, "enrol", *(w for key in options for w in (f"--{key}", options[key]))
        )
        fingerprint = shown.splitlines()[0].rpartition(" ")[2]
        values = self.erp.read_one("khbs.terminal", terminal, ["fingerprint"])
        assert values["fingerprint"] == fingerprint
        self.erp.decide("khbs.terminal", "action_approve_key", terminal)
        command(folder, "status")
        (folder / "key").write_text(memory.FACTORY_KEY)
        command(
            *(folder, "batch", "default", "--atr", memory.ATR),
            *("--algorithm", "3DES", "--key-file", folder / "key"),
        )
        paper = ["sh", "-c", f"cat >>{folder / 'slips'}"]
        command(folder, "slip", "--command", shlex.join(paper))


def command(folder, *arguments):
    """Run a command of the station's program and return what it printed."""
    program = [sys.executable, "-m", "khbs_station", "--folder", folder, *arguments]
    done = subprocess.run(
        [str(word) for word in program], cwd=CLIENTS, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _feed(stream, lines):
    for line in stream:
        lines.put(line)
    lines.put(None)


@dataclass
class Blank:
    """A card in the stack, and what will go wrong with it.

    :ivar kind: good, torn (pulled out once while it is written), foreign (of another
        batch), other (of another make), dead (makes no key), worn (stores nothing)
    """

    path: Path
    kind: str
    chance: random.Random = field(repr=False)

    def put_in(self):
        """Return the card for the reader; it is torn only the first time."""
        if self.kind == "torn":
            self.kind = "good"
            tear = self.chance.choice(["before", "after", "half"])
            faults = Faults(tear_at=self.chance.randint(5, 24), tear=tear)
            return VirtualCard.open(self.path, faults)
        if self.kind in ("dead", "worn"):
            return Spoiled.open(self.path).failing(self.kind)
        return VirtualCard.open(self.path)


class Spoiled(VirtualCard):
    """A chip on which one command never works."""

    def failing(self, kind):
        self.refuses = {"dead": GENERATE, "worn": PUT_DATA}[kind]
        return self

    def transmit(self, apdu):
        answer = super().transmit(apdu)
        return bytes.fromhex("6581") if apdu[1] == self.refuses else answer


def stack(folder, count, seed):
    """Return blanks for *count* finished cards in the order in which they lie.

    Of 50 one is torn, of 100 one is of another batch, one of another make, one
    makes no keys and one stores nothing.
    """
    folder.mkdir()
    chance = random.Random(seed)
    share = max(1, count // 100)
    bad = [kind for kind in ("foreign", "other", "dead", "worn") for _ in range(share)]
    torn = count // 50
    kinds = ["torn"] * torn + bad + ["good"] * (count - torn - LAST)
    chance.shuffle(kinds)
    # Nobody looks at what lies below the last good cards.
    kinds += ["good"] * LAST
    found = []
    for number, kind in enumerate(kinds):
        path = folder / f"card-{number:04d}.json"
        options = {"foreign": {"key": "A1" * 24}, "other": {"atr": "3B80800101"}}
        Memory.blank(path, **options.get(kind, {}))
        found.append(Blank(path, kind, random.Random(seed * 10_000 + number)))
    return found


class Hall:
    """What the people at the stations share: the stack, the count, what is to fail.

    :param events: {count of finished cards: "kill" or "restart"}
    """

    def __init__(self, server, blanks, events):
        self.server = server
        self.blanks = collections.deque(blanks)
        self.events = dict(events)
        self.finished = 0
        self.results = collections.Counter()
        self.killed = 0
        self.restarted = 0
        self.troubles = []
        self._kills_due = 0
        self._restarts_due = 0
        self._lock = threading.Lock()

    def next_blank(self):
        with self._lock:
            return self.blanks.popleft() if self.blanks else None

    def result(self, kind):
        """Count one result on a screen, and let happen what is due."""
        with self._lock:
            self.results[kind] += 1
            if kind != "selesai":
                return
            self.finished += 1
            event = self.events.pop(self.finished, None)
            if event == "kill":
                self._kills_due += 1
            elif event == "restart":
                self._restarts_due += 1

    def look_after(self, operators):
        """Restart the server where that is due, until everybody has gone home.

        It happens here and not where it falls due: a child ends with the thread
        that started it.
        """
        for operator in operators:
            while operator.is_alive():
                operator.join(0.2)
                if self._restarts_due > self.restarted:
                    self.server.restart()
                    self.restarted += 1

    def kill_is_due(self):
        with self._lock:
            due, self._kills_due = self._kills_due > 0, max(0, self._kills_due - 1)
            self.killed += due
            return due


class Operator(threading.Thread):
    """A person at one station, who does what its screen says until no job is left."""

    def __init__(self, hall, folder, pcscd, number):
        super().__init__()
        self.hall = hall
        self.folder = folder
        self.pcscd = pcscd
        self.number = number
        self.slot = Slot(pcscd.ports[number])
        self.chance = random.Random(number)
        self.in_hand = None
        self.lines = []

    def run(self):
        try:
            # It was killed, or gave the server up: the operator starts it again.
            while not self._one_program():
                assert not self.hall.troubles, "trouble at the other station"
        except Exception as error:  # told by the test, not by a thread
            self.hall.troubles.append(error)

    def _one_program(self):
        """Run the station's program to its end; return whether no job is left."""
        arguments = ["run", "--reader", str(self.number)]
        with subprocess.Popen(
            [sys.executable, "-m", "khbs_station", "--folder", self.folder, *arguments],
            cwd=CLIENTS,
            env=self.pcscd.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as program:
            try:
                self._watch(program)
            except BaseException:
                program.kill()
                raise
            finally:
                self.slot.eject()
        code = program.returncode
        assert code in (0, OFFLINE, -signal.SIGKILL), "".join(self.lines[-20:])
        return code == 0

    def _watch(self, program):
        """Do what the screen says until the program has ended."""
        lines = queue.SimpleQueue()
        threading.Thread(target=_feed, args=(program.stdout, lines)).start()
        while True:
            try:
                line = lines.get(timeout=UNSEEN if self.slot.occupied else None)
            except queue.Empty:
                # A reader whose program was killed just as the card left it may miss
                # the next one; so it is put in once more, as people do.
                self.slot.eject()
                self.slot.insert(self.in_hand.put_in())
                continue
            if line is None:
                return
            self.lines.append(line)
            self._obey(line, program)

    def _obey(self, line, program):
        if INSERT in line:
            self._put_in(program)
        elif REMOVE in line:
            self.slot.eject()
            # A card that lost contact, or whose slip failed, comes again.
            if "kartu yang sama" not in line:
                self.in_hand = None
                self.hall.result(
                    line.split(": ", 1)[1].split(" dalam ")[0].split(",")[0]
                )

    def _put_in(self, program):
        self.in_hand = self.in_hand or self.hall.next_blank()
        assert self.in_hand, "the stack is empty and a job is left"
        harmless = self.in_hand.kind == "good"
        self.slot.insert(self.in_hand.put_in())
        if harmless and self.hall.kill_is_due():
            timer = threading.Timer(self.chance.uniform(0.02, 0.5), program.kill)
            timer.start()


def personalise(server, folder, count, seed):
    """Make *count* cards; return (hall, the stations' folders, all blanks).

    :raises AssertionError: somebody at a station met what no screen explains
    """
    blanks = stack(folder / "cards", count, seed)
    folders = [folder / f"station-{number}" for number in range(STATIONS)]
    for station in folders:
        station.mkdir()
        server.enrol(station)
    events = {at: "kill" for at in range(50, count, 100)}
    events |= {count // 3: "restart", 2 * count // 3: "restart"}
    hall = Hall(server, blanks, events)
    with PrivatePcscd() as pcscd:
        operators = [
            Operator(hall, station, pcscd, number)
            for number, station in enumerate(folders)
        ]
        for operator in operators:
            operator.start()
        hall.look_after(operators)
    assert not hall.troubles, hall.troubles
    return hall, folders, blanks


def at_reader(folder, pcscd, action, cards, typed=()):
    """Run ``run``, ``check`` or ``pin`` on *cards*, one after the other.

    :param cards: virtual cards, or paths of them
    :param typed: what the operator answers to each question
    :return: the lines of its screen
    """
    cards, typed = list(cards), list(typed)
    slot = Slot(pcscd.ports[0])
    program = [sys.executable, "-m", "khbs_station", "--folder", str(folder)]
    lines = []
    with subprocess.Popen(
        [*program, action, "--count", str(len(cards))],
        cwd=CLIENTS,
        env=pcscd.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        for line in running.stdout:
            lines.append(line)
            if "Masukkan kartu" in line and not cards:
                running.send_signal(signal.SIGINT)
            elif "Masukkan kartu" in line:
                card = cards.pop(0)
                slot.insert(VirtualCard.open(card) if isinstance(card, Path) else card)
            elif QUESTION.match(line):
                running.stdin.write(typed.pop(0) + "\n")
                running.stdin.flush()
            elif REMOVE in line:
                slot.eject()
        slot.eject()
    assert running.returncode in (0, INTERRUPTED), lines
    return lines


def set_aside(folders):
    """Return the lines of the stations' quarantine files."""
    return [
        json.loads(line)
        for folder in folders
        if (folder / "quarantine.jsonl").exists()
        for line in (folder / "quarantine.jsonl").read_text().splitlines()
    ]
