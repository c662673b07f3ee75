"""What apps are told, as JSON text (sockets.md). Frames are put in as they are, never parsed again."""

import json
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from consumers.codes import Code

INSUFFICIENT_STATE = 2500  # from here on the SDKs subscribe again


class ErrorCode(IntEnum):
    """Why a command failed; the connection goes on."""

    INTERNAL = 100
    UNKNOWN_TOPIC = 102
    PERMISSION_DENIED = 103
    ALREADY_SUBSCRIBED = 105
    TOO_MANY_TOPICS = 106
    NOT_AVAILABLE = 108
    TOKEN_EXPIRED = 109
    POSITION_LOST = 112


_MESSAGES = {
    ErrorCode.INTERNAL: "internal server error",
    ErrorCode.UNKNOWN_TOPIC: "unknown channel",
    ErrorCode.PERMISSION_DENIED: "permission denied",
    ErrorCode.ALREADY_SUBSCRIBED: "already subscribed",
    ErrorCode.TOO_MANY_TOPICS: "limit exceeded",
    ErrorCode.NOT_AVAILABLE: "not available",
    ErrorCode.TOKEN_EXPIRED: "token expired",
    ErrorCode.POSITION_LOST: "unrecoverable position",
}


class Failed(Exception):
    """A command that can't be done; the client is told why."""

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(_MESSAGES[code])
        self.code = code


def result(number: int, method: str, body: dict[str, Any]) -> str:
    """The answer to a command; an empty body must be there, the JavaScript SDK needs it."""
    return _text({"id": number, method: body})


def error(number: int, code: ErrorCode) -> str:
    """The answer to a command that failed. `temporary` asks the SDK to try again."""
    body: dict[str, Any] = {"code": int(code), "message": _MESSAGES[code]}
    if code is ErrorCode.INTERNAL:
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
    body = {"code": INSUFFICIENT_STATE, "reason": "insufficient state"}
    return _text({"push": {"channel": topic, "unsubscribe": body}})


def disconnect(code: Code) -> str:
    """Goes before each close, since servers may drop its reason."""
    return _text({"push": {"disconnect": {"code": int(code), "reason": code.reason}}})


def _subscribed(number: int, *, epoch: str, offset: int, more: str) -> str:
    head = f'"recoverable":true,"positioned":true,"epoch":{json.dumps(epoch)},"offset":{offset}'
    return f'{{"id":{number},"subscribe":{{{head}{more}}}}}'


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
