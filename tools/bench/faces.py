# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Draw a print file: both faces of each of its cards.

Reference of the speed: 300 faces a second. Reference of the memory: the peak of a
process that draws a tenth of the cards. Each is measured in a process of its own, with
pictures of 300 dpi on both sides, names of every length and a QR on each back.
"""

import io
import json
import resource
import subprocess
import sys
import time

from PIL import Image

from .context import Bench, Figure

# One file has as many: khbs.card.print.
CARDS = 1000
FACES_A_SECOND = 300
RUNS = 3
# The bleed box of 89.60 x 57.98 mm at 300 dpi.
PIXELS = (1059, 685)


def measure(bench):
    tenth = _in_own_process(bench, CARDS // 10)
    runs = [_in_own_process(bench, CARDS) for _run in range(RUNS)]
    rate = max(run["faces"] / run["seconds"] for run in runs)
    yield Figure("faces", rate, "faces/s", FACES_A_SECOND / rate, "<=1.0")
    peak = max(run["peak"] for run in runs)
    yield Figure("faces-memory", peak / 1024, "MB", peak / tenth["peak"], "<=1.2")


def _in_own_process(bench, cards):
    done = subprocess.run(
        [sys.executable, "-m", __spec__.name, str(cards)]
        + [str(bench.config_file), bench.database],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def draw(cards):
    """Draw a file of *cards*; return the seconds that it took."""
    # Odoo finds its addons once it is set up.
    from odoo.addons.khbs_cards.artwork import layout, print_file  # noqa: PLC0415
    from odoo.addons.khbs_cards.protocol import card_number  # noqa: PLC0415
    from odoo.addons.khbs_registry.papers import fonts  # noqa: PLC0415

    picture = io.BytesIO()
    Image.radial_gradient("L").resize(PIXELS).convert("RGB").save(picture, "PNG")
    design = layout.Design(front=picture.getvalue(), back=picture.getvalue())
    faces = [
        layout.Face(
            card_no=card_number.make("01", index),
            name=" ".join(["WARGA", *["CONTOH"] * (index % 7)]),
            village="Tumbang Contoh",
        )
        for index in range(cards)
    ]
    file = io.BytesIO()
    begin = time.perf_counter()
    assert print_file.render(design, faces, file, fonts.find("sans")) == cards
    return time.perf_counter() - begin


def main(cards, config, database):
    Bench(config, database, 0)
    seconds = draw(int(cards))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"faces": 2 * int(cards), "seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
