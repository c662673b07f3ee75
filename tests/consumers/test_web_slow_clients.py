"""What slow and dead clients cost the web process, and when it lets them go."""

import base64
import json
import os
import socket
import struct
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import timezone

from backend.cart import queries as carts
from backend.core import redis
from backend.devstack import processes
from backend.outbox import wire
from tests import factories
from tests.consumers.apps import Apps
from tests.consumers.conftest import both_servers
from tests.consumers.ears import Shop
from tests.consumers.test_metrics import Metrics

pytestmark = [pytest.mark.slow, pytest.mark.long]
TOO_SLOW = ("sockets_closed_total", "3008", "too slow")


def handshake(port, path, token):
    """A socket that speaks by hand: it answers nothing by itself."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    raw.sendall(
        f"GET /ws/{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    assert raw.recv(4096).startswith(b"HTTP/1.1 101")
    return raw


def memory(process):
    """Resident bytes."""
    with open(f"/proc/{process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@both_servers
def test_a_client_that_does_not_read_is_let_go_and_costs_little(web, opened, as_alice, alice, bob, by):
    port, process = web(WEB_SERVER=by)
    quick = Shop(port, opened).listen("cart/", bob)
    topics = [quick.frame()["topic"], f"cart:{carts.cart_of(user_id=alice.pk, now=timezone.now()).pk}"]
    slow = [handshake(port, "cart/", as_alice.token) for _ in range(5)]
    assert processes.wait_until(lambda: redis.client().zcard(f"sockets:{alice.pk}") == 5, seconds=30)
    before, shown = memory(process), Metrics(port)
    started = shown.read()

    for version in range(2, 4002):
        for topic in topics:
            redis.client().publish(wire.channel(topic), f"{version} e\n" + json.dumps("x" * 4096))
        if version % 100 == 1:  # bob reads as it comes
            quick.frames(100)

    grown = memory(process) - before
    assert processes.wait_until(lambda: shown.rises(started).get(TOO_SLOW) == 5, seconds=30), shown.read()
    assert processes.wait_until(lambda: redis.client().zcard(f"sockets:{alice.pk}") == 0, seconds=30)
    assert grown < 40 * 1024 * 1024
    for raw in slow:
        raw.close()


def test_a_client_that_does_not_answer_pings_is_let_go(web, as_alice):
    """Both servers at the same time. By uvicorn an app too that answers no pings but the shop's own."""
    their_ports = [web(WEB_SERVER=by)[0] for by in ("daphne", "uvicorn")]
    clients = []
    for port in their_ports:
        clients += [handshake(port, "cart/", as_alice.token), handshake(port, "", "")]
        speak(clients[-1], {"id": 1, "connect": {}})
    with ThreadPoolExecutor() as pool:
        heard = list(pool.map(hear_all, clients, (False, False, False, True)))

    for plain, app in (heard[:2], heard[2:]):
        assert b"\x89" in plain  # the ping
        assert b"disconnect" not in plain
        assert plain.endswith(NO_PONG)
        assert app.endswith(b'{"push":{"disconnect":{"code":3012,"reason":"no pong"}}}' + NO_PONG)
    for port in their_ports:
        assert Metrics(port).read()["sockets_closed_total", "3012", "no pong"] == 2


NO_PONG = b"\x88\x09" + struct.pack("!H", 3012) + b"no pong"


def hear_all(raw, answers):
    """All until it is closed for want of a pong; `{}`, by which the shop pings apps, it may answer."""
    raw.settimeout(45)
    heard = b""
    while NO_PONG not in heard and heard.count(b"\x81\x02{}") < 2 and (part := raw.recv(4096)):
        heard += part
        if answers and part.endswith(b"\x81\x02{}"):
            speak(raw, {})
    raw.close()
    return heard


def speak(raw, command):
    """One command, as a frame of its own."""
    text = json.dumps(command).encode()
    raw.sendall(bytes((0x81, 0x80 | len(text))) + b"\0\0\0\0" + text)


@both_servers
def test_apps_that_do_not_read_disturb_nobody(web, opened, staff, by):
    factories.product(sku="MUG", quantity=100_000)
    port, process = web(WEB_SERVER=by)
    shop = Apps(port, opened)
    quick, boss = shop.open(), shop.open(staff)
    quick.subscribe("stock:MUG")
    deaf = [deaf_app(port) for _ in range(20)]
    assert processes.wait_until(lambda: listeners(boss) == 21, seconds=30)
    before = memory(process)

    for version in range(2, 3002):
        frame = json.dumps("x" * 4096)
        redis.client().publish(wire.channel("stock:MUG"), f"{version} e\n{frame}")
        assert quick.pub("stock:MUG")[0] == version

    assert memory(process) - before < 32 * 1024 * 1024
    assert listeners(boss) == 21  # of stock only the newest waits for them
    for raw in deaf:
        raw.close()


def listeners(boss):
    return boss.ask("presence_stats", channel="stock:MUG")["num_clients"]


def deaf_app(port):
    """An app that listens to all that happens to the mug, and reads nothing of it."""
    raw = handshake(port, "", "")
    for command in ({"id": 1, "connect": {}}, {"id": 2, "subscribe": {"channel": "stock:MUG"}}):
        speak(raw, command)
    return raw
