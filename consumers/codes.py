"""Why a socket was closed: one table for all sockets (contract section 4)."""

from enum import IntEnum
from typing import Any


class Code(IntEnum):
    """Below 3500 a client comes back, from 3500 on it does not."""

    SHUTTING_DOWN = 3001
    TOKEN_EXPIRED = 3005
    TOO_SLOW = 3008
    HISTORY_LOST = 3010
    NO_PONG = 3012
    TOO_MANY_REQUESTS = 3013

    INVALID_TOKEN = 3500
    BAD_REQUEST = 3501
    NO_SIGN_IN = 3502
    SIGNED_OUT = 3503
    TOO_MANY_SOCKETS = 3504
    PERMISSION_DENIED = 3507

    @property
    def reason(self) -> str:
        """The close frame's text."""
        return _REASONS[self]


_REASONS = {
    Code.SHUTTING_DOWN: "shutting down",
    Code.TOKEN_EXPIRED: "token expired",
    Code.TOO_SLOW: "too slow",
    Code.HISTORY_LOST: "history lost",
    Code.NO_PONG: "no pong",
    Code.TOO_MANY_REQUESTS: "too many requests",
    Code.INVALID_TOKEN: "invalid token",
    Code.BAD_REQUEST: "bad request",
    Code.NO_SIGN_IN: "not signed in",
    Code.SIGNED_OUT: "signed out",
    Code.TOO_MANY_SOCKETS: "too many sockets",
    Code.PERMISSION_DENIED: "permission denied",
}


def ask_to_end(code: Code) -> dict[str, Any]:
    """What our own servers tell a socket's consumer, as if it were a message: end it, for this."""
    return {"type": "shopwire.end", "code": int(code)}


class Refused(Exception):
    """The socket is not for this caller: the error frame to send, and the code to close with."""

    def __init__(self, code: Code, *, error: str, name: str) -> None:
        super().__init__(error)
        self.code = code
        self.error = error
        self.name = name
