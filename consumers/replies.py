"""What apps are told of their commands (sockets.md); as_json.py and as_protobuf.py write it down."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Protocol

from consumers.codes import Code
from consumers.commands import Command

INSUFFICIENT_STATE = 2500  # from here on the SDKs subscribe again
LOST = "insufficient state"


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

    @property
    def is_temporary(self) -> bool:
        """Whether the same command may go well the next time."""
        return self is ErrorCode.INTERNAL


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


class Format(Protocol):
    """A form of the protocol: a module with these functions, which have their docstrings there."""

    def read(self, said: str | bytes | None) -> list[Command]: ...
    def ping(self) -> str | bytes: ...
    def result(self, number: int, method: str, body: dict[str, Any]) -> str | bytes: ...
    def error(self, number: int, code: ErrorCode) -> str | bytes: ...
    def recovered(
        self, number: int, *, epoch: str, offset: int, publications: Sequence[tuple[int, str]]
    ) -> str | bytes: ...
    def fresh(
        self, number: int, *, epoch: str, offset: int, frame: str, was_recovering: bool
    ) -> str | bytes: ...
    def publication(self, *, topic: str, version: int, frame: str) -> str | bytes: ...
    def unsubscribe(self, topic: str) -> str | bytes: ...
    def disconnect(self, code: Code) -> str | bytes: ...


def message_of(code: ErrorCode) -> str:
    """In words that its SDKs know."""
    return _MESSAGES[code]
