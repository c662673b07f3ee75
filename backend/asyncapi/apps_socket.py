"""The apps' socket in JSON Schema: commands, replies and pushes of the Centrifuge JSON client protocol."""

from dataclasses import dataclass
from typing import Any

from backend.asyncapi.frames import Json, count, ref, thing
from consumers import centrifuge, client, obeying, replies, subscribing
from consumers.codes import Code
from consumers.replies import ErrorCode

TEXT: Json = {"type": "string"}
TRUE: Json = {"const": True}
NUMBER: Json = {"type": "integer", "minimum": 1, "description": "The reply carries the same."}
LIFE: Json = {"expires": TRUE, "ttl": {"type": "integer", "minimum": 1, "description": "Seconds."}}
TOPIC: Json = {"type": "string", "description": "A topic, such as `stock:MBPRO-16-512`."}


@dataclass(frozen=True)
class Exchange:
    """A command's body, the body of its reply, and what it is for."""

    says: str
    command: Json
    reply: Json
    example: Json


def _body(properties: Json, *, optional: Json | None = None) -> Json:
    """Of a command: SDKs may say more than is looked at."""
    return {**thing(properties, optional=optional), "additionalProperties": True}


def _position() -> Json:
    return {
        "recoverable": TRUE,
        "positioned": TRUE,
        "epoch": {
            "type": "string",
            "minLength": 1,
            "description": "Of the history; a Redis that was emptied, or took over, has another.",
        },
        "offset": count("The version up to which the reply tells everything, publications left out."),
    }


def _publication() -> Json:
    return thing({"offset": count("The frame's version."), "data": ref("TopicFrame")})


def _subscribed() -> Json:
    more = {
        "was_recovering": TRUE,
        "recovered": {"type": "boolean"},
        "publications": {"type": "array", "items": ref("Publication")},
        "data": {**ref("TopicFrame"), "description": "The snapshot, where nothing was recovered."},
    }
    return thing(_position(), optional=more)


EXCHANGES: dict[str, Exchange] = {
    "connect": Exchange(
        f"Say who it is, within {client.ENTRY_SECONDS:.0f} s. Without a token it is a guest.",
        _body({}, optional={"token": TEXT, "name": TEXT, "version": TEXT}),
        thing(
            {"client": TEXT, "version": TEXT, "ping": {"const": int(client.PING_SECONDS)}, "pong": TRUE},
            optional=LIFE,
        ),
        {"id": 1, "connect": {"token": "eyJ…", "name": "js", "version": "5.8.0"}},
    ),
    "subscribe": Exchange(
        "Hear a topic: its snapshot, or with `recover` all that was missed since `offset`, then each change.",
        _body(
            {"channel": TOPIC},
            optional={
                "recover": {"type": "boolean"},
                "epoch": TEXT,
                "offset": count("The last version that was heard."),
                "flag": count("2 asks for error 112 where a position is lost."),
            },
        ),
        ref("Subscribed"),
        {
            "id": 2,
            "subscribe": {"channel": "stock:MBPRO-16-512", "recover": True, "epoch": "x", "offset": 41},
        },
    ),
    "unsubscribe": Exchange(
        "Hear no more of a topic.",
        _body({"channel": TOPIC}),
        thing({}),
        {"id": 3, "unsubscribe": {"channel": "stock:MBPRO-16-512"}},
    ),
    "refresh": Exchange(
        "A new token of the same user, when `ttl` has run out.",
        _body({"token": TEXT}),
        thing(LIFE),
        {"id": 4, "refresh": {"token": "eyJ…"}},
    ),
    "presence_stats": Exchange(
        "How many listen to a topic in this process; for staff.",
        _body({"channel": TOPIC}),
        thing({"num_clients": count("Sockets."), "num_users": count("People.")}),
        {"id": 5, "presence_stats": {"channel": "staff:alerts"}},
    ),
}


def schemas() -> dict[str, Json]:
    """By their names in the document. `TopicFrame` is made where the frames are."""
    commands = [_numbered(method, exchange.command) for method, exchange in EXCHANGES.items()]
    answers = [_numbered(method, exchange.reply) for method, exchange in EXCHANGES.items()]
    failed = thing(
        {"code": {"enum": [int(code) for code in ErrorCode]}, "message": TEXT}, optional={"temporary": TRUE}
    )
    return {
        "Publication": _publication(),
        "Subscribed": _subscribed(),
        "Command": {"anyOf": [*({**one, "additionalProperties": True} for one in commands), ref("Pong")]},
        "Reply": {"anyOf": [*answers, thing({"id": NUMBER, "error": failed})]},
        "Push": thing({"push": {"anyOf": _pushes()}}),
        "Ping": {**thing({}), "description": f"Every {client.PING_SECONDS:.0f} s."},
        "Pong": {**thing({}), "description": f"The answer to a ping, within {client.PONG_SECONDS:.0f} s."},
    }


def errors() -> list[Json]:
    """Every error code of a reply."""
    return [{"code": int(code), "message": str(replies.Failed(code))} for code in ErrorCode]


def limits() -> dict[str, Any]:
    """What one app may do."""
    return {
        "commandsPerSecond": centrifuge.COMMANDS_PER_SECOND,
        "frameBytes": centrifuge.FRAME_BYTES,
        "topics": subscribing.MOST_TOPICS,
        "secondsToConnect": client.ENTRY_SECONDS,
        "pingSeconds": client.PING_SECONDS,
        "pongSeconds": client.PONG_SECONDS,
    }


def push_example(frame: Json) -> Json:
    """News of a topic."""
    return {"push": {"channel": frame["topic"], "pub": {"offset": frame["version"], "data": frame}}}


REPLY_EXAMPLE: Json = {
    "id": 1,
    "connect": {
        "client": "6ff4b0b2c8a94f1e9d3c",
        "version": obeying.VERSION,
        "ping": int(client.PING_SECONDS),
        "pong": True,
        "expires": True,
        "ttl": 3599,
    },
}


def _numbered(method: str, body: Json) -> Json:
    return thing({"id": NUMBER, method: body})


def _pushes() -> list[Json]:
    reason = {"type": "string", "minLength": 1}
    lost = {"code": {"const": replies.INSUFFICIENT_STATE}, "reason": reason}
    closing = {"code": {"enum": [int(code) for code in Code]}, "reason": reason}
    return [
        thing({"channel": TOPIC, "pub": ref("Publication")}),
        thing({"channel": TOPIC, "unsubscribe": thing(lost)}),
        thing({"disconnect": thing(closing)}),
    ]
