"""What no HTTP library would send, byte by byte, to a real web process: never a 500 or a hang."""

import contextlib
import json
import socket
from http.client import HTTPResponse

import pytest

from tests import live

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LOGIN = "/api/v1/auth/login/"
BIG = 10 * 1024 * 1024


@pytest.fixture(scope="module")
def port(django_db_setup, tmp_path_factory):
    with live.web(log=tmp_path_factory.mktemp("web") / "web.log") as url:
        yield int(url.rpartition(":")[2])


def ask(port, *, target=LOGIN, method="POST", headers=(), body=b"", host="localhost"):
    """The status and, where there is one, the JSON of what comes back."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
        raw.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        # It may answer before it has read all, and close.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            raw.sendall(body)
        return _read(raw)


def _read(raw):
    answer = HTTPResponse(raw)
    answer.begin()
    text = answer.read()
    return answer.status, json.loads(text) if text else None


JSON = "Content-Type: application/json"


def test_ten_megabytes_are_refused(port):
    body = b'{"email": "' + b"x" * BIG + b'"}'

    status, error = ask(port, headers=[JSON, f"Content-Length: {len(body)}"], body=body)

    assert (status, error["code"]) == (413, "payload_too_large")


def test_ten_megabytes_without_a_length_are_refused(port):
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    body = chunk * (BIG // 0x10000) + b"0\r\n\r\n"

    status, error = ask(port, headers=[JSON, "Transfer-Encoding: chunked"], body=body)

    assert (status, error["code"]) == (413, "payload_too_large")


def test_what_is_too_long_for_anything_is_not_even_read(port):
    status, error = ask(port, headers=["Content-Type: image/png", f"Content-Length: {10**12}"])

    assert (status, error["code"]) == (413, "payload_too_large")


def test_a_body_without_an_end_is_cut_off(port):
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"

    status, error = ask(port, headers=[JSON, "Transfer-Encoding: chunked"], body=chunk * 12)

    assert (status, error["code"]) == (413, "payload_too_large")


def test_json_in_chunks_is_read(port):
    body = b'2\r\n{"\r\n4\r\na":1\r\n1\r\n}\r\n0\r\n\r\n'

    status, error = ask(port, headers=[JSON, "Transfer-Encoding: chunked"], body=body)

    assert (status, sorted(error["details"])) == (400, ["email", "password"])


def test_a_type_that_is_not_json_is_refused_also_in_chunks(port):
    headers = ["Content-Type: text/plain", "Transfer-Encoding: chunked"]

    status, error = ask(port, headers=headers, body=b"2\r\n{}\r\n0\r\n\r\n")

    assert (status, error["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("length", ["abc", "-1", "1, 2", "99999999999999999999", "0x2"])
def test_a_length_that_is_none_is_refused(port, length):
    status, _ = ask(port, headers=[JSON, f"Content-Length: {length}"], body=b"{}")

    assert status in (400, 413)


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/products/%00/",
        "/api/v1/products/?search=%00",
        "/api/v1/products/?search=%ED%A0%80",
        "/api/v1/products/?page=%FF",
        "/api/v1/products/?" + "a=1&" * 2000,
        "/api/v1/products/" + "x" * 6000 + "/",
        "/api/v1//products/",
        "/api/v1/products/%2e%2e/%2e%2e/",
    ],
)
def test_an_odd_target_is_no_fault(port, target):
    status, body = ask(port, method="GET", target=target)

    assert status in (200, 400, 404, 414)
    assert status == 200 or {"error", "code", "details"} <= set(body)


@pytest.mark.parametrize("host", ["evil.example", "localhost@evil.example", "a b", ""])
def test_an_odd_host_is_refused(port, host):
    status, error = ask(port, method="GET", target="/api/v1/products/", host=host)

    assert (status, error["code"]) == (400, "validation_error")


def test_a_body_that_never_comes_whole_does_not_stay(port):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
        start = f"POST {LOGIN} HTTP/1.1\r\nHost: localhost\r\n{JSON}\r\nContent-Length: 50\r\n\r\n{{"
        raw.sendall(start.encode())
        raw.shutdown(socket.SHUT_WR)

        assert raw.recv(100) == b"", "cut off: there is nobody left to answer"
    assert ask(port, method="GET", target="/healthz")[0] == 200
