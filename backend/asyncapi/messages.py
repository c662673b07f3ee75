"""The document's messages: a name, a schema and an example for everything that is said on a socket."""

from backend.asyncapi import apps_socket, frames, topics
from backend.asyncapi.frames import Json, ref
from backend.asyncapi.topics import Topic


def names_of(topic: Topic) -> list[str]:
    """The names of its messages."""
    return [f"{topic.name}Snapshot", *(f"{told.name}Update" for told in topic.told)]


def plain() -> dict[str, Json]:
    made = {"error": _message("error", "What is wrong, before the close.", frames.ERROR)}
    for topic in topics.ALL:
        name = f"{topic.name}Snapshot"
        made[name] = _message(name, f"How {topic.topic} stands.", frames.snapshot_example(topic))
        for told in topic.told:
            name, events = f"{told.name}Update", ", ".join(told.events)
            made[name] = _message(name, f"A change: {events}.", frames.update_example(topic, told))
    return made


def for_apps() -> dict[str, Json]:
    commands = [exchange.example for exchange in apps_socket.EXCHANGES.values()]
    push = apps_socket.push_example(frames.update_example(topics.STOCK, topics.STOCK.told[0]))
    return {
        "command": _message("command", "One of the commands, or a pong.", *commands, schema="Command"),
        "reply": _message("reply", "The answer to a command.", apps_socket.REPLY_EXAMPLE, schema="Reply"),
        "push": _message("push", "News of a topic, or what comes before a close.", push, schema="Push"),
        "ping": _message("ping", "Is anybody there?", {}, schema="Ping"),
    }


def _message(name: str, summary: str, *examples: Json, schema: str = "") -> Json:
    return {
        "name": name,
        "summary": summary,
        "payload": ref(schema or frames.schema_name(name)),
        "examples": [{"payload": example} for example in examples],
    }
