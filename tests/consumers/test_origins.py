"""Which web pages may open a socket."""

import pytest

from consumers import origins

HOST = "shop.example:8000"


@pytest.fixture(autouse=True)
def _hosts(settings):
    settings.ALLOWED_HOSTS = ["shop.example"]
    settings.CORS_ALLOWED_ORIGINS = ["https://friend.example", "http://localhost:3000"]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "http://shop.example:8000",
        "HTTP://SHOP.example:8000",
        "https://friend.example",
        "https://friend.example:443",
        "http://localhost:3000",
    ],
)
def test_welcome(origin):
    assert origins.is_allowed(origin=origin, host=HOST)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://friend.example",
        "https://friend.example:8443",
        "https://friend.example.evil.example",
        "https://evil-friend.example",
        "https://friend.example@evil.example",
        "https://friend.example/page",
        "http://shop.example",
        "http://shop.example:8000.evil.example",
        "file://",
        "http://[::1",
        "http://localhost:port",
    ],
)
def test_not_welcome(origin):
    assert not origins.is_allowed(origin=origin, host=HOST)


def test_a_host_that_is_not_ours_makes_no_page_our_own():
    assert not origins.is_allowed(origin="http://evil.example", host="evil.example")
