# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cards: a run is ordered, personalised, printed, shipped, received and handed over.

Needs a decided recipient list and the village of the demonstration. The last cards
stay shipped, so that a terminal may hand them over where there is no network.

Leaves in the facts: ``card_run`` and ``cards``, a list of dict: ``id``, ``card_no``,
``household_id`` and ``path`` of the virtual card, the shipped ones last.
"""

import sys
import time
from datetime import date
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from tools.setup.keys import PROGRAMME
from tools.virtual_card import VirtualCard

from . import station

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "clients"))

from khbs_station import jose  # noqa: E402
from khbs_station.iso7816 import untlv  # noqa: E402
from khbs_station.piv import CERTIFICATES, PivCard  # noqa: E402

MOST_CARDS = 24
LEFT_FOR_TERMINALS = 2
OFFICER = "petugas"
# In front of a house of the village: degrees x 1e6 and metres.
PLACE = [-2_047_000, 113_468_000, 12]


def run(journey):
    """Make cards for the families of the district and hand them over."""
    officer = journey.erp("kartu")
    run_id = _order(officer, journey)
    ordered = officer.read_one("khbs.card.run", run_id, ["ordered_count"])
    count = min(ordered["ordered_count"], MOST_CARDS)
    paths = station.personalise(journey, count=count)
    _print(officer, run_id)
    for shipment_id in _ship(officer, run_id):
        receive(journey.erp(OFFICER), shipment_id)
    journey.facts["card_run"] = run_id
    journey.facts["cards"] = [_card(officer, path) for path in paths]
    _hand_over(journey, journey.facts["cards"][:-LEFT_FOR_TERMINALS])


def _order(officer, journey):
    """Return the id of a run that the card officer ordered from the decided list."""
    run_id = officer.create(
        "khbs.card.run",
        {
            "recipient_list_id": journey.facts["recipient_list"],
            "area_id": journey.facts["village"],
        },
    )
    officer.call("khbs.card.run", "action_order", [run_id])
    return run_id


def _print(officer, run_id):
    """Fetch the print files of what the station made, and enter it as printed."""
    officer.call("khbs.card.run", "action_print_files", [run_id])
    made = [("run_id", "=", run_id), ("state", "=", "made")]
    for print_id in officer.search("khbs.card.print", made):
        assert officer.download(f"/khbs/card-print/{print_id}").startswith(b"%PDF")
    officer.call("khbs.card.run", "action_print", [run_id])


def _ship(officer, run_id):
    """Send the printed cards to their districts; return the ids of the shipments."""
    officer.call("khbs.card.run", "action_pack", [run_id])
    packed = [("run_id", "=", run_id), ("state", "=", "packed")]
    shipments = officer.search("khbs.card.shipment", packed)
    officer.write(
        "khbs.card.shipment",
        shipments,
        {
            "carrier": "Kelotok dinas",
            "courier_name": "Pengantar Contoh",
            "shipped_on": date.today().isoformat(),
        },
    )
    officer.call("khbs.card.shipment", "action_ship", shipments)
    return shipments


def receive(officer, shipment_id):
    """Let the district count the cards and take them over."""
    for line in officer.search_read(
        "khbs.card.shipment.line",
        [("shipment_id", "=", shipment_id)],
        ["packed_count"],
    ):
        counted = {"received_count": line["packed_count"]}
        officer.write("khbs.card.shipment.line", [line["id"]], counted)
    officer.write(
        "khbs.card.shipment",
        [shipment_id],
        {
            "received_on": date.today().isoformat(),
            "receiver_name": "Camat Contoh",
            "receiver_office": "Camat",
        },
    )
    officer.call("khbs.card.shipment", "action_receive", [shipment_id])


def _card(officer, path):
    """Return what the server says of the personalised card at *path*."""
    [card] = officer.search_read(
        "khbs.card",
        [("card_no", "=", number_on(VirtualCard.open(path)))],
        ["card_no", "household_id", "state"],
    )
    return {
        "id": card["id"],
        "card_no": card["card_no"],
        "household_id": card["household_id"][0],
        "path": path,
    }


def _hand_over(journey, cards):
    """Let the field officer hand the cards over, each signing for itself.

    One family has no house and no position; one head cannot write.
    """
    officer = journey.erp(OFFICER)
    prg = journey.facts.get("prg", PROGRAMME)
    for number, card in enumerate(cards):
        activation = activate(VirtualCard.open(card["path"]), prg)
        place = None if number == 1 else [PLACE[0] + number * 500, *PLACE[1:]]
        receipt = {"received_by": "head", "notice_given": True}
        if number == 2:
            receipt |= {"acknowledged": "thumb_print", "witness_name": "Saksi Contoh"}
        else:
            receipt |= {"acknowledged": "signature"}
        officer.call("khbs.card", "action_hand_over", activation, place, receipt)


def number_on(card):
    """Return the number in the certificate that the card shows.

    :param card: object with ``transmit(bytes) -> bytes``
    """
    piv = PivCard(card)
    piv.select()
    der = dict(untlv(piv.get_data(CERTIFICATES["9E"])))[0x70]
    subject = x509.load_der_x509_certificate(der).subject
    return subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value


def activate(card, prg, tid="OFFICE", operator=OFFICER):
    """Return the khbs-activate that *card* signs for the officer's reader."""
    piv = PivCard(card)
    piv.select()
    payload = {
        "prg": prg,
        "tid": tid,
        "jti": jose.ulid(),
        "iat": int(time.time()),
        "op": operator,
    }
    signed = jose.signing_input(number_on(card), "khbs-activate+jwt", payload)
    return jose.assemble(signed, piv.sign("9E", signed))
