# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Which methods there are, who may call them and in which state of the device."""

from collections.abc import Callable
from dataclasses import dataclass

from ..dispatcher import METHOD_NOT_FOUND, RpcError

METHODS = {}
REFUSED_STATES = {
    "pending": (1103, "pending approval"),
    "suspended": (1007, "suspended"),
    "lost": (1008, "lost"),
    "retired": (1009, "retired"),
}


@dataclass(frozen=True, slots=True)
class Method:
    """A method and its guards.

    :param kinds: the devices that may call it
    :param is_open: callable without a signature
    :param states: states of the device, beside active, in which it may be called
    """

    function: Callable
    kinds: tuple[str, ...]
    is_open: bool
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """What a method knows of its request.

    :param env: of the device's user, with the rights of the system
    :param sender: :class:`..authentication.Sender`, or None of an open call
    :param now: Unix seconds
    """

    env: object
    sender: object
    now: int

    @property
    def terminal(self):
        return self.env["khbs.terminal"].browse(self.sender.terminal_id)


BLOCKED_STATES = ("suspended", "lost", "retired")
TERMINAL = ("terminal",)
STATION = ("station",)
DEVICES = ("terminal", "station")


def method(name, kinds=TERMINAL, is_open=False, states=()):
    """Register a function of (call, params) as the method *name*."""

    def register(function):
        METHODS[name] = Method(function, kinds, is_open, states)
        return function

    return register


def find(name, sender, state=None):
    """Return the function of *name* for *sender*.

    :param state: of the device now; an element of the batch may have changed it
    :raises RpcError: unknown, not for this kind of device, or not in its state
    """
    found = METHODS.get(name)
    if found is None or (sender and sender.kind not in found.kinds):
        raise RpcError(METHOD_NOT_FOUND, "no such method")
    if sender is None:
        if not found.is_open:
            raise RpcError(1001, "signature required")
    elif state != "active" and state not in found.states and not found.is_open:
        raise RpcError(*REFUSED_STATES.get(state, (1006, "unknown device")))
    return found.function
