"""The apps' protocol in its Protobuf form, held against the definition that its published clients carry."""

import json
from contextlib import suppress
from typing import Any

import pytest
from centrifuge.protocol import client_pb2 as definition
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from consumers import as_json, as_protobuf, protobuf
from consumers.codes import Code, Refused
from consumers.commands import Command
from consumers.replies import ErrorCode
from tests import factories
from tests.caller import Caller
from tests.consumers.test_history import sell

FRAME = '{"type":"update","topic":"stock:MUG","data":{"name":"T\\u00fcr"}}'
NEWS = {"topic": "stock:MÜG", "version": 2**40, "frame": FRAME}
PLACE = {"epoch": "abc", "offset": 7}
# What is told, and how: both forms must mean the same.
SAID: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("result", (1, "connect", {"client": "c", "version": "v", "ping": 25, "pong": True}), {}),
    ("result", (1, "connect", {"client": "c", "expires": True, "ttl": 3599}), {}),
    ("result", (2, "unsubscribe", {}), {}),
    ("result", (3, "refresh", {"expires": True, "ttl": 1}), {}),
    ("result", (4, "presence_stats", {"num_clients": 300, "num_users": 2}), {}),
    *(("error", (5, code), {}) for code in ErrorCode),
    ("recovered", (6,), {**PLACE, "publications": [(8, FRAME), (9, FRAME)]}),
    ("recovered", (6,), {**PLACE, "publications": []}),
    ("fresh", (7,), {**PLACE, "frame": FRAME, "was_recovering": True}),
    ("fresh", (7,), {**PLACE, "frame": FRAME, "was_recovering": False}),
    ("publication", (), NEWS),
    ("unsubscribe", ("stock:MUG",), {}),
    *(("disconnect", (code,), {}) for code in Code),
]


def meant(reply: definition.Reply) -> Any:
    """As JSON says it: numbers are numbers, data is JSON, what is false or empty is left out."""
    said = MessageToDict(reply, preserving_proto_field_name=True)
    return _tidied(said, reply)


def _tidied(said: dict[str, Any], message: Any) -> dict[str, Any]:
    tidy: dict[str, Any] = {}
    for name, value in said.items():
        held = getattr(message, name)
        if name == "data":
            tidy[name] = json.loads(held)
        elif name == "offset":
            tidy[name] = int(value)
        elif isinstance(value, list):
            tidy[name] = [_tidied(one, other) for one, other in zip(value, held, strict=True)]
        else:
            tidy[name] = _tidied(value, held) if isinstance(value, dict) else value
    return tidy


def without_falsehoods(said: Any) -> Any:
    """Protobuf does not tell false from not said, nor an empty list from none."""
    if isinstance(said, dict):
        kept = {name: value for name, value in said.items() if value is not False and value != []}
        return {name: value if name == "data" else without_falsehoods(value) for name, value in kept.items()}
    return said


def unpacked(packed: bytes) -> list[definition.Reply]:
    return [definition.Reply.FromString(message) for message in protobuf.split(packed)]


@pytest.mark.parametrize(("name", "values", "more"), SAID, ids=lambda value: str(value)[:40])
def test_both_forms_mean_the_same(name, values, more):
    [reply] = unpacked(getattr(as_protobuf, name)(*values, **more))
    text = getattr(as_json, name)(*values, **more)

    assert meant(reply) == without_falsehoods(json.loads(text))


def test_a_ping_is_an_empty_reply():
    assert unpacked(as_protobuf.ping()) == [definition.Reply()]


def packed(*commands: definition.Command) -> bytes:
    return b"".join(protobuf.delimited(command.SerializeToString()) for command in commands)


@given(st.integers(1, 2**32 - 1), st.text(), st.text(), st.booleans(), st.integers(0, 2**63 - 1))
def test_a_subscribe_is_read_as_it_was_meant(number, channel, epoch, recover, offset):
    asked = {"channel": channel, "epoch": epoch, "recover": recover, "offset": offset, "flag": 2}
    more = {"token": "unread", "data": b"\0\xff", "positioned": True}
    command = definition.Command(id=number, subscribe=definition.SubscribeRequest(**asked, **more))

    [read] = as_protobuf.read(packed(command))

    assert (read.number, read.method) == (number, "subscribe")
    assert {name: read.body.get(name, type(value)()) for name, value in asked.items()} == asked


def test_commands_follow_each_other_and_a_pong_is_an_empty_one():
    first = definition.Command(id=1, connect=definition.ConnectRequest(token="t", name="swift"))
    last = definition.Command(id=2, rpc=definition.RPCRequest(method="greet"))

    said = as_protobuf.read(packed(first, definition.Command(), last))

    assert said == [Command(1, "connect", {"token": "t"}), Command(0, "", {}), Command(2, "", {})]


@pytest.mark.parametrize(
    "said",
    [
        None,
        "{}",
        b"",
        b"\x05\x08\x01",  # cut short
        b"\x02\x08\xff",  # a number without an end
        b"\x0b" + b"\x08" + b"\xff" * 10,  # a number of more than 64 bits
        b"\x02\x0b\x01",  # no such kind of field
        b"\x02\x32\x00",  # without an id
        b"\x04\x08\x01\x28\x01",  # a subscribe that is a number
        b"\x07\x08\x01\x2a\x03\x0a\x01\xff",  # a channel that is no UTF-8
    ],
)
def test_what_is_no_frame_of_commands_is_refused(said):
    with pytest.raises(Refused) as refused:
        as_protobuf.read(said)
    assert refused.value.code == Code.BAD_REQUEST


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(said):
    with suppress(Refused):
        as_protobuf.read(said)


@pytest.fixture
def packed_app(server, transactional_db):
    """Says commands and hears replies, in this form."""
    address = f"ws://127.0.0.1:{server}/ws/"
    with connect(address, proxy=None, subprotocols=["centrifuge-protobuf"], close_timeout=1) as socket:
        assert socket.subprotocol == "centrifuge-protobuf"
        yield socket


def hear(socket) -> list[dict[str, Any]]:
    return [meant(reply) for reply in unpacked(socket.recv(timeout=10))]


def test_a_guest_follows_stock(packed_app, tell):
    factories.product(sku="MUG", quantity=5)
    packed_app.send(packed(definition.Command(id=1, connect=definition.ConnectRequest())))
    subscribe = definition.SubscribeRequest(channel="stock:MUG")
    packed_app.send(packed(definition.Command(id=2, subscribe=subscribe)))
    [connected], [subscribed] = hear(packed_app), hear(packed_app)
    sell()
    tell()
    [told] = hear(packed_app)

    assert (connected["id"], connected["connect"]["ping"]) == (1, 25)
    assert subscribed["subscribe"]["data"]["data"]["quantity"] == 5
    assert told["push"]["pub"]["data"]["data"]["quantity"] == 4
    assert told["push"]["pub"]["offset"] == subscribed["subscribe"]["offset"] + 1


def test_a_text_frame_is_no_command_here_and_the_end_is_told_in_this_form(packed_app):
    packed_app.send('{"id":1,"connect":{}}')

    [told] = hear(packed_app)
    with pytest.raises(ConnectionClosed) as closed:
        packed_app.recv(timeout=10)
    assert told["push"]["disconnect"] == {"code": 3501, "reason": "bad request"}
    assert closed.value.rcvd.code == 3501


def test_both_forms_hear_the_same_news(server, apps, packed_app, alice, tell):
    factories.product(sku="MUG", quantity=5)
    token = Caller(alice).token
    command = definition.Command(id=1, connect=definition.ConnectRequest(token=token))
    packed_app.send(packed(command))
    [connected] = hear(packed_app)
    subscribe = definition.SubscribeRequest(channel="stock:MUG")
    packed_app.send(packed(definition.Command(id=2, subscribe=subscribe)))
    hear(packed_app)
    other = apps.open()
    other.subscribe("stock:MUG")
    sell()
    tell()

    [told] = hear(packed_app)
    assert connected["connect"]["expires"] is True
    assert told["push"]["pub"] == other.hear()["push"]["pub"]
