"""The apps' protocol as JSON text (sockets.md): what they say, and what they are told, a line each.

Frames of topics are put in as they are, never parsed again.
"""

import json
from collections.abc import Sequence
from typing import Any

from consumers.codes import Code
from consumers.commands import METHODS, Command, bad_request, is_count
from consumers.replies import INSUFFICIENT_STATE, LOST, ErrorCode, message_of


def read(said: str | bytes | None) -> list[Command]:
    """The commands of one frame, in order. Raises Refused."""
    if not isinstance(said, str):
        raise bad_request()
    commands = [_command(line) for line in said.split("\n") if line.strip()]
    if not commands:
        raise bad_request()
    return commands


def ping() -> str:
    """Which apps have to answer."""
    return "{}"


def result(number: int, method: str, body: dict[str, Any]) -> str:
    """The answer to a command; an empty body must be there, the JavaScript SDK needs it."""
    return _text({"id": number, method: body})


def error(number: int, code: ErrorCode) -> str:
    """The answer to a command that failed. `temporary` asks the SDK to try again."""
    body: dict[str, Any] = {"code": int(code), "message": message_of(code)}
    if code.is_temporary:
        body["temporary"] = True
    return _text({"id": number, "error": body})


def recovered(number: int, *, epoch: str, offset: int, publications: Sequence[tuple[int, str]]) -> str:
    """Subscribed, and this is all that was missed since `offset`: versions and frames, in order."""
    missed = ",".join(f'{{"offset":{version},"data":{frame}}}' for version, frame in publications)
    more = f',"was_recovering":true,"recovered":true,"publications":[{missed}]'
    return _subscribed(number, epoch=epoch, offset=offset, more=more)


def fresh(number: int, *, epoch: str, offset: int, frame: str, was_recovering: bool) -> str:
    """Subscribed, and this is how the topic stands."""
    more = (
        f',"was_recovering":true,"recovered":false,"data":{frame}' if was_recovering else f',"data":{frame}'
    )
    return _subscribed(number, epoch=epoch, offset=offset, more=more)


def publication(*, topic: str, version: int, frame: str) -> str:
    """News of a topic."""
    return f'{{"push":{{"channel":{json.dumps(topic)},"pub":{{"offset":{version},"data":{frame}}}}}}}'


def unsubscribe(topic: str) -> str:
    """News of the topic were lost: the SDK asks anew."""
    return _text({"push": {"channel": topic, "unsubscribe": {"code": INSUFFICIENT_STATE, "reason": LOST}}})


def disconnect(code: Code) -> str:
    """Goes before each close, since servers may drop its reason."""
    return _text({"push": {"disconnect": {"code": int(code), "reason": code.reason}}})


def _command(line: str) -> Command:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise bad_request() from error
    if said == {}:
        return Command(0, "", {})
    number = said.get("id") if isinstance(said, dict) else None
    if not is_count(number) or not number:
        raise bad_request()
    for method in METHODS & said.keys():
        body = said[method]
        if not isinstance(body, dict):
            raise bad_request()
        return Command(number, method, body)
    return Command(number, "", {})


def _subscribed(number: int, *, epoch: str, offset: int, more: str) -> str:
    head = f'"recoverable":true,"positioned":true,"epoch":{json.dumps(epoch)},"offset":{offset}'
    return f'{{"id":{number},"subscribe":{{{head}{more}}}}}'


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
