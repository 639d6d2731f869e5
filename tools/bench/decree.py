# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Draw an annex by name, and draft and freeze a BKK decree (DESIGN 6).

Reference of the speed: 100 pages a second. Reference of the memory: the peak of a
process that does the same with a tenth of the lines. Each is measured in a process of
its own, so that nobody's peak is another's.
"""

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime

from . import seed_bkk
from .context import Bench, Figure

ANNEX_LINES = 45_000
DECREE_LINES = 13_000
PAGES_A_SECOND = 100
RUNS = 2


def measure(bench):
    for name, lines in (("annex", ANNEX_LINES), ("decree", DECREE_LINES)):
        tenth = _in_own_process(bench, name, lines // 10)
        runs = [_in_own_process(bench, name, lines) for _run in range(RUNS)]
        rate = max(run["pages"] / run["seconds"] for run in runs)
        yield Figure(name, rate, "pages/s", PAGES_A_SECOND / rate, "<=1.0")
        peak = max(run["peak"] for run in runs)
        yield Figure(f"{name}-memory", peak / 1024, "MB", peak / tenth["peak"], "<=1.2")


def _in_own_process(bench, name, lines):
    if name == "decree":
        with bench.env() as env:
            seed_bkk.proposals(env, lines)
    done = subprocess.run(
        [sys.executable, "-m", __spec__.name, name, str(lines)]
        + [str(bench.config_file), bench.database],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def annex(bench, lines):
    """Return the pages of an annex of *lines*, drawn into a file nobody keeps."""
    # Odoo finds its addons once it is set up.
    from odoo.addons.khbs_bkk.papers import annexes  # noqa: PLC0415
    from odoo.addons.khbs_registry.papers import pdf  # noqa: PLC0415

    document = annexes.name_annex(
        lambda: seed_bkk.rows(lines), "Triwulan I", datetime(2026, 1, 1, tzinfo=UTC)
    )
    counted = _Counted()
    assert pdf.render(document, counted).row_count == lines
    return counted.pages


class _Counted:
    """A file that counts the pages written into it."""

    def __init__(self):
        self.pages = 0

    def write(self, content):
        content = content if isinstance(content, bytes) else content.encode("latin-1")
        self.pages += content.count(b"/Type /Page\n") + content.count(b"/Type /Page ")
        return len(content)

    def flush(self):
        """Nothing waits."""


def decree(bench, lines):
    """Return the pages of a decree of *lines*, drafted, decided and frozen."""
    with bench.registry.cursor() as cr:
        env = bench.environment(cr)
        proposals = seed_bkk.approved(env, lines)
        proposals.action_draft_decree(seed_bkk.budget_line(env).id)
        draft = proposals.decree_id
        seed_bkk.decide(draft)
        draft.action_freeze()
        env.flush_all()
        names = draft.annex_ids.filtered(lambda one: one.sequence == 2)
        assert names.row_count == lines, names.row_count
        cr.execute(
            "SELECT count(*) FROM khbs_bkk_decree_line WHERE decree_id = %s", [draft.id]
        )
        assert cr.fetchone() == (lines,)
        pages = seed_bkk.page_count(draft)
        cr.rollback()
    return pages


def main(name, lines, config, database):
    bench = Bench(config, database, 0)
    begin = time.perf_counter()
    pages = {"annex": annex, "decree": decree}[name](bench, int(lines))
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"pages": pages, "seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
