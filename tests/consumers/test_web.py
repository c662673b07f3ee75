"""The web process as a whole: how it begins, what slow and dead clients cost it, how it ends."""

import base64
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.accounts import actions as accounts
from backend.cart import queries as carts
from backend.core import redis
from backend.devstack import ports, processes, valkey
from backend.outbox import wire
from tests import factories
from tests.consumers.apps import Apps
from tests.consumers.conftest import start_web
from tests.consumers.ears import Shop
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_recovery import fresh
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.consumers.test_history import wait_for_listener
from tests.consumers.test_metrics import Metrics

pytestmark = [pytest.mark.slow, pytest.mark.long]
TOO_SLOW = ("sockets_closed_total", "3008", "too slow")


@pytest.fixture
def web(transactional_db, tmp_path):
    """A web process of this test's own: `web(REDIS_URL=…)` gives its port and the process."""
    started = []

    def start(**environment):
        port = ports.find_free()
        started.append(start_web(port=port, log=tmp_path / "web.log", **environment))
        return port, started[-1]

    yield start
    for process in started:
        processes.stop(process, first=signal.SIGTERM, grace=8)


@pytest.fixture
def news(tmp_path, settings):
    """A Redis of this test's own, for the test too."""
    with valkey.start(folder=tmp_path / "valkey") as started:
        settings.REDIS_URL = started.url
        redis.client.cache_clear()
        yield started
    redis.client.cache_clear()


both_servers = pytest.mark.parametrize("by", ["daphne", "uvicorn"])


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


@pytest.fixture
def opened():
    with ExitStack() as stack:
        yield stack


def is_somebody_waiting() -> bool:
    """For a lock in this database; others are on the same server."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks AS own JOIN pg_locks AS asked USING (pid) WHERE NOT asked.granted"
            " AND own.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return cursor.fetchone()[0] > 0


def buy(port, caller, product, answers):
    body = json.dumps({"product_id": str(product.pk), "quantity": 1}).encode()
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    address = f"http://127.0.0.1:{port}/api/v1/cart/items/"
    with urllib.request.urlopen(urllib.request.Request(address, data=body, headers=headers)) as answer:
        answers.append(answer.status)


@both_servers
def test_at_the_end_sockets_are_told_and_requests_finish(web, opened, as_alice, alice, by):
    port, process = web(WEB_SERVER=by)
    answers = []
    ears = [Shop(port, opened).listen("cart/", alice) for _ in range(3)]
    for one in ears:
        one.frame()
    arguments = (port, as_alice, factories.product(sku="MUG"), answers)
    buying = threading.Thread(target=buy, args=arguments)

    with transaction.atomic():
        carts.lock_cart(user_id=alice.pk, now=timezone.now())
        buying.start()
        assert processes.wait_until(is_somebody_waiting, seconds=30)
        asked_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert [one.end() for one in ears] == [(3001, [])] * 3
    buying.join()

    assert (answers, process.wait(30)) == ([201], 0)
    assert time.monotonic() - asked_at < 5


@both_servers
def test_at_the_end_apps_are_told_one_by_one(web, opened, by):
    factories.product(sku="MUG")
    port, process = web(WEB_SERVER=by)
    apps = [Apps(port, opened).open() for _ in range(100)]
    for app in apps:
        app.subscribe("stock:MUG")

    process.send_signal(signal.SIGTERM)

    assert [app.farewell() for app in apps] == [3001] * 100
    assert process.wait(30) == 0


@both_servers
def test_a_taken_port_is_one_line(by):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = [sys.executable, "-m", "backend.config.web"]
        web = subprocess.run(
            words, env={**os.environ, "PORT": str(port), "WEB_SERVER": by}, capture_output=True, text=True
        )

    assert web.returncode == 1
    assert web.stderr.startswith(f"shopwire: port {port} can't be used")
    assert web.stderr.count("\n") == 1


@both_servers
def test_with_redis_away_sockets_still_open_and_catch_up_when_it_is_back(web, opened, news, alice, tell, by):
    mug = factories.product(sku="MUG")
    shop = Shop(web(REDIS_URL=news.url, WEB_SERVER=by)[0], opened)
    before = shop.listen("cart/", alice)
    topic = before.frame()["topic"]

    news.stop()
    add(alice, mug)
    during = shop.listen("cart/", alice)
    assert during.frame()["version"] == 2
    news.restart_empty()
    wait_for_listener(topic)
    tell()
    assert before.frame()["version"] == 2

    add(alice, mug)
    tell()
    assert (before.frame()["version"], during.frame()["version"]) == (3, 3)


def test_who_comes_back_to_a_redis_that_has_lost_the_newest_gets_a_snapshot(web, opened, news, alice, tell):
    mug = factories.product(sku="MUG")
    apps, topic = Apps(web(REDIS_URL=news.url)[0], opened), cart_topic(alice)
    add(alice, mug)
    tell()
    known = apps.open(alice).subscribe(topic)

    redis.client().save()
    add(alice, mug)
    tell()
    news.restart_empty()  # but for that file
    wait_for_listener(topic)
    since = {"epoch": known["epoch"], "offset": known["offset"]}

    assert fresh(apps.open(alice).subscribe(topic, recover=True, **since), 3)


@both_servers
def test_with_redis_away_apps_connect_and_what_they_know_is_nobodys_position(
    web, opened, news, alice, tell, by
):
    mug, topic = factories.product(sku="MUG"), cart_topic(alice)
    apps = Apps(web(REDIS_URL=news.url, WEB_SERVER=by)[0], opened)
    news.stop()
    during, replies = [apps.open(alice) for _ in range(2)], []
    for app in during:
        replies.append(app.subscribe(topic))
        assert replies[-1]["data"]["version"] == 1

    news.restart_empty()
    wait_for_listener(topic)
    late = apps.open(alice)
    since = {"recover": True, "epoch": replies[0]["epoch"], "offset": 1}
    anew = late.subscribe(topic, **since)
    add(alice, mug)
    tell()

    assert (anew["recovered"], anew["data"]["version"]) == (False, 1)
    assert len({reply["epoch"] for reply in (*replies, anew)}) == 3
    assert [app.pub(topic)[0] for app in (*during, late)] == [2, 2, 2]


@both_servers
def test_a_sign_out_closes_sockets_even_while_redis_is_away(web, opened, alice, tmp_path, by):
    with valkey.start(folder=tmp_path / "valkey") as news:
        ears = Shop(web(REDIS_URL=news.url, WEB_SERVER=by)[0], opened).listen("cart/", alice)
        ears.frame()
        news.stop()

        accounts.end_sessions(user_id=alice.pk, now=timezone.now())
        asked_at = time.monotonic()

        assert ears.end() == (3503, [])
        assert time.monotonic() - asked_at < 5


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
