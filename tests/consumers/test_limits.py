"""What a client may do to the server, and what the server does then."""

import socket

import pytest

from tests import factories

CALM = b'{"hello": "shop"}'


def masked(said):
    """A text frame as a client sends it."""
    return bytes((0x81, 0x80 | len(said))) + b"\0\0\0\0" + said


def test_what_clients_say_is_ignored(shop, tell):
    factories.product(sku="A")
    ears = shop.listen("stock/?sku=A")
    ears.frame()

    for _ in range(20):
        ears.socket.send("x" * 4096)

    assert ears.is_silent()


def test_a_chatterbox_is_sent_away(shop):
    factories.product(sku="A")
    ears = shop.listen("stock/?sku=A")

    raw: socket.socket = ears.socket.socket
    raw.sendall(41 * masked(CALM))  # of which 21 are said within one second, even where that is not the first

    assert ears.code() == 3013


def test_binary_and_large_frames_are_bad_requests(shop):
    factories.product(sku="A")

    for said, code in ((b"\0", 3501), ("x" * 4097, 3501), ("é" * 2049, 3501), ("x" * 70_000, 1009)):
        ears = shop.listen("stock/?sku=A")
        ears.frame()
        ears.socket.send(said)
        assert ears.code() == code


def test_the_eleventh_socket_of_a_user_is_one_too_many(shop, alice, bob):
    ten = [shop.listen("cart/", alice) for _ in range(10)]
    for ears in ten:
        ears.frame()

    code, frames = shop.listen("cart/", alice).end()

    assert (code, frames[0]["code"]) == (3504, "too_many_sockets")
    assert shop.listen("cart/", bob).frame()["type"] == "snapshot"


def test_a_closed_socket_makes_room(shop, alice):
    ten = [shop.listen("cart/", alice) for _ in range(10)]
    for ears in ten:
        ears.frame()
    ten[0].close()

    assert shop.listen("cart/", alice).frame()["type"] == "snapshot"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"\x81\x01a", 1002),
        (b"\xc1\x81\0\0\0\0a", 1002),
        (b"\xa1\x81\0\0\0\0a", 1002),
        (b"\x81\x82\0\0\0\0\xc3\x28", 1007),
    ],
    ids=["not-masked", "first-reserved-bit", "second-reserved-bit", "no-utf-8"],
)
def test_a_client_that_breaks_the_protocol_is_told_by_the_server(shop, said, code):
    factories.product(sku="A")
    ears = shop.listen("stock/?sku=A")
    ears.frame()

    raw: socket.socket = ears.socket.socket
    raw.sendall(said)

    assert ears.code() == code
