# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

from odoo import api, fields, models

from odoo.addons.khbs_registry.papers.words import WIB

from .. import pace
from .khbs_card_job import LIVE_STATES
from .khbs_card_job_count import COLUMNS

CHANNEL = "khbs_card_monitor"
READERS = ("card_officer", "auditor", "administrator")
RECENT = timedelta(minutes=5)
SILENT = timedelta(minutes=10)
# A station that nobody heard of for so long is not shown any more.
FORGOTTEN = timedelta(days=7)
HOURS_PARAMETER = "khbs.card_working_hours"
MOST_REJECTS = 12
SUMS = [f"{name}:sum" for name in COLUMNS]
_pulse = pace.Pulse(seconds=1)


class KhbsCardJob(models.Model):
    # The job and who watches it.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "khbs.card.job"

    @api.model
    def _tell_monitor(self):
        """Let open monitors look again, at most once a second from each process."""
        if not _pulse.is_due(self.env.cr.dbname):
            return
        for role in READERS:
            group = self.env.ref(f"khbs_registry.group_{role}")
            self.env["bus.bus"]._sendone(group, CHANNEL, {})


class KhbsCardMonitor(models.AbstractModel):
    """What the personalisation monitor shows, within the areas of its reader.

    Every figure is a sum of ``khbs.card.job.count`` or a short stretch of an index.
    """

    _name = "khbs.card.monitor"
    _description = "Personalisation monitor"

    @api.model
    def figures(self):
        """Return the figures of this moment; whoever may read jobs may have them."""
        counts = self.env["khbs.card.job.count"]
        counts.check_access("read")
        now = fields.Datetime.now()
        today = datetime.now(WIB).date()
        hours = pace.WorkingHours.parse(
            self.env["ir.config_parameter"].sudo().get_param(HOURS_PARAMETER)
        )
        runs = self._runs(now, today, hours)
        return {
            "at": fields.Datetime.to_string(now),
            "total": self._total(runs, now, today, hours),
            "runs": runs,
            "stations": self._stations(now, today),
            "rejects": self._rejects(),
            "causes": self._causes(today),
        }

    @api.model
    def _runs(self, now, today, hours):
        """Return a dict for each run that has work or had some today."""
        counts = self.env["khbs.card.job.count"]
        of_today = dict(self._day_groups("run_id", today))
        recent = dict(self._recent("run_id", now))
        shown = []
        for run, *sums in counts._read_group([], ["run_id"], SUMS):
            total = dict(zip(COLUMNS, sums, strict=True))
            left = total["waiting"] + total["leased"] + total["certified"]
            if not left and run not in of_today:
                continue
            day = of_today.get(run, {})
            shown.append(
                {
                    **total,
                    "id": run.id or 0,
                    "name": run.name or "",
                    "area": run.area_id.display_name or "",
                    "paused": bool(run.is_paused),
                    "priority": run.priority,
                    "at_station": total["leased"] + total["certified"],
                    "left": left,
                    "done_today": day.get("done", 0),
                    "spoiled_today": day.get("spoiled", 0),
                    **self._speed(left, recent.get(run, 0), day, now, hours),
                }
            )
        return sorted(
            shown, key=lambda run: (run["id"] > 0, -run["priority"], run["id"])
        )

    @api.model
    def _total(self, runs, now, today, hours):
        names = (*COLUMNS, "at_station", "left", "done_today", "spoiled_today")
        total = {name: sum(run[name] for run in runs) for name in names}
        [(_all, day)] = self._day_groups(None, today) or [(None, {})]
        [(_all, recent)] = self._recent(None, now)
        return {**total, **self._speed(total["left"], recent, day, now, hours)}

    @api.model
    def _stations(self, now, today):
        stations = self.env["khbs.card.station"].search(
            [("seen_at", ">=", now - FORGOTTEN)]
        )
        of_today = dict(self._day_groups("device_code", today))
        recent = dict(self._recent("device_code", now))
        live = {
            job.device_code: job
            for job in self.env["khbs.card.job"].search([("state", "in", LIVE_STATES)])
        }
        shown = []
        for station in stations:
            day = of_today.get(station.code, {})
            job = live.get(station.code)
            heard = max(filter(None, [station.seen_at, day.get("last")]))
            shown.append(
                {
                    "id": station.id,
                    "code": station.code,
                    # A number alone: the run may be of another area.
                    "run": station.sudo().run_id.name or "",
                    "card": job.card_id.card_no if job else "",
                    "certified": bool(job) and job.state == "certified",
                    "heard_at": fields.Datetime.to_string(heard),
                    "silent": now - heard > SILENT,
                    "done_today": day.get("done", 0),
                    "spoiled_today": day.get("spoiled", 0),
                    **self._speed(0, recent.get(station.code, 0), day, now, None),
                }
            )
        return shown

    @api.model
    def _day_groups(self, groupby, today):
        """Return [(group, {column: sum, first, last})] of what stations did today."""
        rows = self.env["khbs.card.job.count"]._read_group(
            [("day", "=", today), ("device_code", "!=", "")],
            [groupby] if groupby else [],
            [*SUMS, "began_at:min", "changed_at:max"],
        )
        found = []
        for row in rows:
            group, sums = (row[0], row[1:]) if groupby else (None, row)
            *numbers, first, last = sums
            found.append(
                (
                    group,
                    {
                        **dict(zip(COLUMNS, numbers, strict=True)),
                        "first": first,
                        "last": last,
                    },
                )
            )
        return found

    @api.model
    def _recent(self, groupby, now):
        """Return [(group, cards done lately)]."""
        rows = self.env["khbs.card.job"]._read_group(
            [("state", "=", "done"), ("done_at", ">=", now - RECENT)],
            [groupby] if groupby else [],
            ["__count"],
        )
        return rows if groupby else [(None, rows[0][0])]

    @api.model
    def _speed(self, left, recent, day, now, hours):
        """Return cards an hour, lately and in today's shift, and the expected end."""
        lately = recent * timedelta(hours=1) / RECENT
        shift = pace.hourly(day.get("done", 0), day.get("first"), now)
        end = pace.expected_end(now, left, lately or shift, hours)
        return {
            "rate_lately": round(lately),
            "rate_shift": round(shift),
            "expected_end": fields.Datetime.to_string(end) if end else False,
        }

    @api.model
    def _rejects(self):
        """Return the last pieces of plastic that were lost."""
        spoiled = self.env["khbs.card.spoiled"]
        kinds = dict(spoiled._fields["kind"]._description_selection(self.env))
        return [
            {
                "id": row.id,
                "at": fields.Datetime.to_string(row.at),
                "station": row.device_code or "",
                "kind": kinds[row.kind],
                "step": row.step,
                "why": row.why or "",
                "card": row.card_id.card_no,
            }
            for row in spoiled.search([], limit=MOST_REJECTS)
        ]

    @api.model
    def _causes(self, today):
        """Return the causes of today's losses, the most frequent first."""
        midnight = datetime.combine(today, datetime.min.time(), WIB)
        start = midnight.astimezone(tz=None).utctimetuple()
        rows = self.env["khbs.card.spoiled"]._read_group(
            [("at", ">=", datetime(*start[:6]))],
            ["step", "why"],
            ["__count"],
            order="__count DESC",
            limit=MOST_REJECTS,
        )
        return [
            {"step": step, "why": why or "", "count": count}
            for step, why, count in rows
        ]
