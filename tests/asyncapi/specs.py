"""The sockets' document, and what a frame must be by it."""

from typing import Any

from jsonschema import Draft202012Validator

from backend.asyncapi.document import document

DOCUMENT = document(host="shop.example", is_secure=True)


def closed(schema: Any) -> Any:
    """The same schema, for objects that have nothing but what is documented."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **made} if isinstance(made.get("properties"), dict) else made


_STRICT = {"components": {"schemas": closed(DOCUMENT["components"]["schemas"])}}


def problems(value: Any, schema: str) -> list[str]:
    """What is wrong with the value by that schema of the document."""
    validator = Draft202012Validator({**_STRICT, "$ref": f"#/components/schemas/{schema}"})
    return [f"{schema}{error.json_path[1:]}: {error.message}" for error in validator.iter_errors(value)]


def resolved(reference: str) -> Any:
    """What the reference points to. Raises KeyError."""
    found: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found
