"""What stops `make run` before it starts, each with one line that says what to do."""

import os
import socket

import pytest

from backend.devstack import checks, ports


def test_taken_port_is_named():
    with socket.create_server(("127.0.0.1", ports.find_free())) as taken:
        number = taken.getsockname()[1]

        with pytest.raises(checks.Unusable, match=f"port {number} is taken: .* PORT={number + 1} make run"):
            checks.check_port({"PORT": str(number)})


@pytest.mark.parametrize("value", ["0", "65536", "web"])
def test_port_must_be_a_port(value):
    with pytest.raises(checks.Unusable, match=f"PORT={value} is no port"):
        checks.check_port({"PORT": value})


@pytest.mark.parametrize("url", ["postgres://127.0.0.1:1/shop", "mysql://127.0.0.1/shop"])
def test_database_that_does_not_answer_is_one_line(url):
    with pytest.raises(
        checks.Unusable, match=r"DATABASE_URL does not answer .* unset DATABASE_URL"
    ) as refused:
        checks.check_database(url)

    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "127.0.0.1"])
def test_redis_that_does_not_answer_is_one_line(url):
    with pytest.raises(checks.Unusable, match=r"REDIS_URL does not answer .* unset REDIS_URL") as refused:
        checks.check_redis(url)

    assert len(str(refused.value).splitlines()) == 1


def test_servers_that_answer_pass():
    checks.check_database(os.environ["DATABASE_URL"])
    checks.check_redis(os.environ["REDIS_URL"])
