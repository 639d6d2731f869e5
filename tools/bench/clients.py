# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Clients that cost next to nothing: requests made before, sent over plain sockets."""

import multiprocessing
import socket
import time

HOST = "127.0.0.1"


def http_request(path, body, header):
    """Return the bytes of one POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
        f"Authorization: {header}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body


def run(port, requests, connections):
    """Send *requests* over so many connections at once, each answer awaited.

    :return: (seconds from the first to the last, seconds of each request)
    """
    shares = [requests[first::connections] for first in range(connections)]
    context = multiprocessing.get_context("fork")
    start = context.Barrier(connections)
    results = context.SimpleQueue()
    clients = [
        context.Process(target=_client, args=(port, share, start, results))
        for share in shares
    ]
    for client in clients:
        client.start()
    found = [results.get() for _client_ in clients]
    for client in clients:
        client.join()
    failed = [answer for *_times, answer in found if answer]
    if failed:
        raise SystemExit(f"A request failed: {failed[0]!r}")
    begin = min(times[0] for times, *_rest in found)
    end = max(times[1] for times, *_rest in found)
    return end - begin, [each for _times, taken, _failed in found for each in taken]


def _client(port, requests, start, results):
    """Put ((begin, end), seconds of each, the first answer that is no result)."""
    taken, failed = [], None
    start.wait()
    begin = last = time.perf_counter()
    for request in requests:
        answer = _ask(port, request)
        now = time.perf_counter()
        taken.append(now - last)
        last = now
        if b'"result"' not in answer:
            failed = answer
            break
    results.put(((begin, last), taken, failed))


def _ask(port, request):
    with socket.create_connection((HOST, port), timeout=60) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)
