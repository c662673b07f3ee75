"""What Daphne answers by itself looks like every other error."""

import json
import socket

import pytest


def ask(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as raw:
        raw.sendall(request)
        answer = b"".join(iter(lambda: raw.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split()[1], json.loads(body)


@pytest.mark.parametrize("server", ["daphne"], indirect=True)
def test_a_malformed_request_is_answered_in_json(server):
    refused = {"error": "Invalid header value", "code": "validation_error", "details": None}
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Odd: a\x0cb\r\nConnection: close\r\n\r\n"

    assert ask(server, request) == (b"400", refused)


def test_rest_is_there_too(server):
    alive = (b"200", {"status": "alive"})

    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    assert ask(server, request) == alive
