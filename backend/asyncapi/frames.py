"""The frames of every topic in JSON Schema, made from the topics and from REST's own shapes."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from backend.asyncapi import topics
from backend.asyncapi.topics import Told, Topic

REF = "#/components/schemas/{model}"
AT = "2026-11-23T16:00:00.123456Z"
ERROR = {"type": "error", "code": "permission_denied", "error": "Not your order"}

Json = dict[str, Any]


def thing(properties: Json, *, optional: Json | None = None) -> Json:
    """An object that has these and nothing else."""
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


def ref(name: str) -> Json:
    """That schema of the document."""
    return {"$ref": REF.format(model=name)}


def count(description: str) -> Json:
    """A whole number from 0 on."""
    return {"type": "integer", "minimum": 0, "description": description}


def data_schemas() -> dict[str, Json]:
    """What `data` is: the same shapes as REST's."""
    shapes = {topic.shape for topic in topics.ALL} | {
        told.shape for topic in topics.ALL for told in topic.told
    }
    _, made = models_json_schema(
        [(shape, "serialization") for shape in sorted(shapes, key=lambda shape: shape.__name__)],
        ref_template=REF,
    )
    return {name: _with_examples(schema) for name, schema in made["$defs"].items()}


def snapshot(topic: Topic) -> Json:
    """How the topic stands: what comes first."""
    data = {"type": "array", "items": _data(topic.shape)} if topic.is_list else _data(topic.shape)
    return thing({**_head("snapshot", topic), "data": data})


def update(topic: Topic, told: Told) -> Json:
    """A change of the topic."""
    changed = {
        "event": {"type": "string", "enum": list(told.events)},
        "at": {"type": "string", "format": "date-time", "description": "When it was written, in UTC."},
        "data": _data(told.shape),
    }
    return thing({**_head("update", topic), **changed})


def error() -> Json:
    """What is wrong, before the close."""
    text = {"type": "string"}
    return thing({"type": {"const": "error"}, "code": text, "error": text})


def snapshot_example(topic: Topic) -> Json:
    """One such frame."""
    one = topics.example(topic.shape)
    data = [one] if topic.is_list else one
    return {"type": "snapshot", "topic": topic.example, "version": 41, "data": data}


def update_example(topic: Topic, told: Told) -> Json:
    """One such frame."""
    head = {"type": "update", "topic": topic.example, "event": told.events[0], "version": 42, "at": AT}
    return {**head, "data": topics.example(told.shape)}


def schema_name(message: str) -> str:
    """Of the message's payload: `cartUpdate` becomes `CartUpdateFrame`."""
    return f"{message[0].upper()}{message[1:]}Frame"


def _head(kind: str, topic: Topic) -> Json:
    gaps = "rises by one" if topic.is_stream else "rises; versions may be skipped, the newest counts"
    return {
        "type": {"const": kind},
        "topic": {"type": "string", "pattern": topic.pattern, "examples": [topic.example]},
        "version": count(f"Of the state in `data`; with each change it {gaps}."),
    }


def _data(shape: type[BaseModel]) -> Json:
    return ref(shape.__name__)


def _with_examples(schema: Json) -> Json:
    """OpenAPI's `example` is JSON Schema's `examples`."""
    kept = {name: value for name, value in schema.items() if name != "example"}
    return {**kept, "examples": [schema["example"]]} if "example" in schema else kept
