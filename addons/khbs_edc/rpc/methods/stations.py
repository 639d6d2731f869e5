# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The card stations; what they do is known to khbs_cards alone."""

from .registry import STATION, method


def _job(call):
    return call.env["khbs.card.job"]


@method("station.job.next", STATION)
def job_next(call, params):
    return _job(call)._station_next(call.sender.tid)


@method("station.job.certify", STATION)
def job_certify(call, params):
    return _job(call)._station_certify(call.sender.tid, params)


@method("station.job.done", STATION)
def job_done(call, params):
    return _job(call)._station_done(call.sender.tid, params)


@method("station.job.fail", STATION)
def job_fail(call, params):
    return _job(call)._station_fail(call.sender.tid, params)
