# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""JSON-RPC 2.0: requests, notifications and batches in, one answer out.

What a method does, how its effects are isolated and how JSON is read are handed in,
so that this module needs neither Odoo nor a database.
"""

from dataclasses import dataclass

PARSE = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL = -32603
BATCH_TOO_LARGE = 1201
BUSY = 1602

MAX_BATCH = 10
ONCE_A_BATCH = frozenset({"edc.journal.push"})


class RpcError(Exception):
    """An error object of the answer.

    :param code: a number of the protocol
    :param data: dict that goes with it, or None
    """

    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def to_object(self):
        error = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error


class Busy(Exception):
    """The whole request is to be undone and sent again later.

    :param retry_after: seconds
    """

    def __init__(self, retry_after):
        super().__init__("busy")
        self.retry_after = retry_after


class InvalidParams(RpcError):
    def __init__(self, message):
        super().__init__(INVALID_PARAMS, message)


@dataclass(frozen=True, slots=True)
class _Request:
    """One element of a body.

    :param request_id: of the answer; meaningless for a notification
    :param error: what is wrong with its form, if anything
    """

    request_id: object
    method: str = ""
    params: dict | None = None
    is_notification: bool = False
    error: RpcError | None = None


def dispatch(body, loads, run):
    """Return the answer to *body*: an object, a list of them, or None for none.

    :param body: bytes
    :param loads: strict parser; raises ValueError
    :param run: called with (method, params, is it the only one) of one element;
        returns its result or raises RpcError. It undoes the effects of an element
        that raised.
    :raises Busy: let through from *run*; the caller undoes everything
    """
    elements, is_batch, error = _read(body, loads)
    if error:
        return _failure(None, error)
    is_alone = len(elements) == 1
    answers = [_answer(request, run, is_alone) for request in _requests(elements)]
    answers = [answer for answer in answers if answer is not None]
    if not answers:
        return None
    return answers if is_batch else answers[0]


def refuse(body, loads, error):
    """Return *error* for the whole body, as when its signature is bad.

    The id is echoed where the body is one valid request, else null.
    """
    try:
        request = _request(loads(body))
    except ValueError:
        return _failure(None, error)
    return _failure(None if request.error else request.request_id, error)


def busy(body, loads, retry_after):
    """Return 1602 for every element of *body* that expects an answer."""
    error = RpcError(BUSY, "busy, send again", {"retry_after": retry_after})

    def run(method, params, is_alone):
        raise error

    return dispatch(body, loads, run)


def _read(body, loads):
    """Return (elements, is it a batch, error)."""
    try:
        value = loads(body)
    except ValueError:
        return [], False, RpcError(PARSE, "parse error")
    if not isinstance(value, list):
        return [value], False, None
    if not value:
        return [], True, RpcError(INVALID_REQUEST, "empty batch")
    if len(value) > MAX_BATCH:
        return [], True, RpcError(BATCH_TOO_LARGE, f"more than {MAX_BATCH} in a batch")
    return value, True, None


def _requests(elements):
    """Yield the elements; the second of a kind that comes once carries an error."""
    seen = set()
    for element in elements:
        request = _request(element)
        if request.method in ONCE_A_BATCH and not request.error:
            if request.method in seen:
                request = _Request(
                    request.request_id,
                    is_notification=request.is_notification,
                    error=RpcError(BATCH_TOO_LARGE, f"{request.method} twice"),
                )
            seen.add(request.method)
        yield request


def _request(element):
    if not isinstance(element, dict):
        return _Request(None, error=RpcError(INVALID_REQUEST, "not an object"))
    request_id = element.get("id")
    valid_id = request_id is None or (
        isinstance(request_id, str | int) and not isinstance(request_id, bool)
    )
    method = element.get("method")
    if (
        element.get("jsonrpc") != "2.0"
        or not isinstance(method, str)
        or not valid_id
        or not set(element) <= {"jsonrpc", "id", "method", "params"}
        or not isinstance(element.get("params", {}), dict | list)
    ):
        error = RpcError(INVALID_REQUEST, "invalid request")
        return _Request(request_id if valid_id else None, error=error)
    params = element.get("params", {})
    error = None
    if isinstance(params, list):
        error = InvalidParams("params are given by name")
    return _Request(request_id, method, params, "id" not in element, error)


def _answer(request, run, is_alone):
    try:
        if request.error:
            raise request.error
        result = run(request.method, request.params, is_alone)
    except RpcError as error:
        if request.is_notification:
            return None
        return _failure(request.request_id, error)
    if request.is_notification:
        return None
    return {"jsonrpc": "2.0", "id": request.request_id, "result": result}


def _failure(request_id, error):
    return {"jsonrpc": "2.0", "id": request_id, "error": error.to_object()}
