# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""JSON-RPC 2.0, by the examples of its specification and with a stock client."""

import json

import pytest
from jsonrpcclient import Ok, parse, request_json
from rpc.dispatcher import Busy, RpcError, busy, dispatch, refuse


def run(method, params, is_alone):
    if method == "subtract":
        return params["minuend"] - params["subtrahend"]
    if method == "busy":
        raise Busy(3)
    raise RpcError(-32601, "no such method")


def answer(body):
    return dispatch(body.encode(), json.loads, run)


def test_a_stock_client_understands():
    body = request_json("subtract", params={"minuend": 42, "subtrahend": 23}, id=3)
    assert parse(answer(body)) == Ok(19, 3)


@pytest.mark.parametrize(
    ("body", "code", "request_id"),
    [
        ('{"jsonrpc": "2.0", "method": "foobar, "params"', -32700, None),
        ('{"jsonrpc": "2.0", "method": 1, "params": "bar"}', -32600, None),
        ('{"jsonrpc": "2.0", "method": "x", "id": {}}', -32600, None),
        ('{"jsonrpc": "2.0", "method": "x", "id": true}', -32600, None),
        ('{"jsonrpc": "2.0", "method": "x", "id": "1", "extra": 0}', -32600, "1"),
        ('{"jsonrpc": "2.0", "method": "x", "params": [1], "id": 1}', -32602, 1),
        ("[]", -32600, None),
        ("[1]", -32600, None),
    ],
)
def test_errors(body, code, request_id):
    found = answer(body)
    found = found[0] if isinstance(found, list) else found
    assert (found["error"]["code"], found["id"]) == (code, request_id)


def test_a_batch_keeps_its_order_and_drops_notifications():
    body = json.dumps(
        [
            {"jsonrpc": "2.0", "method": "no", "id": "5"},
            {"jsonrpc": "2.0", "method": "no"},
            {
                "jsonrpc": "2.0",
                "method": "subtract",
                "params": {"minuend": 2, "subtrahend": 1},
                "id": "2",
            },
        ]
    )
    assert [one["id"] for one in answer(body)] == ["5", "2"]


def test_only_notifications_answer_nothing():
    assert answer('{"jsonrpc": "2.0", "method": "no"}') is None
    assert answer('[{"jsonrpc": "2.0", "method": "no"}]') is None


def test_null_is_an_id():
    assert answer('{"jsonrpc": "2.0", "method": "no", "id": null}')["id"] is None


def test_busy_undoes_all_and_answers_each():
    body = json.dumps([{"jsonrpc": "2.0", "method": "busy", "id": n} for n in (1, 2)])
    with pytest.raises(Busy):
        answer(body)
    found = busy(body.encode(), json.loads, 3)
    assert [(one["id"], one["error"]["code"]) for one in found] == [
        (1, 1602),
        (2, 1602),
    ]
    assert found[0]["error"]["data"] == {"retry_after": 3}


def test_a_refused_request_is_named_where_there_is_one():
    error = RpcError(1002, "bad signature")
    one = b'{"jsonrpc": "2.0", "method": "x", "id": 4}'
    assert refuse(one, json.loads, error)["id"] == 4
    assert refuse(b"[" + one + b"]", json.loads, error)["id"] is None
    assert refuse(b"wreck", json.loads, error)["id"] is None
