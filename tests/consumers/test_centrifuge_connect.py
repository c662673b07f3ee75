"""The apps' socket: who it is, what it may say, and what is too much."""

from django.utils import timezone

from backend.accounts import tokens
from consumers.subscribing import MOST_TOPICS
from tests import factories
from tests.caller import Caller

NO_PROTOCOL = [
    "no JSON",
    "[]",
    "1",
    '{"id":1}\nnull',
    '{"connect":{}}',
    '{"id":0,"connect":{}}',
    '{"id":"1","connect":{}}',
    '{"id":1.5,"connect":{}}',
    '{"id":1,"connect":[]}',
    '{"id":1,"connect":{"token":7}}',
    '{"id":1,"subscribe":{"channel":"stock:A"}}',
    '{"id":1,"connect":{}}\n{"id":2,"connect":{}}',
    '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":7}}',
    '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"stock:A","offset":-1}}',
    "[" * 3000,
    "",
    b"{}",
]
PRIVATE = {"error": {"code": 103, "message": "permission denied"}}


def test_a_user_connects_for_as_long_as_the_token_lives(apps, alice):
    reply = apps.raw().ask("connect", token=Caller(alice).token, name="js", version="1", data={"a": 1})

    assert 3540 <= reply.pop("ttl") <= 3600
    assert reply.pop("client")
    assert reply == {"version": "shopwire", "ping": 25, "pong": True, "expires": True}


def test_a_guest_connects_to_what_is_public(apps, alice):
    factories.product(sku="A")
    app = apps.raw()
    reply = app.ask("connect")

    assert reply.keys() == {"client", "version", "ping", "pong"}
    assert app.subscribe("stock:A")["offset"] == 1
    for topic in (f"orders:{alice.pk}", f"cart:{alice.pk}", f"order:{alice.pk}", "staff:alerts"):
        assert app.subscribe(topic) == PRIVATE


def test_a_wrong_token_is_final(apps, as_alice, alice):
    refresh = tokens.refresh_token(user=alice, session=as_alice.session, now=timezone.now())

    for token in ("nonsense", refresh):
        app = apps.raw()
        app.say({"id": 1, "connect": {"token": token}})
        assert app.farewell() == 3500


def test_a_token_whose_sign_in_has_ended_is_wrong(apps, as_alice):
    type(as_alice.session).objects.update(ended_at=timezone.now())
    app = apps.raw()
    app.say({"id": 1, "connect": {"token": as_alice.token}})

    assert app.farewell() == 3500


def test_what_is_no_protocol_is_a_bad_request(apps):
    for said in NO_PROTOCOL:
        app = apps.raw()
        app.socket.send(said)
        assert app.farewell() == 3501, said


def test_a_frame_that_is_too_large_is_refused(apps):
    app = apps.raw()
    app.socket.send(" " * (64 * 1024) + "{}")

    assert app.end()[0] in (1009, 3501)


def test_more_than_thirty_commands_a_second_are_too_many(apps):
    app = apps.open()
    app.say(*({"id": number, "rpc": {}} for number in range(2, 33)))

    assert app.farewell() == 3013


def subscribes(skus, *, first):
    return [{"id": first + n, "subscribe": {"channel": f"stock:{sku}"}} for n, sku in enumerate(skus)]


def test_subscribes_that_fail_count_as_commands(apps):
    app, calm = apps.open(), apps.open()
    unknown = {"code": 102, "message": "unknown channel"}

    app.say(*subscribes((f"NONE{number}" for number in range(31)), first=10))
    calm.say(*subscribes((f"NONE{number}" for number in range(29)), first=10))  # and the connect

    answers = [{"id": number, "error": unknown} for number in range(10, 41)]
    assert app.end() == (
        3013,
        [*answers, {"push": {"disconnect": {"code": 3013, "reason": "too many requests"}}}],
    )
    assert calm.hears(29) == answers[:29]
    assert calm.is_silent()


def test_so_do_all_subscribes_beyond_256_at_once_and_none_is_done(apps):
    factories.stock(sku="S", product="a", on_hand=1)
    app, other = apps.open(), apps.open()

    app.say(*subscribes(["S"] * (2 * MOST_TOPICS + 31), first=10))
    other.say(*subscribes(["S"] * 29, first=10))

    assert [reply["id"] for reply in other.hears(29)] == list(range(10, 39))
    assert app.end() == (3013, [{"push": {"disconnect": {"code": 3013, "reason": "too many requests"}}}])


def test_what_is_not_there_is_an_error_and_the_connection_goes_on(apps):
    app = apps.open()

    for method in ("publish", "rpc", "history", "presence", "sub_refresh", "nonsense"):
        assert app.ask(method, channel="stock:A") == {"error": {"code": 108, "message": "not available"}}


def test_a_foreign_page_is_refused(apps):
    assert apps.raw(origin="https://evil.example").farewell() == 3507
    assert "client" in apps.raw(origin="https://friend.example").ask("connect")


def test_apps_and_plain_sockets_share_the_users_seats(apps, shop, alice):
    for _ in range(5):
        apps.open(alice)
        shop.listen("orders/", alice).frame()

    app = apps.raw()
    app.say({"id": 1, "connect": {"token": Caller(alice).token}})

    assert app.farewell() == 3504


def test_staff_may_count_the_listeners(apps, alice, staff):
    factories.product(sku="A")
    guest, customer, boss = apps.open(), apps.open(alice), apps.open(staff)
    for app in (guest, customer):
        app.subscribe("stock:A")

    assert boss.ask("presence_stats", channel="stock:A") == {"num_clients": 2, "num_users": 1}
    assert boss.ask("presence_stats", channel="stock:B") == {"num_clients": 0, "num_users": 0}
    assert customer.ask("presence_stats", channel="stock:A") == PRIVATE
