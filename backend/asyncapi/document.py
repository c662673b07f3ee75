"""The AsyncAPI 3 document of all sockets, from the definitions that the sockets themselves use."""

from functools import cache
from typing import Any

from backend.asyncapi import apps_socket, frames, messages, topics
from backend.asyncapi.frames import Json, ref
from backend.asyncapi.topics import Topic
from consumers import backlog, client, live
from consumers.codes import Code

APPS = "apps"
FINAL = 3500  # from here on a client does not come back
ABOUT = """Live news of a headless shop: cart, orders, stock, and what staff must look at.

Plain sockets have one resource each and speak first: a snapshot, then each change. The apps' socket `/ws/`
speaks the Centrifuge client protocol, one connection for many topics, and recovers what was missed. It is
shown here as JSON; who offers the subprotocol `centrifuge-protobuf` is spoken to in Protobuf, as the SDKs for
Swift, Java and Dart are.
A frame's `data` is the whole state in REST's own shape. Close codes below 3500 ask the client to come back.
"""
QUERIES = {
    "/ws/orders/": {"scope": {"type": "string", "const": "all", "description": "Everybody's, for staff."}},
    "/ws/stock/": {
        "sku": {"type": "string", "description": "SKUs, with commas between."},
        "product": {
            "type": "string",
            "description": "Slugs of products, with commas between: all their SKUs.",
        },
    },
}
KEYS = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "For programs: the access token."},
    "subprotocol": {
        "type": "httpApiKey",
        "in": "header",
        "name": "Sec-WebSocket-Protocol",
        "description": "For browsers: the pair `bearer, <access token>`.",
    },
    "ticket": {
        "type": "httpApiKey",
        "in": "query",
        "name": "ticket",
        "description": "From `POST /api/v1/auth/ws-ticket/`: good once, for 30 seconds.",
    },
}


def document(*, host: str, is_secure: bool) -> Json:
    """As it is served under that host name."""
    server = {"host": host, "protocol": "wss" if is_secure else "ws", "description": "This shop."}
    return {**_document(), "servers": {"shop": server}}


@cache
def _document() -> Json:
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Shopwire, live", "version": "1", "description": ABOUT},
        "defaultContentType": "application/json",
        "channels": _channels(),
        "operations": _operations(),
        "components": {
            "schemas": _schemas(),
            "messages": {**messages.plain(), **messages.for_apps()},
            "securitySchemes": KEYS,
        },
        "x-close-codes": close_codes(),
        "x-error-codes": apps_socket.errors(),
        "x-limits": {"plain": _plain_limits(), "apps": apps_socket.limits(), "waiting": _waiting_limits()},
    }


def close_codes() -> list[Json]:
    """Every code with which the shop closes a socket."""
    return [{"code": int(code), "reason": code.reason, "reconnect": code < FINAL} for code in Code]


def _schemas() -> dict[str, Json]:
    told = {
        frames.schema_name(f"{told.name}Update"): frames.update(topic, told)
        for topic in topics.ALL
        for told in topic.told
    }
    shown = {frames.schema_name(f"{topic.name}Snapshot"): frames.snapshot(topic) for topic in topics.ALL}
    any_frame = {"anyOf": [ref(name) for name in (*shown, *told)]}
    return {
        **frames.data_schemas(),
        **shown,
        **told,
        "ErrorFrame": frames.error(),
        "TopicFrame": any_frame,
        **apps_socket.schemas(),
    }


def _channels() -> dict[str, Json]:
    return {topic.name: _channel(topic) for topic in topics.ALL} | {APPS: _apps_channel()}


def _channel(topic: Topic) -> Json:
    names = [*messages.names_of(topic), "error"]
    parameters = {"order_id": {"description": "The order's id."}} if "{order_id}" in topic.address else {}
    return {
        "address": topic.address,
        "title": topic.topic,
        "summary": topic.says,
        "description": f"For {topic.who}.",
        "messages": _references(names),
        **({"parameters": parameters} if parameters else {}),
        "bindings": {"ws": _handshake(QUERIES.get(topic.address, {}))},
        "x-recovery": "every version" if topic.is_stream else "the newest version",
    }


def _apps_channel() -> Json:
    return {
        "address": "/ws/",
        "title": "The apps' socket",
        "summary": "The Centrifuge JSON client protocol: one connection, many topics, recovery.",
        "description": "For the published Centrifuge SDKs. Several objects may share a frame, a line each.",
        "messages": _references(messages.for_apps()),
        "bindings": {"ws": _handshake({})},
    }


def _handshake(query: Json) -> Json:
    asked = {"query": {"type": "object", "properties": query}} if query else {}
    return {"method": "GET", **asked, "bindingVersion": "0.1.0"}


def _references(names: Any) -> Json:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _operations() -> dict[str, Json]:
    keys = [{"$ref": f"#/components/securitySchemes/{name}"} for name in KEYS]
    heard = {
        f"hear{topic.name[0].upper()}{topic.name[1:]}": {
            **_operation("send", topic.name, [*messages.names_of(topic), "error"], topic.says),
            **({} if topic is topics.STOCK else {"security": keys}),
        }
        for topic in topics.ALL
    }
    command = _operation("receive", APPS, ["command"], "An app asks for something.")
    return {
        **heard,
        "command": {**command, "reply": _answered()},
        "push": _operation("send", APPS, ["push", "ping"], "An app is told something."),
    }


def _answered() -> Json:
    return {"channel": _channel_ref(APPS), "messages": [_message_ref(APPS, "reply")]}


def _operation(action: str, channel: str, names: list[str], summary: str) -> Json:
    said = [_message_ref(channel, name) for name in names]
    return {"action": action, "channel": _channel_ref(channel), "summary": summary, "messages": said}


def _channel_ref(channel: str) -> Json:
    return {"$ref": f"#/channels/{channel}"}


def _message_ref(channel: str, name: str) -> Json:
    return {"$ref": f"#/channels/{channel}/messages/{name}"}


def _plain_limits() -> Json:
    return {
        "framesPerSecond": live.FRAMES_PER_SECOND,
        "frameBytes": live.FRAME_BYTES,
        "secondsToSignIn": client.ENTRY_SECONDS,
    }


def _waiting_limits() -> Json:
    """How much may wait for a client; over it for so long, or far over it at once, is 3008."""
    return {
        "frames": backlog.FRAMES,
        "bytes": backlog.BYTES,
        "seconds": client.SLOW_SECONDS,
        "atOnceFrames": backlog.MOST_FRAMES,
        "atOnceBytes": backlog.MOST_BYTES,
    }
