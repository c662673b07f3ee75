"""What an app says: commands, several to a frame. as_json.py and as_protobuf.py read them, strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consumers.codes import Code, Refused

METHODS = frozenset({"connect", "subscribe", "unsubscribe", "refresh", "presence_stats"})
MOST_NUMBER = 2**63
REJECT_UNRECOVERED = 2  # a bit of `flag`


@dataclass(frozen=True)
class Command:
    """A known method is itself, any other is "". A pong has no number."""

    number: int
    method: str
    body: Mapping[str, Any]

    @property
    def is_pong(self) -> bool:
        return self.number == 0

    def text(self, name: str) -> str:
        """A text of the body, "" if it is left out. Raises Refused for what is no text."""
        value = self.body.get(name, "")
        if not isinstance(value, str) or not _can_be_sent(value):
            raise bad_request()
        return value


@dataclass(frozen=True)
class Subscribe:
    """The body of a subscribe command."""

    channel: str
    recover: bool
    offset: int
    epoch: str
    rejects_unrecovered: bool


def subscribe(command: Command) -> Subscribe:
    """What is asked for. Raises Refused. SDKs leave out an offset of 0 and an empty epoch."""
    body = command.body
    flag, offset = body.get("flag", 0), body.get("offset", 0)
    if not is_count(flag) or not is_count(offset):
        raise bad_request()
    return Subscribe(
        channel=command.text("channel"),
        recover=body.get("recover") is True,
        offset=offset,
        epoch=command.text("epoch"),
        rejects_unrecovered=bool(flag & REJECT_UNRECOVERED),
    )


def bad_request() -> Refused:
    """What this is no protocol of ours for."""
    return Refused(Code.BAD_REQUEST, name="validation_error", error="No such command")


def is_count(value: Any) -> bool:
    """Whether it can be a number of a command, an offset or a flag."""
    return type(value) is int and 0 <= value < MOST_NUMBER


def _can_be_sent(text: str) -> bool:
    """JSON can spell half a character (`\\ud800`). As a topic it would break the link that all share."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
