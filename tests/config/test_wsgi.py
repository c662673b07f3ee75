"""A body that was refused is read all the same: whoever still sends it hears the answer."""

import json
from io import BytesIO

import pytest

from backend.config import bodies, wsgi

pytestmark = pytest.mark.django_db


def post(*, length, sent):
    """The answer's status and code, and how much was read."""
    body, statuses = BytesIO(b" " * sent), []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/auth/login/",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": length,
        "wsgi.input": body,
        "wsgi.url_scheme": "http",
    }
    answer = wsgi.application(environ, lambda status, headers: statuses.append(status[:3]))
    return statuses[0], json.loads(b"".join(answer))["code"], body.tell()


def test_one_too_large_for_json_is_read_out():
    assert post(length="2000000", sent=2_000_000) == ("413", "payload_too_large", 2_000_000)


def test_one_that_ends_early_is_not_waited_for():
    assert post(length="2000000", sent=1000) == ("413", "payload_too_large", 1000)


def test_one_too_large_for_anything_is_not_read_at_all():
    length = str(bodies.LARGEST + 1)

    assert post(length=length, sent=bodies.LARGEST + 1) == ("413", "payload_too_large", 0)


def test_one_of_no_known_length_is_not_read_at_all():
    assert post(length="many", sent=1000) == ("400", "validation_error", 0)
