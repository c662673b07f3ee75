"""Bodies, by every server that may carry REST: in chunks, too large, pictures."""

import http.client
import io
import json
import socket

import pytest
from PIL import Image

from tests.caller import Caller
from tests.catalog.drafting import create

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LOGIN = json.dumps({"email": "nobody@shopwire.example", "password": "x"}).encode()
TOO_LARGE = {"error": "The request is too large", "code": "payload_too_large", "details": None}


def raw(port, *, head, body=b""):
    """Status and JSON of the first answer to bytes that no client library would send."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(head.encode() + b"\r\n\r\n")
        for part in body if isinstance(body, list) else [body]:
            try:
                wire.sendall(part)
            except OSError:
                break  # it has heard enough
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        return answer.status, json.loads(answer.read())


def dot():
    content = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(content, "PNG")
    return content.getvalue()


def post(path, *headers):
    return "\r\n".join(
        [f"POST /api/v1/{path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", *headers]
    )


def test_a_charset_changes_nothing(guest):
    create("MUG")
    kinds = ("a/b; charset=utf-16-le", "a/b; charset=rot13", "a/b; x=" + "x" * 12_000)

    answers = [guest.get("products/?search=mugs", headers={"Content-Type": kind}) for kind in kinds]

    assert [answer.json()["count"] for answer in answers] == [1, 1, 1]


def test_a_body_may_come_in_chunks(guest):
    answer = guest.post(
        "auth/login/", content=iter([LOGIN[:9], LOGIN[9:]]), headers={"Content-Type": "application/json"}
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")


def test_a_body_that_no_endpoint_takes_is_refused_in_json(port, guest):
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    refused = [
        raw(port, head=post("auth/login/", "Content-Length: 2000000"), body=b" " * 2_000_000),
        raw(port, head=post("auth/login/", "Content-Length: 20000000")),
        raw(port, head=post("auth/login/", "Transfer-Encoding: chunked"), body=[chunk] * 32 + [b"0\r\n\r\n"]),
        raw(port, head=post("auth/login/", "Transfer-Encoding: chunked"), body=[chunk] * 300),
    ]

    assert refused == [(413, TOO_LARGE)] * 4
    assert guest.post("auth/login/", content=b"{").json()["code"] == "unsupported_media_type"
    odd = guest.post("auth/login/", content=b"{", headers={"Content-Type": "application/json"})
    assert (odd.status_code, odd.json()["code"]) == (400, "validation_error")


def test_a_picture_is_taken_whole(port, staff, guest):
    picture = dot()
    guest.headers["Authorization"] = f"Bearer {Caller(staff).token}"

    kept = guest.post("staff/images/", files={"image": ("dot.png", picture, "image/png")})
    large = guest.post("staff/images/", files={"image": ("dot.png", b"x" * 10_600_000, "image/png")})

    assert kept.status_code == 201
    assert kept.json()["url"].startswith(f"http://127.0.0.1:{port}/media/products/")
    assert guest.get(kept.json()["url"]).content[:4] == b"\x89PNG"
    assert (large.status_code, large.json()) == (413, TOO_LARGE)
