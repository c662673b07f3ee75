"""The apps' protocol in its Protobuf form, spoken by its SDKs for Swift, Java and Dart: as_json.py in bytes.

The numbers are those of the protocol's own definition (github.com/centrifugal/protocol, client.proto).
Frames of topics are JSON here too: the protocol leaves to the app what it carries.
"""

from collections.abc import Sequence
from typing import Any

from consumers.codes import Code
from consumers.commands import Command, bad_request
from consumers.protobuf import delimited, field, fields, split
from consumers.replies import INSUFFICIENT_STATE, LOST, ErrorCode, message_of

SUBPROTOCOL = "centrifuge-protobuf"
# Of a command: the field of a method, its name, and which of its own fields are read.
_COMMANDS = {
    4: ("connect", {1: "token"}),
    5: ("subscribe", {1: "channel", 3: "recover", 6: "epoch", 7: "offset", 14: "flag"}),
    6: ("unsubscribe", {1: "channel"}),
    9: ("presence_stats", {1: "channel"}),
    14: ("refresh", {1: "token"}),
}
_TRUTHS = {"recover"}
# Of a reply: the same, for what is answered.
_RESULTS: dict[str, tuple[int, dict[str, int]]] = {
    "connect": (5, {"client": 1, "version": 2, "expires": 3, "ttl": 4, "ping": 7, "pong": 8}),
    "unsubscribe": (7, {}),
    "presence_stats": (10, {"num_clients": 1, "num_users": 2}),
    "refresh": (14, {"expires": 3, "ttl": 4}),
}
_ID, _ERROR, _PUSH, _SUBSCRIBED = 1, 2, 4, 6


def read(said: str | bytes | None) -> list[Command]:
    """The commands of one frame, in order. Raises Refused."""
    if not isinstance(said, bytes):
        raise bad_request()
    try:
        commands = [_command(fields(message)) for message in split(said)]
    except ValueError as error:
        raise bad_request() from error
    if not commands:
        raise bad_request()
    return commands


def ping() -> bytes:
    """Which apps have to answer."""
    return delimited(b"")


def result(number: int, method: str, body: dict[str, Any]) -> bytes:
    """The answer to a command."""
    place, numbers = _RESULTS[method]
    content = b"".join(field(numbers[name], value) for name, value in body.items())
    return _reply(field(_ID, number), field(place, content))


def error(number: int, code: ErrorCode) -> bytes:
    """The answer to a command that failed. `temporary` asks the SDK to try again."""
    content = field(1, int(code)) + field(2, message_of(code)) + field(3, code.is_temporary)
    return _reply(field(_ID, number), field(_ERROR, content))


def recovered(number: int, *, epoch: str, offset: int, publications: Sequence[tuple[int, str]]) -> bytes:
    """Subscribed, and this is all that was missed since `offset`: versions and frames, in order."""
    missed = [field(7, _publication(version, frame)) for version, frame in publications]
    return _subscribed(number, epoch, offset, *missed, field(8, True), field(12, True))


def fresh(number: int, *, epoch: str, offset: int, frame: str, was_recovering: bool) -> bytes:
    """Subscribed, and this is how the topic stands."""
    return _subscribed(number, epoch, offset, field(11, frame), field(12, was_recovering))


def publication(*, topic: str, version: int, frame: str) -> bytes:
    """News of a topic."""
    return _push(field(2, topic), field(4, _publication(version, frame)))


def unsubscribe(topic: str) -> bytes:
    """News of the topic were lost: the SDK asks anew."""
    return _push(field(2, topic), field(7, field(2, INSUFFICIENT_STATE) + field(3, LOST)))


def disconnect(code: Code) -> bytes:
    """Goes before each close, since servers may drop its reason."""
    return _push(field(11, field(1, int(code)) + field(2, code.reason)))


def _command(said: dict[int, int | bytes]) -> Command:
    """Raises Refused, or ValueError for a text that is none or a message that is a number."""
    if not said:
        return Command(0, "", {})
    number = said.get(_ID)
    if not isinstance(number, int) or not number:
        raise bad_request()
    for place in _COMMANDS.keys() & said.keys():
        method, names = _COMMANDS[place]
        return Command(number, method, _body(_message(said[place]), names))
    return Command(number, "", {})


def _body(found: dict[int, int | bytes], names: dict[int, str]) -> dict[str, Any]:
    return {names[place]: _value(names[place], value) for place, value in found.items() if place in names}


def _value(name: str, value: int | bytes) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return bool(value) if name in _TRUTHS else value


def _message(value: int | bytes) -> dict[int, int | bytes]:
    if isinstance(value, int):
        raise bad_request()
    return fields(value)


def _publication(version: int, frame: str) -> bytes:
    return field(4, frame) + field(6, version)


def _subscribed(number: int, epoch: str, offset: int, *more: bytes) -> bytes:
    """It can be recovered, and its position is looked after."""
    head = field(3, True) + field(6, epoch) + field(9, offset) + field(10, True)
    return _reply(field(_ID, number), field(_SUBSCRIBED, head + b"".join(more)))


def _push(*parts: bytes) -> bytes:
    return _reply(field(_PUSH, b"".join(parts)))


def _reply(*parts: bytes) -> bytes:
    return delimited(b"".join(parts))
