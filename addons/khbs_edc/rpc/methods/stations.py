# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The card stations; what they do is known to khbs_cards alone."""

from .. import params as read
from .registry import STATION, method


def _job(call):
    return call.env["khbs.card.job"]


@method("station.job.next", STATION)
def job_next(call, params):
    read.only(params)
    return _job(call)._station_next(call.sender.tid)


@method("station.job.certify", STATION)
def job_certify(call, params):
    read.only(params, "job", "spki", "perso")
    return _job(call)._station_certify(call.sender.tid, params)


@method("station.job.done", STATION)
def job_done(call, params):
    read.only(params, "job", "atr", "certs_sha", "transcript")
    return _job(call)._station_done(call.sender.tid, params)


@method("station.job.fail", STATION)
def job_fail(call, params):
    read.only(params, "job", "step", "why")
    return _job(call)._station_fail(call.sender.tid, params)


@method("station.blank.aside", STATION)
def blank_aside(call, params):
    read.only(params, "report", "job", "step", "why", "atr", "guid")
    spoiled = call.env["khbs.card.spoiled"]
    return spoiled._station_set_aside(call.sender.tid, params)


@method("station.card.check", STATION)
def card_check(call, params):
    read.only(params, "card_no", "proof", "spoil")
    return call.env["khbs.card"]._station_check(call.sender.tid, params)


def _order(call):
    return call.env["khbs.card.pin.order"]


@method("station.pin.begin", STATION)
def pin_begin(call, params):
    read.only(params, "proof")
    return _order(call)._station_begin(call.sender.tid, params)


@method("station.pin.done", STATION)
def pin_done(call, params):
    read.only(params, "order", "proof")
    return _order(call)._station_done(call.sender.tid, params)


@method("station.pin.fail", STATION)
def pin_fail(call, params):
    read.only(params, "order", "why")
    return _order(call)._station_fail(call.sender.tid, params)
