"""Whose address a request has: that of the first hop that no proxy of ours vouches for."""

import pytest
from django.test import RequestFactory

from api import client_address


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        ([], "192.0.2.1", "", "192.0.2.1"),
        ([], "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (["10.0.0.0/8"], "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.7", "198.51.100.7"),
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
        # What the client itself wrote stands on the left, and is not believed.
        (["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        (["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 10.0.0.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (["10.0.0.0/8"], "10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        (["10.0.0.0/8", "fd00::/8"], "fd00::1", "2001:db8::7", "2001:db8::7"),
        (["10.0.0.0/8"], "10.0.0.1", " , 198.51.100.7 , ", "198.51.100.7"),
        (["10.0.0.0/8"], "10.0.0.1", "nonsense", "nonsense"),
        (["10.0.0.0/8"], "", "198.51.100.7", "unknown"),
    ],
)
def test_the_client_is_the_first_hop_from_the_right_that_is_not_ours(
    trusted, peer, forwarded, client, settings
):
    settings.TRUSTED_PROXIES = trusted
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=peer)

    assert client_address.of(request) == client
